"""The benchmark pages of the documentation: which figures stand on which page, and in what words.

A page is written whole (``docs/benchmarks/NAME.md``) from the results: its question, its figures, and
for each result when, at which commit, on which machine and by which command it was measured.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from benchmarks.catalogue import FIGURES
from benchmarks.prose import PARTS, Results
from benchmarks.wording import NONE, Result, blocks, machine_text, paragraph, table

FOLDER = "docs/benchmarks"
NOTICE = "<!-- Written by `make figures-readme` from benchmarks/*.json. Do not edit. -->"


@dataclass(frozen=True, slots=True)
class Page:
    """One page: ``results`` are files in ``benchmarks``, ``parts`` names in ``benchmarks.prose.PARTS``."""

    name: str
    title: str
    question: str
    results: tuple[str, ...]
    parts: tuple[str, ...]

    @property
    def path(self) -> str:
        """Where the page is, from the root of the repository."""
        return f"{FOLDER}/{self.name}.md"


PAGES = (
    Page(
        "speed",
        "Speed, memory and interruptions",
        "How long does a dub take, how much memory does it need, and what survives a kill?",
        ("main_job", "kill", "batch_kills", "memory", "long_film"),
        ("progress", "overview"),
    ),
    Page(
        "batch",
        "Batches",
        "What does a batch save, and what does a whole library cost?",
        ("batch",),
        ("batch", "library"),
    ),
    Page(
        "lips",
        "Lip timing",
        "Does a line timed by the lips fit the mouth better than natural timing or uniform stretch?",
        ("lips",),
        ("lips",),
    ),
    Page(
        "judge",
        "The judge of synchrony",
        "Does a network that planning never sees notice when a sound does not belong to a mouth?",
        ("judge",),
        ("judge",),
    ),
    Page(
        "aligner",
        "The aligner",
        "How exactly does the network place sounds from the lips alone?",
        ("aligner",),
        ("aligner",),
    ),
    Page(
        "films",
        "Finished films",
        "What does the finished file sound like, film by film?",
        ("films",),
        ("films",),
    ),
    Page(
        "speaking_faces",
        "The speaking face",
        "Is the right face found for each line?",
        ("speaking_faces",),
        ("speaking_faces",),
    ),
    Page(
        "translation",
        "Translation",
        "How good are the translations of the small models, and do they fit the time?",
        ("translation",),
        ("translation",),
    ),
    Page(
        "meaning",
        "Meaning",
        "How much of what is said do the translations keep?",
        ("meaning",),
        ("meaning",),
    ),
    Page(
        "readings",
        "Readings",
        "Are characters with several readings spoken right?",
        ("readings",),
        ("readings",),
    ),
    Page(
        "voices",
        "Cloned voices",
        "How similar is a cloned voice to the speaker?",
        ("voices",),
        ("voices",),
    ),
    Page(
        "diarization",
        "Diarization",
        "Who speaks when, and how many people are there?",
        ("diarization",),
        ("diarization",),
    ),
    Page(
        "separation",
        "Separation",
        "How much of the original voice is left in the music and effects?",
        ("separation",),
        ("separation",),
    ),
    Page(
        "emotion",
        "Emotion",
        "Is the emotion of a line recognised, spoken and carried into the dub?",
        ("emotion", "moods", "carry_over"),
        ("emotion", "moods", "carry_over"),
    ),
    Page(
        "loudness",
        "Loudness",
        "Do the programme and its lines have the loudness that was asked for?",
        ("loudness",),
        ("loudness",),
    ),
    Page(
        "review",
        "Live review",
        "How soon can an edited line be heard?",
        ("review",),
        ("review",),
    ),
    Page(
        "watermark",
        "Watermark",
        "Is the watermark detected after processing, and how often is it reported where there is none?",
        ("watermark",),
        ("watermark",),
    ),
)


def written(results: Results) -> dict[str, str]:
    """Return the text of every page by its path, the index included."""
    return {
        f"{FOLDER}/index.md": _index(results),
        **{page.path: _text(page, results) for page in PAGES},
    }


def _text(page: Page, results: Results) -> str:
    figures = [made for name in page.parts if (made := PARTS[name](results).strip())]
    measured = figures or ["Not measured at this version yet."]
    text = blocks(NOTICE, f"# {page.title}", page.question, *measured, _origins(page, results))
    return text + "\n"


def _origins(page: Page, results: Results) -> str:
    """Return when, where and how each result of a page was measured."""
    known = [name for name in page.results if name in results]
    rows = [[f"`{name}.json`", *_origin(results[name])] for name in known]
    header = ["result", "date", "commit", "machine", "command"]
    again = f'Measure it again: `make figures FIGURES="{" ".join(page.results)}"`.'
    return blocks("## Origin", table(header, rows) if rows else "", again)


def _origin(result: Result) -> list[str]:
    made = result["made"]
    command = f"`{made['command']}`" if made["command"] else NONE
    return [made["date"], f"`{made['commit']}`", machine_text(made["machine"]), command]


def _index(results: Results) -> str:
    minutes = {figure.name: figure.minutes for figure in FIGURES}
    return (
        blocks(
            NOTICE,
            "# Benchmarks",
            paragraph(
                "Every figure of this project is measured by a program in `benchmarks/` and written into these pages "
                "by another; a test compares them. Each result carries its date, commit, machine and command.",
            ),
            table(["page", "question", "last measured"], [_row(page, results) for page in PAGES]),
            "## Measure them yourself",
            "```sh\nmake bench            # the speed of this machine\n"
            "make figures          # every figure that is out of date\n"
            "make figures-readme   # write these pages and README\n```",
            paragraph(
                f"All figures take {sum(minutes.values())} minutes on two idle cores. A figure without its corpus is "
                "skipped; `python -m benchmarks --list` names the corpora and the environment variables that say "
                "where they are."
            ),
        )
        + "\n"
    )


def _row(page: Page, results: Mapping[str, Result]) -> list[str]:
    dates = [results[name]["made"]["date"] for name in page.results if name in results]
    return [f"[{page.title}]({page.name}.md)", page.question, max(dates, default="not yet")]

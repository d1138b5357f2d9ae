"""How much of the meaning each translator keeps, by lines of which it is written down what counts.

    python -m benchmarks.meaning [--engines strong embedded hf=MODEL] [--pairs en-zh zh-en]
        [--parts dev held_out] [--sample N] [--says FILE] [--json FILE]

The lines and their points are those of ``benchmarks/texts`` (``benchmarks.meaning_lines``). They are
translated as ``dub`` does it, in the time in which a voice would say them in their own language, each
engine and pair in a process of its own. Of each part: chrF and BLEU, the share of points kept, of lines
that keep all of theirs (with the bounds that 95 % of redrawn sets of groups stay within), of lines with
a flag, and how well flags tell the lines that lost a point. Tune on ``dev``; ``held_out`` is for the
verdict.
"""

from __future__ import annotations

import argparse
import csv
import random
import resource
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from importlib.util import find_spec
from multiprocessing import get_context
from pathlib import Path
from typing import Any, TypeVar

from benchmarks.meaning_film import film_of
from benchmarks.meaning_lines import PARTS, WrittenLine, directions, lost_points, written_lines
from benchmarks.record import add_options, begin
from dubbing.errors import DubbingError
from dubbing.flags import Flag
from dubbing.pipeline import Run
from dubbing.registry import Engines
from dubbing.settings import TranslateSettings
from dubbing.stages.translate import translate
from dubbing.timeline import Timeline, Translation
from dubbing.workspace import Workspace

PAIRS = ("en-zh", "en-es", "en-fr", "zh-en")
PLAIN = "plain"
SEED = 5
REDRAWN = 2000
MB = 1024
"""In the unit of ``ru_maxrss``."""
Member = TypeVar("Member")
COLUMNS = (
    "engine",
    "pair",
    "part",
    "group",
    "pitfall",
    "text",
    "reference",
    "says",
    "lost",
    "flags",
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """A line, what an engine makes of it, which points that lost, and what the stage doubts in it."""

    line: WrittenLine
    says: str
    lost: tuple[str, ...]
    flags: tuple[str, ...]

    @property
    def is_doubtful(self) -> bool:
        """Whether the stage doubts the meaning."""
        return any(Flag.MEANING_DOUBTFUL.value in flag for flag in self.flags)


@dataclass(frozen=True, slots=True)
class Measured:
    """What one engine makes of the lines of one pair, in which time and memory."""

    outcomes: tuple[Outcome, ...]
    load_s: float
    seconds_per_line: float
    peak_mb: int


def main() -> None:
    """Translate, judge, print, write."""
    options = _options()
    record = begin(options)
    result: dict[str, Any] = {"sample": options.sample, "pairs": {}}
    rows: list[Sequence[str]] = []
    for pair in options.pairs:
        lines = chosen_lines(pair, options.parts, options.sample)
        found = result["pairs"].setdefault(pair, {})
        for engine in options.engines:
            try:
                measured = in_a_process(engine, options.server, pair, lines)
            except DubbingError as error:
                found[engine] = {"not_measured": str(error)}
                print(pair, engine, error, flush=True)
                continue
            found[engine] = judged(measured, pair)
            print(pair, engine, found[engine], flush=True)
            rows += [_told(engine, pair, outcome) for outcome in measured.outcomes]
            if options.says:
                write_rows(options.says, rows)
            if record:
                record.write(result)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--engines", nargs="+", default=["strong", PLAIN, "embedded"], metavar="NAME[=MODEL]"
    )
    parser.add_argument("--server", help="Base address, for engines that ask one.")
    every = ["-".join(pair) for pair in sorted(directions(), key=lambda p: p[0].count("-"))]
    parser.add_argument("--pairs", nargs="+", default=PAIRS, choices=every, metavar="PAIR")
    parser.add_argument("--parts", nargs="+", default=PARTS, choices=PARTS)
    parser.add_argument(
        "--sample", type=int, help="About so many lines of each part, whole groups."
    )
    parser.add_argument(
        "--says", type=Path, help="Write every line and what became of it here (TSV)."
    )
    add_options(parser)
    return parser.parse_args()


# -- which lines ---------------------------------------------------------------------------------


def languages_of(pair: str) -> tuple[str, str]:
    """Return source and target of ``en-pt-br`` or ``zh-en``; one of them is English."""
    if pair.startswith("en-"):
        return "en", pair.removeprefix("en-")
    return pair.removesuffix("-en"), "en"


def chosen_lines(pair: str, parts: Sequence[str], sample: int | None) -> tuple[WrittenLine, ...]:
    """Return the lines of some parts; of each part whole groups, drawn until the sample is full."""
    lines = written_lines(*languages_of(pair))
    return tuple(
        line
        for part in parts
        for line in _drawn([line for line in lines if line.part == part], sample)
    )


def _drawn(lines: Sequence[WrittenLine], sample: int | None) -> list[WrittenLine]:
    if sample is None:
        return list(lines)
    groups = gathered(lines, lambda line: line.group)
    drawn: list[WrittenLine] = []
    for group in random.Random(SEED).sample(list(groups.values()), len(groups)):
        if len(drawn) < sample:
            drawn += group
    return drawn


def gathered(
    members: Iterable[Member], name_of: Callable[[Member], str]
) -> dict[str, list[Member]]:
    """Return the members by what they are named after."""
    groups: dict[str, list[Member]] = defaultdict(list)
    for member in members:
        groups[name_of(member)].append(member)
    return groups


# -- translating ---------------------------------------------------------------------------------


def in_a_process(
    engine: str, server: str | None, pair: str, lines: Sequence[WrittenLine]
) -> Measured:
    """Measure in a new process, so that the peak of its memory is that of this engine alone."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(measured, engine, server, pair, tuple(lines)).result()


def measured(
    engine: str, server: str | None, pair: str, lines: tuple[WrittenLine, ...]
) -> Measured:
    """Translate some lines as ``dub`` does, once all that it needs is loaded.

    Raises:
        DubbingError: if the engine does not know this pair or is not to be had.
    """
    settings = settings_of(engine, server)
    source, target = languages_of(pair)
    engines = Engines(keep=True)
    first, film = (film_of(some, source, target, engines) for some in (lines[:1], lines))
    _, load_s = translated(first, settings, engines)
    done, seconds = translated(film, settings, engines)
    outcomes = [
        outcome(line, done_line.translation, target)
        for line, done_line in zip(lines, done.lines, strict=True)
    ]
    return Measured(
        tuple(outcomes),
        round(load_s, 1),
        round(seconds / len(lines), 3),
        resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // MB,
    )


def settings_of(engine: str, server: str | None) -> TranslateSettings:
    """Return the settings of the stage for an engine as it is named here."""
    if engine == PLAIN:
        return TranslateSettings(
            engine="qwen", beam_size=1, n_best=1, reverse=False, vary_length=False
        )
    name, _, model = engine.partition("=")
    return TranslateSettings(engine=name, model=model or None, server=server)


def translated(
    film: Timeline, settings: TranslateSettings, engines: Engines
) -> tuple[Timeline, float]:
    """Return what the stage makes of a film, from nothing, and how many seconds it takes."""
    with tempfile.TemporaryDirectory() as folder, Workspace(Path(folder)) as held:
        began = time.perf_counter()
        done = translate.function(film, Run(held, Path("film"), engines=engines), settings)
        return done, time.perf_counter() - began


def outcome(line: WrittenLine, translation: Translation | None, target: str) -> Outcome:
    """Return what became of a line."""
    if translation is None:
        return Outcome(line, "", lost_points(line, "", target), ("not translated",))
    says = translation.text
    return Outcome(line, says, lost_points(line, says, target), translation.flags)


# -- judging -------------------------------------------------------------------------------------


def judged(measured: Measured, pair: str) -> dict[str, Any]:
    """Return what is reported of one engine and pair."""
    _, target = languages_of(pair)
    parts = gathered(measured.outcomes, lambda outcome: outcome.line.part)
    return {
        "load_s": measured.load_s,
        "seconds_per_line": measured.seconds_per_line,
        "peak_mb": measured.peak_mb,
        **{part: judged_part(outcomes, target) for part, outcomes in parts.items()},
    }


def judged_part(outcomes: Sequence[Outcome], target: str) -> dict[str, Any]:
    """Return the figures of one part."""
    pitfalls = gathered(outcomes, lambda outcome: outcome.line.pitfall)
    doubtful, flagged = [o.is_doubtful for o in outcomes], [bool(o.flags) for o in outcomes]
    return {
        "lines": len(outcomes),
        **likeness(outcomes, target),
        "points_kept": share_of_points(outcomes),
        "lines_kept": share_of_lines(outcomes),
        "lines_kept_95": bounds(outcomes),
        "scenes_kept": share_of_lines([o for o in outcomes if o.line.is_scene]),
        "kept_by_pitfall": {
            name: [sum(not o.lost for o in some), len(some)]
            for name, some in sorted(pitfalls.items())
        },
        "lines_flagged": round(sum(flagged) / len(outcomes), 3),
        "meaning_doubtful": detection(doubtful, outcomes),
        "any_flag": detection(flagged, outcomes),
    }


def likeness(outcomes: Sequence[Outcome], target: str) -> dict[str, Any]:
    """Return chrF and BLEU against the references, and into what BLEU divides the text."""
    from sacrebleu.metrics import BLEU, CHRF

    says, references = [o.says for o in outcomes], [[o.line.reference for o in outcomes]]
    tokens = bleu_tokens(target)
    return {
        "chrf": round(CHRF().corpus_score(says, references).score, 1),
        "bleu": round(BLEU(tokenize=tokens).corpus_score(says, references).score, 1),
        "bleu_tokens": tokens,
    }


def bleu_tokens(target: str) -> str:
    """Return sacreBLEU's tokeniser of a language; without MeCab, Japanese is divided into letters."""
    japanese = "ja-mecab" if find_spec("MeCab") else "char"
    return {"zh": "zh", "ja": japanese}.get(target, "13a")


def share_of_points(outcomes: Sequence[Outcome]) -> float:
    """Return the share of all points that are kept."""
    n_points = sum(outcome.line.n_points for outcome in outcomes)
    return round(1 - sum(len(outcome.lost) for outcome in outcomes) / max(1, n_points), 3)


def share_of_lines(outcomes: Sequence[Outcome]) -> float:
    """Return the share of lines that keep every point."""
    return round(sum(not outcome.lost for outcome in outcomes) / max(1, len(outcomes)), 3)


def bounds(outcomes: Sequence[Outcome]) -> tuple[float, float]:
    """Return the bounds of :func:`share_of_lines` in 95 % of sets of as many groups, drawn again."""
    groups = list(gathered(outcomes, lambda outcome: outcome.line.group).values())
    rng = random.Random(SEED)
    shares = sorted(
        share_of_lines([o for group in rng.choices(groups, k=len(groups)) for o in group])
        for _ in range(REDRAWN)
    )
    return shares[REDRAWN // 40], shares[-(REDRAWN // 40) - 1]


def detection(flagged: Sequence[bool], outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """Return how well a flag tells the lines that lost a point; ``None``: there are none to count."""
    lost = [bool(outcome.lost) for outcome in outcomes]
    hits = sum(flag and fault for flag, fault in zip(flagged, lost, strict=True))
    return {
        "flagged": sum(flagged),
        "lost": sum(lost),
        "both": hits,
        "precision": round(hits / sum(flagged), 3) if any(flagged) else None,
        "recall": round(hits / sum(lost), 3) if any(lost) else None,
    }


# -- to read -------------------------------------------------------------------------------------


def write_rows(path: Path, rows: Iterable[Sequence[str]]) -> None:
    """Write what became of every line as a table."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter="\t", lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows(rows)


def _told(engine: str, pair: str, outcome: Outcome) -> tuple[str, ...]:
    line = outcome.line
    words = (line.part, line.group, line.pitfall, line.text, line.reference, outcome.says)
    return (engine, pair, *words, " ;; ".join(outcome.lost), ", ".join(outcome.flags))


if __name__ == "__main__":
    main()

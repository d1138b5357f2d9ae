"""Every figure that README shows: the program that measures it, what it needs, how long it takes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from benchmarks.record import DATA_VARIABLE, ROOT

CORPORA = {
    "EMODB": "EmoDB, a folder of .wav or .flac",
    "RAVDESS": "speech of RAVDESS, a folder of .wav or .flac",
    "GRID": "sound of one GRID speaker, a folder of .flac",
    "GRID_FILMS": "GRID clips, NAME.mpg with NAME.align, that the aligner was not trained on",
    "DUBS": "workspaces of real clips, dubbed with --profile fast --no-watermark",
    "GRID_LIPS": "prepared clips (lips.npz, audio/) of the GRID speaker of GRID_FILMS",
    "GRID_OTHER": "prepared clips of another GRID speaker, whom the aligner has never seen",
    "CLIPS": "real clips (.mp4), among them those of benchmarks/labels and address_1 to address_3",
}
SAMPLE = str(ROOT / "samples/portrait.mp4")
ONE_SPEAKER = (
    "address_1",
    "address_2",
    "address_3",
    "french",
    "studio_hd",
    "talk_1",
    "vidtimit_sa1",
)
Arguments = Callable[[Mapping[str, Path]], list[str]]


@dataclass(frozen=True, slots=True)
class Figure:
    """One result file and how to make it.

    minutes: on two idle cores.
    needs: corpora, by their names in ``CORPORA``.
    code: the paths whose changes make the figure out of date, besides its own program.
    samples: whether it dubs the sample clip (`make samples`).
    """

    name: str
    minutes: int
    needs: tuple[str, ...] = ()
    arguments: Arguments = lambda corpora: []
    code: tuple[str, ...] = ("dubbing",)
    samples: bool = False

    @property
    def module(self) -> str:
        """The program."""
        return f"benchmarks.{self.name}"


def films(folder: Path, *names: str) -> list[str]:
    """Return the clips of a folder, all or those named."""
    found = sorted(path for path in folder.iterdir() if path.suffix in (".mp4", ".mpg"))
    return [str(path) for path in found if not names or path.stem in names]


VOICE_CODE = ("dubbing/engines/speech", "dubbing/models", "dubbing/voice", "dubbing/language")
FIGURES = (
    Figure("main_job", 2, samples=True),
    Figure("readings", 1, code=("dubbing/language",)),
    Figure(
        "emotion",
        2,
        ("RAVDESS",),
        lambda at: [str(at["RAVDESS"])],
        ("dubbing/training/emotion.py", "dubbing/models", "dubbing/acoustics"),
    ),
    Figure(
        "aligner",
        3,
        ("GRID_FILMS", "GRID_OTHER"),
        lambda at: [str(at["GRID_FILMS"]), "--other", str(at["GRID_OTHER"])],
        ("dubbing/timing", "dubbing/training", "dubbing/models", "dubbing/engines/faces"),
    ),
    Figure(
        "same_language",
        9,
        ("GRID_FILMS", "GRID_OTHER", "CLIPS"),
        lambda at: [
            *("--tuned", *films(at["GRID_FILMS"])[:8]),
            *("--others", *films(at["CLIPS"], "vidtimit_sa1", "address_1")),
            *("--voices", str(at["GRID_OTHER"])),
        ],
    ),
    Figure(
        "judge",
        45,
        ("GRID_LIPS", "GRID_OTHER", "GRID_FILMS", "CLIPS"),
        lambda at: [
            *(str(at["GRID_LIPS"]), str(at["GRID_OTHER"]), "--held-out", str(at["GRID_FILMS"])),
            *("--real", *films(at["CLIPS"])),
        ],
        (
            *("dubbing/metrics/sync_inputs.py", "dubbing/metrics/sync_judge.py"),
            "dubbing/training",
        ),
    ),
    Figure(
        "separation",
        2,
        ("RAVDESS",),
        lambda at: ["--speech", str(at["RAVDESS"])],
        ("dubbing/engines/separation", "dubbing/models"),
    ),
    Figure("speaking_faces", 3, ("CLIPS",), lambda at: [str(at["CLIPS"])]),
    Figure("review", 2, samples=True),
    Figure("moods", 6, code=VOICE_CODE),
    Figure("batch_kills", 10, code=("dubbing/batch",)),
    Figure("kill", 6, samples=True),
    Figure(
        "batch",
        6,
        ("CLIPS",),
        lambda at: films(at["CLIPS"], "address_1", "address_2", "address_3"),
    ),
    Figure(
        "diarization",
        10,
        ("EMODB", "RAVDESS", "GRID", "CLIPS"),
        lambda at: [
            *("--emodb", str(at["EMODB"]), "--ravdess", str(at["RAVDESS"])),
            *("--grid", str(at["GRID"]), "--clips", str(at["CLIPS"])),
        ],
        (
            "dubbing/diarization",
            "dubbing/engines/speakers",
            "dubbing/engines/asr",
            "dubbing/models",
        ),
    ),
    Figure(
        "translation",
        12,
        code=(
            *(
                "dubbing/translation",
                "dubbing/engines/translation",
                "dubbing/stages/translate.py",
                "dubbing/stages/translation_desk.py",
            ),
            *("dubbing/stages/timing.py", "dubbing/timing", "dubbing/models", "dubbing/language"),
        ),
    ),
    Figure(
        "meaning",
        22,
        code=(
            *("dubbing/translation", "dubbing/engines/translation", "dubbing/stages/translate.py"),
            *("dubbing/stages/translation_desk.py", "dubbing/models", "dubbing/language"),
        ),
    ),
    Figure(
        "watermark",
        5,
        ("DUBS", "EMODB", "RAVDESS", "GRID"),
        lambda at: [
            "--dubs",
            *(str(path) for path in sorted(at["DUBS"].iterdir())),
            *("--chosen", "studio_hd", "talk_1", "address_1", "--natural"),
            *(str(at[name]) for name in ("EMODB", "RAVDESS", "GRID")),
        ],
        ("dubbing/watermark", "dubbing/mixing", "dubbing/soundtrack", "dubbing/models"),
    ),
    Figure(
        "carry_over",
        15,
        ("RAVDESS",),
        lambda at: [str(at["RAVDESS"])],
    ),
    Figure(
        "loudness",
        15,
        ("CLIPS", "GRID_FILMS"),
        lambda at: [*films(at["CLIPS"]), *films(at["GRID_FILMS"])[:2]],
    ),
    Figure(
        "films",
        12,
        ("CLIPS", "GRID_FILMS"),
        lambda at: [SAMPLE, *films(at["CLIPS"]), "--nonsense", *films(at["GRID_FILMS"])[:10]],
        samples=True,
    ),
    Figure(
        "long_film",
        12,
        ("CLIPS",),
        lambda at: ["--speech", *films(at["CLIPS"])],
    ),
    Figure("memory", 18, samples=True),
    Figure(
        "voices",
        40,
        ("EMODB", "RAVDESS", "GRID", "CLIPS"),
        lambda at: [
            *("--emodb", str(at["EMODB"]), "--ravdess", str(at["RAVDESS"])),
            *("--grid", str(at["GRID"]), "--recording", *films(at["CLIPS"], *ONE_SPEAKER)),
        ],
        VOICE_CODE,
    ),
    Figure(
        "lips",
        60,
        ("CLIPS", "GRID_FILMS"),
        lambda at: [SAMPLE, *films(at["CLIPS"]), "--trained-on", *films(at["GRID_FILMS"])],
        samples=True,
    ),
)


def corpora_of(environment: Mapping[str, str]) -> dict[str, Path]:
    """Return the corpora whose folders the environment names."""
    given = {name: environment.get(DATA_VARIABLE + name, "") for name in CORPORA}
    return {name: Path(place) for name, place in given.items() if place and Path(place).is_dir()}

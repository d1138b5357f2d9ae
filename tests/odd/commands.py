"""Whole commands of the program over a workspace, a film or a file of which one part is damaged.

Whatever is damaged, a command ends with one of its exit codes, and no sentence admits that nobody
foresaw it.
"""

from __future__ import annotations

import contextlib
import io
import json
import random
import shutil
import sys
from pathlib import Path
from unittest.mock import patch

from tests.odd.mutations import damaged, damaged_json, damaged_text

HERE = "/@here@"
"""In parts, the folder of the case."""
PLACES = {
    "timeline.json": "film.dub/timelines/zh/12-mux.json",
    "film.mp4": "film.mp4",
    "profile.yaml": "profile.yaml",
    "review.json": "review.json",
    "manifest.yaml": "manifest.yaml",
    "texts.srt": "texts.srt",
    "terms.csv": "terms.csv",
}
"""Where the parts belong."""
OF_WORKSPACE = (
    "show film.dub", "show film.dub --json", "show film.dub --emotions --candidates", "speakers film.dub",
    "speakers film.dub --rename S1=Anna", "speakers film.dub --merge S2=S1", "memory film.dub m.tmx --all",
    "plot film.dub 1 -o line.svg", "apply film.dub review.json --dry-run",
    "export film.dub --srt a.srt --vtt a.vtt --ass a.ass --ttml a.ttml --of both",
    "export film.dub --otio a.otio --edl a.edl --csv a.csv", "export film.dub --stems stems",
    "export film.dub --multi all.mkv --no-credentials", "voices use af_heart film.dub --speaker S1",
)  # fmt: skip
DUB = "run film.mp4 --to es --until ingest --quiet"
COMMANDS: dict[str, tuple[str, ...]] = {
    "timeline.json": OF_WORKSPACE,
    "film.mp4": (DUB, f"{DUB} --workspace film.dub", "export film.dub --multi all.mkv --no-credentials",
                 "export film.dub --otio a.otio --csv a.csv"),
    "profile.yaml": (f"{DUB} --profile profile.yaml",),
    "review.json": ("apply film.dub review.json --dry-run", "apply film.dub review.json --dry-run --even-changed"),
    "manifest.yaml": ("batch validate manifest.yaml", "batch run manifest.yaml --dry-run"),
    "texts.srt": (f"{DUB} --translations texts.srt",),
    "terms.csv": (f"{DUB} --glossary terms.csv",),
}  # fmt: skip
"""What is done with a damaged part."""
MOST_COMMANDS = 2
UNFORESEEN = ("Traceback", "that nobody foresaw")


def workspace_parts(folder: Path) -> dict[str, bytes]:
    """Make a film with a dub, and everything that commands read."""
    from dubbing.settings import shipped
    from tests.exports.export_workspace import make_film, make_workspace

    film = make_film(folder / "film.mp4", "10", 7.0)
    workspace = make_workspace(film)
    timeline = workspace.root / "timelines/zh/12-mux.json"
    review = _review(timeline)
    template = folder / "template"
    shutil.copytree(workspace.root, template / "film.dub")
    shutil.copy(film.with_name("film.zh.mp4"), template)
    texts = {
        "timeline.json": timeline.read_text("utf-8"),
        "profile.yaml": shipped("configs", "fast.yaml"),
        "review.json": json.dumps(review, ensure_ascii=False),
        "manifest.yaml": "title: Films\nlanguages: [zh]\njobs:\n  - input: film.mp4\n",
        "texts.srt": "1\n00:00:00,500 --> 00:00:01,500\nHola.\n",
        "terms.csv": "source,target\nboat,barco\n",
    }
    content = {name: text.replace(str(folder), HERE).encode() for name, text in texts.items()}
    content["film.mp4"] = film.read_bytes()
    _MADE.append((template, content))
    return content


_MADE: list[tuple[Path, dict[str, bytes]]] = []
"""The last is the workspace that the parts are put into, and all of them undamaged."""


def _review(timeline: Path) -> dict[str, object]:
    from dubbing.workspace import read_timeline

    read = read_timeline(timeline)
    assert read.media is not None
    decision = {"verdict": "accepted", "text": "好。", "at": "2026-01-01"}
    return {
        "schema": "dubbing.Review/1",
        "film": {"name": read.media.name, "fingerprint": read.media.fingerprint},
        "target_language": "zh", "timeline": "x", "reviewer": "Ana", "written_at": "2026-01-01",
        "decisions": {read.lines[0].id: decision},
    }  # fmt: skip


def damaged_part(name: str, content: bytes, rng: random.Random) -> bytes:
    """One part with other content."""
    if name == "film.mp4":
        return damaged(content, rng)
    text = content.decode("utf-8")
    return damaged_json(text, rng) if name.endswith(".json") else damaged_text(text, rng)


def warm_commands(path: Path) -> None:
    """Import what commands use, without opening a film here."""
    import dubbing.cli.export_files
    import dubbing.exports.interchange
    import dubbing.exports.ttml
    import dubbing.job
    import dubbing.media.mux
    import dubbing.reviewer.redirect
    import dubbing.stages.ingest  # noqa: F401

    del path


def run_commands(path: Path) -> None:
    """Put the part where it belongs, and run some of the commands that read it."""
    folder, part = path.parent, path.name
    template, parts = _MADE[-1]
    shutil.copytree(template, folder, dirs_exist_ok=True)
    for name, content in {**parts, part: path.read_bytes()}.items():
        place = folder / PLACES[name]
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content.replace(HERE.encode(), str(folder).encode()))
    commands = COMMANDS[part]
    chosen = random.Random(path.read_bytes()).sample(commands, min(MOST_COMMANDS, len(commands)))
    for command in chosen:
        _run(command)


def _run(command: str) -> None:
    """Run one command here as the terminal would, and judge how it ended."""
    from dubbing.cli.main import main

    told = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
    code: object = 0
    try:
        with (
            patch.object(sys, "argv", ["dub", *command.split()]),
            contextlib.redirect_stdout(told),
            contextlib.redirect_stderr(told),
        ):
            main()
    except SystemExit as error:
        code = error.code
    told.flush()
    said = told.buffer.getvalue().decode()  # type: ignore[attr-defined]
    assert code in (None, 0, 1, 2), f"dub {command}: exit code {code}: {said[-500:]}"
    assert not any(word in said for word in UNFORESEEN), f"dub {command}: {said[-1500:]}"

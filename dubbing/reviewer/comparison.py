"""Two dubs of one film, line by line and side by side, for listening tests; blind if wanted.

A folder with a page that opens without a server. Which side is which dub stands in ``key.json`` beside
the page's folder and not in it, so that the page can be sent to listeners.
"""

from __future__ import annotations

import json
import random
import secrets
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

from dubbing.errors import OutputExists, UsageError, WorkspaceError
from dubbing.language.languages import language
from dubbing.language.script import as_written
from dubbing.media.browser_copies import write_small_sound
from dubbing.media.sound_file import read_sound, write_sound
from dubbing.reviewer.media_files import sounds_of
from dubbing.reviewer.preview import project_script
from dubbing.timeline import Line, Timeline
from dubbing.workspace import Workspace

SCHEMA, KEY_SCHEMA = "dubbing.Comparison/1", "dubbing.ComparisonKey/1"
PAGE, KEY = "page", "key.json"
MARGIN_MS = 300
LEFT, RIGHT = "left", "right"


@dataclass(frozen=True, slots=True)
class Dub:
    """A dub that is compared, and what it is called."""

    name: str
    timeline: Timeline
    workspace: Workspace


def write_comparison(dubs: tuple[Dub, Dub], folder: Path, *, blind: bool, seed: int | None) -> int:
    """Write page and key; gives the number of lines that are compared.

    Args:
        dubs: of the same film into the same language.
        folder: made new.
        blind: whether sides are drawn at random for every line, and names left out.
        seed: of the lots; ``None`` for others every time.

    Raises:
        UsageError: if they are not of one film and language.
        OutputExists: if the folder is there.
        WorkspaceError: if they have no line in common.
    """
    _check_same(dubs)
    if folder.exists():
        raise OutputExists(f"{folder} is there already.", hint="Choose another with -o.")
    lots = random.Random(secrets.randbits(64) if seed is None else seed)  # noqa: S311 - no secret
    pairs = list(_pairs(dubs[0].timeline, dubs[1].timeline))
    if not pairs:
        raise WorkspaceError("The two dubs have no dubbed line in common.")
    swapped = [blind and lots.random() < 0.5 for _ in pairs]
    comparison = secrets.token_hex(8)
    try:
        with as_file(files("dubbing.reviewer") / "compare_page") as page:
            shutil.copytree(page, folder / PAGE)
        told = [
            _pair_document(dubs, pair, number, is_swapped, folder / PAGE)
            for number, (pair, is_swapped) in enumerate(zip(pairs, swapped, strict=True), start=1)
        ]
        _write_documents(dubs, folder, comparison, told, swapped, blind=blind)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return len(pairs)


def _check_same(dubs: tuple[Dub, Dub]) -> None:
    first, second = (dub.timeline for dub in dubs)
    assert first.media is not None
    assert second.media is not None
    if first.media.fingerprint != second.media.fingerprint:
        raise UsageError("The two dubs are of different films.")
    if first.target_language != second.target_language:
        raise UsageError("The two dubs speak different languages.", hint="Use --to.")


def _pairs(first: Timeline, second: Timeline) -> Iterator[tuple[Line, Line]]:
    """Dubbed lines of the same words at the same time."""
    others = [line for line in second.lines if line.take is not None]
    for line in first.lines:
        if line.take is None:
            continue
        common = [(line.span.overlap_ms(other.span), other) for other in others]
        overlap_ms, other = max(common, key=lambda item: item[0], default=(0, line))
        if overlap_ms > line.span.duration_ms / 2:
            yield line, other


def _pair_document(
    dubs: tuple[Dub, Dub], pair: tuple[Line, Line], number: int, is_swapped: bool, page: Path
) -> dict[str, Any]:
    sounds = tuple(sounds_of(dub.timeline, dub.workspace) for dub in dubs)
    start_ms, end_ms = _window(pair)
    order = (1, 0) if is_swapped else (0, 1)
    clips = {
        "original": _clip(sounds[0].original, start_ms, end_ms, page, f"{number}-original"),
        LEFT: _clip(sounds[order[0]].dub, start_ms, end_ms, page, f"{number}-left"),
        RIGHT: _clip(sounds[order[1]].dub, start_ms, end_ms, page, f"{number}-right"),
    }
    says = [
        as_written(line.spoken_text, dub.timeline.written)
        for line, dub in zip(pair, dubs, strict=True)
    ]
    return {
        "number": number,
        "start_ms": start_ms,
        "text": pair[0].text,
        "says": {LEFT: says[order[0]], RIGHT: says[order[1]]},
        "clips": clips,
    }


def _window(pair: tuple[Line, Line]) -> tuple[int, int]:
    spans = [line.span for line in pair]
    spans += [line.take.speech for line in pair if line.take is not None]
    start_ms = min(span.start_ms for span in spans) - MARGIN_MS
    return max(0, start_ms), max(span.end_ms for span in spans) + MARGIN_MS


def _clip(sound: Path, start_ms: int, end_ms: int, page: Path, name: str) -> str:
    path = page / "media" / f"{name}.m4a"
    path.parent.mkdir(exist_ok=True)
    plain = path.with_suffix(".wav")
    write_sound(plain, read_sound(sound, start_ms, end_ms), subtype="PCM_16")
    write_small_sound(plain, path)
    plain.unlink()
    return f"media/{path.name}"


def _write_documents(
    dubs: tuple[Dub, Dub],
    folder: Path,
    comparison: str,
    told: list[dict[str, Any]],
    swapped: list[bool],
    *,
    blind: bool,
) -> None:
    timeline = dubs[0].timeline
    assert timeline.media is not None
    target = language(timeline.target_language)
    document = {
        "schema": SCHEMA,
        "id": comparison,
        "film": timeline.media.name,
        "target": {"code": target.code, "name": target.name},
        "names": None if blind else {LEFT: dubs[0].name, RIGHT: dubs[1].name},
        "pairs": told,
    }
    script = project_script(document).replace("window.PROJECT", "window.COMPARISON", 1)
    (folder / PAGE / "comparison.js").write_text(script, encoding="utf-8")
    key = {
        "schema": KEY_SCHEMA,
        "id": comparison,
        "dubs": [dub.name for dub in dubs],
        "swapped": swapped,
    }
    text = json.dumps(key, ensure_ascii=False, indent=1) + "\n"
    (folder / KEY).write_text(text, encoding="utf-8")

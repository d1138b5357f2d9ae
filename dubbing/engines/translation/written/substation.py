"""SubStation (ASS, SSA): its cues, and which of them are signs or songs.

Fan and studio subtitles carry what nobody speaks: translations of signs, set over the picture, and
lyrics of the opening and ending. Both are told by the names of their styles and by their tags.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from dubbing.engines.translation.written.cues import SIGN, SUNG, Cue
from dubbing.errors import UsageError

if TYPE_CHECKING:
    from pysubs2 import SSAEvent

SIGN_STYLES = frozenset((
    "sign", "signs", "typeset", "typesetting", "ts", "title", "titles", "credit", "credits", "staff",
    "logo", "eyecatch", "tlnote", "onscreen", "screen",
))  # fmt: skip
SUNG_STYLES = frozenset((
    "song", "songs", "lyric", "lyrics", "karaoke", "kara", "opening", "ending", "romaji", "kanji",
))  # fmt: skip
SHORT_SUNG_STYLE = re.compile(r"(?<![A-Za-z])(?:OP|ED)(?![A-Za-z])")
"""``OP``, ``ED2``, ``ED_Kanji``; but Ed and EDWARD are men."""
WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
SUNG_TAG = re.compile(r"\\(?:k|kf|ko|K)\d")
SUNG_EFFECTS = ("fx", "karaoke")
PLACED = re.compile(r"\\(?:pos|move)\s*\(")
SET_INTO_PICTURE = re.compile(
    r"\\(?:fr[xyz]?-?\d|fa[xy]-?[\d.]|i?clip\s*\(|org\s*\(|move\s*\(|t\s*\(|p[1-9])"
)
"""Turned, sheared, cut out, moved or drawn: no dialogue looks like that."""
DRESSED = re.compile(
    r"\\(fn|fs(?![cp])|fscx|fscy|[1-4]?c&|bord|[xy]bord|blur|be|[xy]?shad|[1-4]?alpha|[1-4]?a&|fad)"
)
LEAST_DRESSED = 2
"""A place with one of these tags may be a speaker's; with more it is a sign."""


def read_substation(path: Path, text: str) -> tuple[Cue, ...]:
    """Return the cues of a document; what is a sign or sung says so.

    Raises:
        UsageError: if it cannot be read.
    """
    import pysubs2

    try:
        is_old = re.search(r"\[V4 Styles", text, re.IGNORECASE) is not None
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            events = pysubs2.SSAFile.from_string(text, "ssa" if is_old else "ass").events
    except (pysubs2.Pysubs2Error, ValueError, TypeError, KeyError, IndexError) as error:
        raise UsageError(f"{path} cannot be read as SubStation: {error}.") from error
    return _unless_all([_cue(event) for event in events if not event.is_comment])


def _cue(event: SSAEvent) -> Cue:
    rows = tuple(_rows(event.text))
    return Cue(event.start, event.end, rows, event.name.strip(), _kind(event))


def _unless_all(cues: Sequence[Cue]) -> tuple[Cue, ...]:
    """A file of nothing but signs is one whose styles are named oddly."""
    if any(cue.rows and cue.kind != SIGN for cue in cues):
        return tuple(cues)
    return tuple(replace(cue, kind="") for cue in cues)


def _kind(event: SSAEvent) -> str:
    tags = "".join(re.findall(r"\{([^{}]*)\}", event.text))
    words = {word.lower() for word in WORD.findall(event.style)}
    is_sung = words & SUNG_STYLES or SHORT_SUNG_STYLE.search(event.style)
    if is_sung or SUNG_TAG.search(tags) or event.effect.strip().lower() in SUNG_EFFECTS:
        return SUNG
    return SIGN if words & SIGN_STYLES or _is_set_into_picture(tags) else ""


def _is_set_into_picture(tags: str) -> bool:
    if PLACED.search(tags) is None:
        return False
    dressed = {found.strip("&") for found in DRESSED.findall(tags)}
    return SET_INTO_PICTURE.search(tags) is not None or len(dressed) >= LEAST_DRESSED


def _rows(text: str) -> list[str]:
    """Rows without override tags and without drawings, which follow the tag ``p1``."""
    parts = re.split(r"\{([^{}]*)\}", text)
    drawn, kept = False, [parts[0]]
    for tags, words in zip(parts[1::2], parts[2::2], strict=True):
        for level in re.findall(r"\\p(\d+)", tags):
            drawn = int(level) > 0
        if not drawn:
            kept.append(words)
    plain = "".join(kept).replace(r"\h", " ")
    return [row.strip() for row in re.split(r"\\N|\\n|\n", plain) if row.strip()]

"""Subtitles as they are shown: SubRip and WebVTT, block by block.

SubRip has no standard, and files in use stray from it: times without milliseconds or with a point, blank
rows within a cue, numbers left out. What has two times with an arrow between them begins a cue here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from dubbing.errors import UsageError

TIME = r"(?P<{0}>[-−]?\s*(?:\d{{1,4}}\s*:\s*)?\d{{1,3}}\s*:\s*\d{{1,2}}(?:\s*[.,:;]\s*\d{{1,9}})?)"
TIMING = re.compile(
    rf"^\s*{TIME.format('start')}\s*(?:-{{1,3}}|–|—)\s*>\s*{TIME.format('end')}(?:\s|$)"
)
BEGINS_LIKE_TIMING = re.compile(r"^[^\n]*\S[^\n]*->", re.MULTILINE)
VTT_BLOCK = re.compile(r"(NOTE|STYLE|REGION)(\s|$)")
NUMBER = re.compile(r"\s*\d+\s*")
FRAME_MS = 40
MOST_CUES = 100_000
SUNG, SIGN = "sung", "sign"


@dataclass(frozen=True, slots=True)
class Cue:
    """A subtitle: when it is shown, and its rows as they are written.

    A cue may begin before the film or end before it begins; who lays it on lines sees to that.
    """

    start_ms: int
    end_ms: int
    rows: tuple[str, ...]
    name: str = ""
    """Who speaks, by a field of the format."""
    kind: str = ""
    """:data:`SUNG`, :data:`SIGN` or, as most are, neither."""


def read_cues(path: Path, text: str) -> tuple[Cue, ...]:
    """Return all cues of a subtitle file, in its order.

    Args:
        path: the file, for messages.
        text: what stands in it.

    Raises:
        UsageError: if there are no cues, or none with times that can be read.
    """
    if re.search(
        r"^[ \t]*\[(Script Info|V4\+? Styles|Events)\]", text, re.MULTILINE | re.IGNORECASE
    ):
        from dubbing.engines.translation.written.substation import read_substation

        cues = read_substation(path, text)
    elif text.lstrip().startswith("WEBVTT"):
        cues = tuple(_vtt_cues(text))
    else:
        cues = tuple(_srt_cues(text))
    if len(cues) > MOST_CUES:
        raise UsageError(f"{path} has more than {MOST_CUES} cues.", hint="Split it by films.")
    if not cues:
        raise _no_cues(path, text)
    return cues


def _no_cues(path: Path, text: str) -> UsageError:
    if BEGINS_LIKE_TIMING.search(text):
        return UsageError(
            f"{path} has no times that can be read.",
            hint="They should look like this: 00:01:02,500 --> 00:01:04,000",
        )
    return UsageError(
        f"{path} has no subtitles.", hint="It should be SubRip, WebVTT or SubStation."
    )


# -- SubRip and WebVTT ---------------------------------------------------------------------------


def _srt_cues(text: str) -> Iterator[Cue]:
    """From each row of times to the next one, without the number that stands before that."""
    rows = text.split("\n")
    timings = [(n, found) for n, row in enumerate(rows) if (found := TIMING.match(row))]
    ends = [*(place for place, _ in timings), len(rows)][1:]
    for number, ((place, timing), end) in enumerate(zip(timings, ends, strict=False), start=1):
        shown = rows[place + 1 : end]
        yield _cue(timing, shown if end == len(rows) else _without_number(shown, number + 1))


def _without_number(rows: list[str], following: int) -> list[str]:
    """Rows of a cue without the number of the following one, alone after a blank row or the right one."""
    full = [n for n, row in enumerate(rows) if row.strip()]
    if not full or not NUMBER.fullmatch(rows[full[-1]]):
        return rows
    stands_alone = full[-1] == 0 or not rows[full[-1] - 1].strip()
    is_right = rows[full[-1]].strip() == str(following)
    return rows[: full[-1]] if stands_alone or is_right else rows


def _vtt_cues(text: str) -> Iterator[Cue]:
    """Cues of the blocks between blank rows, each of which may begin with a name; no other blocks."""
    for block in re.split(r"\n[ \t]*\n", text):
        rows = block.strip("\n").split("\n")
        begins = [n for n, row in enumerate(rows) if TIMING.match(row)]
        if not begins or (VTT_BLOCK.match(rows[0]) and begins[0] > 1):
            continue
        for begin, end in pairwise([*begins, len(rows)]):
            timing = TIMING.match(rows[begin])
            assert timing is not None, "it matched above"
            yield _cue(timing, rows[begin + 1 : end])


def _cue(timing: re.Match[str], rows: list[str]) -> Cue:
    shown = tuple(row.strip() for row in rows if row.strip())
    return Cue(_time_ms(timing["start"]), _time_ms(timing["end"]), shown)


def _time_ms(text: str) -> int:
    """``1:02:03,450``, ``02:03.45``, ``1:02:03`` or, in frames of 25 a second, ``1:02:03:11``."""
    plain = re.sub(r"\s", "", text).replace("−", "-")
    is_negative, plain = plain.startswith("-"), plain.lstrip("-")
    has_frames = plain.count(":") == 3 or ";" in plain
    whole, fraction = plain, ""
    if has_frames or "." in plain or "," in plain:
        whole, fraction = re.split(r"[.,:;](?=\d+$)", plain, maxsplit=1)
    seconds = 0
    for part in whole.split(":"):
        seconds = seconds * 60 + int(part)
    millis = int(fraction[:2]) * FRAME_MS if has_frames else int(fraction[:3].ljust(3, "0"))
    ms = seconds * 1000 + millis
    return -ms if is_negative else ms

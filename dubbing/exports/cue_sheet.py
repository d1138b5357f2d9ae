"""A dub as a table for people: the script of a dubbing studio, one row a line, as CSV."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator

from dubbing.delivery import Delivery
from dubbing.exports.cues import dub_span
from dubbing.exports.film import FrameClock
from dubbing.language.phoneme_classes import SymbolKind, kind
from dubbing.language.plain_text import plain_text
from dubbing.language.script import as_written
from dubbing.language.syllables import syllables
from dubbing.timeline import FRAME_MS, DurationPlan, Line, Mouth, Timeline

COLUMNS = (
    "number", "start", "end", "start ms", "end ms", "duration ms", "speaker", "source", "target",
    "syllables", "mouth", "lips close", "emotion", "delivery", "flags",
)  # fmt: skip
BEGINS_A_FORMULA = tuple("=+-@\t\r＝＋－＠")
"""In one spreadsheet program or another (OWASP, "CSV Injection")."""
PLAIN_NUMBER = re.compile(r"[-+]?\d+([.,]\d+)*")
BYTE_ORDER_MARK = "\ufeff"
"""Without it Excel takes the file for the machine's old code page."""


def cue_sheet(timeline: Timeline, clock: FrameClock) -> str:
    """The text of a .csv file in UTF-8 with a byte order mark."""
    table = io.StringIO()
    writer = csv.writer(table)
    writer.writerow(COLUMNS)
    for number, line in enumerate(timeline.lines, start=1):
        writer.writerow([harmless(cell) for cell in _cells(number, line, timeline, clock)])
    return BYTE_ORDER_MARK + table.getvalue()


def harmless(cell: str) -> str:
    """The cell so that no spreadsheet takes it for a formula; numbers stay numbers."""
    if cell.startswith(BEGINS_A_FORMULA) and not PLAIN_NUMBER.fullmatch(cell):
        return f"'{cell}"
    return cell


def _cells(number: int, line: Line, timeline: Timeline, clock: FrameClock) -> Iterator[str]:
    span = dub_span(line)
    yield str(number)
    yield from (clock.name_at(span.start_ms), clock.name_at(span.end_ms))
    yield from (str(span.start_ms), str(span.end_ms), str(span.duration_ms))
    yield line.speaker
    yield plain_text(line.text)
    yield as_written(plain_text(line.spoken_text), timeline.written)
    yield str(syllables(line.plan.symbols, timeline.target_language)) if line.plan else ""
    yield _mouth(line.mouth)
    yield _closures(line.plan, clock) if line.plan else ""
    yield _emotion(line)
    yield _delivery(line.delivery)
    yield ", ".join(line.flags)


def _mouth(mouth: Mouth | None) -> str:
    return "off screen" if mouth is None else f"on screen ({mouth.seen:.0%} seen)"


def _closures(plan: DurationPlan, clock: FrameClock) -> str:
    """Each m, b and p and the frame in its middle."""
    start_ms = plan.span.start_ms - plan.lead_ms + plan.frames[0] * FRAME_MS
    found = []
    for symbol, frames in zip(plan.symbols, plan.frames[1:-1], strict=True):
        if kind(symbol) is SymbolKind.BILABIAL:
            middle_ms = min(start_ms + frames * FRAME_MS / 2, plan.span.end_ms)
            found.append(f"{symbol} {clock.name_at(middle_ms)}")
        start_ms += frames * FRAME_MS
    return ", ".join(found)


def _emotion(line: Line) -> str:
    told = line.emotion
    if told is None:
        return ""
    return f"{told.label} {told.intensity:.1f}" if told.intensity else told.label


def _delivery(delivery: Delivery | None) -> str:
    """What is heard of it: a difference that rounds to nothing is left out."""
    if delivery is None:
        return ""
    told = [
        (f"pitch {delivery.pitch_st:+.1f} st", abs(delivery.pitch_st) >= 0.05),
        (f"range x{delivery.pitch_range:.2f}", abs(delivery.pitch_range - 1) >= 0.005),
        (f"pace x{delivery.rate:.2f}", abs(delivery.rate - 1) >= 0.005),
        (f"level {delivery.level_db:+.1f} dB", abs(delivery.level_db) >= 0.05),
        (f"brightness {delivery.bright_db:+.1f} dB", abs(delivery.bright_db) >= 0.05),
    ]
    heard = ", ".join(text for text, is_heard in told if is_heard)
    return f"{delivery.label}: {heard}" if heard else delivery.label

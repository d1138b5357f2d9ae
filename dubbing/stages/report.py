"""Measure the finished file and write down, line by line, what was made and how well.

Nothing here is taken from the plan: the dub is read back from the output file, the takes are found
in it by cross-correlation, and a recogniser writes down what it hears.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path

from dubbing.arrays import Audio
from dubbing.engines.asr import Recognizer
from dubbing.language.speech_text import comparable
from dubbing.media.loudness import programme_loudness
from dubbing.media.sound_file import read_sound, sound_format
from dubbing.metrics.baselines import Timed, heard_as_planned, timed_three_ways
from dubbing.metrics.mouth import (
    agreement,
    around,
    heard_frames,
    on_frames_of,
    own_time,
    spoken_sounds,
)
from dubbing.metrics.quality import dnsmos
from dubbing.metrics.said import Heard, compare
from dubbing.pipeline import Run, stage
from dubbing.review.audibility import checked_in_file
from dubbing.review.drawn_lines import drawn_line
from dubbing.review.finished import late_ms, pieces_written_down, sound_of
from dubbing.review.report_document import Agreements, Measured, report_document
from dubbing.review.templates import template
from dubbing.settings import ReportSettings
from dubbing.timeline import FRAME_MS, Line, OutputFile, Span, Timeline
from dubbing.vision.mouths import Mouths
from dubbing.workspace import write_text

LONGEST_WINDOW_MS = 27_000
MARGIN_MS = 200
GROUPS_AT_ONCE = 8
"""As many as a recogniser may hear side by side."""


@stage(
    reads=(
        "media",
        "source_language",
        "target_language",
        "speakers",
        "lines",
        "faces",
        "sound_offset_ms",
        "mix",
        "output",
    ),
    writes=("report", "lines.flags"),
    version=5,
    engine_roles=("asr",),
    packages=("speechmos",),
)
def report(timeline: Timeline, run: Run, settings: ReportSettings) -> Timeline:
    """Write ``report.json`` and ``report.html`` beside each other into the workspace."""
    assert timeline.output is not None
    output = Path(timeline.output.path)
    lines = [line for line in timeline.lines if line.take is not None]
    run.progress(0, 3, "reading the dub back", "steps")
    with sound_of(output, run.workspace) as (dub, speech):
        run.progress(1, 3, "finding the lines", "steps")
        late = {line.id: late_ms(line, run.workspace, speech) for line in lines}
        quality = {line.id: _quality(line, speech) for line in lines}
        run.progress(2, 3, "listening to the dub", "steps")
        code = timeline.target_language
        heard = _heard(lines, code, run, settings, speech) if settings.transcribe_back else {}
        loudness = asdict(programme_loudness(dub))
        file_ms = sound_format(speech).duration_ms
    measured = [
        _measured(line, late[line.id], heard.get(line.id), quality[line.id]) for line in lines
    ]
    mouths = Mouths(run.workspace, timeline)
    agreements = _agreements(timeline, run, mouths, late)
    timeline = checked_in_file(_flagged(timeline, measured, settings), measured, file_ms)
    document = report_document(timeline, measured, loudness, agreements)
    drawings = [drawn_line(run.workspace, mouths, line) for line in timeline.lines]
    folder = run.workspace.root / "reports" / timeline.target_language
    page = folder / "report.html"
    write_text(page, template("report.html.j2").render(report=document, drawings=drawings))
    write_text(folder / "report.json", json.dumps(document, ensure_ascii=False, indent=1) + "\n")
    return replace(timeline, report=OutputFile(str(page.absolute()), page.stat().st_size))


def _quality(line: Line, dub: Path) -> float:
    """DNSMOS of the line as it sounds in the finished file, with all that sounds under it."""
    assert line.take is not None
    return dnsmos(read_sound(dub, line.take.speech.start_ms, line.take.speech.end_ms))


# -- what they say -------------------------------------------------------------------------------


def _heard(
    lines: Sequence[Line], code: str, run: Run, settings: ReportSettings, speech: Path
) -> dict[str, Heard]:
    recognizer: Recognizer = run.engines.get("asr", settings.engine)
    found: dict[str, Heard] = {}
    groups = _groups(lines)
    for first in range(0, len(groups), GROUPS_AT_ONCE):
        together = groups[first : first + GROUPS_AT_ONCE]
        sounds = [_sound_of(group, speech) for group in together]
        texts = pieces_written_down(sounds, recognizer, code)
        for group, text in zip(together, texts, strict=True):
            references = [comparable(line.spoken_text, code) for line in group]
            said = compare(references, text)
            found |= {line.id: heard for line, heard in zip(group, said, strict=True)}
    return found


def _sound_of(group: Sequence[Line], speech: Path) -> Audio:
    """From a little before the first line to a little after the last."""
    start_ms = max(0, _spoken(group[0]).start_ms - MARGIN_MS)
    return read_sound(speech, start_ms, _spoken(group[-1]).end_ms + MARGIN_MS)


def _spoken(line: Line) -> Span:
    assert line.take is not None
    return line.take.speech


def _groups(lines: Sequence[Line]) -> list[list[Line]]:
    """Neighbouring lines that fit into one window of the recogniser."""
    groups: list[list[Line]] = []
    for line in lines:
        begins = _spoken(groups[-1][0]).start_ms if groups else 0
        if groups and _spoken(line).end_ms - begins <= LONGEST_WINDOW_MS:
            groups[-1].append(line)
        else:
            groups.append([line])
    return groups


# -- what is written -----------------------------------------------------------------------------


def _measured(line: Line, late: float | None, heard: Heard | None, quality: float) -> Measured:
    """Errors against the plan; the take itself may differ from it."""
    assert line.take is not None
    assert line.plan is not None
    spoken, planned = line.take.speech, line.plan.span
    return Measured(
        line=line.id,
        start_error_ms=None
        if late is None
        else round(spoken.start_ms + late - planned.start_ms, 1),
        end_error_ms=None if late is None else round(spoken.end_ms + late - planned.end_ms, 1),
        error_rate=None if heard is None else heard.error_rate,
        heard="" if heard is None else heard.text,
        dnsmos=quality,
    )


def _flagged(
    timeline: Timeline, measured: Sequence[Measured], settings: ReportSettings
) -> Timeline:
    bad = {
        item.line
        for item in measured
        if item.error_rate is not None and item.error_rate > settings.max_error_rate
    }
    return timeline.with_lines(
        replace(line, flags=(*line.flags, "unclear speech")) if line.id in bad else line
        for line in timeline.lines
    )


# -- how they go with the mouths -----------------------------------------------------------------


def _agreements(
    timeline: Timeline, run: Run, mouths: Mouths, late: dict[str, float | None]
) -> Agreements:
    """Ours as it lies in the finished file; the two baselines by their lengths.

    ``dub evaluate`` speaks the baselines as well and measures them as sound.
    """
    spans = [line.span for line in timeline.lines]
    found: Agreements = {}
    for number, line in enumerate(timeline.lines):
        lips, late_by = mouths.of(line), late.get(line.id)
        if line.plan is None or line.take is None or lips is None or late_by is None:
            continue
        found[line.id] = {}
        for timed in timed_three_ways(line.plan, line.span):
            heard, start_ms = heard_as_planned(line.plan, timed), timed.start_ms
            if timed.method == "ours":
                heard = heard_frames(read_sound(run.workspace.path(line.take.sound)))
                start_ms = line.take.start_ms + late_by
            seen = lips.between(*_seen_around(line, timed))
            found[line.id][timed.method] = agreement(
                seen,
                on_frames_of(seen, heard, start_ms),
                spoken_sounds(line.plan.symbols, timed.frames, start_ms),
                own_time(spans, number),
            )
    return found


def _seen_around(line: Line, timed: Timed) -> tuple[int, int]:
    end_ms = timed.start_ms + FRAME_MS * sum(timed.frames)
    return around(
        min(line.span.start_ms, round(timed.start_ms)), max(line.span.end_ms, round(end_ms))
    )

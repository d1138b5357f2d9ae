"""Measure the finished file and write down, line by line, what was made and how well.

Nothing here is taken from the plan: the dub is read back from the output file, the takes are found
in it by cross-correlation, and a recogniser writes down what it hears.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, replace
from pathlib import Path

from dubbing.engines.asr import Recognizer
from dubbing.flags import FOUND_IN_REPORT, Flag, without
from dubbing.language.doubt import NOT_UNDERSTOOD, is_uncertain
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
from dubbing.pipeline import Run, stage
from dubbing.registry import identity
from dubbing.review.audibility import checked_in_file
from dubbing.review.drawn_lines import drawn_line
from dubbing.review.finished import late_ms, sound_of
from dubbing.review.listening import Listener, Understood
from dubbing.review.report_document import Agreements, Measured, report_document
from dubbing.review.templates import template
from dubbing.settings import ReportSettings
from dubbing.soundtrack.buried import is_buried
from dubbing.timeline import FRAME_MS, Line, OutputFile, Timeline
from dubbing.translation.candidates import PERSON, REVIEWER
from dubbing.vision.mouths import Mouths
from dubbing.workspace import write_text


@stage(
    reads=(
        "media",
        "source_language",
        "source_language_probability",
        "target_language",
        "speakers",
        "lines",
        "faces",
        "dialogue",
        "voice_channels",
        "sound_offset_ms",
        "mix",
        "output",
        "written",
    ),
    writes=("report", "lines.flags"),
    version=10,
    engine_roles=("asr",),
    packages=("speechmos",),
    settings_of=("timing.fastest", "timing.slowest"),
    outside=("ffmpeg",),
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
        understood = _understood(timeline, run, settings, speech)
        loudness = asdict(programme_loudness(dub))
        file_ms = sound_format(speech).duration_ms
    measured = [
        _measured(line, late[line.id], understood.get(line.id), quality[line.id]) for line in lines
    ]
    mouths = Mouths(run.workspace, timeline)
    agreements = _agreements(timeline, run, mouths, late)
    flagged = _flagged(timeline, run, understood, settings)
    timeline = checked_in_file(flagged, measured, file_ms)
    document = report_document(timeline, measured, loudness, agreements, run.profile.timing)
    drawings = [drawn_line(run.workspace, mouths, line) for line in timeline.lines]
    folder = run.workspace.root / "reports" / timeline.target_language
    page = folder / "report.html"
    write_text(page, template("report.html.j2").render(report=document, drawings=drawings))
    write_text(folder / "report.json", json.dumps(document, ensure_ascii=False, indent=1) + "\n")
    return replace(timeline, report=OutputFile(str(page.absolute()), page.stat().st_size))


def _understood(
    timeline: Timeline, run: Run, settings: ReportSettings, speech: Path
) -> dict[str, Understood]:
    """How well each line is understood; empty if nobody shall listen."""
    if not settings.transcribe_back:
        return {}
    recognizer: Recognizer = run.engines.get("asr", settings.engine)
    name = identity("asr", settings.engine)
    listener = Listener(timeline, run.workspace, recognizer, name, run)
    return listener.listen(speech, settings.max_error_rate)


def _quality(line: Line, dub: Path) -> float:
    """DNSMOS of the line as it sounds in the finished file, with all that sounds under it."""
    assert line.take is not None
    return dnsmos(read_sound(dub, line.take.speech.start_ms, line.take.speech.end_ms))


# -- what is written -----------------------------------------------------------------------------


def _measured(
    line: Line, late: float | None, understood: Understood | None, quality: float
) -> Measured:
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
        error_rate=None if understood is None else understood.error_rate,
        sound_errors=None if understood is None else understood.sound_errors,
        voice_errors=None if understood is None else understood.voice_errors,
        above_bed_db=None if understood is None else understood.above_bed_db,
        heard="" if understood is None else understood.heard,
        dnsmos=quality,
    )


def _flagged(
    timeline: Timeline, run: Run, understood: Mapping[str, Understood], settings: ReportSettings
) -> Timeline:
    """Every line with the flags that this stage gives; those of an earlier report are taken off."""
    return timeline.with_lines(
        replace(
            line,
            flags=(
                *without(line.flags, FOUND_IN_REPORT),
                *_doubts(
                    line,
                    understood.get(line.id),
                    settings,
                    is_buried=is_buried(timeline, run.workspace, line),
                ),
            ),
        )
        for line in timeline.lines
    )


def _doubts(
    line: Line, understood: Understood | None, settings: ReportSettings, *, is_buried: bool = False
) -> Iterator[Flag]:
    is_dubbed = line.take is not None
    if not is_dubbed and line.kept == NOT_UNDERSTOOD:
        yield Flag.NOT_UNDERSTOOD
    if is_dubbed and is_uncertain(line, is_buried=is_buried) and not _is_given(line):
        yield Flag.UNCERTAIN_TRANSCRIPT
    if understood is not None:
        yield from understood.flags(settings.max_error_rate)


def _is_given(line: Line) -> bool:
    """Whether a person said what the line says, whatever was heard."""
    said = line.translation
    decided = said is not None and (
        said.engine == REVIEWER or any(c.origin == PERSON for c in said.candidates[:1])
    )
    return decided or (line.decision is not None and line.decision.verdict == "accepted")


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

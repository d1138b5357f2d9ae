"""Measure the finished file and write down, line by line, what was made and how well.

Nothing here is taken from the plan: the dub is read back from the output file, the takes are found
in it by cross-correlation, and a recogniser writes down what it hears.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from statistics import median
from typing import Any

from dubbing import __version__
from dubbing.engines.asr import Recognizer
from dubbing.language.speech_text import comparable
from dubbing.media.extract import extract_audio, extract_speech_audio
from dubbing.media.loudness import programme_loudness
from dubbing.media.probe import probe
from dubbing.media.resample import resample
from dubbing.media.sound_file import read_sound
from dubbing.metrics.baselines import Timed, heard_as_planned, timed_three_ways
from dubbing.metrics.mouth import (
    Agreement,
    agreement,
    around,
    as_row,
    heard_frames,
    on_frames_of,
    out_of_bounds,
    overall,
    own_time,
    spoken_sounds,
)
from dubbing.metrics.placement import lag_ms
from dubbing.metrics.quality import dnsmos
from dubbing.metrics.said import Heard, compare
from dubbing.pipeline import Run, stage
from dubbing.review.drawn_lines import drawn_line, mouth_of
from dubbing.review.report_page import render
from dubbing.settings import ReportSettings
from dubbing.timeline import FRAME_MS, Line, OutputFile, Span, Timeline
from dubbing.workspace import write_text

LONGEST_WINDOW_MS = 27_000
MARGIN_MS = 200
SEARCH_MS = 300
"""A take is looked for this far from where it should be."""


@dataclass(frozen=True, slots=True)
class Measured:
    """One line on the finished file; ``None`` where it could not be measured."""

    line: str
    start_error_ms: float | None = None
    end_error_ms: float | None = None
    error_rate: float | None = None
    heard: str = ""
    dnsmos: float | None = None


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
    version=3,
    engine_roles=("asr",),
)
def report(timeline: Timeline, run: Run, settings: ReportSettings) -> Timeline:
    """Write ``report.json`` and ``report.html`` beside each other into the workspace."""
    assert timeline.output is not None
    output = Path(timeline.output.path)
    with run.workspace.new_file(".wav") as dub, run.workspace.new_file(".wav") as speech:
        run.progress(0, 3, "reading the dub back", "steps")
        extract_audio(output, 0, dub, start_ms=probe(output).start_ms)
        extract_speech_audio(dub, speech)
        run.progress(1, 3, "finding the lines", "steps")
        placed = {line.id: _placement(line, run, speech) for line in _dubbed(timeline)}
        quality = {line.id: _quality(line, speech) for line in _dubbed(timeline)}
        run.progress(2, 3, "listening to the dub", "steps")
        heard = _heard(timeline, run, settings, speech) if settings.transcribe_back else {}
        loudness = asdict(programme_loudness(dub))
    measured = [
        _measured(line, placed[line.id], heard.get(line.id), quality[line.id])
        for line in _dubbed(timeline)
    ]
    mouths = _mouths(timeline, run, measured)
    timeline = _flagged(timeline, measured, settings)
    document = _document(timeline, measured, loudness, mouths)
    _draw(document, timeline, run)
    folder = run.workspace.root / "reports" / timeline.target_language
    page = folder / "report.html"
    write_text(page, render(document))
    for entry in document["lines"]:
        del entry["drawing"]
    write_text(folder / "report.json", json.dumps(document, ensure_ascii=False, indent=1) + "\n")
    return replace(timeline, report=OutputFile(str(page.absolute()), page.stat().st_size))


def _dubbed(timeline: Timeline) -> list[Line]:
    return [line for line in timeline.lines if line.take is not None]


# -- where the takes lie -------------------------------------------------------------------------


def _placement(line: Line, run: Run, dub: Path) -> tuple[float | None, float | None]:
    """Start and end error against the plan in ms, found on the finished sound."""
    take, plan = line.take, line.plan
    assert take is not None
    assert plan is not None
    speech = take.speech
    spoken = read_sound(run.workspace.path(take.sound)).between(
        speech.start_ms - take.start_ms, speech.end_ms - take.start_ms
    )
    from_ms = max(0, speech.start_ms - SEARCH_MS)
    found = read_sound(dub, from_ms, speech.end_ms + SEARCH_MS)
    late_ms = lag_ms(resample(spoken, found.rate_hz), found, speech.start_ms - from_ms)
    if late_ms is None:
        return None, None
    start_error = speech.start_ms + late_ms - plan.span.start_ms
    return round(start_error, 1), round(speech.end_ms + late_ms - plan.span.end_ms, 1)


def _quality(line: Line, dub: Path) -> float:
    """DNSMOS of the line as it sounds in the finished file, with all that sounds under it."""
    assert line.take is not None
    return dnsmos(read_sound(dub, line.take.speech.start_ms, line.take.speech.end_ms))


# -- what they say -------------------------------------------------------------------------------


def _heard(
    timeline: Timeline, run: Run, settings: ReportSettings, speech: Path
) -> dict[str, Heard]:
    from dubbing.language.languages import language

    recognizer: Recognizer = run.engines.get("asr", settings.engine)
    code = timeline.target_language
    found: dict[str, Heard] = {}
    for group in _groups(_dubbed(timeline)):
        start_ms = max(0, _spoken(group[0]).start_ms - MARGIN_MS)
        audio = read_sound(speech, start_ms, _spoken(group[-1]).end_ms + MARGIN_MS)
        window = (0, min(audio.duration_ms, 30_000))
        segments = recognizer.recognize(audio, [window], language(code).whisper_code)[0]
        hypothesis = comparable(" ".join(segment.text for segment in segments), code)
        references = [comparable(line.spoken_text, code) for line in group]
        results = compare(references, hypothesis)
        found |= {line.id: said for line, said in zip(group, results, strict=True)}
    return found


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


def _measured(
    line: Line,
    placement: tuple[float | None, float | None],
    heard: Heard | None,
    quality: float,
) -> Measured:
    return Measured(
        line=line.id,
        start_error_ms=placement[0],
        end_error_ms=placement[1],
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

Mouths = dict[str, dict[str, Agreement]]
"""By line and method."""


def _mouths(timeline: Timeline, run: Run, measured: Sequence[Measured]) -> Mouths:
    """Ours as it lies in the finished file; the two baselines by their lengths.

    ``dub evaluate`` speaks the baselines as well and measures them as sound.
    """
    late = {item.line: item.start_error_ms for item in measured}
    spans = [line.span for line in timeline.lines]
    found: Mouths = {}
    for number, line in enumerate(timeline.lines):
        if line.plan is None or line.take is None or late.get(line.id) is None:
            continue
        lips = mouth_of(run.workspace, timeline, line)
        if lips is None:
            continue
        found[line.id] = {}
        for timed in timed_three_ways(line.plan, line.span):
            heard, start_ms = heard_as_planned(line.plan, timed), timed.start_ms
            if timed.method == "ours":
                heard = heard_frames(read_sound(run.workspace.path(line.take.sound)))
                start_ms = _found_at_ms(line, float(late[line.id] or 0.0))
            seen = lips.between(*_seen_around(line, timed))
            found[line.id][timed.method] = agreement(
                seen,
                on_frames_of(seen, heard, start_ms),
                spoken_sounds(line.plan.symbols, timed.frames, start_ms),
                own_time(spans, number),
            )
    return found


def _found_at_ms(line: Line, start_error_ms: float) -> float:
    """Where the first sample of the take lies in the finished file."""
    assert line.take is not None
    assert line.plan is not None
    drift_ms = line.plan.span.start_ms + start_error_ms - line.take.speech.start_ms
    return line.take.start_ms + drift_ms


def _seen_around(line: Line, timed: Timed) -> tuple[int, int]:
    end_ms = timed.start_ms + FRAME_MS * sum(timed.frames)
    return around(
        min(line.span.start_ms, round(timed.start_ms)), max(line.span.end_ms, round(end_ms))
    )


def _mouth_summary(timeline: Timeline, mouths: Mouths) -> dict[str, Any]:
    """One row a method, over all lines whose mouth is seen."""
    rows: dict[str, Any] = {
        method: as_row(overall([by_method[method] for by_method in mouths.values()]))
        for method in ("ours", "natural", "uniform")
    }
    plans = [line.plan for line in timeline.lines if line.plan and line.id in mouths]
    inner = [(p.frames[p.first : p.last - 1], p.natural[p.first : p.last - 1]) for p in plans]
    n_phonemes = sum(len(frames) for frames, _ in inner)
    beyond = sum(out_of_bounds(frames, natural) for frames, natural in inner)
    rows["ours"]["out_of_bounds"] = round(beyond / n_phonemes, 4) if n_phonemes else None
    return rows


def _draw(document: dict[str, Any], timeline: Timeline, run: Run) -> None:
    """Lines as pictures, for the page alone."""
    for entry, line in zip(document["lines"], timeline.lines, strict=True):
        entry["drawing"] = drawn_line(run.workspace, timeline, line)


def _document(
    timeline: Timeline,
    measured: Sequence[Measured],
    loudness: dict[str, Any],
    mouths: Mouths,
) -> dict[str, Any]:
    assert timeline.media is not None
    assert timeline.mix is not None
    by_line = {item.line: item for item in measured}
    return {
        "schema": "dubbing.Report/1",
        "program": f"dubbing {__version__}",
        "synthetic_speech": True,
        "film": {
            "name": timeline.media.name,
            "duration_ms": timeline.media.duration_ms,
            "notes": list(timeline.media.notes),
        },
        "output": timeline.output.path if timeline.output else "",
        "source_language": timeline.source_language,
        "target_language": timeline.target_language,
        "sound_offset_ms": timeline.sound_offset_ms,
        "mouths": _mouth_summary(timeline, mouths),
        "loudness": {"original_lufs": timeline.mix.original_lufs, "dub": loudness},
        "summary": _summary(timeline, measured),
        "speakers": [
            {
                "id": s.id,
                "name": s.name,
                "f0_hz": s.f0_hz,
                "voice": asdict(s.voice) if s.voice else None,
            }
            for s in timeline.speakers
        ],
        "lines": [
            _line(number, line, by_line.get(line.id), mouths.get(line.id))
            for number, line in enumerate(timeline.lines, start=1)
        ],
        "stages": [
            {"stage": s.stage, "engine": s.engine, "seconds": s.seconds, "reused": s.reused}
            for s in timeline.history
        ],
    }


def _summary(timeline: Timeline, measured: Sequence[Measured]) -> dict[str, Any]:
    rates = [item.error_rate for item in measured if item.error_rate is not None]
    starts = [abs(item.start_error_ms) for item in measured if item.start_error_ms is not None]
    ends = [abs(item.end_error_ms) for item in measured if item.end_error_ms is not None]
    return {
        "lines": len(timeline.lines),
        "dubbed": len(measured),
        "found_in_output": len(starts),
        "flagged": sum(1 for line in timeline.lines if line.flags),
        "median_error_rate": round(median(rates), 4) if rates else None,
        "median_dnsmos": median([m.dnsmos for m in measured if m.dnsmos is not None] or [0])
        or None,
        "worst_start_error_ms": max(starts, default=None),
        "worst_end_error_ms": max(ends, default=None),
    }


def _line(
    number: int, line: Line, measured: Measured | None, mouth: dict[str, Agreement] | None
) -> dict[str, Any]:
    plan = line.plan
    return {
        "number": number,
        "id": line.id,
        "speaker": line.speaker,
        "source": {"start_ms": line.span.start_ms, "end_ms": line.span.end_ms, "text": line.text},
        "says": line.spoken_text,
        "candidates": [asdict(c) for c in line.translation.candidates] if line.translation else [],
        "plan": None
        if plan is None
        else {
            "start_ms": plan.span.start_ms,
            "end_ms": plan.span.end_ms,
            "natural_ms": plan.natural_ms,
            "tempo": round(plan.tempo, 3),
            "rungs": list(plan.rungs),
            "lip_strength": plan.lip_strength,
            "added_pauses": plan.added_pauses,
        },
        "mouth": None if line.mouth is None else asdict(line.mouth),
        "agreement": None if mouth is None else {name: as_row(a) for name, a in mouth.items()},
        "measured": None if measured is None else asdict(measured),
        "flags": list(line.flags),
    }

"""What a report says: plain values for JSON and for the page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from statistics import median
from typing import Any

from dubbing import __version__
from dubbing.flags import Flag
from dubbing.language.doubt import language_doubt, word_probability
from dubbing.language.script import as_written
from dubbing.metrics.mouth import Agreement, out_of_bounds, overall
from dubbing.settings import TimingSettings
from dubbing.timeline import Candidate, DurationPlan, Line, Timeline
from dubbing.timing.audible import UNHEARD, unheard
from dubbing.voice.whole_lines import limits_for

Agreements = dict[str, dict[str, Agreement]]
"""How each line, timed by each method, goes with its mouth."""


@dataclass(frozen=True, slots=True)
class Measured:
    """One line on the finished file; ``None`` where it could not be measured.

    ``error_rate`` counts characters; ``sound_errors``, ``voice_errors`` and ``above_bed_db`` are those of
    :class:`dubbing.review.listening.Understood`.
    """

    line: str
    start_error_ms: float | None = None
    end_error_ms: float | None = None
    error_rate: float | None = None
    sound_errors: float | None = None
    voice_errors: float | None = None
    above_bed_db: float | None = None
    heard: str = ""
    dnsmos: float | None = None


def report_document(
    timeline: Timeline,
    measured: Sequence[Measured],
    loudness: dict[str, Any],
    agreements: Agreements,
    timing: TimingSettings,
) -> dict[str, Any]:
    """All of a report that JSON can hold (``dubbing.Report/1``); ``timing`` as the lines were timed."""
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
            "notes": [*timeline.media.notes, *_language_doubt(timeline)],
        },
        "output": timeline.output.path if timeline.output else "",
        "source_language": timeline.source_language,
        "source_language_probability": timeline.source_language_probability,
        "target_language": timeline.target_language,
        "is_spoken_again": timeline.is_spoken_again,
        "sound_offset_ms": timeline.sound_offset_ms,
        "mouths": _mouths(timeline, agreements, timing),
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
            _line(timeline, number, line, by_line.get(line.id), agreements.get(line.id))
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
    qualities = [item.dnsmos for item in measured if item.dnsmos is not None]
    return {
        "lines": len(timeline.lines),
        "dubbed": len(measured),
        "not_understood": sum(Flag.NOT_UNDERSTOOD in line.flags for line in timeline.lines),
        "found_in_output": len(starts),
        "flagged": sum(1 for line in timeline.lines if line.flags),
        "unheard": len(unheard(timeline.lines)),
        "told_by": _told_by(timeline),
        "median_error_rate": round(median(rates), 4) if rates else None,
        "median_dnsmos": median(qualities) if qualities else None,
        "worst_start_error_ms": max(starts, default=None),
        "worst_end_error_ms": max(ends, default=None),
    }


def _told_by(timeline: Timeline) -> dict[str, int]:
    """How many planned lines are timed by the original's sound, by lips, and freely."""
    told = [line.plan.told_by or "nothing" for line in timeline.lines if line.plan is not None]
    return {name: told.count(name) for name in ("sound", "lips", "nothing")}


def _line(
    timeline: Timeline,
    number: int,
    line: Line,
    measured: Measured | None,
    mouth: dict[str, Agreement] | None,
) -> dict[str, Any]:
    plan, written = line.plan, timeline.written
    return {
        "number": number,
        "id": line.id,
        "speaker": line.speaker,
        "source": {"start_ms": line.span.start_ms, "end_ms": line.span.end_ms, "text": line.text},
        "language": timeline.language_of(line),
        "word_probability": round(word_probability(line), 3),
        "hearing": None if line.hearing is None else asdict(line.hearing),
        "says": as_written(line.spoken_text, written),
        "kept": timeline.why_kept(line),
        "candidates": [_candidate(c, written) for c in line.translation.candidates]
        if line.translation
        else [],
        "plan": None
        if plan is None
        else {
            "start_ms": plan.span.start_ms,
            "end_ms": plan.span.end_ms,
            "natural_ms": plan.natural_ms,
            "tempo": round(plan.tempo, 3),
            "rungs": list(plan.rungs),
            "lip_strength": plan.lip_strength,
            "told_by": plan.told_by,
            "clearness": plan.clearness,
            "added_pauses": plan.added_pauses,
            "stretched": plan.whole is not None,
            "speed": plan.speed,
        },
        "emotion": None if line.emotion is None else asdict(line.emotion),
        "delivery": None if line.delivery is None else asdict(line.delivery),
        "mouth": None if line.mouth is None else asdict(line.mouth),
        "agreement": None if mouth is None else {name: asdict(a) for name, a in mouth.items()},
        "measured": None if measured is None else asdict(measured),
        "flags": list(line.flags),
        "unheard": [flag for flag in line.flags if flag in UNHEARD],
    }


def _candidate(candidate: Candidate, written: str | None) -> dict[str, Any]:
    return {**asdict(candidate), "text": as_written(candidate.text, written)}


def _language_doubt(timeline: Timeline) -> list[str]:
    """That the language may be another; a language that a person named has no probability but 1."""
    probability = timeline.source_language_probability
    speech_ms = sum(line.span.duration_ms for line in timeline.lines)
    doubt = language_doubt(timeline.source_language, probability, speech_ms)
    return [doubt] if doubt and probability < 1 else []


def _mouths(timeline: Timeline, agreements: Agreements, timing: TimingSettings) -> dict[str, Any]:
    """One row a method, over all lines whose mouth is seen."""
    rows: dict[str, Any] = {
        method: asdict(overall([by_method[method] for by_method in agreements.values()]))
        for method in ("ours", "natural", "uniform")
    }
    plans = [line.plan for line in timeline.lines if line.plan and line.id in agreements]
    n_phonemes = sum(p.last - 1 - p.first for p in plans)
    beyond = sum(_out_of_bounds(plan, timing) for plan in plans)
    rows["ours"]["out_of_bounds"] = round(beyond / n_phonemes, 4) if n_phonemes else None
    return rows


def _out_of_bounds(plan: DurationPlan, timing: TimingSettings) -> int:
    inner = slice(plan.first, plan.last - 1)
    limits = limits_for(timing, is_whole=plan.whole is not None)
    return out_of_bounds(plan.frames[inner], plan.natural[inner], limits)

"""One line as the review page shows it: what was decided, and all that speaks for it."""

from __future__ import annotations

import base64
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from dubbing.language.doubt import NOT_UNDERSTOOD
from dubbing.language.phoneme_classes import SymbolKind, kind
from dubbing.language.script import as_written
from dubbing.metrics.baselines import timed_three_ways
from dubbing.metrics.mouth import around, spoken_sounds
from dubbing.review.decision import LineDecision
from dubbing.review.line_drawing import ipa
from dubbing.reviewer.line_state import line_hash
from dubbing.reviewer.pace import Pace
from dubbing.reviewer.slots import room
from dubbing.timeline import FRAME_MS, DurationPlan, Line, Sense, Timeline
from dubbing.timing.audible import UNHEARD
from dubbing.timing.lips import OPENING, Lips
from dubbing.translation.doubts import doubts
from dubbing.vision.mouths import Mouths

UNSEEN, WIDEST = 255, 254
LEAST_OPENING = 0.05
"""Of the distance between the eyes; a mouth that never opens further hardly moves."""
MOST_LABELS = 4
CHECKED = ("heard", "error_rate", "dnsmos", "start_error_ms", "end_error_ms")


@dataclass(frozen=True, slots=True)
class About:
    """What is known of a line beside the document."""

    number: int
    pace: Pace | None
    measured: dict[str, Any] | None
    """What the report measured of it."""
    decision: LineDecision | None
    is_locked: bool


def line_document(timeline: Timeline, line: Line, about: About, mouths: Mouths) -> dict[str, Any]:
    """A line as plain values; times in ms on the film's clock."""
    earliest_ms, latest_ms = room(timeline, about.number)
    voice = timeline.voice_of(line)
    spoken = line.take.speech if line.take else None
    return {
        "id": line.id,
        "number": about.number,
        "speaker": line.speaker,
        "hash": line_hash(timeline, line),
        "start_ms": line.span.start_ms,
        "end_ms": line.span.end_ms,
        "earliest_ms": earliest_ms,
        "latest_ms": latest_ms,
        "text": line.text,
        "says": as_written(line.spoken_text, timeline.written),
        "kept": _decided_by_sound(timeline, line),
        "dub_start_ms": None if spoken is None else spoken.start_ms,
        "dub_end_ms": None if spoken is None else spoken.end_ms,
        "candidates": _candidates(line, timeline.written),
        "pace": None if about.pace is None else asdict(about.pace),
        "emotion": _emotion(line),
        "delivery": _delivery(line),
        "voice": "" if voice is None else voice.name,
        "timing": None if line.plan is None else _timing(line, line.plan),
        "lips": _lips(line, mouths),
        "phonemes": [] if line.plan is None else _phonemes(line.plan),
        "check": None
        if about.measured is None
        else {name: about.measured.get(name) for name in CHECKED},
        "flags": _flags(line),
        "unheard": [flag for flag in line.flags if flag in UNHEARD],
        "locked": about.is_locked,
        "decision": decision_document(about.decision),
    }


def _decided_by_sound(timeline: Timeline, line: Line) -> str:
    """Why the original stays whatever a reviewer says; a line that was not understood may get a text."""
    why = timeline.why_kept(line)
    return "" if why == NOT_UNDERSTOOD else why


def decision_document(decision: LineDecision | None) -> dict[str, Any] | None:
    """A decision as the page knows it."""
    if decision is None:
        return None
    plain = decision.model_dump(exclude_none=True, exclude={"refused"})
    plain["flags_accepted"] = list(decision.flags_accepted)
    return {key: value for key, value in plain.items() if value not in ("", []) or key == "at"}


def _flags(line: Line) -> list[str]:
    """All flags, also those that the reviewer accepted: the page hides these, and can show them."""
    accepted = line.decision.flags_accepted if line.decision else ()
    return [*line.flags, *doubts(accepted)]


def _candidates(line: Line, written: str | None) -> list[dict[str, Any]]:
    if line.translation is None:
        return []
    wanted = ("score", "reverse", "natural_ms", "fit", "total", "origin")
    return [
        {
            "text": as_written(c.text, written),
            **{name: getattr(c, name) for name in wanted},
            "flags": list(c.flags),
        }
        for c in line.translation.candidates
    ]


def _emotion(line: Line) -> dict[str, Any] | None:
    told = line.emotion
    if told is None:
        return None
    return {
        "label": told.label,
        "intensity": told.intensity,
        "valence": told.valence,
        "arousal": told.arousal,
        "senses": [_sense(sense) for sense in told.senses],
    }


def _sense(sense: Sense) -> dict[str, Any]:
    ranked = sorted(sense.probabilities, key=lambda item: -item[1])[:MOST_LABELS]
    return {
        "name": sense.name,
        "labels": [[label, round(share, 3)] for label, share in ranked],
        "confidence": round(sense.confidence, 3),
        "arousal": sense.arousal,
    }


def _delivery(line: Line) -> dict[str, Any] | None:
    told = line.delivery
    if told is None:
        return None
    return {
        "label": told.label,
        "intensity": told.intensity,
        "is_chosen": told.is_chosen,
        "reason": told.reason,
    }


def _timing(line: Line, plan: DurationPlan) -> dict[str, Any]:
    return {
        "natural_ms": plan.natural_ms,
        "planned_ms": plan.span.duration_ms,
        "tempo": round(plan.tempo, 3),
        "rungs": list(plan.rungs),
        "lip_strength": plan.lip_strength,
        "added_pauses": plan.added_pauses,
        "verdict": _verdict(line, plan),
    }


def _verdict(line: Line, plan: DurationPlan) -> str:
    """In a few words, how the line is timed."""
    if "spill" in plan.rungs:
        return "runs over its time"
    if "rate" in plan.rungs:
        return "very fast, to fit"
    if plan.lip_strength > 0:
        return "follows the mouth"
    if line.mouth is None:
        return "nobody seen to speak; timed freely"
    return "timed by its slot"


def _lips(line: Line, mouths: Mouths) -> dict[str, Any] | None:
    found = mouths.of(line)
    if found is None:
        return None
    begin, end = line.span.start_ms, line.span.end_ms
    if line.plan is not None:
        begin, end = min(begin, line.plan.span.start_ms), max(end, line.plan.span.end_ms)
    seen = found.between(*around(begin, end))
    return {
        "start_ms": seen.start_ms,
        "frame_ms": FRAME_MS,
        "opening": base64.b64encode(_opening(seen)).decode(),
    }


def _opening(lips: Lips) -> bytes:
    """One byte a frame, 0 closed to 254 as wide as the line has it; 255 where no mouth is seen."""
    opening = lips.values[:, OPENING].astype(float)
    known = opening[lips.seen]
    widest = max(float(np.percentile(known, 99)) if len(known) else 0.0, LEAST_OPENING)
    scaled = np.clip(opening / widest * WIDEST, 0, WIDEST).round().astype(np.uint8)
    scaled[~lips.seen] = UNSEEN
    return scaled.tobytes()


def _phonemes(plan: DurationPlan) -> list[list[Any]]:
    """What is heard of the sounds of a plan; the silence in the last one is left out."""
    ours = timed_three_ways(plan, plan.span)[0]
    heard = [
        (
            made,
            max(round(made.start_ms), plan.span.start_ms),
            min(round(made.end_ms), plan.span.end_ms),
        )
        for made in spoken_sounds(plan.symbols, ours.frames, ours.start_ms)
    ]
    return [
        [
            ipa(made.symbols.strip()),
            start_ms,
            end_ms,
            any(kind(symbol) is SymbolKind.BILABIAL for symbol in made.symbols),
        ]
        for made, start_ms, end_ms in heard
        if end_ms > start_ms
    ]

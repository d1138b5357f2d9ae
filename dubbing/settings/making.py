"""Settings of the stages that say, time, speak, mix and finish the dub."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from dubbing.delivery import Mood
from dubbing.settings.strict import SpeechEngine, Strict


class EmotionOverride(Strict):
    """A mood that somebody asks for: for lines (from 1), a time, a speaker, or all that is said."""

    label: Mood
    intensity: float | None = Field(None, ge=0, le=1)
    lines: tuple[int, int] | None = None
    """First and last."""
    span_ms: tuple[int, int] | None = None
    speaker: str | None = None


MoodSource = Literal["source", "voice", "face", "text", "none"]


class DeliverySettings(Strict):
    """How lines are to be said."""

    source: MoodSource = "source"
    """Which sense of the film's moods is carried over; ``source`` is all of them."""
    strength: float = Field(1.0, ge=0, le=1.5)
    overrides: tuple[EmotionOverride, ...] = ()


class Pronunciation(Strict):
    """A word that is spoken otherwise than its letters say; ``said`` as in a pronunciation file."""

    text: str
    said: str


class TimingSettings(SpeechEngine):
    """How far the speech may bend to fit its time; the order of concessions is fixed."""

    fastest: float = Field(0.6, gt=0.2, le=1.0)
    """No phoneme is planned shorter than this share of its natural length."""
    slowest: float = Field(1.6, ge=1.0, lt=4.0)
    """No phoneme is planned longer than this multiple of its natural length."""
    comfortable_fast: float = Field(0.9, gt=0.2, le=1.0)
    """Compression that nobody hears; used before any silence is borrowed."""
    comfortable_slow: float = Field(1.25, ge=1.0, lt=4.0)
    """Stretch that still sounds natural; a shorter line ends before the mouth does."""
    max_rate: float = Field(1.2, ge=1.0, lt=2.0)
    """Global tempo of the last resort (Netflix and EBU practice: hardly noticed up to 1.2)."""
    gap_ms: int = Field(100, ge=0)
    """Silence kept before the next line."""
    lip_strength: float = Field(0.5, ge=0, le=1)
    """How much the mouth on screen counts: 0 = natural timing, 1 = all that the limits allow."""
    pronunciations: tuple[Pronunciation, ...] = ()
    most_added_pauses: int = Field(2, ge=0)
    """Pauses that may be put into a line where its mouth rests and its text has none."""


class SynthesizeSettings(SpeechEngine):
    """How lines are spoken."""

    watermark: bool = True
    """Whether every line carries an inaudible mark that it is synthetic."""


class MixSettings(Strict):
    """How the dub is laid over the original."""

    duck_db: float = Field(-26.0, le=0)
    """Level of the original under dubbed lines."""
    fade_ms: int = Field(80, ge=5)
    """Length of the ramps into and out of the duck."""
    ceiling_dbtp: float = Field(-1.0, le=0)
    """True peak that is never passed (EBU R 128)."""
    loudness: Literal["source", "ebu-r128", "netflix", "streaming"] = "source"
    """Of the programme: as it was, -23 LUFS, -27 LUFS of dialogue, or -14 LUFS."""
    tone: bool = True
    """Whether voices get the film's tone."""
    room: bool = True
    """Whether voices get a little of the film's room."""


class MuxSettings(Strict):
    """What the finished file holds beside the dub."""

    keep_original: bool = True
    subtitles: bool = False
    credentials: bool = True
    """Whether the file states, signed (C2PA), that its dialogue is synthetic."""
    written: Literal["zh-Hant-TW", "zh-Hant-HK"] | None = None
    """In which characters Chinese is shown; ``None``: as it was translated, in simplified ones."""


class ReportSettings(Strict):
    """What is measured on the finished file."""

    transcribe_back: bool = True
    engine: str = "faster-whisper"
    max_error_rate: float = Field(0.3, ge=0, le=1)
    """A line of whose sounds a larger share is misheard is flagged, unless only the recogniser fails."""

"""Settings of the stages that find out what is in the film."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from dubbing.settings.strict import Strict, TakesModel


class IngestSettings(Strict):
    """Which sound of the file is dubbed."""

    audio_track: int | None = Field(None, ge=0)
    """Counted from 0 among the audio tracks; ``None`` takes the default track."""


class TranscribeSettings(TakesModel):
    """How speech is turned into lines."""

    engine: str = "faster-whisper"
    beam_size: int | None = Field(None, ge=1, le=20)
    """How many texts are followed at once; ``None`` is the engine's own choice."""
    temperature: float | None = Field(None, ge=0, le=1)
    """0 takes the likeliest word; more draws among the likely ones."""
    hotwords: tuple[Annotated[str, Field(max_length=200)], ...] = Field((), max_length=100)
    """Names and terms that are likely to be said."""
    language: str | None = None
    """Source language; ``None`` = find out."""
    max_pause_ms: int = Field(700, ge=100)
    """A longer silence between two words ends the line."""
    max_line_ms: int = Field(12_000, ge=1000)
    """A longer line is cut at its best clause border."""
    min_line_ms: int = Field(600, ge=0)
    """A shorter line is joined to its neighbour if hardly any silence lies between."""


class TurnsSettings(TakesModel):
    """How voices are distinguished."""

    engine: str = "ge2e"
    count: int | None = Field(None, ge=1)
    """How many people speak; ``None`` = find out."""
    threshold: float = Field(0.3, gt=0, lt=1)
    """Mean cosine in the voice space under which two groups of a few windows are two people."""


class SpeakersSettings(Strict):
    """What is known of the people who speak."""

    engine: str = "ge2e"
    count: int | None = Field(None, ge=1)
    """``None``: the faces may show one more than the voices told."""
    use_faces: bool = True


class FacesSettings(Strict):
    """How mouths are looked for."""

    engine: str = "mediapipe"
    most_fps: float = Field(30.0, ge=5.0)
    """Pictures that follow closer are left out: lips say nothing beyond 15 Hz."""
    longest_side: int = Field(1280, ge=160)
    """Pictures are made no larger than this many pixels before faces are looked for."""


class SeparateSettings(Strict):
    """How dialogue is separated from music and effects."""

    enabled: bool = True
    """If not, the whole original is ducked under dubbed lines."""
    engine: str = "deepfilter"


class SongsSettings(Strict):
    """What happens to lines that are sung, and to those that were not understood."""

    keep: bool = True
    """Whether what is sung, laughed or wordless stays as it is."""
    keep_doubtful: bool = True
    """Whether lines whose words were only guessed stay as they are."""


class EmotionSettings(TakesModel):
    """How emotions are recognised."""

    engine: str = "embedded"
    """Hears the voice."""
    senses: tuple[Literal["voice", "face", "text"], ...] = ("voice", "face", "text")

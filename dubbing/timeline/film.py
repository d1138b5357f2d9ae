"""What the film itself holds: its file, its channels, its faces."""

from __future__ import annotations

from dataclasses import dataclass

from dubbing.timeline.base import Artifact, Span


@dataclass(frozen=True, slots=True)
class Media:
    """What is dubbed: the file, what is in it, and the working sound taken from it."""

    name: str
    fingerprint: str
    duration_ms: int
    has_picture: bool
    audio_track: int
    notes: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    """Names of the channels of ``sound``, in its order, as ffmpeg calls them: FL, FR, FC, LFE ..."""
    sound: Artifact | None = None
    """48 kHz WAV in the original channel layout; time zero is the container's start."""
    speech: Artifact | None = None
    """16 kHz mono WAV of the same, for recognition."""


@dataclass(frozen=True, slots=True)
class VoiceChannel:
    """A channel of the film's sound in which people speak.

    ``gain`` is how loud they are beside the channel in which they are loudest, 1 at most;
    ``is_inverted``, whether their polarity is the opposite of that channel's.
    """

    channel: int
    gain: float = 1.0
    is_inverted: bool = False


@dataclass(frozen=True, slots=True)
class FaceReading:
    """Probability that a face is a woman's, and its age, over so many pictures of it."""

    female: float
    age_years: float
    n_pictures: int


@dataclass(frozen=True, slots=True)
class Face:
    """A face followed through a shot; its landmarks lie in the artifact (``vision.track_file``)."""

    id: str
    span: Span
    track: Artifact
    reading: FaceReading | None = None
    """``None``: it is too small, or turned away, to be read."""

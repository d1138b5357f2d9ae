"""A line of the dub as it is planned and as it is spoken."""

from __future__ import annotations

from dataclasses import dataclass

from dubbing.timeline.base import FRAME_MS, Artifact, Span


@dataclass(frozen=True, slots=True)
class DurationPlan:
    """When each phoneme of a line sounds.

    ``frames`` and ``natural`` have one element for the silence before, one for each of ``symbols``
    and one for the silence after, in units of 25 ms. Elements ``first`` to ``last`` (excluded) are
    the sounding part, which fills ``span`` exactly, less ``fade_frames``: the last sound before a
    full stop dies away, and most of its length is silence already.
    """

    text: str
    symbols: str
    frames: tuple[int, ...]
    natural: tuple[float, ...]
    first: int
    last: int
    fade_frames: int
    span: Span
    rungs: tuple[str, ...] = ()
    """Concessions that were made so that it fits, in order; none is best."""
    cost: float = 0.0
    lip_strength: float = 0.0
    """How much the mouth, or the original's own sound, counted; 0 where neither told anything."""
    told_by: str = ""
    """What told when each sound is made: ``sound`` of the original, where it says the same words, or
    ``lips``; empty where the line is timed freely."""
    clearness: float | None = None
    """Share of its vowels in which the original is heard, where its sound told when."""
    added_pauses: int = 0
    """Pauses that the text does not have, made because the mouth rests."""
    whole: Artifact | None = None
    """What an engine said that takes no durations; it is stretched from ``natural`` to ``frames``."""
    speed: float = 1.0
    """How much faster than natural such an engine was asked to speak."""

    def __post_init__(self) -> None:
        """Every symbol has a length, and the sounding ones fill the span to the millisecond."""
        if not len(self.symbols) + 2 == len(self.frames) == len(self.natural):
            raise ValueError("a plan needs one duration for each symbol and for both ends")
        if self.spoken_frames * FRAME_MS != self.span.duration_ms:
            raise ValueError(
                f"frames sum to {self.spoken_frames * FRAME_MS} ms in a span of "
                f"{self.span.duration_ms} ms"
            )

    @property
    def spoken_frames(self) -> int:
        """Length of the sounding part in frames."""
        return sum(self.frames[self.first : self.last]) - self.fade_frames

    @property
    def lead_ms(self) -> int:
        """Silence before the first sound."""
        return sum(self.frames[: self.first]) * FRAME_MS

    @property
    def natural_ms(self) -> int:
        """How long the sounding part would last if nobody asked for anything."""
        return round(self._natural_frames * FRAME_MS)

    @property
    def tempo(self) -> float:
        """Natural length over planned length: above 1 is faster than natural."""
        return self._natural_frames / self.spoken_frames

    @property
    def _natural_frames(self) -> float:
        return sum(self.natural[self.first : self.last]) - self.fade_frames


@dataclass(frozen=True, slots=True)
class Take:
    """A spoken line: where in the film its first sample lies, where it begins and ends to speak."""

    sound: Artifact
    start_ms: int
    n_samples: int
    rate_hz: int
    speech: Span
    """Where speech is heard, measured on the samples."""
    measured_lufs: float | None = None
    is_marked: bool = False
    """Whether it carries the watermark of synthetic speech."""

    @property
    def spoken_ms(self) -> tuple[int, int]:
        """Where speech is heard, from the take's first sample on."""
        return self.speech.start_ms - self.start_ms, self.speech.end_ms - self.start_ms

"""The whole document: the film, its people, its lines, and what became of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from dubbing.timeline.base import Artifact, NotInDocument, OutputFile
from dubbing.timeline.film import Face, Media, VoiceChannel
from dubbing.timeline.line import Line
from dubbing.timeline.people import Speaker, Voice
from dubbing.timeline.sound import Mix


@dataclass(frozen=True, slots=True)
class Step:
    """One line of the history: which stage ran, with what, how long it took."""

    stage: str
    version: int
    key: str
    engine: str
    seconds: float
    reused: bool


@dataclass(frozen=True, slots=True)
class Timeline:
    """The whole project as a value."""

    target_language: str
    media: Media | None = None
    source_language: str = ""
    source_language_probability: float = 0.0
    speakers: tuple[Speaker, ...] = ()
    lines: tuple[Line, ...] = ()
    faces: tuple[Face, ...] = ()
    sound_offset_ms: float | None = None
    """How much later than the picture the film's own sound is, where that could be told."""
    dialogue: Artifact | None = None
    """The original's dialogue where lines are spoken, silence elsewhere: 48 kHz, the channels that hold
    dialogue. ``None`` where it was not separated."""
    voice_channels: tuple[VoiceChannel, ...] = ()
    """Where people speak in the film's sound, and where the dub goes; ``dialogue`` has these channels."""
    mix: Mix | None = None
    written: str | None = None
    """``zh-Hant-TW`` or ``zh-Hant-HK`` where the target's text is shown in traditional characters."""
    output: OutputFile | None = None
    report: OutputFile | None = None
    history: tuple[Step, ...] = ()

    def __post_init__(self) -> None:
        """Line ids are unique and lines stand in order of their start."""
        ids = [line.id for line in self.lines]
        if len(set(ids)) != len(ids):
            raise ValueError("two lines have the same id")
        starts = [line.span.start_ms for line in self.lines]
        if starts != sorted(starts):
            raise ValueError("lines must stand in order of their start")

    def language_of(self, line: Line) -> str:
        """The language that a line is spoken in."""
        return line.hearing.language if line.hearing else self.source_language

    def is_in_target(self, line: Line) -> bool:
        """Whether a line of the original is in the language of the dub."""
        spoken = self.language_of(line).partition("-")[0]
        return bool(spoken) and spoken == self.target_language.partition("-")[0]

    @property
    def is_spoken_again(self) -> bool:
        """Whether the film is dubbed into its own language."""
        return self.source_language.partition("-")[0] == self.target_language.partition("-")[0]

    def why_kept(self, line: Line) -> str:
        """Why the original of a line stays; empty if it is to be dubbed."""
        is_dubbed = line.translation is not None or line.take is not None
        if is_dubbed or not self.is_in_target(line):
            return line.kept
        return line.kept or f"already in {self.target_language}"

    def with_lines(self, lines: Iterable[Line]) -> Timeline:
        """The same project with other lines."""
        return replace(self, lines=tuple(lines))

    def number_of(self, line_id: str) -> int:
        """Return the number of a line as people see it, from 1; raises ``KeyError`` for a stranger."""
        for number, line in enumerate(self.lines, start=1):
            if line.id == line_id:
                return number
        raise KeyError(line_id)

    def face(self, face_id: str) -> Face:
        """Look a face up by id; raises :class:`NotInDocument` for a stranger."""
        for face in self.faces:
            if face.id == face_id:
                return face
        raise NotInDocument(f"The document names a face {face_id!r} that it does not hold.")

    def speaker(self, speaker_id: str) -> Speaker:
        """Look a speaker up by id; raises :class:`NotInDocument` for a stranger."""
        for speaker in self.speakers:
            if speaker.id == speaker_id:
                return speaker
        raise NotInDocument(f"The document names a speaker {speaker_id!r} that it does not hold.")

    def voice_of(self, line: Line) -> Voice | None:
        """Who speaks a line; ``None`` if nobody was cast."""
        return line.voice or self.speaker(line.speaker).voice

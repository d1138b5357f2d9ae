"""The document that flows through everything.

Stages meet only here. Every value is frozen, every time is an integer number of milliseconds on
the source's clock (0 = the start of the container), and ``None`` means "not made yet": a stage fills
its own field and touches no other, so the difference of two saved documents shows what it did.
Sound and other arrays never enter; they are :class:`Artifact` references into the workspace.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, replace

from dubbing.delivery import Delivery
from dubbing.errors import WorkspaceError

FRAME_MS = 25
"""One duration unit of the timing code: 600 samples at 24 kHz, Kokoro's own step."""


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of time, ``start_ms`` included, ``end_ms`` excluded; never empty."""

    start_ms: int
    end_ms: int

    def __post_init__(self) -> None:
        """Spans run forwards."""
        if self.end_ms <= self.start_ms:
            raise ValueError(f"span {self.start_ms}-{self.end_ms} ms is empty or runs backwards")

    @property
    def duration_ms(self) -> int:
        """Length in milliseconds."""
        return self.end_ms - self.start_ms

    def overlap_ms(self, other: Span) -> int:
        """How long both last at once."""
        return max(0, min(self.end_ms, other.end_ms) - max(self.start_ms, other.start_ms))


@dataclass(frozen=True, slots=True)
class Artifact:
    """A file of the workspace, named by its content; ``path`` is relative to ``artifacts``."""

    path: str
    sha256: str
    n_bytes: int


@dataclass(frozen=True, slots=True)
class OutputFile:
    """A file outside the workspace that a stage wrote, and its size when it was finished."""

    path: str
    n_bytes: int


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
class Word:
    """A recognised word; ``probability`` in 0..1 as the recogniser believes."""

    text: str
    start_ms: int
    end_ms: int
    probability: float


@dataclass(frozen=True, slots=True)
class Hearing:
    """In which language a line was heard, and what the recogniser says of its own doubts.

    ``language_probability`` is 1 for a language that the user named. The others are those of the
    recogniser's segment (:class:`dubbing.engines.asr.HeardSegment`), which may hold several lines.
    """

    language: str
    language_probability: float = 1.0
    mean_log_probability: float = 0.0
    no_speech_probability: float = 0.0
    compression_ratio: float = 1.0


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


@dataclass(frozen=True, slots=True)
class Mouth:
    """The mouth that speaks a line, and why it is taken for it.

    ``score`` weighs ``correlation`` (of the voice with the voice that the lips would make) and
    ``movement`` (of the lips, eye distances a second); ``seen`` is the share of the line in which
    it can be seen. ``rivals`` are the scores of the other faces.
    """

    face: str
    score: float
    correlation: float
    movement: float
    seen: float
    rivals: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Candidate:
    """One way to say a line, and all that speaks for it; ``None`` where it was not measured.

    ``score`` is the engine's mean log-probability a token (0 is best), ``reverse`` that of the source
    given this text, ``natural_ms`` how long the speaker's voice takes for it, ``fit`` what it costs
    to say it in the time of its line (0 is best), ``total`` what it is worth in the end.
    """

    text: str
    score: float
    flags: tuple[str, ...] = ()
    origin: str = "engine"
    reverse: float | None = None
    natural_ms: int | None = None
    fit: float | None = None
    total: float = 0.0
    whole: str = ""
    """Name of the passage over several lines that it is a part of."""


@dataclass(frozen=True, slots=True)
class Translation:
    """The chosen text, and all candidates: the chosen one first, then the others, best first."""

    text: str
    candidates: tuple[Candidate, ...]
    engine: str
    flags: tuple[str, ...] = ()


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


@dataclass(frozen=True, slots=True)
class Sense:
    """What the voice, the face or the words (``name``) of a line say of its speaker's mood.

    ``probabilities`` by label, ``confidence`` 0 to 1; ``arousal`` 0 to 1 where the sense tells it.
    """

    name: str
    probabilities: tuple[tuple[str, float], ...]
    confidence: float
    arousal: float | None = None


@dataclass(frozen=True, slots=True)
class Emotion:
    """How a line is said: label, strength 0 to 1, valence -1 to 1, arousal 0 to 1, and the evidence."""

    label: str
    intensity: float
    valence: float
    arousal: float
    senses: tuple[Sense, ...] = ()
    measured: Delivery | None = None
    """How the line was said, against how its speaker usually talks; ``None`` if it has no pitch."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What a person decided of a line; ``slot`` is the time that it shall fill, if not its own."""

    verdict: str = ""
    """``accepted``, ``rejected``, or nothing."""
    slot: Span | None = None
    lip_strength: float | None = None
    note: str = ""
    by: str = ""
    at: str = ""
    asked: str = ""
    """Digest of what was asked for, which tells whether that was done."""
    is_kept: bool = False
    """Whether it stays as it was made, whatever else changes."""
    flags_accepted: tuple[str, ...] = ()
    """Faults that the checks find in the text and a person means; the text does not carry them."""


@dataclass(frozen=True, slots=True)
class Line:
    """One sentence (or clause) of one speaker."""

    id: str
    span: Span
    text: str
    words: tuple[Word, ...]
    speaker: str = ""
    kept: str = ""
    """Why the original stays (``sung``, ``laughed``, ``wordless``, ``not understood``); empty for a line
    that is dubbed."""
    hearing: Hearing | None = None
    """``None``: nothing is known beyond the words."""
    mouth: Mouth | None = None
    """``None``: nobody is seen to speak it, so it is timed freely."""
    emotion: Emotion | None = None
    delivery: Delivery | None = None
    """How the dub shall say it."""
    translation: Translation | None = None
    voice: Voice | None = None
    """Chosen for this line alone; ``None``: its speaker's."""
    decision: Decision | None = None
    plan: DurationPlan | None = None
    take: Take | None = None
    flags: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Words lie inside their line."""
        for word in self.words:
            if word.start_ms < self.span.start_ms or word.end_ms > self.span.end_ms:
                raise ValueError(f"word {word.text!r} lies outside line {self.id}")

    @property
    def slot(self) -> Span:
        """The time that the dub shall fill."""
        wished = None if self.decision is None else self.decision.slot
        return wished or self.span

    @property
    def is_kept(self) -> bool:
        """Whether it stays as it was made, whatever else changes."""
        return self.decision is not None and self.decision.is_kept

    @property
    def spoken_text(self) -> str:
        """What the dub says: the planned candidate, else the chosen translation, else nothing."""
        if self.plan is not None:
            return self.plan.text
        return self.translation.text if self.translation else ""


@dataclass(frozen=True, slots=True)
class VoiceProfile:
    """A voice as it was measured on its reference speech; ``None`` where it could not be.

    ``embedding`` is its GE2E vector, ``f0_range_st`` the range of its pitch from the 10th to the 90th
    percentile in semitones, ``rate_sps`` its syllable nuclei a second of speech.
    """

    seconds: float
    embedding: tuple[float, ...] = ()
    f0_hz: float | None = None
    f0_range_st: float | None = None
    rate_sps: float | None = None
    formants_hz: tuple[float, ...] = ()
    lufs: float | None = None
    snr_db: float | None = None


@dataclass(frozen=True, slots=True)
class ConsentRecord:
    """A person's signed permission to clone their voice, as plain data.

    ``subject`` is what it covers: the fingerprint of a film, or of an enrolled voice.
    """

    speaker: str
    """Id of the speaker in the film, or ``all``."""
    person: str
    purpose: str
    """What for, and how consent was given, in the words of whoever recorded it."""
    subject: str
    recorded_at: str
    recorded_by: str
    public_key: str = ""
    signature: str = ""


@dataclass(frozen=True, slots=True)
class Voice:
    """The voice that a speaker gets, and why.

    ``name`` is a voice of the engine. Where the speaker allowed it (``consent`` names the record),
    ``clone`` is what the engine learnt of their own voice, on top of that one.
    """

    engine: str
    name: str
    similarity: float
    reason: str
    clone: Artifact | None = None
    consent: str = ""
    person: str = ""
    """Whose voice it is, in words; empty for a stock voice."""
    sample: Artifact | None = None
    """Speech to imitate, for engines that do; the words in it and their language."""
    sample_text: str = ""
    sample_language: str = ""
    pacer: str = ""
    """For an engine that takes no durations, the voice of Kokoro that tells how long a text takes."""
    flags: tuple[str, ...] = ()
    """What a person should check about the choice (:mod:`dubbing.voice.casting`)."""
    record: ConsentRecord | None = None
    """The consent itself, so that every later use can check it."""
    signed_by: str = ""
    """Whose key signed the consent, in words."""
    accent: str = ""
    """Variety of the language by whose rules it reads, ``en-gb``; empty for the usual one."""

    @property
    def own(self) -> Artifact | None:
        """The file that makes it a person's own voice; ``None`` for a stock voice."""
        return self.clone or (self.sample if self.consent else None)


@dataclass(frozen=True, slots=True)
class SpeakerSex:
    """Probabilities that a speaker is a woman, and a child, and the evidence for them.

    ``voice_female`` is what the voice says by itself, ``face_female`` and ``face_age_years`` what the
    face says; ``None`` where there was too little of it. ``is_doubtful``: the evidence is open.
    """

    female: float
    child: float
    is_doubtful: bool
    voice_female: float | None = None
    face_female: float | None = None
    face_age_years: float | None = None


@dataclass(frozen=True, slots=True)
class Speaker:
    """Somebody who talks; ``f0_hz`` is the median pitch, ``None`` where none was found."""

    id: str
    name: str
    f0_hz: float | None = None
    embedding: tuple[float, ...] = ()
    """GE2E, 256 numbers of unit norm (Wan et al. 2018)."""
    reference: Artifact | None = None
    """Their purest speech, 16 kHz mono; ``None`` if every line is talked over."""
    reference_lines: tuple[str, ...] = ()
    """The lines that it is taken from."""
    profile: VoiceProfile | None = None
    sex: SpeakerSex | None = None
    """``None``: neither voice nor face could be read."""
    voice: Voice | None = None


@dataclass(frozen=True, slots=True)
class LineMix:
    """How a take lies in the mix: its gain, and a slow curve of level (dB, evenly spaced over it)."""

    line: str
    gain_db: float
    curve_db: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class SpeakerMix:
    """How a speaker's takes are made to sound like the film: gains of seven octaves from 125 Hz."""

    speaker: str
    tone_db: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Mix:
    """The finished sound, how loud it is beside the original, and how it was made.

    ``preset`` names the loudness that was aimed at, ``programme_gain_db`` what it took;
    ``dialogue_lufs`` is the loudness of the dubbed dialogue alone. ``reverberation_s`` is what the
    original's room measures.
    """

    sound: Artifact
    original_lufs: float | None
    dub_lufs: float | None
    true_peak_dbtp: float | None
    dialogue_lufs: float | None = None
    preset: str = "source"
    programme_gain_db: float = 0.0
    reverberation_s: float | None = None
    lines: tuple[LineMix, ...] = ()
    speakers: tuple[SpeakerMix, ...] = ()
    typical_lufs: float | None = None
    """Of the film's usual line, in the original."""
    takes_gain_db: float = 0.0
    """What all takes got on top, so that the programme is as loud as it was."""
    fade_ms: int = 80
    duck_db: float = -26.0
    ceiling_dbtp: float = -1.0


@dataclass(frozen=True, slots=True)
class Step:
    """One line of the history: which stage ran, with what, how long it took."""

    stage: str
    version: int
    key: str
    engine: str
    seconds: float
    reused: bool


class NotInDocument(WorkspaceError, KeyError):
    """A document, which may have come from anywhere, refers to something that is not in it."""


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


def line_id(span: Span, text: str) -> str:
    """A name that survives a re-run: the same words at the same time get the same id."""
    digest = hashlib.sha256(f"{span.start_ms}|{span.end_ms}|{text}".encode()).hexdigest()
    return f"L{digest[:10]}"

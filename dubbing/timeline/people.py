"""Who speaks in the film, and with which voice in the dub."""

from __future__ import annotations

from dataclasses import dataclass

from dubbing.timeline.base import Artifact


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

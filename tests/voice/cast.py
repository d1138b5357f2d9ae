"""A film of one speaker, an engine that learns voices at once, and people who sign elsewhere."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest

from dubbing.arrays import Audio
from dubbing.engines.speech import Learnt, Likeness
from dubbing.film_identity import film_identity
from dubbing.pipeline import Run, run_stages
from dubbing.project.state import ProjectState
from dubbing.registry import Engines
from dubbing.settings import Profile
from dubbing.stages.voices import voices
from dubbing.timeline import Line, Media, Span, Speaker, Timeline, Voice, VoiceProfile
from dubbing.voice import consent
from dubbing.voice.consent import Consent
from dubbing.voice.library import find_voice
from dubbing.voice.profile_file import EnrolledVoice, voice_subject
from dubbing.workspace import Workspace, file_sha256

UNIT = (1.0, *([0.0] * 255))
PROFILE = VoiceProfile(8.0, UNIT, 210.0, 5.0, 4.2, (700.0, 1200.0, 2600.0), -23.0, 30.0)


@dataclass(frozen=True)
class Stock:
    """The one voice that the engine has."""

    name: str = "zf_one"
    f0_hz: float = 200.0
    is_female: bool = True
    embedding: np.ndarray = field(default_factory=lambda: np.array(UNIT, dtype=np.float32))


class Learner:
    """Learns a voice at once, and remembers of whom."""

    version, weights, rate_hz = 1, (), 24_000

    def __init__(self) -> None:
        self.learnt: list[str] = []

    def voices(self, language: str) -> list[Stock]:
        return [Stock()]

    def learn(self, stock: str, language: str, like: Likeness, progress: object) -> Learnt:
        self.learnt.append(stock)
        return Learnt({"timbre": np.zeros(4, dtype=np.float32)}, 0.9)


class Given(Engines):
    """Engines that are there already."""

    def __init__(self, speech: object) -> None:
        super().__init__()
        self.speech = speech

    def get(self, role: str, name: str, options: object = None) -> object:
        return self.speech


class Film:
    """A film whose voices are cast again and again, in one workspace."""

    def __init__(self, folder: Path, content: bytes = b"film") -> None:
        self.source, self.root = folder / "film.mp4", folder / "film.dub"
        folder.mkdir(parents=True, exist_ok=True)
        self.source.write_bytes(content)
        with Workspace(self.root):
            """From now on it is a workspace."""
        self.identity = film_identity(self.source)
        self.engine = Learner()
        line = Line("L1", Span(0, 4000), "Hello.", (), "S1")
        speaker = Speaker("S1", "Anna", 210.0, UNIT, profile=PROFILE)
        media = Media("film.mp4", self.identity, 4000, True, 0)
        self.timeline = Timeline("zh", media, "en", 1.0, (speaker,), (line,))

    def cast(self, *consents: Consent, cast: dict[str, str] | None = None) -> Voice:
        """Run the voices stage by itself, and give the voice of the one speaker."""
        chosen = cast or {}
        files = tuple(file_sha256(p) for p in map(find_voice, chosen.values()) if p is not None)
        project = ProjectState(cast=chosen, cast_files=files, consents=consents)
        with Workspace(self.root) as workspace:
            run = Run(workspace, self.source, engines=Given(self.engine), project=project)
            done = run_stages((voices,), self.timeline, run, Profile())
        voice = done.speakers[0].voice
        assert voice is not None
        return voice


@contextmanager
def elsewhere(folder: Path) -> Iterator[None]:
    """On another machine: with another key, trusting nobody."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DUBBING_VOICES", str(folder))
        yield


def enrolled(name: str = "anna", *, seed: int = 0, person: str = "Anna") -> EnrolledVoice:
    """A voice with its consent, signed by whichever machine this is."""
    samples = np.random.default_rng(seed).normal(0, 0.1, (1, 16_000)).astype(np.float32)
    reference = Audio(samples, 16_000)
    subject = voice_subject(PROFILE, reference, is_live=False)
    return EnrolledVoice(name, PROFILE, reference, consent.record(person, "all films", subject))

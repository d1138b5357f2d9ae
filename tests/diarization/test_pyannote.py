"""pyannote.audio as an engine: what it is handed, and what becomes of its answer."""

import sys
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import pytest

from dubbing.engines.speakers import FindsTurns, Turn
from dubbing.engines.speakers.pyannote import Pyannote
from dubbing.errors import EngineFailed, EngineUnavailable, WeightsMissing
from dubbing.media.sound_file import write_sound
from dubbing.settings import EngineOptions
from dubbing.testing import tone


@dataclass
class Part:
    start: float
    end: float


class Annotation:
    """As ``pyannote.core.Annotation`` yields its tracks."""

    def itertracks(self, yield_label: bool = False):
        assert yield_label
        yield Part(0.0, 1.25), "A", "SPEAKER_01"
        yield Part(1.5, 2.0), "B", "SPEAKER_00"
        yield Part(2.0, 3.0), "A", "SPEAKER_01"


@dataclass
class Output:
    exclusive_speaker_diarization: Annotation


class Pipeline:
    """With the signatures of pyannote.audio 4.0.7."""

    asked: dict

    @classmethod
    def from_pretrained(cls, checkpoint, revision=None, hparams_file=None, subfolder=None,
                        token=None, cache_dir=None):  # fmt: skip
        if checkpoint == "unaccepted":
            return None
        if checkpoint == "nowhere":
            raise OSError("404")
        return cls()

    def to(self, device):
        return self

    def __call__(self, file, num_speakers=None, min_speakers=None, max_speakers=None, hook=None):
        if num_speakers == 99:
            raise ValueError("too many")
        Pipeline.asked = {"file": file, "num_speakers": num_speakers}
        return Output(Annotation())


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch) -> None:
    package, audio = ModuleType("pyannote"), ModuleType("pyannote.audio")
    audio.Pipeline = Pipeline
    package.audio = audio
    monkeypatch.setitem(sys.modules, "pyannote", package)
    monkeypatch.setitem(sys.modules, "pyannote.audio", audio)


@pytest.fixture
def sound(tmp_path: Path) -> Path:
    write_sound(tmp_path / "speech.wav", tone(3000))
    return tmp_path / "speech.wav"


def test_turns_come_in_milliseconds_with_numbers(installed: None, sound: Path) -> None:
    engine = Pyannote()
    assert isinstance(engine, FindsTurns)
    assert list(engine.turns(sound, 2)) == [
        Turn(0, 1250, 0), Turn(1500, 2000, 1), Turn(2000, 3000, 0),
    ]  # fmt: skip
    assert Pipeline.asked["num_speakers"] == 2
    assert Pipeline.asked["file"]["waveform"].shape == (1, 48_000)
    assert Pipeline.asked["file"]["sample_rate"] == 16_000


def test_what_is_missing_is_said(installed: None, sound: Path) -> None:
    for name in ("unaccepted", "nowhere"):
        with pytest.raises(WeightsMissing, match=name):
            Pyannote(options=EngineOptions(model=name)).turns(sound, None)
    with pytest.raises(EngineFailed, match="too many"):
        Pyannote().turns(sound, 99)


def test_without_the_package_it_says_how_to_get_it(
    sound: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pyannote.audio", None)
    with pytest.raises(EngineUnavailable, match=r"pyannote\.audio"):
        Pyannote().turns(sound, None)

"""What every recogniser keeps, on speech whose words are known: the sample's."""

import pytest

from dubbing.language.speech_text import character_error_rate
from dubbing.media.extract import extract_audio, extract_speech_audio
from dubbing.media.sound_file import read_sound
from dubbing.registry import Engines, engine_names
from dubbing.testing import silence
from tests.conftest import ROOT

pytestmark = pytest.mark.slow
engines = Engines()


@pytest.fixture(params=engine_names("asr"), scope="module")
def recognizer(request):
    return engines.get("asr", request.param)


@pytest.fixture(scope="module")
def speech(samples, tmp_path_factory):
    folder = tmp_path_factory.mktemp("asr")
    extract_audio(samples / "portrait.mp4", 0, folder / "s.wav")
    extract_speech_audio(folder / "s.wav", folder / "m.wav")
    return read_sound(folder / "m.wav")


def truth() -> list[dict]:
    import json

    return json.loads((ROOT / "samples/portrait.json").read_text("utf-8"))["lines"]


def test_it_knows_the_language(recognizer, speech) -> None:
    language, probability = recognizer.detect_language(speech)
    assert language == "en"
    assert probability > 0.5


def test_it_finds_where_somebody_speaks(recognizer, speech) -> None:
    windows = recognizer.speech_windows(speech)
    for line in truth():
        assert any(a - 150 < line["start_ms"] < b for a, b in windows)
    assert recognizer.speech_windows(silence(3000)) == ()


def test_it_hears_the_words_in_their_windows(recognizer, speech) -> None:
    windows = [(line["start_ms"] - 100, line["end_ms"] + 100) for line in truth()]
    heard = recognizer.recognize(speech, windows, "en")
    assert len(heard) == len(windows)
    for (start, end), segments, line in zip(windows, heard, truth(), strict=True):
        said = " ".join(segment.text for segment in segments)
        assert character_error_rate(line["text"], said, "en") < 0.15
        words = [word for segment in segments for word in segment.words]
        assert all(start <= w.start_ms < w.end_ms <= end for w in words)


def test_no_windows_no_words(recognizer, speech) -> None:
    assert recognizer.recognize(speech, [], "en") == ()

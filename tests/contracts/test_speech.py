"""What every speech engine keeps: add yours by installing it; it is found by its entry point."""

import numpy as np
import pytest

from dubbing.engines.speech import SpeaksWhole, TakesDurations
from dubbing.errors import EngineUnavailable
from dubbing.registry import Engines, engine_names
from dubbing.servers import ANY_SERVER

pytestmark = pytest.mark.slow
engines = Engines(servers=ANY_SERVER)
TEXT = {"zh": "今天天气很好。", "en": "The weather is fine today.", "es": "Hoy hace buen tiempo."}


@pytest.fixture(params=engine_names("speech"), scope="module")
def speech(request):
    try:
        return engines.get("speech", request.param)
    except EngineUnavailable as missing:  # a server's engine wants to know which model
        pytest.skip(str(missing))


def test_it_is_told_durations_or_says_whole_lines(speech) -> None:
    assert isinstance(speech, TakesDurations) != isinstance(speech, SpeaksWhole)
    if isinstance(speech, SpeaksWhole):
        assert speech.licence
        assert speech.imitates in (True, False)
        assert speech.phonemes("今天。", "zh")


@pytest.mark.parametrize("language", TEXT)
def test_it_speaks_with_a_voice_of_the_language(speech, language: str) -> None:
    if not isinstance(speech, TakesDurations):
        pytest.skip("takes no durations")
    symbols = speech.phonemes(TEXT[language], language)
    assert symbols
    voice = speech.voices(language)[0].name
    natural = speech.durations(symbols, voice)
    assert natural.shape == (len(symbols) + 2,)
    frames = [max(1, round(float(n))) for n in natural]
    audio = speech.speak(symbols, voice, frames)
    assert audio.rate_hz == speech.rate_hz
    assert audio.n_samples == sum(frames) * audio.rate_hz // 40
    assert 0.05 < float(np.abs(audio.samples).max()) <= 1.0


def test_where_it_says_it_is_heard_is_where_it_is_heard(speech) -> None:
    from dubbing.metrics.onsets import speech_extent_ms

    if not isinstance(speech, TakesDurations):
        pytest.skip("takes no durations")
    symbols, voice = speech.phonemes(TEXT["zh"], "zh"), speech.voices("zh")[0].name
    frames = [max(1, round(float(n))) for n in speech.durations(symbols, voice)]
    first, last = speech.heard(symbols, voice, frames)
    begins_ms, ends_ms = speech_extent_ms(
        speech.speak(symbols, voice, frames), (round(first * 25), round(last * 25))
    )
    assert begins_ms == pytest.approx(first * 25, abs=60)
    assert ends_ms == pytest.approx(last * 25, abs=60)


def test_lengths_that_do_not_match_are_refused(speech) -> None:
    if not isinstance(speech, TakesDurations):
        pytest.skip("takes no durations")
    with pytest.raises(ValueError, match="length"):
        speech.speak("abc", speech.voices("en")[0].name, [1, 2, 3])


def test_a_text_beyond_the_models_window_is_spoken_whole(speech) -> None:
    if not isinstance(speech, TakesDurations):
        pytest.skip("takes no durations")
    voice = speech.voices("en")[0].name
    symbols = "ə, " * 200
    frames = [1] * (len(symbols) + 2)
    audio = speech.speak(symbols, voice, frames)
    assert audio.n_samples >= sum(frames) * audio.rate_hz // 40

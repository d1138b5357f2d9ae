"""What every engine that finds dialogue keeps: add yours by installing it."""

import numpy as np
import pytest

from dubbing.arrays import Audio
from dubbing.errors import EngineUnavailable
from dubbing.registry import Engines, engine_names
from dubbing.testing import silence, tone

engines = Engines()


@pytest.fixture(params=engine_names("separation"), scope="module")
def separator(request):
    engine = engines.get("separation", request.param)
    try:
        engine.dialogue(silence(500, rate_hz=48_000))
        engine.dialogue(tone(500, rate_hz=48_000))
    except EngineUnavailable as missing:
        pytest.skip(str(missing))
    return engine


@pytest.mark.parametrize("n_channels", [1, 2])
def test_as_many_channels_and_samples_as_it_was_given(separator, n_channels: int) -> None:
    sound = Audio(np.repeat(tone(730, rate_hz=48_000).samples, n_channels, axis=0), 48_000)
    found = separator.dialogue(sound)
    assert found.rate_hz == 48_000
    assert found.samples.shape == sound.samples.shape
    assert np.isfinite(found.samples).all()


def test_silence_has_no_dialogue_and_a_tone_hardly_any(separator) -> None:
    assert np.abs(separator.dialogue(silence(500, rate_hz=48_000)).samples).max() < 1e-3
    sound = tone(3000, hz=880, rate_hz=48_000, level=0.2)
    found = separator.dialogue(sound).samples[:, 96_000:]
    assert np.mean(found**2) < 0.1 * np.mean(sound.samples[:, 96_000:] ** 2)

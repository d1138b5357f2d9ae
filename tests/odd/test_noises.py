"""What nobody says is not dubbed: sounds of crowds, machines, animals and bodies are no speech."""

from pathlib import Path

import numpy as np
import pytest
import soundfile

from dubbing.errors import NoSpeech
from dubbing.job import Job, run_job
from dubbing.registry import Engines
from dubbing.settings import load_profile
from tests.odd.noises import NOISES, RATE_HZ, noise

QUICK = ("applause", "crowd", "laughter")
"""The others take some seconds each."""


@pytest.fixture(scope="module")
def engines() -> Engines:
    return Engines(2)


@pytest.mark.parametrize(
    "name",
    [name if name in QUICK else pytest.param(name, marks=pytest.mark.slow) for name in NOISES],
)
def test_nothing_of_a_noise_is_dubbed(tmp_path: Path, engines: Engines, name: str) -> None:
    film = tmp_path / f"{name}.wav"
    soundfile.write(film, noise(name), RATE_HZ)
    job = Job(film, "es", workspace=tmp_path / "film.dub", until="songs")
    try:
        done = run_job(job, load_profile("embedded"), engines)
    except NoSpeech:
        return
    assert [line.text for line in done.lines if not line.kept] == []


def test_noises_are_as_loud_and_as_long_as_they_should_be() -> None:
    for name in NOISES:
        made = noise(name)
        assert len(made) == 8 * RATE_HZ
        assert np.abs(made).max() == pytest.approx(0.5, abs=0.01)
        assert np.sqrt(np.mean(made**2)) > 0.005, name

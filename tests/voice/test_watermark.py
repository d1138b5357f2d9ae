"""The mark is found after what happens to sound, and natural sound has none."""

import subprocess
from pathlib import Path

import numpy as np
import pytest

from dubbing.arrays import Audio
from dubbing.errors import StageFailed
from dubbing.media.ffmpeg import ffmpeg_path
from dubbing.media.resample import resample
from dubbing.media.sound_file import read_sound, write_sound
from dubbing.testing import make_clip, silence
from dubbing.voice.credentials import Claim, can_hold_claim, label, read_claim
from dubbing.voice.watermark import CERTAIN, confidence, is_marked, look_through, marked
from tests.voice.test_profile import vowel


@pytest.fixture(scope="module")
def plain() -> Audio:
    """Something like speech, 24 kHz."""
    parts = [vowel(120 + 10 * i, (500 + 60 * i, 1500, 2500), seconds=0.7) for i in range(5)]
    return resample(Audio(np.concatenate([p.samples for p in parts], axis=1), 16_000), 24_000)


@pytest.fixture(scope="module")
def with_mark(plain: Audio) -> Audio:
    return marked(plain)


def test_the_mark_is_found_and_nothing_without_it(plain: Audio, with_mark: Audio) -> None:
    assert with_mark.samples.shape == plain.samples.shape
    assert confidence(with_mark) > CERTAIN
    assert confidence(plain) < 0.3


def test_only_the_band_below_2_khz_is_changed(plain: Audio, with_mark: Audio) -> None:
    change = np.abs(np.fft.rfft(with_mark.samples[0] - plain.samples[0])) ** 2
    hz = np.fft.rfftfreq(plain.n_samples, 1 / 24_000)
    assert change[hz > 2_200].sum() < 1e-4 * change.sum()


@pytest.mark.parametrize("gain", [0.7, 1.4])
def test_it_survives_another_level_and_another_rate(with_mark: Audio, gain: float) -> None:
    assert is_marked(resample(Audio(with_mark.samples * np.float32(gain), 24_000), 16_000))


@pytest.mark.parametrize(
    ("codec", "suffix"), [("aac", ".m4a"), ("libmp3lame", ".mp3"), ("libopus", ".ogg")]
)
def test_it_survives_codecs(tmp_path: Path, with_mark: Audio, codec: str, suffix: str) -> None:
    wav, coded, back = tmp_path / "a.wav", tmp_path / f"b{suffix}", tmp_path / "c.wav"
    write_sound(wav, with_mark)
    for source, target, how in ((wav, coded, ("-c:a", codec, "-b:a", "96k")), (coded, back, ())):
        command = [ffmpeg_path(), "-v", "error", "-i", f"file:{source}", *how, f"file:{target}"]
        subprocess.run(command, check=True)
    assert is_marked(read_sound(back))


def test_silence_and_clicks_carry_nothing() -> None:
    assert confidence(silence(2_000)) == 0.0
    assert marked(silence(50)).samples.shape == silence(50).samples.shape


def test_a_long_sound_is_looked_through_in_windows(with_mark: Audio) -> None:
    quiet = silence(6_000, rate_hz=24_000).samples
    whole = Audio(np.concatenate([with_mark.samples, quiet], axis=1), 24_000)
    step = 2 * 24_000
    blocks = [
        Audio(whole.samples[:, first : first + step], 24_000)
        for first in range(0, whole.n_samples, step)
    ]
    looked = list(look_through(blocks))
    assert looked[0].confidence > CERTAIN
    assert looked[-1].confidence == 0.0
    assert looked[-1].end_ms == pytest.approx(whole.duration_ms, abs=2)
    assert [w.start_ms for w in look_through(blocks[:1])] == [0]


# -- content credentials ---------------------------------------------------------------------------

CLAIM = Claim("film", "en", "zh", "Perth", ({"speaker": "S1", "person": "Ännä", "consent": "c"},))


@pytest.mark.parametrize("suffix", [".mp4", ".mov", ".wav"])
def test_the_file_says_what_it_is_and_notices_a_change(tmp_path: Path, suffix: str) -> None:
    path = make_clip(tmp_path / f"clip{suffix}", picture=suffix != ".wav")
    assert read_claim(path) is None
    label(path, CLAIM)
    claim = read_claim(path)
    assert claim is not None
    assert claim["is_intact"]
    assert (claim["made_by"], claim["target_language"]) == ("dubbing", "zh")
    assert claim["cloned_voices"][0]["person"] == "Ännä"
    changed = bytearray(path.read_bytes())
    changed[len(changed) // 2] ^= 255
    path.write_bytes(bytes(changed))
    claim = read_claim(path)
    assert claim is None or not claim["is_intact"]


def test_what_cannot_hold_a_claim_is_left_alone(tmp_path: Path) -> None:
    assert not can_hold_claim(Path("a.mkv"))
    broken = tmp_path / "a.mp4"
    broken.write_bytes(b"no film")
    with pytest.raises(StageFailed, match="could not be labelled"):
        label(broken, CLAIM)
    assert broken.read_bytes() == b"no film"
    assert list(tmp_path.iterdir()) == [broken]

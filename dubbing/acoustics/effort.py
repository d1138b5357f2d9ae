"""What a raised or a lowered voice does to a sound: brighter or duller, louder or softer."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from dubbing.arrays import Audio

BRIGHT_FROM_HZ = 800.0
"""Half of the gain is reached here, nearly all of it above 1 kHz, where the harmonics of a raised voice
gain (the border of the alpha ratio; Eyben et al. 2016)."""
HISS_FROM_HZ = 6_000.0
"""Above this lie hiss and sibilants, which gain half as much."""
SLOPE = 1.0
LOUDEST_PEAK = 0.9


def with_effort(audio: Audio, bright_db: float, level_db: float) -> Audio:
    """The sound with ``bright_db`` more above 1 kHz, ``level_db`` louder as long as nothing clips.

    Two shelving filters run forwards and backwards, so that nothing moves in time.
    """
    if bright_db == 0 and level_db == 0:
        return audio
    from scipy.signal import sosfiltfilt

    samples = audio.samples.astype(np.float64)
    if bright_db != 0:
        before = _rms(samples)
        samples = sosfiltfilt(_shelves(audio.rate_hz, bright_db), samples, axis=1)
        samples *= before / max(_rms(samples), 1e-9)
    peak = float(np.abs(samples).max(initial=1e-9))
    gain = min(10 ** (level_db / 20), LOUDEST_PEAK / peak)
    return Audio((samples * gain).astype(np.float32), audio.rate_hz)


def shelf_gains(n_samples: int, rate_hz: int, bright_db: float) -> npt.NDArray[np.float64]:
    """What the filters do to each frequency of ``rfft``, as factors."""
    from scipy.signal import sosfreqz

    hz = np.fft.rfftfreq(n_samples, 1 / rate_hz)
    _, response = sosfreqz(_shelves(rate_hz, bright_db), worN=hz, fs=rate_hz)
    return np.asarray(np.abs(response) ** 2)


def _shelves(rate_hz: int, bright_db: float) -> npt.NDArray[np.float64]:
    """Each is run twice, so each gives half of the gain."""
    return np.array(
        [
            _high_shelf(BRIGHT_FROM_HZ, bright_db / 2, rate_hz),
            _high_shelf(HISS_FROM_HZ, -bright_db / 4, rate_hz),
        ]
    )


def _rms(samples: npt.NDArray[np.float64]) -> float:
    return float(np.sqrt(np.mean(samples**2)))


def _high_shelf(corner_hz: float, gain_db: float, rate_hz: int) -> list[float]:
    """One section of a shelving filter (Bristow-Johnson, Audio EQ Cookbook)."""
    a = 10 ** (gain_db / 40)
    w = 2 * np.pi * min(corner_hz, 0.45 * rate_hz) / rate_hz
    cos = np.cos(w)
    alpha = np.sin(w) / 2 * np.sqrt((a + 1 / a) * (1 / SLOPE - 1) + 2)
    root = 2 * np.sqrt(a) * alpha
    numerator = [
        a * ((a + 1) + (a - 1) * cos + root),
        -2 * a * ((a - 1) + (a + 1) * cos),
        a * ((a + 1) + (a - 1) * cos - root),
    ]
    denominator = [
        (a + 1) - (a - 1) * cos + root,
        2 * ((a - 1) - (a + 1) * cos),
        (a + 1) - (a - 1) * cos - root,
    ]
    return [float(value / denominator[0]) for value in (*numerator, *denominator)]

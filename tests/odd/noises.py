"""Sounds in which nobody speaks, made as their physics has them; deterministic, float32 mono.

applause: claps of 60 pairs of hands, each a burst with the resonance of cupped palms, in a hall.
laughter: calls of breath and voice through the formants of one vowel, four to five a second.
cheering: long open vowels of many throats that glide, above the roar of the others.
engine: pulses of four cylinders through an exhaust, with changing revolutions and rumble.
crowd: the murmur of a room: syllable-paced voices without consonants or words, by the dozen.
breathing: turbulence in and out through a mouth; coughs, barks, rain, a phone, doors and music.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt
from scipy.signal import butter, fftconvolve, lfilter, sosfilt

RATE_HZ = 16_000
LENGTH_S = 8.0
N = round(RATE_HZ * LENGTH_S)
PEAK = 0.5
Samples = npt.NDArray[np.float64]
VOWELS = {
    "a": (800, 1200, 2500), "e": (500, 1900, 2550), "i": (300, 2300, 3000), "o": (480, 850, 2500),
    "u": (330, 750, 2300), "ae": (680, 1700, 2450),
}  # fmt: skip
"""Formants, Hz."""


def _band(sound: Samples, low_hz: float, high_hz: float, order: int = 2) -> Samples:
    sections = butter(order, (low_hz, high_hz), "bandpass", fs=RATE_HZ, output="sos")
    return np.asarray(sosfilt(sections, sound))


def _resonated(sound: Samples, formants: Sequence[float], width_hz: float = 90.0) -> Samples:
    """A source through formants one after the other (Klatt's cascade)."""
    for hz in formants:
        radius = np.exp(-np.pi * width_hz / RATE_HZ)
        ahead = 2 * radius * np.cos(2 * np.pi * hz / RATE_HZ)
        sound = lfilter([1 - ahead + radius**2], [1, -ahead, radius**2], sound)
    return np.asarray(sound)


def _in_hall(sound: Samples, rng: np.random.Generator, decay_s: float = 0.8) -> Samples:
    times = np.arange(round(RATE_HZ * decay_s)) / RATE_HZ
    tail = rng.normal(size=len(times)) * np.exp(-6.9 * times / decay_s)
    return np.asarray(sound + 0.08 * fftconvolve(sound, tail)[: len(sound)])


def _glottal(f0_hz: Samples, rng: np.random.Generator) -> Samples:
    """Pulses of a voice with jitter, as a saw whose edges are softened."""
    jitter = 1 + 0.01 * rng.normal(size=len(f0_hz))
    phase = np.cumsum(f0_hz * jitter) / RATE_HZ
    return np.asarray(lfilter([1.0], [1.0, -0.9], np.diff(phase % 1.0, prepend=0.0)))


def _put(track: Samples, sound: Samples, at_s: float) -> None:
    first = round(at_s * RATE_HZ)
    part = sound[: max(0, len(track) - first)]
    track[first : first + len(part)] += part


def _envelope(n: int, rise_s: float, fall_s: float) -> Samples:
    times = np.arange(n) / RATE_HZ
    return np.minimum(1.0, times / rise_s) * np.minimum(1.0, (n / RATE_HZ - times) / fall_s)


def applause(rng: np.random.Generator) -> Samples:
    """Of sixty people, who begin and end at different moments."""
    track = np.zeros(N)
    for _ in range(60):
        rate_hz, resonance_hz = rng.uniform(2.5, 5.0), rng.uniform(700, 2400)
        gain, time_s = rng.lognormal(0, 0.6), rng.uniform(0.2, 1.5)
        while time_s < rng.uniform(6.5, 7.8):
            n = round(0.03 * RATE_HZ)
            burst = rng.normal(size=n) * np.exp(-np.arange(n) / (0.004 * RATE_HZ))
            clap = _band(burst, 0.6 * resonance_hz, 1.7 * resonance_hz)
            _put(track, gain * clap, time_s)
            time_s += rng.normal(1 / rate_hz, 0.02)
    return _in_hall(track, rng)


def _laugh(rng: np.random.Generator, f0_hz: float, vowel: str, calls: int) -> Samples:
    """Calls that fall in pitch and strength, each after a breath through the same mouth."""
    pace_s = rng.uniform(0.19, 0.24)
    track = np.zeros(round((calls + 2) * pace_s * RATE_HZ))
    for number in range(calls):
        n = round(0.09 * RATE_HZ)
        pitch = f0_hz * (1 - 0.03 * number) * np.linspace(1.1, 0.9, n)
        call = _resonated(_glottal(pitch, rng), VOWELS[vowel]) * _envelope(n, 0.02, 0.04)
        breath = _resonated(rng.normal(size=n), VOWELS[vowel], 250) * _envelope(n, 0.03, 0.03)
        breath *= 0.25 * np.abs(call).max() / np.abs(breath).max()
        _put(track, 0.92**number * call, number * pace_s + 0.09)
        _put(track, 0.92**number * breath, number * pace_s)
    return track / np.abs(track).max()


def laughter(rng: np.random.Generator) -> Samples:
    """One person, three times."""
    track = np.zeros(N)
    for at_s in (0.5, 3.0, 5.4):
        _put(track, _laugh(rng, rng.uniform(200, 320), "a", int(rng.integers(6, 10))), at_s)
    return _in_hall(track, rng, 0.4)


def audience_laughing(rng: np.random.Generator) -> Samples:
    """Forty people at once, as in a recorded comedy."""
    track = np.zeros(N)
    for _ in range(40):
        f0_hz, vowel = rng.uniform(110, 380), str(rng.choice(["a", "ae", "e", "o"]))
        laugh = _laugh(rng, f0_hz, vowel, int(rng.integers(4, 14)))
        _put(track, rng.lognormal(0, 0.5) * laugh, rng.uniform(0.3, 4.5))
    return _in_hall(track, rng)


def cheering(rng: np.random.Generator) -> Samples:
    """A stand: long vowels that glide up and down, whistles, the roar of all others."""
    track = np.zeros(N)
    for _ in range(50):
        n = round(rng.uniform(0.8, 3.0) * RATE_HZ)
        glide = np.interp(
            np.arange(n), [0, n * 0.3, n], rng.uniform(180, 620) * np.array([0.8, 1.1, 0.75])
        )
        voice = _resonated(
            _glottal(glide, rng), VOWELS[str(rng.choice(["a", "ae", "o", "u", "e"]))], 120
        )
        _put(
            track,
            rng.lognormal(0, 0.5) * voice / np.abs(voice).max() * _envelope(n, 0.2, 0.4),
            rng.uniform(0, 6),
        )
    for _ in range(4):
        n = round(rng.uniform(0.3, 0.9) * RATE_HZ)
        pitch = np.linspace(rng.uniform(1800, 2500), rng.uniform(2600, 3400), n)
        _put(
            track,
            np.sin(2 * np.pi * np.cumsum(pitch) / RATE_HZ) * _envelope(n, 0.05, 0.1),
            rng.uniform(1, 6),
        )
    roar = _band(rng.normal(size=N), 250, 2500, 1)
    return _in_hall(track + 0.8 * track.std() * roar / roar.std(), rng)


def engine(rng: np.random.Generator) -> Samples:
    """Four cylinders that speed up, change gear and idle."""
    revolutions = np.interp(
        np.arange(N) / RATE_HZ, [0, 1, 3, 3.2, 5, 5.2, 8], [800, 900, 4500, 2600, 4800, 1000, 850]
    )
    fire_hz = revolutions / 30
    pulses = np.diff(np.floor(np.cumsum(fire_hz) / RATE_HZ), prepend=0.0)
    exhaust = _resonated(pulses * (1 + 0.2 * rng.normal(size=N)), (90, 240, 600), 60)
    rumble = _band(rng.normal(size=N), 40, 900, 1) * (0.3 + revolutions / 5000)
    return np.asarray(exhaust / exhaust.std() + 0.4 * rumble / rumble.std())


def crowd(rng: np.random.Generator) -> Samples:
    """The murmur of forty voices, none of which says anything."""
    track = np.zeros(N)
    for _ in range(40):
        f0_hz, gain, time_s = rng.uniform(90, 260), rng.lognormal(0, 0.4), rng.uniform(0, 0.5)
        while time_s < LENGTH_S - 0.4:
            n = round(rng.uniform(0.1, 0.28) * RATE_HZ)
            pitch = f0_hz * rng.uniform(0.85, 1.2) * np.linspace(1.05, 0.95, n)
            vowel = VOWELS[str(rng.choice(list(VOWELS)))]
            voice = _resonated(_glottal(pitch, rng), vowel, 110)
            _put(track, gain * voice / np.abs(voice).max() * _envelope(n, 0.03, 0.06), time_s)
            time_s += n / RATE_HZ + rng.exponential(0.12)
    return _in_hall(track, rng, 1.2)


def breathing(rng: np.random.Generator) -> Samples:
    """Heavy, through an open mouth close to the microphone."""
    track, time_s = np.zeros(N), 0.2
    while time_s < LENGTH_S - 1:
        for formants, length_s, gain in (
            ((900, 1800, 3200), 0.55, 0.6),
            ((600, 1400, 2600), 0.75, 1.0),
        ):
            n = round(length_s * RATE_HZ)
            air = _resonated(rng.normal(size=n), formants, 400) * np.hanning(n)
            _put(track, gain * air / np.abs(air).max(), time_s)
            time_s += length_s + 0.12
    return track


def coughing(rng: np.random.Generator) -> Samples:
    """A burst, then air and some voice."""
    track = np.zeros(N)
    for at_s in (0.5, 0.9, 3.0, 3.45, 3.9, 6.0):
        n = round(0.32 * RATE_HZ)
        air = _resonated(rng.normal(size=n), (700, 1300, 2600), 300) * np.exp(
            -np.arange(n) / (0.07 * RATE_HZ)
        )
        voice = _resonated(_glottal(np.linspace(240, 130, n), rng), VOWELS["a"]) * _envelope(
            n, 0.12, 0.15
        )
        _put(track, air / np.abs(air).max() + 0.3 * voice / np.abs(voice).max(), at_s)
    return _in_hall(track, rng, 0.3)


def barking(rng: np.random.Generator) -> Samples:
    """A dog, by voiced bursts that rise and fall in 150 ms."""
    track = np.zeros(N)
    for at_s in (0.4, 0.8, 1.2, 3.0, 3.5, 5.0, 5.35, 5.7, 6.9):
        n = round(0.17 * RATE_HZ)
        pitch = np.interp(np.arange(n), [0, n * 0.3, n], [350, 620, 300]) * rng.uniform(0.9, 1.1)
        bark = _resonated(_glottal(pitch, rng) + 0.05 * rng.normal(size=n), (700, 1500, 2700), 200)
        _put(track, bark / np.abs(bark).max() * _envelope(n, 0.01, 0.08), at_s)
    return _in_hall(track, rng, 0.5)


def rain(rng: np.random.Generator) -> Samples:
    """Drops near by over the hiss of all others."""
    track = 0.15 * _band(rng.normal(size=N), 400, 7000, 1)
    for at_s in np.sort(rng.uniform(0, LENGTH_S - 0.1, 900)):
        n = round(0.02 * RATE_HZ)
        drop = np.sin(2 * np.pi * rng.uniform(1500, 6000) * np.arange(n) / RATE_HZ)
        _put(track, rng.lognormal(-1, 0.8) * drop * np.exp(-np.arange(n) / (0.003 * RATE_HZ)), at_s)
    return track


def baby_crying(rng: np.random.Generator) -> Samples:
    """Cries of a second at 450 Hz that rise, break and fall."""
    track = np.zeros(N)
    for at_s in (0.3, 1.9, 3.4, 5.0, 6.5):
        n = round(rng.uniform(0.9, 1.3) * RATE_HZ)
        pitch = np.interp(np.arange(n), [0, n * 0.2, n * 0.7, n], [380, 520, 470, 330])
        pitch = pitch * (1 + 0.02 * np.sin(2 * np.pi * 6 * np.arange(n) / RATE_HZ))
        cry = _resonated(_glottal(pitch, rng), (1100, 1700, 3300), 150)
        _put(track, cry / np.abs(cry).max() * _envelope(n, 0.06, 0.2), at_s)
    return _in_hall(track, rng, 0.4)


def telephone(rng: np.random.Generator) -> Samples:
    """A bell that rings twice, and what comes out of the line."""
    del rng
    times = np.arange(N) / RATE_HZ
    rings = np.sin(2 * np.pi * 440 * times) + np.sin(2 * np.pi * 480 * times)
    return np.asarray(
        rings * (np.mod(times, 3.0) < 1.6) * (0.6 + 0.4 * np.sign(np.sin(2 * np.pi * 20 * times)))
    )


def music(rng: np.random.Generator) -> Samples:
    """Chords of a plucked instrument with a beat."""
    track = np.zeros(N)
    for number, root_hz in enumerate([220.0, 174.6, 261.6, 196.0] * 2):
        for ratio in (1, 1.26, 1.5, 2):
            n = RATE_HZ
            times = np.arange(n) / RATE_HZ
            tones = sum(
                np.sin(2 * np.pi * root_hz * ratio * k * times) / k**1.5 for k in range(1, 9)
            )
            _put(track, np.asarray(tones) * np.exp(-3 * times), number * 1.0)
        for beat in range(4):
            hit = rng.normal(size=1600) * np.exp(-np.arange(1600) / 250)
            _put(track, (1.5 if beat % 2 else 0.8) * hit, number + beat / 4)
    return track


NOISES: dict[str, Callable[[np.random.Generator], Samples]] = {
    make.__name__: make
    for make in (
        applause, laughter, audience_laughing, cheering, engine, crowd, breathing, coughing, barking,
        rain, baby_crying, telephone, music,
    )
}  # fmt: skip


def noise(name: str, seed: int = 0) -> npt.NDArray[np.float32]:
    """Eight seconds of a noise at 16 kHz, float32 ``[samples]``."""
    made = NOISES[name](np.random.default_rng(seed))
    return np.asarray(PEAK * made / np.abs(made).max(), dtype=np.float32)

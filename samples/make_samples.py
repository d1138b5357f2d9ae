"""Make the sample clips: `samples/portrait.mp4` and `samples/two_speakers.mp4`.

    python samples/make_samples.py [--only portrait] [--out DIR]

A public-domain portrait speaks: the words are Kokoro's, and since we made the sound we know when every
phoneme sounds, to the frame (25 ms). The mouth follows these times through a table of openings, smoothed
as lips are. Under it lies a soft synthetic chord. Beside each clip a `.json` tells the truth: lines,
phonemes with their times, and the mouth's opening in every frame. Everything is deterministic; a clip
that is already there and made from the same words is kept.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np
import numpy.typing as npt

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))

from animated_face import AnimatedFace, Pose  # noqa: E402

FPS = 25
RATE_HZ = 48_000
FRAME_MS = 25
OPENING = {
    # jaw opening by vowel height (IPA chart), 0 closed to 1 widest
    "a": 1.0, "ɑ": 1.0, "æ": 0.95, "ɐ": 0.85, "ʌ": 0.7, "ɔ": 0.75, "ɒ": 0.9, "ɛ": 0.65, "e": 0.5,
    "A": 0.6, "I": 0.85, "W": 0.85, "Y": 0.7, "O": 0.55, "Q": 0.55, "o": 0.5, "ə": 0.4, "ɚ": 0.4,
    "ɜ": 0.45, "ᵊ": 0.3, "ɪ": 0.35, "i": 0.28, "ᵻ": 0.3, "ʊ": 0.3, "u": 0.22,
    "m": 0.0, "b": 0.0, "p": 0.0, "f": 0.08, "v": 0.08, "w": 0.12, "s": 0.12, "z": 0.12, "ʃ": 0.15,
    "ʒ": 0.15, "ʧ": 0.15, "ʤ": 0.15,
}  # fmt: skip
CONSONANT_OPENING = 0.22
REST_OPENING = 0.06
WIDTH = {
    "i": 0.8, "ɪ": 0.5, "A": 0.5, "e": 0.5, "s": 0.4, "z": 0.4, "æ": 0.3, "ɛ": 0.3, "I": 0.2,
    "u": -0.9, "ʊ": -0.7, "w": -0.9, "O": -0.7, "o": -0.7, "ɔ": -0.5, "ʃ": -0.5, "ɹ": -0.3,
}  # fmt: skip
CLOSED = "mbp"
SMOOTHING_MS = 35.0
"""Standard deviation of the Gaussian that stands for coarticulation."""
MUSIC_DBFS = -38.0


@dataclass(frozen=True)
class Line:
    """Who says what, and after how much silence (negative: before the other has finished)."""

    who: int
    voice: str
    text: str
    pause_ms: int


PORTRAIT = (
    Line(0, "af_heart", "Good morning, and welcome to our school.", 400),
    Line(0, "af_heart", "Today we are going to talk about the moon.", 650),
    Line(0, "af_heart", "The moon is far away, but it moves the sea.", 700),
    Line(0, "af_heart", "What do you want to know about it?", 800),
)
TWO_SPEAKERS = (
    Line(0, "af_heart", "Have you ever seen the sea at night?", 400),
    Line(1, "am_michael", "No, I have never been there.", 350),
    Line(0, "af_heart", "You should come with me next summer.", 450),
    Line(1, "am_michael", "That sounds good. How long does it take?", 300),
    Line(0, "af_heart", "We need about three hours by train.", 350),
)


def main() -> None:
    """Make what is asked for and not there yet."""
    parser = argparse.ArgumentParser(description="Make the sample clips.")
    parser.add_argument("--only", choices=["portrait", "two_speakers"])
    parser.add_argument("--out", type=Path, default=HERE)
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    for name, lines in (("portrait", PORTRAIT), ("two_speakers", TWO_SPEAKERS)):
        if options.only in (None, name):
            make(options.out / f"{name}.mp4", lines)


def make(path: Path, lines: tuple[Line, ...]) -> None:
    """One clip and its truth, unless they are there and made from the same words and program."""
    program = b"".join(p.read_bytes() for p in sorted(HERE.glob("*.py")))
    recipe = hashlib.sha256(program + repr(lines).encode()).hexdigest()
    truth_path = path.with_suffix(".json")
    if path.is_file() and truth_path.is_file() and _recipe_of(truth_path) == recipe:
        print(f"{path} is up to date")
        return
    sound, spoken = speak(lines)
    curves = {who: mouth_curve(spoken, who, len(sound)) for who in sorted({x.who for x in lines})}
    temporary = path.with_name(f".{path.name}.tmp.mp4")
    encode(temporary, sound + background(len(sound)), frames(curves))
    truth = {
        "recipe": recipe,
        "fps": FPS,
        "duration_ms": len(sound) * 1000 // RATE_HZ,
        "lines": spoken,
        "opening": {str(who): [round(float(v), 3) for v in c[0]] for who, c in curves.items()},
    }
    truth_path.write_text(json.dumps(truth, ensure_ascii=False, indent=1), encoding="utf-8")
    temporary.replace(path)
    print(f"{path}: {len(sound) / RATE_HZ:.1f} s, {path.stat().st_size / 1e6:.2f} MB")


def _recipe_of(truth_path: Path) -> str:
    return str(json.loads(truth_path.read_text(encoding="utf-8")).get("recipe"))


# -- sound ---------------------------------------------------------------------------------------


def speak(lines: tuple[Line, ...]) -> tuple[npt.NDArray[np.float32], list[dict[str, object]]]:
    """The whole sound, float32 [n] at 48 kHz, and for each line its phonemes with their times."""
    from dubbing.engines.speech.kokoro import Kokoro
    from dubbing.media.resample import resample

    kokoro = Kokoro()
    takes, spoken, end_ms = [], [], 0
    for line in lines:
        symbols = kokoro.phonemes(line.text, "en")
        lengths = np.maximum(np.round(kokoro.durations(symbols, line.voice)), 1).astype(int)
        audio = resample(kokoro.speak(symbols, line.voice, lengths.tolist()), RATE_HZ).samples[0]
        start_ms = max(0, end_ms + line.pause_ms - int(lengths[0]) * FRAME_MS)
        edges = start_ms + np.concatenate([[0], np.cumsum(lengths)]) * FRAME_MS
        phonemes = [
            [symbol, int(edges[i + 1]), int(edges[i + 2])] for i, symbol in enumerate(symbols)
        ]
        first, last = phonemes[0][1], last_sound_ms(phonemes)
        spoken.append({"who": line.who, "text": line.text, "start_ms": first, "end_ms": last,
                       "phonemes": phonemes})  # fmt: skip
        takes.append((start_ms, audio))
        end_ms = last
    length = (end_ms + 700) * RATE_HZ // 1000 // (RATE_HZ // FPS) * (RATE_HZ // FPS)
    sound = np.zeros(length, np.float32)
    for start_ms, audio in takes:
        first_sample = start_ms * RATE_HZ // 1000
        part = audio[: length - first_sample]
        sound[first_sample : first_sample + len(part)] += part
    return sound * 0.8, spoken


def last_sound_ms(phonemes: list[list[object]]) -> int:
    """Where the last sound has died away: 75 ms into the last symbol that is no mark."""
    sounding = [p for p in phonemes if str(p[0]) not in " .,!?;:—…"]
    return min(int(str(sounding[-1][2])), int(str(sounding[-1][1])) + 75)


def background(n_samples: int) -> npt.NDArray[np.float32]:
    """A soft chord that breathes, and a breath of room noise: float32 [n]."""
    time_s = np.arange(n_samples) / RATE_HZ
    chord = sum(
        np.sin(2 * np.pi * hz * time_s + phase) * (0.6 + 0.4 * np.sin(0.5 * time_s + phase))
        for phase, hz in enumerate((130.8, 196.0, 261.6, 329.6))
    )
    noise = np.random.default_rng(7).normal(size=n_samples)
    noise = np.convolve(noise, np.ones(24) / 24, mode="same")
    mixed = chord / 4 + 0.05 * noise
    level = 10 ** (MUSIC_DBFS / 20) / np.sqrt(np.mean(mixed**2))
    return (mixed * level).astype(np.float32)


# -- mouth ---------------------------------------------------------------------------------------


def mouth_curve(
    spoken: list[dict[str, object]], who: int, n_samples: int
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Opening and width of somebody's mouth in every picture frame, each float64 [frames]."""
    n_ms = n_samples * 1000 // RATE_HZ
    opening, width = np.full(n_ms, REST_OPENING), np.zeros(n_ms)
    closed = np.zeros(n_ms, bool)
    for line in (line for line in spoken if line["who"] == who):
        for symbol, start, end in _sounds(line):
            opening[start:end] = OPENING.get(symbol, CONSONANT_OPENING)
            width[start:end] = WIDTH.get(symbol, 0.0)
            closed[start:end] = symbol in CLOSED
    opening, width = smooth(opening), smooth(width)
    opening *= 1 - smooth(closed.astype(float), 15.0)
    times = (np.arange(n_ms * FPS // 1000) * 1000 // FPS + 500 // FPS).clip(max=n_ms - 1)
    return opening[times], width[times]


def _sounds(line: dict[str, object]) -> Iterator[tuple[str, int, int]]:
    """Symbols with a sound of their own; stress and length marks belong to the vowel after."""
    phonemes = line["phonemes"]
    assert isinstance(phonemes, list)
    end_ms = int(str(line["end_ms"]))
    pending = None
    for symbol, start, end in phonemes:
        if symbol in "ˈˌ":
            pending = start
        elif symbol not in " .,!?;:—…":
            yield symbol, pending if pending is not None else start, min(end, end_ms + 60)
            pending = None


def smooth(
    values: npt.NDArray[np.float64], sigma_ms: float = SMOOTHING_MS
) -> npt.NDArray[np.float64]:
    """Gaussian smoothing of a curve with one value a millisecond."""
    reach = int(4 * sigma_ms)
    kernel = np.exp(-0.5 * (np.arange(-reach, reach + 1) / sigma_ms) ** 2)
    padded = np.pad(values, reach, mode="edge")
    return np.convolve(padded, kernel / kernel.sum(), mode="valid")


# -- picture -------------------------------------------------------------------------------------


def frames(
    curves: dict[int, tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]],
) -> Iterator[npt.NDArray[np.uint8]]:
    """RGB frames: one portrait, or two side by side."""
    side = 512 if len(curves) == 1 else 400
    faces = {who: AnimatedFace(side, twin=who == 1) for who in curves}
    n_frames = min(len(curve[0]) for curve in curves.values())
    for number in range(n_frames):
        shown = [
            faces[who].frame(pose(number, who, opening[number], width[number]))
            for who, (opening, width) in curves.items()
        ]
        yield np.concatenate(shown, axis=1)


def pose(number: int, who: int, opening: float, width: float) -> Pose:
    """Mouth as told; head and eyelids by slow waves, different for each person."""
    t = number / FPS + 3.1 * who
    blinking = (t + 0.8) % 3.7
    blink = max(0.0, 1 - abs(blinking - 0.1) / 0.1)
    return Pose(
        opening=float(np.clip(opening, 0, 1)),
        width=float(width),
        blink=blink,
        tilt_deg=1.3 * np.sin(0.9 * t) + 0.5 * np.sin(2.3 * t),
        shift_x=0.02 * np.sin(0.7 * t + 1),
        shift_y=0.015 * np.sin(1.1 * t),
    )


def encode(
    path: Path, sound: npt.NDArray[np.float32], pictures: Iterator[npt.NDArray[np.uint8]]
) -> None:
    """H.264 and AAC in MP4, by PyAV."""
    import av

    with av.open(str(path), "w", options={"movflags": "+faststart"}) as container:
        video = container.add_stream("libx264", rate=FPS, options={"crf": "24", "preset": "medium"})
        audio = container.add_stream("aac", rate=RATE_HZ, layout="stereo")
        audio.bit_rate = 128_000
        for number, picture in enumerate(pictures):
            if number == 0:
                video.height, video.width = picture.shape[:2]
                video.pix_fmt = "yuv420p"
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
            frame.pts, frame.time_base = number, Fraction(1, FPS)
            container.mux(video.encode(frame))
        container.mux(video.encode(None))
        for start in range(0, len(sound), 1024):
            stereo = np.repeat(sound[None, start : start + 1024], 2, axis=0)
            block = av.AudioFrame.from_ndarray(
                np.ascontiguousarray(stereo.clip(-1, 1)), format="fltp", layout="stereo"
            )
            block.sample_rate, block.pts, block.time_base = RATE_HZ, start, Fraction(1, RATE_HZ)
            container.mux(audio.encode(block))
        container.mux(audio.encode(None))


if __name__ == "__main__":
    main()

"""Reading audiovisual speech: GRID (Cooke et al. 2006, CC BY 4.0) and folders laid out like it.

Two layouts are understood:

- films: ``NAME.mp4`` (or .mpg, .mkv, .webm, .mov, .avi) with ``NAME.align``, one word a line as
  ``begin end word`` in 1/25000 s, ``sil`` and ``sp`` for silence;
- prepared: ``lips.npz`` (``clip``, ``landmark_index``, ``points`` at 25 pictures a second),
  ``words.json`` (name -> [[begin_s, end_s, word], ...]) or ``sentences.json`` (name -> words in order),
  and ``audio/NAME.flac`` at 16 kHz; a clip without sound is left out.

The word times serve to know the words; true times of phones come from forced alignment of the sound.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from dubbing.arrays import Audio
from dubbing.engines.faces import Faces
from dubbing.errors import UsageError
from dubbing.media.extract import extract_audio, extract_speech_audio
from dubbing.media.frames import stream_frames
from dubbing.media.probe import probe
from dubbing.media.sound_file import read_sound
from dubbing.timeline import FRAME_MS, Span
from dubbing.timing.lips import LANDMARKS, OPENING, PROTRUSION, Lips, lips_of
from dubbing.timing.spoken import spoken, whole_frames
from dubbing.timing.visemes import lengths_of, sounds
from dubbing.training.augment import Scene
from dubbing.training.examples import Example
from dubbing.training.phones import RATE_HZ, Phone, align, symbols_of
from dubbing.training.synthetic import SpeaksLengths
from dubbing.vision.speaking import voice_envelope
from dubbing.vision.tracking import FaceTrack, follow

FILMS = (".mp4", ".mpg", ".mpeg", ".mkv", ".webm", ".mov", ".avi")
SILENCE = ("sil", "sp")
FPS = 25.0
VOICE = "am_michael"
"""Whose natural lengths stand for a speech engine's."""


@dataclass(frozen=True, slots=True, eq=False)
class Clip:
    """A spoken line whose true times are known; ``edges_ms`` float [T + 1] on the film's clock.

    ``voice`` float [F] is how loud it is in the frames of the lips: 1 for its loud parts, 0 for 40 dB
    below.
    """

    name: str
    symbols: str
    natural: npt.NDArray[np.float64]
    edges_ms: npt.NDArray[np.float64]
    lips: Lips
    voice: npt.NDArray[np.float64]

    @property
    def example(self) -> Example:
        """As it is, for judging."""
        edges = (self.edges_ms - self.lips.start_ms) / FRAME_MS
        return Example(self.symbols, self.natural, edges, self.lips)

    @property
    def scene(self) -> Scene:
        """The mouth alone, to be filmed again."""
        times_ms = self.lips.start_ms + FRAME_MS * (np.arange(len(self.lips)) + 0.5)
        mouth = self.lips.values[:, OPENING : PROTRUSION + 1].astype(np.float64)
        return Scene(mouth, times_ms, self.edges_ms)


def prepared_voices(
    folder: Path, *, without: Sequence[str] = ()
) -> Iterator[tuple[str, Lips, Audio, list[str]]]:
    """Names, lips, sounds at 16 kHz and words of a prepared folder.

    Raises:
        UsageError: if the folder is not laid out as it should be.
    """
    import soundfile

    try:
        stored = np.load(folder / "lips.npz", allow_pickle=False)
        words = prepared_words(folder)
        names, index, points = stored["clip"], stored["landmark_index"], stored["points"]
    except (OSError, KeyError, ValueError) as error:
        raise UsageError(
            f"{folder} holds no prepared clips ({error}).", hint="See dubbing/training/grid.py."
        ) from error
    order = [list(index).index(landmark) for landmark in LANDMARKS]
    for name, landmarks in zip(names, points, strict=True):
        sound = folder / "audio" / f"{name}.flac"
        if str(name) in without or not sound.is_file():
            continue
        times_ms = np.arange(len(landmarks)) * 1000 / FPS
        lips = lips_of(landmarks[:, order].astype(np.float32), times_ms)
        samples, rate_hz = soundfile.read(sound, dtype="float32")
        if lips is not None:
            yield str(name), lips, Audio(samples[np.newaxis], rate_hz), words[str(name)]


def prepared_names(folder: Path) -> list[str]:
    """Names of all clips of a prepared folder."""
    return [str(name) for name in np.load(folder / "lips.npz", allow_pickle=False)["clip"]]


def prepared_words(folder: Path) -> dict[str, list[str]]:
    """The words of each clip of a prepared folder, without silence."""
    sentences = folder / "sentences.json"
    if sentences.is_file():
        text = json.loads(sentences.read_text(encoding="utf-8"))
        return {name: said.split() for name, said in text.items()}
    timed = json.loads((folder / "words.json").read_text(encoding="utf-8"))
    return {
        name: [word for _, _, word in words if word not in SILENCE] for name, words in timed.items()
    }


def prepared_clips(
    folder: Path, model: SpeaksLengths, *, without: Sequence[str] = ()
) -> Iterator[Clip]:
    """Clips of a prepared folder, but those named in ``without``.

    Raises:
        UsageError: if the folder is not laid out as it should be.
    """
    for name, lips, audio, words in prepared_voices(folder, without=without):
        clip = _clip(name, _as_int16(audio.samples[0]), words, lips, model)
        if clip is not None:
            yield clip


def film_clips(folder: Path, model: SpeaksLengths, faces: Faces) -> Iterator[Clip]:
    """Clips of a folder of films with word times; the largest face is taken for the speaker's.

    Raises:
        UsageError: if there are none.
    """
    films = film_names(folder)
    for film in films:
        words = read_words(film.with_suffix(".align"))
        audio = _as_int16(film_sound(film).samples[0])
        clip = _clip(film.stem, audio, words, _largest_mouth(film, faces), model)
        if clip is not None:
            yield clip


def film_names(folder: Path) -> list[Path]:
    """Films that have word times beside them."""
    if not folder.is_dir():
        raise UsageError(
            f"There is no folder {folder}.", hint="Name one with NAME.mp4, NAME.align."
        )
    films = [p for p in sorted(folder.iterdir()) if p.suffix.lower() in FILMS]
    films = [film for film in films if film.with_suffix(".align").is_file()]
    if not films:
        raise UsageError(
            f"{folder} holds no film with word times.",
            hint="Put NAME.align (begin end word, in 1/25000 s) beside each NAME.mp4.",
        )
    return films


def read_words(path: Path) -> list[str]:
    """Words of a GRID ``.align`` file.

    Raises:
        UsageError: naming the line that is not ``begin end word``.
    """
    words = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        parts = line.split()
        if not parts:
            continue
        if len(parts) != 3 or not (parts[0].isdigit() and parts[1].isdigit()):
            raise UsageError(f"{path}, line {number} is not 'begin end word': {line!r}.")
        if parts[2] not in SILENCE:
            words.append(parts[2])
    return words


def _clip(
    name: str,
    audio: npt.NDArray[np.int16],
    words: Sequence[str],
    lips: Lips | None,
    model: SpeaksLengths,
) -> Clip | None:
    """``None`` where the words cannot be found in the sound, or no face in the picture."""
    if lips is None or not words:
        return None
    try:
        phones = align(audio, words)
    except ValueError:
        return None
    symbols = symbols_of(phones)
    if len(sounds(symbols)) != len(phones):
        return None
    natural = natural_lengths(symbols, model)
    return Clip(name, symbols, natural, _edges(phones), lips, _voice(audio, lips))


def _voice(audio: npt.NDArray[np.int16], lips: Lips) -> npt.NDArray[np.float64]:
    level = voice_envelope(Audio(audio[np.newaxis].astype(np.float32) / 32768, RATE_HZ))
    frames = lips.start_ms // FRAME_MS + np.arange(len(lips))
    return np.interp(frames, np.arange(len(level)), level)


def natural_lengths(symbols: str, model: SpeaksLengths) -> npt.NDArray[np.float64]:
    """What a speech engine would give each sound, float [T] frames; silence at the end left out."""
    sentence = symbols + "."
    lengths = [float(length) for length in model.durations(sentence, VOICE)]
    heard = model.heard(sentence, VOICE, whole_frames(lengths))
    said = spoken(sentence, lengths, heard)
    assert said is not None, "phones are no pauses"
    return lengths_of(sounds(symbols), said.option.natural)


def _edges(phones: Sequence[Phone]) -> npt.NDArray[np.float64]:
    return np.array([phones[0].start_ms, *(phone.end_ms for phone in phones)], dtype=np.float64)


def film_sound(film: Path) -> Audio:
    """Return the sound of a film at 16 kHz, mono, on the clock of the container."""
    info = probe(film)
    with tempfile.TemporaryDirectory() as folder:
        whole, mono = Path(folder) / "whole.wav", Path(folder) / "mono.wav"
        extract_audio(film, 0, whole, start_ms=info.start_ms)
        extract_speech_audio(whole, mono)
        return read_sound(mono)


def _as_int16(samples: npt.NDArray[np.float32]) -> npt.NDArray[np.int16]:
    return np.asarray(np.clip(samples * 32768, -32768, 32767), dtype=np.int16)


def tracks_of(film: Path, faces: Faces) -> list[FaceTrack]:
    """Return every face of a film."""
    info = probe(film)
    whole = Span(0, info.duration_ms)
    return list(follow(stream_frames(film, whole, info, longest_side=1280, most_fps=30.0), faces))


def _largest_mouth(film: Path, faces: Faces) -> Lips | None:
    tracks = tracks_of(film, faces)
    if not tracks:
        return None
    largest = max(tracks, key=_presence)
    return lips_of(largest.points, largest.times_ms)


def _presence(track: FaceTrack) -> float:
    return float(track.boxes[:, 2].sum())

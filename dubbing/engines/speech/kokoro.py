"""Kokoro-82M v1.0 (StyleTTS 2 family) as three ONNX graphs: encode, prosody, decode.

The graphs are cut where the durations enter, so that every symbol can be told how long it lasts; one
unit is 600 samples at 24 kHz = 25 ms exactly. Durations go into the acoustic model itself: nothing
is stretched afterwards. ``durations`` costs about 0.03 s a sentence, so the true speaking time of
every candidate translation is known before anything is synthesised.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from dubbing.acoustics.effort import with_effort
from dubbing.arrays import Audio
from dubbing.delivery import NEUTRAL, Delivery
from dubbing.engines.speech import Learnt, Likeness, Progress, VoiceName
from dubbing.engines.speech.kokoro_delivery import (
    delivered_energy,
    delivered_pitch,
    delivered_style,
)
from dubbing.engines.speech.kokoro_voice import bent_pitch, style_of
from dubbing.language.g2p import split_phonemes, to_phonemes, vocabulary
from dubbing.models.onnx import onnx_session
from dubbing.models.signed_convolutions import adds_up_exactly
from dubbing.models.voices import VoiceCard, voice_cards

SAMPLES_PER_FRAME = 600
MAX_SYMBOLS = 510
PAD = 0
SHORT_PAD = np.ones(1, np.float32)
LINES_KEPT = 64
"""Under 1 MB each."""
ENERGY_PER_FRAME = 2
HEARD_ENERGY = 0.0
"""The network's energy is a log-like measure: speech lies at 2 to 8, silence under -6."""
RAW_DURATIONS = "/encoder/predictor/ReduceSum_output_0"
DURATIONS = "/encoder/Div_output_0"
F0 = "/encoder/Squeeze_output_0"
ENERGY = "/encoder/Squeeze_1_output_0"
FEATURES = "/encoder/MatMul_1_output_0"
STYLE = "style"

Seam = dict[str, npt.NDArray[Any]]
Key = TypeVar("Key")


class Kokoro:
    """54 stock voices in eight languages, int8, 24 kHz."""

    version = 3
    weights = ("kokoro-82m-split", "kokoro-voices", "mood-timbre")
    takes_options: tuple[str, ...] = ()
    rate_hz = 24_000

    def __init__(self, threads: int = 2, folder: Path | None = None) -> None:
        """Remember where the graphs lie; each is loaded when it is first needed.

        Raises:
            WeightsMissing: if they are not on this machine.
        """
        from dubbing.models.resolver import resolve

        self.folder = folder or resolve(self.weights[0])
        self._threads = threads
        self._read: dict[tuple[str, VoiceName], Seam] = {}
        self._made: dict[tuple[str, VoiceName, bytes], Seam] = {}

    @cached_property
    def _encode(self) -> Any:
        return self._session("encode")

    @cached_property
    def _prosody(self) -> Any:
        return self._session("prosody")

    @cached_property
    def _decode(self) -> Any:
        exact = adds_up_exactly(self.folder / "probe.onnx")
        return self._session("decode_signed" if exact else "decode")

    def _session(self, name: str) -> Any:
        return onnx_session(self.folder / f"{name}.onnx", self._threads)

    def phonemes(self, text: str, language: str) -> str:
        """Kokoro's own symbols for a text."""
        return to_phonemes(text, language)

    def voices(self, language: str) -> tuple[VoiceCard, ...]:
        """Stock voices of a language, the most intelligible first."""
        return voice_cards(language)

    def durations(self, phonemes: str, voice: VoiceName) -> npt.NDArray[np.float32]:
        """Natural lengths of silence, symbols, silence: float32 ``[n + 2]``, 25 ms each."""
        parts = [self._encoded(piece, voice)[0] for piece in _pieces(phonemes)]
        inner = [part[1:-1] for part in parts]
        return np.concatenate([parts[0][:1], *inner, parts[-1][-1:]])

    def heard(self, phonemes: str, voice: VoiceName, frames: Sequence[int]) -> tuple[float, float]:
        """Where the energy that the prosody network predicts rises above silence, and falls again.

        Measured against the sound of 40 sentences: within about 20 ms.
        """
        first, last, before = None, 0.0, 0.0
        for piece, told in _told(phonemes, frames):
            energy = self.acoustics(piece, voice, told)[ENERGY].reshape(-1)
            loud = np.flatnonzero(energy > HEARD_ENERGY) / ENERGY_PER_FRAME
            if len(loud):
                first = before + float(loud[0]) if first is None else first
                last = before + float(loud[-1]) + 1 / ENERGY_PER_FRAME
            before += float(told.sum())
        return (0.0, before) if first is None else (first, last)

    def learn(self, stock: str, language: str, like: Likeness, progress: Progress) -> Learnt:
        """Make a stock voice sound like somebody (:mod:`dubbing.engines.speech.kokoro_learning`)."""
        from dubbing.engines.speech.kokoro_learning import learn_voice

        return learn_voice(self, stock, language, like, progress)

    def speak(
        self,
        phonemes: str,
        voice: VoiceName,
        frames: Sequence[int],
        delivery: Delivery = NEUTRAL,
    ) -> Audio:
        """Mono 24 kHz sound of exactly ``600 * sum(frames)`` samples for up to 510 symbols.

        A longer text is spoken in pieces, cut at punctuation or spaces; each cut adds two frames
        of silence.
        """
        sounds = [
            self._spoken(piece, voice, told, delivery) for piece, told in _told(phonemes, frames)
        ]
        audio = Audio(np.concatenate(sounds)[np.newaxis], self.rate_hz)
        return with_effort(audio, delivery.bright_db, delivery.level_db)

    def _encoded(self, piece: str, voice: VoiceName) -> tuple[npt.NDArray[np.float32], Seam]:
        """Raw durations ``[n + 2]`` and the tensors that prosody needs.

        A line is timed as a candidate, and several times more while it is planned.
        """
        key = (piece, voice)
        if key not in self._read:
            names = [output.name for output in self._encode.get_outputs()]
            found = self._encode.run(None, self._text(piece, voice))
            _keep(self._read, key, dict(zip(names, found, strict=True)))
        seam = self._read[key]
        durations = seam[RAW_DURATIONS].reshape(-1).astype(np.float32)
        return np.maximum(durations, 1.0), seam

    def _text(self, piece: str, voice: VoiceName) -> Seam:
        symbols = vocabulary()
        ids = [PAD, *(symbols[symbol] for symbol in piece), PAD]
        style = style_of(voice, len(piece)).reshape(1, 256).astype(np.float32)
        return {"tokens": np.array([ids], dtype=np.int64), STYLE: style}

    def acoustics(self, piece: str, voice: VoiceName, frames: npt.NDArray[np.float32]) -> Seam:
        """All that the decoder is fed: F0, energy, features, and what they were made from.

        A line is asked first where it is heard, and then spoken, with the same lengths, so the last
        few are kept.
        """
        key = (piece, voice, frames.tobytes())
        if key not in self._made:
            _keep(self._made, key, self._make_prosody(piece, voice, frames))
        return self._made[key]

    def _make_prosody(self, piece: str, voice: VoiceName, frames: npt.NDArray[np.float32]) -> Seam:
        _, seam = self._encoded(piece, voice)
        known: Seam = {**self._text(piece, voice), **seam, DURATIONS: frames[np.newaxis]}
        f0, energy, features = _run(self._prosody, [F0, ENERGY, FEATURES], known)
        return known | {F0: bent_pitch(voice, f0), ENERGY: energy, FEATURES: features}

    def _spoken(
        self,
        piece: str,
        voice: VoiceName,
        frames: npt.NDArray[np.float32],
        delivery: Delivery,
    ) -> npt.NDArray[np.float32]:
        known = self.acoustics(piece, voice, frames)
        if delivery != NEUTRAL:
            bent = {
                F0: delivered_pitch(known[F0], delivery),
                ENERGY: delivered_energy(known[ENERGY], delivery),
                STYLE: delivered_style(known[STYLE], delivery),
            }
            known = known | bent
        return self.decoded(known)

    def decoded(self, known: Seam) -> npt.NDArray[np.float32]:
        """The sound ``[n]`` of what :meth:`acoustics` gave."""
        sound: npt.NDArray[np.float32] = _run(self._decode, None, known)[0].reshape(-1)
        return sound.astype(np.float32, copy=False)


def _keep(kept: dict[Key, Seam], key: Key, value: Seam) -> None:
    """Enter it; the oldest of too many goes."""
    while len(kept) >= LINES_KEPT:
        kept.pop(next(iter(kept)))
    kept[key] = value


def _run(session: Any, wanted: list[str] | None, known: Seam) -> list[npt.NDArray[Any]]:
    """Feed a graph those of the known tensors that it asks for."""
    feed = {item.name: known[item.name] for item in session.get_inputs()}
    outputs: list[npt.NDArray[Any]] = session.run(wanted, feed)
    return outputs


def _told(phonemes: str, frames: Sequence[int]) -> Iterator[tuple[str, npt.NDArray[np.float32]]]:
    """Pieces that the network can take, each with its lengths and a pad at either end."""
    told = np.asarray(frames, dtype=np.float32)
    if len(told) != len(phonemes) + 2 or told.min() < 1:
        raise ValueError("one length of at least 1 is wanted for each symbol and both ends")
    position, pieces = 1, _pieces(phonemes)
    for number, piece in enumerate(pieces):
        inner = told[position : position + len(piece)]
        position += len(piece)
        lead = told[:1] if number == 0 else SHORT_PAD
        tail = told[-1:] if number == len(pieces) - 1 else SHORT_PAD
        yield piece, np.concatenate([lead, inner, tail])


def _pieces(phonemes: str) -> tuple[str, ...]:
    return (phonemes,) if len(phonemes) <= MAX_SYMBOLS else split_phonemes(phonemes, MAX_SYMBOLS)

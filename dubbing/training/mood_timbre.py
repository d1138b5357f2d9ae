"""Learns what each mood does to the colour of a voice, as one change of Kokoro's timbre for all voices.

The GE2E vector of a speaker moves when they are angry or sad (that is how moods are heard,
:mod:`dubbing.models.emotion_voice`). The mean of that move over the speakers of a corpus is the target;
gradient descent through the decoder finds 128 numbers that, added to the timbre of stock voices speaking
with the pitch, energy and brightness of the mood, move their vectors the same way. Two terms keep the
speech clean, as in :mod:`dubbing.engines.speech.kokoro_learning`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor
from torch.nn.functional import normalize

from dubbing.acoustics.effort import shelf_gains
from dubbing.delivery import MOODS, NEUTRAL, Delivery
from dubbing.engines.speech.kokoro import ENERGY, F0, STYLE, Kokoro
from dubbing.engines.speech.kokoro_delivery import delivered_energy, delivered_pitch
from dubbing.engines.speech.kokoro_learning import (
    STYLE_LENGTH,
    Scene,
    evened,
    piece_of,
    timbre_space,
    timed,
)
from dubbing.engines.translation.fixed_examples import example_sentences
from dubbing.models.onnx_torch import TorchGraph
from dubbing.models.speaker_encoder import SpeakerEncoder
from dubbing.models.speaker_gradient import GradientEncoder
from dubbing.models.voices import TIMBRE_SIZE, voice_style
from dubbing.training.emotion import labelled, trimmed_sound
from dubbing.training.moods import line_through, place_of
from dubbing.voice.emotion import asked_for

VOICES = (("zh", 0), ("zh", 3), ("en", 2), ("en", 12), ("es", 1), ("fr", 0), ("it", 1), ("ja", 2))
"""Languages and places in their lists of voices; the others are left for judging."""
STEPS = 48
SETTLED = 28
"""From this step on the mean of all steps is taken."""
STEP_SIZE = 0.08
CLEAR, WITHIN = 1.0, 0.2
"""Weights of the words, and of staying near the voice itself."""
Numbers = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class _Acted:
    """A sentence as the decoder is fed it with the pitch and energy of a mood, and how it sounds."""

    scene: Scene
    style: Tensor
    calm: Tensor
    """GE2E vector of the same sentence, neutral."""


def learn_mood_timbre(
    folder: Path, progress: Callable[[int, int], None]
) -> dict[str, npt.NDArray[np.float32]]:
    """Change of timbre, float32 ``[128]``, of each mood but neutral at full strength.

    Raises:
        UsageError: if the folder holds no recordings of a known corpus.
    """
    targets = _targets(folder)
    kokoro = Kokoro()
    decoder, encoder = TorchGraph(kokoro.folder / "decode.onnx"), GradientEncoder(kokoro.rate_hz)
    changes = {}
    for number, (mood, target) in enumerate(sorted(targets.items())):
        wanted = asked_for(mood, 1.0, 1.0, "")
        acted = [_acted(kokoro, decoder, encoder, wanted, n) for n in range(len(VOICES))]
        changes[mood] = _descend(decoder, encoder, acted, wanted, target)
        progress(number + 1, len(targets))
    return changes


def _targets(folder: Path) -> dict[str, Tensor]:
    """How the vector of a speaker moves in each mood; where the corpus lacks one, by its place."""
    encoder = SpeakerEncoder()
    files = labelled(folder)
    vectors = np.stack([encoder.embed(trimmed_sound(path)) for path, _, _ in files])
    speakers = np.array([speaker for _, speaker, _ in files])
    moods = np.array([mood for _, _, mood in files])
    moves = {
        mood: _move(vectors, speakers, moods, mood) for mood in sorted({*moods} - {NEUTRAL.label})
    }
    line = line_through(moves)
    wanted = [mood for mood in MOODS if mood != NEUTRAL.label]
    found = {mood: moves[mood] if mood in moves else place_of(mood) @ line for mood in wanted}
    return {mood: torch.from_numpy(move.astype(np.float32)) for mood, move in found.items()}


def _move(vectors: Any, speakers: Any, moods: Any, mood: str) -> Numbers:
    away = []
    for speaker in sorted(set(speakers)):
        own = speakers == speaker
        theirs, calm = vectors[own & (moods == mood)], vectors[own & (moods == NEUTRAL.label)]
        if len(theirs) and len(calm):
            away.append(theirs.mean(axis=0) - calm.mean(axis=0))
    return np.asarray(np.mean(away, axis=0), dtype=np.float64)


def _acted(
    kokoro: Kokoro, decoder: TorchGraph, encoder: GradientEncoder, wanted: Delivery, number: int
) -> _Acted:
    language, place = VOICES[number]
    voice = kokoro.voices(language)[place].name
    text = example_sentences(language)[1 + number % 4]
    symbols, frames = timed(kokoro, text, voice, language)
    known = kokoro.acoustics(symbols, voice, frames)
    moved: Mapping[str, Any] = known | {
        F0: delivered_pitch(known[F0], wanted),
        ENERGY: delivered_energy(known[ENERGY], wanted),
    }
    style = torch.from_numpy(voice_style(voice, STYLE_LENGTH))
    with torch.no_grad():
        calm = decoder(_feed(decoder.inputs, known) | {STYLE: style[None]})[0].reshape(-1)
        feed = _feed(decoder.inputs, moved)
        usual = decoder(feed | {STYLE: style[None]})[0].reshape(-1)
        return _Acted(Scene(feed, usual), style, encoder.embed(encoder.mel(calm)))


def _feed(inputs: Sequence[str], known: Mapping[str, Any]) -> dict[str, Tensor]:
    return {name: torch.from_numpy(np.array(known[name], np.float32)) for name in inputs}


def _descend(
    decoder: TorchGraph,
    encoder: GradientEncoder,
    acted: Sequence[_Acted],
    wanted: Delivery,
    target: Tensor,
) -> npt.NDArray[np.float32]:
    """The change of timbre ``[128]``, one voice after the other."""
    _, axes = timbre_space()
    place = torch.zeros(TIMBRE_SIZE, requires_grad=True)
    optimizer = torch.optim.Adam([place], lr=STEP_SIZE)
    random, settled = np.random.default_rng(0), []
    for step in range(STEPS):
        one = acted[step % len(acted)]
        piece, usual = piece_of(one.scene, random)
        style = torch.cat([one.style[:TIMBRE_SIZE] + place @ axes, one.style[TIMBRE_SIZE:]])
        sound = decoder(piece | {STYLE: style[None]})[0].reshape(-1)
        mel = encoder.mel(_brightened(sound, wanted.bright_db))
        usual_mel = encoder.mel(_brightened(usual, wanted.bright_db))
        away = encoder.embed(mel) - normalize(one.calm + target, dim=0)
        garbled = 1 - (evened(mel) * evened(usual_mel)).mean()
        cost = (away**2).sum() + CLEAR * garbled + WITHIN * (place**2).mean()
        optimizer.zero_grad()
        torch.autograd.backward(cost)
        optimizer.step()
        if step >= SETTLED:
            settled.append(place.detach().clone())
    change: npt.NDArray[np.float32] = (torch.stack(settled).mean(0) @ axes).numpy()
    return change


def _brightened(sound: Tensor, bright_db: float) -> Tensor:
    """The same shelves as in the finished speech, as one filter without phase."""
    gains = shelf_gains(sound.shape[-1], Kokoro.rate_hz, bright_db).astype(np.float32)
    made: Tensor = torch.fft.irfft(torch.fft.rfft(sound) * torch.from_numpy(gains), sound.shape[-1])
    return made


def save_mood_timbre(
    changes: Mapping[str, npt.NDArray[np.float32]], path: Path, card: dict[str, str]
) -> None:
    """Write the changes, one tensor a mood, with a card of what they were made from."""
    from safetensors.numpy import save_file

    save_file({mood: np.ascontiguousarray(c) for mood, c in changes.items()}, path, card)

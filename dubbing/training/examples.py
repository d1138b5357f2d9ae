"""What the aligner learns from: sounds, their natural and true lengths, and the lips that made them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from dubbing.timing.evidence import sound_inputs
from dubbing.timing.lips import CLOSURE, Lips, normalised
from dubbing.timing.visemes import sounds

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Example:
    """One spoken line whose truth is known.

    ``natural`` float [T] frames that a speech engine would give; ``edges`` float [T + 1] frames of
    ``lips`` at which the sounds begin, and the last one ends.
    """

    symbols: str
    natural: Floats
    edges: Floats
    lips: Lips


@dataclass(frozen=True, slots=True)
class Batch:
    """Tensors for :class:`dubbing.timing.aligner.AlignerNet` and its losses."""

    sounds: Tensor
    centres: Tensor
    lips: Tensor
    n_sounds: Tensor
    n_frames: Tensor
    owner: Tensor
    wanted: Tensor
    known: Tensor
    closure: Tensor
    closes: Tensor

    def to(self, device: str) -> Batch:
        """The same on another device."""
        return Batch(*(getattr(self, name).to(device) for name in self.__slots__))


def batch(examples: Sequence[Example], centres: Sequence[Floats]) -> Batch:
    """Pad examples to one size; ``centres`` [T + 2] is where each sound is thought to be."""
    parts = [_single(example, around) for example, around in zip(examples, centres, strict=True)]
    n_sounds = max(part.sounds.shape[1] for part in parts)
    n_frames = max(part.lips.shape[1] for part in parts)
    padded = [_padded(part, n_sounds, n_frames) for part in parts]
    return Batch(*(torch.cat([getattr(part, name) for part in padded]) for name in Batch.__slots__))


def _single(example: Example, centres: Floats) -> Batch:
    found = sounds(example.symbols)
    true = np.maximum(np.diff(example.edges), 0.3)
    natural = np.maximum(example.natural, 0.5)
    seen = normalised(example.lips)
    closes = np.array([False, *(sound.closes for sound in found), False])
    return Batch(
        sounds=_row(sound_inputs(found, example.natural)),
        centres=_row(centres.astype(np.float32)),
        lips=_row(seen),
        n_sounds=torch.tensor([len(found) + 2]),
        n_frames=torch.tensor([len(seen)]),
        owner=_row(owners(example.edges, len(seen))),
        wanted=_row(np.pad(np.log(true / natural), 1).astype(np.float32)),
        known=_row(np.array([False, *([True] * len(found)), False])),
        closure=_row(example.lips.values[:, CLOSURE]),
        closes=_row(closes),
    )


def _row(values: npt.NDArray[np.generic]) -> Tensor:
    return torch.from_numpy(np.ascontiguousarray(values))[None]


def _padded(part: Batch, n_sounds: int, n_frames: int) -> Batch:
    more_sounds, more_frames = n_sounds - part.sounds.shape[1], n_frames - part.lips.shape[1]
    pad = torch.nn.functional.pad
    return replace(
        part,
        sounds=pad(part.sounds, (0, 0, 0, more_sounds)),
        centres=pad(part.centres, (0, more_sounds)),
        lips=pad(part.lips, (0, 0, 0, more_frames)),
        owner=pad(part.owner, (0, more_frames), value=-1),
        wanted=pad(part.wanted, (0, more_sounds)),
        known=pad(part.known, (0, more_sounds)),
        closure=pad(part.closure, (0, more_frames)),
        closes=pad(part.closes, (0, more_sounds)),
    )


def owners(edges: Floats, n_frames: int) -> npt.NDArray[np.int64]:
    """Which sound has the middle of each frame: 0 before the first, T + 1 after the last."""
    middles = np.arange(n_frames) + 0.5
    return np.searchsorted(edges, middles, side="right").astype(np.int64)

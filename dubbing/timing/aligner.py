"""The aligner: which sound of a line does the mouth make in which frame?

Queries are the sounds of the line, keys and values the lips; cross-modal multi-head attention with a
bias for relative time lets every sound look for its frames around the place where it would naturally
fall. Sounds enter as articulation (what the mouth does, not which letter it is), so that what is learnt
in one language holds in another. 0.65 million parameters.

The one thing that differs from text-to-speech aligners: the evidence is normalised over the sounds of
each frame, ``log p(sound | frame)``, not over frames. Every frame of a plan belongs to exactly one
sound, so sums over frames of different plans can be compared, and long sounds gain nothing by length.

Sources: attention with relative-time bias after Shaw et al. 2018; forward-sum loss after Badlani et al.
2022, "One TTS alignment to rule them all"; lips as keys of a speech model after DubWise
(arXiv 2406.08802).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from dubbing.timing.lips import N_INPUTS
from dubbing.timing.visemes import DESCRIPTION

N_SOUND_INPUTS = len(DESCRIPTION) + 3
"""The description, the natural log length in frames, and two marks: silence before, silence after."""
MASKED = -1e4
BELLS_S = (0.06, 0.15, 0.4)
RAMPS_S = (0.06, 0.2, 0.6)
N_NEARNESS = len(BELLS_S) + len(RAMPS_S) + 2


@dataclass(frozen=True, slots=True)
class Shape:
    """Size of the network."""

    width: int = 96
    n_heads: int = 4
    lip_layers: int = 5
    sound_layers: int = 3
    n_looks: int = 2
    dropout: float = 0.1


class Residual(nn.Module):
    """A dilated convolution beside a straight way, on ``[B, N, width]``."""

    def __init__(self, width: int, kernel: int, dilation: int, dropout: float) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(width)
        padding = dilation * (kernel - 1) // 2
        self.conv = nn.Conv1d(width, width, kernel, padding=padding, dilation=dilation)
        self.out = nn.Linear(width, width)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        """``mask`` [B, N, 1] is 0 where there is nothing, so that padding stays out."""
        hidden = self.conv((self.norm(x) * mask).transpose(1, 2)).transpose(1, 2)
        result: Tensor = (x + self.dropout(self.out(F.gelu(hidden)))) * mask
        return result


def nearness(centres: Tensor, n_frames: int) -> Tensor:
    """How near each frame lies to where a sound is thought to be: [B, T, F, 8].

    Bells of three widths and ramps of three steepnesses span any bias that rises or falls with the
    distance; each head weighs them its own way. Computed once, used by every look.
    """
    frames = torch.arange(n_frames, device=centres.device, dtype=centres.dtype) + 0.5
    away_s = (frames[None, None, :] - centres[:, :, None]) * 0.025
    bells = [torch.exp(-0.5 * (away_s / scale) ** 2) for scale in BELLS_S]
    ramps = [torch.tanh(away_s / scale) for scale in RAMPS_S]
    return torch.stack([*bells, *ramps, away_s.abs(), away_s.square().clamp(max=4.0)], dim=-1)


class Look(nn.Module):
    """One cross-modal look of the sounds at the lips."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.n_heads = shape.n_heads
        width = shape.width
        self.scale = 1 / math.sqrt(width // shape.n_heads)
        self.norm = nn.LayerNorm(width)
        self.query, self.key = nn.Linear(width, width), nn.Linear(width, width)
        self.value, self.out = nn.Linear(width, width), nn.Linear(width, width)
        self.nearness = nn.Linear(N_NEARNESS, shape.n_heads)
        self.after = Residual(width, 5, 1, shape.dropout)

    def forward(
        self, sounds: Tensor, lips: Tensor, near: Tensor, hidden: Tensor, mask: Tensor
    ) -> Tensor:
        """Sounds [B, T, width] with what they saw; ``hidden`` [B, F] is true where no frame is."""
        batch, n_sounds, width = sounds.shape
        split = (batch, -1, self.n_heads, width // self.n_heads)
        query = self.query(self.norm(sounds)).view(split).transpose(1, 2)
        key = self.key(lips).view(split).transpose(1, 2)
        value = self.value(lips).view(split).transpose(1, 2)
        scores = query @ key.transpose(2, 3) * self.scale
        scores = scores + self.nearness(near).permute(0, 3, 1, 2)
        scores = scores.masked_fill(hidden[:, None, None, :], MASKED)
        seen = (scores.softmax(dim=-1) @ value).transpose(1, 2).reshape(batch, n_sounds, width)
        result: Tensor = self.after(sounds + self.out(seen), mask)
        return result


class AlignerNet(nn.Module):
    """Sounds and lips in; log p(sound | frame) and log-length offsets out."""

    def __init__(self, shape: Shape | None = None) -> None:
        super().__init__()
        shape = shape or Shape()
        width = shape.width
        self.scale = 1 / math.sqrt(width)
        self.lips_in = nn.Linear(N_INPUTS, width)
        self.lip_layers = nn.ModuleList(
            Residual(width, 5, 2 ** (i % 4), shape.dropout) for i in range(shape.lip_layers)
        )
        self.sounds_in = nn.Linear(N_SOUND_INPUTS, width)
        self.sound_layers = nn.ModuleList(
            Residual(width, 5, 1, shape.dropout) for _ in range(shape.sound_layers)
        )
        self.looks = nn.ModuleList(Look(shape) for _ in range(shape.n_looks))
        self.nearness = nn.Linear(N_NEARNESS, 1)
        self.query, self.key = nn.Linear(width, width), nn.Linear(width, width)
        self.length = nn.Linear(width, 1)

    def forward(
        self, sounds: Tensor, centres: Tensor, lips: Tensor, n_sounds: Tensor, n_frames: Tensor
    ) -> tuple[Tensor, Tensor]:
        """Align.

        Args:
            sounds: float [B, T, 18], see ``N_SOUND_INPUTS``; the first and last are silences.
            centres: float [B, T], where each sound is thought to be, in frames.
            lips: float [B, F, 8], from ``lips.normalised``.
            n_sounds: int [B], how many of T there are.
            n_frames: int [B], how many of F there are.

        Returns:
            ``log p(sound | frame)`` [B, T, F] and offsets [B, T] of the natural log lengths.
        """
        sound_mask = _mask(n_sounds, sounds.shape[1])
        frame_mask = _mask(n_frames, lips.shape[1])
        seen = self.lips_in(lips)
        for layer in self.lip_layers:
            seen = layer(seen, frame_mask)
        said = self.sounds_in(sounds)
        for layer in self.sound_layers:
            said = layer(said, sound_mask)
        hidden = frame_mask[:, :, 0] == 0
        near = nearness(centres, lips.shape[1])
        for look in self.looks:
            said = look(said, seen, near, hidden, sound_mask)
        scores = self.query(said) @ self.key(seen).transpose(1, 2) * self.scale
        scores = scores + self.nearness(near)[:, :, :, 0]
        scores = scores.masked_fill(sound_mask == 0, MASKED)
        return scores.log_softmax(dim=1), self.length(said)[:, :, 0]


def _mask(lengths: Tensor, most: int) -> Tensor:
    places = torch.arange(most, device=lengths.device)
    return (places[None, :] < lengths[:, None]).to(torch.float32)[:, :, None]


# -- losses --------------------------------------------------------------------------------------


def frame_loss(log_p: Tensor, owner: Tensor) -> Tensor:
    """Cross entropy with the true owner of each frame, int [B, F]; -1 where nobody knows."""
    return F.nll_loss(log_p, owner, ignore_index=-1)


def forward_sum_loss(log_p: Tensor, n_sounds: Tensor, n_frames: Tensor) -> Tensor:
    """Minus the log-probability of all ways through the sounds in order (Badlani et al. 2022)."""
    blank = log_p.new_full((log_p.shape[0], 1, log_p.shape[2]), MASKED)
    with_blank = torch.cat([blank, log_p], dim=1).permute(2, 0, 1)
    targets = torch.arange(1, log_p.shape[1] + 1, device=log_p.device).expand(log_p.shape[:2])
    return F.ctc_loss(with_blank, targets, n_frames, n_sounds, zero_infinity=True) / 10


def length_loss(offsets: Tensor, wanted: Tensor, known: Tensor) -> Tensor:
    """Mean absolute error of the log lengths where they are ``known`` (bool [B, T])."""
    return ((offsets - wanted).abs() * known).sum() / known.sum().clamp(min=1)


def closure_loss(log_p: Tensor, closure: Tensor, closes: Tensor) -> Tensor:
    """Sounds that close the lips should own frames in which they are closed.

    ``closure`` float [B, F] is the probability that the lips touch, ``closes`` bool [B, T].
    """
    owned = log_p.exp()
    share = owned / owned.sum(dim=2, keepdim=True).clamp(min=1e-6)
    met = (share * closure[:, None, :]).sum(dim=2)
    return (-(met + 1e-3).log() * closes).sum() / closes.sum().clamp(min=1)

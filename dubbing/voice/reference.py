"""Which stretches of a speaker's lines show their voice best."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from dubbing.arrays import Audio, levels_db
from dubbing.timeline import Span

LEAST_MS, MOST_MS = 5_000, 30_000
"""A profile is made of so much speech in all."""
LONGEST_PIECE_MS = 10_000
CLIPPED = 0.985
MOST_CLIPPED = 1e-4
"""Share of samples at full scale from which a stretch counts as clipped."""
SHOUTED_DB = 6.0
"""So much louder than the speaker's median line is shouted."""
NOISE_PERCENTILE, VOICE_PERCENTILE = 10, 80
POOREST_SNR_DB = 10.0
LEAST_LIKENESS = 0.6
"""Cosine to the speaker's own centre under which a line is not surely theirs."""


@dataclass(frozen=True, slots=True, eq=False)
class Stretch:
    """A line of the speaker.

    Where it is, its sound (16 kHz mono), its likeness to the speaker's centre, and whether anybody
    else talks at the same time.
    """

    span: Span
    audio: Audio
    likeness: float
    overlapped: bool = False


def choose_reference(lines: Sequence[Stretch]) -> tuple[Stretch, ...]:
    """The purest lines, in order of time: one voice, little noise, neither clipped nor shouted.

    Lines are taken from the purest on until there are 30 s. Where the pure ones are fewer than 5 s, the
    least impure follow, but never a line that somebody talks over.
    """
    alone = [line for line in lines if not line.overlapped]
    if not alone:
        return ()
    usual_db = float(np.median([_voice_db(line.audio) for line in alone]))
    ranked = sorted(alone, key=lambda line: (_faults(line, usual_db), -_purity(line)))
    chosen: list[Stretch] = []
    total_ms = 0
    for line in ranked:
        if total_ms >= (LEAST_MS if _faults(line, usual_db) else MOST_MS):
            break
        chosen.append(line)
        total_ms += min(line.span.duration_ms, LONGEST_PIECE_MS)
    return tuple(sorted(chosen, key=lambda line: line.span.start_ms))


def joined(chosen: Sequence[Stretch]) -> Audio:
    """The chosen lines one after another, each cut to 10 s, 30 s at most."""
    parts = [line.audio.between(0, LONGEST_PIECE_MS).mono().samples for line in chosen]
    whole = np.concatenate(parts, axis=1)
    return Audio(whole, chosen[0].audio.rate_hz).between(0, MOST_MS)


def snr_db(audio: Audio) -> float:
    """Level of the voice above that of the pauses; an estimate by percentiles of 20 ms levels."""
    levels = levels_db(audio, 20)
    if not len(levels):
        return 0.0
    noise, voice = np.percentile(levels, [NOISE_PERCENTILE, VOICE_PERCENTILE])
    return float(voice - noise)


def clipped_share(samples: npt.NDArray[np.float32]) -> float:
    """Share of samples at full scale."""
    return float(np.mean(np.abs(samples) >= CLIPPED)) if samples.size else 0.0


def _faults(line: Stretch, usual_db: float) -> int:
    return (
        (clipped_share(line.audio.samples) > MOST_CLIPPED)
        + (snr_db(line.audio) < POOREST_SNR_DB)
        + (_voice_db(line.audio) > usual_db + SHOUTED_DB)
        + (line.likeness < LEAST_LIKENESS)
    )


def _purity(line: Stretch) -> float:
    """Likeness, noise and length on one scale: 20 dB of noise or 5 s count as 0.1 of cosine."""
    seconds = min(line.span.duration_ms, LONGEST_PIECE_MS) / 1000
    return line.likeness + 0.1 * min(snr_db(line.audio), 40.0) / 20 + 0.1 * seconds / 5


def _voice_db(audio: Audio) -> float:
    levels = levels_db(audio, 20)
    return float(np.percentile(levels, VOICE_PERCENTILE)) if len(levels) else -120.0

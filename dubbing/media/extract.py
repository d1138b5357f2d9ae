"""The working sound, on the clock of the container.

Time zero is where the container starts (its earliest stream). A track that starts later gets
silence in front, holes are filled, and the encoder's priming samples are dropped, so that a sound
at time t of the film lies at sample 48 t of the WAV file.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from dubbing.arrays import Audio
from dubbing.media.channels import in_file_order, placed
from dubbing.media.ffmpeg import OnProgress, input_args, run_ffmpeg
from dubbing.media.float_sound import cleaning_filters, count_no_numbers
from dubbing.media.probe import AudioTrack
from dubbing.media.resample import resample
from dubbing.media.sound_clock import sound_clock
from dubbing.media.sound_file import SoundWriter, stream_sound

WORKING_RATE_HZ = 48_000
SPEECH_RATE_HZ = 16_000
BLOCK_MS = 10_000
BROKEN_PACKET = re.compile(r"Error (?:submitting packet to decoder|while decoding stream)")
"""What ffmpeg says of a packet that it cannot decode, from 7.0 on and before."""


@dataclass(frozen=True, slots=True)
class Extracted:
    """What was met on the way."""

    n_broken: int
    """Packets that could not be decoded; there is silence in their place."""
    n_no_numbers: int = 0
    """Samples that are not a number, or infinite; they are silent."""

    def notes(self) -> tuple[str, ...]:
        """What a person should know, in sentences."""
        found = []
        if self.n_broken:
            noun = "packet" if self.n_broken == 1 else "packets"
            found.append(
                f"{self.n_broken} {noun} of the sound cannot be decoded; it is silent there."
            )
        if self.n_no_numbers:
            found.append(
                f"{self.n_no_numbers} samples of the sound are no numbers (NaN, infinite); silent "
                "here."
            )
        return tuple(found)


def extract_audio(
    path: Path,
    audio_track: int,
    out_wav: Path,
    *,
    start_ms: float = 0.0,
    duration_ms: int = 0,
    filters: Sequence[str] = (),
    on_progress: OnProgress | None = None,
) -> Extracted:
    """Write one sound track as 48 kHz WAV, 24 bit (the step below any codec's noise).

    Args:
        path: the film.
        audio_track: counted from 0 among its sound tracks.
        out_wav: written whole or not at all.
        start_ms: container time that is our zero (``MediaInfo.start_ms``).
        duration_ms: length of the film, to tell how far it is.
        filters: what is done with the track first (:func:`first_filters`).
        on_progress: told the share that is done.

    Returns:
        what was met on the way.

    Raises:
        UnreadableMedia: if the track cannot be decoded.
    """

    def tell(seconds: float) -> None:
        if on_progress and duration_ms:
            on_progress(min(1.0, seconds * 1000 / duration_ms))

    clock = sound_clock(path, audio_track, start_ms)
    resampled = f"aresample={WORKING_RATE_HZ}:async=1:min_hard_comp=0.02:first_pts=0"
    log = run_ffmpeg(
        [
            *("-max_error_rate", "1"),  # what can be decoded is wanted, however little it is
            # the clock of the container as it is: ffmpeg's own shift to zero depends on which
            # streams are used, and would tear sound and picture of an MPEG-TS apart
            "-copyts",
            *input_args(path),
            "-map", f"0:a:{audio_track}",
            "-vn", "-sn", "-dn",
            "-af", ",".join((*filters, *clock.filters(), resampled)),
            "-c:a", "pcm_s24le", "-rf64", "auto", "-f", "wav",
        ],
        what=f"The sound of {path.name} cannot be read",
        output=out_wav,
        on_progress=tell,
    )  # fmt: skip
    return Extracted(len(BROKEN_PACKET.findall(log)), count_no_numbers(log))


def first_filters(track: AudioTrack) -> tuple[str, ...]:
    """What a track needs before anything else: numbers only, and its channels in file order."""
    ordered = in_file_order(track.channels)
    if ordered == track.channels:
        return cleaning_filters(track.codec)
    come_from = [track.channels.index(name) for name in ordered]
    return (*cleaning_filters(track.codec), placed(ordered, come_from))


def extract_speech_audio(sound: Path, out_wav: Path, weights: Sequence[float] = ()) -> None:
    """Write a 16 kHz mono copy of the working sound, for recognition.

    Its channels are added up by weight; without weights, they are averaged.

    Blocks are resampled apart: 16 kHz is a third of 48 kHz, so every block border falls on a sample,
    and the filter's edge lasts under 2 ms in 10 s.
    """
    with SoundWriter(out_wav, SPEECH_RATE_HZ, 1, subtype="PCM_16") as writer:
        for block in stream_sound(sound, BLOCK_MS):
            writer.write(resample(_weighted(block, weights), SPEECH_RATE_HZ))


def _weighted(audio: Audio, weights: Sequence[float]) -> Audio:
    if not len(weights):
        return audio.mono()
    mixed = np.asarray(weights, dtype=np.float32) @ audio.samples
    return Audio(mixed[None].astype(np.float32), audio.rate_hz)

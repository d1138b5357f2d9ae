"""Our own sound files: WAV (RF64 beyond 4 GB), read anywhere, written whole."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np

from dubbing.arrays import Audio, ms_to_samples
from dubbing.errors import UnreadableMedia
from dubbing.media.channels import wav_mask
from dubbing.media.ffmpeg import written_whole
from dubbing.timeline import Artifact
from dubbing.workspace import Workspace, disk_errors, explain_os_error

HEADER_BYTES = 256
EXTENSIBLE = b"\xfe\xff"
"""The format tag of WAVEFORMATEXTENSIBLE, the one that has a mask of channels."""
MASK_AT = 28
"""From the beginning of its chunk."""

MAX_WHOLE_MS = 30 * 60_000
"""Of what is read in one piece; a header may claim any length, and silence packs well."""


@dataclass(frozen=True, slots=True)
class SoundFormat:
    """What a sound file holds."""

    rate_hz: int
    n_channels: int
    n_samples: int

    @property
    def duration_ms(self) -> int:
        """Length in milliseconds."""
        return round(self.n_samples * 1000 / self.rate_hz)


def sound_format(path: Path) -> SoundFormat:
    """Rate, channels and length of a sound file."""
    import soundfile

    with _readable(path):
        info = soundfile.info(str(path))
    return SoundFormat(info.samplerate, info.channels, info.frames)


def read_sound(path: Path, start_ms: int = 0, end_ms: int | None = None) -> Audio:
    """The sound from ``start_ms`` to ``end_ms`` (to its end if ``None``), clipped to what is there.

    Raises:
        UnreadableMedia: if it is not sound, or its end is wanted and it is longer than any take.
    """
    info = sound_format(path)
    rate_hz = info.rate_hz
    if end_ms is None and info.duration_ms - start_ms > MAX_WHOLE_MS:
        raise UnreadableMedia(
            f"The working sound {path} claims to last {info.duration_ms / 60_000:.0f} minutes.",
            hint="Run the dub command again: what is damaged is made again.",
        )
    last = None if end_ms is None else ms_to_samples(max(0, end_ms), rate_hz)
    return read_samples(path, ms_to_samples(max(0, start_ms), rate_hz), last)


def read_samples(path: Path, first: int, last: int | None) -> Audio:
    """Samples ``first`` to ``last`` (to the end if ``None``), clipped to what is there."""
    import soundfile

    with _readable(path), soundfile.SoundFile(str(path)) as file:
        first = min(first, file.frames)
        last = file.frames if last is None else min(max(last, first), file.frames)
        file.seek(first)
        samples = file.read(last - first, dtype="float32", always_2d=True)
        return Audio(np.ascontiguousarray(samples.T), file.samplerate)


def stream_sound(path: Path, block_ms: int) -> Iterator[Audio]:
    """The whole sound in blocks."""
    info = sound_format(path)
    block = ms_to_samples(block_ms, info.rate_hz)
    for first in range(0, info.n_samples, block):
        yield read_samples(path, first, first + block)


def write_sound(path: Path, audio: Audio, *, subtype: str = "PCM_24") -> None:
    """Write a whole sound file, or none."""
    with SoundWriter(path, audio.rate_hz, audio.n_channels, subtype=subtype) as writer:
        writer.write(audio)


def keep_sound(workspace: Workspace, audio: Audio, *, subtype: str) -> Artifact:
    """Keep a sound among the artifacts of a workspace, as WAV."""
    with workspace.new_file(".wav") as path:
        write_sound(path, audio, subtype=subtype)
        return workspace.adopt(path)


class SoundWriter:
    """Writes block by block; the file appears under its name only when everything went well."""

    def __init__(
        self,
        path: Path,
        rate_hz: int,
        n_channels: int,
        *,
        subtype: str = "PCM_24",
        container: str = "RF64",
        channels: Sequence[str] = (),
    ) -> None:
        """Nothing is written before the ``with`` block.

        ``container`` as libsndfile calls it; ``channels`` are named in an RF64 file, so that no reader
        has to guess which is which.
        """
        self.n_samples = 0
        self._path, self._rate_hz, self._n_channels = path, rate_hz, n_channels
        self._channels = channels
        self._subtype, self._container = subtype, container
        self._whole: Any = None
        self._temporary = path
        self._file: Any = None

    def __enter__(self) -> Self:
        """Open a temporary file beside the path."""
        import soundfile

        self._whole = written_whole(self._path)
        temporary = self._temporary = self._whole.__enter__()
        self._file = soundfile.SoundFile(
            str(temporary),
            "w",
            self._rate_hz,
            self._n_channels,
            self._subtype,
            format=self._container,
        )
        return self

    def write(self, audio: Audio) -> None:
        """Append a block of the file's rate and channels."""
        assert audio.rate_hz == self._rate_hz, "a file has one rate"
        import soundfile

        try:
            self._file.write(audio.samples.T)
        except soundfile.LibsndfileError as error:  # it says "System error" for a full disk
            free = shutil.disk_usage(self._path.parent).free
            code = errno.ENOSPC if free < audio.samples.nbytes else errno.EIO
            raise explain_os_error(OSError(code, os.strerror(code)), self._path) from error
        self.n_samples += audio.n_samples

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close and rename, or remove."""
        self._file.close()
        if kind is None and len(self._channels) == self._n_channels and self._container == "RF64":
            with disk_errors(self._path):
                _name_channels(self._temporary, self._channels)
        self._whole.__exit__(kind, error, trace)


def _name_channels(path: Path, channels: Sequence[str]) -> None:
    """Put the channels' mask into the header, which libsndfile leaves empty."""
    with path.open("r+b") as file:
        header = file.read(HEADER_BYTES)
        chunk = header.find(b"fmt ")
        if header[chunk + 8 : chunk + 10] == EXTENSIBLE:
            file.seek(chunk + MASK_AT)
            file.write(wav_mask(channels).to_bytes(4, "little"))


class _readable:
    """Turn soundfile's complaint about a damaged file into ours."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __enter__(self) -> None:
        """Nothing to prepare."""

    def __exit__(self, kind: Any, error: BaseException | None, trace: Any) -> None:
        """Translate."""
        import soundfile

        if isinstance(error, soundfile.LibsndfileError):
            raise UnreadableMedia(
                f"The working sound {self._path} cannot be read.",
                hint="Run the dub command again: what is damaged is made again.",
            ) from error

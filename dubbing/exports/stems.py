"""The parts of a mix as broadcast WAV: dialogue of each speaker, music and effects, and the whole.

48 kHz, 24 bit, each as long as the film, with the time of its first sample (EBU Tech 3285). Dialogue, and
music and effects, added up are the mix before its limiter; but music and effects, which are not
synthetic, lack the watermark that they have in the mix under a marked line (some 20 dB below them).
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np

from dubbing.arrays import Audio
from dubbing.errors import WorkspaceError
from dubbing.file_names import stem_of
from dubbing.media.broadcast_wave import write_broadcast_wave
from dubbing.media.sound_file import SoundFormat, SoundWriter, sound_format
from dubbing.mixing.mixer import MixPlan, mix
from dubbing.soundtrack.render import film_samples, mix_plan, padded_samples
from dubbing.temporary import ENDING, PREFIX
from dubbing.timeline import Mix, Timeline
from dubbing.workspace import Workspace

UNLIMITED_DBTP = 60.0
BED = "music-and-effects"
Progress = Callable[[float, str], None]
"""Told the seconds of sound that are done, and of what."""


def stem_names(timeline: Timeline) -> dict[str, str]:
    """File names by stem: the id of a speaker, ``music-and-effects``, ``mix``.

    Raises:
        WorkspaceError: if the dub was not mixed yet.
    """
    _made(timeline)
    assert timeline.media is not None
    spoken = [line.speaker for line in timeline.lines if line.take is not None]
    names = [*dict.fromkeys(spoken), BED, "mix"]
    start = f"{stem_of(Path(timeline.media.name))}.{timeline.target_language}"
    dialogue = {name: "" if name in (BED, "mix") else "dialogue-" for name in names}
    return {name: f"{start}.{dialogue[name]}{name}.wav" for name in names}


def write_stems(
    timeline: Timeline, workspace: Workspace, folder: Path, start_s: float, tell: Progress
) -> list[Path]:
    """Write all stems into a folder; ``start_s`` is the film's own time of its first picture."""
    made = _made(timeline)
    written = []
    for stem, name in stem_names(timeline).items():
        path = folder / name
        if stem == "mix":
            write_broadcast_wave(workspace.path(made.sound), path, start_s)
        else:
            _write_stem(timeline, made, workspace, stem, path, start_s, tell)
        written.append(path)
    return written


def _made(timeline: Timeline) -> Mix:
    if timeline.mix is None or timeline.media is None or timeline.media.sound is None:
        raise WorkspaceError("The dub is not mixed yet.", hint="Dub the film to its end first.")
    return timeline.mix


def bed_blocks(timeline: Timeline, workspace: Workspace) -> Iterator[Audio]:
    """Music and effects alone, as they lie under the dub, block by block.

    Raises:
        WorkspaceError: if the dub was not mixed yet.
    """
    made = _made(timeline)
    assert timeline.media is not None
    assert timeline.media.sound is not None
    original = workspace.path(timeline.media.sound)
    return _blocks(timeline, made, workspace, BED, original, sound_format(original))


def _write_stem(
    timeline: Timeline,
    made: Mix,
    workspace: Workspace,
    stem: str,
    path: Path,
    start_s: float,
    tell: Progress,
) -> None:
    assert timeline.media is not None
    assert timeline.media.sound is not None
    original = workspace.path(timeline.media.sound)
    info = sound_format(original)
    with tempfile.TemporaryDirectory(
        dir=path.absolute().parent, prefix=PREFIX, suffix=ENDING
    ) as place:
        plain = Path(place) / "stem.wav"
        channels = timeline.media.channels
        with SoundWriter(plain, info.rate_hz, info.n_channels, channels=channels) as writer:
            for block in _blocks(timeline, made, workspace, stem, original, info):
                writer.write(block)
                tell(writer.n_samples / info.rate_hz, stem)
        write_broadcast_wave(plain, path, start_s)


def _blocks(
    timeline: Timeline,
    made: Mix,
    workspace: Workspace,
    stem: str,
    original: Path,
    info: SoundFormat,
) -> Iterator[Audio]:
    whole = mix_plan(timeline, made, workspace, info.rate_hz, speaker=stem)
    plan: MixPlan = replace(whole, ceiling_dbtp=UNLIMITED_DBTP)

    def nothing(first: int, last: int) -> Audio:
        return Audio(np.zeros((info.n_channels, last - first), dtype=np.float32), info.rate_hz)

    def film(first: int, last: int) -> Audio:
        return padded_samples(original, first, last)

    length = film_samples(timeline, info)
    if stem == BED:
        return mix(film, length, info.rate_hz, replace(plan, takes=()))
    return mix(nothing, length, info.rate_hz, replace(plan, ducked=(), dialogue=None))

"""Stems of a real dub: they add up to its mix, and say when they begin."""

import shutil
import struct
from pathlib import Path

import numpy as np
import pytest
import soundfile

from dubbing.media.sound_file import read_sound
from dubbing.workspace import Workspace
from tests.conftest import Dubbed, dub

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def stems(portrait_zh: Dubbed, tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("stems")
    shutil.copytree(portrait_zh.workspace, place / "portrait.dub")
    result = dub("export", place / "portrait.dub", "--stems", place / "out", "--film",
                 portrait_zh.source)  # fmt: skip
    assert result.returncode == 0, result.stderr
    return place / "out"


def samples(path: Path) -> np.ndarray:
    return read_sound(path).samples


def test_stems_add_up_to_the_mix(stems: Path, portrait_zh: Dubbed) -> None:
    names = sorted(path.name for path in stems.iterdir())
    assert names == ["portrait.zh.dialogue-S1.wav", "portrait.zh.mix.wav",
                     "portrait.zh.music-and-effects.wav"]  # fmt: skip
    dialogue, mixed, bed = (samples(stems / name) for name in names)
    loud = np.abs(mixed).max(axis=0) > 0.7  # there the limiter may have worked
    difference = (dialogue + bed - mixed)[:, ~loud]  # the bed's own watermark
    assert np.sqrt(np.mean(difference**2)) < 0.15 * np.sqrt(np.mean(bed[:, ~loud] ** 2))
    workspace = Workspace(portrait_zh.workspace)
    made = workspace.latest_timeline("zh").mix
    assert made is not None
    assert np.abs(samples(workspace.path(made.sound)) - mixed).max() < 1e-6
    assert np.abs(dialogue).max() > 0.05


def test_they_are_broadcast_wav_of_24_bit(stems: Path) -> None:
    for path in stems.iterdir():
        info = soundfile.info(str(path))
        assert (info.samplerate, info.subtype) == (48_000, "PCM_24")
        content = path.read_bytes()[:4096]
        chunk = content.index(b"bext") + 8
        description = content[chunk : chunk + 256].rstrip(b"\0").decode()
        assert description == path.name
        low, high = struct.unpack_from("<II", content, chunk + 338)
        assert (low, high) == (0, 0)  # the film begins at midnight


def test_what_is_there_is_not_replaced_unasked(stems: Path) -> None:
    workspace = stems.parent / "portrait.dub"
    refused = dub("export", workspace, "--stems", stems)
    assert refused.returncode == 2
    assert "--force" in refused.stderr

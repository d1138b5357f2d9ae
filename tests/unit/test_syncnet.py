"""LSE by SyncNet's layers with random weights: right shapes, right measure, nothing executed."""

from pathlib import Path

import numpy as np
import pytest
import torch

from dubbing.errors import UsageError
from dubbing.metrics.syncnet import SyncNet, _measured, lip_sync_error, load_syncnet, mfcc


def test_the_measure_finds_the_offset() -> None:
    torch.manual_seed(0)
    lips = torch.randn(60, 1024)
    for late in (-6, 0, 9):
        voice = torch.roll(lips, late, dims=0) + 0.1 * torch.randn(60, 1024)
        found = _measured(lips, voice)
        assert found.offset_frames == late
        assert found.lse_c > 1
    nothing = _measured(lips, torch.randn(60, 1024))
    assert nothing.lse_c < found.lse_c
    assert nothing.lse_d > found.lse_d


def test_a_checkpoint_in_the_published_layout_is_read(tmp_path: Path) -> None:
    torch.manual_seed(1)
    net = SyncNet()
    names = net.state_dict().keys()
    assert {
        "netcnnaud.0.weight",
        "netfcaud.3.bias",
        "netcnnlip.0.weight",
        "netfclip.0.weight",
    } <= names
    assert net.state_dict()["netcnnlip.0.weight"].shape == (96, 3, 5, 7, 7)
    path = tmp_path / "syncnet_v2.model"
    torch.save(net.state_dict(), path)
    again = load_syncnet(path)
    pictures = np.random.default_rng(0).integers(0, 255, (30, 224, 224, 3), dtype=np.uint8)
    voice = np.random.default_rng(0).normal(size=30 * 640).astype(np.float32) * 0.1
    found = lip_sync_error(again, pictures, voice)
    assert found is not None
    assert np.isfinite([found.lse_d, found.lse_c]).all()
    assert lip_sync_error(again, pictures[:10], voice[:6400]) is None


def test_what_is_no_checkpoint_is_refused(tmp_path: Path) -> None:
    bad = tmp_path / "bad.model"
    bad.write_bytes(b"cos\nsystem\n(S'true'\ntR.")
    with pytest.raises(UsageError):
        load_syncnet(bad)
    torch.save({"other": torch.zeros(1)}, bad)
    with pytest.raises(UsageError):
        load_syncnet(bad)


def test_mfcc_have_the_right_form() -> None:
    time = np.arange(16_000) / 16_000
    tone = (np.sin(2 * np.pi * 440 * time) * 8000).astype(np.float32)
    found = mfcc(tone)
    assert found.shape == (99, 13)
    louder = mfcc(tone * 2)
    assert np.allclose(louder[:, 0] - found[:, 0], 2 * np.log(2), atol=1e-6)
    assert np.allclose(louder[5:90, 1:], found[5:90, 1:], atol=1e-3)

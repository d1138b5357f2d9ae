"""LSE-D and LSE-C: lip-sync error by SyncNet, when the user has its weights.

The network is that of Chung and Zisserman 2016, "Out of time: automated lip sync in the wild", with the
layers and names of the authors' published checkpoint ``syncnet_v2.model``; the two measures are those
of Prajwal et al. 2020: LSE-D is the least mean distance of lips and voice over all offsets (lower is
better), LSE-C the median of these distances less the least (higher is better). Windows of five pictures
at 25 a second and of 0.2 s of MFCC. The weights are not ours to ship.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from pickle import UnpicklingError

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from dubbing.errors import UsageError

WINDOW_FRAMES = 5
MFCC_PER_FRAME = 4
N_MFCC = 13
MOST_OFFSET_FRAMES = 15
BATCH = 20
RATE_HZ = 16_000


@dataclass(frozen=True, slots=True)
class LipSyncError:
    """``offset_frames``: how much later the sound is than the lips, at 25 a second."""

    lse_d: float
    lse_c: float
    offset_frames: int


class SyncNet(nn.Module):
    """Lips ``[B, 3, 5, 224, 224]`` (BGR, 0..255) and voice ``[B, 1, 13, 20]`` to 1024 numbers each."""

    def __init__(self) -> None:
        super().__init__()
        self.netcnnaud = nn.Sequential(
            *_flat(1, 64, 3, padding=1), nn.MaxPool2d(1, 1),
            *_flat(64, 192, 3, padding=1), nn.MaxPool2d(3, (1, 2)),
            *_flat(192, 384, 3, padding=1),
            *_flat(384, 256, 3, padding=1),
            *_flat(256, 256, 3, padding=1), nn.MaxPool2d(3, 2),
            *_flat(256, 512, (5, 4)),
        )  # fmt: skip
        self.netfcaud = _head()
        self.netcnnlip = nn.Sequential(
            *_deep(3, 96, (5, 7, 7), (1, 2, 2), 0), nn.MaxPool3d((1, 3, 3), (1, 2, 2)),
            *_deep(96, 256, (1, 5, 5), (1, 2, 2), (0, 1, 1)),
            nn.MaxPool3d((1, 3, 3), (1, 2, 2), (0, 1, 1)),
            *_deep(256, 256, (1, 3, 3), 1, (0, 1, 1)),
            *_deep(256, 256, (1, 3, 3), 1, (0, 1, 1)),
            *_deep(256, 256, (1, 3, 3), 1, (0, 1, 1)), nn.MaxPool3d((1, 3, 3), (1, 2, 2)),
            *_deep(256, 512, (1, 6, 6), 1, 0),
        )  # fmt: skip
        self.netfclip = _head()

    def of_voice(self, mfcc: Tensor) -> Tensor:
        """Embeddings of voice, [B, 1024]."""
        found: Tensor = self.netfcaud(self.netcnnaud(mfcc).flatten(1))
        return found

    def of_lips(self, pictures: Tensor) -> Tensor:
        """Embeddings of lips, [B, 1024]."""
        found: Tensor = self.netfclip(self.netcnnlip(pictures).flatten(1))
        return found


def _flat(
    n_in: int, n_out: int, size: int | tuple[int, int], padding: int = 0
) -> Iterator[nn.Module]:
    yield nn.Conv2d(n_in, n_out, size, padding=padding)
    yield nn.BatchNorm2d(n_out)
    yield nn.ReLU(inplace=True)


def _deep(
    n_in: int,
    n_out: int,
    size: tuple[int, int, int],
    stride: int | tuple[int, int, int],
    padding: int | tuple[int, int, int],
) -> Iterator[nn.Module]:
    yield nn.Conv3d(n_in, n_out, size, stride, padding)
    yield nn.BatchNorm3d(n_out)
    yield nn.ReLU(inplace=True)


def _head() -> nn.Sequential:
    return nn.Sequential(nn.Linear(512, 512), nn.BatchNorm1d(512), nn.ReLU(), nn.Linear(512, 1024))


def load_syncnet(path: Path) -> SyncNet:
    """The network from a checkpoint's state; nothing in the file is executed.

    Raises:
        UsageError: if it is not such a checkpoint.
    """
    net = SyncNet()
    try:
        net.load_state_dict(torch.load(path, map_location="cpu", weights_only=True))
    except (OSError, RuntimeError, ValueError, TypeError, AttributeError, UnpicklingError) as error:
        raise UsageError(
            f"{path} holds no SyncNet weights.", hint="It wants syncnet_v2.model."
        ) from error
    return net.eval()


def lip_sync_error(
    net: SyncNet, pictures: npt.NDArray[np.uint8], voice: npt.NDArray[np.float32]
) -> LipSyncError | None:
    """Compare a face and a voice.

    Args:
        net: with weights.
        pictures: uint8 ``[n, 224, 224, 3]``, RGB, the face at 25 a second.
        voice: float32 ``[samples]`` at 16 kHz, ±1, beginning with the first picture.

    Returns:
        ``None`` if there are fewer than twenty windows.
    """
    spectrum = mfcc(voice * 32768)
    n_windows = min(len(pictures) - WINDOW_FRAMES, len(spectrum) // MFCC_PER_FRAME - WINDOW_FRAMES)
    if n_windows < BATCH:
        return None
    bgr = torch.from_numpy(np.ascontiguousarray(pictures[..., ::-1])).permute(3, 0, 1, 2).float()
    sound = torch.from_numpy(spectrum.T.astype(np.float32))[None]
    lips, voices = [], []
    with torch.no_grad():
        for begin in range(0, n_windows, BATCH):
            places = range(begin, min(begin + BATCH, n_windows))
            lips.append(net.of_lips(torch.stack([bgr[:, i : i + WINDOW_FRAMES] for i in places])))
            voices.append(
                net.of_voice(torch.stack([sound[:, :, i * 4 : i * 4 + 20] for i in places]))
            )
    return _measured(torch.cat(lips), torch.cat(voices))


def _measured(lips: Tensor, voice: Tensor) -> LipSyncError:
    padded = nn.functional.pad(voice, (0, 0, MOST_OFFSET_FRAMES, MOST_OFFSET_FRAMES))
    width = 2 * MOST_OFFSET_FRAMES + 1
    distances = torch.stack(
        [
            nn.functional.pairwise_distance(lips[i].expand(width, -1), padded[i : i + width])
            for i in range(len(lips))
        ]
    ).mean(dim=0)
    best = int(distances.argmin())
    least = float(distances[best])
    return LipSyncError(
        round(least, 3), round(float(distances.median()) - least, 3), best - MOST_OFFSET_FRAMES
    )


# -- MFCC as the published weights heard them ----------------------------------------------------


def mfcc(samples: npt.NDArray[np.float32]) -> npt.NDArray[np.float64]:
    """13 cepstral coefficients every 10 ms, float64 ``[n, 13]``.

    25 ms frames, pre-emphasis 0.97, 26 mel bands of a 512-point spectrum, lifter 22, the first replaced
    by log energy: the defaults of ``python_speech_features``, which SyncNet was trained with.
    """
    signal = np.append(samples[:1], samples[1:] - 0.97 * samples[:-1]).astype(np.float64)
    length, step = 400, 160
    n_frames = 1 + max(0, -(-(len(signal) - length) // step))
    signal = np.pad(signal, (0, max(0, (n_frames - 1) * step + length - len(signal))))
    frames = signal[np.arange(length) + step * np.arange(n_frames)[:, None]]
    power = np.square(np.abs(np.fft.rfft(frames, 512))) / 512
    energy = np.maximum(power.sum(axis=1), np.finfo(float).eps)
    bands = np.log(np.maximum(power @ _mel_bands().T, np.finfo(float).eps))
    cepstrum = bands @ _cosines(bands.shape[1]).T
    lifted = cepstrum * (1 + 11 * np.sin(np.pi * np.arange(N_MFCC) / 22))
    lifted[:, 0] = np.log(energy)
    return np.asarray(lifted)


def _mel_bands(n_bands: int = 26) -> npt.NDArray[np.float64]:
    top = 2595 * np.log10(1 + RATE_HZ / 2 / 700)
    hz = 700 * (10 ** (np.linspace(0, top, n_bands + 2) / 2595) - 1)
    bins = np.floor(513 * hz / RATE_HZ)
    bands = np.zeros((n_bands, 257))
    for band in range(n_bands):
        low, middle, high = (int(b) for b in bins[band : band + 3])
        bands[band, low:middle] = (np.arange(low, middle) - low) / max(1, middle - low)
        bands[band, middle:high] = (high - np.arange(middle, high)) / max(1, high - middle)
    return bands


def _cosines(n_bands: int) -> npt.NDArray[np.float64]:
    """Orthonormal DCT-II."""
    angle = np.pi * (np.arange(n_bands) + 0.5)[None, :] * np.arange(N_MFCC)[:, None] / n_bands
    rows = np.cos(angle) * np.sqrt(2 / n_bands)
    rows[0] /= np.sqrt(2)
    return np.asarray(rows)

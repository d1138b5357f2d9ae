"""Where the original speaks in the time of a line, and where that cannot be known."""

from pathlib import Path

import numpy as np
import pytest

from dubbing.arrays import Audio
from dubbing.soundtrack import voice_activity
from dubbing.soundtrack.voice_activity import voice_level
from dubbing.timeline import Span, Timeline
from dubbing.workspace import Workspace

RATE_HZ = 16_000
LINE, OWN, FRAMES = Span(1000, 2000), (800, 2200), Span(700, 2400)


def level(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, bed: float) -> np.ndarray | None:
    """The level in ``FRAMES`` of a film that speaks during ``LINE`` over noise."""
    noise = np.random.default_rng(0).normal(size=3 * RATE_HZ).astype(np.float32)
    film = bed * noise
    film[LINE.start_ms * 16 : LINE.end_ms * 16] += (
        0.1 * noise[LINE.start_ms * 16 : LINE.end_ms * 16]
    )

    def speech_in(timeline: Timeline, workspace: Workspace, span: Span) -> Audio:
        return Audio(film[None, span.start_ms * 16 : span.end_ms * 16], RATE_HZ)

    monkeypatch.setattr(voice_activity, "speech_in", speech_in)
    return voice_level(Timeline("es"), Workspace(tmp_path), LINE, OWN, FRAMES)


def test_the_voice_is_loud_in_its_line_and_silent_around(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    found = level(monkeypatch, tmp_path, bed=1e-4)
    assert found is not None
    times_ms = FRAMES.start_ms + 25 * (np.arange(len(found)) + 0.5)
    assert len(found) == FRAMES.duration_ms // 25
    assert (found[(times_ms > 1050) & (times_ms < 1950)] > 0.9).all()
    assert (found[(times_ms > 850) & (times_ms < 950)] < 0.1).all()
    assert (np.isnan(found) == ((times_ms < OWN[0]) | (times_ms >= OWN[1]))).all()


def test_a_voice_that_does_not_stand_out_is_not_known(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert level(monkeypatch, tmp_path, bed=0.05) is None

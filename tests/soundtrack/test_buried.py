"""Where music is as loud as the voice, a user is told which lines it is."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dubbing.arrays import Audio
from dubbing.media.sound_file import keep_sound
from dubbing.pipeline import Run
from dubbing.progress import Event
from dubbing.settings import SeparateSettings
from dubbing.soundtrack.buried import MOST_NUMBERS, buried_note
from dubbing.stages.separate import separate
from dubbing.timeline import Line, Media, Span, Timeline
from dubbing.workspace import Workspace

RATE_HZ, SECONDS = 48_000, 9
LINES = (Span(500, 2_500), Span(3_500, 5_500), Span(6_500, 8_500))


def noise(seed: int) -> np.ndarray:
    drawn = np.random.default_rng(seed).normal(0, 0.05, (1, SECONDS * RATE_HZ))
    return drawn.astype(np.float32)


class Knows:
    """A separator and its registry: it gives a voice that it has been told."""

    version, weights = 1, ()

    def __init__(self, voice: np.ndarray) -> None:
        self.voice, self.first = voice, 0

    def get(self, *_: Any) -> "Knows":
        return self

    def dialogue(self, audio: Audio) -> Audio:
        return Audio(self.voice[:, : audio.n_samples], audio.rate_hz)


def notes(folder: Path, above_db: tuple[float | None, ...]) -> list[str]:
    """What the stage says of a film whose lines stand out from the bed by so much (``None``: no bed)."""
    voice, bed = noise(1), np.zeros((1, SECONDS * RATE_HZ), np.float32)
    for span, above in zip(LINES, above_db, strict=True):
        here = slice(span.start_ms * 48, span.end_ms * 48)
        if above is not None:
            bed[:, here] = noise(2)[:, here] * 10 ** (-above / 20)
    told: list[Event] = []
    with Workspace(folder / "film.dub") as workspace:
        sound = keep_sound(workspace, Audio(voice + bed, RATE_HZ), subtype="FLOAT")
        media = Media("a.mkv", "abc", SECONDS * 1000, True, 0, channels=("FC",), sound=sound)
        lines = tuple(Line(f"L{n}", span, "words", (), "S1") for n, span in enumerate(LINES))
        timeline = Timeline("zh", media, "en", lines=lines)
        engines: Any = Knows(voice)
        run = Run(workspace, folder / "a.mkv", engines=engines, listener=told.append)
        assert separate.function(timeline, run, SeparateSettings()).dialogue is not None
    return [event.message for event in told if event.kind == "note"]


def test_lines_that_music_is_as_loud_as_are_named(tmp_path: Path) -> None:
    (note,) = notes(tmp_path, (0.0, 12.0, -6.0))
    assert "In 2 of 3 lines music or noise is about as loud as the voice: 1, 3." in note
    assert "some of the original voice stays" in note


@pytest.mark.parametrize("above_db", [(12.0, 12.0, 12.0), (None, None, None)])
def test_of_a_clear_voice_nothing_is_said(
    tmp_path: Path, above_db: tuple[float | None, ...]
) -> None:
    assert notes(tmp_path, above_db) == []


def test_many_lines_are_named_up_to_a_number() -> None:
    note = buried_note(list(range(1, 41)), 100)
    assert f"{MOST_NUMBERS} …." in note
    assert ", 13" not in note

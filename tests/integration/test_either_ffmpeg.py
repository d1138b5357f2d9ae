"""A dub that is read, mixed, written and read back by the packaged ffmpeg and by the system's."""

from dataclasses import replace
from pathlib import Path

import pytest

from dubbing.media.fingerprint import picture_fingerprint
from dubbing.media.loudness import programme_loudness
from dubbing.media.probe import probe
from dubbing.pipeline import Run
from dubbing.review.finished import late_ms, sound_of
from dubbing.settings import MixSettings, MuxSettings
from dubbing.stages.mix import mix
from dubbing.stages.mux import mux
from dubbing.workspace import Workspace
from tests.conftest import Dubbed, copied

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("each_ffmpeg")]
FOUND_WITHIN_MS = 20


def test_every_line_is_where_it_was_mixed_and_the_picture_is_untouched(
    portrait_zh: Dubbed, tmp_path: Path
) -> None:
    film = copied(portrait_zh, tmp_path)
    output = tmp_path / "again.mp4"
    with Workspace(film.workspace) as workspace:
        spoken = replace(workspace.timeline_after("zh", "mix"), mix=None)
        run = Run(workspace, film.source, output)
        made = mux.function(mix.function(spoken, run, MixSettings()), run, MuxSettings())
        with sound_of(output, workspace) as (_, speech):
            late = [late_ms(line, workspace, speech) for line in made.lines if line.take]
    assert len(late) >= 4
    assert all(ms is not None and abs(ms) <= FOUND_WITHIN_MS for ms in late)
    assert picture_fingerprint(output) == picture_fingerprint(film.source)
    tracks = probe(output).audio
    assert [(track.language, track.is_default) for track in tracks] == [
        ("zho", True),
        ("eng", False),
    ]


def test_both_measure_the_same_loudness(portrait_zh: Dubbed) -> None:
    workspace = Workspace(portrait_zh.workspace)
    made = workspace.latest_timeline("zh").mix
    assert made is not None
    found = programme_loudness(workspace.path(made.sound)).integrated_lufs
    assert found == pytest.approx(made.dub_lufs, abs=0.1)

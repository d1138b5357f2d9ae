"""The same decisions give the same film by ``dub``, ``dub apply`` and the live review."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dubbing.arrays import Audio
from dubbing.media.sound_file import read_sound
from dubbing.review.decision import LineDecision
from dubbing.reviewer.bench import Bench
from dubbing.reviewer.redirect import keep_decisions
from dubbing.soundtrack.render import rendered_between
from dubbing.timeline import Timeline
from dubbing.workspace import Workspace
from tests.conftest import Dubbed, copied, dub
from tests.reviewer.reviewed import review_of, written

pytestmark = pytest.mark.slow
LONG_TEXT = "他说坐火车去那里大约要三个小时，可是我们还没有买票，而且今天下着大雪，路上恐怕会更慢。"
WITHIN = 2**-15
"""The last bit of 16: a mix is kept in 24, and the levels of a live piece are not rounded."""


def decided(timeline: Timeline) -> dict[int, dict[str, Any]]:
    """One text that is far too long, one accepted line, and a line that begins earlier."""
    fourth = timeline.lines[3].span
    return {
        6: {"verdict": "accepted"},
        2: {"text": LONG_TEXT},
        4: {"start_ms": fourth.start_ms - 150, "end_ms": fourth.end_ms},
    }


def mixed(workspace: Path) -> tuple[Timeline, Audio]:
    with Workspace(workspace) as opened:
        timeline = opened.finished_timeline("zh")
        assert timeline.mix is not None
        return timeline, read_sound(opened.path(timeline.mix.sound))


def by_apply(done: Dubbed, folder: Path) -> tuple[Timeline, Audio]:
    timeline = Workspace(done.workspace).finished_timeline("zh")
    review = written(folder / "review.json", review_of(timeline, decided(timeline)))
    result = dub("apply", done.workspace, review, "--quiet")
    assert result.returncode == 0, result.stderr
    return mixed(done.workspace)


def entered(done: Dubbed) -> Timeline:
    timeline = Workspace(done.workspace).finished_timeline("zh")
    wishes = {
        timeline.lines[number - 1].id: LineDecision.model_validate(wish)
        for number, wish in decided(timeline).items()
    }
    keep_decisions(done.workspace, timeline, wishes)
    return timeline


def by_dub(done: Dubbed) -> tuple[Timeline, Audio]:
    entered(done)
    result = dub(done.source, "--to", "zh", "--quiet")
    assert result.returncode == 0, result.stderr
    return mixed(done.workspace)


def live(done: Dubbed) -> tuple[Timeline, Audio]:
    entered(done)
    bench = Bench(done.workspace, "zh")
    patches = [patch for line in bench.waiting() for patch in bench.redub(line.id)]
    assert {patch.line for patch in patches} >= {bench.timeline.lines[n].id for n in (1, 3)}
    assert not bench.waiting()
    made = bench.timeline
    assert made.mix is not None
    assert made.media is not None
    return made, rendered_between(made, made.mix, bench.workspace, 0, made.media.duration_ms)


def test_three_ways_to_one_film(two_speakers_zh: Dubbed, tmp_path: Path) -> None:
    copies = []
    for way in ("apply", "dub", "live"):
        (tmp_path / way).mkdir()
        copies.append(copied(two_speakers_zh, tmp_path / way))
    before, _ = mixed(two_speakers_zh.workspace)
    ways = {
        "apply": by_apply(copies[0], tmp_path),
        "dub": by_dub(copies[1]),
        "live": live(copies[2]),
    }
    applied, sound = ways["apply"]
    assert applied.lines[1].plan != before.lines[1].plan
    assert applied.lines[5].take == before.lines[5].take
    for timeline, other in ways.values():
        assert [line.plan for line in timeline.lines] == [line.plan for line in applied.lines]
        assert [line.take for line in timeline.lines] == [line.take for line in applied.lines]
        length = min(other.n_samples, sound.n_samples)
        assert abs(other.n_samples - sound.n_samples) < 4_800, "a live piece ends with the picture"
        apart = np.abs(other.samples[:, :length] - sound.samples[:, :length]).max()
        assert apart <= WITHIN

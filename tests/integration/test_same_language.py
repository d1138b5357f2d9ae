"""The sample portrait, which speaks English, spoken again in English by another voice."""

import json
from pathlib import Path

import numpy as np
import pytest

from dubbing.job import Job, run_job
from dubbing.language.speech_text import character_error_rate
from dubbing.metrics.mouth import spoken_sounds
from dubbing.registry import Engines
from dubbing.settings import Profile
from dubbing.timeline import Timeline

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def portrait_en(samples: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Timeline, dict]:
    folder = tmp_path_factory.mktemp("portrait_en")
    profile = Profile().with_values({"mux": {"subtitles": True}})
    job = Job(samples / "portrait.mp4", "en-GB", folder / "portrait.en.mp4", folder / "work")
    timeline = run_job(job, profile, Engines())
    report = json.loads((folder / "work/reports/en/report.json").read_text("utf-8"))
    return timeline, report


def test_every_word_is_heard_again(portrait_en: tuple[Timeline, dict], samples: Path) -> None:
    timeline, report = portrait_en
    truth = json.loads((samples / "portrait.json").read_text("utf-8"))["lines"]
    assert len(report["lines"]) == len(truth)
    for true, line in zip(truth, report["lines"], strict=True):
        assert line["says"] == line["source"]["text"].strip()
        assert character_error_rate(true["text"], line["measured"]["heard"], "en") < 0.15
    assert {line.translation.engine for line in timeline.lines} == {"as-heard"}


def test_sounds_are_planned_when_the_original_makes_them(
    portrait_en: tuple[Timeline, dict], samples: Path
) -> None:
    timeline, report = portrait_en
    truth = json.loads((samples / "portrait.json").read_text("utf-8"))["lines"]
    told = [line["plan"]["told_by"] for line in report["lines"]]
    assert told.count("sound") >= len(told) - 1
    errors = []
    for true, line in zip(truth, timeline.lines, strict=True):
        assert line.plan is not None
        start_ms = line.plan.span.start_ms - line.plan.lead_ms
        ours = spoken_sounds(line.plan.symbols, line.plan.frames, start_ms)
        begins = {s.start_ms for s in ours if not s.sound.is_pause}
        errors += [
            min(abs(begin - start) for begin in begins)
            for symbol, start, _ in true["phonemes"]
            if symbol.isalpha()
        ]
    assert np.median(errors) <= 40
    for line in report["lines"]:
        assert abs(line["measured"]["start_error_ms"]) <= 60
        assert abs(line["measured"]["end_error_ms"]) <= 120


def test_the_voice_has_the_accent_that_was_asked_for(portrait_en: tuple[Timeline, dict]) -> None:
    (speaker,) = portrait_en[0].speakers
    assert speaker.voice.name.startswith("b")
    assert speaker.voice.accent == "en-gb"


def test_there_is_one_track_of_subtitles_since_there_is_one_language(
    portrait_en: tuple[Timeline, dict],
) -> None:
    import av

    with av.open(portrait_en[0].output.path) as container:
        assert [s.metadata["language"] for s in container.streams.subtitles] == ["eng"]
        assert len(container.streams.audio) == 2

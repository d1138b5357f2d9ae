"""From file to file with the real models: what a user would notice."""

import json
import shutil
from pathlib import Path

import av
import pytest

from dubbing import timeline_json
from dubbing.language.speech_text import character_error_rate
from dubbing.media.extract import extract_audio, extract_speech_audio
from dubbing.media.fingerprint import picture_fingerprint
from dubbing.media.probe import probe
from dubbing.media.sound_file import read_sound
from dubbing.settings import load_recipe
from dubbing.timeline import Span
from dubbing.workspace import Workspace
from tests.conftest import Dubbed, dub

pytestmark = pytest.mark.slow


def test_the_picture_is_untouched_and_the_length_is_the_same(portrait_zh: Dubbed) -> None:
    assert picture_fingerprint(portrait_zh.output) == picture_fingerprint(portrait_zh.source)
    source, output = probe(portrait_zh.source), probe(portrait_zh.output)
    assert abs(source.duration_ms - output.duration_ms) < 40


def test_the_dub_comes_first_and_everything_is_tagged(portrait_zh: Dubbed) -> None:
    tracks = probe(portrait_zh.output).audio
    assert [(t.language, t.is_default) for t in tracks] == [("zho", True), ("eng", False)]
    with av.open(str(portrait_zh.output)) as container:
        assert [s.metadata["language"] for s in container.streams.subtitles] == ["zho", "eng"]


def test_a_chinese_recogniser_hears_the_translation(portrait_zh: Dubbed, tmp_path: Path) -> None:
    from dubbing.engines.asr.faster_whisper import FasterWhisper

    extract_audio(portrait_zh.output, 0, tmp_path / "d.wav")
    extract_speech_audio(tmp_path / "d.wav", tmp_path / "s.wav")
    audio = read_sound(tmp_path / "s.wav")
    (segments,) = FasterWhisper().recognize(audio, [(0, audio.duration_ms)], "zh")
    heard = "".join(segment.text for segment in segments)
    meant = "".join(line["says"] for line in portrait_zh.report["lines"])
    assert character_error_rate(meant, heard, "zh") < 0.2


def test_every_line_starts_and_ends_as_planned_and_is_understood(portrait_zh: Dubbed) -> None:
    report = portrait_zh.report
    assert report["summary"]["dubbed"] == report["summary"]["found_in_output"] >= 4
    for line in report["lines"]:
        assert abs(line["measured"]["start_error_ms"]) <= 60
        assert abs(line["measured"]["end_error_ms"]) <= 120
    assert report["summary"]["median_error_rate"] <= 0.15


def test_lines_lie_where_the_words_truly_were(portrait_zh: Dubbed, samples: Path) -> None:
    truth = json.loads((samples / "portrait.json").read_text(encoding="utf-8"))["lines"]
    found = portrait_zh.report["lines"]
    assert len(found) == len(truth)
    for true, line in zip(truth, found, strict=True):
        assert abs(line["source"]["start_ms"] - true["start_ms"]) < 120
        assert character_error_rate(true["text"], line["source"]["text"], "en") < 0.15


def test_the_programme_is_as_loud_as_before_and_does_not_clip(portrait_zh: Dubbed) -> None:
    loudness = portrait_zh.report["loudness"]
    assert abs(loudness["dub"]["integrated_lufs"] - loudness["original_lufs"]) < 1.0
    assert loudness["dub"]["true_peak_dbtp"] < -0.5


def test_the_voice_is_of_the_speakers_kind(portrait_zh: Dubbed) -> None:
    (speaker,) = portrait_zh.report["speakers"]
    assert speaker["voice"]["name"].startswith("zf_")
    assert "Hz" in speaker["voice"]["reason"]


def test_the_report_page_shows_every_line_and_needs_nothing_else(portrait_zh: Dubbed) -> None:
    page = next(portrait_zh.workspace.glob("reports/zh/report.html")).read_text(encoding="utf-8")
    for line in portrait_zh.report["lines"]:
        assert line["says"] in page
    assert "http" not in page.replace("http://www.w3.org/2000/svg", ""), "nothing is fetched"
    assert "<script" not in page


def test_durations_sum_to_the_slot(portrait_zh: Dubbed) -> None:
    timeline = Workspace(portrait_zh.workspace).latest_timeline("zh")
    for line in timeline.lines:
        assert line.plan is not None
        assert line.plan.spoken_frames * 25 == line.plan.span.duration_ms
    assert timeline_json.loads(timeline_json.dumps(timeline)) == timeline


def test_show_lists_every_line(portrait_zh: Dubbed) -> None:
    shown = dub("show", portrait_zh.workspace, COLUMNS="200")
    assert shown.returncode == 0
    assert "S1" in shown.stdout
    assert len(timeline_json.loads(dub("show", portrait_zh.workspace, "--json").stdout).lines) == 4


def test_run_again_nothing_is_computed_and_events_are_json(portrait_zh: Dubbed) -> None:
    command = (portrait_zh.source, "--to", "zh", "-o", portrait_zh.output, "--workspace",
               portrait_zh.workspace, "--subtitles", "--log-format", "json")  # fmt: skip
    assert dub(*command).returncode == 0  # consents may have been revoked here since the first run
    again = dub(*command)
    assert again.returncode == 0, again.stderr
    events = [json.loads(line) for line in again.stdout.splitlines()]
    finished = [event for event in events if event["kind"] == "stage-finished"]
    assert len(finished) == len(load_recipe("dub"))
    assert [event["stage"] for event in finished if not event["reused"]] == []


def test_a_second_language_shares_the_analysis_and_only_chosen_lines_are_dubbed(
    portrait_zh: Dubbed, tmp_path: Path
) -> None:
    workspace = shutil.copytree(portrait_zh.workspace, tmp_path / "portrait.dub")
    result = dub(portrait_zh.source, "--to", "es", "-o", tmp_path / "es.mkv", "--workspace",
                 workspace, "--lines", "2,4", "--log-format", "json")  # fmt: skip
    assert result.returncode == 0, result.stderr
    events = [json.loads(line) for line in result.stdout.splitlines()]
    reused = {e["stage"]: e["reused"] for e in events if e["kind"] == "stage-finished"}
    assert reused["ingest"]
    assert reused["transcribe"]
    assert reused["speakers"]
    assert not reused["translate"]
    report = json.loads((workspace / "reports/es/report.json").read_text("utf-8"))
    assert [bool(line["says"]) for line in report["lines"]] == [False, True, False, True]


def test_two_people_get_two_voices(samples: Path, two_speakers_zh: Dubbed) -> None:
    timeline = Workspace(two_speakers_zh.workspace).latest_timeline("zh")
    truth = json.loads((samples / "two_speakers.json").read_text("utf-8"))["lines"]
    who = {}
    for line in timeline.lines:
        true = max(truth, key=lambda t: line.span.overlap_ms(Span(t["start_ms"], t["end_ms"])))
        who.setdefault(true["who"], set()).add(line.speaker)
    assert who[0].isdisjoint(who[1])
    voices = {s.id: s.voice.name for s in timeline.speakers}
    assert voices[next(iter(who[0]))][1] == "f"
    assert voices[next(iter(who[1]))][1] == "m"

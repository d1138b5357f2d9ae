"""``dub batch`` as a user meets it; the work is rehearsed."""

from __future__ import annotations

import json
import signal
import subprocess
import time
from pathlib import Path

import pytest

from tests.batch.made import film, manifest, season
from tests.conftest import DUB, dub

REHEARSE = ("--rehearse", "--workers", 2, "--min-disk", 1, "--min-memory", 1)


def batch(*arguments: object) -> subprocess.CompletedProcess[str]:
    result = dub("batch", *arguments)
    assert "Traceback" not in result.stderr
    return result


def rehearsed(path: Path) -> Path:
    return path.with_name(f"{path.stem}.batch.rehearsal")


def told(path: Path) -> dict:
    return json.loads(batch("status", "--json", rehearsed(path)).stdout)


def test_a_manifest_is_all_it_needs(tmp_path: Path) -> None:
    path = season(tmp_path)
    result = batch(path, *REHEARSE, "--metrics", tmp_path / "m.prom")
    assert result.returncode == 0, result.stderr
    assert "4 done" in result.stdout
    folder = rehearsed(path)
    assert "dub_batch_tasks" in (tmp_path / "m.prom").read_text()
    assert (folder / "report.html").exists()
    assert not (tmp_path / "out").exists()  # a rehearsal writes nowhere else
    assert told(path)["jobs"] == {"done": 4}
    assert batch("status", folder).returncode == 0
    again = batch(path, *REHEARSE, "--quiet")
    assert (again.returncode, again.stdout) == (0, "")
    assert sum(row["attempts"] for row in told(path)["rows"]) == 4


def test_one_bad_film_and_the_exit_code_tells(tmp_path: Path) -> None:
    path = season(tmp_path, films=1)
    film(tmp_path / "films/bad.mp4", raises="NoSpeech", only="analysis")
    assert batch(path, *REHEARSE).returncode == 1
    folder = rehearsed(path)
    assert told(path)["jobs"] == {"done": 2, "failed": 2}
    assert batch("status", folder).returncode == 1
    logs = batch("logs", folder, "films/bad.mp4").stdout
    assert "NoSpeech" in logs
    assert "raise" in logs
    assert "3 tasks" not in batch("retry", folder, "films/bad.mp4", "--to", "es").stdout
    film(tmp_path / "films/bad.mp4", healed=True)
    assert batch(path, *REHEARSE).returncode == 0


def test_retry_cancel_pause_resume(tmp_path: Path) -> None:
    path = season(tmp_path, films=1)
    film(tmp_path / "films/ep0.mp4", raises="NoSpeech", fails=1)
    folder = rehearsed(path)
    assert batch(path, *REHEARSE).returncode == 1
    assert batch("pause", folder).stdout == "Paused.\n"
    refused = batch(path, *REHEARSE)
    assert refused.returncode == 2
    assert "paused" in refused.stderr
    batch("resume", folder)
    assert "3 tasks wait again" in batch("retry", folder).stdout
    assert "2 tasks are cancelled" not in batch("cancel", folder, "--to", "es").stdout
    assert told(path)["jobs"] == {"waiting": 1, "cancelled": 1}
    assert "no film x" in batch("cancel", folder, "x").stderr


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["gone.yaml"], ["no manifest gone.yaml"]),
        (["run", "gone.yaml"], ["no manifest gone.yaml"]),
        (["validate", "{bad}"], ["batch.yaml, line 1"]),
        (["validate"], ["No manifest"]),
        (["{good}", "--webhook", "file:///x"], ["no address of a webhook"]),
        (["{good}", "--webhook", "https://example.org"], ["DUBBING_WEBHOOK_SECRET"]),
        (["{good}", "--address", "auto"], ["--executor ray"]),
    ],
)
def test_what_cannot_be_is_refused(arguments: list[str], words: list[str], tmp_path: Path) -> None:
    bad = manifest(tmp_path, "jobs: 7")
    (tmp_path / "good").mkdir()
    good = season(tmp_path / "good", films=1)
    result = batch(*(a.format(bad=bad, good=good) for a in arguments))
    assert result.returncode == 2
    for word in words:
        assert word in result.stderr


def test_no_batch_no_status(tmp_path: Path) -> None:
    result = batch("status", tmp_path / "nothing.yaml")
    assert result.returncode == 1
    assert "holds no batch" in result.stderr


def test_init_writes_a_manifest_that_says_what_it_lacks(tmp_path: Path) -> None:
    path = tmp_path / "new.yaml"
    assert batch("init", path).returncode == 0
    assert batch("init", path).returncode == 2
    refused = batch("validate", path)
    assert "jobs.0.input" in refused.stderr
    film(tmp_path / "episodes/ep1.mp4")
    assert "2 dubs of 1 films" in batch("validate", path).stdout
    schema = json.loads(batch("validate", "--schema").stdout)
    assert schema["$id"] == "dubbing.Batch/1"


def test_a_dry_run_does_nothing_and_estimates(samples: Path, tmp_path: Path) -> None:
    (tmp_path / "portrait.mp4").write_bytes((samples / "portrait.mp4").read_bytes())
    path = manifest(tmp_path, "languages: [zh, es]\njobs: [{input: portrait.mp4}]")
    result = batch(path, "--dry-run")
    assert result.returncode == 0, result.stderr
    assert "2 dubs in 3 tasks" in result.stdout
    assert "MB of disk" in result.stdout
    assert sorted(p.name for p in tmp_path.iterdir()) == ["batch.yaml", "portrait.mp4"]


def test_interrupted_it_goes_on(tmp_path: Path) -> None:
    path = season(tmp_path, films=5, seconds=4.0, only="dub")
    command = [str(DUB), "batch", str(path), *map(str, REHEARSE)]
    with subprocess.Popen(
        command, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        until = time.monotonic() + 60
        while not list(rehearsed(path).glob("results/*/*")) and time.monotonic() < until:
            time.sleep(0.1)
        second = batch(path, *REHEARSE)
        assert second.returncode == 1
        assert "Another driver" in second.stderr
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "the same command goes on" in errors
    finished = {p.stem: p.stat().st_mtime_ns for p in rehearsed(path).glob("results/*/*")}
    assert 0 < len(finished) < 15
    assert batch(path, *REHEARSE, "--workers", 5).returncode == 0
    after = {p.stem: p.stat().st_mtime_ns for p in rehearsed(path).glob("results/*/*")}
    assert len(after) == 15
    assert finished.items() <= after.items()


def test_a_manifest_sends_texts_to_no_server_that_is_not_named(tmp_path: Path) -> None:
    path = season(tmp_path, films=1, languages="[zh]")
    path.write_text(
        "settings: {translate: {engine: openai, model: m, server: 'http://127.0.0.1:9/v1'}}\n"
        + path.read_text()
    )
    refused = batch(path, *REHEARSE)
    assert refused.returncode == 2
    assert "--allow-server 127.0.0.1:9" in refused.stderr
    assert not rehearsed(path).exists()
    assert batch(path, *REHEARSE, "--allow-server", "127.0.0.1:9").returncode == 0

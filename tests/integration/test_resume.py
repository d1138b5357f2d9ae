"""Killed at any moment and started again: it goes on, and ends with the same result."""

import json
import random
import signal
import subprocess
import time
from pathlib import Path

import pytest

from tests.conftest import DUB, Dubbed, dub

pytestmark = pytest.mark.slow
KILLS = 4


def finished_stages(text: str) -> list[str]:
    """Stages that were computed, not kept."""
    events = [json.loads(line) for line in text.splitlines() if line.endswith("}")]
    return [e["stage"] for e in events if e["kind"] == "stage-finished" and not e["reused"]]


def test_kill_9_loses_nothing_that_was_finished(portrait_zh: Dubbed, tmp_path: Path) -> None:
    output, workspace = tmp_path / "out.mp4", tmp_path / "w.dub"
    command = [str(DUB), str(portrait_zh.source), "--to", "zh", "-o", str(output), "--workspace",
               str(workspace), "--subtitles", "--log-format", "json"]  # fmt: skip
    moments = random.Random(4)
    computed: list[str] = []
    for _ in range(KILLS):
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            time.sleep(moments.uniform(1.0, 9.0))
            process.send_signal(signal.SIGKILL)
            assert process.stdout is not None
            computed += finished_stages(process.stdout.read())
        if output.exists():
            break
    final = dub(*command[1:])
    assert final.returncode == 0, final.stderr
    computed += finished_stages(final.stdout)
    assert len(computed) == len(set(computed)), "a stage that had finished was computed again"
    assert not list(tmp_path.rglob(".*tmp*"))
    report = json.loads((workspace / "reports/zh/report.json").read_text("utf-8"))
    for ours, reference in zip(report["lines"], portrait_zh.report["lines"], strict=True):
        for key in ("id", "source", "says", "plan", "flags"):
            assert ours[key] == reference[key]

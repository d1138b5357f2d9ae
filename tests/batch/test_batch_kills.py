"""Drivers and workers that are killed at random; the whole of it is ``benchmarks/batch_kills.py``."""

import json
import subprocess
import sys

import pytest

from tests.conftest import ROOT

KILLS = 4


@pytest.mark.slow
def test_random_kills_lose_nothing_that_had_finished() -> None:
    result = subprocess.run(
        [sys.executable, "-m", "benchmarks.batch_kills", "--kills", str(KILLS)],
        cwd=ROOT, capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    assert result.returncode == 0, result.stderr
    told = json.loads(result.stdout.splitlines()[-1])
    assert told["driver"] + told["worker"] == KILLS

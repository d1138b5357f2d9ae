"""Real dubs: on this machine and on a Ray cluster, with a worker killed in the middle, the same film."""

from __future__ import annotations

import json
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import psutil
import pytest

from dubbing.arrays import Audio
from dubbing.batch.drive import Driver
from dubbing.batch.executors.local import LocalExecutor
from dubbing.batch.queue import cancel, retry
from dubbing.batch.status import current_stage, rows
from dubbing.batch.store import Store
from dubbing.batch.tasks import Kind, Receipt, read_receipt
from dubbing.media.ffmpeg import ffmpeg_path
from dubbing.media.sound_file import read_sound
from tests.batch.made import HASTY, store_of
from tests.batch.test_batch_executors import is_our_actor

pytestmark = pytest.mark.slow


def batch_of(root: Path, name: str) -> Store:
    """The portrait in Chinese; every such batch has folders of its own."""
    path = root / f"{name}.yaml"
    path.write_text(
        f"languages: [zh]\nprofile: fast\noutput: '{name}/{{stem}}.{{lang}}{{ext}}'\n"
        "jobs: [{input: portrait.mp4}]\n"
    )
    return store_of(path, root / f"{name}.batch")


def cut_out(film: Path, part: Path, begin_s: float) -> None:
    """Five seconds of a film."""
    told = ["-ss", str(begin_s), "-i", str(film), "-t", "5", "-c", "copy", str(part)]
    subprocess.run([ffmpeg_path(), "-v", "error", *told], check=True)


def cancel_dubs(store: Store) -> None:
    """All but the analysis."""
    cancel(store, [row[0] for row in store.base.execute("SELECT id FROM tasks WHERE kind = 'dub'")])


@dataclass(frozen=True)
class Local:
    root: Path
    store: Store
    after_analysis: Path
    """A copy of the batch's folder as it was before the dub."""


@pytest.fixture(scope="module")
def local(samples: Path, tmp_path_factory: pytest.TempPathFactory) -> Local:
    root = tmp_path_factory.mktemp("dubs")
    cut_out(samples / "portrait.mp4", root / "portrait.mp4", 0.0)
    store = batch_of(root, "local")
    cancel_dubs(store)
    Driver(store, LocalExecutor(1, threads=1), HASTY).run()
    shutil.copytree(store.folder, root / "analysed")
    retry(store)
    Driver(store, LocalExecutor(1, threads=1), HASTY).run()
    return Local(root, store, root / "analysed")


def dub_receipt(store: Store) -> Receipt:
    (row,) = rows(store)
    receipt = read_receipt(store.folder, row.task)
    assert receipt is not None, row.error
    return receipt


def test_the_dub_reuses_the_analysis(local: Local) -> None:
    receipt = dub_receipt(local.store)
    reused = {step["stage"] for step in receipt.stages if step["reused"]}
    assert {"ingest", "transcribe", "separate", "faces", "emotion"} <= reused
    assert {"translate", "synthesize", "mix", "mux"}.isdisjoint(reused)
    assert (local.root / "local/portrait.zh.mp4").stat().st_size == receipt.outputs[0]["n_bytes"]
    assert receipt.summary["lines"] >= 1
    assert (local.store.folder / receipt.report).is_file()
    speeds = dict(local.store.base.execute("SELECT stage, runs FROM speeds").fetchall())
    assert speeds["transcribe"] == speeds["translate"] == 1


def test_ray_makes_the_same_film_though_a_worker_is_killed(local: Local) -> None:
    ray = pytest.importorskip("ray", reason="ray is not installed")
    from dubbing.batch.executors.ray import RayExecutor

    for part in ("work", "results"):
        shutil.copytree(local.after_analysis / part, local.root / "ray.batch" / part)
    store = batch_of(local.root, "ray")
    killed: list[int] = []

    def kill_once() -> None:
        row = store.base.execute("SELECT key FROM tasks WHERE state = 'running'").fetchone()
        if killed or row is None or current_stage(store.folder, row[0]) != "synthesize":
            return
        for process in psutil.process_iter(["cmdline"]):
            if is_our_actor(process):
                process.kill()
                killed.append(process.pid)

    ray.init("local", num_cpus=2, include_dashboard=False, log_to_driver=False,
             logging_level="ERROR")  # fmt: skip
    try:
        Driver(store, RayExecutor(2, threads=1), HASTY, each_tick=kill_once).run()
    finally:
        ray.shutdown()
    assert killed
    outcomes = store.base.execute("SELECT kind, outcome FROM attempts JOIN tasks ON id = task")
    assert sorted(map(tuple, outcomes)) == [
        (Kind.ANALYSIS, "done"), (Kind.DUB, "done"), (Kind.DUB, "lost")]  # fmt: skip
    ours, theirs = (said(s) for s in (local.store, store))
    assert ours == theirs
    one = sound(local.root / "local/portrait.zh.mp4")
    two = sound(local.root / "ray/portrait.zh.mp4")
    assert one.samples.shape == two.samples.shape
    level = float(np.sqrt(np.mean(one.samples**2)))
    assert float(np.sqrt(np.mean((one.samples - two.samples) ** 2))) < 0.01 * level


def said(store: Store) -> list[object]:
    report = store.folder / dub_receipt(store).report
    lines = json.loads(report.with_name("report.json").read_text())["lines"]
    return [(line["says"], line["plan"]) for line in lines]


def sound(film: Path) -> Audio:
    wav = film.with_suffix(".wav")
    command = [ffmpeg_path(), "-v", "error", "-y", "-i", f"file:{film}", "-map", "0:a:0"]
    subprocess.run([*command, f"file:{wav}"], check=True)
    return read_sound(wav, 0, 60_000)


def test_who_speaks_in_one_episode_is_recognised_in_the_next(samples: Path, tmp_path: Path) -> None:
    for number, begin_s in enumerate((0.0, 5.0), start=1):
        cut_out(samples / "portrait.mp4", tmp_path / f"ep{number}.mp4", begin_s)
    path = tmp_path / "series.yaml"
    path.write_text("languages: [zh]\nprofile: fast\njobs: [{input: 'ep*.mp4', series: Space}]\n")
    store = store_of(path, tmp_path / "series.batch")
    cancel_dubs(store)
    Driver(store, LocalExecutor(2, threads=1), HASTY).run()
    keys = store.base.execute("SELECT key FROM tasks WHERE kind = 'casting' ORDER BY position")
    first, second = (read_receipt(store.folder, row[0]) for row in keys)
    assert first is not None
    assert second is not None
    assert [person["episodes"] for person in first.people] == [1]
    assert [person["episodes"] for person in second.people] == [2]

"""A Ray cluster of several nodes, one of which is lost."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from dubbing.batch.drive import Driver
from dubbing.batch.executors.ray import RayExecutor
from dubbing.batch.rehearsal import WORK
from tests.batch.made import HASTY, all_in_the_middle, season, states, store_of

pytestmark = pytest.mark.slow


@pytest.fixture
def two_nodes() -> Iterator[tuple[Any, list[Any]]]:
    """A cluster whose head does no work, and its two other nodes; all are processes of their own."""
    utils = pytest.importorskip("ray.cluster_utils", reason="ray is not installed")
    cluster = utils.Cluster(initialize_head=True, head_node_args={"num_cpus": 0})
    nodes = [cluster.add_node(num_cpus=1) for _ in range(2)]
    cluster.wait_for_nodes()
    yield cluster, nodes
    cluster.shutdown()


def test_what_a_lost_node_was_doing_is_done_elsewhere(
    two_nodes: tuple[Any, list[Any]], tmp_path: Path
) -> None:
    cluster, nodes = two_nodes
    store = store_of(season(tmp_path, films=3, seconds=1.0), tmp_path / "b")
    lost: list[float] = []

    def lose_one() -> None:
        if not lost and all_in_the_middle(store, 2):
            cluster.remove_node(nodes[0], allow_graceful=False)
            lost.append(time.time())

    executor = RayExecutor(2, address=cluster.address, work=WORK)
    Driver(store, executor, replace(HASTY, attempts=6), each_tick=lose_one).run()
    assert lost
    assert set(states(store).values()) == {"done"}
    outcomes = dict(store.base.execute("SELECT outcome, COUNT(*) FROM attempts GROUP BY 1"))
    assert outcomes == {"done": 9, "lost": 1}

"""What a batch made it may make anew, with other settings too; what others made it leaves alone."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from dubbing.batch import work
from dubbing.batch.hosts import Permissions
from dubbing.batch.tasks import Kind, Order
from dubbing.batch.worker import Tools
from dubbing.errors import OutputExists
from dubbing.job import Job
from dubbing.outputs import check_output, record_output
from dubbing.settings import Profile
from dubbing.timeline import Artifact, Media, Timeline
from dubbing.workspace import Workspace


@pytest.fixture
def order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Order:
    """A dub; the library's part is played by one that checks its output like the real one."""

    def made(job: Job, *_told: object) -> Timeline:
        assert job.output is not None
        assert job.workspace is not None
        assert job.maker is not None
        with Workspace(job.workspace):
            check_output(job.output, job.maker)
        job.output.write_text(job.workspace.name)
        record_output(job.output, job.maker, job.output)
        media = Media("film.mp4", "id", 1000, True, 0, Artifact("0" * 64, ".wav", 0))
        return Timeline("zh", media=media)

    monkeypatch.setattr(work, "run_job", made)
    payload = {
        "source": str(tmp_path / "film.mp4"),
        "target": "zh",
        "recipe": "dub",
        "consents": [],
        "outputs": [str(tmp_path / "out/film.zh.mp4")],
    }
    settings = Profile().model_dump(mode="json")
    return Order("1" * 64, Kind.DUB, "film.mp4", str(tmp_path / "b"), "one.dub", payload, settings)


def test_an_output_of_this_batch_is_made_anew_in_another_workspace(order: Order) -> None:
    (place,) = order.payload["outputs"]
    for name in ("one.dub", "two.dub", "one.dub"):
        work.perform(replace(order, workspace=name), Tools("w"))
        assert Path(place).read_text() == name


def test_engines_of_a_worker_know_what_the_command_line_allows(order: Order) -> None:
    """And what another order was allowed is forgotten."""
    tools = Tools("w")
    for servers in (("llm.example",), ()):
        given = replace(order, permissions=Permissions(servers))
        tools.servers = Order.loads(given.dumps()).permissions.servers
        assert tuple(tools.engines.servers) == servers


def test_what_others_made_is_left_alone(order: Order) -> None:
    (place,) = order.payload["outputs"]
    Path(place).parent.mkdir()
    Path(place).write_text("somebody's own")
    with pytest.raises(OutputExists, match="this batch did not make it"):
        work.perform(order, Tools("w"))
    assert Path(place).read_text() == "somebody's own"


def test_a_further_place_is_not_written_over_what_others_made(order: Order, tmp_path: Path) -> None:
    other = tmp_path / "out/copy.mp4"
    places = [*order.payload["outputs"], str(other)]
    both = replace(order, payload={**order.payload, "outputs": places})
    work.perform(both, Tools("w"))
    work.perform(both, Tools("w"))
    assert other.read_text() == "one.dub"
    other.write_text("somebody's own")
    with pytest.raises(OutputExists):
        work.perform(both, Tools("w"))
    assert other.read_text() == "somebody's own"


def test_an_order_of_an_earlier_version_keeps_its_casting_and_names(tmp_path: Path) -> None:
    settings = Profile().model_dump(mode="json")
    settings["voices"] |= {"cast": {"S1": "zf_xiaoxiao"}, "cast_content": []}
    settings["speakers"] |= {"names": {"S1": "Anna"}, "lines": {}, "hints": []}
    settings["direction"] = {"lines": {}, "kept": {}, "mix_of": None}
    film = tmp_path / "film.mp4"
    payload = {
        "source": str(film), "target": "zh", "recipe": "dub", "consents": [], "cast": {"S1": "zm_yunxi"}
    }  # fmt: skip
    order = Order("1" * 64, Kind.DUB, "film.mp4", str(tmp_path / "b"), "one.dub", payload, settings)
    job = work.Desk(order).job(tmp_path / "out.mp4")
    assert job.cast == {"S1": "zf_xiaoxiao"}
    assert job.people.names == {"S1": "Anna"}
    assert work._profile(order).translate.engine != "auto"

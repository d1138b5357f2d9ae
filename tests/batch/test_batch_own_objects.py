"""Objects in stores: a batch replaces its own alone; what was revoked is so on every node."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from dubbing.batch.own_objects import claim_object, record_object
from dubbing.batch.tasks import Kind, Order
from dubbing.batch.transfer import put
from dubbing.errors import BadSettings, OutputExists
from dubbing.settings import Profile
from dubbing.voice.revocation import revocations, revoke, take_in


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"file://{tmp_path}/store/film.zh.mp4"


def written(tmp_path: Path, url: str, content: str) -> None:
    local = tmp_path / "dub.mp4"
    local.write_text(content)
    put(local, url)


def test_what_this_batch_wrote_it_may_replace(tmp_path: Path, url: str) -> None:
    batch = tmp_path / "a.batch"
    for content in ("first", "second dub", "third"):
        claim_object(url, batch)
        written(tmp_path, url, content)
        record_object(url, batch)
    assert (tmp_path / "store/film.zh.mp4").read_text() == "third"


def test_what_others_wrote_stays(tmp_path: Path, url: str) -> None:
    written(tmp_path, url, "somebody's")
    with pytest.raises(OutputExists, match="did not make it"):
        claim_object(url, tmp_path / "a.batch")
    assert (tmp_path / "store/film.zh.mp4").read_text() == "somebody's"


def test_what_was_changed_since_or_is_another_batchs_stays(tmp_path: Path, url: str) -> None:
    batch = tmp_path / "a.batch"
    claim_object(url, batch)
    written(tmp_path, url, "ours")
    record_object(url, batch)
    with pytest.raises(OutputExists):
        claim_object(url, tmp_path / "b.batch")
    written(tmp_path, url, "changed by hand")
    with pytest.raises(OutputExists):
        claim_object(url, batch)


def test_a_lost_worker_is_no_reason_to_stop(tmp_path: Path, url: str) -> None:
    """It had written, and nobody was told; so it is for the first dub and for a later one."""
    batch = tmp_path / "a.batch"
    for content in ("one", "another"):
        claim_object(url, batch)
        written(tmp_path, url, content)
        claim_object(url, batch)
        written(tmp_path, url, content + " again")
        record_object(url, batch)


def test_a_signed_address_and_its_plain_form_are_one_object(tmp_path: Path) -> None:
    from dubbing.batch.own_objects import _record

    plain = "https://host.example/film.mp4"
    assert _record(f"{plain}?signature=1", tmp_path) == _record(plain, tmp_path)


def test_revocations_travel_with_the_work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DUBBING_VOICES", str(tmp_path / "driver"))
    revoke("0123456789ab", "Anna", "asked")
    carried = tuple(map(asdict, revocations().values()))
    order = Order("1" * 64, Kind.DUB, "f", "b", "w", {}, Profile().model_dump(mode="json"))
    arrived = Order.loads(replace(order, revocations=carried).dumps()).revocations
    monkeypatch.setenv("DUBBING_VOICES", str(tmp_path / "node"))
    own = revoke("ffffffffffff", "Ben")
    take_in(arrived)
    take_in(arrived)
    assert set(revocations()) == {"0123456789ab", "ffffffffffff"}
    assert revocations()["ffffffffffff"] == own
    for changed in ({**carried[0], "consent": "a" * 12}, {"consent": "a" * 12}, {"x": 1}):
        with pytest.raises(BadSettings):
            take_in([changed])
    assert json.loads((tmp_path / "node/revocations.json").read_text())[0]["person"] == "Anna"

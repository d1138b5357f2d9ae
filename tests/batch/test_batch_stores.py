"""Films and dubs that lie elsewhere: real servers that speak S3 and HTTP, on this machine."""

from __future__ import annotations

import functools
import threading
import uuid
from collections.abc import Iterator
from dataclasses import replace
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from dubbing.batch.drive import Driver
from dubbing.batch.executors.local import LocalExecutor
from dubbing.batch.films import Identities
from dubbing.batch.hosts import Permissions
from dubbing.batch.manifest import read_manifest
from dubbing.batch.transfer import fetch
from dubbing.errors import EngineFailed
from tests.batch.made import HASTY, film, manifest, states, store_of

PRIVATE = Permissions(private_hosts=True)
WORK = "tests.batch.far_work:perform"


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Address of an empty bucket on an S3 server of this test; what servers hold outlives them."""
    pytest.importorskip("s3fs", reason="s3fs is not installed")
    server_kind = pytest.importorskip("moto.server", reason="moto is not installed")
    server = server_kind.ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    for name, value in {
        "AWS_ENDPOINT_URL": f"http://{host}:{port}",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": "us-east-1",
    }.items():
        monkeypatch.setenv(name, value)
    import s3fs

    s3fs.S3FileSystem.clear_instance_cache()
    name = f"season-{uuid.uuid4()}"
    s3fs.S3FileSystem().mkdir(name)
    yield f"s3://{name}"
    s3fs.S3FileSystem.clear_instance_cache()
    server.stop()


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *told: object) -> None:
        """Nothing."""


@pytest.fixture
def website(tmp_path: Path) -> Iterator[tuple[str, Path]]:
    """Address and folder of a web server."""
    pytest.importorskip("aiohttp", reason="aiohttp is not installed")
    folder = tmp_path / "site"
    folder.mkdir()
    handler = functools.partial(Quiet, directory=str(folder))
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", folder
    server.shutdown()
    server.server_close()


@pytest.mark.slow
def test_films_and_dubs_and_all_between_lie_in_a_bucket(bucket: str, tmp_path: Path) -> None:
    import s3fs

    system = s3fs.S3FileSystem()
    for number in (1, 2):
        local = film(tmp_path / f"ep{number}.mp4", number=number)
        system.put_file(str(local), f"{bucket}/films/ep{number}.mp4")
    path = manifest(
        tmp_path,
        f"languages: [zh, es]\noutput: '{bucket}/out/{{stem}}.{{lang}}{{ext}}'\n"
        f"jobs: [{{input: '{bucket}/films/ep1.mp4'}}, {{input: '{bucket}/films/ep2.mp4'}}]\n",
    )
    store = store_of(path, tmp_path / "batch")
    executor = LocalExecutor(2, threads=1, work=WORK)
    Driver(store, executor, replace(HASTY, attempts=1), storage=f"{bucket}/exchange").run()
    errors = store.base.execute("SELECT error FROM tasks WHERE error <> ''").fetchall()
    assert set(states(store).values()) == {"done"}, [row[0] for row in errors]
    system.invalidate_cache()
    made = sorted(name.rpartition("/")[2] for name in system.find(f"{bucket}/out"))
    assert made == ["ep1.es.mp4", "ep1.zh.mp4", "ep2.es.mp4", "ep2.zh.mp4"]
    assert system.cat_file(f"{bucket}/out/ep1.zh.mp4") == b"dubbed: analysed"


def test_a_film_that_changes_in_its_bucket_is_another_film(bucket: str, tmp_path: Path) -> None:
    import s3fs

    system = s3fs.S3FileSystem()
    system.pipe_file(f"{bucket}/a.mp4", b"one")
    first = Identities({})(f"{bucket}/a.mp4")
    assert Identities({})(f"{bucket}/a.mp4") == first
    system.pipe_file(f"{bucket}/a.mp4", b"two")
    system.invalidate_cache()
    assert Identities({})(f"{bucket}/a.mp4") != first


def test_what_is_not_in_the_bucket_is_said_in_one_sentence(bucket: str, tmp_path: Path) -> None:
    with pytest.raises(EngineFailed, match=r"nothing\.mp4"):
        fetch(f"{bucket}/nothing.mp4", tmp_path)


def test_a_signed_address_is_the_film_it_signs(website: tuple[str, Path], tmp_path: Path) -> None:
    address, folder = website
    film(folder / "films/ep1.mp4")
    signed = f"{address}/films/ep1.mp4?X-Signature={'a1' * 200}&X-Expires=60"
    found = fetch(signed, tmp_path / "films", PRIVATE)
    assert found.name == "ep1.mp4"
    assert found.read_text() == (folder / "films/ep1.mp4").read_text()
    assert fetch(signed.replace("a1", "b2"), tmp_path / "films", PRIVATE) == found
    identify = Identities({}, PRIVATE)
    assert identify(signed) == identify(signed.replace("a1", "b2"))
    path = manifest(tmp_path, f"languages: [zh]\njobs: [{{input: '{signed}'}}]\n")
    (job,) = read_manifest(path).jobs
    assert Path(job.output).name == "ep1.zh.mp4"
    assert job.film == f"{address}/films/ep1.mp4"
    assert job.source == signed


def test_a_film_that_no_longer_is_there_is_said_in_one_sentence(
    website: tuple[str, Path], tmp_path: Path
) -> None:
    address, _ = website
    with pytest.raises(EngineFailed, match=r"gone\.mp4"):
        fetch(f"{address}/gone.mp4", tmp_path, PRIVATE)

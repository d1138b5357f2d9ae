"""Engine names to engine classes, by entry points.

Ours are declared in ``pyproject.toml`` like anybody's::

    [project.entry-points."dubbing.speech"]
    kokoro = "dubbing.engines.speech.kokoro:Kokoro"

Listing names imports nothing; loading a name imports one file. After editing entry points, install
the package again.
"""

from __future__ import annotations

import difflib
from importlib.metadata import EntryPoint, entry_points
from importlib.util import find_spec
from typing import Any

from dubbing.errors import EngineUnavailable, UnknownEngine

ROLES = ("asr", "translation", "speech", "speakers", "faces", "emotion", "separation")


def engine_names(role: str) -> tuple[str, ...]:
    """Names of all engines of a role, ours and those of installed plugins."""
    return tuple(sorted({point.name for point in entry_points(group=f"dubbing.{role}")}))


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


def check_installed(role: str, name: str) -> Any:
    """The class behind a name; nothing heavy is imported to see whether it could work.

    An engine of somebody else's program names its ``module``, and the ``package`` and command
    (``install``) that bring it.

    Raises:
        UnknownEngine: with the nearest names.
        EngineUnavailable: naming the package that has to be installed.
    """
    kind = engine_class(role, name)
    module = getattr(kind, "module", "")
    if module and find_spec(module) is None:
        raise EngineUnavailable(
            f"The {role} engine '{name}' needs the package '{kind.package}'.",
            hint=f"Install it: {kind.install}",
        )
    return kind


def _entry_point(role: str, name: str) -> EntryPoint:
    found = [p for p in entry_points(group=f"dubbing.{role}") if p.name == name]
    if found:
        return found[0]
    names = engine_names(role)
    near = difflib.get_close_matches(name, names, n=1)
    guess = f"Did you mean '{near[0]}'? " if near else ""
    raise UnknownEngine(
        f"There is no {role} engine '{name}'.", hint=f"{guess}Available: {', '.join(names)}."
    )


def identity(role: str, name: str, options: Any = None) -> str:
    """Name, version, weights and options of an engine, for cache keys; loads no weights."""
    from dubbing.models.catalogue import catalogue, weights_id

    kind = engine_class(role, name)
    weights = [weights_id(item) if item in catalogue() else item for item in kind.weights]
    told = "" if options is None else f"/{options}"
    if options is not None and hasattr(kind, "content"):
        told += f"/{kind.content(options)}"
    return f"{name}/{kind.version}/{'+'.join(weights)}{told}"


class Engines:
    """Engines loaded once and shared by everything that runs in this process."""

    def __init__(self, threads: int = 0, *, keep: bool = False) -> None:
        """Load nothing yet.

        Args:
            threads: how many CPU threads an engine may use; 0 means all cores.
            keep: hold even the largest models between films; takes 0.7 GB more.
        """
        import os

        self.threads = threads or os.cpu_count() or 1
        self.keep = keep
        self._loaded: dict[tuple[str, str, Any], Any] = {}

    def get(self, role: str, name: str, options: Any = None) -> Any:
        """The engine, loaded at the first call; with ``options``, where its role has any."""
        key = (role, name, options)
        if key not in self._loaded:
            more = {} if options is None else {"options": options}
            self._loaded[key] = engine_class(role, name)(threads=self.threads, **more)
        return self._loaded[key]

    def release(self, role: str, name: str, options: Any = None) -> None:
        """Give an engine's memory back, unless engines are kept for the next film."""
        if not self.keep:
            self._loaded.pop((role, name, options), None)

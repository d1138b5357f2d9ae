"""Training recipes on disk."""

from __future__ import annotations

from pathlib import Path

from dubbing.errors import BadSettings
from dubbing.settings import Kind, parse


def read_recipe(kind: type[Kind], path: Path) -> Kind:
    """Return a recipe of a kind from YAML.

    Raises:
        BadSettings: naming what is wrong.
    """
    try:
        return parse(kind, path.read_text(encoding="utf-8"), str(path))
    except OSError as error:
        raise BadSettings(f"There is no recipe {path}.") from error

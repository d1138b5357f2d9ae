"""Settings from YAML: files that are shipped, and those of users."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, TypeVar

from pydantic import Field, ValidationError

from dubbing.errors import BadSettings
from dubbing.settings.strict import Strict
from dubbing.settings_text import parse_yaml

Kind = TypeVar("Kind", bound=Strict)


class Recipe(Strict):
    """Names of stages in the order in which they run."""

    stages: tuple[str, ...] = Field(min_length=1)


def load_recipe(name: str) -> tuple[str, ...]:
    """The stages of a shipped recipe, in order.

    Raises:
        BadSettings: if there is no such recipe; names those that exist.
    """
    shipped_names = list_shipped("pipelines")
    if name not in shipped_names:
        raise BadSettings(
            f"There is no recipe '{name}'.", hint=f"Shipped: {', '.join(shipped_names)}."
        )
    return parse(Recipe, shipped("pipelines", f"{name}.yaml"), name).stages


def parse(kind: type[Kind], text: str, origin: str) -> Kind:
    """Settings of one kind from YAML.

    Raises:
        BadSettings: naming ``origin`` and the key that is wrong.
    """
    plain = parse_yaml(text, origin).values or {}
    if not isinstance(plain, dict):
        raise BadSettings(f"{origin} must hold a mapping of names to values.")
    return validated(kind, plain, origin)


def validated(kind: type[Kind], plain: dict[str, Any], origin: str) -> Kind:
    """Settings of one kind from plain values.

    Raises:
        BadSettings: naming ``origin`` and the key that is wrong.
    """
    try:
        return kind.model_validate(plain)
    except ValidationError as error:
        raise BadSettings(f"In {origin}, {first_fault(error)}") from error


def first_fault(error: ValidationError) -> str:
    """The first field that does not fit, and why."""
    first = error.errors()[0]
    where = ".".join(str(part) for part in first["loc"])
    return f"{where}: {first['msg'].removeprefix('Value error, ')}."


@cache
def _shipped_folder(kind: str) -> Path:
    """In a wheel the folder lies in the package; in an editable install, beside it."""
    inside = Path(str(files("dubbing"))) / kind
    return inside if inside.is_dir() else Path(str(files("dubbing"))).parent / kind


def shipped(kind: str, name: str) -> str:
    """Text of a file of ``configs`` or ``pipelines``."""
    return (_shipped_folder(kind) / name).read_text(encoding="utf-8")


def list_shipped(kind: str) -> tuple[str, ...]:
    """Names of the files of ``configs`` or ``pipelines``, without ending."""
    return tuple(sorted(path.stem for path in _shipped_folder(kind).glob("*.yaml")))

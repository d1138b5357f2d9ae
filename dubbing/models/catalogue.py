"""The table of weights: source, version, licence, size, SHA-256."""

from __future__ import annotations

import difflib
import hashlib
from functools import cache
from importlib.resources import files
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict

from dubbing.errors import WeightsMissing
from dubbing.memo_keys import Identity
from dubbing.workspace import file_sha256

DATA = Path(str(files("dubbing.models"))) / "data"
"""Where the files lie that are shipped in this package."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class WeightFile(_Strict):
    """One file of a model; ``parts`` are ``module/path`` of installed packages, joined in order."""

    name: str
    sha256: str
    n_bytes: int
    parts: tuple[str, ...]


class Hub(_Strict):
    """Where a connected user can get it; the SHA-256 of each file says whether it is the same."""

    repo: str
    revision: str


class Model(_Strict):
    """One model: assembled from ``files``, made from another, or ``shipped`` in this package."""

    title: str
    role: str
    licence: str
    packages: tuple[str, ...] = ()
    hub: Hub | None = None
    files: tuple[WeightFile, ...] = ()
    derived_from: str | None = None
    changed_by: str | None = None
    """File of this package whose content decides what is made."""
    extra: str | None = None
    """Extra of this project that brings its packages; ``None`` if every install has them."""
    is_intermediate: bool = False
    """Whether its files are removed once what is made from them is there."""
    maker: str | None = None
    maker_version: int = 0
    needs: tuple[str, ...] = ()
    shipped: tuple[str, ...] = ()

    @property
    def file_names(self) -> tuple[str, ...]:
        """Names of the files its folder holds."""
        return self.shipped or self.needs or tuple(file.name for file in self.files)


@cache
def catalogue() -> dict[str, Model]:
    """All models by name."""
    text = files("dubbing.models").joinpath("catalogue.yaml").read_text(encoding="utf-8")
    return {name: Model.model_validate(entry) for name, entry in yaml.safe_load(text).items()}


def model(name: str) -> Model:
    """One model.

    Raises:
        WeightsMissing: if the catalogue does not know it; names the nearest.
    """
    known = catalogue()
    if name not in known:
        near = difflib.get_close_matches(name, known, n=1)
        guess = f"Did you mean '{near[0]}'?" if near else f"Known: {', '.join(known)}."
        raise WeightsMissing(f"There is no model '{name}'.", hint=guess)
    return known[name]


@cache
def weights_id(name: str) -> Identity:
    """Tells these weights from all others, for cache keys: name and content."""
    return Identity(_content_id(name))


def _content_id(name: str) -> str:
    entry = model(name)
    if entry.derived_from:
        change = file_sha256(DATA / entry.changed_by)[:12] if entry.changed_by else ""
        return f"{name}:{entry.maker_version}{change}({weights_id(entry.derived_from)})"
    if entry.shipped:
        hashes = "".join(file_sha256(DATA / file) for file in entry.shipped)
        return f"{name}:{hashlib.sha256(hashes.encode()).hexdigest()[:12]}"
    if len(entry.files) == 1:
        return f"{name}:{entry.files[0].sha256[:12]}"
    hashes = "".join(f"{file.name}:{file.sha256} " for file in entry.files)
    return f"{name}:{hashlib.sha256(hashes.encode()).hexdigest()[:12]}"

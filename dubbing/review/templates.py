"""Jinja templates of this program: strict, and everything they are given is escaped."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jinja2 import Environment, Template


def template(name: str, package: str = "dubbing.review") -> Template:
    """A template by its file name in a package, parsed once."""
    return _environment(package).get_template(name)


@cache
def _environment(package: str) -> Environment:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader(package, "."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["clock"] = clock
    return environment


def clock(time_ms: float) -> str:
    """``75_250`` as ``1:15.25``."""
    minutes, rest = divmod(time_ms, 60_000)
    return f"{int(minutes)}:{rest / 1000:05.2f}"

"""Audiovisual dubbing: a video in, the same video speaking another language out, offline.

from dubbing import dub
timeline = dub("movie.mp4", to="zh")
print(timeline.output.path)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dubbing.job import dub
    from dubbing.settings import load_recipe
    from dubbing.timeline import Timeline
    from dubbing.workspace import Workspace

__version__ = "0.1.0"
__all__ = ["Timeline", "Workspace", "dub", "load_recipe"]
_HOMES = {
    "dub": "dubbing.job",
    "load_recipe": "dubbing.settings",
    "Timeline": "dubbing.timeline",
    "Workspace": "dubbing.workspace",
}


def __getattr__(name: str) -> Any:
    """Import a public name when it is first used: ``import dubbing`` itself costs nothing."""
    if name not in _HOMES:
        raise AttributeError(f"module 'dubbing' has no attribute '{name}'")
    import importlib

    return getattr(importlib.import_module(_HOMES[name]), name)

"""Where things that belong to a user, not to a film, are kept on this machine."""

from __future__ import annotations

import os
from pathlib import Path


def cache_home() -> Path:
    """Return ``$DUBBING_HOME``, else ``$XDG_CACHE_HOME/dubbing``, else ``~/.cache/dubbing``."""
    own = os.environ.get("DUBBING_HOME")
    if own:
        return Path(own)
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "dubbing"


def state_home() -> Path:
    """Return ``$DUBBING_STATE``, else ``$XDG_STATE_HOME/dubbing``, else ``~/.local/state/dubbing``."""
    own = os.environ.get("DUBBING_STATE")
    if own:
        return Path(own)
    base = os.environ.get("XDG_STATE_HOME")
    return (Path(base) if base else Path.home() / ".local" / "state") / "dubbing"

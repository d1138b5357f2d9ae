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

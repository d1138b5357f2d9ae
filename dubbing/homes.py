"""Where things that belong to a user, not to a film, are kept on this machine."""

from __future__ import annotations

import os
from pathlib import Path


def cache_home() -> Path:
    """Return ``$DUBBING_HOME``, else ``$XDG_CACHE_HOME/dubbing``, else ``~/.cache/dubbing``."""
    return _home("DUBBING_HOME", "XDG_CACHE_HOME", ".cache")


def state_home() -> Path:
    """Return ``$DUBBING_STATE``, else ``$XDG_STATE_HOME/dubbing``, else ``~/.local/state/dubbing``."""
    return _home("DUBBING_STATE", "XDG_STATE_HOME", ".local/state")


def voices_home() -> Path:
    """Return ``$DUBBING_VOICES``, else ``$XDG_DATA_HOME/dubbing``, else ``~/.local/share/dubbing``.

    Voices, consents, trusted keys and the ledger of their use are kept there.
    """
    return _home("DUBBING_VOICES", "XDG_DATA_HOME", ".local/share")


def _home(own: str, base: str, usual: str) -> Path:
    """Return the folder that a variable of ours names, else ours in the base directory (XDG)."""
    if folder := os.environ.get(own):
        return Path(folder)
    return Path(os.environ.get(base) or Path.home() / usual) / "dubbing"

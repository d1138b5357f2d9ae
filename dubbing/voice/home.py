"""Where voices, consents and the ledger of their use are kept on this machine."""

from __future__ import annotations

import os
from pathlib import Path


def voices_home() -> Path:
    """``$DUBBING_VOICES``, else ``$XDG_DATA_HOME/dubbing``, else ``~/.local/share/dubbing``."""
    own = os.environ.get("DUBBING_VOICES")
    if own:
        return Path(own)
    base = os.environ.get("XDG_DATA_HOME")
    return (Path(base) if base else Path.home() / ".local" / "share") / "dubbing"

"""Which translator ``auto`` stands for on this machine.

The strong one wants weights that are an extra, memory, and, once, disk to prepare them. A job keeps what
was settled, so that a dub that is gone on with later, or whose lines are made again, keeps its translator
even if memory is short then.
"""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass

from dubbing.homes import cache_home
from dubbing.models.catalogue import model
from dubbing.models.resolver import install_command, is_obtainable, is_ready

STRONG, SMALL = "strong", "embedded"
WEIGHTS = "qwen-1.5b"
VARIABLE = "DUBBING_TRANSLATOR"
"""Names what ``auto`` stands for, whatever the machine has."""
GB = 1e9
FREE_MEMORY_BYTES = 6 * GB
"""What a dub with the strong translator takes, and room for others."""
FREE_DISK_BYTES = 4 * GB
"""What preparing takes at most: the joined file and the converted one."""


@dataclass(frozen=True, slots=True)
class Settled:
    """The translator's name; ``why`` the strong one is not taken, empty if it is or nobody wants it."""

    engine: str
    why: str = ""
    hint: str = ""


def settled(kept: str = "") -> Settled:
    """What ``auto`` stands for here and now.

    Args:
        kept: what was settled for this film before.
    """
    named = os.environ.get(VARIABLE)
    if named:
        return Settled(named)
    if not is_obtainable(WEIGHTS):
        how = f"Get it: {install_command(model(WEIGHTS))}, then: dub models prepare"
        return Settled(SMALL, "the strong one is not installed", how)
    if kept == STRONG:
        return Settled(STRONG)
    return lack_of_room() or Settled(STRONG)


def lack_of_room() -> Settled | None:
    """The small translators, and why the strong one has no room on this machine; ``None`` if it has."""
    if not is_ready(WEIGHTS) and _free_disk_bytes() < FREE_DISK_BYTES:
        why = f"the strong one takes 4 GB of disk, and {_free_disk_bytes() / GB:.1f} GB are free"
        return Settled(SMALL, why, f"Free some space at {cache_home()}.")
    if _free_memory_bytes() < FREE_MEMORY_BYTES:
        why = (
            f"the strong one wants 6 GB of memory, and {_free_memory_bytes() / GB:.1f} GB are free"
        )
        return Settled(SMALL, why, "Close other programs, or say --translator strong.")
    return None


def _free_memory_bytes() -> int:
    import psutil

    return int(psutil.virtual_memory().available)


def _free_disk_bytes() -> int:
    home = cache_home()
    place = next(parent for parent in (home, *home.parents) if parent.exists())
    return shutil.disk_usage(place).free

"""Gemma tuned between English and Chinese, by the changes that ship in this package."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from dubbing.models import gemma_ct2
from dubbing.models.catalogue import DATA

CHANGES = DATA / "gemma_en_zh.safetensors"


def make(source: Path, folder: Path, progress: Callable[[str, float], None]) -> None:
    """Convert the tuned model into ``folder``."""
    gemma_ct2.make(source, folder, progress, CHANGES)

"""Dialogue apart from music and effects.

To add an engine: write a class with these members in a file of this folder, name it in
``pyproject.toml`` under ``dubbing.separation``, and add it to ``tests/contracts/test_separation.py``.
"""

from __future__ import annotations

from typing import Protocol

from dubbing.arrays import Audio


class Separator(Protocol):
    """Finds the dialogue in a film's sound."""

    version: int
    weights: tuple[str, ...]

    def dialogue(self, audio: Audio) -> Audio:
        """The dialogue alone, in phase: as many channels and samples as ``audio`` (48 kHz) has.

        What is left when it is taken away is music and effects. The first two seconds may be worse:
        networks of this kind listen themselves in.
        """

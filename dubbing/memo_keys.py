"""Keys under which results are remembered.

A result is only right as long as everything that made it is the same, so a key names all of it: each
engine and small network by its *identity* (name, version, weights, options), never by its name alone.
The types see to it: a store takes nothing but a :data:`MemoKey`, and :func:`memo_key` nothing but
identities.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NewType

from dubbing.workspace import digest

Identity = NewType("Identity", str)
"""Tells an engine or a network, with its weights, from every other, and from itself after a change."""
MemoKey = NewType("MemoKey", str)


def memo_key(purpose: str, version: int, makers: Sequence[Identity], *parts: Any) -> MemoKey:
    """Return the key of a result.

    Args:
        purpose: what is remembered, e.g. ``"take"``.
        version: raised when the code that makes it changes its results.
        makers: identities of every engine and network that makes it.
        parts: everything else it depends on, as JSON values.
    """
    return MemoKey(digest([purpose, version, list(makers), *parts]))

"""Text that is not ours, made harmless for the console: names, titles, tags, lines, servers' answers."""

from __future__ import annotations

import unicodedata

KEPT = "\n\t"


def safe(text: object) -> str:
    """The text as Rich prints it as it is: nothing in it is markup or moves the cursor."""
    from rich.markup import escape

    return escape(plain(text))


def plain(text: object) -> str:
    """The text without control characters, which could command a terminal."""
    return "".join(
        char for char in str(text) if char in KEPT or unicodedata.category(char) not in ("Cc", "Cs")
    )

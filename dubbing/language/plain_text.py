"""A text as one line of what is seen, without anything that could steer a reader or a player."""

from __future__ import annotations

import re
import unicodedata

STEERING = re.compile("[\u202a-\u202e\u2066-\u2069\u206a-\u206f\ufff9-\ufffb\ufeff]")
"""Embeddings, overrides and isolates of direction reach over the end of a row if one is left open;
the text's own direction is told by its letters. Marks (LRM, RLM) and joiners reach no further than
their neighbours and stay: Hindi and Persian are spelt with them."""
BREAKABLE_SPACE = re.compile(r"[^\S\u00a0\u202f\u2007\u3000]+")
UNSEEN = ("Cc", "Cs")


def plain_text(text: str) -> str:
    """``text`` in one row: every break a space, no control, no direction override, no non-character."""
    one_row = BREAKABLE_SPACE.sub(" ", STEERING.sub("", text))
    return "".join(char for char in one_row if _is_seen(char)).strip()


def _is_seen(char: str) -> bool:
    """Neither a control, nor half a character, nor a code point that no text may hold."""
    code = ord(char)
    is_no_character = code & 0xFFFE == 0xFFFE or 0xFDD0 <= code <= 0xFDEF
    return unicodedata.category(char) not in UNSEEN and not is_no_character

"""JSON that may have been damaged or written by anybody."""

from __future__ import annotations

import json
from typing import Any


def parsed(content: bytes | str) -> Any:
    """Return the value of a JSON text in UTF-8.

    Raises:
        ValueError: for everything else: another encoding, broken JSON, values nested too deep.
    """
    try:
        text = content.decode("utf-8-sig") if isinstance(content, bytes) else content
        return json.loads(text)
    except RecursionError as error:
        raise ValueError("JSON is nested too deep") from error

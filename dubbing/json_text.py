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
        return json.loads(content.decode("utf-8") if isinstance(content, bytes) else content)
    except RecursionError as error:
        raise ValueError("JSON is nested too deep") from error

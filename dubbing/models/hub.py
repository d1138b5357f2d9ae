"""Models of the Hugging Face hub: a folder is read without the network, a name is looked up."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from dubbing.errors import WeightsMissing


def from_hub(kind: Any, name: str, **more: Any) -> Any:
    """What ``kind.from_pretrained`` makes of a folder or of a name of the hub.

    Raises:
        WeightsMissing: if it is not there, or cannot be read.
    """
    try:
        return kind.from_pretrained(name, local_files_only=Path(name).is_dir(), **more)
    except (OSError, ValueError, KeyError) as error:
        raise WeightsMissing(
            f"The model {name} cannot be loaded: {str(error).splitlines()[0]}",
            hint="Name a folder or, with a network, a model of the hub with safetensors.",
        ) from error

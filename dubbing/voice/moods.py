"""How each mood is spoken, as a table (``moods.yaml``, learnt by :mod:`dubbing.training.moods`)."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files

import yaml

from dubbing.delivery import NEUTRAL, Delivery


def mood(label: str) -> Delivery:
    """The mood at full strength; neutral makes no difference.

    Raises:
        KeyError: if it is none of :data:`dubbing.engines.emotion.LABELS`.
    """
    return NEUTRAL if label == NEUTRAL.label else _moods()[label]


@cache
def _moods() -> Mapping[str, Delivery]:
    text = files("dubbing.voice").joinpath("moods.yaml").read_text(encoding="utf-8")
    return {
        label: Delivery(label=label, intensity=1.0, **parts)
        for label, parts in yaml.safe_load(text).items()
    }

"""Sentence pairs that show a base model what is wanted, in the register of spoken film and lecture."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

import yaml

from dubbing.engines.translation import Pair


@cache
def fixed_pairs(source: str, target: str) -> tuple[Pair, ...]:
    """The fixed pairs of a direction; other sources borrow the English ones; empty if there are none."""
    told = example_sentences(source) or example_sentences("en")
    said = example_sentences(target)
    return tuple(zip(told, said, strict=True)) if said else ()


@cache
def example_sentences(language: str) -> tuple[str, ...]:
    """The same sentences in every language that is spoken; empty for others."""
    text = files("dubbing.engines.translation").joinpath("examples.yaml").read_text("utf-8")
    sentences: dict[str, list[str]] = yaml.safe_load(text)
    return tuple(sentences.get(language, ()))

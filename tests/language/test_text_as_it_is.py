"""Thousands of sentences of eight languages without a figure come back as they are, letter by letter.

They are built of frames and words as people speak, so that no corpus is needed. ``python -m
benchmarks.spoken_forms FILE…`` asks the same of any text files.
"""

import itertools
import random
from pathlib import Path

import pytest
import yaml

from benchmarks.spoken_forms import is_changed
from dubbing.language.languages import SPOKEN
from dubbing.language.spoken_form import spoken_form

GRAMMAR = Path(__file__).parent / "spoken/sentences.yaml"
MOST = 400


def sentences(language: str) -> list[str]:
    """Frames filled with every combination of words, a fixed choice of them."""
    told = yaml.safe_load(GRAMMAR.read_text(encoding="utf-8"))[language]
    slots = {name: words for name, words in told.items() if name != "frames"}
    made = [
        frame.format(**chosen) for frame in told["frames"] for chosen in _fillings(frame, slots)
    ]
    random.Random(1).shuffle(made)
    return made[:MOST]


def _fillings(frame: str, slots: dict[str, list[str]]) -> list[dict[str, str]]:
    used = [name for name in slots if f"{{{name}}}" in frame]
    return [
        dict(zip(used, words, strict=True))
        for words in itertools.product(*(slots[name] for name in used))
    ]


@pytest.mark.parametrize("language", SPOKEN)
def test_no_letter_is_lost_and_none_invented(language: str) -> None:
    built = sentences(language)
    assert len(built) == MOST
    changed = {text: spoken_form(text, language) for text in built if is_changed(text, language)}
    assert changed == {}

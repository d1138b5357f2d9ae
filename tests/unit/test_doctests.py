"""Examples in docstrings do what they say."""

import doctest
import importlib
import pkgutil
from pathlib import Path

import pytest

import dubbing


def modules_with_examples() -> list[str]:
    root = Path(dubbing.__file__).parent
    return [
        name
        for _, name, _ in pkgutil.walk_packages([str(root)], "dubbing.")
        if (path := root.parent / (name.replace(".", "/") + ".py")).is_file()
        and ">>> " in path.read_text(encoding="utf-8")
    ]


@pytest.mark.parametrize("name", modules_with_examples())
def test_the_examples_of_a_module_hold(name: str) -> None:
    found = doctest.testmod(importlib.import_module(name))
    assert found.attempted > 0
    assert found.failed == 0

"""``--debug`` is promised for every failure, so every command takes it."""

from collections.abc import Iterator
from typing import Any

import pytest
from typer.main import get_command

from dubbing.cli.main import app
from tests.conftest import dub


def commands(group: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    yield path, group
    for name, below in getattr(group, "commands", {}).items():
        yield from commands(below, (*path, name))


@pytest.mark.parametrize(
    ("path", "command"), [pytest.param(p, c, id=" ".join(p)) for p, c in commands(get_command(app))]
)
def test_every_command_takes_it(path: tuple[str, ...], command: Any) -> None:
    assert [option for option in command.params if "--debug" in option.opts], path


@pytest.mark.parametrize(
    "arguments",
    [
        ("apply", "nowhere", "--debug"),
        ("--debug", "apply", "nowhere"),
        ("review", "nowhere", "--debug"),
        ("nowhere.mp4", "--to", "zh", "--debug"),
        ("--debug", "nowhere.mp4", "--to", "zh"),
        ("batch", "--debug", "nowhere.yaml"),
        ("show", "nowhere", "--debug"),
    ],
)
def test_it_shows_the_traceback_and_without_it_there_is_none(arguments: tuple[str, ...]) -> None:
    result = dub(*arguments)
    assert "Traceback" in result.stderr, result.stderr
    plain = dub(*(word for word in arguments if word != "--debug"))
    assert "Traceback" not in plain.stderr
    assert plain.returncode == 2
    assert plain.stderr.startswith("dub:")

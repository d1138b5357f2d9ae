"""``--debug`` on every command: the traceback of a failure instead of its sentence alone."""

from __future__ import annotations

import sys
from typing import Any

import typer
from typer.main import get_command

FLAG = "--debug"
HELP = "Show the traceback of a failure."


def is_debugging() -> bool:
    """Return whether the flag stands on the command line; known before anything can fail."""
    return FLAG in sys.argv[1:]


def with_debug(command: Any) -> None:
    """Let a command, and all commands below it, take the flag."""
    if not any(FLAG in option.opts for option in command.params):
        command.params.append(_flag())
    for below in getattr(command, "commands", {}).values():
        with_debug(below)


def _flag() -> Any:
    """Make the option as Typer makes those of functions, in whatever form this version has them."""
    maker = typer.Typer(add_completion=False)

    @maker.command()
    def takes_flag(debug: bool = typer.Option(False, FLAG, help=HELP)) -> None:
        """Take the flag."""

    option: Any = next(one for one in get_command(maker).params if FLAG in one.opts)
    option.expose_value = False
    return option

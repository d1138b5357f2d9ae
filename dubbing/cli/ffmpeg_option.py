"""``--ffmpeg`` on every command, and the ffmpeg that a workspace was dubbed with for all who open it."""

from __future__ import annotations

import os
from contextlib import ExitStack
from contextvars import ContextVar
from pathlib import Path
from typing import Any

import typer
from typer.main import get_command

from dubbing.media.ffmpeg_choice import (
    OPTION,
    VARIABLE,
    WORKSPACE,
    ffmpeg_of_option,
    preferred_ffmpeg,
)

HELP = (
    "Another ffmpeg than the packaged one, a path or a name; it is tried out first. "
    "If none is named: that of the profile, or of the workspace's dub."
)
_until_end: ContextVar[ExitStack | None] = ContextVar("_until_end", default=None)
"""What is undone when the command that runs ends."""


def with_ffmpeg(command: Any) -> None:
    """Let every command below a group take the option."""
    below = getattr(command, "commands", None)
    if below is None and not any(OPTION in option.opts for option in command.params):
        command.params.append(_option())
    for one in (below or {}).values():
        with_ffmpeg(one)


def heed_kept_ffmpeg(root: Path, target: str) -> None:
    """Use the ffmpeg of a workspace's dub until the command ends, unless the user names another.

    Of several workspaces or languages that a command opens, the last counts.
    """
    from dubbing.review.job_file import kept_ffmpeg

    stack = _until_end.get()
    name = kept_ffmpeg(root, target)
    if stack is not None and name:
        stack.enter_context(preferred_ffmpeg(name, WORKSPACE))


def _heed(context: typer.Context, name: str | None) -> None:
    """Called for every command, with or without the option."""
    stack = context.with_resource(ExitStack())
    token = _until_end.set(stack)
    stack.callback(_until_end.reset, token)
    if name and name != os.environ.get(VARIABLE):
        stack.enter_context(ffmpeg_of_option(name))


def _option() -> Any:
    """Make the option as Typer makes those of functions, in whatever form this version has them."""
    maker = typer.Typer(add_completion=False)

    @maker.command()
    def takes_option(
        ffmpeg: str | None = typer.Option(
            None, OPTION, help=HELP, callback=_heed, envvar=VARIABLE, show_envvar=True
        ),
    ) -> None:
        """Take the option."""

    option: Any = next(one for one in get_command(maker).params if OPTION in one.opts)
    option.expose_value = False
    return option

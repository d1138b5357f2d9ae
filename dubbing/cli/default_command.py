"""Groups of commands of which one may go unnamed."""

from __future__ import annotations

from typing import Any, ClassVar

from typer.core import TyperGroup

from dubbing.cli.debug_option import FLAG


class DefaultsTo(TyperGroup):
    """A first word that is not a command is an argument of the command ``usual``."""

    usual: ClassVar[str]

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Put ``usual`` in front unless a command or a flag of the group itself comes first."""
        own = {"--help", "-h", "--version"}
        while args and args[0] == FLAG:  # which main() has read; it is no film's name
            args = args[1:]
        if args and args[0] not in self.commands and args[0] not in own:
            args = [self.usual, *args]
        return super().parse_args(ctx, args)

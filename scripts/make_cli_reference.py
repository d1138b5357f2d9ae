"""Write ``docs/reference/cli.md`` from the program's own commands.

python scripts/make_cli_reference.py            # rewrite the page
python scripts/make_cli_reference.py --check    # exit code 1 if it is out of date
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from enum import Enum
from pathlib import Path
from typing import Any

import typer

PAGE = Path(__file__).parent.parent / "docs/reference/cli.md"
INTRODUCTION = """<!-- Written by `make docs-cli` from the program itself. Do not edit. -->

# Command line

`dub movie.mp4 --to zh` is short for `dub run movie.mp4 --to zh`. Every command takes `--help`;
`--debug` shows the traceback of a failure.

Exit codes: 0 done; 1 the film or the machine does not allow it (no speech, damaged file, full disk);
2 the command cannot be carried out as written (no such file, unknown language, existing output);
130 stopped by Ctrl-C.
"""
ON_EVERY_COMMAND = ("--debug", "--help")


def main() -> None:
    """Rewrite or compare."""
    text = reference()
    if "--check" in sys.argv[1:]:
        sys.exit(0 if PAGE.read_text(encoding="utf-8") == text else "make docs-cli")
    PAGE.write_text(text, encoding="utf-8")


def reference() -> str:
    """Return the page."""
    from dubbing.cli.main import app

    sections = [_section(path, command) for path, command in _commands(typer.main.get_command(app))]
    return "\n".join([INTRODUCTION, *sections])


def _commands(program: Any) -> Iterator[tuple[str, Any]]:
    """Every command with its full name, groups before their members, in alphabetical order."""
    for name, command in sorted(program.commands.items()):
        yield f"dub {name}", command
        for member, inner in sorted(getattr(command, "commands", {}).items()):
            yield f"dub {name} {member}", inner


def _section(path: str, command: Any) -> str:
    level = "##" if path.count(" ") == 1 else "###"
    parts = [f"{level} {path}", "", _first_paragraph(command.help), ""]
    if not hasattr(command, "commands"):
        parts += [f"```sh\n{_usage(path, command)}\n```", "", *_table(command)]
    return "\n".join(parts)


def _first_paragraph(text: str | None) -> str:
    return " ".join((text or "").partition("\n\n")[0].split())


def _usage(path: str, command: Any) -> str:
    words = [_argument(p) for p in command.params if p.param_type_name == "argument"]
    needed = [f"{p.opts[0]} {_value(p)}" for p in command.params if _is_needed_option(p)]
    return " ".join([path, *words, *needed, "[OPTIONS]"])


def _is_needed_option(parameter: Any) -> bool:
    return parameter.param_type_name == "option" and parameter.required


def _argument(parameter: Any) -> str:
    name = (parameter.metavar or parameter.name).upper() + ("..." if parameter.nargs == -1 else "")
    return name if parameter.required else f"[{name}]"


def _table(command: Any) -> Iterator[str]:
    rows = [_row(p) for p in command.params if not set(p.opts) & set(ON_EVERY_COMMAND)]
    if rows:
        yield from ("| argument or option | value | default | what it does |", "|---|---|---|---|")
        yield from rows
        yield ""


def _row(parameter: Any) -> str:
    if parameter.param_type_name == "argument":
        name = f"`{(parameter.metavar or parameter.name).upper()}`"
    else:
        name = ", ".join(f"`{word}`" for word in (*parameter.opts, *parameter.secondary_opts))
    cells = [name, _value(parameter), _default(parameter), parameter.help or ""]
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _value(parameter: Any) -> str:
    """What is written after an option: its choices, or its kind with the least and largest value."""
    if getattr(parameter, "is_flag", False):
        return ""
    kind = parameter.type_descriptor.annotation
    if isinstance(kind, type) and issubclass(kind, Enum):
        return " ".join(f"`{choice.value}`" for choice in kind)
    name = {"str": "text", "int": "integer", "float": "number", "Path": "path"}.get(
        getattr(kind, "__name__", ""), "text"
    )
    low, high = (getattr(parameter, side, None) for side in ("min", "max"))
    bounds = f", {low:g} to {high:g}" if low is not None and high is not None else ""
    least = f", at least {low:g}" if low is not None and high is None else ""
    return name + bounds + least


def _default(parameter: Any) -> str:
    value = parameter.default
    if value is None or value in ("", False) or value == () or callable(value):
        return "required" if parameter.required else ""
    if value is True:
        return f"`{parameter.opts[0]}`"
    return f"`{value.value if isinstance(value, Enum) else value}`"


if __name__ == "__main__":
    main()

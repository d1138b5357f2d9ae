"""Settings that people write, as plain values, with the line on which each of them stands.

YAML is read from its events, one by one, so that nothing of it can grow: aliases, tags and merge keys
are refused, and so are keys that stand twice (YAML would silently take the last one).
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from dubbing.errors import BadSettings

MAX_BYTES = 64 << 20
MOST_DEPTH = 16
LONGEST_TEXT = 20_000
MAX_INTEGER = 2**63 - 1
UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
Place = tuple[str | int, ...]
"""Where a value lies: names of mappings and numbers (from 0) of lists, from outside in."""


@dataclass(slots=True)
class Text:
    """A file as it was written: plain values, and the line (from 1) of each."""

    name: str
    values: Any
    lines: dict[Place, int] = field(default_factory=dict)

    def line(self, where: Place) -> int:
        """The line of a field, or of the nearest one around it that is written down."""
        while where not in self.lines and where:
            where = where[:-1]
        return self.lines.get(where, 1)

    def error(self, where: Place, what: str, hint: str = "") -> BadSettings:
        """The sentence for something that is wrong with a field."""
        named = ".".join(map(str, where)) or "all of it"
        return BadSettings(f"{self.name}, line {self.line(where)}, {named}: {what}", hint=hint)


def read_text(path: Path, max_bytes: int = MAX_BYTES) -> str:
    """The text of a file that a person wrote, in UTF-8.

    Raises:
        BadSettings: if it cannot be read, is larger than ``max_bytes``, or is not in UTF-8.
    """
    try:
        if path.stat().st_size > max_bytes:
            raise BadSettings(f"{path} is larger than {max_bytes >> 20} MB.")
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadSettings(f"{path} is not text in UTF-8.", hint="Save it as UTF-8.") from error
    except OSError as error:
        raise BadSettings(f"{path} cannot be read ({error.strerror}).") from error


class _Scalars(yaml.constructor.SafeConstructor, yaml.resolver.Resolver):
    """What YAML takes ``no``, ``0x10`` or ``2024-05-01`` for."""

    def __init__(self) -> None:
        yaml.constructor.SafeConstructor.__init__(self)
        yaml.resolver.Resolver.__init__(self)

    def value(self, event: yaml.ScalarEvent) -> Any:
        """The value of a scalar, by its looks unless it is quoted."""
        tag = self.resolve(yaml.ScalarNode, event.value, event.implicit)  # type: ignore[no-untyped-call]
        return self.construct_object(yaml.ScalarNode(tag, event.value))


class _Builder:
    """Builds plain values from events without ever calling itself."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.lines: dict[Place, int] = {}
        self.scalars = _Scalars()
        self.open: list[tuple[Place, Any]] = []
        self.key: list[str | None] = []
        """Of each open mapping, the key that waits for its value."""
        self.top: Any = None
        self.n_documents = 0

    def refuse(self, line: int, what: str, hint: str = "") -> BadSettings:
        return BadSettings(f"{self.name}, line {line}: {what}", hint=hint)

    def take(self, event: yaml.Event) -> None:
        line = event.start_mark.line + 1 if event.start_mark else 1
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise self.refuse(line, "anchors and aliases (& and *) are not taken.")
        if isinstance(event, yaml.DocumentStartEvent):
            self.n_documents += 1
            if self.n_documents > 1:
                raise self.refuse(line, "there is a second document; one is read.")
        elif isinstance(event, yaml.MappingStartEvent | yaml.SequenceStartEvent):
            self._begin({} if isinstance(event, yaml.MappingStartEvent) else [], event, line)
        elif isinstance(event, yaml.MappingEndEvent | yaml.SequenceEndEvent):
            self.open.pop()
            self.key.pop()
        elif isinstance(event, yaml.ScalarEvent):
            self._scalar(event, line)

    def _begin(self, value: Any, event: Any, line: int) -> None:
        if event.tag is not None:
            raise self.refuse(line, f"the tag {event.tag} is not taken.")
        if len(self.open) >= MOST_DEPTH:
            raise self.refuse(line, f"it is nested deeper than {MOST_DEPTH} levels.")
        where = self._put(value, line)
        self.open.append((where, value))
        self.key.append(None)

    def _scalar(self, event: yaml.ScalarEvent, line: int) -> None:
        if event.tag is not None and event.tag != "!":
            raise self.refuse(line, f"the tag {event.tag} is not taken.")
        if self.open and isinstance(self.open[-1][1], dict) and self.key[-1] is None:
            self._name(event.value, line)
            return
        try:
            value = self.scalars.value(event)
        except (ValueError, OverflowError, yaml.YAMLError) as error:
            raise self.refuse(line, f"{event.value[:40]!r} cannot be read.") from error
        self._put(value, line)

    def _name(self, name: str, line: int) -> None:
        where, mapping = self.open[-1]
        if name == "<<":
            raise self.refuse(line, "merge keys (<<) are not taken.")
        if name in mapping:
            first = self.lines.get((*where, name), 1)
            raise self.refuse(line, f"'{name[:40]}' stands here a second time (see line {first}).")
        self.key[-1] = name
        self.lines[*where, name] = line

    def _put(self, value: Any, line: int) -> Place:
        if not self.open:
            self.top, self.lines[()] = value, line
            return ()
        where, holder = self.open[-1]
        if isinstance(holder, list):
            where = (*where, len(holder))
            holder.append(value)
            self.lines[where] = line
            return where
        name = self.key[-1]
        if name is None:
            raise self.refuse(line, "a list or mapping cannot be the name of a value.")
        self.key[-1] = None
        holder[name] = value
        return (*where, name)


def parse_yaml(text: str, name: str) -> Text:
    """The values of a YAML document; ``name`` is that of its file.

    Raises:
        BadSettings: naming the line.
    """
    builder = _Builder(name)
    try:
        for event in yaml.parse(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
            builder.take(event)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark else text.count("\n", 0, getattr(error, "position", 0)) + 1
        reason = getattr(error, "problem", None) or getattr(error, "reason", None) or "odd"
        raise BadSettings(f"{name}, line {line}: this is not YAML ({reason}).") from error
    except RecursionError as error:
        raise BadSettings(f"{name}: it is nested too deeply.") from error
    found = Text(name, builder.top, builder.lines)
    check_values(found)
    return found


def check_values(text: Text) -> None:
    """Texts without control characters, numbers that are numbers, nothing too deep."""
    for where, value in _walk(text.values):
        if len(where) > MOST_DEPTH:
            raise text.error(where[:3], f"it is nested deeper than {MOST_DEPTH} levels.")
        if isinstance(value, float) and not math.isfinite(value):
            raise text.error(where, "this is not a number.")
        if isinstance(value, int) and abs(value) > MAX_INTEGER:
            raise text.error(where, "this number is too large.")
        if isinstance(value, str) and (len(value) > LONGEST_TEXT or UNPRINTABLE.search(value)):
            raise text.error(where, "the text is too long or holds control characters.")


def _walk(top: Any) -> Iterator[tuple[Place, Any]]:
    """Every value with its place, and every name of a mapping as one."""
    left: list[tuple[Place, Any]] = [((), top)]
    while left:
        where, value = left.pop()
        yield where, value
        if isinstance(value, dict):
            for key, item in value.items():
                yield where, key
                left.append(((*where, key), item))
        elif isinstance(value, list):
            left.extend(((*where, n), item) for n, item in enumerate(value))

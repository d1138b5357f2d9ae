"""The text of a manifest as plain values, with the line on which each of them stands.

YAML is read from its events, one by one, so that nothing of it can grow: aliases, tags and merge keys
are refused, and so are keys that stand twice (YAML would silently take the last one). JSON is read by
Python's own reader; its lines are looked up afterwards. A CSV file has a job a row.
"""

from __future__ import annotations

import csv
import io
import json
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from dubbing.errors import BadSettings

MOST_BYTES = 64 << 20
MOST_DEPTH = 16
LONGEST_TEXT = 20_000
UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
Place = tuple[str | int, ...]
"""Where a value lies: names of mappings and numbers (from 0) of lists, from outside in."""


@dataclass(slots=True)
class Text:
    """A manifest as it was written: plain values, and the line (from 1) of each."""

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
        named = ".".join(map(str, where)) or "the manifest"
        return BadSettings(f"{self.name}, line {self.line(where)}, {named}: {what}", hint=hint)


def read_text(path: Path) -> Text:
    """Read a manifest's file; ``.csv`` and ``.json`` by their names, anything else as YAML.

    Raises:
        BadSettings: if it is not there, too large, or not what its name says.
    """
    if not path.is_file():
        raise BadSettings(f"There is no manifest {path}.", hint="Write one: dub batch init.")
    if path.stat().st_size > MOST_BYTES:
        raise BadSettings(f"{path} is larger than {MOST_BYTES >> 20} MB; that is no manifest.")
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (UnicodeDecodeError, OSError) as error:
        raise BadSettings(f"{path} cannot be read as text in UTF-8.") from error
    return parse_text(text, path.name)


def parse_text(text: str, name: str) -> Text:
    """The values of a manifest's text; ``name`` is that of its file.

    Raises:
        BadSettings: naming the line.
    """
    suffix = Path(name).suffix.lower()
    if suffix == ".csv":
        return _csv(text, name)
    if suffix == ".json":
        return _json(text, name)
    return _yaml(text, name)


# -- YAML ------------------------------------------------------------------------------------------


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
                raise self.refuse(line, "a manifest is one document; there is a second one.")
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


def _yaml(text: str, name: str) -> Text:
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
    _check_values(found)
    return found


# -- JSON ------------------------------------------------------------------------------------------


def _json(text: str, name: str) -> Text:
    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) < len(pairs):
            names = [key for key, _ in pairs]
            twice = next(key for key in names if names.count(key) > 1)
            raise BadSettings(f"{name}: '{twice[:40]}' stands twice in one mapping.")
        return found

    try:
        values = json.loads(text, object_pairs_hook=once)
    except json.JSONDecodeError as error:
        raise BadSettings(
            f"{name}, line {error.lineno}: this is not JSON ({error.msg})."
        ) from error
    except (RecursionError, ValueError) as error:
        raise BadSettings(f"{name}: this is not JSON that can be read.") from error
    found = Text(name, values, _json_lines(text, name))
    _check_values(found)
    return found


def _json_lines(text: str, name: str) -> dict[Place, int]:
    """JSON is YAML but for its tabs; what cannot be looked up so is told without its line."""
    try:
        return _yaml(text.replace("\t", " "), name).lines
    except BadSettings:
        return {}


# -- CSV -------------------------------------------------------------------------------------------


def _csv(text: str, name: str) -> Text:
    reader = csv.DictReader(io.StringIO(text, newline=""), strict=True)
    jobs: list[dict[str, Any]] = []
    lines: dict[Place, int] = {}
    try:
        names = reader.fieldnames or ()
        if "input" not in names:
            raise BadSettings(f"{name}, line 1: there is no column 'input'.")
        if len(set(names)) < len(names):
            raise BadSettings(f"{name}, line 1: a column stands twice.")
        for row in reader:
            if None in row or None in row.values():
                raise BadSettings(
                    f"{name}, line {reader.line_num}: the row has not as many fields as the header."
                )
            lines["jobs", len(jobs)] = reader.line_num
            jobs.append(_job({k: v for k, v in row.items() if v.strip()}, name, reader.line_num))
    except csv.Error as error:
        raise BadSettings(f"{name}, line {reader.line_num}: this is not CSV ({error}).") from error
    found = Text(name, {"jobs": jobs}, lines)
    _check_values(found)
    return found


LISTS = ("languages", "glossary", "memory", "consent", "emotion")
MAPPINGS = ("labels", "voices", "register", "speaker_names")
PLAIN = ("priority", "speakers", "audio_track", "keep_original", "subtitles", "separate",
         "dub_songs", "emotion_strength", "lip_strength", "watermark", "credentials")  # fmt: skip
"""Columns whose values are numbers or yes and no; all others hold text."""


def _job(row: dict[str, str], name: str, line: int) -> dict[str, Any]:
    """Lists are written ``zh;es``, mappings ``S1=Anna;S2=Ben``, settings in columns of their own."""
    job: dict[str, Any] = {}
    for column, value in row.items():
        if column.startswith("settings."):
            _, stage, *rest = column.split(".")
            if len(rest) != 1:
                raise BadSettings(f"{name}, line 1: '{column}' is not like settings.mix.loudness.")
            settings = job.setdefault("settings", {})
            settings.setdefault(stage, {})[rest[0]] = _plain(value, name, line)
        elif column in LISTS:
            job[column] = [part.strip() for part in value.split(";") if part.strip()]
        elif column in MAPPINGS:
            pairs = [part.partition("=") for part in value.split(";") if part.strip()]
            job[column] = {key.strip(): told.strip() for key, _, told in pairs}
        else:
            job[column] = _plain(value, name, line) if column in PLAIN else value.strip()
    return job


def _plain(value: str, name: str, line: int) -> Any:
    """A number, a yes or no, or a text, as YAML takes it."""
    try:
        found = _yaml(value, name)
    except BadSettings as error:
        raise BadSettings(f"{name}, line {line}: {value[:40]!r} cannot be read.") from error
    if isinstance(found.values, dict | list):
        raise BadSettings(f"{name}, line {line}: {value[:40]!r} is no single value.")
    return found.values


# -- all -------------------------------------------------------------------------------------------


def _check_values(text: Text) -> None:
    """Texts without control characters, numbers that are numbers, nothing too deep."""
    for where, value in _walk(text.values):
        if len(where) > MOST_DEPTH:
            raise text.error(where[:3], f"it is nested deeper than {MOST_DEPTH} levels.")
        if isinstance(value, float) and not math.isfinite(value):
            raise text.error(where, "this is no number.")
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

"""The only place that reads and writes a :class:`~dubbing.timeline.Timeline` as JSON.

A file is ``{"schema": "dubbing.Timeline/1", "timeline": {...}}``. A newer schema is refused with a
sentence; an older one is taken up step by step by the functions in :data:`UPGRADES`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

from dubbing.errors import WorkspaceError
from dubbing.json_text import parsed
from dubbing.timeline import Timeline

if TYPE_CHECKING:
    from pydantic import TypeAdapter

SCHEMA_NAME = "dubbing.Timeline"
SCHEMA_VERSION = 1
LONGEST_VERSION = 9
NUL = re.compile(r"(?<!\\)(?:\\\\)*\\u0000")
"""As JSON writes it; after an odd number of backslashes it is one."""
UPGRADES: dict[int, Callable[[dict[str, Any]], dict[str, Any]]] = {}
"""Version n -> what turns its document into version n+1."""


@cache
def _adapter() -> TypeAdapter[Timeline]:
    from pydantic import ConfigDict, TypeAdapter, with_config

    # A strict twin of the dataclass: no "5" for 5, no unknown keys.
    configured = with_config(ConfigDict(extra="forbid", strict=True))(Timeline)
    return TypeAdapter(configured)


def to_plain(timeline: Timeline) -> dict[str, Any]:
    """The document as dicts, lists, strings and numbers."""
    plain: dict[str, Any] = _adapter().dump_python(timeline, mode="json")
    return plain


def from_plain(plain: Mapping[str, Any]) -> Timeline:
    """The document from what :func:`to_plain` gave.

    Raises:
        WorkspaceError: naming the field that does not fit.
    """
    from pydantic import ValidationError

    try:
        return _adapter().validate_json(_dumped(plain))
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise WorkspaceError(
            f"The timeline does not fit its schema at {where}: {first['msg']}.",
            hint="Run the dub command again: it is written anew from what is finished.",
        ) from error


def _dumped(plain: Mapping[str, Any]) -> str:
    try:
        text = json.dumps(plain)
    except RecursionError as error:
        raise WorkspaceError("The timeline is nested too deep.") from error
    if NUL.search(text):
        raise WorkspaceError("The timeline holds a NUL, which no text and no name of a file has.")
    return text


def dumps(timeline: Timeline) -> str:
    """The document as readable JSON text."""
    envelope = {"schema": f"{SCHEMA_NAME}/{SCHEMA_VERSION}", "timeline": to_plain(timeline)}
    return json.dumps(envelope, ensure_ascii=False, indent=1) + "\n"


def loads(text: str | bytes) -> Timeline:
    """The document from JSON text (UTF-8) of this or an older schema.

    Raises:
        WorkspaceError: if it is not JSON, not ours, newer than this program, or broken.
    """
    envelope = _envelope(text)
    version = _version(envelope)
    plain = envelope.get("timeline")
    if not isinstance(plain, dict):
        raise WorkspaceError("The timeline file has no timeline in it.")
    while version < SCHEMA_VERSION:
        if version not in UPGRADES:
            raise WorkspaceError(f"The timeline has schema {version}, which never was.")
        plain = UPGRADES[version](plain)
        version += 1
    return from_plain(plain)


def json_schema() -> dict[str, Any]:
    """JSON Schema (2020-12) of the ``timeline`` part."""
    return _adapter().json_schema()


def _envelope(text: str | bytes) -> dict[str, Any]:
    try:
        envelope = parsed(text)
    except ValueError as error:
        place = f" (line {error.lineno})" if isinstance(error, json.JSONDecodeError) else ""
        raise WorkspaceError(f"The timeline is not JSON in UTF-8{place}.") from error
    if not isinstance(envelope, dict):
        raise WorkspaceError("The timeline file does not hold a document.")
    return envelope


def _version(envelope: Mapping[str, Any]) -> int:
    name, _, version = str(envelope.get("schema", "")).partition("/")
    if name != SCHEMA_NAME or not (version.isdecimal() and len(version) < LONGEST_VERSION):
        raise WorkspaceError(f"This is not a {SCHEMA_NAME} file.")
    if int(version) > SCHEMA_VERSION:
        raise WorkspaceError(
            f"The timeline has schema {version}; this program knows up to {SCHEMA_VERSION}.",
            hint="Update dubbing.",
        )
    return int(version)


# -- fields of the document, by path -------------------------------------------------------------


def select(plain: Mapping[str, Any], path: str) -> Any:
    """The value of ``media`` or, for each item, of ``lines.plan``; with the ids of the items."""
    head, _, tail = path.partition(".")
    if not tail:
        return plain[head]
    return {item["id"]: item[tail] for item in plain[head]}


def graft(timeline: Timeline, fields: Mapping[str, Any]) -> Timeline:
    """Put remembered fields into the document."""
    plain = to_plain(timeline)
    for path, value in fields.items():
        head, _, tail = path.partition(".")
        if tail:
            for item in plain[head]:
                item[tail] = value[item["id"]]
        else:
            plain[head] = value
    return from_plain(plain)

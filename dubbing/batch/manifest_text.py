"""The text of a manifest as plain values, with the line on which each of them stands.

JSON is read by Python's own reader; its lines are looked up afterwards. A CSV file has a job a row.
"""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

from dubbing import settings_text
from dubbing.errors import BadSettings
from dubbing.settings_text import Place, Text, check_values, parse_yaml


def read_text(path: Path) -> Text:
    """Read a manifest's file; ``.csv`` and ``.json`` by their names, anything else as YAML.

    Raises:
        BadSettings: if it is not there, too large, or not what its name says.
    """
    if not path.is_file():
        raise BadSettings(f"There is no manifest {path}.", hint="Write one: dub batch init.")
    return parse_text(settings_text.read_text(path), path.name)


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
    return parse_yaml(text, name)


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
    check_values(found)
    return found


def _json_lines(text: str, name: str) -> dict[Place, int]:
    """JSON is YAML but for its tabs; what cannot be looked up so is told without its line."""
    try:
        return parse_yaml(text.replace("\t", " "), name).lines
    except BadSettings:
        return {}


# -- CSV -------------------------------------------------------------------------------------------


SEPARATORS = (",", ";", "\t", "|")
"""Spreadsheets of many countries write semicolons."""


def _separator(text: str) -> str:
    """What the header is divided by; a comma where no other mark sets its ``input`` apart."""
    header = text.partition("\n")[0]
    found = (mark for mark in SEPARATORS if "input" in _names(header, mark))
    return next(found, SEPARATORS[0])


def _names(header: str, mark: str) -> list[str]:
    return [name.strip().strip('"') for name in header.split(mark)]


def _csv(text: str, name: str) -> Text:
    reader = csv.DictReader(io.StringIO(text, newline=""), strict=True, delimiter=_separator(text))
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
    check_values(found)
    return found


LISTS = ("languages", "glossary", "memory", "consent", "emotion")
MAPPINGS = ("labels", "voices", "register", "speaker_names")
PLAIN = ("priority", "speakers", "audio_track", "keep_original", "subtitles", "separate",
         "dub_songs", "dub_doubtful", "revoice", "emotion_strength", "lip_strength", "watermark",
         "credentials")  # fmt: skip
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
        found = parse_yaml(value, name)
    except BadSettings as error:
        raise BadSettings(f"{name}, line {line}: {value[:40]!r} cannot be read.") from error
    if isinstance(found.values, dict | list):
        raise BadSettings(f"{name}, line {line}: {value[:40]!r} is no single value.")
    return found.values

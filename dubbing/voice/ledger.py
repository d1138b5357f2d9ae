"""Every use of a person's voice, one line each, for royalties and for audit.

``ledger.jsonl`` is only ever appended to; each line holds the SHA-256 of the one before, so that a line
that was changed or taken out is noticed (all but a cut at the very end).
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from dubbing.errors import BadSettings
from dubbing.homes import voices_home
from dubbing.json_text import parsed
from dubbing.timeline import Timeline
from dubbing.workspace import digest, disk_errors

FILE_NAME = "ledger.jsonl"
FIRST = "0" * 64


@dataclass(frozen=True, slots=True)
class Use:
    """A voice that was used for a film."""

    person: str
    voice: str
    consent: str
    film: str
    fingerprint: str
    language: str
    speaker: str
    lines: int
    seconds: float
    output: str
    key: str = ""
    """The public key that signed the consent."""


def enter_uses(timeline: Timeline) -> None:
    """Enter every person's voice that a finished dub speaks with."""
    if timeline.output is None or timeline.media is None:
        return
    uses = []
    for speaker in timeline.speakers:
        takes = [line.take for line in timeline.lines if line.take and line.speaker == speaker.id]
        if speaker.voice is None or speaker.voice.own is None or not takes:
            continue
        uses.append(
            Use(
                person=speaker.voice.person,
                voice=speaker.voice.own.sha256,
                consent=speaker.voice.consent,
                film=timeline.media.name,
                fingerprint=timeline.media.fingerprint,
                language=timeline.target_language,
                speaker=speaker.id,
                lines=len(takes),
                seconds=round(sum(take.speech.duration_ms for take in takes) / 1000, 1),
                output=Path(timeline.output.path).name,
                key=speaker.voice.record.public_key if speaker.voice.record else "",
            )
        )
    if uses:
        enter(uses)


def ledger_path() -> Path:
    """Where the ledger lies."""
    return voices_home() / FILE_NAME


def enter(uses: Iterable[Use]) -> int:
    """Append what is not in the ledger yet; gives how many lines were written."""
    from filelock import FileLock

    path = ledger_path()
    with disk_errors(path):
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with FileLock(f"{path}.lock"), path.open("a+", encoding="utf-8") as file:
            entries = read(path)
            known = {digest(entry["use"]) for entry in entries}
            new = [asdict(use) for use in uses if digest(asdict(use)) not in known]
            previous = entries[-1]["hash"] if entries else FIRST
            for use in new:
                entry = _entry(use, previous)
                previous = entry["hash"]
                file.write(json.dumps(entry, ensure_ascii=False) + "\n")
            file.flush()
            os.fsync(file.fileno())
    return len(new)


def read(path: Path) -> list[dict[str, Any]]:
    """All entries, oldest first.

    Raises:
        BadSettings: naming the first line that is damaged or was changed.
    """
    if not path.is_file():
        return []
    entries: list[dict[str, Any]] = []
    previous = FIRST
    for number, text in enumerate(path.read_bytes().splitlines(), start=1):
        try:
            entry = parsed(text)
            whole = entry["previous"] == previous and entry["hash"] == _hash(entry)
        except (ValueError, KeyError, TypeError, RecursionError):
            whole = False
        if not whole:
            raise BadSettings(
                f"Line {number} of {path} was changed, or one before it is missing.",
                hint="Keep the file as evidence, move it away, and a new one is begun.",
            )
        entries.append(entry)
        previous = entry["hash"]
    return entries


def _entry(use: dict[str, Any], previous: str) -> dict[str, Any]:
    entry = {"at": datetime.now(UTC).isoformat(timespec="seconds"), "use": use}
    entry |= {"previous": previous}
    return {**entry, "hash": _hash(entry)}


def _hash(entry: dict[str, Any]) -> str:
    return digest({name: value for name, value in entry.items() if name != "hash"})

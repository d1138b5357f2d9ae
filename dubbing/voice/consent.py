"""Who allowed their voice to be cloned, when and for what.

A record is plain JSON with a signature over all its other fields, so that it can be read by anybody and
changed by nobody. Whose signature counts, and what a record covers, is decided in
:mod:`dubbing.voice.standing`. Without a record a stock voice speaks.
"""

from __future__ import annotations

import getpass
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple, Protocol, TypeVar

from dubbing.errors import BadSettings, ConsentRefused, UsageError
from dubbing.timeline import ConsentRecord
from dubbing.voice.signing import is_signed, sign
from dubbing.workspace import digest, write_text

ALL = "all"
FILE_NAME = "consent.json"
LONGEST_STATEMENT = 2_000


class GivenBy(Protocol):
    """Something that one speaker, or all of them, gave."""

    @property
    def speaker(self) -> str:
        """Id of the speaker, or ``all``."""


Given = TypeVar("Given", bound=GivenBy)


@dataclass(frozen=True, slots=True)
class Consent(ConsentRecord):
    """A record that can be named and checked."""

    @property
    def id(self) -> str:
        """A short name that tells this record from all others."""
        return digest(asdict(self))[:12]

    @property
    def is_genuine(self) -> bool:
        """Whether nothing was changed since it was signed."""
        return is_signed(_message(self), self.signature, self.public_key)


class Statement(NamedTuple):
    """What somebody allows, as a user writes it down, before it is signed."""

    speaker: str
    person: str
    purpose: str

    def is_in(self, item: Consent) -> bool:
        """Return whether a record says just this."""
        return (item.speaker, item.person, item.purpose) == self


def parse_flag(text: str) -> Statement:
    """Parse ``Anna Example: contract of 2 May`` or ``S1=Anna Example: …``.

    Raises:
        UsageError: if person or purpose is missing, or both are too long.
    """
    who, _, purpose = text.partition(":")
    speaker, equals, person = who.rpartition("=")
    if not person.strip() or not purpose.strip() or (equals and not speaker.strip()):
        raise UsageError(
            f"'{text}' does not say who allows what.",
            hint='Write --consent "Anna Example: contract of 2 May, Chinese dub", '
            'or "S1=Anna Example: …" for one speaker.',
        )
    if len(person) + len(purpose) > LONGEST_STATEMENT:
        raise UsageError("A consent has 2,000 characters at most.", hint="Refer to a document.")
    return Statement(speaker.strip() or ALL, person.strip(), purpose.strip())


def read_flag(text: str, subject: str) -> Consent:
    """A signed record of what :func:`parse_flag` understands.

    Raises:
        UsageError: if person or purpose is missing.
    """
    stated = parse_flag(text)
    return record(stated.person, stated.purpose, subject, speaker=stated.speaker)


def record(person: str, purpose: str, subject: str, *, speaker: str = ALL) -> Consent:
    """A new record, signed with this machine's key."""
    unsigned = Consent(
        speaker=speaker,
        person=person,
        purpose=purpose,
        subject=subject,
        recorded_at=datetime.now(UTC).isoformat(timespec="seconds"),
        recorded_by=getpass.getuser(),
    )
    _, public_key = sign(b"")
    unsigned = replace(unsigned, public_key=public_key)
    return replace(unsigned, signature=sign(_message(unsigned))[0])


def for_speaker(given: Sequence[Given], speaker: str) -> Given | None:
    """The last one given for a speaker, else the last for all; they stand in order of time."""
    by_speaker = {item.speaker: item for item in given}
    return by_speaker.get(speaker, by_speaker.get(ALL))


def load(path: Path, subject: str) -> tuple[Consent, ...]:
    """The records of a file for ``subject``, as they were signed; none if there is no file.

    Raises:
        BadSettings: if the file is not one.
        ConsentRefused: if a record in it was changed.
    """
    return tuple(item for item in load_all(path) if item.subject == subject)


def load_all(path: Path) -> tuple[Consent, ...]:
    """Return the records of a file, whatever they are for, as they were signed; none if there is no file.

    Raises:
        BadSettings: if the file is not one.
        ConsentRefused: if a record in it was changed.
    """
    records = read_unchecked(path)
    for item in records:
        if not item.is_genuine:
            raise ConsentRefused(
                f"The consent of {item.person!r} in {path} was changed after it was signed.",
                hint="Take it out of the file, and record it again with --consent.",
            )
    return records


def read_unchecked(path: Path) -> tuple[Consent, ...]:
    """Return every record of a file, whether or not it was changed; none if there is no file.

    Raises:
        BadSettings: if the file is not one.
    """
    from pydantic import TypeAdapter

    if not path.is_file():
        return ()
    try:
        return TypeAdapter(tuple[Consent, ...]).validate_json(path.read_bytes())
    except (OSError, ValueError) as error:
        raise BadSettings(f"{path} is no file of consents.", hint="Move it away.") from error


def from_plain(record: ConsentRecord) -> Consent:
    """Return the same record, to be checked."""
    return Consent(**asdict(record))


def to_plain(consent: Consent) -> ConsentRecord:
    """Return the same record, to be kept in a document."""
    return ConsentRecord(**asdict(consent))


def save(path: Path, consents: tuple[Consent, ...]) -> None:
    """Write the records."""
    plain = [asdict(item) for item in consents]
    write_text(path, json.dumps(plain, ensure_ascii=False, indent=1) + "\n")


def _message(consent: Consent) -> bytes:
    return digest({**asdict(consent), "signature": ""}).encode()

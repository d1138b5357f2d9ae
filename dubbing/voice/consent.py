"""Who allowed their voice to be cloned, when and for what.

A record is plain JSON with a signature over all its other fields, so that it can be read by anybody and
changed by nobody. Without a record a stock voice speaks.
"""

from __future__ import annotations

import getpass
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol, TypeVar

from dubbing.errors import BadSettings, UsageError
from dubbing.json_text import parsed
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
class Consent:
    """A person's word that their voice may be cloned.

    ``subject`` is what it holds for: the fingerprint of a film, or the SHA-256 of a recording.
    """

    speaker: str
    """Id of the speaker in the film, or ``all``."""
    person: str
    purpose: str
    """What for, and how consent was given, in the words of who recorded it."""
    subject: str
    recorded_at: str
    recorded_by: str
    public_key: str = ""
    signature: str = ""

    @property
    def id(self) -> str:
        """A short name that tells this record from all others."""
        return digest(asdict(self))[:12]

    @property
    def is_genuine(self) -> bool:
        """Whether nothing was changed since it was signed."""
        return is_signed(_message(self), self.signature, self.public_key)


def read_flag(text: str, subject: str) -> Consent:
    """A signed record from ``Anna Example: contract of 2 May`` or ``S1=Anna Example: …``.

    Raises:
        UsageError: if person or purpose is missing.
    """
    who, _, purpose = text.partition(":")
    speaker, equals, person = who.rpartition("=")
    if not person.strip() or not purpose.strip() or (equals and not speaker.strip()):
        raise UsageError(
            f"'{text}' does not say who allows what.",
            hint='Write --consent "Anna Example: contract of 2 May, Chinese dub", '
            'or "S1=Anna Example: …" for one speaker.',
        )
    return record(person.strip(), purpose.strip(), subject, speaker=speaker.strip() or ALL)


def record(person: str, purpose: str, subject: str, *, speaker: str = ALL) -> Consent:
    """A new record, signed with this machine's key."""
    if len(person) + len(purpose) > LONGEST_STATEMENT:
        raise UsageError("A consent has 2,000 characters at most.", hint="Refer to a document.")
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
    """The genuine records of a file for ``subject``; none if there is no file.

    Raises:
        BadSettings: if the file is not one, or a record in it was changed.
    """
    return tuple(item for item in load_all(path) if item.subject == subject)


def load_all(path: Path) -> tuple[Consent, ...]:
    """Return the genuine records of a file, whatever they are for; none if there is no file.

    Raises:
        BadSettings: if the file is not one, or a record in it was changed.
    """
    if not path.is_file():
        return ()
    try:
        found = tuple(Consent(**item) for item in parsed(path.read_bytes()))
    except (ValueError, TypeError) as error:
        raise BadSettings(f"{path} is no file of consents.", hint="Move it away.") from error
    for item in found:
        if not item.is_genuine:
            raise BadSettings(
                f"The consent of {item.person!r} in {path} was changed after it was signed.",
                hint="Record it again with --consent.",
            )
    return found


def save(path: Path, consents: tuple[Consent, ...]) -> None:
    """Write the records."""
    plain = [asdict(item) for item in consents]
    write_text(path, json.dumps(plain, ensure_ascii=False, indent=1) + "\n")


def _message(consent: Consent) -> bytes:
    return digest({**asdict(consent), "signature": ""}).encode()

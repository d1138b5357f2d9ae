"""Consents that were taken back: signed, kept on this machine, and final for every film and voice."""

from __future__ import annotations

import getpass
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from dubbing.errors import BadSettings
from dubbing.homes import voices_home
from dubbing.voice.signing import is_signed, sign
from dubbing.workspace import digest, disk_errors, write_text

FILE_NAME = "revocations.json"


@dataclass(frozen=True, slots=True)
class Revocation:
    """The end of a consent (its id): from then on nobody is cloned by it."""

    consent: str
    person: str
    reason: str
    revoked_at: str
    revoked_by: str
    public_key: str = ""
    signature: str = ""


def take_in(carried: Iterable[Mapping[str, Any]]) -> None:
    """Keep revocations that another machine of the same work sent along.

    They are taken from whoever signed them, since they can only forbid; one that is known stays as it is.

    Raises:
        BadSettings: if one of them was changed on its way.
    """
    known = revocations()
    try:
        new = [
            item for item in (Revocation(**plain) for plain in carried) if item.consent not in known
        ]
    except TypeError as error:
        raise BadSettings("A revocation that came with the work is damaged.") from error
    if not all(is_signed(_message(item), item.signature, item.public_key) for item in new):
        raise BadSettings("A revocation that came with the work was changed on its way.")
    if new:
        _add(new)


def revoke(consent: str, person: str = "", reason: str = "") -> Revocation:
    """Take a consent back, by its id; one that was taken back before stays as it is."""
    known = revocations()
    if consent not in known:
        known = _add([_signed(consent, person, reason)])
    return known[consent]


def _add(new: Iterable[Revocation]) -> dict[str, Revocation]:
    """Keep revocations beside those that are known, which stay as they are; gives back all."""
    from filelock import FileLock

    path = revocations_path()
    with disk_errors(path):
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with FileLock(f"{path}.lock"):
            known = {**{item.consent: item for item in new}, **revocations()}
            plain = [asdict(item) for item in known.values()]
            write_text(path, json.dumps(plain, ensure_ascii=False, indent=1) + "\n")
    return known


def revocations() -> dict[str, Revocation]:
    """Return all revocations, by the id of the consent.

    Raises:
        BadSettings: if the file is damaged, or a revocation in it was changed.
    """
    path = revocations_path()
    if not path.is_file():
        return {}
    try:
        known = [Revocation(**item) for item in json.loads(path.read_text(encoding="utf-8"))]
        whole = all(is_signed(_message(item), item.signature, item.public_key) for item in known)
    except (OSError, ValueError, TypeError, RecursionError):
        whole = False
    if not whole:
        raise BadSettings(
            f"{path} was changed or is damaged, so nobody can be cloned.",
            hint="Restore it from a backup; it says whose consent was revoked.",
        )
    return {item.consent: item for item in known}


def revocations_path() -> Path:
    """Return where they are kept."""
    return voices_home() / FILE_NAME


def _signed(consent: str, person: str, reason: str) -> Revocation:
    unsigned = Revocation(
        consent=consent,
        person=person,
        reason=reason,
        revoked_at=datetime.now(UTC).isoformat(timespec="seconds"),
        revoked_by=getpass.getuser(),
        public_key=sign(b"")[1],
    )
    return replace(unsigned, signature=sign(_message(unsigned))[0])


def _message(item: Revocation) -> bytes:
    return digest({"revocation": {**asdict(item), "signature": ""}}).encode()

"""Consents that were taken back: signed, kept on this machine, and final for every film and voice."""

from __future__ import annotations

import getpass
import json
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

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


def revoke(consent: str, person: str = "", reason: str = "") -> Revocation:
    """Take a consent back, by its id; one that was taken back before stays as it is."""
    from filelock import FileLock

    path = revocations_path()
    with disk_errors(path):
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        lock = FileLock(f"{path}.lock")
        with lock:
            known = revocations()
            if consent in known:
                return known[consent]
            added = _signed(consent, person, reason)
            plain = [asdict(item) for item in (*known.values(), added)]
            write_text(path, json.dumps(plain, ensure_ascii=False, indent=1) + "\n")
    return added


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

"""The keys whose signatures count on this machine: its own, and those that its user trusted by name."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from dubbing.errors import BadSettings, UsageError
from dubbing.homes import voices_home
from dubbing.voice.signing import PUBLIC_KEY, own_public_key
from dubbing.workspace import write_text

FILE_NAME = "trusted-keys.json"
THIS_MACHINE = "this machine"
LONGEST_NAME = 100
LARGEST_KEY_FILE = 10_000
SHORT = 16
"""Digits of a key that are shown where nobody has to type it."""


@dataclass(frozen=True, slots=True)
class TrustedKey:
    """Somebody else's public key (hex), and the name that the user gave it."""

    key: str
    name: str
    trusted_at: str


def trusted_keys() -> tuple[TrustedKey, ...]:
    """Return the keys of others, in the order in which they were trusted.

    Raises:
        BadSettings: if the file is damaged.
    """
    path = trusted_path()
    if not path.is_file():
        return ()
    try:
        return tuple(TrustedKey(**item) for item in json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError, RecursionError) as error:
        raise BadSettings(
            f"{path} is no list of trusted keys.",
            hint="Move it away, and trust the keys again: dub voices trust KEY --name NAME.",
        ) from error


def trusted_path() -> Path:
    """Return where they are kept."""
    return voices_home() / FILE_NAME


def is_trusted(key: str) -> bool:
    """Return whether records signed by this key count here."""
    return key == own_public_key() or any(item.key == key for item in trusted_keys())


def signer(key: str) -> str:
    """Return whose key it is, in words, with its first digits."""
    name = "an unknown signer"
    if key == own_public_key():
        name = THIS_MACHINE
    else:
        name = next((item.name for item in trusted_keys() if item.key == key), name)
    return f"{name} (key {key[:SHORT]})"


def trust(key_or_file: str, name: str) -> TrustedKey:
    """Count records signed by a key from now on, and return it.

    Args:
        key_or_file: 64 hexadecimal digits, or a file that holds them or a PEM public key.
        name: who the key belongs to.

    Raises:
        UsageError: if it is not a key, or the name is empty, taken or unprintable.
    """
    key, name = read_key(key_or_file), name.strip()
    if not 0 < len(name) <= LONGEST_NAME or not name.isprintable():
        raise UsageError(f"A key needs a name of 1 to {LONGEST_NAME} printable characters.")
    others = [item for item in trusted_keys() if item.key != key]
    if name == THIS_MACHINE or any(item.name == name for item in others):
        raise UsageError(f"Another key is called '{name}'.", hint="Choose another --name.")
    if key == own_public_key():
        raise UsageError("This is the key of this machine, which is always trusted.")
    added = TrustedKey(key, name, datetime.now(UTC).isoformat(timespec="seconds"))
    _save([*others, added])
    return added


def distrust(key_or_name: str) -> TrustedKey:
    """Count records signed by a key no longer.

    Raises:
        UsageError: if no such key was trusted.
    """
    known = trusted_keys()
    gone = next((item for item in known if key_or_name in (item.key, item.name)), None)
    if gone is None:
        raise UsageError(
            f"No trusted key is called '{key_or_name}'.", hint="See: dub voices trust --list."
        )
    _save(item for item in known if item is not gone)
    return gone


def read_key(key_or_file: str) -> str:
    """Return a public key in hex, from its digits or from a file.

    Raises:
        UsageError: if it is none.
    """
    text = key_or_file.strip().lower()
    if not PUBLIC_KEY.fullmatch(text):
        text = _key_in(Path(key_or_file))
    if not PUBLIC_KEY.fullmatch(text):
        raise UsageError(
            f"'{key_or_file}' is neither a key (64 hexadecimal digits) nor a file that holds one.",
            hint="The other machine prints its key with: dub voices trust --list.",
        )
    return text


def _key_in(path: Path) -> str:
    """Return the key of a file; empty if there is none."""
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST_KEY_FILE)
    except (OSError, ValueError):
        return ""
    if content.lstrip().startswith(b"-----BEGIN PUBLIC KEY"):
        return _key_of_pem(content)
    return content.decode("ascii", errors="replace").strip().lower()


def _key_of_pem(content: bytes) -> str:
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    from cryptography.hazmat.primitives.serialization import (
        Encoding,
        PublicFormat,
        load_pem_public_key,
    )

    try:
        key = load_pem_public_key(content)
    except (ValueError, UnsupportedAlgorithm):
        return ""
    if not isinstance(key, Ed25519PublicKey):
        return ""
    return key.public_bytes(Encoding.Raw, PublicFormat.Raw).hex()


def _save(keys: Iterable[TrustedKey]) -> None:
    plain = [asdict(item) for item in keys]
    write_text(trusted_path(), json.dumps(plain, ensure_ascii=False, indent=1) + "\n")

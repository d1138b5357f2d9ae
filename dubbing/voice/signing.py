"""Signatures of this machine (Ed25519, RFC 8032): they show that a record was not changed afterwards.

That a signature fits its key says nothing of whose key it is: see :mod:`dubbing.voice.trust`.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

from dubbing.errors import DubbingError, WorkspaceError
from dubbing.homes import voices_home
from dubbing.temporary import new_temporary
from dubbing.workspace import disk_errors

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

KEY_FILE = "signing-key.pem"
PUBLIC_KEY = re.compile(r"[0-9a-f]{64}")
SIGNATURE = re.compile(r"[0-9a-f]{128}")
"""In one spelling only: the same signature in capitals would make another record of a revoked one."""


def sign(message: bytes) -> tuple[str, str]:
    """Signature and public key, both in hex; the key is made at the first signature."""
    key = signing_key()
    return key.sign(message).hex(), _public(key)


def own_public_key() -> str | None:
    """Return this machine's public key in hex; ``None`` if it never signed anything."""
    return _public(signing_key()) if (voices_home() / KEY_FILE).exists() else None


def own_mark(text: str) -> str:
    """Return what only this machine can make of a text: for keys of results that nobody else may make.

    Where no key can be kept, it is the text itself: a dub with stock voices needs no key.
    """
    try:
        return sign(f"result of this machine: {text}".encode())[0]
    except DubbingError:
        return text


def is_signed(message: bytes, signature: str, public_key: str) -> bool:
    """Whether the owner of the key signed exactly this."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    if not PUBLIC_KEY.fullmatch(public_key) or not SIGNATURE.fullmatch(signature):
        return False
    try:
        key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(public_key))
        key.verify(bytes.fromhex(signature), message)
    except (InvalidSignature, ValueError):
        return False
    return True


def signing_key() -> Ed25519PrivateKey:
    """This machine's key, readable by its owner alone.

    Raises:
        WorkspaceError: if the file is damaged.
    """
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    path = voices_home() / KEY_FILE
    if not path.exists():
        _make(path)
    try:
        key = load_pem_private_key(path.read_bytes(), password=None)
    except (OSError, ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise _damaged(path) from error
    if not isinstance(key, Ed25519PrivateKey):
        raise _damaged(path)
    return key


def _damaged(path: Path) -> WorkspaceError:
    return WorkspaceError(
        f"The signing key {path} is damaged.", hint="Restore it from a backup, or move it away."
    )


def _public(key: Ed25519PrivateKey) -> str:
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    return key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw).hex()


def _make(path: Path) -> None:
    """Under a temporary name first; whoever is first wins."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import (
        Encoding,
        NoEncryption,
        PrivateFormat,
    )

    pem = Ed25519PrivateKey.generate().private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
    )
    with disk_errors(path):
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        temporary = new_temporary(path.parent)  # readable by its owner alone
        temporary.write_bytes(pem)
        try:
            os.link(temporary, path)
        except FileExistsError:
            return  # another process made one meanwhile
        finally:
            temporary.unlink()

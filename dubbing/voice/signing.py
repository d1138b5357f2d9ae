"""Signatures of this machine (Ed25519, RFC 8032): they show that a record was not changed afterwards."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from dubbing.errors import WorkspaceError
from dubbing.temporary import new_temporary
from dubbing.voice.home import voices_home
from dubbing.workspace import disk_errors

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

KEY_FILE = "signing-key.pem"


def sign(message: bytes) -> tuple[str, str]:
    """Signature and public key, both in hex; the key is made at the first signature."""
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    key = signing_key()
    public = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    return key.sign(message).hex(), public.hex()


def is_signed(message: bytes, signature: str, public_key: str) -> bool:
    """Whether the owner of the key signed exactly this."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

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
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    path = voices_home() / KEY_FILE
    if not path.exists():
        _make(path)
    try:
        key = load_pem_private_key(path.read_bytes(), password=None)
    except ValueError as error:
        raise WorkspaceError(
            f"The signing key {path} is damaged.", hint="Restore it from a backup, or move it away."
        ) from error
    assert isinstance(key, Ed25519PrivateKey)
    return key


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

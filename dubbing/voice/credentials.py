"""Content credentials (C2PA 2.x): a signed statement in the file that its dialogue is synthetic.

The certificate is this machine's own, so that a change of the file is noticed; it does not say who the
signer is, and verifiers call it untrusted until somebody adds it to their list.
"""

from __future__ import annotations

import errno
import json
import logging
import shutil
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from dubbing.errors import StageFailed
from dubbing.homes import voices_home
from dubbing.language.languages import is_same_language
from dubbing.language.plain_text import plain_text
from dubbing.media.ffmpeg import replaced_whole
from dubbing.timeline import Speaker
from dubbing.voice.signing import signing_key
from dubbing.workspace import explain_os_error, write_text

CONTAINERS = (".mp4", ".m4v", ".mov", ".m4a", ".avi", ".wav", ".mp3")
"""Those that can hold a claim; Matroska, WebM and MPEG-TS cannot."""
SOURCE_TYPE = "http://cv.iptc.org/newscodes/digitalsourcetype/compositeWithTrainedAlgorithmicMedia"
CERTIFICATE = "certificate.pem"
VALID_DAYS = 3650
MOST_STATED, LONGEST_STATED = 1000, 2000
"""Of what a file states of itself: entries, and characters of a text."""
LABEL = "org.dubbing.synthetic-speech"


@dataclass(frozen=True, slots=True)
class Claim:
    """What is stated of a dub: languages, whether it is watermarked, and whose voices were cloned."""

    title: str
    source_language: str
    target_language: str
    watermark: str
    cloned: tuple[dict[str, str], ...] = ()
    """Speaker, person, consent of each cloned voice, and whose key signed it (:func:`cloned_voice`)."""


def cloned_voice(speaker: Speaker) -> dict[str, str] | None:
    """Return what is stated of a speaker's cloned voice; ``None`` if a stock voice speaks for them."""
    voice = speaker.voice
    if voice is None or voice.own is None:
        return None
    return {
        "speaker": speaker.id,
        "person": voice.person,
        "consent": voice.consent,
        "signed_by": voice.signed_by,
        "key": voice.record.public_key if voice.record else "",
    }


def can_hold_claim(path: Path) -> bool:
    """Whether the container has a place for it."""
    return path.suffix.lower() in CONTAINERS


def label(path: Path, claim: Claim, owner: str = "") -> None:
    """Write the claim into a finished file; the file is whole before and after.

    ``owner`` goes into the name of the temporary (:func:`dubbing.temporary.owner_of`).

    Raises:
        StageFailed: if the file cannot be signed.
        DiskFull: if there was no room for a labelled copy.
    """
    import c2pa

    with _quiet(), replaced_whole(path, owner) as temporary:
        signer = c2pa.Signer.from_info(
            c2pa.C2paSignerInfo(c2pa.C2paSigningAlg.ED25519, _certificate(), _private_key(), None)
        )
        try:
            with c2pa.Builder(_manifest(claim)) as builder:
                builder.sign_file(path, temporary, signer)
        except c2pa.C2paError as error:
            if shutil.disk_usage(path.parent).free < path.stat().st_size:  # it hides the reason
                raise explain_os_error(OSError(errno.ENOSPC, ""), path) from error
            raise StageFailed(
                f"The dub could not be labelled as synthetic: {error}.",
                hint="Run again with --no-credentials to leave the label out.",
            ) from error


def read_claim(path: Path) -> dict[str, Any] | None:
    """What a file states of itself, with ``is_intact``; ``None`` if it states nothing."""
    import c2pa

    with _quiet():
        try:
            with c2pa.Reader(path) as reader:
                manifest = _active_manifest(reader)
                state = reader.get_validation_state()
        except c2pa.C2paError:
            return None
    return {
        **_stated(manifest),
        "made_by": _maker(manifest),
        "is_intact": state in ("Valid", "Trusted"),
    }


def _stated(manifest: dict[str, Any]) -> dict[str, Any]:
    """Our own assertion; anybody can sign anything, so only what has the form of ours is taken."""
    assertions = [item for item in _listed(manifest.get("assertions")) if isinstance(item, dict)]
    data = next((item.get("data") for item in assertions if item.get("label") == LABEL), None)
    stated = _plain(data)
    told = data if isinstance(data, dict) else {}
    if isinstance(told.get("synthetic_dialogue"), bool):
        stated["synthetic_dialogue"] = told["synthetic_dialogue"]
    if "cloned_voices" in told:
        stated["cloned_voices"] = [_plain(voice) for voice in _listed(told["cloned_voices"])]
    return stated


def _maker(manifest: dict[str, Any]) -> str:
    makers = _listed(manifest.get("claim_generator_info"))
    return str(_plain(makers[0]).get("name", "")) if makers else ""


def _listed(value: object) -> list[Any]:
    return value[:MOST_STATED] if isinstance(value, list) else []


def _plain(value: object) -> dict[str, Any]:
    """The texts in a mapping, as they may be shown."""
    items = value.items() if isinstance(value, dict) else ()
    texts = [(name, text) for name, text in items if isinstance(text, str)][:MOST_STATED]
    return {
        plain_text(name)[:LONGEST_STATED]: plain_text(text)[:LONGEST_STATED] for name, text in texts
    }


def _active_manifest(reader: Any) -> dict[str, Any]:
    """Return the manifest; empty where the file names a manifest that it does not hold."""
    try:
        return dict(reader.get_active_manifest() or {})
    except KeyError:
        return {}


def _what_was_done(claim: Claim) -> str:
    source, target = claim.source_language, claim.target_language
    if is_same_language(source, target):
        return f"spoken again in {target}"
    return f"dubbed from {source} to {target}"


def _manifest(claim: Claim) -> str:
    from dubbing import __version__

    dubbed = {
        "action": "c2pa.dubbed",
        "digitalSourceType": SOURCE_TYPE,
        "parameters": {"description": f"Dialogue {_what_was_done(claim)} with synthetic speech"},
    }
    stated = {
        "synthetic_dialogue": True,
        "source_language": claim.source_language,
        "target_language": claim.target_language,
        "watermark": claim.watermark,
        "cloned_voices": list(claim.cloned),
    }
    created = {"action": "c2pa.created", "digitalSourceType": SOURCE_TYPE}
    return json.dumps(
        {
            "claim_generator_info": [{"name": "dubbing", "version": __version__}],
            "title": claim.title,
            "assertions": [
                {"label": "c2pa.actions.v2", "data": {"actions": [created, dubbed]}},
                {"label": LABEL, "data": stated},
            ],
        },
        ensure_ascii=False,
    )


def _private_key() -> bytes:
    from cryptography.hazmat.primitives.serialization import (
        Encoding,
        NoEncryption,
        PrivateFormat,
    )

    return signing_key().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def _certificate() -> bytes:
    """The chain of this machine's key; made once."""
    path = voices_home() / CERTIFICATE
    if not path.is_file():
        write_text(path, _new_chain())
    return path.read_bytes()


def _new_chain() -> str:
    """A certificate as C2PA wants it, by an authority that exists for this only."""
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import Encoding
    from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

    authority, key, now = Ed25519PrivateKey.generate(), signing_key(), datetime.now(UTC)

    def name(what: str) -> x509.Name:
        return x509.Name(
            [
                x509.NameAttribute(NameOID.ORGANIZATION_NAME, "dubbing, on this machine"),
                x509.NameAttribute(NameOID.COMMON_NAME, what),
            ]
        )

    def usage(*, signs_documents: bool) -> x509.KeyUsage:
        unused = dict.fromkeys(
            (
                "content_commitment",
                "key_encipherment",
                "data_encipherment",
                "key_agreement",
                "crl_sign",
                "encipher_only",
                "decipher_only",
            ),
            False,
        )
        return x509.KeyUsage(
            digital_signature=signs_documents, key_cert_sign=not signs_documents, **unused
        )

    def begun(subject: str, public: Any) -> x509.CertificateBuilder:
        return (
            x509.CertificateBuilder()
            .subject_name(name(subject))
            .issuer_name(name("authority"))
            .public_key(public)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=1))
            .not_valid_after(now + timedelta(days=VALID_DAYS))
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), False)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(authority.public_key()), False
            )
        )

    root = (
        begun("authority", authority.public_key())
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), True)
        .add_extension(usage(signs_documents=False), True)
        .sign(authority, None)
    )
    leaf = (
        begun("signer", key.public_key())
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), True)
        .add_extension(usage(signs_documents=True), True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION]), False)
        .sign(authority, None)
    )
    return "".join(item.public_bytes(Encoding.PEM).decode() for item in (leaf, root))


class _quiet:
    """The library logs what it then raises."""

    def __enter__(self) -> None:
        logging.getLogger("c2pa").setLevel(logging.CRITICAL)

    def __exit__(self, *_: object) -> None:
        logging.getLogger("c2pa").setLevel(logging.WARNING)

"""A voice in one portable file: what was measured, the reference speech, the consent.

``NAME.voice`` is a zip of ``profile.json`` and ``reference.flac``. With a passphrase the whole zip is
encrypted: AES-256-GCM under a key from scrypt (RFC 7914). The consent covers exactly this speech and
these measurements (:func:`voice_subject`), so it cannot be lent to another person's voice.
"""

from __future__ import annotations

import io
import json
import os
import zipfile
import zlib
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from dubbing.arrays import Audio
from dubbing.errors import BadSettings
from dubbing.json_text import parsed
from dubbing.timeline import VoiceProfile
from dubbing.voice.consent import Consent
from dubbing.voice.standing import Objection, objection, require
from dubbing.workspace import digest, disk_errors, write_bytes

SUFFIX = ".voice"
MAGIC = b"DUBVOICE2"
OLDER_MAGIC = b"DUBVOICE1"
SALT_BYTES, NONCE_BYTES = 16, 12
SCRYPT = {"n": 2**15, "r": 8, "p": 3, "length": 32}
"""The least that OWASP advises for 32 MB of memory."""
LARGEST_BYTES = 50_000_000
"""A file, or a member of one, beyond this is no voice."""
RATE_HZ = 16_000
MOST_SAMPLES = 120 * RATE_HZ
"""A compressed minute of silence is a few bytes; so its length is limited, too."""
FULL_SCALE = 32_768


UNFIT = (KeyError, ValueError, TypeError, RuntimeError, RecursionError, NotImplementedError)
"""What a file that is no voice may raise while it is read."""


@dataclass(frozen=True, slots=True, eq=False)
class EnrolledVoice:
    """A person's voice: reference speech at 16 kHz mono, its profile, and their consent."""

    name: str
    profile: VoiceProfile
    reference: Audio
    consent: Consent
    is_live: bool = False
    """Whether the person was shown to be there when it was recorded."""

    @property
    def subject(self) -> str:
        """What a consent must cover for this voice to be used."""
        return voice_subject(self.profile, self.reference, is_live=self.is_live)

    @property
    def objection(self) -> Objection | None:
        """What speaks against using this voice; ``None`` if nothing does."""
        return objection(self.consent, self.subject)


def voice_subject(profile: VoiceProfile, reference: Audio, *, is_live: bool) -> str:
    """Return what a consent to an enrolled voice covers: speech, measurements, and liveness."""
    import hashlib

    speech = hashlib.sha256(_pcm(reference).tobytes()).hexdigest()
    return digest({"voice": asdict(profile), "reference": speech, "is_live": is_live})


def write_voice(path: Path, voice: EnrolledVoice, passphrase: str | None = None) -> None:
    """Write a whole file or none; only its owner may read it."""
    plain = _packed(voice)
    content = plain if passphrase is None else _encrypted(plain, passphrase)
    with disk_errors(path):
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    write_bytes(path, content)


def read_voice(path: Path, passphrase: str | None = None) -> EnrolledVoice:
    """Read a voice that may be used: its consent counts, and covers what the file holds.

    Raises:
        BadSettings: if it is none, is damaged, needs a passphrase or another one.
        ConsentRefused: if its consent does not count.
    """
    voice = read_unchecked(path, passphrase)
    require(voice.consent, voice.subject)
    return voice


def read_unchecked(path: Path, passphrase: str | None = None) -> EnrolledVoice:
    """Read a voice to look at, whatever its consent is worth.

    Raises:
        BadSettings: if it is none, is damaged, needs a passphrase or another one.
    """
    try:
        too_large = path.stat().st_size > LARGEST_BYTES
        content = b"" if too_large else path.read_bytes()
    except OSError as error:
        raise BadSettings(f"{path} cannot be read: {error.strerror}.") from error
    if content.startswith(OLDER_MAGIC):
        raise BadSettings(
            f"{path} was encrypted by an older version.", hint="Enrol the voice again."
        )
    if content.startswith(MAGIC):
        content = _decrypted(content, passphrase, path)
    try:
        return _unpacked(content)
    except (zipfile.BadZipFile, zlib.error, *UNFIT) as error:
        raise BadSettings(
            f"{path} is no voice, or is damaged.", hint="Enrol the voice again."
        ) from error


def is_encrypted(path: Path) -> bool:
    """Whether a passphrase is needed."""
    with path.open("rb") as file:
        return file.read(len(MAGIC)) in (MAGIC, OLDER_MAGIC)


def _packed(voice: EnrolledVoice) -> bytes:
    import soundfile

    sound = io.BytesIO()
    soundfile.write(sound, _pcm(voice.reference).T, RATE_HZ, format="FLAC", subtype="PCM_16")
    described = {
        "name": voice.name,
        "profile": asdict(voice.profile),
        "consent": asdict(voice.consent),
        "is_live": voice.is_live,
    }
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("profile.json", json.dumps(described, ensure_ascii=False, indent=1))
        archive.writestr("reference.flac", sound.getvalue())
    return packed.getvalue()


def _pcm(audio: Audio) -> npt.NDArray[np.int16]:
    """Return the samples as the file keeps them, so that reading and writing give the same."""
    scaled = np.rint(audio.samples * FULL_SCALE)
    pcm: npt.NDArray[np.int16] = np.clip(scaled, -FULL_SCALE, FULL_SCALE - 1).astype("<i2")
    return pcm


def _unpacked(content: bytes) -> EnrolledVoice:
    from pydantic import TypeAdapter

    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        described: dict[str, Any] = parsed(_member(archive, "profile.json"))
        reference = _speech(_member(archive, "reference.flac"))
    return EnrolledVoice(
        name=str(described["name"]),
        profile=TypeAdapter(VoiceProfile).validate_python(described["profile"]),
        reference=reference,
        consent=TypeAdapter(Consent).validate_python(described["consent"]),
        is_live=bool(described["is_live"]),
    )


def _speech(content: bytes) -> Audio:
    import soundfile

    with soundfile.SoundFile(io.BytesIO(content)) as file:
        if (file.samplerate, file.channels) != (RATE_HZ, 1):
            raise ValueError("the reference is not 16 kHz mono")
        if file.frames > MOST_SAMPLES:
            raise ValueError("the reference is too long")
        samples = file.read(MOST_SAMPLES, dtype="float32", always_2d=True)
    return Audio(samples.T.copy(), RATE_HZ)


def _member(archive: zipfile.ZipFile, name: str) -> bytes:
    if archive.getinfo(name).file_size > LARGEST_BYTES:
        raise ValueError(f"{name} is too large")
    return archive.read(name)


def _encrypted(plain: bytes, passphrase: str) -> bytes:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    salt, nonce = os.urandom(SALT_BYTES), os.urandom(NONCE_BYTES)
    return MAGIC + salt + nonce + AESGCM(_key(passphrase, salt)).encrypt(nonce, plain, MAGIC)


def _decrypted(content: bytes, passphrase: str | None, path: Path) -> bytes:
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    if passphrase is None:
        raise BadSettings(
            f"{path} is encrypted.", hint="Put its passphrase into DUBBING_VOICE_PASSPHRASE."
        )
    rest = content[len(MAGIC) :]
    salt, nonce = rest[:SALT_BYTES], rest[SALT_BYTES : SALT_BYTES + NONCE_BYTES]
    try:
        return AESGCM(_key(passphrase, salt)).decrypt(
            nonce, rest[SALT_BYTES + NONCE_BYTES :], MAGIC
        )
    except (InvalidTag, ValueError) as error:
        raise BadSettings(f"The passphrase does not open {path}.") from error


def _key(passphrase: str, salt: bytes) -> bytes:
    from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

    return Scrypt(salt=salt, **SCRYPT).derive(passphrase.encode())

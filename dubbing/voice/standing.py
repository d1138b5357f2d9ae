"""Whether a consent counts: here, now, and for what it is used for.

It counts if nothing was changed since it was signed, if the key that signed it is trusted on this
machine, if it was not revoked, and if it covers the film or the voice at hand. This is asked where a
voice is cast and again wherever it speaks.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, replace
from pathlib import Path
from typing import NamedTuple

from dubbing.errors import ConsentRefused
from dubbing.timeline import Voice
from dubbing.voice.consent import Consent, Statement, from_plain, to_plain
from dubbing.voice.revocation import revocations, revocations_path
from dubbing.voice.signing import own_mark
from dubbing.voice.trust import is_trusted, signer, trusted_path
from dubbing.workspace import digest

OTHERWISE = "or choose a stock voice with --voice SPEAKER=NAME"


class Objection(NamedTuple):
    """Why a consent does not count, and what can be done."""

    reason: str
    remedy: str


def objection(consent: Consent, subject: str | None = None) -> Objection | None:
    """Return what speaks against a consent; ``None`` if nothing does.

    Args:
        consent: the record.
        subject: fingerprint of the film or of the enrolled voice; ``None``: whatever it covers.
    """
    if not consent.is_genuine:
        return Objection(
            "was changed after it was signed",
            f"Record it again (--consent, dub voices enroll), {OTHERWISE}.",
        )
    if not is_trusted(consent.public_key):
        return Objection(
            f"is signed by {consent.public_key}, which this machine does not trust",
            "If you know whose key that is, trust it with: "
            f"dub voices trust {consent.public_key} --name NAME; {OTHERWISE}.",
        )
    revoked = revocations().get(consent.id)
    if revoked is not None:
        return Objection(
            f"was revoked on {revoked.revoked_at[:10]}",
            f"Record a new one if the person agrees again (--consent), {OTHERWISE}.",
        )
    if subject is not None and consent.subject != subject:
        return Objection(
            "was given for something else",
            f"Record one for this (--consent, dub voices enroll), {OTHERWISE}.",
        )
    return None


def require(consent: Consent, subject: str) -> None:
    """Refuse a consent that does not count, or that covers something else.

    Raises:
        ConsentRefused: naming person, record and reason.
    """
    against = objection(consent, subject)
    if against is not None:
        raise _refusal(consent, against)


def refuse_repeated(stated: Statement, known: Iterable[Consent]) -> None:
    """Refuse to record the words of a revoked consent once more, as a script with an old flag would.

    Raises:
        ConsentRefused: naming person, record and date.
    """
    revoked = revocations()
    for consent in known:
        if stated.is_in(consent) and consent.id in revoked:
            day = revoked[consent.id].revoked_at[:10]
            raise _refusal(
                consent,
                Objection(
                    f"was revoked on {day}, and is given once more in the same words",
                    "If the person agrees again, name the new agreement in --consent.",
                ),
            )


def require_backing(voice: Voice) -> None:
    """Refuse to speak with a person's own voice if the consent in it does not count any more.

    Raises:
        ConsentRefused: if there is no consent, or it does not count.
    """
    if voice.own is None:
        return
    if voice.record is None:
        raise ConsentRefused(
            f"No consent is kept with the cloned voice of {voice.person or 'somebody'!r}.",
            hint="Run the dub command once more; it casts the voices again.",
        )
    consent = from_plain(voice.record)
    against = objection(consent)
    if against is None and (voice.consent, voice.person) != (consent.id, consent.person):
        against = Objection("is not that of the voice it is kept with", "Cast the voice again.")
    if against is not None:
        raise _refusal(consent, against)


def is_backed(voice: Voice | None) -> bool:
    """Return whether :func:`require_backing` would let a voice speak."""
    try:
        if voice is not None:
            require_backing(voice)
    except ConsentRefused:
        return False
    return True


def backed(voice: Voice, consent: Consent) -> Voice:
    """Return the same voice, as the person's own by their consent."""
    return replace(
        voice,
        consent=consent.id,
        person=consent.person,
        record=to_plain(consent),
        signed_by=signer(consent.public_key),
    )


def state(consents: Iterable[Consent]) -> str:
    """Return what stands for everything that decides who may be cloned: for keys of what was cast.

    It carries this machine's mark, so that a cast in a received workspace is never taken for our own.
    """
    files = [path.read_text("utf-8", "replace") if path.is_file() else "" for path in kept_in()]
    return own_mark(digest([[asdict(item) for item in consents], *files]))


def kept_in() -> tuple[Path, Path]:
    """Return the files of this machine that decide it."""
    return trusted_path(), revocations_path()


def _refusal(consent: Consent, against: Objection) -> ConsentRefused:
    return ConsentRefused(
        f"The consent of {consent.person!r} (record {consent.id}) {against.reason}.",
        hint=against.remedy,
    )

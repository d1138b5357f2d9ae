"""Which consents a user means: by id, by the voice that rests on one, or by the film."""

from __future__ import annotations

import re
from pathlib import Path

from dubbing.errors import UsageError
from dubbing.voice.consent import FILE_NAME
from dubbing.voice.consent import read_unchecked as read_records
from dubbing.voice.ledger import ledger_path, read
from dubbing.voice.library import find_voice, passphrase
from dubbing.voice.profile_file import read_unchecked

CONSENT_ID = re.compile(r"[0-9a-f]{12}")


def consents_of(what: str) -> list[tuple[str, str]]:
    """Return id and person of each consent that is meant; the person is empty where nobody knows.

    Raises:
        UsageError: if nothing is meant.
    """
    records = Path(what) / FILE_NAME
    if records.is_file():
        return [(item.id, item.person) for item in read_records(records)]
    voice = find_voice(what)
    if voice is not None:
        consent = read_unchecked(voice, passphrase()).consent
        return [(consent.id, consent.person)]
    if CONSENT_ID.fullmatch(what):
        return [(what, _person(what))]
    raise UsageError(
        f"'{what}' is neither the id of a consent (12 hexadecimal digits), nor an enrolled voice, "
        "nor a workspace that holds consents.",
        hint="See: dub voices ledger, dub voices list.",
    )


def _person(consent: str) -> str:
    """Return the person, as the ledger has them."""
    uses = [entry["use"] for entry in read(ledger_path())]
    return next((str(use["person"]) for use in uses if use["consent"] == consent), "")

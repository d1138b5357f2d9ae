"""Undamaged voices, consents, keys, ledgers and castings, made in a folder of their own."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from dubbing.voice import consent, ledger
from dubbing.voice.casting_file import FILE_NAME, cast_in
from dubbing.voice.profile_file import write_voice
from tests.voice.cast import enrolled

PEM = "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=\n-----END PUBLIC KEY-----\n"


def voice_files(folder: Path) -> dict[str, bytes]:
    """Files by name, signed with a key that is made in the folder."""
    with _home(folder):
        voice = enrolled()
        write_voice(folder / "a.voice", voice)
        write_voice(folder / "secret.voice", voice, "secret")
        consent.save(folder / "consent.json", (voice.consent,))
        cast_in(folder, "S1", "anna")
        entry = ledger._entry({"film": "a.mp4", "voice": "anna"}, ledger.FIRST)
    (folder / "ledger.jsonl").write_text(json.dumps(entry) + "\n", encoding="utf-8")
    (folder / "key.pem").write_text(PEM, encoding="utf-8")
    names = ("a.voice", "secret.voice", "consent.json", FILE_NAME, "ledger.jsonl", "key.pem")
    return {name: (folder / name).read_bytes() for name in names}


@contextmanager
def _home(folder: Path) -> Iterator[None]:
    """The folder for keys, as long as the files are made."""
    before = os.environ.get("DUBBING_VOICES")
    os.environ["DUBBING_VOICES"] = str(folder)
    try:
        yield
    finally:
        if before is None:
            del os.environ["DUBBING_VOICES"]
        else:
            os.environ["DUBBING_VOICES"] = before

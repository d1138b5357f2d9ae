"""The voices that are enrolled on this machine, by name."""

from __future__ import annotations

import os
import re
from pathlib import Path

from dubbing.errors import UsageError
from dubbing.homes import voices_home
from dubbing.voice.profile_file import SUFFIX, EnrolledVoice, read_voice

NAME = re.compile(r"[\w-]{1,64}", re.ASCII)
PASSPHRASE = "DUBBING_VOICE_PASSPHRASE"  # noqa: S105 - the name of a variable


def voice_path(name: str) -> Path:
    """Where a voice of this name is kept.

    Raises:
        UsageError: if it is not a name.
    """
    if not NAME.fullmatch(name):
        raise UsageError(
            f"'{name}' is no name for a voice.", hint="Use letters, digits, - and _, 64 at most."
        )
    return voices_home() / "voices" / f"{name}{SUFFIX}"


def enrolled_names() -> tuple[str, ...]:
    """All names, in order."""
    return tuple(sorted(path.stem for path in (voices_home() / "voices").glob(f"*{SUFFIX}")))


def find_voice(name_or_path: str) -> Path | None:
    """The file of an enrolled voice, or of one given by path; ``None`` if there is none."""
    given = Path(name_or_path)
    if given.suffix == SUFFIX:
        return given if given.is_file() else None
    path = voice_path(name_or_path) if NAME.fullmatch(name_or_path) else None
    return path if path is not None and path.is_file() else None


def enrolled_voice(name_or_path: str) -> EnrolledVoice:
    """A voice by name or by the path of its file, which may be used.

    Raises:
        UsageError: if there is none.
        BadSettings: if it cannot be opened.
        ConsentRefused: if its consent does not count.
    """
    return read_voice(existing_voice(name_or_path), passphrase())


def existing_voice(name_or_path: str) -> Path:
    """Return the file of a voice by name or by path.

    Raises:
        UsageError: if there is none.
    """
    path = find_voice(name_or_path)
    if path is None:
        known = ", ".join(enrolled_names()) or "none yet"
        raise UsageError(
            f"There is no voice '{name_or_path}'.",
            hint=f"Enrolled: {known}. Enrol one: dub voices enroll FILE.wav --name NAME.",
        )
    return path


def passphrase() -> str | None:
    """Return what voices are encrypted with; ``None`` if nothing."""
    return os.environ.get(PASSPHRASE) or None

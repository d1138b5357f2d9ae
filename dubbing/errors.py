"""Everything that can go wrong, as one small tree.

    DubbingError             exit code 1; says what happened, where, and what to do next
    ├── UsageError           exit code 2: the command asks for something that cannot be
    │   ├── UnknownSpeaker
    │   ├── UnknownLanguage
    │   ├── UnknownEngine
    │   ├── BadSettings
    │   │   └── ConsentRefused
    │   └── OutputExists
    ├── InputError           the file cannot be dubbed
    │   ├── UnreadableMedia
    │   ├── NoAudioTrack
    │   └── NoSpeech
    ├── EngineUnavailable    an optional package or a weight is not here
    │   └── WeightsMissing
    ├── WorkspaceError       the project folder is locked, corrupt or from a newer version
    ├── DiskFull
    └── StageFailed          wraps an unexpected failure; names the stage and how to go on

The library raises; only ``dubbing.cli`` catches, prints one sentence and sets the exit code.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]+")

LONG_WORD = re.compile(r"(\S{100})(\S{100})\S{100,}(\S{50})")
"""Longer than most paths: what a stranger's file has for a key or a name."""


class DubbingError(Exception):
    """A failure that a user can meet: one clear sentence, and the next step."""

    exit_code = 1

    def __init__(self, message: str, *, hint: str = "") -> None:
        """Keep the sentence and, apart from it, what the user can do next."""
        self.message, self.hint = _on_one_line(message), _on_one_line(hint)
        super().__init__(self.message)

    def __str__(self) -> str:
        """The sentence, followed by the next step if there is one."""
        return f"{self.message} {self.hint}".strip()

    def __reduce__(self) -> tuple[object, ...]:
        """Survive the way between processes (pickling would lose the keyword)."""
        return (_rebuild, (type(self), self.message, self.hint))


def _on_one_line(text: str) -> str:
    """Names and keys of a stranger's file may hold line breaks and the terminal's control characters."""
    return LONG_WORD.sub(r"\1\2…\3", CONTROL.sub(" ", text))


def _rebuild(kind: type[DubbingError], message: str, hint: str) -> DubbingError:
    return kind(message, hint=hint)


class UsageError(DubbingError):
    """The command asks for something that cannot be."""

    exit_code = 2


class UnknownSpeaker(UsageError):
    """Somebody is named who does not speak in the film."""

    @classmethod
    def among(cls, heard: Iterable[str], name: str) -> UnknownSpeaker:
        """The error that names who does."""
        return cls(f"There is no speaker {name}.", hint=f"Heard: {', '.join(heard)}.")


class UnknownLanguage(UsageError):
    """No engine of the profile speaks, hears or translates this language."""


class UnknownEngine(UsageError):
    """No installed engine has this name."""


class BadSettings(UsageError):
    """A profile, recipe, flag or review file holds something that is not allowed."""


class ConsentRefused(BadSettings):
    """A consent that does not count here: changed, revoked, for something else, or by a strange key."""


class OutputExists(UsageError):
    """The output is there already and nobody said to replace it."""


class InputError(DubbingError):
    """The file cannot be dubbed."""


class UnreadableMedia(InputError):
    """FFmpeg cannot read the file."""


class NoAudioTrack(InputError):
    """There is no sound to dub."""


class NoSpeech(InputError):
    """There is sound, but nobody speaks."""


class EngineUnavailable(DubbingError):
    """An engine's package is not installed."""


class WeightsMissing(EngineUnavailable):
    """A model's weights are not on this machine, or are not the ones we know."""


class WorkspaceError(DubbingError):
    """The project folder is locked, corrupt, or made by a newer version."""


class DiskFull(DubbingError):
    """The disk has no room for what must be written."""


class StageFailed(DubbingError):
    """A stage failed unexpectedly."""


class EngineFailed(DubbingError):
    """An engine that is there did not do its work: a server that is down, a program that fails."""

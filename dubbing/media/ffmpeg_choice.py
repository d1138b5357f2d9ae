"""Which ffmpeg is used: the packaged one, or another that the user asked for and that was tried out.

Every command asks in the same order: ``--ffmpeg`` (a path, or a name on ``PATH``), the variable
``DUBBING_FFMPEG``, the profile's ``ffmpeg``, for a workspace the profile that it was dubbed with, and at
last the packaged one. Another ffmpeg is used only after everything that this program does with ffmpeg has
been run on it (:mod:`dubbing.media.ffmpeg_check`).
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path

from dubbing.errors import BadSettings, DubbingError, EngineUnavailable

VARIABLE = "DUBBING_FFMPEG"
OPTION = "--ffmpeg"
PROFILE, WORKSPACE = "the profile", "the workspace"
PATIENCE_S = 60
REINSTALL = f"pip install --force-reinstall imageio-ffmpeg, or set {VARIABLE} to another ffmpeg."
NEVER_USED = "The workspace was made with another ffmpeg ({}), which was never used here"
TRUST = f"Name one that you trust with {OPTION} or {VARIABLE}, and run the same command again."
BACK_TO_PACKAGED = "Name another one, or none: the packaged ffmpeg is used then."

_profile_wish: ContextVar[tuple[str, str] | None] = ContextVar("_profile_wish", default=None)
_by_option: ContextVar[str] = ContextVar("_by_option", default="")
_pinned: ContextVar[Ffmpeg | None] = ContextVar("_pinned", default=None)


@dataclass(frozen=True, slots=True)
class Ffmpeg:
    """One ffmpeg program; ``origin`` says who chose it."""

    path: str
    version: str
    build: str
    """SHA-256 of all that it prints about itself: version, configuration, libraries."""
    origin: str

    def __str__(self) -> str:
        """As messages name it."""
        return f"ffmpeg {self.version} ({self.path})"

    @property
    def identity(self) -> str:
        """For cache keys: the same for the same build, wherever it is installed."""
        return f"{self.version}/{self.build[:16]}"


def current_ffmpeg() -> Ffmpeg:
    """The ffmpeg to use now.

    Raises:
        BadSettings: if the one that was asked for is missing or not able enough, or if only a workspace
            asks for it and nobody here ever did.
        EngineUnavailable: if the packaged one is missing or does not run.
    """
    pinned = _pinned.get()
    if pinned is not None:
        return pinned
    name, origin = _wish()
    if not name:
        return packaged_ffmpeg()
    if origin == WORKSPACE and not is_admitted(name):
        raise BadSettings(f"{NEVER_USED.format(name)}.", hint=TRUST)
    return _admitted(name, origin)


def asked_for_ffmpeg() -> Ffmpeg | None:
    """The ffmpeg that the user asked for, not yet tried out; ``None`` if nobody asked.

    Raises:
        BadSettings: if it is missing or does not run.
    """
    name, origin = _wish()
    return _named(name, origin) if name else None


@contextmanager
def preferred_ffmpeg(name: str | None, origin: str = PROFILE) -> Iterator[None]:
    """Use the ffmpeg that a profile asks for, unless the user names another for this command."""
    token = _profile_wish.set((name, origin) if name else None)
    try:
        yield
    finally:
        _profile_wish.reset(token)


@contextmanager
def ffmpeg_of_option(name: str) -> Iterator[None]:
    """Use the ffmpeg of the command line, also in threads and processes that are started meanwhile."""
    before, token = os.environ.get(VARIABLE), _by_option.set(name)
    os.environ[VARIABLE] = name
    try:
        yield
    finally:
        _by_option.reset(token)
        if before is None:
            os.environ.pop(VARIABLE, None)
        else:
            os.environ[VARIABLE] = before


def named_by_option() -> str | None:
    """Return the path of the ffmpeg that the command line asks for; ``None`` if it asks for none."""
    name = _by_option.get()
    found = shutil.which(name) if name else None
    return str(Path(found).absolute()) if found else None


@contextmanager
def pinned_ffmpeg(ffmpeg: Ffmpeg) -> Iterator[None]:
    """Use exactly this ffmpeg, whatever was asked for; for trying one out."""
    token = _pinned.set(ffmpeg)
    try:
        yield
    finally:
        _pinned.reset(token)


@cache
def packaged_ffmpeg() -> Ffmpeg:
    """The ffmpeg that the package ``imageio-ffmpeg`` ships, and never one that it finds elsewhere.

    Raises:
        EngineUnavailable: if the package is missing, holds none for this machine, or it does not run.
    """
    try:
        folder = Path(str(files("imageio_ffmpeg"))) / "binaries"
    except ModuleNotFoundError as error:
        raise EngineUnavailable(
            "The package imageio-ffmpeg, which ships ffmpeg, is not installed.", hint=REINSTALL
        ) from error
    programs = sorted(folder.glob("ffmpeg-*"))
    if not programs:
        raise EngineUnavailable(
            "The package imageio-ffmpeg holds no ffmpeg for this machine.", hint=REINSTALL
        )
    return _inspect(str(programs[-1]), "packaged", EngineUnavailable, REINSTALL)


def is_admitted(name: str) -> bool:
    """Whether somebody on this machine has asked for this very file before; it is not run."""
    from dubbing.media.ffmpeg_check import was_tried

    path = shutil.which(name)
    return path is not None and was_tried(Path(path).absolute())


def _wish() -> tuple[str, str]:
    """The name that was asked for and who asked; empty if nobody did."""
    from_environment = os.environ.get(VARIABLE, "").strip()
    if from_environment:
        return from_environment, OPTION if from_environment == _by_option.get() else VARIABLE
    return _profile_wish.get() or ("", PROFILE)


def _named(name: str, origin: str) -> Ffmpeg:
    path = shutil.which(name)
    if path is None:
        raise BadSettings(
            f"The ffmpeg '{name}' that {origin} names is missing or no program.",
            hint=BACK_TO_PACKAGED,
        )
    return _inspect(str(Path(path).absolute()), origin, BadSettings, BACK_TO_PACKAGED)


@cache
def _admitted(name: str, origin: str) -> Ffmpeg:
    from dubbing.media.ffmpeg_check import require

    ffmpeg = _named(name, origin)
    require(ffmpeg)
    return ffmpeg


def _inspect(path: str, origin: str, failure: type[DubbingError], hint: str) -> Ffmpeg:
    """Run it once, to see whether it is an ffmpeg and which."""
    try:
        done = subprocess.run(
            [path, "-version"], capture_output=True, text=True, errors="replace", check=False,
            timeout=PATIENCE_S,
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired) as error:
        reason = getattr(error, "strerror", None) or "it does not answer"
        raise failure(f"{path} cannot be run as ffmpeg: {reason}.", hint=hint) from error
    first = (done.stdout.splitlines() or [""])[0].split()
    if done.returncode != 0 or first[:2] != ["ffmpeg", "version"] or len(first) < 3:
        raise failure(f"{path} does not answer like ffmpeg.", hint=hint)
    return Ffmpeg(path, first[2], hashlib.sha256(done.stdout.encode()).hexdigest(), origin)

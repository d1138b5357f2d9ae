"""Which film a file is: told by its content, looked up again only if the file changed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from dubbing.batch.hosts import NONE_GIVEN, Permissions
from dubbing.batch.places import bare, is_url
from dubbing.batch.transfer import address_stamp
from dubbing.errors import UnreadableMedia
from dubbing.film_identity import film_identity
from dubbing.workspace import digest

Identify = Callable[[str], str]


class Identities:
    """Identities of films, remembered by path, size and times of change.

    What is elsewhere is told by its address, size and the store's own stamp (ETag, time): to know more,
    it would have to be fetched whole.
    """

    def __init__(
        self, known: dict[str, tuple[str, str]], permissions: Permissions = NONE_GIVEN
    ) -> None:
        """Begin with what is known: stamp and identity by place."""
        self.known, self.permissions = known, permissions
        self.new: dict[str, tuple[str, str]] = {}

    def __call__(self, source: str) -> str:
        """The identity of a film.

        Raises:
            UnreadableMedia: if it cannot be read.
        """
        is_far = is_url(source)
        stamp = address_stamp(source, self.permissions) if is_far else _stamp(Path(source))
        before = self.known.get(source)
        if before is not None and before[0] == stamp:
            return before[1]
        identity = digest([bare(source), stamp]) if is_far else _identity(Path(source))
        self.known[source] = self.new[source] = (stamp, identity)
        return identity


def _stamp(path: Path) -> str:
    try:
        info = path.stat()
    except OSError as error:
        raise UnreadableMedia(f"{path} cannot be read ({error.strerror}).") from error
    return f"{info.st_dev} {info.st_ino} {info.st_size} {info.st_mtime_ns} {info.st_ctime_ns}"


def _identity(path: Path) -> str:
    try:
        return film_identity(path)
    except OSError as error:
        raise UnreadableMedia(f"{path} cannot be read ({error.strerror}).") from error

"""Where films lie and dubs go: paths under the manifest's folder, globs, and addresses of stores.

A manifest may come from somebody else, so a path of it stays under its own folder: no ``..``, no link
that leads out, no absolute path unless the manifest says ``allow_absolute`` and the command line permits
it (``--allow-absolute``).
"""

from __future__ import annotations

import glob
import re
import string
from pathlib import Path, PurePosixPath

from dubbing.errors import UsageError
from dubbing.media.containers import SUFFIXES

SCHEMES = ("file", "s3", "gs", "gcs", "az", "abfs", "https", "http", "memory")
URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:(?::|//)")
WILD = re.compile(r"[*?\[]")
MOST_FOUND = 1_000_000
FIELDS = ("dir", "stem", "lang", "ext", "series", "name")
OTHERWISE = ".mkv"
"""For a film whose own container we cannot write."""
LONGEST_NAME = 200
"""Of a file, in bytes; most file systems take 255, and the workspace adds to it."""


def is_url(place: str) -> bool:
    """Whether it has a scheme, like ``s3://bucket/film.mp4``."""
    return URL.match(place) is not None


def bare(url: str) -> str:
    """An address without what follows the path, which signs or shows it: the file is the same."""
    is_web = url.lower().startswith(("http:", "https:"))
    return re.split("[?#]", url, maxsplit=1)[0] if is_web else url


def check_url(place: str) -> str:
    """The address itself, if it is of a kind that is taken.

    Raises:
        UsageError: for chained addresses, logins in it, unknown schemes.
    """
    scheme = place.partition(":")[0].lower()
    if "::" in place or scheme not in SCHEMES:
        raise UsageError(
            f"'{place}' is no address that is taken.", hint=f"Schemes: {', '.join(SCHEMES)}."
        )
    host, _, path = place.partition("//")[2].partition("/")
    if "@" in host:
        raise UsageError(
            "An address holds a login; a manifest is no place for one.",
            hint="Use the store's own settings.",
        )
    if ".." in path.split("/"):
        raise UsageError(f"'{place}' holds '..'.")
    return place


def inside(root: Path, place: str, *, outside: bool = False) -> Path:
    """A path under ``root``, made absolute; it need not exist.

    Args:
        root: the manifest's folder.
        place: as it is written in the manifest.
        outside: whether it may lead elsewhere (``allow_absolute``).

    Raises:
        UsageError: if it leads out.
    """
    path = Path(place)
    if outside:
        return root / path
    if path.is_absolute() or place.startswith("~") or "\\" in place:
        raise UsageError(f"'{place}' is no path under the manifest.", hint="See allow_absolute.")
    if ".." in path.parts:
        raise UsageError(f"'{place}' holds '..'.", hint="See allow_absolute.")
    try:
        resolved = (root / path).resolve()
    except (OSError, RuntimeError) as error:
        raise UsageError(f"'{place[:80]}' cannot be followed.") from error
    if not resolved.is_relative_to(root.resolve()):
        raise UsageError(f"'{place}' leads out of {root}.", hint="See allow_absolute.")
    return root / path


def find(root: Path, place: str, *, outside: bool = False) -> list[str]:
    """The films that a place of a manifest means, in order: absolute paths, or its own address.

    Raises:
        UsageError: if there is none, or one leads out.
    """
    if is_url(place):
        url = check_url(place)
        local = _local(url)
        return [url] if local is None else [str(_existing(root, local, outside))]
    if not WILD.search(place):
        return [str(_existing(root, place, outside))]
    if place.count("**") > 1:
        raise UsageError(f"'{place}' holds ** more than once.")
    inside(root, place, outside=outside)
    pattern = place if Path(place).is_absolute() else f"{glob.escape(str(root))}/{place}"
    found = []
    for name in glob.iglob(pattern, recursive=True):  # noqa: PTH207 - pathlib's follows less
        path = Path(name)
        if path.is_file():
            relative = name if outside else str(path.relative_to(root))
            found.append(str(inside(root, relative, outside=outside)))
        if len(found) > MOST_FOUND:
            raise UsageError(f"'{place}' finds more than {MOST_FOUND} files.")
    if not found:
        raise UsageError(f"'{place}' finds no file.", hint=f"It is looked for in {root}.")
    return sorted(found)


def _existing(root: Path, place: str, outside: bool) -> Path:
    path = inside(root, place, outside=outside)
    try:
        is_file = path.is_file()
    except (OSError, ValueError):
        is_file = False
    if not is_file:
        raise UsageError(f"There is no file {place}.", hint=f"It is looked for in {root}.")
    return path


def _local(url: str) -> str | None:
    """The path of a ``file:`` address, to which all rules of paths apply; ``None`` for others."""
    is_local = url.lower().startswith("file:")
    return url[len("file:") :].replace("//", "", 1) if is_local else None


def check_template(template: str) -> None:
    """Refuse an output template that cannot name one file for each film and language.

    Raises:
        UsageError: saying what is wrong.
    """
    try:
        parts = list(string.Formatter().parse(template))
    except ValueError as error:
        raise UsageError(f"'{template}' is no template ({error}).") from error
    names = [name for _, name, _, _ in parts if name is not None]
    if odd := [name for name in names if name not in FIELDS]:
        raise UsageError(
            f"'{{{odd[0]}}}' is unknown in an output.",
            hint=f"Known: {', '.join('{' + name + '}' for name in FIELDS)}.",
        )
    if any(spec or conversion for _, _, spec, conversion in parts):
        raise UsageError(f"'{template}' holds more than plain names in braces.")
    if "lang" not in names:
        raise UsageError(f"'{template}' names the same file for every language; add {{lang}}.")


def output_place(
    template: str,
    source: str,
    target: str,
    root: Path,
    *,
    series: str = "",
    name: str = "",
    outside: bool = False,
) -> str:
    """Where the dub of a film goes: an absolute path, or an address.

    ``{dir}`` is the film's folder (as seen from the manifest's), ``{stem}`` its name without suffix,
    ``{lang}`` the target language, ``{ext}`` its suffix, or ``.mkv``
    where we cannot write such a file.

    Raises:
        UsageError: if it leads out, or the name is too long.
    """
    where = PurePosixPath(bare(source).partition("://")[2] if is_url(source) else source)
    fields = {
        "dir": _folder(source, root),
        "stem": where.stem,
        "lang": target,
        "ext": where.suffix if where.suffix.lower() in SUFFIXES else OTHERWISE,
        "series": re.sub(r"[^\w.-]+", "_", series),
        "name": re.sub(r"[^\w.-]+", "_", name),
    }
    place = template.format_map(fields)
    if len(place.rpartition("/")[2].encode()) > LONGEST_NAME:
        raise UsageError(f"The name of the output '{place[:60]}…' is too long.")
    if not is_url(place):
        return str(inside(root, place, outside=outside))
    url = check_url(place)
    local = _local(url)
    return url if local is None else str(inside(root, local, outside=outside))


def _folder(source: str, root: Path) -> str:
    """The film's folder; that of a film elsewhere is the manifest's own."""
    if is_url(source):
        return "."
    path = Path(source)
    return str(path.parent.relative_to(root)) if path.is_relative_to(root) else str(path.parent)

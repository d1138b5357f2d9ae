"""A preview that opens in any browser without a server: a folder, the same as .zip, or one file."""

from __future__ import annotations

import base64
import html
import json
import re
import shutil
import zipfile
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

from dubbing.errors import OutputExists, UsageError
from dubbing.media.browser_copies import write_small_sound
from dubbing.media.probe import MediaInfo
from dubbing.reviewer.document import ProjectDocument
from dubbing.reviewer.media_files import (
    BED,
    DUB,
    FILES,
    ORIGINAL,
    PICTURE,
    Tell,
    peaks_document,
    sounds_of,
    write_bed,
    write_picture,
)
from dubbing.temporary import new_temporary_folder
from dubbing.workspace import disk_errors

MEDIA = "media"
PROJECT_SCRIPT = "project.js"
TYPES = {".mp4": "video/mp4", ".m4a": "audio/mp4"}
MARK = "dubbing-preview"
"""A file that says that a folder is a preview and may be replaced."""
SCRIPT_TAG = re.compile(r'<script\s+src="([^"]+)"\s*(?:defer\s*)?></script>')
STYLE_TAG = re.compile(r'<link\s+[^>]*rel="stylesheet"[^>]*href="([^"]+)"[^>]*>')


def page_folder() -> Path:
    """Where the page's own files lie."""
    with as_file(files("dubbing.reviewer") / "page") as folder:
        return folder


def write_media(
    document: ProjectDocument, film: MediaInfo, folder: Path, size: str, tell: Tell
) -> dict[str, Any]:
    """All that is played, written into ``folder/media``; gives what the document says of it."""
    timeline, workspace = document.timeline, document.workspace
    sounds = sounds_of(timeline, workspace)
    place = folder / MEDIA
    place.mkdir(parents=True, exist_ok=True)
    if film.video is not None:
        write_picture(film, sounds.dub, size, place / PICTURE, tell)
    tell("sound", 0.0)
    write_small_sound(sounds.original, place / ORIGINAL)
    write_small_sound(sounds.dub, place / DUB)
    tell("sound", 0.6)
    write_bed(timeline, workspace, place / BED)
    tell("sound", 1.0)
    written = {key: f"{MEDIA}/{name}" for key, name in FILES.items()}
    picture = None if film.video is None else written["picture"]
    return {**written, "picture": picture, "peaks": peaks_document(sounds)}


def frame_ms_of(film: MediaInfo) -> float | None:
    """How long a picture is shown; ``None`` without one."""
    return None if film.video is None or film.video.fps <= 0 else 1000 / film.video.fps


@dataclass(frozen=True, slots=True)
class Form:
    """What a preview is like.

    kind: ``folder``, ``zip`` or ``file``.
    size: of the picture, one of ``media_files.SIZES``.
    only: numbers of the lines that are reviewed; empty for all.
    replace: whether to replace what is there; an earlier preview is replaced unasked.
    """

    kind: str = "folder"
    size: str = "480p"
    only: Collection[int] = ()
    replace: bool = False


def write_preview(
    document: ProjectDocument,
    film: MediaInfo,
    output: Path,
    form: Form,
    tell: Tell = lambda what, share: None,
) -> Path:
    """Write a preview, whole or not at all.

    Args:
        document: the dub.
        film: what ``probe`` says of the film.
        output: where to.
        form: what it shall be like.
        tell: told how far it is.

    Raises:
        OutputExists: if something else is there.
        UsageError: if a line number does not exist.
    """
    n_lines = len(document.timeline.lines)
    beyond = [number for number in form.only if number > n_lines]
    if beyond:
        raise UsageError(f"There is no line {beyond[0]}; the film has {n_lines}.")
    _check_free(output, form)
    with _workshop(output) as folder:
        shutil.copytree(page_folder(), folder, dirs_exist_ok=True)
        media = write_media(document, film, folder, form.size, tell)
        project = document.whole(media, frame_ms=frame_ms_of(film), only=form.only)
        (folder / PROJECT_SCRIPT).write_text(project_script(project), encoding="utf-8")
        _mark(folder)
        return _finished(folder, output, form.kind)


def _mark(folder: Path) -> None:
    """Write down that the folder is a preview, and its files: a later one may remove these."""
    lines = ["This folder is made by dub preview, of these files:", *sorted(_entries(folder))]
    (folder / MARK).write_text("\n".join(lines) + "\n", encoding="utf-8")


def project_script(project: dict[str, Any]) -> str:
    """The document as a script; nothing in it can end a script or begin a comment."""
    text = json.dumps(project, ensure_ascii=False)
    for sign in ("<", ">", "&", "\u2028", "\u2029"):
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return f"window.PROJECT = {text};\n"


def _check_free(output: Path, form: Form) -> None:
    if not output.absolute().parent.is_dir():
        raise UsageError(f"There is no folder {output.absolute().parent}.", hint="Make it first.")
    if output.is_dir():
        _check_folder(output, form)
    elif output.exists() and not form.replace:
        raise OutputExists(
            f"{output} is there already.", hint="Use --force to replace it, or -o for another name."
        )


def _check_folder(output: Path, form: Form) -> None:
    """Refuse, also with ``--force``, to remove a folder with anything in it that is not a preview's."""
    if form.kind != "folder" or output.is_symlink():
        raise OutputExists(f"{output} is a folder.", hint="Use -o for another name.")
    strangers = sorted(_entries(output) - _written_before(output))
    if strangers:
        raise OutputExists(
            f"{output} holds {strangers[0]}, which is not part of a preview.",
            hint="Move it away, or use -o for another name.",
        )


def _entries(folder: Path) -> set[str]:
    """Files and empty folders, as seen from the folder."""
    return {
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if not path.is_dir() or path.is_symlink() or not any(path.iterdir())
    }


def _written_before(folder: Path) -> set[str]:
    """What an earlier preview wrote there, as its mark lists it; nothing if there is none.

    An earlier version's mark lists nothing: its page had no other files than the page has now.
    """
    try:
        _, *names = (folder / MARK).read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return set()
    if names:
        return {MARK, *names}
    page = {path.relative_to(page_folder()).as_posix() for path in page_folder().rglob("*")}
    media = {name for name in _entries(folder) if name.startswith(f"{MEDIA}/")}
    return page | media | {MARK, PROJECT_SCRIPT}


@contextmanager
def _workshop(output: Path) -> Iterator[Path]:
    """A folder beside the output, which vanishes unless it takes its place."""
    parent = output.absolute().parent
    with disk_errors(parent):
        folder = new_temporary_folder(parent)
        folder.chmod(0o755)
    try:
        with disk_errors(folder):
            yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _finished(folder: Path, output: Path, kind: str) -> Path:
    if kind == "folder":
        if output.is_dir():
            shutil.rmtree(output)
        elif output.exists():
            output.unlink()
        folder.rename(output)
        return output
    beside = folder.with_name(f"{folder.name}.{kind}")
    try:
        if kind == "zip":
            _zip(folder, beside, output.stem)
        else:
            beside.write_text(single_file(folder), encoding="utf-8")
        beside.replace(output)
    finally:
        beside.unlink(missing_ok=True)
    return output


def _zip(folder: Path, path: Path, root: str) -> None:
    """Media is packed already, so it is only stored."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(folder.rglob("*")):
            if file.is_file():
                packed = zipfile.ZIP_STORED if file.suffix in TYPES else zipfile.ZIP_DEFLATED
                archive.write(file, Path(root) / file.relative_to(folder), packed)


def single_file(folder: Path) -> str:
    """The page of a folder with everything inside: scripts, styles, picture and sound."""
    page = (folder / "index.html").read_text(encoding="utf-8")

    def script(found: re.Match[str]) -> str:
        return f"<script>{_inside(folder, found[1])}</script>"

    def style(found: re.Match[str]) -> str:
        return f"<style>{_inside(folder, found[1])}</style>"

    page = STYLE_TAG.sub(style, SCRIPT_TAG.sub(script, page))
    media = {
        f"{MEDIA}/{file.name}": f"data:{TYPES[file.suffix]};base64,"
        + base64.b64encode(file.read_bytes()).decode()
        for file in sorted((folder / MEDIA).iterdir())
    }
    inside = f"<script>window.MEDIA = {json.dumps(media)};</script>"
    return page.replace("</head>", f"{inside}</head>", 1)


def _inside(folder: Path, name: str) -> str:
    """A script or style as it may stand inside a page."""
    path = (folder / html.unescape(name)).resolve()
    if not path.is_relative_to(folder.resolve()):
        raise ValueError(f"{name} lies outside the page")
    return path.read_text(encoding="utf-8").replace("</script", "<\\/script")

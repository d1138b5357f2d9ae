"""``dub verify FILE``: is there synthetic speech in it, and what does it say of itself?"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from dubbing.errors import NoAudioTrack, UsageError, WeightsMissing

if TYPE_CHECKING:
    from dubbing.watermark.finder import Finding, Stretch

BLOCK_MS = 2_000
SMALLEST = 1e-30
"""Smaller chances are not reported: other errors are far likelier."""
NO_PROOF = "That does not prove that nothing is synthetic."


@dataclass(frozen=True, slots=True)
class _Heard:
    """What was found in one sound track."""

    track: int
    language: str
    title: str
    mark: Finding
    perth: tuple[Stretch, ...] | None
    """Where Perth's mark is; ``None`` if its finder is not on this machine."""
    damage: tuple[str, ...]
    """What of the track could not be looked at, in sentences."""


def verify(
    file: Annotated[Path, typer.Argument(help="Any film or sound file.")],
    track: Annotated[
        int | None,
        typer.Option(min=0, help="Check only this sound track, from 0.", show_default="all"),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the findings as JSON.")] = False,
) -> None:
    """Look for the watermark in the sound and for content credentials in the file."""
    from dubbing.voice.credentials import read_claim

    if not file.is_file():
        raise UsageError(f"There is no file {file}.", hint="Check the path.")
    heard = list(_heard(file.absolute(), track))
    claim = read_claim(file)
    if as_json:
        found = {"file": file.name, "tracks": [_stated(one) for one in heard], "credentials": claim}
        typer.echo(json.dumps(found, ensure_ascii=False, indent=1))
    else:
        _tell(heard)
        _tell_claim(claim)


def _heard(file: Path, track: int | None) -> Iterator[_Heard]:
    from dubbing.media.condition import condition_of
    from dubbing.media.extract import extract_audio
    from dubbing.media.probe import probe
    from dubbing.media.sound_file import stream_sound
    from dubbing.watermark.finder import find

    info = probe(file)
    wanted = [one for one in info.audio if track in (None, one.number)]
    if not wanted:
        which = "no sound track" if track is None else f"no sound track {track}"
        raise NoAudioTrack(f"{file.name} has {which}.")
    for one in wanted:
        with tempfile.TemporaryDirectory() as folder:
            sound = Path(folder) / "sound.wav"
            extracted = extract_audio(file, one.number, sound, start_ms=info.start_ms)
            mark = find(partial(stream_sound, sound, BLOCK_MS))
            perth = None if mark.is_marked else _perth(sound)
        damage = (*condition_of(info, one.number).notes(), *extracted.notes())
        yield _Heard(one.number, one.language, one.title, mark, perth, damage)


def _perth(sound: Path) -> tuple[Stretch, ...] | None:
    from dubbing.media.sound_file import stream_sound
    from dubbing.watermark.perth import perth_stretches

    try:
        return tuple(perth_stretches(stream_sound(sound, BLOCK_MS)))
    except WeightsMissing:
        return None


def _stated(heard: _Heard) -> dict[str, Any]:
    mark = heard.mark
    return {
        "track": heard.track,
        "language": heard.language,
        "title": heard.title,
        "is_marked": mark.is_marked,
        "score": round(mark.score, 2),
        "false_alarm": mark.false_alarm,
        "watermark": [asdict(one) for one in mark.stretches],
        "perth": [asdict(one) for one in heard.perth or ()],
        "damage": list(heard.damage),
    }


def _tell(heard: Iterable[_Heard]) -> None:
    from rich.console import Console

    from dubbing.cli.foreign_text import safe

    console = Console(highlight=False, soft_wrap=True)
    for one in heard:
        named = ", ".join(part for part in (one.language, one.title) if part)
        track = f"Track {one.track}{safe(f' ({named})') if named else ''}"
        for note in one.damage:
            console.print(f"{track}: [yellow]damaged.[/]", safe(note))
        if one.mark.is_marked:
            chance = f"chance of a false alarm below {max(one.mark.false_alarm, SMALLEST):.0e}"
            console.print(f"{track}: [bold]synthetic speech[/] by its watermark ({chance}):")
            _tell_stretches(one.mark.stretches)
        elif one.perth:
            console.print(f"{track}: [bold]synthetic speech[/] by the watermark of Perth:")
            _tell_stretches(one.perth)
        else:
            where = " in what is left of it" if one.damage else ""
            console.print(f"{track}: no watermark found{where}.", NO_PROOF)


def _tell_stretches(stretches: Iterable[Stretch]) -> None:
    from dubbing.cli.line_listing import clock

    for part in stretches:
        typer.echo(f"  {clock(part.start_ms)} to {clock(part.end_ms)}")


def _tell_claim(claim: dict[str, Any] | None) -> None:
    from rich.console import Console

    from dubbing.cli.foreign_text import safe
    from dubbing.language.languages import is_same_language

    console = Console(highlight=False)
    if claim is None:
        console.print("No content credentials (C2PA).")
        return
    intact = "unchanged since" if claim["is_intact"] else "[red]CHANGED after it was signed[/];"
    console.print(f"Content credentials by {safe(claim['made_by'])}: {intact}", end=" ")
    source, target = (str(claim.get(name, "?")) for name in ("source_language", "target_language"))
    is_same = is_same_language(source, target)
    done = f"spoken again in {target}" if is_same else f"dubbed from {source} to {target}"
    console.print(safe(done))
    for voice in claim.get("cloned_voices", []):
        signed = f", signed by {voice['signed_by']}" if voice.get("signed_by") else ""
        console.print(
            safe(
                f"  {voice.get('speaker', '?')}: cloned voice of {voice.get('person', '?')}, "
                f"consent {voice.get('consent', '?')}{signed}"
            )
        )

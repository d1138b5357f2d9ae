"""``dub verify FILE``: is there synthetic speech in it, and what does it say of itself?"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from dubbing.errors import NoAudioTrack, UsageError

if TYPE_CHECKING:
    from dubbing.voice.watermark import Looked

BLOCK_MS = 2_000


def verify(
    file: Annotated[Path, typer.Argument(help="Any film or sound file.")],
    track: Annotated[int, typer.Option(min=0, help="Which sound track, from 0.")] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="The findings as JSON.")] = False,
) -> None:
    """Look for the watermark in the sound and for content credentials in the file."""
    from dubbing.voice.credentials import read_claim

    if not file.is_file():
        raise UsageError(f"There is no file {file}.", hint="Check the path.")
    looked = _looked(file.absolute(), track)
    found = {
        "file": file.name,
        "track": track,
        "watermark": _stretches(looked),
        "marked_share": _share(looked),
        "credentials": read_claim(file),
    }
    if as_json:
        typer.echo(json.dumps(found, ensure_ascii=False, indent=1))
    else:
        _tell(found)


def _looked(file: Path, track: int) -> list[Looked]:
    from dubbing.media.extract import extract_audio
    from dubbing.media.probe import probe
    from dubbing.media.sound_file import stream_sound
    from dubbing.voice.watermark import look_through

    info = probe(file)
    if track >= len(info.audio):
        raise NoAudioTrack(f"{file.name} has no sound track {track}.")
    with tempfile.TemporaryDirectory() as folder:
        sound = Path(folder) / "sound.wav"
        extract_audio(file, track, sound, start_ms=info.start_ms)
        return list(look_through(stream_sound(sound, BLOCK_MS)))


def _share(looked: Sequence[Looked]) -> float:
    from dubbing.voice.watermark import CERTAIN

    marked = sum(window.confidence >= CERTAIN for window in looked)
    return round(marked / max(1, len(looked)), 3)


def _stretches(looked: Sequence[Looked]) -> list[dict[str, Any]]:
    """Marked windows that touch, as one stretch."""
    from dubbing.voice.watermark import CERTAIN

    stretches: list[dict[str, Any]] = []
    for window in looked:
        if window.confidence < CERTAIN:
            continue
        if stretches and window.start_ms <= stretches[-1]["end_ms"]:
            stretches[-1]["end_ms"] = window.end_ms
            sure = max(stretches[-1]["confidence"], round(window.confidence, 3))
            stretches[-1]["confidence"] = sure
        else:
            stretches.append(
                {
                    "start_ms": window.start_ms,
                    "end_ms": window.end_ms,
                    "confidence": round(window.confidence, 3),
                }
            )
    return stretches


def _tell(found: dict[str, Any]) -> None:
    from rich.console import Console

    from dubbing.cli.foreign_text import safe
    from dubbing.cli.line_listing import clock

    console = Console(highlight=False)
    if found["watermark"]:
        console.print(f"[bold]Synthetic speech[/] by its watermark, track {found['track']}:")
        for part in found["watermark"]:
            where = f"{clock(part['start_ms'])} to {clock(part['end_ms'])}"
            console.print(f"  {where}  (confidence {part['confidence']:.2f})")
    else:
        console.print(f"No watermark of synthetic speech in track {found['track']}.")
    claim = found["credentials"]
    if claim is None:
        console.print("No content credentials (C2PA).")
        return
    intact = "unchanged since" if claim["is_intact"] else "[red]CHANGED after it was signed[/];"
    console.print(f"Content credentials by {safe(claim['made_by'])}: {intact}", end=" ")
    languages = f"{claim.get('source_language', '?')} to {claim.get('target_language', '?')}"
    console.print(f"dubbed from {safe(languages)}")
    for voice in claim.get("cloned_voices", []):
        signed = f", signed by {voice['signed_by']}" if voice.get("signed_by") else ""
        console.print(
            safe(
                f"  {voice.get('speaker', '?')}: cloned voice of {voice.get('person', '?')}, "
                f"consent {voice.get('consent', '?')}{signed}"
            )
        )

"""The stock voices as ``dub voices`` shows them, and how one of them sounds."""

from __future__ import annotations

import difflib
import shutil
import subprocess
import tempfile
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dubbing.errors import OutputExists, UsageError

if TYPE_CHECKING:
    from dubbing.arrays import Audio
    from dubbing.models.voices import VoiceCard

PLAYERS = (
    ("ffplay", "-v", "error", "-nodisp", "-autoexit"),
    ("paplay",),
    ("aplay", "-q"),
    ("afplay",),
    ("play", "-q"),
)
"""Programs that play a WAV file, with what they are told."""
LONGEST_PLAYED_S = 120


def print_stock(target: str | None) -> None:
    """Print the stock voices that may be cast, of one language or of all."""
    from rich.console import Console
    from rich.table import Table

    from dubbing.job import target_code
    from dubbing.language.languages import SPOKEN
    from dubbing.models.voices import voice_cards

    codes = [target_code(target)] if target else list(SPOKEN)
    table = Table("voice", "language", "sex", "pitch", "misheard")
    for code in codes:
        for card in voice_cards(code):
            table.add_row(card.name, code, _kind(card), f"{card.f0_hz:.0f} Hz", _misheard(card))
    Console().print(table)


def _kind(card: VoiceCard) -> str:
    sex = "female" if card.is_female else "male"
    return f"{sex}, a child" if card.is_child else sex


def _misheard(card: VoiceCard) -> str:
    """Share of characters; a recogniser that writes another script says nothing of the voice."""
    return f"{card.error_rate:.0%}" if card.error_rate <= 1 else "–"


def hear(
    name: Annotated[str, typer.Argument(help="A stock voice or an enrolled one.")],
    to: Annotated[
        str | None, typer.Option(help="Language to speak (default: the voice's own).")
    ] = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Write this WAV file instead of playing.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace an existing file.")] = False,
) -> None:
    """Play a voice: a sentence by a stock voice, or the recording of an enrolled one."""
    from dubbing.media.sound_file import write_sound

    if output is not None:
        if output.exists() and not force:
            raise OutputExists(f"{output} exists.", hint="Use --force to replace it.")
        write_sound(output, _audition(name, to), subtype="PCM_16")
        typer.echo(f"{name}: {output}")
        return
    player = _player()
    with tempfile.TemporaryDirectory(prefix="dubbing-") as folder:
        path = Path(folder) / "voice.wav"
        write_sound(path, _audition(name, to), subtype="PCM_16")
        subprocess.run([*player, str(path)], check=False, timeout=LONGEST_PLAYED_S)


def _player() -> list[str]:
    for program, *told in PLAYERS:
        if found := shutil.which(program):
            return [found, *told]
    raise UsageError(
        "There is no program on this machine that plays sound.",
        hint="Write a file: dub voices hear NAME -o voice.wav",
    )


def _audition(name: str, to: str | None) -> Audio:
    from dubbing.models.voices import voice_names

    if name in voice_names():
        return _stock_audition(name, to)
    if to is not None:
        raise UsageError("A language can be chosen for stock voices only.", hint="Leave --to out.")
    return _enrolled_audition(name)


def _stock_audition(name: str, to: str | None) -> Audio:
    """A sentence in the voice's own language, or in another."""
    from dubbing.job import target_code
    from dubbing.language.spoken_form import spoken_form
    from dubbing.models.voices import language_of
    from dubbing.registry import Engines
    from dubbing.voice.casting import PACER
    from dubbing.voice.samples import stock_sample

    code = target_code(to) if to else language_of(name)
    kokoro = Engines().get("speech", PACER)

    def phonemes(text: str, language: str) -> str:
        symbols: str = kokoro.phonemes(spoken_form(text, language), language)
        return symbols

    audio, _ = stock_sample(kokoro, partial(phonemes, language=code), name, code)
    return audio


def _enrolled_audition(name: str) -> Audio:
    from dubbing.models.voices import voice_names
    from dubbing.voice.library import enrolled_names, enrolled_voice

    if name not in enrolled_names():
        near = difflib.get_close_matches(name, [*enrolled_names(), *voice_names()], n=3)
        guess = f"Did you mean {' or '.join(near)}? " if near else ""
        raise UsageError(
            f"There is no voice {name}.", hint=f"{guess}dub voices list --stock names them."
        )
    return enrolled_voice(name).reference

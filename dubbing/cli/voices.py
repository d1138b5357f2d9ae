"""``dub voices``: people's voices on this machine: enrol, list, show, use, delete, ledger, consents."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dubbing.cli.stock_voices import hear, print_stock
from dubbing.errors import InputError, UsageError

USE = ("person", "film", "language", "lines", "seconds")
"""Of an entry of the ledger, what is listed."""

if TYPE_CHECKING:
    from dubbing.arrays import Audio
    from dubbing.engines.asr import Recognizer

app = typer.Typer(no_args_is_help=True)
app.command()(hear)
LEAST_SECONDS = 3.0
RATE_HZ = 16_000
Name = Annotated[str, typer.Argument(help="Name of the enrolled voice.")]


@app.command("list")
def list_voices(
    stock: Annotated[bool, typer.Option("--stock", help="List the stock voices instead.")] = False,
    to: Annotated[str | None, typer.Option(help="Only stock voices of this language.")] = None,
) -> None:
    """List the enrolled voices, or the stock voices."""
    if stock or to:
        print_stock(to)
        return
    from rich.console import Console
    from rich.table import Table

    from dubbing.cli.foreign_text import safe
    from dubbing.voice.library import enrolled_names, voice_path
    from dubbing.voice.profile_file import is_encrypted, read_unchecked

    table = Table("name", "person", "allowed for", "seconds", "live", "usable")
    for name in enrolled_names():
        path = voice_path(name)
        if is_encrypted(path):
            table.add_row(safe(name), "(encrypted)", "", "", "", "")
            continue
        voice = read_unchecked(path)
        live = "yes" if voice.is_live else "no"
        usable = "yes" if voice.objection is None else "no"
        given = voice.consent
        seconds = f"{voice.profile.seconds:.0f}"
        cells = name, given.person, given.purpose, seconds, live, usable
        table.add_row(*map(safe, cells))
    Console().print(table)


@app.command()
def prompt(
    language: Annotated[str, typer.Option("--in", help="Language of the sentence.")] = "en",
) -> None:
    """Print a new sentence for the person to record within ten minutes (dub voices enroll --live)."""
    from dubbing.engines.translation.fixed_examples import example_sentences
    from dubbing.job import target_code
    from dubbing.voice.liveness import new_prompt

    code = target_code(language)
    typer.echo(new_prompt(example_sentences(code), code).text)


@app.command()
def enroll(
    recording: Annotated[Path, typer.Argument(help="5 to 30 s of clean speech, WAV or FLAC.")],
    name: Annotated[str, typer.Option(help="Name of the voice: letters, digits, - and _.")],
    consent: Annotated[
        str,
        typer.Option(help='Who consents to what: "Anna Example: contract of 2 May, all films".'),
    ],
    live: Annotated[
        Path | None,
        typer.Option(help="Recording of the person speaking the sentence of dub voices prompt."),
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", help="Replace an existing voice of this name.")
    ] = False,
) -> None:
    """Store a person's voice with their consent; encrypted if DUBBING_VOICE_PASSPHRASE is set."""
    from dubbing.engines.speakers.ge2e import GE2E
    from dubbing.voice.consent import parse_flag, read_flag
    from dubbing.voice.library import passphrase, voice_path
    from dubbing.voice.profile import describe_voice
    from dubbing.voice.profile_file import EnrolledVoice, voice_subject, write_voice

    path = voice_path(name)
    if path.exists() and not force:
        raise UsageError(f"There is a voice '{name}' already.", hint="Use --force to replace it.")
    audio = _heard(recording)
    _check(audio, recording)
    parse_flag(consent)
    if live is not None:
        _check_live(_heard(live), audio)
    embedding = tuple(round(float(v), 5) for v in GE2E().embed(audio))
    profile = describe_voice(audio, embedding)
    is_live = live is not None
    given = read_flag(consent, voice_subject(profile, audio, is_live=is_live))
    write_voice(path, EnrolledVoice(name, profile, audio, given, is_live), passphrase())
    typer.echo(f"Enrolled {name}: {path}")


@app.command()
def show(name: Name) -> None:
    """Show a voice, and whether its consent is valid."""
    from dubbing.voice.library import existing_voice, passphrase
    from dubbing.voice.profile_file import read_unchecked
    from dubbing.voice.trust import signer

    voice = read_unchecked(existing_voice(name), passphrase())
    known, given, against = voice.profile, voice.consent, voice.objection
    formants = ", ".join(f"{f:.0f}" for f in known.formants_hz)
    typer.echo(
        f"{voice.name}: {given.person}\n"
        f"  allowed for: {given.purpose}\n"
        f"  recorded {given.recorded_at} by {given.recorded_by}\n"
        f"  record {given.id}, signed by {signer(given.public_key)}: "
        f"{'genuine' if against is None else f'NOT VALID, it {against.reason}'}\n"
        f"  speech: {known.seconds} s, {known.snr_db} dB above its noise, {known.lufs} LUFS\n"
        f"  pitch: {known.f0_hz} Hz, range {known.f0_range_st} semitones; "
        f"{known.rate_sps} syllables a second\n"
        f"  formants: {formants} Hz\n"
        f"  shown to be live: {'yes' if voice.is_live else 'no'}"
    )


@app.command()
def use(
    name: Annotated[str, typer.Argument(help="An enrolled voice or a stock voice.")],
    workspace: Annotated[Path, typer.Argument(help="The FILM.dub folder.")],
    speaker: Annotated[str, typer.Option(help="Speaker to cast, e.g. S1.")],
) -> None:
    """Cast a voice for a speaker of a film, from the next run on."""
    from dubbing.voice.casting_file import cast_in
    from dubbing.workspace_marker import check_existing

    check_existing(workspace)
    cast_in(workspace, speaker, name)
    typer.echo(f"{speaker} speaks as {name} from the next run on.")


@app.command()
def delete(
    name: Name,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask for confirmation.")] = False,
) -> None:
    """Delete a voice from this machine; dubs made with it and the ledger stay."""
    from dubbing.voice.library import find_voice

    path = find_voice(name)
    if path is None:
        raise UsageError(f"There is no voice '{name}'.", hint="See: dub voices list.")
    if not yes:
        typer.confirm(f"Delete {path}?", abort=True)
    path.unlink()
    typer.echo(f"Deleted {name}.")


@app.command()
def trust(
    key: Annotated[
        str | None, typer.Argument(help="A key (64 hexadecimal digits) or a file with one.")
    ] = None,
    name: Annotated[str, typer.Option(help="Name of the key's owner.")] = "",
    show_all: Annotated[
        bool, typer.Option("--list", help="List this machine's key and all trusted keys.")
    ] = False,
    remove: Annotated[
        str | None, typer.Option(help="Stop trusting this key (or its name).")
    ] = None,
) -> None:
    """Trust consents recorded on another machine, by the key that signed them."""
    from dubbing.voice.trust import distrust
    from dubbing.voice.trust import trust as trust_key

    if sum((key is not None, show_all, remove is not None)) != 1:
        raise UsageError("Give one of: a key with --name, --list, --remove.")
    if key is not None:
        added = trust_key(key, name)
        typer.echo(f"Consents signed by {added.key} ({added.name}) count from now on.")
    elif remove is not None:
        gone = distrust(remove)
        typer.echo(f"Consents signed by {gone.key} ({gone.name}) do not count any more.")
    else:
        _list_keys()


def _list_keys() -> None:
    from dubbing.voice.signing import own_public_key
    from dubbing.voice.trust import THIS_MACHINE, trusted_keys

    typer.echo(f"{own_public_key() or '(no key yet)':<64}  {THIS_MACHINE}")
    for item in trusted_keys():
        typer.echo(f"{item.key}  {item.name}, since {item.trusted_at[:10]}")


@app.command()
def revoke(
    what: Annotated[
        str, typer.Argument(help="Id of a consent, name of an enrolled voice, or FILM.dub folder.")
    ],
    reason: Annotated[str, typer.Option(help="Reason, for the record.")] = "",
) -> None:
    """Revoke a consent: it allows no further cloning, in any film."""
    from dubbing.voice.records import consents_of
    from dubbing.voice.revocation import revoke as take_back

    for consent, person in consents_of(what):
        done = take_back(consent, person, reason)
        whose = f" of {done.person}" if done.person else ""
        typer.echo(f"Consent {consent}{whose} was revoked on {done.revoked_at[:10]}.")
    typer.echo("Finished films stay as they are.")


@app.command()
def ledger(
    as_json: Annotated[
        bool, typer.Option("--json", help="Print the entries as JSON lines.")
    ] = False,
) -> None:
    """List every use of a person's voice on this machine, and check that no entry was changed."""
    import json

    from rich.console import Console
    from rich.table import Table

    from dubbing.cli.foreign_text import safe
    from dubbing.voice.ledger import ledger_path, read
    from dubbing.voice.trust import signer

    entries = read(ledger_path())
    if as_json:
        for entry in entries:
            typer.echo(json.dumps(entry, ensure_ascii=False))
        return
    table = Table("at", "person", "film", "in", "lines", "seconds", "consent")
    for entry in entries:
        used = entry["use"]
        signed = f", signed by {signer(used['key'])}" if used.get("key") else ""
        cells = [entry["at"], *(used[name] for name in USE), f"{used['consent']}{signed}"]
        table.add_row(*map(safe, cells))
    Console().print(table)


def _heard(path: Path) -> Audio:
    """A recording as 16 kHz mono."""
    from dubbing.media.resample import resample
    from dubbing.media.sound_file import read_sound

    if not path.is_file():
        raise UsageError(f"There is no file {path}.")
    return resample(read_sound(path, 0, 120_000).mono(), RATE_HZ)


def _check(audio: Audio, path: Path) -> None:
    """Refuse what no voice can be learnt from."""
    from dubbing.acoustics.pitch import median_f0_hz
    from dubbing.voice.reference import MOST_CLIPPED, POOREST_SNR_DB, clipped_share, snr_db

    problem = ""
    if audio.duration_ms < LEAST_SECONDS * 1000:
        problem = f"is shorter than {LEAST_SECONDS:.0f} s"
    elif median_f0_hz(audio.between(0, 30_000)) is None:
        problem = "holds no voice"
    elif clipped_share(audio.samples) > MOST_CLIPPED:
        problem = "is clipped"
    elif snr_db(audio) < POOREST_SNR_DB:
        problem = "is too noisy"
    if problem:
        raise InputError(
            f"{path} {problem}.", hint="Record 5 to 30 s of one person in a quiet room."
        )


def _check_live(live: Audio, reference: Audio) -> None:
    from dubbing.engines.speakers.ge2e import GE2E
    from dubbing.registry import Engines
    from dubbing.review.finished import written_down
    from dubbing.voice.liveness import faults, take_prompt
    from dubbing.watermark.finder import is_marked
    from dubbing.watermark.perth import carries_perth

    asked = take_prompt()
    recognizer: Recognizer = Engines().get("asr", "faster-whisper")
    found = faults(
        live,
        asked,
        reference,
        written=lambda audio, language: written_down(audio, recognizer, language),
        embed=GE2E().embed,
        is_marked=lambda audio: is_marked(audio) or carries_perth(audio),
    )
    if found:
        raise InputError(
            f"The recording does not show a living person: {'; '.join(found)}.",
            hint="Ask for a new sentence: dub voices prompt.",
        )

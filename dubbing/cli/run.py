"""``dub INPUT --to LANG``."""

from __future__ import annotations

import re
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from dubbing.cli.strictness import Strict, report_unheard
from dubbing.errors import UsageError

if TYPE_CHECKING:
    from dubbing.timeline import Line, Timeline


NUMBER = re.compile(r"[0-9]{1,9}")
MOST_LINES = 100_000


class LogFormat(StrEnum):
    """How progress is shown."""

    BARS = "bars"
    JSON = "json"


class Loudness(StrEnum):
    """How loud the programme should be."""

    SOURCE = "source"
    EBU_R128 = "ebu-r128"
    NETFLIX = "netflix"
    STREAMING = "streaming"


class EmotionFrom(StrEnum):
    """Which sense the mood is taken from."""

    SOURCE = "source"
    VOICE = "voice"
    FACE = "face"
    TEXT = "text"
    NONE = "none"


def run(  # noqa: PLR0913 - one parameter a flag is what a command line is
    film: Annotated[Path, typer.Argument(metavar="INPUT", help="Anything that ffmpeg reads.")],
    to: Annotated[str, typer.Option("--to", help="Target language: zh en es fr it pt-br ja hi.")],
    source: Annotated[
        str | None, typer.Option("--from", help="Language of the film (default: detected).")
    ] = None,
    asr_model: Annotated[
        str | None,
        typer.Option(
            help="Whisper model: a size (small, turbo), the folder of a converted model, or a hub name."
        ),
    ] = None,
    beam_size: Annotated[
        int | None, typer.Option(min=1, max=20, help="Beam size of Whisper.")
    ] = None,
    temperature: Annotated[
        float | None,
        typer.Option(
            min=0.0,
            max=1.0,
            help="Sampling temperature of Whisper; 0 always takes the most probable word.",
        ),
    ] = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="File or folder to write the dub to.")
    ] = None,
    profile: Annotated[
        str, typer.Option(help="Profile: embedded, fast, quality, or a .yaml file.")
    ] = "embedded",
    workspace: Annotated[
        Path | None, typer.Option(help="Folder for intermediate results (default: FILM.dub).")
    ] = None,
    from_stage: Annotated[
        str | None, typer.Option(help="Recompute this stage and all later ones.")
    ] = None,
    until: Annotated[str | None, typer.Option(help="Stop after this stage.")] = None,
    lines: Annotated[
        str | None, typer.Option(help="Dub only these lines, e.g. 3,7-9; the others stay original.")
    ] = None,
    speakers: Annotated[
        int | None, typer.Option(min=1, help="Number of speakers (default: estimated).")
    ] = None,
    speaker_names: Annotated[
        str | None, typer.Option(help="Names of speakers: S1=Anna,S2=Ben.")
    ] = None,
    audio_track: Annotated[
        int | None, typer.Option(min=0, help="Number of the sound track to dub, from 0.")
    ] = None,
    keep_original: Annotated[
        bool | None,
        typer.Option(
            "--keep-original/--no-keep-original", help="Keep the original sound as second track."
        ),
    ] = None,
    subtitles: Annotated[
        bool | None,
        typer.Option("--subtitles/--no-subtitles", help="Add subtitles in both languages."),
    ] = None,
    translator: Annotated[
        str | None,
        typer.Option(
            help="auto, strong, embedded, qwen, gemma, firefox, llama, hf, "
            "ctranslate2, openai, apertium, file or as-heard."
        ),
    ] = None,
    translation_model: Annotated[
        str | None,
        typer.Option(
            help="Model of the translator: a hub name, a folder or file, or the server's name for it."
        ),
    ] = None,
    translation_server: Annotated[
        str | None, typer.Option(help="Address of an OpenAI-compatible server.")
    ] = None,
    translations: Annotated[
        Path | None, typer.Option(help="Use your own translation: .srt .vtt .ass .csv .tsv .xlf.")
    ] = None,
    glossary: Annotated[
        list[Path] | None,
        typer.Option(
            help="Glossary: .csv of terms with translations, or .txt of words to keep as they are."
        ),
    ] = None,
    memory: Annotated[
        list[Path] | None, typer.Option(help="Translation memory (.tmx), e.g. of earlier episodes.")
    ] = None,
    register: Annotated[
        list[str] | None,
        typer.Option(help="Form of address: formal or familiar, for everybody or as S1=formal."),
    ] = None,
    pronunciations: Annotated[
        Path | None, typer.Option(help="Pronunciation dictionary: .csv with the columns text,said.")
    ] = None,
    voice: Annotated[
        list[str] | None,
        typer.Option(
            help="Cast a voice: S1=NAME, a stock voice or an enrolled one (see dub voices)."
        ),
    ] = None,
    consent: Annotated[
        list[str] | None,
        typer.Option(
            help='Clone voices with consent: "Anna Example: contract of 2 May"; S1=... for one speaker.'
        ),
    ] = None,
    separate: Annotated[
        bool | None,
        typer.Option(
            "--separate/--no-separate",
            help="Separate dialogue from music and effects; otherwise the original is ducked.",
        ),
    ] = None,
    dub_songs: Annotated[
        bool | None,
        typer.Option(
            "--dub-songs/--keep-songs",
            help="Dub singing and wordless sounds; otherwise they stay original.",
        ),
    ] = None,
    dub_doubtful: Annotated[
        bool | None,
        typer.Option(
            "--dub-doubtful/--keep-doubtful",
            help="Dub lines that were probably misunderstood; otherwise they stay original.",
        ),
    ] = None,
    revoice: Annotated[
        bool | None,
        typer.Option(
            "--revoice/--no-revoice",
            help="Speak again what is in the target language already; else it stays. If not given: "
            "only in a film that speaks nothing else.",
        ),
    ] = None,
    emotion: Annotated[
        list[str] | None,
        typer.Option(
            help="Override the emotion: happy, 12=angry:0.8, speaker:S1=calm, 1:10-1:20=sad."
        ),
    ] = None,
    emotion_from: Annotated[
        EmotionFrom | None,
        typer.Option(
            help="What the emotion is recognised from; source combines voice, face and text."
        ),
    ] = None,
    emotion_strength: Annotated[
        float | None,
        typer.Option(
            min=0.0, max=1.5, help="How much of the emotion is carried over; 1 = as in the film."
        ),
    ] = None,
    emotion_engine: Annotated[
        str | None, typer.Option(help="Emotion engine: embedded or hf-audio.")
    ] = None,
    emotion_model: Annotated[
        str | None, typer.Option(help="Model of hf-audio: a hub name or a folder.")
    ] = None,
    speech: Annotated[
        str | None,
        typer.Option(
            help="Speech engine: kokoro, xtts, cosyvoice, gpt-sovits, f5, chatterbox, openai-speech."
        ),
    ] = None,
    speech_model: Annotated[
        str | None,
        typer.Option(help="Model of the speech engine: a folder, or the server's name for it."),
    ] = None,
    speech_server: Annotated[
        str | None, typer.Option(help="Address of the speech engine's server.")
    ] = None,
    lip_strength: Annotated[
        float | None,
        typer.Option(
            min=0.0, max=1.0, help="How much the lips control the timing; 0 = natural timing."
        ),
    ] = None,
    loudness: Annotated[
        Loudness | None,
        typer.Option(
            help="Programme loudness: as in the film, -23 LUFS, -27 LKFS of dialogue, or -14 LUFS."
        ),
    ] = None,
    watermark: Annotated[
        bool | None,
        typer.Option(
            "--watermark/--no-watermark", help="Mark synthetic speech with an inaudible watermark."
        ),
    ] = None,
    credentials: Annotated[
        bool | None,
        typer.Option(
            "--credentials/--no-credentials", help="Label the file as synthetic, signed (C2PA)."
        ),
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", help="Recompute everything and replace the output.")
    ] = False,
    strict: Strict = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print errors only.")] = False,
    log_format: Annotated[
        LogFormat, typer.Option(help="Show progress as bars or as JSON lines.")
    ] = (LogFormat.BARS),
) -> None:
    """Dub one film."""
    from dubbing.cli.casting import cast_of, names_of
    from dubbing.cli.listeners import listener_for
    from dubbing.cli.words import engine_of, said_of, words_of
    from dubbing.diarization.people_file import People
    from dubbing.job import Job, run_job
    from dubbing.media.ffmpeg_choice import named_by_option
    from dubbing.registry import Engines
    from dubbing.servers import ANY_SERVER
    from dubbing.settings import load_profile
    from dubbing.translation.glossary import hotwords_of
    from dubbing.voice.emotion_overrides import read_override

    speaks = {"engine": speech, "model": speech_model, "server": speech_server}
    words = words_of(to, glossary or (), memory or (), register or ())
    flags: dict[str, dict[str, Any]] = {
        "ingest": {"audio_track": audio_track},
        "transcribe": {
            "language": _language_code(source),
            "model": asr_model,
            "beam_size": beam_size,
            "temperature": temperature,
            "hotwords": hotwords_of(words["glossary"] or ()) or None,
        },
        "turns": {"count": speakers},
        "speakers": {"count": speakers},
        "separate": {"enabled": separate},
        "songs": {
            "keep": None if dub_songs is None else not dub_songs,
            "keep_doubtful": None if dub_doubtful is None else not dub_doubtful,
        },
        "translate": {
            "lines": line_numbers(lines) if lines else None,
            "revoice": revoice,
            **engine_of(translator, translation_model, translation_server, translations),
            **words,
        },
        "voices": speaks,
        "emotion": {"engine": emotion_engine, "model": emotion_model},
        "delivery": {
            "overrides": tuple(read_override(text).model_dump() for text in emotion)
            if emotion
            else None,
            "source": emotion_from.value if emotion_from else None,
            "strength": emotion_strength,
        },
        "timing": {
            **speaks,
            "lip_strength": lip_strength,
            "pronunciations": said_of(to, pronunciations) if pronunciations else None,
        },
        "synthesize": {**speaks, "watermark": watermark},
        "mix": {"loudness": loudness.value if loudness else None},
        "mux": {
            "keep_original": keep_original,
            "subtitles": subtitles,
            "credentials": credentials,
        },
    }
    settings = load_profile(profile).with_values(_given(flags))
    if ffmpeg := named_by_option():  # kept with the dub, so that later commands use it too
        settings = settings.model_copy(update={"ffmpeg": ffmpeg})
    job = Job(
        film,
        to,
        output,
        workspace,
        from_stage=from_stage,
        until=until,
        force=force,
        consents=tuple(consent or ()),
        cast=cast_of(voice or ()),
        people=People(names=names_of(speaker_names) if speaker_names else {}),
    )
    with listener_for(log_format.value, quiet) as listener:
        timeline = run_job(job, settings, Engines(settings.threads, servers=ANY_SERVER), listener)
    is_silent = quiet or log_format is not LogFormat.BARS
    if not is_silent:
        _summary(timeline)
    report_unheard(timeline, quiet=is_silent, strict=strict)


def _given(flags: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Only the flags that were given: the profile rules the others."""
    return {
        stage: {name: value for name, value in values.items() if value is not None}
        for stage, values in flags.items()
    }


def _language_code(tag: str | None) -> str | None:
    if tag is None:
        return None
    from dubbing.language.languages import language

    return language(tag).whisper_code


def line_numbers(text: str) -> tuple[int, ...]:
    """``"3,7-9"`` as (3, 7, 8, 9).

    Raises:
        UsageError: if it is not such a list.
    """
    numbers: set[int] = set()
    for part in text.split(","):
        first, dash, last = part.strip().partition("-")
        if not NUMBER.fullmatch(first) or (dash and not NUMBER.fullmatch(last)) or int(first) < 1:
            raise UsageError(f"'{text}' is no list of lines.", hint="Write e.g. --lines 3,7-9.")
        end = int(last) if dash else int(first)
        if end < int(first) or end - int(first) > MOST_LINES:
            raise UsageError(f"'{part.strip()}' is no range of lines.", hint="Write e.g. 7-9.")
        numbers.update(range(int(first), end + 1))
    return tuple(sorted(numbers))


def _summary(timeline: Timeline) -> None:
    """What was made and what deserves a look."""
    from rich.console import Console

    from dubbing.cli.foreign_text import safe

    console = Console()
    flagged = [n for n, line in enumerate(timeline.lines, start=1) if line.flags]
    if timeline.output is not None:
        console.print(f"[bold green]Dub:[/]    {safe(timeline.output.path)}", soft_wrap=True)
    if timeline.report is not None:
        console.print(f"[bold]Report:[/] {safe(timeline.report.path)}", soft_wrap=True)
    written = sum(_is_yours(line) for line in timeline.lines)
    if written:
        console.print(f"{written} of {len(timeline.lines)} lines say your text")
    if flagged:
        numbers = ", ".join(map(str, flagged[:12])) + (" …" if len(flagged) > 12 else "")
        console.print(f"{len(flagged)} of {len(timeline.lines)} lines want a look: {numbers}")
    for speaker in timeline.speakers:
        if speaker.voice is not None:
            for flag in speaker.voice.flags:
                said = f"{speaker.name} ({speaker.id}, {speaker.voice.name}): {flag}"
                console.print(safe(said))


def _is_yours(line: Line) -> bool:
    """Whether a line says what the user's file says."""
    from dubbing.translation.candidates import PERSON

    chosen = line.translation.candidates[:1] if line.translation else ()
    return any(candidate.origin == PERSON and candidate.text for candidate in chosen)

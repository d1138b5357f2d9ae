"""What a manifest may say of how a film is dubbed: all that the flags of ``dub`` say, by their names.

``settings`` reaches every value of the profile beside. What a job says outweighs what is said of all
jobs, and within each, what is said of a language outweighs the rest; ``settings`` are merged value by
value.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from dubbing.batch.places import inside
from dubbing.errors import UsageError
from dubbing.settings import Term

Share = Annotated[float, Field(ge=0, le=1, strict=False)]
Name = Annotated[str, Field(min_length=1, max_length=200)]
Address = Annotated[str, Field(min_length=1, max_length=4000)]
"""Of a film or a dub: a path, or a URL, whose signature may be long."""
Names = dict[Name, Name]
Listed = Annotated[tuple[Name, ...], Field(strict=False)]
"""A list of YAML becomes a tuple; what is in it stays strict."""
Strength = Annotated[float, Field(ge=0, le=1.5, strict=False)]


class Strict(BaseModel):
    """Frozen; no unknown keys, and no "5" for 5."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Options(Strict):
    """How one film is dubbed into one language; ``None`` where the profile shall say."""

    source_language: str | None = Field(None, alias="from")
    """Language of the film; found out if not given."""
    asr_model: str | None = None
    """Whisper that listens: a size, a converted folder or a hub name."""
    beam_size: Annotated[int, Field(ge=1, le=20)] | None = None
    temperature: Share | None = None
    audio_track: Annotated[int, Field(ge=0)] | None = None
    speakers: Annotated[int, Field(ge=1)] | None = None
    """How many people speak."""
    speaker_names: Names | None = None
    keep_original: bool | None = None
    subtitles: bool | None = None
    translator: str | None = None
    translation_model: str | None = None
    translation_server: str | None = None
    translations: str | None = None
    """A file with one's own translation."""
    glossary: Listed | None = None
    memory: Listed | None = None
    register_: dict[Name, Literal["formal", "familiar"]] | None = Field(None, alias="register")
    pronunciations: str | None = None
    voices: Names | None = None
    """Voice by speaker."""
    consent: Listed | None = None
    """Who allows their voice to be cloned, e.g. ``S1=Anna Example: contract of 2 May``."""
    separate: bool | None = None
    dub_songs: bool | None = None
    dub_doubtful: bool | None = None
    """Whether lines are spoken whose words were only guessed."""
    revoice: bool | None = None
    """Whether lines are spoken again that are in the target language already."""
    emotion: Listed | None = None
    """How lines are said, e.g. ``12=angry:0.8``."""
    emotion_from: Literal["source", "voice", "face", "text", "none"] | None = None
    emotion_strength: Strength | None = None
    emotion_engine: str | None = None
    emotion_model: str | None = None
    speech: str | None = None
    speech_model: str | None = None
    speech_server: str | None = None
    lip_strength: Share | None = None
    loudness: Literal["source", "ebu-r128", "netflix", "streaming"] | None = None
    watermark: bool | None = None
    credentials: bool | None = None
    settings: dict[Name, dict[Name, Any]] = Field(default_factory=dict)
    """Any value of the profile, by stage: ``{mix: {duck_db: -20}}``."""

    def over(self, other: Options) -> Options:
        """These options, and the other ones where these say nothing."""
        mine, theirs = _said(self), _said(other)
        settings = {
            stage: {**theirs.get("settings", {}).get(stage, {}), **values}
            for stage, values in {
                **theirs.get("settings", {}),
                **mine.get("settings", {}),
            }.items()
        }
        return Options().model_copy(update={**theirs, **mine, "settings": settings})


def _said(options: Options) -> dict[str, Any]:
    return {
        name: getattr(options, name)
        for name in Options.model_fields
        if getattr(options, name) is not None
    }


def profile_values(
    options: Options, target: str, root: Path, *, outside: bool = False
) -> dict[str, dict[str, Any]]:
    """The values of a profile that options ask for, as ``Profile.with_values`` takes them.

    Args:
        options: what is asked for.
        target: code of the target language.
        root: folder from which paths count.
        outside: whether paths may lead out of it.

    Raises:
        UsageError: if a file or a name that they hold is not right.
    """
    speaks = {
        "engine": options.speech,
        "model": options.speech_model,
        "server": options.speech_server,
    }
    from dubbing.translation.glossary import hotwords_of

    flags: dict[str, dict[str, Any]] = {
        "ingest": {"audio_track": options.audio_track},
        "transcribe": {
            "language": _heard(options.source_language),
            "model": options.asr_model,
            "beam_size": options.beam_size,
            "temperature": options.temperature,
            "hotwords": hotwords_of(_terms(options, target, root, outside)) or None,
        },
        "turns": {"count": options.speakers},
        "speakers": {"count": options.speakers},
        "separate": {"enabled": options.separate},
        "songs": {"keep": _not(options.dub_songs), "keep_doubtful": _not(options.dub_doubtful)},
        "emotion": {"engine": options.emotion_engine, "model": options.emotion_model},
        "translate": _words(options, target, root, outside),
        "voices": speaks,
        "delivery": {
            "overrides": _moods(options),
            "source": options.emotion_from,
            "strength": options.emotion_strength,
        },
        "timing": {
            **speaks,
            "lip_strength": options.lip_strength,
            "pronunciations": _said_so(options, target, root, outside),
        },
        "synthesize": {**speaks, "watermark": options.watermark},
        "mix": {"loudness": options.loudness},
        "mux": {
            "keep_original": options.keep_original,
            "subtitles": options.subtitles,
            "credentials": options.credentials,
        },
    }
    values = {
        stage: {name: value for name, value in told.items() if value is not None}
        for stage, told in flags.items()
    }
    for stage, told in options.settings.items():
        values[stage] = {**told, **values.get(stage, {})}
    return {stage: told for stage, told in values.items() if told}


def _not(value: bool | None) -> bool | None:
    return None if value is None else not value


def _heard(tag: str | None) -> str | None:
    from dubbing.language.languages import language

    return None if tag is None else language(tag).whisper_code


def _words(options: Options, target: str, root: Path, outside: bool) -> dict[str, Any]:
    """What must be said so, what was said before, and who translates."""
    from dubbing.translation.memory_file import read_memory

    engine, model = options.translator, options.translation_model
    if options.translations is not None:
        if engine not in (None, "file"):
            raise UsageError(f"translations and translator {engine} exclude each other.")
        engine, model = "file", str(_file(root, options.translations, outside))
    memories = [_file(root, name, outside) for name in options.memory or ()]
    terms = [term.model_dump() for term in _terms(options, target, root, outside)]
    known = [pair for path in memories for pair in read_memory(path, target)]
    return {
        "engine": engine,
        "model": model,
        "server": options.translation_server,
        "revoice": options.revoice,
        "glossary": tuple(terms) or None,
        "memory": tuple(known) or None,
        "registers": options.register_,
    }


def _terms(options: Options, target: str, root: Path, outside: bool) -> list[Term]:
    from dubbing.translation.glossary import read_glossary

    glossaries = [_file(root, name, outside) for name in options.glossary or ()]
    return [term for path in glossaries for term in read_glossary(path, target)]


def _said_so(options: Options, target: str, root: Path, outside: bool) -> Any:
    from dubbing.language.pronunciation import read_pronunciations

    if options.pronunciations is None:
        return None
    path = _file(root, options.pronunciations, outside)
    return tuple(item.model_dump() for item in read_pronunciations(path, target))


def _moods(options: Options) -> Any:
    from dubbing.voice.emotion_overrides import read_override

    if options.emotion is None:
        return None
    return tuple(read_override(text).model_dump() for text in options.emotion)


def _file(root: Path, name: str, outside: bool) -> Path:
    path = inside(root, name, outside=outside)
    if not path.is_file():
        raise UsageError(f"There is no file {name}.", hint=f"It is looked for in {root}.")
    return path

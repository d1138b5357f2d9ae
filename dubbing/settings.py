"""What can be set, one strict model a stage, collected in a :class:`Profile`.

A profile is plain YAML in ``configs/``; unknown keys are refused. The order is profile file, then
flags; it is merged once, in ``dubbing.cli``, and each stage is handed only its own model.
"""

from __future__ import annotations

import hashlib
import json
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from dubbing.delivery import Mood
from dubbing.errors import BadSettings
from dubbing.settings_text import parse_yaml, read_text


class Strict(BaseModel):
    """Frozen; a key that does not exist is an error, not a wish."""

    model_config = ConfigDict(extra="forbid", frozen=True)


Kind = TypeVar("Kind", bound=Strict)


class EngineOptions(Strict):
    """What a user tells an engine beyond its name; an engine takes what it has a use for."""

    model: str | None = None
    server: str | None = None
    requests_per_minute: int | None = Field(default=None, gt=0)
    prices: tuple[float, float] | None = None
    beam_size: int | None = Field(default=None, gt=0)
    temperature: float | None = Field(default=None, ge=0)


NO_OPTIONS = EngineOptions()
MEANT_FOR_ONE_ENGINE = ("model", "server", "requests_per_minute", "prices")
"""Options that mean nothing to another engine."""
AUTO = "auto"
"""Stands for the best engine that this machine has room for."""
AS_HEARD = "as-heard"
"""The translator that leaves all words as they were heard."""


class TakesModel(Strict):
    """Settings of a stage whose engine may be told what to use."""

    model: str | None = None
    """What the engine shall use: a folder, a hub name, or a name that a server knows."""

    @property
    def engine_options(self) -> EngineOptions | None:
        """What the engine is told; ``None`` if nothing."""
        told = EngineOptions(
            **self.model_dump(include=set(EngineOptions.model_fields), exclude_defaults=True)
        )
        return None if told == NO_OPTIONS else told


class SpeechEngine(TakesModel):
    """Who speaks; the same in the three stages that ask."""

    engine: str = "kokoro"
    server: str | None = None


class IngestSettings(Strict):
    """Which sound of the file is dubbed."""

    audio_track: int | None = Field(None, ge=0)
    """Counted from 0 among the audio tracks; ``None`` takes the default track."""


class TranscribeSettings(TakesModel):
    """How speech is turned into lines."""

    engine: str = "faster-whisper"
    beam_size: int | None = Field(None, ge=1, le=20)
    """How many texts are followed at once; ``None`` is the engine's own choice."""
    temperature: float | None = Field(None, ge=0, le=1)
    """0 takes the likeliest word; more draws among the likely ones."""
    hotwords: tuple[Annotated[str, Field(max_length=200)], ...] = Field((), max_length=100)
    """Names and terms that are likely to be said."""
    language: str | None = None
    """Source language; ``None`` = find out."""
    max_pause_ms: int = Field(700, ge=100)
    """A longer silence between two words ends the line."""
    max_line_ms: int = Field(12_000, ge=1000)
    """A longer line is cut at its best clause border."""
    min_line_ms: int = Field(600, ge=0)
    """A shorter line is joined to its neighbour if hardly any silence lies between."""


class TurnsSettings(TakesModel):
    """How voices are distinguished."""

    engine: str = "ge2e"
    count: int | None = Field(None, ge=1)
    """How many people speak; ``None`` = find out."""
    threshold: float = Field(0.3, gt=0, lt=1)
    """Mean cosine in the voice space under which two groups of a few windows are two people."""


class SpeakerHint(Strict):
    """Who speaks at a time of the film, as a person's text says."""

    name: str
    start_ms: int
    end_ms: int


class SpeakersSettings(Strict):
    """What is known of the people who speak."""

    engine: str = "ge2e"
    count: int | None = Field(None, ge=1)
    """``None``: the faces may show one more than the voices told."""
    use_faces: bool = True
    names: dict[str, str] = {}
    """What speakers are called, by id."""
    lines: dict[str, str] = {}
    """Speakers of lines (by id) that a person corrected."""
    hints: tuple[SpeakerHint, ...] = ()
    """What a person's text says of who speaks; it is read from the text and never comes from settings."""


class FacesSettings(Strict):
    """How mouths are looked for."""

    engine: str = "mediapipe"
    most_fps: float = Field(30.0, ge=5.0)
    """Pictures that follow closer are left out: lips say nothing beyond 15 Hz."""
    longest_side: int = Field(1280, ge=160)
    """Pictures are made no larger than this many pixels before faces are looked for."""


class SeparateSettings(Strict):
    """How dialogue is separated from music and effects."""

    enabled: bool = True
    """If not, the whole original is ducked under dubbed lines."""
    engine: str = "deepfilter"


class SongsSettings(Strict):
    """What happens to lines that are sung, and to those that were not understood."""

    keep: bool = True
    """Whether what is sung, laughed or wordless stays as it is."""
    keep_doubtful: bool = True
    """Whether lines whose words were only guessed stay as they are."""


class EmotionSettings(TakesModel):
    """How emotions are recognised."""

    engine: str = "embedded"
    """Hears the voice."""
    senses: tuple[Literal["voice", "face", "text"], ...] = ("voice", "face", "text")


class EmotionOverride(Strict):
    """A mood that somebody asks for: for lines (from 1), a time, a speaker, or all that is said."""

    label: Mood
    intensity: float | None = Field(None, ge=0, le=1)
    lines: tuple[int, int] | None = None
    """First and last."""
    span_ms: tuple[int, int] | None = None
    speaker: str | None = None


MoodSource = Literal["source", "voice", "face", "text", "none"]


class DeliverySettings(Strict):
    """How lines are to be said."""

    source: MoodSource = "source"
    """Which sense of the film's moods is carried over; ``source`` is all of them."""
    strength: float = Field(1.0, ge=0, le=1.5)
    overrides: tuple[EmotionOverride, ...] = ()


class ChosenMood(Strict):
    """A mood and how strong it is."""

    label: Mood
    intensity: float = Field(0.7, ge=0, le=1)


class LineDecision(Strict):
    """What a reviewer decided of a line; what is not said stays as the program has it."""

    verdict: Literal["accepted", "rejected"] | None = None
    text: str | None = Field(None, min_length=1, max_length=2000)
    emotion: ChosenMood | None = None
    voice: str | None = Field(None, min_length=1, max_length=200)
    lip_strength: float | None = Field(None, ge=0, le=1)
    start_ms: int | None = Field(None, ge=0)
    """Of the time that the line shall fill, on the film's clock."""
    end_ms: int | None = Field(None, ge=1)
    refused: tuple[str, ...] = ()
    """What it said when it was rejected."""
    flags_accepted: tuple[Annotated[str, Field(max_length=200)], ...] = Field((), max_length=50)
    """Faults of the text that the checks find and the reviewer means: they are no longer shown."""
    note: str = Field("", max_length=4000)
    by: str = Field("", max_length=200)
    at: str = Field("", max_length=40)

    @property
    def wishes(self) -> dict[str, Any]:
        """What of it is heard."""
        return self.model_dump(
            exclude={"verdict", "refused", "flags_accepted", "note", "by", "at"}, exclude_none=True
        )

    @property
    def asked(self) -> str:
        """Digest of the wishes; empty for none."""
        if not self.wishes:
            return ""
        text = json.dumps(self.wishes, sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()[:16]


class DirectionSettings(Strict):
    """What people decided of lines, by the lines' ids."""

    lines: dict[str, LineDecision] = {}
    kept: dict[str, str] = {}
    """Lines that stay as they are in a timeline, which is an artifact of the workspace (its path)."""
    mix_of: str | None = None
    """The timeline (as in ``kept``) whose mix stays, but for the lines that change."""


class Term(Strict):
    """A word or name and how it is said in the target language."""

    source: str
    target: str
    note: str = ""
    case: Literal["exact", "any"] = "any"
    """Whether ``bond`` is found for ``Bond``."""


class Pronunciation(Strict):
    """A word that is spoken otherwise than its letters say; ``said`` as in a pronunciation file."""

    text: str
    said: str


class ChoiceWeights(Strict):
    """How much each part of a candidate's worth counts (:mod:`dubbing.translation.choice`)."""

    forward: float = Field(1.0, ge=0)
    reverse: float = Field(0.5, ge=0)
    fit: float = Field(1.0, ge=0)
    fault: float = Field(1.5, ge=0)
    """What each flag of the checks costs."""
    memory: float = Field(3.0, ge=0)
    """What it is worth that a person said it so before."""


class TranslateSettings(Strict):
    """How lines are said in the target language."""

    engine: str = AUTO
    """``auto`` is settled as a job begins, and kept (:mod:`dubbing.engines.translation.auto`)."""
    model: str | None = None
    """What the engine shall use: a hub name, a folder, a model of the server, or a file."""
    server: str | None = None
    """Base address of a server, e.g. ``http://localhost:11434/v1``."""
    requests_per_minute: int | None = Field(None, ge=1)
    """What a server allows."""
    prices: tuple[float, float] | None = None
    """Of a million tokens in and out, to say what a server cost."""
    beam_size: int = Field(3, ge=1, le=16)
    n_best: int = Field(3, ge=1, le=16)
    batch_size: int = Field(16, ge=1)
    examples: int = Field(3, ge=0, le=12)
    """Sentence pairs that a line is shown with, if any are like it."""
    context: int = Field(2, ge=0, le=20)
    """Lines before and after that an engine sees, if it can use them."""
    reverse: bool = True
    """Whether candidates are also judged by whether the source can be told from them."""
    vary_length: bool = True
    """Whether shorter or longer candidates are asked for where none fits its time."""
    choice: ChoiceWeights = ChoiceWeights()
    glossary: tuple[Term, ...] = ()
    memory: tuple[tuple[str, str, str], ...] = ()
    """Language, sentence, and how a person translated it before."""
    registers: dict[str, Literal["formal", "familiar"]] = {}
    """By speaker; ``all`` is for everybody else."""
    lines: tuple[int, ...] = ()
    """Numbers (from 1) of the lines that are dubbed; empty = all."""
    revoice: bool | None = None
    """Whether lines that are in the target language already are spoken again; ``None``: if hardly
    anything else is spoken in the film."""

    @property
    def engine_options(self) -> EngineOptions:
        """What the engine is told."""
        return EngineOptions(
            model=self.model,
            server=self.server,
            requests_per_minute=self.requests_per_minute,
            prices=self.prices,
        )


NO_CONSENTS_HERE = (
    "a consent cannot be given in settings; "
    "give it with --consent \"Anna Example: contract of 2 May\", or with 'consent' in a manifest"
)


class VoicesSettings(SpeechEngine):
    """Which voice speaks for whom."""

    accent: Literal["en-gb", "en-us"] | None = None
    """Variety of the target language, where its voices have several; ``None``: any."""
    distinct: bool = True
    """Give two speakers two voices as long as there are enough."""
    cast: dict[str, str] = {}
    """Voices chosen by hand, by speaker: of the engine, or enrolled (name or file)."""
    cast_content: tuple[str, ...] = ()
    """SHA-256 of the files of enrolled voices, so that a changed one is noticed."""

    @model_validator(mode="before")
    @classmethod
    def _without_consents(cls, values: Any) -> Any:
        """Refuse ``allowed``; files of older versions hold it, empty."""
        if not isinstance(values, dict) or "allowed" not in values:
            return values
        if values["allowed"]:
            raise ValueError(NO_CONSENTS_HERE)
        return {name: value for name, value in values.items() if name != "allowed"}


class TimingSettings(SpeechEngine):
    """How far the speech may bend to fit its time; the order of concessions is fixed."""

    fastest: float = Field(0.6, gt=0.2, le=1.0)
    """No phoneme is planned shorter than this share of its natural length."""
    slowest: float = Field(1.6, ge=1.0, lt=4.0)
    """No phoneme is planned longer than this multiple of its natural length."""
    comfortable_fast: float = Field(0.9, gt=0.2, le=1.0)
    """Compression that nobody hears; used before any silence is borrowed."""
    comfortable_slow: float = Field(1.25, ge=1.0, lt=4.0)
    """Stretch that still sounds natural; a shorter line ends before the mouth does."""
    max_rate: float = Field(1.2, ge=1.0, lt=2.0)
    """Global tempo of the last resort (Netflix and EBU practice: hardly noticed up to 1.2)."""
    gap_ms: int = Field(100, ge=0)
    """Silence kept before the next line."""
    lip_strength: float = Field(0.5, ge=0, le=1)
    """How much the mouth on screen counts: 0 = natural timing, 1 = all that the limits allow."""
    pronunciations: tuple[Pronunciation, ...] = ()
    most_added_pauses: int = Field(2, ge=0)
    """Pauses that may be put into a line where its mouth rests and its text has none."""


class SynthesizeSettings(SpeechEngine):
    """How lines are spoken."""

    watermark: bool = True
    """Whether every line carries an inaudible mark that it is synthetic."""


class MixSettings(Strict):
    """How the dub is laid over the original."""

    duck_db: float = Field(-26.0, le=0)
    """Level of the original under dubbed lines."""
    fade_ms: int = Field(80, ge=5)
    """Length of the ramps into and out of the duck."""
    ceiling_dbtp: float = Field(-1.0, le=0)
    """True peak that is never passed (EBU R 128)."""
    loudness: Literal["source", "ebu-r128", "netflix", "streaming"] = "source"
    """Of the programme: as it was, -23 LUFS, -27 LUFS of dialogue, or -14 LUFS."""
    tone: bool = True
    """Whether voices get the film's tone."""
    room: bool = True
    """Whether voices get a little of the film's room."""


class MuxSettings(Strict):
    """What the finished file holds beside the dub."""

    keep_original: bool = True
    subtitles: bool = False
    credentials: bool = True
    """Whether the file states, signed (C2PA), that its dialogue is synthetic."""
    written: Literal["zh-Hant-TW", "zh-Hant-HK"] | None = None
    """In which characters Chinese is shown; ``None``: as it was translated, in simplified ones."""


class ReportSettings(Strict):
    """What is measured on the finished file."""

    transcribe_back: bool = True
    engine: str = "faster-whisper"
    max_error_rate: float = Field(0.3, ge=0, le=1)
    """A line of whose sounds a larger share is misheard is flagged, unless only the recogniser fails."""


class Recipe(Strict):
    """Names of stages in the order in which they run."""

    stages: tuple[str, ...] = Field(min_length=1)


class Profile(Strict):
    """Everything that can be set."""

    name: str = "embedded"
    threads: int = Field(0, ge=0)
    """CPU threads an engine may use; 0 = all cores."""
    ffmpeg: str | None = None
    """Path or name of another ffmpeg than the packaged one; ``DUBBING_FFMPEG`` outranks it."""
    ingest: IngestSettings = IngestSettings()
    transcribe: TranscribeSettings = TranscribeSettings()
    turns: TurnsSettings = TurnsSettings()
    speakers: SpeakersSettings = SpeakersSettings()
    separate: SeparateSettings = SeparateSettings()
    songs: SongsSettings = SongsSettings()
    faces: FacesSettings = FacesSettings()
    emotion: EmotionSettings = EmotionSettings()
    translate: TranslateSettings = TranslateSettings()
    voices: VoicesSettings = VoicesSettings()
    delivery: DeliverySettings = DeliverySettings()
    direction: DirectionSettings = DirectionSettings()
    timing: TimingSettings = TimingSettings()
    synthesize: SynthesizeSettings = SynthesizeSettings()
    mix: MixSettings = MixSettings()
    mux: MuxSettings = MuxSettings()
    report: ReportSettings = ReportSettings()

    def of(self, stage: str) -> Strict:
        """The settings of one stage."""
        settings: Strict = getattr(self, stage)
        return settings

    def in_variety(self, written: str | None, accent: str | None) -> Profile:
        """The same profile for a variety of the target language: as it is shown, and as it sounds."""
        values = {"mux": {"written": written}} if written is not None else {}
        values |= {"voices": {"accent": accent}} if accent is not None else {}
        return self.with_values(values) if values else self

    def with_values(self, values: dict[str, dict[str, Any]]) -> Profile:
        """The same profile with some values of some stages replaced (flags over file).

        Where another engine is named, the options that were meant for the earlier one are dropped.
        """
        plain = self.model_dump()
        for stage, changes in values.items():
            mine = plain[stage]
            if changes.get("engine", mine.get("engine")) != mine.get("engine"):
                mine.update({name: None for name in MEANT_FOR_ONE_ENGINE if name in mine})
            mine.update(changes)
        return _validated(Profile, plain, "the command line")

    def with_translator(self, name: str) -> Profile:
        """The same profile with the translator that ``auto`` was settled to; its options stay."""
        translate = self.translate.model_copy(update={"engine": name})
        return self.model_copy(update={"translate": translate})


def load_profile(name: str) -> Profile:
    """A shipped profile by its name, or one's own by the path of its file.

    Raises:
        BadSettings: if there is no such profile, or it holds something that is not allowed.
    """
    path = Path(name)
    if path.suffix in (".yaml", ".yml"):
        if not path.is_file():
            raise BadSettings(f"There is no profile file {name}.")
        return parse(Profile, read_text(path), name)
    shipped_names = list_shipped("configs")
    if name not in shipped_names:
        raise BadSettings(
            f"There is no profile '{name}'.",
            hint=f"Shipped: {', '.join(shipped_names)}; or give the path of a .yaml file.",
        )
    return parse(Profile, shipped("configs", f"{name}.yaml"), name)


def load_recipe(name: str) -> tuple[str, ...]:
    """The stages of a shipped recipe, in order.

    Raises:
        BadSettings: if there is no such recipe; names those that exist.
    """
    shipped_names = list_shipped("pipelines")
    if name not in shipped_names:
        raise BadSettings(
            f"There is no recipe '{name}'.", hint=f"Shipped: {', '.join(shipped_names)}."
        )
    return parse(Recipe, shipped("pipelines", f"{name}.yaml"), name).stages


def parse(kind: type[Kind], text: str, origin: str) -> Kind:
    """Settings of one kind from YAML.

    Raises:
        BadSettings: naming ``origin`` and the key that is wrong.
    """
    plain = parse_yaml(text, origin).values or {}
    if not isinstance(plain, dict):
        raise BadSettings(f"{origin} must hold a mapping of names to values.")
    return _validated(kind, plain, origin)


def _validated(kind: type[Kind], plain: dict[str, Any], origin: str) -> Kind:
    try:
        return kind.model_validate(plain)
    except ValidationError as error:
        raise BadSettings(f"In {origin}, {first_fault(error)}") from error


def first_fault(error: ValidationError) -> str:
    """The first field that does not fit, and why."""
    first = error.errors()[0]
    where = ".".join(str(part) for part in first["loc"])
    return f"{where}: {first['msg'].removeprefix('Value error, ')}."


@cache
def _shipped_folder(kind: str) -> Path:
    """In a wheel the folder lies in the package; in an editable install, beside it."""
    inside = Path(str(files("dubbing"))) / kind
    return inside if inside.is_dir() else Path(str(files("dubbing"))).parent / kind


def shipped(kind: str, name: str) -> str:
    """Text of a file of ``configs`` or ``pipelines``."""
    return (_shipped_folder(kind) / name).read_text(encoding="utf-8")


def list_shipped(kind: str) -> tuple[str, ...]:
    """Names of the files of ``configs`` or ``pipelines``, without ending."""
    return tuple(sorted(path.stem for path in _shipped_folder(kind).glob("*.yaml")))

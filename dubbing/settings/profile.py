"""All settings of a run, collected in a profile."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pydantic import Field

from dubbing.errors import BadSettings
from dubbing.settings.analysis import (
    EmotionSettings,
    FacesSettings,
    IngestSettings,
    SeparateSettings,
    SongsSettings,
    SpeakersSettings,
    TranscribeSettings,
    TurnsSettings,
)
from dubbing.settings.files import list_shipped, parse, shipped, validated
from dubbing.settings.making import (
    DeliverySettings,
    MixSettings,
    MuxSettings,
    ReportSettings,
    SynthesizeSettings,
    TimingSettings,
)
from dubbing.settings.strict import MEANT_FOR_ONE_ENGINE, Strict
from dubbing.settings.writing import TranslateSettings, VoicesSettings
from dubbing.settings_text import read_text


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
        return validated(Profile, plain, "the command line")

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

"""What is remembered line by line is made again exactly when something that made it has changed."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dubbing.arrays import Audio
from dubbing.delivery import NEUTRAL
from dubbing.engines.speech import Speech
from dubbing.memo_keys import MemoKey
from dubbing.models.catalogue import catalogue, weights_id
from dubbing.pipeline import Run
from dubbing.registry import Engines, engine_class
from dubbing.settings import (
    Profile,
    SynthesizeSettings,
    TimingSettings,
    TranslateSettings,
    VoicesSettings,
)
from dubbing.stages.line_asking import asker_for
from dubbing.stages.synthesize import synthesize
from dubbing.stages.translate import translate
from dubbing.stages.voice_prompter import prompter_of
from dubbing.stages.voice_samples import SampleMaker
from dubbing.stages.voices import _Casting
from dubbing.testing import tone
from dubbing.timeline import (
    Candidate,
    DurationPlan,
    Line,
    Media,
    Span,
    Speaker,
    Timeline,
    Translation,
    Voice,
    VoiceProfile,
)
from dubbing.timing.isochrony import Slot
from dubbing.voice.consent import Consent
from dubbing.workspace import Workspace
from tests.property.test_honest_cache import change
from tests.translation.test_stage import Scripted

KOKORO = Voice("kokoro", "af_heart", 1.0, "")
XTTS = Voice("xtts", "af_heart", 1.0, "", pacer="zf_xiaobei")
PLAN = DurationPlan("hi", "ab", (1, 2, 2, 1), (1.0, 2.0, 2.0, 1.0), 1, 3, 0, Span(0, 100))
LINE = Line(
    "L0",
    Span(0, 2000),
    "Hello there.",
    (),
    "S1",
    translation=Translation("你好", (Candidate("你好", 0.0),), "embedded"),
    plan=PLAN,
)


class Asked(Exception):
    """Somebody asked what is remembered under a key."""


class Recording(Run):
    """Stops at the first key."""

    def recall(self, key: MemoKey) -> Any:
        raise Asked(key)


class Scene(Engines):
    """Scripted engines."""

    def get(self, role: str, name: str, options: object = None) -> Any:
        return {"translation": Scripted, "speech": Whole if name == "xtts" else Given}[role]()


class Given:
    """A speech engine that takes durations; its sound shows its version."""

    rate_hz = 24_000
    version, weights = 1, ()

    def phonemes(self, text: str, language: str) -> str:
        return "a" * len(text)

    def durations(self, phonemes: str, voice: object) -> Any:
        return np.full(len(phonemes) + 2, 4.0)

    def heard(self, phonemes: str, voice: object, frames: Any) -> tuple[float, float]:
        return 1.0, float(sum(frames) - 1)

    def speak(self, phonemes: str, voice: object, frames: Any, delivery: object = NEUTRAL) -> Audio:
        level = 0.1 * engine_class("speech", "kokoro").version
        return tone(25 * sum(frames), rate_hz=self.rate_hz, level=level)

    def voices(self, language: str) -> tuple[object, ...]:
        return ()


class Whole:
    """A speech engine that says whole lines."""

    rate_hz, imitates, takes_speed, licence = 24_000, True, False, "MIT"
    version, weights = 1, ()
    phonemes, voices = Given.phonemes, Given.voices

    def say(self, *arguments: object) -> Audio:
        raise AssertionError("nothing is said before it is asked for what is remembered")


def film(voice: Voice) -> Timeline:
    media = Media("film.mp4", "0", 4000, False, 0)
    speaker = Speaker("S1", "Kirk", embedding=(1.0,), voice=voice)
    return Timeline("zh", media, "en", 1.0, (speaker,), (LINE,))


def asked_key(act: Callable[[Run], object], folder: Path) -> MemoKey:
    with pytest.raises(Asked) as asked:
        act(Recording(Workspace(folder), folder / "film.mp4", engines=Scene()))
    key: MemoKey = asked.value.args[0]
    return key


def casting(run: Run) -> _Casting:
    settings = VoicesSettings()
    speech: Speech = run.engines.get("speech", "kokoro")
    return _Casting(film(KOKORO), run, settings, speech, [])


def whole_line(run: Run) -> object:
    timeline = film(XTTS)
    asker = asker_for(timeline, run, TimingSettings(engine="xtts"), LINE, Slot(40, 80))
    return next(asker.options())


KOKORO_MADE = {"kokoro", "kokoro-82m-int8", "kokoro-82m-split", "kokoro-voices", "mood-timbre"}
GEMMA_MADE = {"embedded", "gemma-3-270m-gguf", "gemma-3-270m", "gemma-3-270m-en-zh"}
GIVEN = Consent("S1", "Kirk", "contract", "film", "2026-11-28T00:00:00+00:00", "studio")
REMEMBERED: dict[str, tuple[Callable[[Run], object], set[str]]] = {
    "take": (
        lambda run: synthesize.function(film(KOKORO), run, SynthesizeSettings()),
        KOKORO_MADE,
    ),
    "unmarked take": (
        lambda run: synthesize.function(film(KOKORO), run, SynthesizeSettings(watermark=False)),
        KOKORO_MADE,
    ),
    "natural lengths": (lambda run: prompter_of(KOKORO, "zh", run).said("你好"), KOKORO_MADE),
    "extent": (lambda run: prompter_of(KOKORO, "zh", run).heard("ab", [1, 2, 2, 1]), KOKORO_MADE),
    "lengths for an imitating engine": (
        lambda run: prompter_of(XTTS, "zh", run).said("你好"),
        KOKORO_MADE,
    ),
    "whole line": (whole_line, {*KOKORO_MADE, "xtts"}),
    "draft": (
        lambda run: translate.function(film(KOKORO), run, TranslateSettings()),
        GEMMA_MADE,
    ),
    "stock sample": (
        lambda run: SampleMaker(film(XTTS), run, "xtts").stock(XTTS),
        KOKORO_MADE,
    ),
    "own voice": (
        lambda run: casting(run)._own(VoiceProfile(9.0, (1.0,)), "af_heart", GIVEN),
        {*KOKORO_MADE, "ge2e"},
    ),
}
ENGINES = [
    ("asr", "faster-whisper"),
    ("translation", "embedded"),
    ("speech", "kokoro"),
    ("speech", "xtts"),
    ("speakers", "ge2e"),
    ("faces", "mediapipe"),
    ("emotion", "embedded"),
    ("separation", "deepfilter"),
]


@pytest.mark.parametrize("what", REMEMBERED)
def test_a_result_is_made_again_when_what_made_it_changes_and_only_then(
    what: str, tmp_path: Path
) -> None:
    act, made_by = REMEMBERED[what]
    before = asked_key(act, tmp_path)
    for role, name in ENGINES:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(engine_class(role, name), "version", 99)
            has_changed = asked_key(act, tmp_path) != before
        expected = name in made_by and role in ("speech", "translation")
        assert has_changed == expected, (role, name)
    for name, entry in catalogue().items():
        for part in [*(file.name for file in entry.files[-1:]), *entry.shipped, "maker"]:
            if part == "maker" and not entry.derived_from:
                continue
            with pytest.MonkeyPatch.context() as patch:
                change(patch, name, part)
                has_changed = asked_key(act, tmp_path) != before
            weights_id.cache_clear()
            assert has_changed == (name in made_by), (name, part)


def test_a_newer_engine_speaks_its_lines_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def spoken() -> Any:
        with Workspace(tmp_path) as workspace:
            run = Run(workspace, tmp_path, engines=Scene())
            done = synthesize.function(film(KOKORO), run, SynthesizeSettings(watermark=False))
        return done.lines[0].take

    monkeypatch.setattr(engine_class("speech", "kokoro"), "version", 1)
    first = spoken()
    assert spoken() == first
    monkeypatch.setattr(engine_class("speech", "kokoro"), "version", 4)
    second = spoken()
    assert second.sound.sha256 != first.sound.sha256
    assert second.measured_lufs > first.measured_lufs + 10


def test_an_engine_with_options_is_not_taken_for_one_without(tmp_path: Path) -> None:
    (tmp_path / "xtts").mkdir()
    plain = asked_key(whole_line, tmp_path)
    settings = TimingSettings(engine="xtts", model=str(tmp_path / "xtts"))

    def with_model(run: Run) -> object:
        return next(asker_for(film(XTTS), run, settings, LINE, Slot(40, 80)).options())

    assert asked_key(with_model, tmp_path) != plain


def test_a_line_that_is_stretched_is_kept_by_what_it_is_stretched_from(tmp_path: Path) -> None:
    """The lengths that the pacer told are part of a take, even if sound and plan are the same."""
    with Workspace(tmp_path) as workspace, workspace.new_file(".wav") as path:
        path.write_bytes(b"sound")
        whole = workspace.adopt(path)

    def key(natural: tuple[float, ...]) -> MemoKey:
        plan = replace(PLAN, whole=whole, natural=natural)
        timeline = film(XTTS).with_lines([replace(LINE, plan=plan)])
        settings = SynthesizeSettings(engine="xtts")
        return asked_key(lambda run: synthesize.function(timeline, run, settings), tmp_path)

    assert key((1.0, 2.0, 2.0, 1.0)) != key((1.0, 2.5, 1.5, 1.0))


def test_a_part_of_a_stage_has_the_key_of_the_whole_in_its_own(tmp_path: Path) -> None:
    run = Run(Workspace(tmp_path), tmp_path, stage_name="faces", stage_key=MemoKey("one"))
    other = replace(run, stage_key=MemoKey("two"))
    assert run.part_key(1) != run.part_key(2)
    assert run.part_key(1) != other.part_key(1)
    with pytest.raises(AssertionError, match="outside a recipe"):
        replace(run, stage_key=None).part_key(1)


def test_the_profile_says_who_writes_enrolled_voices_down(tmp_path: Path) -> None:
    """Not the default recogniser, which may not be installed or not know the language."""
    names: list[str] = []

    class Listening(Engines):
        def get(self, role: str, name: str, options: object = None) -> Any:
            names.append(f"{role} {name}")
            raise Asked

    profile = Profile().with_values({"transcribe": {"engine": "other-asr"}})
    run = Run(Workspace(tmp_path), tmp_path, engines=Listening(), profile=profile)

    class Enrolled:
        name = "Anna"
        reference = tone(3000)

    with pytest.raises(Asked):
        SampleMaker(film(XTTS), run, "xtts").enrolled(Enrolled(), None)  # type: ignore[arg-type]
    assert names == ["asr other-asr"]

"""From a mood to how a line is said: overrides, carry-over, bounds, and what Kokoro makes of it."""

import contextlib
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dubbing.acoustics.prosody import Prosody, measure_prosody
from dubbing.arrays import Audio
from dubbing.delivery import MOODS, NEUTRAL, Delivery
from dubbing.errors import UsageError
from dubbing.settings import DeliverySettings, EmotionOverride
from dubbing.timeline import Emotion, Line, Sense, Span
from dubbing.timing.prompter import paced
from dubbing.voice.emotion import MOST, asked_for, carried_over
from dubbing.voice.emotion_overrides import override_for, read_override
from dubbing.voice.manner import against_usual
from dubbing.voice.moods import mood


def line(start_ms: int = 0, end_ms: int = 2000, speaker: str = "S1") -> Line:
    return Line("L1", Span(start_ms, end_ms), "text", (), speaker)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("happy", EmotionOverride(label="happy")),
        ("Sad:0.3", EmotionOverride(label="sad", intensity=0.3)),
        ("12=angry:0.8", EmotionOverride(label="angry", intensity=0.8, lines=(12, 12))),
        ("3-5=calm", EmotionOverride(label="calm", lines=(3, 5))),
        ("speaker:S1=calm", EmotionOverride(label="calm", speaker="S1")),
        ("00:01:10-00:01:20=sad", EmotionOverride(label="sad", span_ms=(70_000, 80_000))),
        ("1:10.5-2:00=fearful:1", EmotionOverride(
            label="fearful", intensity=1, span_ms=(70_500, 120_000))),
    ],
)  # fmt: skip
def test_every_form_is_read(text: str, wanted: EmotionOverride) -> None:
    assert read_override(text) == wanted


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("angri", "Did you mean angry?"),
        ("12=furious", "no emotion"),
        ("angry:2", "no strength"),
        ("angry:loud", "no strength"),
        ("angry:nan", "no strength"),
        ("=angry", "which line"),
        ("0=angry", "no range"),
        ("5-3=angry", "no range"),
        ("speaker:=angry", "no speaker"),
        ("1:20-1:10=sad", "backwards"),
        ("S1=sad", "speaker:S1"),
        ("", "no emotion"),
    ],
)
def test_bad_ones_are_refused_with_the_reason(text: str, says: str) -> None:
    with pytest.raises(UsageError) as refused:
        read_override(text)
    assert says in f"{refused.value} {refused.value.hint}"


@given(st.text(max_size=40))
def test_any_text_is_read_or_refused_in_a_sentence(text: str) -> None:
    with contextlib.suppress(UsageError):
        assert read_override(text).label in MOODS


@given(st.permutations(["happy", "speaker:S1=calm", "0:00-0:10=sad", "2=angry"]))
def test_the_more_specific_counts_in_any_order(texts: list[str]) -> None:
    overrides = [read_override(text) for text in texts]

    def label(given_line: Line, number: int) -> str | None:
        found = override_for(given_line, number, overrides)
        return None if found is None else found.label

    assert label(line(), 2) == "angry"
    assert label(line(), 1) == "sad"
    assert label(line(20_000, 22_000), 1) == "calm"
    assert label(line(20_000, 22_000, "S2"), 1) == "happy"
    assert label(line(9_500, 12_000, "S2"), 1) == "happy"  # most of it lies outside the time


def test_of_two_alike_the_later_one_counts() -> None:
    overrides = [read_override("happy"), read_override("sad")]
    found = override_for(line(), 1, overrides)
    assert found is not None
    assert found.label == "sad"


EVEN = Prosody(120, 6, -2, 0.2, -20, 15, 4, 0.5, -8, 15, -8, 2)


def said(pitch_st: float = 0.0, level_db: float = 0.0, *, base_hz: float = 120.0) -> Prosody:
    return Prosody(
        base_hz * 2 ** (pitch_st / 12), 6, -2, 0.2, -20 + level_db, 15, 4, 0.5, -8, 15, -8, 2
    )


def test_a_shout_is_a_shout_by_the_speakers_own_calm() -> None:
    low, high = [said(base_hz=110)] * 5 + [said(6, 8, base_hz=110)], [said(base_hz=220)] * 6
    found = against_usual([*low, *high], ["a"] * 6 + ["b"] * 6, [1] * 5 + [0] + [1] * 6)
    shout, calm = found[5], found[7]
    assert shout is not None
    assert calm is not None
    assert shout.pitch_st > 3
    assert shout.level_db > 4
    assert abs(calm.pitch_st) < 0.1  # the other's voice is higher, and calm


def test_a_single_line_differs_from_nothing() -> None:
    (found,) = against_usual([said(5)], ["a"], [1.0])
    assert found is not None
    assert found.pitch_st == 0
    assert found.pitch_range == 1
    assert against_usual([None], ["a"], [1.0]) == (None,)


def felt(label: str = "angry", intensity: float = 0.9, pitch_st: float = 3.0) -> Emotion:
    shares = (("angry", 0.95), ("neutral", 0.05))
    return Emotion(
        label, intensity, -0.5, 0.9, (Sense("face", shares, 0.95),), Delivery(pitch_st=pitch_st)
    )


def test_what_the_film_has_is_carried_over_by_its_strength() -> None:
    weak, full, strong = (carried_over(felt(), "source", s).pitch_st for s in (0.5, 1.0, 1.5))
    assert 0 < weak < full < strong < MOST["pitch_st"]
    assert carried_over(felt(), "source", 0.0).pitch_st == 0
    assert carried_over(felt(), "none", 1.0).pitch_st == 0
    assert carried_over(None, "source", 1.0).pitch_st == 0


def test_one_sense_alone_can_be_asked() -> None:
    face = carried_over(felt(), "face", 1.0)
    assert face.label == "angry"
    assert carried_over(felt(), "text", 1.0).label == "neutral"
    assert carried_over(felt(), "voice", 1.0).pitch_st == pytest.approx(0.7 * 3.0, abs=0.2)
    assert "face" in face.reason


@given(
    st.sampled_from(MOODS),
    st.floats(0, 1),
    st.floats(0, 1.5),
    st.floats(-40, 40),
    st.floats(0.05, 20),
)
def test_nothing_goes_beyond_its_bounds(
    label: str, intensity: float, strength: float, pitch_st: float, pitch_range: float
) -> None:
    wild = Emotion(label, intensity, 0, 0, (), Delivery(pitch_st=pitch_st, pitch_range=pitch_range))
    for found in (carried_over(wild, "source", strength), asked_for(label, intensity, 1.0, "")):
        assert abs(found.pitch_st) <= MOST["pitch_st"]
        assert abs(math.log(found.pitch_range)) <= MOST["pitch_range"] + 1e-3
        assert abs(math.log(found.rate)) <= MOST["rate"] + 1e-3
        assert abs(found.level_db) <= MOST["level_db"]


def test_the_moods_go_where_listeners_agree_that_they_go() -> None:
    for label, way in (("angry", 1), ("happy", 1), ("sad", -1), ("calm", -1)):
        found = mood(label)
        for value in (found.pitch_st, found.level_db, found.bright_db):
            assert way * value >= 2
        assert way * math.log(found.pitch_range) > 0.2
        assert way * math.log(found.rate) > 0.1
    assert mood("neutral") == NEUTRAL


def test_settings_refuse_a_mood_that_is_none() -> None:
    with pytest.raises(ValueError, match="label"):
        DeliverySettings.model_validate({"overrides": [{"label": "furious"}]})


def test_a_slower_pace_lengthens_pauses_most_and_leaves_the_ends() -> None:
    natural = [10.0, 4.0, 6.0, 4.0, 12.0]
    slow = paced("a, b".replace(" ", ""), natural, 0.8)
    assert slow[0] == 10.0
    assert slow[-1] == 12.0
    assert slow[1] == pytest.approx(5.0)
    assert slow[2] == pytest.approx(6 / 0.64, abs=0.01)
    assert paced("a,b", natural, 1.0) == natural


@pytest.mark.slow
@pytest.mark.parametrize(
    ("language", "text"),
    [("zh", "火车晚点了两个小时，我们只好在车站等。"),
     ("es", "El tren llegó dos horas tarde y tuvimos que esperar.")],
)  # fmt: skip
def test_a_mood_is_heard_in_the_sound_and_the_words_stay_clear(language: str, text: str) -> None:
    from dubbing.engines.asr.faster_whisper import FasterWhisper
    from dubbing.engines.speech.kokoro import Kokoro
    from dubbing.language.speech_text import comparable
    from dubbing.language.spoken_form import spoken_form
    from dubbing.media.resample import resample
    from dubbing.metrics.said import compare
    from dubbing.review.finished import written_down

    kokoro, asr = Kokoro(), FasterWhisper()
    voice = kokoro.voices(language)[1].name
    symbols = kokoro.phonemes(spoken_form(text, language), language)
    natural = [float(n) for n in kokoro.durations(symbols, voice)]

    def spoken(wanted: Delivery) -> tuple[Prosody, int]:
        frames = [max(1, round(n)) for n in paced(symbols, natural, wanted.rate)]
        audio = resample(kokoro.speak(symbols, voice, frames, wanted), 16_000)
        heard = written_down(audio, asr, language)
        assert compare([comparable(text, language)], heard)[0].error_rate < 0.15
        found = measure_prosody(audio)
        assert found is not None
        return found, audio.n_samples

    plain, usual = spoken(NEUTRAL)
    for label, way in (("angry", 1), ("sad", -1)):
        found, length = spoken(asked_for(label, 0.8, 1.0, ""))
        assert way * 12 * np.log2(found.f0_hz / plain.f0_hz) > 1.5
        # 8-bit products differ between processors: 1.4 to 2.1 dB for one and the same sentence
        assert way * (found.level_db - plain.level_db) > 1.0
        assert label != "angry" or found.alpha_db - plain.alpha_db > 1.0
        assert way * (usual - length) > 0.08 * usual


def test_neutral_changes_nothing_to_the_bit() -> None:
    from dubbing.acoustics.effort import with_effort

    audio = Audio(np.random.default_rng(1).normal(0, 0.1, (1, 2400)).astype(np.float32), 24_000)
    assert with_effort(audio, 0.0, 0.0) is audio


def test_effort_brightens_and_never_clips() -> None:
    from dubbing.acoustics.effort import with_effort

    rng = np.random.default_rng(1)
    audio = Audio(np.cumsum(rng.normal(0, 0.005, (1, 24_000)), axis=1).astype(np.float32), 24_000)

    def above_1_khz(sound: Audio) -> float:
        power = np.abs(np.fft.rfft(sound.samples[0] * np.hanning(sound.n_samples))) ** 2
        hz = np.fft.rfftfreq(sound.n_samples, 1 / sound.rate_hz)
        return float(
            10
            * np.log10(power[(hz > 1500) & (hz < 4000)].sum() / power[(hz > 50) & (hz < 700)].sum())
        )

    raised = with_effort(audio, 6.0, 30.0)
    assert np.abs(raised.samples).max() <= 0.901
    assert above_1_khz(raised) - above_1_khz(audio) == pytest.approx(6.0, abs=1.5)
    assert raised.n_samples == audio.n_samples

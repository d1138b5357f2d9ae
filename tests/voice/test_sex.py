"""Men, women and children by voice and face, with the doubt where the evidence is open."""

import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from dubbing.arrays import Audio
from dubbing.delivery import NEUTRAL
from dubbing.engines.speech.kokoro import Kokoro
from dubbing.media.resample import resample
from dubbing.models.speaker_encoder import SpeakerEncoder
from dubbing.models.swift_f0 import pitch_track
from dubbing.models.voice_sex import load_voice_sex
from dubbing.models.voices import all_voice_cards
from dubbing.timeline import FaceReading
from dubbing.voice.sex import VoiceWindows, sex_of_vector, speaker_sex, voice_windows

SHARED = Path(os.environ.get("DUBBING_SHARED", Path(__file__).parents[3] / "shared"))
RAVDESS = SHARED / "data/emotion/ravdess"
NOBODY = VoiceWindows(np.zeros((0, 3)), np.zeros(0), np.zeros(0))


def windows(man: float, woman: float, child: float = 0.001, n: int = 8) -> VoiceWindows:
    logs = np.log(np.tile([man, woman, child], (n, 1)))
    return VoiceWindows(logs, np.full(n, -30.0), np.full(n, 150.0))


def face(female: float, age_years: float = 40.0, n: int = 10) -> FaceReading:
    return FaceReading(female, age_years, n)


def test_nothing_heard_and_nothing_seen_is_not_known() -> None:
    assert speaker_sex(NOBODY, ()) is None


def test_a_clear_voice_is_enough_without_a_face() -> None:
    sex = speaker_sex(windows(0.95, 0.05), ())
    assert sex is not None
    assert sex.female < 0.15
    assert not sex.is_doubtful
    assert sex.face_female is None


def test_an_unclear_voice_is_doubtful_and_a_face_settles_it() -> None:
    alone, seen = (speaker_sex(windows(0.45, 0.55), faces) for faces in ((), (face(0.01),)))
    assert alone is not None
    assert alone.is_doubtful
    assert seen is not None
    assert not seen.is_doubtful
    assert seen.female < 0.15


def test_voice_and_face_that_disagree_are_doubtful() -> None:
    sex = speaker_sex(windows(0.03, 0.97), (face(0.03),))
    assert sex is not None
    assert sex.is_doubtful


def test_one_window_counts_half_and_one_picture_does_not_overrule_a_voice() -> None:
    sex = speaker_sex(windows(0.02, 0.98), (face(0.02, n=1),))
    assert sex is not None
    assert sex.female > 0.5


def test_the_face_of_a_child_makes_a_child_and_a_high_voice_alone_does_not() -> None:
    child, woman = (
        speaker_sex(windows(0.01, 0.6, 0.39), (face(0.6, years),)) for years in (7.0, 30.0)
    )
    assert child is not None
    assert woman is not None
    assert child.child > 0.5 > woman.child


def test_shouted_windows_do_not_count_where_there_are_calm_ones() -> None:
    voice = VoiceWindows(
        np.log([[0.9, 0.09, 0.01]] * 5 + [[0.1, 0.89, 0.01]] * 3),
        np.array([-30.0] * 5 + [-15.0] * 3),
        np.array([110.0] * 5 + [280.0] * 3),
    )
    assert voice.calm().f0_hz == 110.0
    assert len(voice.calm().log_shares) == 5


def test_every_stock_voice_is_read_as_what_it_is() -> None:
    model = load_voice_sex()
    grown_up = [card for card in all_voice_cards() if not card.is_child]
    wrong = [card.name for card in grown_up if model.is_womans(card.embedding) != card.is_female]
    assert wrong == []


def test_an_enrolled_voice_is_read_by_its_vector() -> None:
    card = next(card for card in all_voice_cards() if card.name == "zm_yunjian")
    sex = sex_of_vector(card.embedding.tolist())
    assert sex is not None
    assert sex.female < 0.5
    assert sex_of_vector(()) is None


@pytest.mark.slow
@pytest.mark.parametrize(("name", "is_woman"), [("am_michael", False), ("af_sarah", True)])
def test_a_voice_that_is_bent_far_keeps_its_sex(name: str, is_woman: bool) -> None:
    kokoro = Kokoro()
    symbols = kokoro.phonemes("Nobody told me that the river would be this cold in June.", "en")
    frames = np.maximum(1, np.round(kokoro.durations(symbols, name))).astype(int).tolist()
    bent = replace(NEUTRAL, pitch_st=-5.0 if is_woman else 7.0)
    spoken = resample(kokoro.speak(symbols, name, frames, bent), 16_000)
    heard = voice_windows([spoken], SpeakerEncoder(), load_voice_sex())
    sex = speaker_sex(heard, ())
    assert sex is not None
    assert (sex.female > 0.5) == is_woman


@pytest.mark.slow
@pytest.mark.skipif(not RAVDESS.is_dir(), reason="the recordings of RAVDESS are not here")
def test_all_actors_of_ravdess_are_read_right() -> None:
    from dubbing.training.voice_sex import judge_voice_sex

    judged = judge_voice_sex(load_voice_sex(), RAVDESS, lambda *_: None)
    assert judged["people_right"] == 1.0
    assert judged["utterances_right"] >= 0.95


# -- pitch ---------------------------------------------------------------------------------------


def buzz(hz: float, seconds: float) -> Audio:
    time_s = np.arange(round(16_000 * seconds)) / 16_000
    sound = sum(np.sin(2 * np.pi * hz * k * time_s) / k for k in range(1, 12)) * 0.1
    return Audio(np.asarray(sound, np.float32)[None], 16_000)


@pytest.mark.parametrize("hz", [80.0, 155.0, 229.0, 400.0])
def test_pitch_is_within_three_per_cent_and_not_an_octave_off(hz: float) -> None:
    track = pitch_track(buzz(hz, 1.0))
    assert track.voiced.mean() > 0.8
    assert np.median(track.f0_hz[track.voiced]) == pytest.approx(hz, rel=0.03)


def test_a_long_sound_is_tracked_in_windows_that_join() -> None:
    track = pitch_track(buzz(120.0, 70.0))
    assert len(track.f0_hz) == 70 * 16_000 // 256
    assert np.abs(track.f0_hz[5:-5] - 120.0).max() < 4


def test_silence_and_nothing_have_no_pitch() -> None:
    assert not pitch_track(Audio(np.zeros((1, 16_000), np.float32), 16_000)).voiced.any()
    assert len(pitch_track(Audio(np.zeros((1, 10), np.float32), 16_000)).f0_hz) == 0

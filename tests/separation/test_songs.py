"""Singing, laughter and wordless sounds are told from speech, and stay."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from dubbing.acoustics.laughter import calls_ms, is_laughed
from dubbing.acoustics.singing import held_notes, is_sung
from dubbing.acoustics.wordless import kind_of
from dubbing.arrays import Audio
from dubbing.media.extract import extract_audio
from dubbing.media.resample import resample
from dubbing.media.sound_file import keep_sound, read_sound
from dubbing.pipeline import Run
from dubbing.settings import SongsSettings
from dubbing.stages.songs import songs
from dubbing.timeline import Line, Media, Span, Timeline, Word
from dubbing.workspace import Workspace
from tests.voice.test_profile import vowel

RATE_HZ = 16_000


def sung(*notes: tuple[float, float]) -> Audio:
    """Vowels on notes (Hz, seconds), one after the other."""
    return Audio(
        np.concatenate([vowel(hz, seconds=seconds).samples for hz, seconds in notes], axis=1),
        RATE_HZ,
    )


MELODY = ((220, 0.5), (247, 0.5), (262, 0.4), (247, 0.4), (220, 0.8))


def test_a_melody_is_sung() -> None:
    assert is_sung(sung(*MELODY))


def test_a_drone_and_a_single_call_are_not() -> None:
    assert not is_sung(sung((220, 3.0)))
    assert not is_sung(sung((220, 0.6), (262, 0.6)))


def test_a_gliding_pitch_is_speech() -> None:
    rng = np.random.default_rng(2)
    glides = [
        (150 + 60 * float(v), 0.06) for v in np.abs(np.cumsum(rng.normal(0, 0.4, 40)) % 2 - 1)
    ]
    assert not is_sung(sung(*glides))


def test_notes_have_their_pitch_and_length() -> None:
    track = np.concatenate([np.full(20, 220.0), np.zeros(5), np.full(30, 330.0), np.full(3, 400.0)])
    notes = held_notes(track)
    assert [steps for _, steps in notes] == [20, 30]
    assert notes[1][0] - notes[0][0] == pytest.approx(7.02, abs=0.01)


def test_the_samples_speech_is_no_song(samples: Path, tmp_path: Path) -> None:
    extract_audio(samples / "portrait.mp4", 0, tmp_path / "all.wav")
    whole = resample(read_sound(tmp_path / "all.wav").mono(), RATE_HZ)
    for start_ms in range(0, whole.duration_ms - 2500, 1200):
        assert not is_sung(whole.between(start_ms, start_ms + 2500))


def laughed(
    *vowels: tuple[float, float, float], gaps_s: tuple[float, ...], f0_hz: float = 220.0
) -> Audio:
    """For each gap a call: 90 ms of breath, then 80 ms of the next of the vowels (its formants)."""
    rng = np.random.default_rng(1)
    sound = np.zeros(int((sum(gaps_s) + 0.4) * RATE_HZ), np.float32)
    now = 0.1
    for number, gap_s in enumerate(gaps_s):
        call = vowel(f0_hz, vowels[number % len(vowels)], seconds=0.08, syllables_a_second=12.5)
        first = int(now * RATE_HZ)
        breath = 0.008 * rng.normal(0, 1, int(0.09 * RATE_HZ)).astype(np.float32)
        sound[first : first + len(breath)] += breath
        first += len(breath)
        sound[first : first + call.n_samples] += call.samples[0]
        now += gap_s
    return Audio(sound[None] + rng.normal(0, 1e-4, len(sound)).astype(np.float32), RATE_HZ)


AH, EE, OO = (700.0, 1200.0, 2600.0), (300.0, 2200.0, 3000.0), (350.0, 800.0, 2300.0)
EVEN = (0.22,) * 7


def test_even_bursts_of_one_vowel_are_a_laugh() -> None:
    laugh = laughed(AH, gaps_s=EVEN)
    assert len(calls_ms(laugh)) == len(EVEN)
    assert is_laughed(laugh)


def test_other_vowels_an_uneven_pace_or_a_slow_one_are_not() -> None:
    assert not is_laughed(laughed(AH, EE, OO, gaps_s=EVEN))
    assert not is_laughed(laughed(AH, gaps_s=(0.2, 0.5, 0.2, 0.6, 0.21, 0.4, 0.2)))
    assert not is_laughed(laughed(AH, gaps_s=(0.5,) * 6))
    assert not is_laughed(vowel(120, seconds=2.0))


def test_the_samples_speech_is_no_laugh(samples: Path, tmp_path: Path) -> None:
    extract_audio(samples / "portrait.mp4", 0, tmp_path / "all.wav")
    whole = resample(read_sound(tmp_path / "all.wav").mono(), RATE_HZ)
    for start_ms in range(0, whole.duration_ms - 2500, 1200):
        assert not is_laughed(whole.between(start_ms, start_ms + 2500))


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "Ha ha ha!"), ("en", "Hahaha."), ("en", "He he he."), ("en", "[laughs]"),
        ("es", "Ja, ja, ja."), ("es", "Jejeje"), ("es", "(risas)"), ("fr", "Hi hi hi !"),
        ("fr", "Ah ah ah !"), ("fr", "[rires]"), ("de", "Hihihi!"), ("it", "Eh eh eh."),
        ("it", "Ahahah!"), ("pt", "kkkkk"), ("pt", "Rsrs"), ("ja", "ハハハ"), ("ja", "あはは"),
        ("ja", "うふふ。"), ("ja", "(笑い)"), ("zh", "哈哈,哈哈!"), ("zh", "嘿嘿"), ("hi", "हा हा हा!"),
    ],
)  # fmt: skip
def test_laughter_is_known_by_its_spelling(language: str, text: str) -> None:
    assert kind_of(text, language) == "laughed"


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "Ah!"), ("en", "Oh, oh."), ("en", "Ugh..."), ("en", "Mmm."), ("en", "Aaargh!"),
        ("en", "[sighs]"), ("en", "Shh!"), ("fr", "Euh..."), ("de", "Ähm."), ("es", "Uy!"),
        ("ja", "ああっ!"), ("ja", "うわー!"), ("zh", "啊!"), ("zh", "呜呜呜"), ("hi", "आह!"),
    ],
)  # fmt: skip
def test_so_are_cries_and_sighs(language: str, text: str) -> None:
    assert kind_of(text, language) == "wordless"


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "Oh no."), ("en", "Yes."), ("en", "No."), ("en", "Hm?"), ("en", "Huh?"),
        ("en", "Mhm."), ("en", "Mm-hmm."), ("en", "Uh-huh."), ("en", "Wow!"), ("en", "He, he..."),
        ("en", "Hi, hi!"), ("en", "Ha ha, very funny."), ("en", "(whispering) Come here."),
        ("de", "Ja, ja."), ("de", "Um acht."), ("de", "Er."), ("pt", "Um."), ("es", "Ha dicho."),
        ("it", "Ho."), ("fr", "Ah oui !"), ("ja", "うん"), ("ja", "はい"), ("zh", "嗯"),
        ("zh", "哈尔滨"), ("hi", "हाँ"), ("en", "12."), ("en", ""),
    ],
)  # fmt: skip
def test_what_means_something_is_dubbed(language: str, text: str) -> None:
    assert kind_of(text, language) == ""


def test_what_has_no_words_stays_unless_it_is_asked_for(tmp_path: Path) -> None:
    laugh, rng = laughed(AH, gaps_s=EVEN), np.random.default_rng(3)
    doubted = (Word("Aha ka", 0, 1500, 0.2),)
    with Workspace(tmp_path / "w") as workspace:
        run = Run(workspace, tmp_path / "film.mp4")
        hiss = Audio(rng.normal(0, 1e-3, (1, 4 * RATE_HZ)).astype(np.float32), RATE_HZ)
        heard = Audio(np.concatenate([laugh.samples, hiss.samples], axis=1), RATE_HZ)
        speech = keep_sound(workspace, heard, subtype="PCM_16")
        media = Media("film.mp4", "f", heard.duration_ms, False, 0, speech=speech)
        lines = (
            Line("L1", Span(0, 1900), "Aha ka", doubted),
            Line("L2", Span(2000, 3000), "Oh!", (Word("Oh!", 2000, 3000, 0.9),)),
            Line("L3", Span(3000, 4000), "Oh no!", (Word("Oh no!", 3000, 4000, 0.9),)),
        )
        film = replace(Timeline("es"), media=media, lines=lines, source_language="en")
        kept = [
            [line.kept for line in songs.function(film, run, SongsSettings(keep=keep)).lines]
            for keep in (True, False)
        ]
    assert kept == [["laughed", "wordless", ""], ["", "", ""]]

"""Each line of a dub is judged by what sounds in its own window.

Words are tones here and the recogniser knows tones, so that every sample that matters is known.
"""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from dubbing.arrays import Audio
from dubbing.engines.asr import HeardSegment, HeardWord, Window
from dubbing.flags import Flag
from dubbing.media.sound_file import read_sound, write_sound
from dubbing.memo_keys import Identity
from dubbing.review.listening import COVERED_BELOW_DB, Listener, Understood, own_windows
from dubbing.timeline import Line, LineMix, Media, Mix, Span, Take, Timeline
from dubbing.workspace import Workspace
from tests.exports.export_workspace import plan_of

RATE_HZ, FILM_MS, STEP_MS = 16_000, 6000, 50
TONES = {"uno": 400, "dos": 800, "tres": 1200, "cuatro": 1600}
NOISE_HZ = 3000
BOUND = 0.35
Sound = npt.NDArray[np.float32]


def tone(hz: float, duration_ms: int, level: float = 0.2) -> Sound:
    times = np.arange(duration_ms * RATE_HZ // 1000) / RATE_HZ
    return (level * np.sin(2 * np.pi * hz * times)).astype(np.float32)


class KnowsTones:
    """Hears a word wherever its tone is the loudest."""

    version, weights = 1, ()

    def __init__(self) -> None:
        self.n_windows = 0

    def recognize(
        self, audio: Audio, windows: Sequence[Window], language: str
    ) -> tuple[tuple[HeardSegment, ...], ...]:
        del language
        self.n_windows += len(windows)
        return tuple((self._segment(audio, window),) for window in windows)

    def _segment(self, audio: Audio, window: Window) -> HeardSegment:
        words: list[HeardWord] = []
        for start_ms in range(window[0], window[1] - STEP_MS + 1, STEP_MS):
            name = self._name(audio.between(start_ms, start_ms + STEP_MS).samples[0])
            goes_on = bool(words) and words[-1].end_ms == start_ms
            if name and goes_on and words[-1].text == f" {name}":
                words[-1] = replace(words[-1], end_ms=start_ms + STEP_MS)
            elif name:
                words.append(HeardWord(f" {name}", start_ms, start_ms + STEP_MS, 0.9))
        return HeardSegment(tuple(words), "".join(w.text for w in words), -0.1, 0.0, 1.0)

    @staticmethod
    def _name(samples: Sound) -> str:
        spectrum = np.abs(np.fft.rfft(samples, RATE_HZ))
        if spectrum.max() < 0.005 * len(samples):
            return ""
        loudest = int(spectrum.argmax())
        return next((name for name, hz in TONES.items() if abs(hz - loudest) < 60), "")


class Film:
    """A dub of lines of tones over a bed."""

    def __init__(self, folder: Path) -> None:
        self.workspace = Workspace(folder / "film.dub")
        self.recognizer = KnowsTones()
        self.bed = np.zeros(FILM_MS * RATE_HZ // 1000, np.float32)
        self.lines: list[Line] = []

    def say(self, start_ms: int, sounds: Sequence[str], meant: str) -> None:
        """Add a line that sounds like ``sounds`` (300 ms each) and should say ``meant``."""
        samples = np.concatenate([tone(TONES[name], 300) for name in sounds])
        span = Span(start_ms, start_ms + 300 * len(sounds))
        take = Take(self._kept(samples), start_ms, len(samples), RATE_HZ, span)
        plan = plan_of(meant, "a" * len(sounds), span)
        self.lines.append(Line(f"L{start_ms}", span, "what it was", (), "S1", plan=plan, take=take))

    def listen(self) -> dict[str, Understood]:
        """Mix the lines and have them judged."""
        mixed = self.bed.copy()
        for line in self.lines:
            assert line.take is not None
            first = line.take.start_ms * RATE_HZ // 1000
            heard = self._samples(line)
            mixed[first : first + len(heard)] += heard
        sound = self._kept(mixed)
        timeline = Timeline(
            "es",
            media=Media("film.mp4", "f", FILM_MS, True, 0, sound=sound),
            lines=tuple(self.lines),
            mix=Mix(sound, None, None, None, lines=tuple(LineMix(x.id, 0.0) for x in self.lines)),
        )
        listener = Listener(
            timeline, self.workspace, self.recognizer, Identity("tones/1"), self.workspace
        )
        return listener.listen(self.workspace.path(sound), BOUND)

    def _samples(self, line: Line) -> Sound:
        assert line.take is not None
        return read_sound(self.workspace.path(line.take.sound)).samples[0]

    def _kept(self, samples: Sound) -> Any:
        with self.workspace.new_file(".wav") as path:
            write_sound(path, Audio(samples[None], RATE_HZ), subtype="FLOAT")
            return self.workspace.adopt(path)


@pytest.fixture
def film(tmp_path: Path) -> Film:
    return Film(tmp_path)


def test_the_words_of_a_neighbour_do_not_count(film: Film) -> None:
    film.say(1000, ["uno", "dos"], "uno dos")
    film.say(1650, ["tres", "cuatro"], "tres cuatro")
    found = film.listen()
    assert [found[line.id].heard for line in film.lines] == ["uno dos", "tres cuatro"]
    assert [found[line.id].error_rate for line in film.lines] == [0, 0]


def test_a_bad_neighbour_leaves_a_good_line_good(film: Film) -> None:
    film.say(1000, ["uno", "dos"], "uno dos")
    film.say(1650, ["uno", "dos"], "tres cuatro")
    good, bad = film.listen().values()
    assert (good.error_rate, good.flags(BOUND)) == (0, ())
    assert bad.flags(BOUND) == (Flag.UNCLEAR,)


def test_a_line_whose_samples_stayed_keeps_its_measurement(film: Film) -> None:
    film.say(1000, ["uno", "dos"], "uno dos")
    film.say(2500, ["tres"], "tres")
    before = film.listen()
    n_heard = film.recognizer.n_windows
    film.lines.pop()
    film.say(2500, ["cuatro"], "cuatro")
    after = film.listen()
    assert after["L1000"] == before["L1000"]
    assert film.recognizer.n_windows == n_heard + 1


def test_a_clear_voice_under_loud_noise_is_covered_and_under_soft_noise_is_not(film: Film) -> None:
    film.say(1000, ["tres", "cuatro"], "tres cuatro")
    film.bed = tone(NOISE_HZ, FILM_MS, level=0.4)
    covered = film.listen()["L1000"]
    assert covered.error_rate == 1
    assert covered.voice_errors == 0
    assert covered.above_bed_db is not None
    assert covered.above_bed_db < 0
    assert covered.flags(BOUND) == (Flag.COVERED,)
    film.bed = tone(NOISE_HZ, FILM_MS, level=0.02)
    assert film.listen()["L1000"].flags(BOUND) == ()


def test_a_recogniser_that_fails_on_a_loud_clear_voice_is_not_believed() -> None:
    fails_over_music = Understood("uno", 20, 0.6, 0.6, voice_errors=0.1, above_bed_db=14.0)
    assert fails_over_music.flags(BOUND) == ()
    assert replace(fails_over_music, voice_errors=0.6).flags(BOUND) == (Flag.UNCLEAR,)
    assert replace(fails_over_music, above_bed_db=-3.0).flags(BOUND) == (Flag.COVERED,)


def test_a_line_that_is_misheard_alone_as_well_is_not_covered_by_the_film() -> None:
    spelt = Understood("M. R. Presidente", 20, 0.36, 0.37, voice_errors=0.3, above_bed_db=2.0)
    assert spelt.flags(BOUND) == ()
    assert replace(spelt, voice_errors=0.1).flags(BOUND) == (Flag.COVERED,)


def test_a_line_is_covered_up_to_the_level_at_which_the_film_hides_nothing() -> None:
    faint = Understood("que", 20, 0.6, 0.6, voice_errors=0.0, above_bed_db=COVERED_BELOW_DB - 0.1)
    assert faint.flags(BOUND) == (Flag.COVERED,)
    assert replace(faint, above_bed_db=COVERED_BELOW_DB).flags(BOUND) == ()


def test_a_word_alone_says_more_of_the_recogniser_than_of_the_voice() -> None:
    word = Understood("美丁呀", 6, 1.0, 0.7, voice_errors=0.8, above_bed_db=4.3)
    assert word.flags(BOUND) == ()
    assert replace(word, n_sounds=12).flags(BOUND) == (Flag.UNCLEAR,)


def test_a_clean_film_is_heard_in_few_windows(film: Film) -> None:
    for start_ms in range(200, 5200, 500):
        film.say(start_ms, ["uno"], "uno")
    assert {one.error_rate for one in film.listen().values()} == {0}
    assert film.recognizer.n_windows == 1


def test_lines_at_the_same_time_share_a_window_and_others_end_where_a_neighbour_begins(
    film: Film,
) -> None:
    film.say(1000, ["uno", "dos"], "uno dos")
    film.say(1650, ["tres", "cuatro"], "tres cuatro")
    film.say(2000, ["uno"], "uno")
    assert own_windows(film.lines) == {
        "L1000": (800, 1650),
        "L1650": (1600, 2450),
        "L2000": (1800, 2500),
    }


def test_a_transcript_keeps_its_spaces_and_capitals(film: Film) -> None:
    film.say(1000, ["uno", "dos", "tres"], "Uno, dos, tres.")
    found = film.listen()["L1000"]
    assert found.heard == "uno dos tres"
    assert found.error_rate == 0

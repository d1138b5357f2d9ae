"""The transcribe stage with a scripted recogniser: languages, loops, dreams, and what is told."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from dubbing.arrays import Audio
from dubbing.engines.asr import HeardSegment, HeardWord, Window
from dubbing.language.doubt import NOT_UNDERSTOOD
from dubbing.media.sound_file import keep_sound
from dubbing.pipeline import Run
from dubbing.progress import Event
from dubbing.registry import Engines
from dubbing.settings import SongsSettings, TranscribeSettings
from dubbing.stages.report import _doubts
from dubbing.stages.songs import songs
from dubbing.stages.transcribe import transcribe
from dubbing.testing import tone
from dubbing.timeline import Hearing, Line, Media, Span, Timeline, Word
from dubbing.workspace import Workspace


class Recognizer:
    """Hears one word per window: what stands in its table for the window's length."""

    version, weights = 1, ()

    def __init__(self, windows: Sequence[Window], tongues: dict[int, tuple[str, float]]) -> None:
        self.windows, self.tongues = tuple(windows), tongues
        self.loops_from_ms, self.dreams = 10**9, False
        self.hotwords: set[tuple[str, ...]] = set()

    def speech_windows(self, audio: Audio) -> tuple[Window, ...]:
        return self.windows

    def detect_language(self, audio: Audio) -> tuple[str, float]:
        """A passage longer than every window is the film."""
        return self.tongues.get(audio.duration_ms, self.tongues[0])

    def recognize(
        self,
        audio: Audio,
        windows: Sequence[Window],
        language: str,
        hotwords: Sequence[str] = (),
    ) -> tuple[tuple[HeardSegment, ...], ...]:
        self.hotwords.add(tuple(hotwords))
        return tuple((self._segment(*window, language),) for window in windows)

    def _segment(self, start_ms: int, end_ms: int, language: str) -> HeardSegment:
        length_ms = end_ms - start_ms
        own, _ = self.tongues.get(length_ms, self.tongues[0])
        is_loop = length_ms >= self.loops_from_ms
        return HeardSegment(
            (HeardWord(f" {language}.", start_ms, end_ms, 0.9),),
            f" {language}.",
            -1.5 if self.dreams else (-0.1 if language == own else -0.5),
            0.9 if self.dreams else 0.01,
            4.0 if is_loop else 1.0,
        )


class Given(Engines):
    """One recogniser for all."""

    def __init__(self, recognizer: Recognizer) -> None:
        super().__init__()
        self.recognizer = recognizer

    def get(self, role: str, name: str, options: object = None):
        return self.recognizer


class Film:
    """Runs the stage on 20 s of sound and keeps the notes."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.notes = folder, []

    def heard(self, recognizer: Recognizer, **settings: object) -> Timeline:
        with Workspace(self.folder / "w") as workspace:
            run = Run(
                workspace,
                self.folder / "film.mp4",
                engines=Given(recognizer),
                listener=self.listen,
                stage_key="key",
            )
            speech = keep_sound(workspace, tone(20_000), subtype="PCM_16")
            media = Media("film.mp4", "f", 20_000, False, 0, speech=speech)
            return transcribe.function(
                Timeline("en", media), run, TranscribeSettings.model_validate(settings)
            )

    def listen(self, event: Event) -> None:
        if event.kind == "note":
            self.notes.append(event.message)


@pytest.fixture
def film(tmp_path: Path) -> Film:
    return Film(tmp_path)


def spoken(timeline: Timeline) -> list[str]:
    return [timeline.language_of(line) for line in timeline.lines]


def test_every_line_is_heard_in_the_language_of_its_window(film: Film) -> None:
    windows = [(0, 4000), (5000, 8000), (10_000, 14_000)]
    timeline = film.heard(Recognizer(windows, {0: ("de", 0.95), 3000: ("en", 0.98)}))
    assert [line.text for line in timeline.lines] == ["de.", "en.", "de."]
    assert spoken(timeline) == ["de", "en", "de"]
    assert timeline.source_language == "de"
    assert [timeline.why_kept(line) for line in timeline.lines] == ["", "already in en", ""]
    assert film.notes == ["3 s are spoken in English; use --from de if all is German."]


def test_the_film_has_the_language_of_most_speech_whatever_its_beginning_seemed(film: Film) -> None:
    windows = [(0, 2000), (4000, 7000), (9000, 12_000)]
    recognizer = Recognizer(windows, {0: ("ko", 0.58), 3000: ("zh", 0.97)})
    timeline = film.heard(recognizer)
    assert timeline.source_language == "zh"
    assert spoken(timeline) == ["ko", "zh", "zh"]


def test_a_named_language_is_that_of_every_line(film: Film) -> None:
    recognizer = Recognizer([(0, 4000), (5000, 8000)], {0: ("de", 0.95), 3000: ("en", 0.98)})
    timeline = film.heard(recognizer, language="de")
    assert spoken(timeline) == ["de", "de"]
    assert film.notes == []


@pytest.mark.parametrize(
    ("length_ms", "heard", "is_told"),
    [(4000, ("en", 0.98), True), (4000, ("en", 0.7), False), (2500, ("en", 0.98), False)],
)
def test_a_film_that_does_not_sound_like_the_named_language_is_told(
    film: Film, length_ms: int, heard: tuple[str, float], is_told: bool
) -> None:
    timeline = film.heard(Recognizer([(0, length_ms)], {0: heard}), language="fr")
    assert spoken(timeline) == ["fr"]
    told = (
        "The film sounds like English (98%), not like French; leave out --from to have it detected."
    )
    assert film.notes == ([told] if is_told else [])


def test_a_doubtful_language_is_told_with_the_way_out(film: Film) -> None:
    film.heard(Recognizer([(0, 4000)], {0: ("ko", 0.58)}))
    (note,) = film.notes
    assert "Korean (58%)" in note
    assert "--from" in note


def test_a_window_that_goes_round_in_circles_is_heard_in_parts(film: Film) -> None:
    recognizer = Recognizer([(0, 4000), (4300, 8000), (8300, 12_000)], {0: ("en", 0.99)})
    recognizer.loops_from_ms = 8000
    timeline = film.heard(recognizer)
    assert [line.span.start_ms for line in timeline.lines] == [0, 4300, 8300]
    assert all(line.hearing.compression_ratio == 1.0 for line in timeline.lines)


def test_what_goes_round_in_circles_in_every_part_is_kept_and_marked(film: Film) -> None:
    recognizer = Recognizer([(0, 4000)], {0: ("en", 0.99)})
    recognizer.loops_from_ms = 500
    assert all(line.hearing.compression_ratio == 4.0 for line in film.heard(recognizer).lines)


def test_names_of_the_glossary_are_told(film: Film) -> None:
    recognizer = Recognizer([(0, 4000)], {0: ("de", 0.99)})
    film.heard(recognizer, hotwords=("Kirk", "Enterprise"))
    assert recognizer.hotwords == {("Kirk", "Enterprise")}


def test_what_was_only_guessed_stays_and_is_told(film: Film, tmp_path: Path) -> None:
    lines = (
        line_of("L1", 0, 0.9, mean_log_probability=-0.1),
        line_of("L2", 2000, 0.3, mean_log_probability=-0.9),
    )
    with Workspace(tmp_path / "s") as workspace:
        speech = keep_sound(workspace, tone(4000), subtype="PCM_16")
        media = Media("f", "f", 4000, False, 0, speech=speech)
        timeline = replace(Timeline("zh"), media=media, lines=lines, source_language="en")
        run = Run(workspace, tmp_path / "film.mp4", listener=film.listen)
        done = songs.function(timeline, run, SongsSettings())
        dubbed = songs.function(timeline, run, SongsSettings(keep_doubtful=False))
    assert [line.kept for line in done.lines] == ["", NOT_UNDERSTOOD]
    assert [line.kept for line in dubbed.lines] == ["", ""]
    (note,) = film.notes
    assert note.startswith("1 of 2 lines were not understood and stay as they are: 2.")
    assert list(_doubts(done.lines[1], None, None)) == [NOT_UNDERSTOOD]


def line_of(name: str, start_ms: int, sureness: float, **hearing: float) -> Line:
    word = Word("Good day", start_ms, start_ms + 1000, sureness)
    span = Span(start_ms, start_ms + 1000)
    return Line(name, span, "Good day", (word,), hearing=Hearing("en", **hearing))

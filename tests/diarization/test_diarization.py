"""Voices in groups, turns, and what faces say of them."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dubbing.diarization.faces import SeenLine, with_faces
from dubbing.diarization.turns import divided, turns_of, windows_of
from dubbing.diarization.voices import group_voices, in_order
from dubbing.engines.speakers import Turn
from dubbing.timeline import Line, Span, Word


def speakers(
    counts: list[int], *, noise: float = 0.05, seed: int = 0
) -> tuple[np.ndarray, np.ndarray]:
    """Unit vectors about one centre a speaker, by turns of six, and who they are."""
    rng = np.random.default_rng(seed)
    centres = rng.normal(0, 1, (len(counts), 64))
    centres /= np.linalg.norm(centres, axis=1, keepdims=True)
    who: list[int] = []
    left = list(counts)
    while any(left):
        for number in range(len(counts)):
            turn = min(6, left[number])
            who += [number] * turn
            left[number] -= turn
    vectors = centres[who] + noise * rng.normal(0, 1, (len(who), 64))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors.astype(np.float32), np.array(who)


def same_groups(found: np.ndarray, truth: np.ndarray) -> bool:
    return np.array_equal(in_order(np.asarray(found)), in_order(np.asarray(truth)))


@pytest.mark.parametrize("counts", [[150], [80, 90], [60, 70, 80], [50, 60, 50, 60]])
def test_the_number_of_voices_is_found_in_a_long_film(counts: list[int]) -> None:
    vectors, truth = speakers(counts)
    assert same_groups(group_voices(vectors, 0.3), truth)


@pytest.mark.parametrize("counts", [[20], [12, 18], [12, 12, 18]])
def test_and_in_a_short_one(counts: list[int]) -> None:
    vectors, truth = speakers(counts)
    assert same_groups(group_voices(vectors, 0.3), truth)


@settings(deadline=None)
@given(st.integers(1, 6), st.sampled_from([10, 40, 200]))
def test_a_number_that_is_told_is_kept(count: int, n: int) -> None:
    vectors, _ = speakers([n // 2, n - n // 2], noise=0.3)
    labels = group_voices(vectors, 0.3, count)
    assert len(labels) == n
    assert len(set(labels.tolist())) == min(count, n)


def test_a_very_long_film_is_told_from_a_sample() -> None:
    vectors, truth = speakers([1500, 1200])
    assert same_groups(group_voices(vectors, 0.3), truth)


@given(st.integers(0, 9000), st.integers(1, 9000))
def test_windows_cover_their_region(start_ms: int, length_ms: int) -> None:
    windows = windows_of((start_ms, start_ms + length_ms))
    assert windows[0][0] == start_ms
    assert windows[-1][1] == start_ms + length_ms
    assert all(0 < b - a <= 1600 for a, b in windows)


@given(st.integers(1, 40), st.integers(1, 4), st.integers(0, 1000))
def test_turns_fill_their_region_without_gaps(n: int, voices: int, seed: int) -> None:
    region = (500, 500 + 250 * n)
    windows = windows_of(region)
    likeness = np.random.default_rng(seed).uniform(0, 1, (len(windows), voices))
    turns = turns_of(region, windows, likeness)
    assert turns[0].start_ms == 500
    assert turns[-1].end_ms == region[1]
    for before, after in itertools.pairwise(turns):
        assert before.end_ms == after.start_ms
        assert before.voice != after.voice


def test_the_voice_changes_where_the_windows_do() -> None:
    windows = windows_of((0, 8000))
    likeness = np.array([[0.9, 0.5] if (a + b) / 2 < 4000 else [0.5, 0.9] for a, b in windows])
    turns = turns_of((0, 8000), windows, likeness)
    assert [turn.voice for turn in turns] == [0, 1]
    assert turns[0].end_ms == pytest.approx(4000, abs=300)


def line(*words: tuple[str, int, int]) -> Line:
    spoken = tuple(Word(text, start, end, 0.9) for text, start, end in words)
    span = Span(words[0][1], words[-1][2])
    return Line("L", span, "".join(w.text for w in spoken).strip(), spoken)


HELLO = line((" How", 0, 400), (" are", 400, 800), (" you?", 800, 1300),
             (" I'm", 1500, 1900), (" fine.", 1900, 2600))  # fmt: skip


def test_a_line_of_two_speakers_becomes_two_lines() -> None:
    parts = divided(HELLO, [Turn(0, 1400, 0), Turn(1400, 2600, 1)])
    assert [(part.text, voice) for part, voice in parts] == [("How are you?", 0), ("I'm fine.", 1)]
    assert parts[0][0].span == Span(0, 1300)
    assert parts[1][0].span == Span(1500, 2600)
    assert parts[0][0].id != parts[1][0].id


def test_a_turn_too_brief_to_be_believed_divides_nothing() -> None:
    parts = divided(HELLO, [Turn(0, 850, 0), Turn(850, 1250, 1), Turn(1250, 2600, 0)])
    assert [(part, voice) for part, voice in parts] == [(HELLO, 0)]


@given(st.lists(st.integers(0, 2), min_size=1, max_size=12))
def test_no_word_is_lost_or_said_twice(voices: list[int]) -> None:
    words = [(f" w{n}", 700 * n, 700 * n + 650) for n in range(len(voices))]
    turns = [Turn(700 * n, 700 * n + 700, voice) for n, voice in enumerate(voices)]
    whole = line(*words)
    parts = divided(whole, turns)
    assert [w for part, _ in parts for w in part.words] == list(whole.words)
    for before, after in itertools.pairwise(parts):
        assert before[0].span.end_ms <= after[0].span.start_ms
        assert before[1] != after[1]


def seen(*items: tuple[int, str, int]) -> list[SeenLine]:
    return [SeenLine(number, face, ms) for number, face, ms in items]


def test_one_face_is_one_person() -> None:
    told = with_faces(
        [0, 1, 0, 1], seen((0, "F1", 4000), (1, "F1", 1500), (2, "F1", 3000)), [], may_add=True
    )
    assert told == [0, 0, 0, 1]  # the last is not seen: its voice counts


def test_two_faces_in_one_shot_are_two_people_even_if_they_sound_alike() -> None:
    lines = seen((0, "F1", 9000), (1, "F2", 3000), (2, "F1", 4000))
    assert with_faces([0, 0, 0], lines, [("F1", "F2")], may_add=True) == [0, 1, 0]
    assert with_faces([0, 0, 0], lines, [], may_add=True) == [0, 0, 0]


def test_with_the_number_told_nobody_is_added() -> None:
    lines = seen((0, "F1", 9000), (1, "F2", 3000))
    assert with_faces([0, 0], lines, [("F1", "F2")], may_add=False) == [0, 0]
    lines = seen((0, "F1", 9000), (1, "F2", 3000), (2, "F2", 2000))
    assert with_faces([0, 0, 1], lines, [("F1", "F2")], may_add=False) == [0, 1, 1]


def test_a_glimpse_of_a_face_makes_no_person() -> None:
    lines = seen((0, "F1", 9000), (1, "F2", 600))
    assert with_faces([0, 0], lines, [("F1", "F2")], may_add=True) == [0, 0]

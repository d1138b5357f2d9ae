"""Speech without words is told with its times; pauses within speech are not."""

from dubbing.language.lost_speech import MOST_NAMED, lost_note, lost_speech
from dubbing.timeline import Word


def words(*spans: tuple[int, int]) -> list[Word]:
    return [Word("word", start_ms, end_ms, 0.9) for start_ms, end_ms in spans]


def test_a_window_without_words_is_lost_and_a_pause_is_not() -> None:
    windows = [(0, 4_000), (6_000, 12_000), (20_000, 24_000)]
    heard = words((100, 1_500), (3_000, 3_900), (20_000, 22_100))
    assert lost_speech(windows, heard) == [(6_000, 12_000)]


def test_what_is_lost_at_the_ends_and_in_the_midst_of_a_window_is_found() -> None:
    heard = words((9_000, 9_500), (3_000, 4_000))
    assert lost_speech([(0, 12_000)], heard) == [(0, 3_000), (4_000, 9_000), (9_500, 12_000)]


def test_a_word_over_the_border_of_a_window_counts_in_it() -> None:
    assert lost_speech([(1_000, 4_000)], words((500, 2_500), (3_500, 6_000))) == []


def test_the_note_names_times_up_to_a_number() -> None:
    assert lost_note([]) == ""
    assert "0:06 to 0:12." in lost_note([(6_000, 12_000)])
    assert "1:01 to 1:04." in lost_note([(61_000, 64_900)])
    many = [(n * 10_000, n * 10_000 + 3_000) for n in range(MOST_NAMED + 1)]
    assert lost_note(many).endswith(" ….")

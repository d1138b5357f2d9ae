import itertools

from dubbing.language.line_building import build_lines
from dubbing.language.sentences import clause_break, ends_sentence
from dubbing.settings import TranscribeSettings
from dubbing.timeline import Word

LIMITS = TranscribeSettings()


def words(text: str, *, start_ms: int = 0, each_ms: int = 300, gaps: dict[int, int] | None = None):
    made, now = [], start_ms
    for number, word in enumerate(text.split()):
        now += (gaps or {}).get(number, 0)
        made.append(Word(f" {word}", now, now + each_ms, 0.9))
        now += each_ms
    return made


def texts(made, limits=LIMITS) -> list[str]:
    speech = ((made[0].start_ms, made[-1].end_ms),)
    return [line.text for line in build_lines(made, speech, "en", limits)]


def test_a_line_is_a_sentence() -> None:
    said = words("We are going home now. It is late already, I think.")
    assert texts(said) == ["We are going home now.", "It is late already, I think."]


def test_abbreviations_and_decimals_do_not_end_one() -> None:
    said = words("Dr. Smith paid 3.5 dollars at 5 p.m. to Mr. Jones.")
    assert len(texts(said)) == 1


def test_a_long_pause_between_clauses_divides_and_a_hesitation_inside_one_does_not() -> None:
    text = "when I came home, the door was open"
    assert len(texts(words(text, gaps={4: 900}))) == 2
    assert len(texts(words(text, gaps={3: 900}))) == 1
    assert len(texts(words(text, gaps={3: 1500}))) == 2


def test_a_long_sentence_is_cut_at_a_clause_border_near_its_middle() -> None:
    text = " ".join(["one two three four five six seven eight,"] * 6)
    made = texts(words(text))
    assert len(made) >= 2
    assert all(part.endswith("eight,") for part in made)


def test_a_line_begins_and_ends_where_the_voice_is_heard() -> None:
    made = words("Hello there.", start_ms=1000)
    (line,) = build_lines(made, ((1120, 1700),), "en", LIMITS)
    assert (line.span.start_ms, line.span.end_ms) == (1120, 1700)
    assert all(1120 <= w.start_ms < w.end_ms <= 1700 for w in line.words)


def test_lines_never_overlap_and_keep_every_word() -> None:
    made = words("One. Two three. Four five six. Seven!", gaps={1: 10, 3: 400})
    lines = build_lines(made, ((0, 400), (500, 3000)), "en", LIMITS)
    assert " ".join(line.text for line in lines) == "One. Two three. Four five six. Seven!"
    for before, after in itertools.pairwise(lines):
        assert before.span.end_ms <= after.span.start_ms


def test_clause_breaks_of_many_scripts() -> None:
    assert [clause_break(w, "zh") for w in ("好。", "好，", "好", "走！”")] == [2, 1, 0, 2]
    assert ends_sentence("है।", "hi")
    assert not ends_sentence("U.S.", "en")
    assert ends_sentence("end...", "en")
    assert ends_sentence("I.", "en")

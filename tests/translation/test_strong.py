"""The engine ``strong``: who is asked for what; and what ``auto`` stands for."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from dubbing.engines.translation import Hypothesis, Length, Passage, Request, auto
from dubbing.engines.translation.auto import SMALL, STRONG, VARIABLE, settled
from dubbing.engines.translation.strong import PAIRS, Strong
from dubbing.memo_keys import Identity
from dubbing.translation.drafts import Drafter
from tests.timing.films import Planning

EN_ZH = Request("en", "zh", beam_size=3, n_best=3)


class Told:
    """Says ``name`` and the text; remembers what it was asked."""

    def __init__(self, name: str, score: float, n: int = 1) -> None:
        self.name, self.score_, self.n = name, score, n
        self.is_direct = False
        self.asked: list[tuple[tuple[str, ...], Request]] = []

    def supports(self, source: str, target: str) -> bool:
        return True

    def has_direct(self, source: str, target: str) -> bool:
        return self.is_direct

    def translate(self, passages: Sequence[Passage], request: Request):
        self.asked.append((tuple(p.text for p in passages), request))
        return tuple(
            tuple(
                Hypothesis(f"{self.name}{k or ''}({p.text})", self.score_ - k)
                for k in range(self.n)
            )
            for p in passages
        )

    def score(self, pairs, source, target):
        return tuple(self.score_ for _ in pairs)


@pytest.fixture
def strong() -> Strong:
    made = Strong()
    made.__dict__["_qwen"] = Told("Q", -0.2)
    made.__dict__["_small"] = Told("S", -1.5, n=2)
    return made


def test_the_large_model_offers_its_beams_and_scores_them(strong: Strong) -> None:
    ((best,),) = strong.translate([Passage("Go.")], EN_ZH)
    assert best.text == "Q(Go.)"
    ((_, asked),) = strong._qwen.asked
    assert (asked.beam_size, asked.n_best) == (3, 3)
    assert strong._small.asked == []
    assert strong.score([("去。", "Go.")], "zh", "en") == (-0.2,)


def test_the_small_one_scores_which_piece_goes_with_which_line(strong: Strong) -> None:
    drafter = Drafter(strong, Identity("strong"), EN_ZH, Planning(), batch_size=8)
    pieces = drafter.piece_scores([("去。", "Go.")])
    assert pieces == {("去。", "Go."): -1.5}


@pytest.mark.parametrize(("source", "bound"), [("en", -1.8), ("zh", -3.0), ("it", -2.2)])
def test_what_is_doubtful_depends_on_the_language_of_the_source(
    strong: Strong, source: str, bound: float
) -> None:
    request = Request(source, "fr", beam_size=3, n_best=3)
    drafter = Drafter(strong, Identity("strong"), request, Planning(), batch_size=8)
    assert drafter.doubtful_below == bound


def test_firefox_goes_first_where_it_has_the_pair_and_the_large_model_mends(
    strong: Strong,
) -> None:
    strong._small.is_direct = True
    (found,) = strong.translate([Passage("Go.")], EN_ZH)
    assert found[0].text == "S(Go.)"
    assert strong._qwen.asked == []
    for more in ({"length": Length.SHORTER}, {"was_faulty": True}):
        (found,) = strong.translate([Passage("Go.")], replace(EN_ZH, **more))
        assert found[0].text == "Q(Go.)"


def test_where_more_search_is_asked_for_there_are_more_hypotheses(strong: Strong) -> None:
    strong.translate([Passage("Go.")], Request("en", "zh", beam_size=8, n_best=8))
    ((_, asked),) = strong._qwen.asked
    assert asked.beam_size == asked.n_best == 4


def test_another_length_is_asked_of_the_large_model_as_it_was_wished(strong: Strong) -> None:
    shorter = Request("en", "zh", 3, 3, length=Length.SHORTER)
    strong.translate([Passage("Go.")], shorter)
    assert strong._qwen.asked == [(("Go.",), shorter)]


def test_after_a_fault_it_searches_wider_by_sentences_and_asks_the_small_ones(
    strong: Strong,
) -> None:
    again = Request("en", "zh", 3, 3, was_faulty=True)
    one, other = strong.translate([Passage("Go."), Passage("Stay, Mr. Smith. I go.")], again)
    assert [h.text for h in one] == ["Q(Go.)", "S(Go.)", "S1(Go.)"]
    assert "Q(Stay, Mr. Smith.)Q(I go.)" in [h.text for h in other]
    scores = [h.score for h in one]
    assert scores == sorted(scores, reverse=True)
    assert scores[0] - scores[1] > 0.5  # of another scale: put below
    assert strong._qwen.asked[0][1].beam_size > 1


def test_each_pair_goes_to_who_is_best_at_it(strong: Strong) -> None:
    assert all(strong.of_pair(*pair) is strong for pair in PAIRS)
    assert ("en", "zh") in PAIRS
    assert strong.of_pair("en", "hi") is strong._small


# -- what ``auto`` stands for --------------------------------------------------------------------


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """A machine with room for everything."""
    monkeypatch.delenv(VARIABLE, raising=False)
    monkeypatch.setattr(auto, "is_obtainable", lambda name: True)
    monkeypatch.setattr(auto, "is_ready", lambda name: False)
    monkeypatch.setattr(auto, "_free_disk_bytes", lambda: int(9e9))
    monkeypatch.setattr(auto, "_free_memory_bytes", lambda: int(9e9))
    return monkeypatch


def test_auto_is_the_strong_one_where_there_is_room(machine: pytest.MonkeyPatch) -> None:
    assert settled().engine == STRONG
    machine.setenv(VARIABLE, "gemma")
    assert settled().engine == "gemma"


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("is_obtainable", lambda name: False, "pip install 'dubbing[qwen]'"),
        ("_free_disk_bytes", lambda: int(1e9), "1.0 GB are free"),
        ("_free_memory_bytes", lambda: int(3e9), "6 GB of memory"),
    ],
)
def test_without_room_the_small_ones_are_used_and_it_says_why(
    machine: pytest.MonkeyPatch, name: str, value: object, said: str
) -> None:
    machine.setattr(auto, name, value)
    found = settled()
    assert found.engine == SMALL
    assert said in f"{found.why} {found.hint}"


def test_a_dub_keeps_its_translator_when_memory_is_short(machine: pytest.MonkeyPatch) -> None:
    machine.setattr(auto, "_free_memory_bytes", lambda: int(1e9))
    assert settled(kept=STRONG).engine == STRONG
    assert settled(kept=SMALL).engine == SMALL


def test_no_disk_is_wanted_once_it_is_prepared(machine: pytest.MonkeyPatch) -> None:
    machine.setattr(auto, "_free_disk_bytes", lambda: 0)
    machine.setattr(auto, "is_ready", lambda name: True)
    assert settled().engine == STRONG


def test_a_job_settles_once_and_keeps_what_was_settled(
    machine: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from dubbing import job
    from dubbing.review.job_file import KeptJob, keep_job, read_job
    from dubbing.settings import Profile

    notes: list[str] = []
    film = tmp_path / "film.mp4"
    film.touch()
    first = job._settled(Profile(), tmp_path, "zh", lambda event: notes.append(event.message))
    assert first.translate.engine == STRONG
    keep_job(tmp_path, "zh", KeptJob(film, tmp_path / "out.mp4", "dub", first))
    assert read_job(tmp_path, "zh").profile.translate.engine == STRONG
    machine.setattr(auto, "_free_memory_bytes", lambda: int(1e9))
    again = job._settled(Profile(), tmp_path, "zh", lambda event: notes.append(event.message))
    assert again == first
    assert notes == []
    other = job._settled(Profile(), tmp_path, "es", lambda event: notes.append(event.message))
    assert other.translate.engine == SMALL
    assert "6 GB" in notes[0]

"""What every translator keeps."""

import pytest

from dubbing.engines.translation import Request
from dubbing.language.script import script_share
from dubbing.registry import Engines, engine_names

pytestmark = pytest.mark.slow
engines = Engines()
SENTENCES = ("Good morning.", "I have a book.", "Where is the train station?")


@pytest.fixture(params=engine_names("translation"), scope="module")
def translator(request):
    return engines.get("translation", request.param)


@pytest.mark.parametrize("target", ["zh", "es", "ja"])
def test_each_sentence_gets_distinct_candidates_best_first(translator, target: str) -> None:
    if not translator.supports("en", target):
        pytest.skip("does not know this pair")
    found = translator.translate(SENTENCES, Request("en", target))
    assert len(found) == len(SENTENCES)
    for hypotheses in found:
        assert 1 <= len(hypotheses) <= 4
        assert len({h.text for h in hypotheses}) == len(hypotheses)
        scores = [h.score for h in hypotheses]
        assert scores == sorted(scores, reverse=True)
        assert all(score <= 0 for score in scores)
        assert all("\n" not in h.text for h in hypotheses)


def test_simple_words_come_out_right(translator) -> None:
    (hypotheses,) = translator.translate(["Good morning."], Request("en", "zh"))
    assert "早上好" in hypotheses[0].text


def test_a_second_try_keeps_to_its_own_script(translator) -> None:
    request = Request("en", "zh", own_script=True)
    (hypotheses,) = translator.translate(["Welcome to New Jersey, Mr. Smith."], request)
    assert all(script_share(h.text, "zh") == 1.0 for h in hypotheses)


def test_it_says_what_it_cannot(translator) -> None:
    assert not translator.supports("en", "xx")
    assert not translator.supports("en", "en")

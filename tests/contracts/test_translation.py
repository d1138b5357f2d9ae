"""What every translator keeps; those that need a model of the user's are tested with tiny ones."""

import shutil
from pathlib import Path

import pytest

from dubbing.engines.translation import Length, Passage, Request, Scores, Style
from dubbing.errors import DubbingError
from dubbing.language.script import script_share
from dubbing.models.catalogue import catalogue, model
from dubbing.models.resolver import install_command, is_obtainable, resolve
from dubbing.registry import Engines, engine_class, engine_names
from dubbing.settings import EngineOptions

pytestmark = pytest.mark.slow
engines = Engines()
NEED_MORE = ("hf", "ctranslate2", "openai", "llama", "file", "apertium")
TRIED_WITH = {"llama": ("xllamacpp", "qwen-1.5b-gguf")}
"""Of those that need a model: a package, and a model of the catalogue that is one file."""
TEXTS = [
    Passage(text) for text in ("Good morning.", "I have a book.", "Where is the train station?")
]


@pytest.fixture(
    params=[n for n in engine_names("translation") if n not in NEED_MORE or n in TRIED_WITH],
    scope="module",
)
def translator(request, tmp_path_factory):
    if request.param in TRIED_WITH:
        return with_a_model(request, tmp_path_factory.mktemp("home"))
    weights = engine_class("translation", request.param).weights
    for name in set(weights) & set(catalogue()):
        if catalogue()[name].extra and not is_obtainable(name):
            pytest.skip(f"the weights {name} are not installed: {install_command(model(name))}")
    return engines.get("translation", request.param)


def with_a_model(request, home: Path):
    """An engine with a model that is put together for it, and removed again."""
    name = request.param
    package, weights = TRIED_WITH[name]
    pytest.importorskip(package, reason="an extra that is not installed")
    if not is_obtainable(weights):
        pytest.skip(f"the weights {weights} are not installed: {install_command(model(weights))}")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DUBBING_HOME", str(home))
        (file,) = (resolve(weights) / file for file in model(weights).file_names)
    options = EngineOptions(model=str(file))
    request.addfinalizer(lambda: shutil.rmtree(home))
    request.addfinalizer(lambda: engines.release("translation", name, options))
    return engines.get("translation", name, options)


@pytest.mark.parametrize("target", ["zh", "es", "ja", "pt-br"])
def test_each_passage_gets_distinct_candidates_best_first(translator, target: str) -> None:
    if not translator.supports("en", target):
        pytest.skip("does not know this pair")
    found = translator.translate(TEXTS, Request("en", target))
    assert len(found) == len(TEXTS)
    for hypotheses in found:
        assert 1 <= len(hypotheses) <= 4
        assert len({h.text for h in hypotheses}) == len(hypotheses)
        scores = [h.score for h in hypotheses]
        assert scores == sorted(scores, reverse=True)
        assert all(score <= 0 for score in scores)
        assert all(h.text and "\n" not in h.text for h in hypotheses)


@pytest.mark.parametrize("name", engine_names("translation"))
def test_every_engine_says_what_it_is(name: str) -> None:
    kind = engine_class("translation", name)
    assert isinstance(kind.version, int)
    assert isinstance(kind.weights, tuple)
    assert kind.style in Style


@pytest.mark.parametrize("name", NEED_MORE)
def test_what_is_missing_is_told_at_once(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(Path("/nowhere")))
    with pytest.raises(DubbingError) as error:
        engines.get("translation", name)
    assert error.value.hint


def test_words_stay_as_they_were_heard_in_any_variety_of_a_language() -> None:
    translator = engines.get("translation", "as-heard")
    assert translator.supports("pt", "pt-br")
    (found,) = translator.translate([Passage(" It is 5 o'clock. ")], Request("en", "en"))
    assert [(h.text, h.score) for h in found] == [("It is 5 o'clock.", 0.0)]


def test_simple_words_come_out_right(translator) -> None:
    if not translator.supports("en", "zh"):
        pytest.skip("does not know Chinese")
    (hypotheses,) = translator.translate([Passage("Good morning.")], Request("en", "zh"))
    assert "早上好" in hypotheses[0].text


def test_a_second_try_keeps_to_its_own_script(translator) -> None:
    if not translator.supports("en", "zh"):
        pytest.skip("does not know Chinese")
    request = Request("en", "zh", was_copied=True)
    passage = Passage("Welcome to New Jersey, Mr. Smith.")
    (hypotheses,) = translator.translate([passage], request)
    assert all(script_share(h.text, "zh") == 1.0 for h in hypotheses)


def test_what_was_copied_is_not_copied_again(translator) -> None:
    if translator.style is not Style.EXAMPLES or not translator.supports("en", "es"):
        pytest.skip("does not follow examples into Spanish")
    passage = Passage(
        "No, no, go ahead, cut and print Bob's libro mayor.", terms=(("ledger", "libro mayor"),)
    )
    (hypotheses,) = translator.translate([passage], Request("en", "es", was_copied=True))
    words = {word for h in hypotheses for word in h.text.lower().replace(",", " ").split()}
    assert not words & {"go", "ahead", "cut", "and", "print"}


def test_other_lengths_are_other_texts(translator) -> None:
    if translator.style is not Style.EXAMPLES or not translator.supports("en", "zh"):
        pytest.skip("is not asked for other lengths")
    passage = Passage("We have to get out of here before they find us.")
    request = Request("en", "zh", length=Length.SHORTER)
    (found,) = translator.translate([passage], request)
    assert len({len(h.text) for h in found}) > 1
    assert [h.score for h in found] == sorted((h.score for h in found), reverse=True)


def test_what_is_said_already_is_kept(translator) -> None:
    if translator.style is not Style.EXAMPLES or not translator.supports("en", "zh"):
        pytest.skip("takes terms otherwise, or none")
    passage = Passage("The 进取号 is here.")
    (found,) = translator.translate([passage], Request("en", "zh"))
    assert any("进取号" in h.text for h in found)


def test_scores_tell_a_right_translation_from_a_wrong_one(translator) -> None:
    if not isinstance(translator, Scores) or not translator.supports("en", "zh"):
        pytest.skip("does not score")
    told = "He was arrested for stealing a bicycle."
    pairs = [("他因为偷自行车被捕。", told), ("今天天气很好。", told), ("好。", "Good.")]
    right, wrong, alone = translator.score(pairs, "zh", "en")
    assert wrong < right < 0
    # beside longer texts the same, but for what 8 bits round: up to 0.13 of a mean over two tokens,
    # by the processor
    assert translator.score(pairs[2:], "zh", "en")[0] == pytest.approx(alone, abs=0.25)


def test_it_says_what_it_cannot(translator) -> None:
    assert not translator.supports("en", "xx")
    assert translator.supports("en", "en") == (translator.style is Style.VERBATIM)

"""What every engine that hears emotions keeps: add yours by installing it."""

import pytest

from dubbing.engines.emotion import LABELS, Utterance
from dubbing.registry import Engines, engine_names
from dubbing.settings import EngineOptions
from dubbing.testing import silence
from tests.emotion.tiny_classifier import save_tiny_classifier
from tests.voice.test_profile import vowel

engines = Engines()


@pytest.fixture(params=engine_names("emotion"), scope="module")
def hearer(request, tmp_path_factory: pytest.TempPathFactory):
    if request.param != "hf-audio":
        return engines.get("emotion", request.param)
    folder = tmp_path_factory.mktemp("tiny")
    save_tiny_classifier(folder, ["neu", "hap", "ang", "sad", "other"])
    return engines.get("emotion", request.param, EngineOptions(model=str(folder)))


def test_one_opinion_an_utterance_in_their_order(hearer) -> None:
    said = [Utterance("S1", lambda i=i: vowel(120 + 5 * i, seconds=0.8)) for i in range(3)]
    heard = hearer.hear([*said, Utterance("S2", lambda: vowel(200, seconds=0.8))])
    assert len(heard) == 4
    for item in heard:
        names = [name for name, _ in item.probabilities]
        assert set(names) <= set(LABELS)
        assert len(names) == len(set(names))
        assert sum(share for _, share in item.probabilities) == pytest.approx(1.0, abs=0.01)
        assert 0 <= item.arousal <= 1
        assert 0 <= item.confidence <= 1


def test_silence_and_nothing_are_no_reason_to_fail(hearer) -> None:
    assert hearer.hear([]) == ()
    assert len(hearer.hear([Utterance("S1", lambda: silence(300))])) == 1

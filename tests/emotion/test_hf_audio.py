"""Audio classifiers of transformers as hearers of moods."""

from pathlib import Path

import pytest

from dubbing.engines.emotion import Utterance
from dubbing.engines.emotion.hf_audio import HFAudio, mood_called
from dubbing.errors import EngineFailed, WeightsMissing
from dubbing.settings import EngineOptions
from dubbing.testing import tone
from tests.emotion.tiny_classifier import save_tiny_classifier


@pytest.mark.parametrize(
    ("label", "mood"),
    [("neu", "neutral"), ("Happiness", "happy"), ("ANG", "angry"), ("fear", "fearful"),
     ("pleasant_surprise", "surprised"), ("disgust", "disgusted"), ("other", None), ("yes", None)],
)  # fmt: skip
def test_labels_of_many_models_are_understood(label: str, mood: str | None) -> None:
    assert mood_called(label) == mood


def test_labels_that_mean_the_same_are_added_up(tmp_path: Path) -> None:
    save_tiny_classifier(tmp_path, ["happy", "excited", "neutral", "noise"])
    (heard,) = HFAudio(1, EngineOptions(model=str(tmp_path))).hear(
        [Utterance("S1", lambda: tone(900))]
    )
    shares = dict(heard.probabilities)
    assert set(shares) == {"happy", "neutral"}
    assert sum(shares.values()) == pytest.approx(1.0, abs=1e-3)
    assert shares["happy"] > shares["neutral"]  # two of three labels of a random network
    assert 0.4 <= heard.arousal <= 0.7


def test_a_model_that_tells_no_emotions_is_refused(tmp_path: Path) -> None:
    save_tiny_classifier(tmp_path, ["yes", "no", "stop"])
    with pytest.raises(EngineFailed, match="does not tell emotions"):
        HFAudio(1, EngineOptions(model=str(tmp_path))).hear([Utterance("S1", lambda: tone(900))])


def test_without_a_model_it_says_what_is_missing(tmp_path: Path) -> None:
    with pytest.raises(WeightsMissing, match="needs a model"):
        HFAudio()
    with pytest.raises(WeightsMissing, match="cannot be loaded"):
        HFAudio(1, EngineOptions(model=str(tmp_path))).hear([Utterance("S1", lambda: tone(900))])

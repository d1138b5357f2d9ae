"""What face and words say, and how the senses become one mood."""

from pathlib import Path

import cv2
import numpy as np
import pytest
import yaml

from dubbing.engines.emotion import LABELS
from dubbing.language.emotion_words import emotion_words
from dubbing.timeline import Sense
from dubbing.vision.expression import LABELS as SEEN
from dubbing.vision.expression import Expression
from dubbing.voice.fusion import fuse
from dubbing.workspace import Workspace
from tests.conftest import Dubbed, dub

HERE = Path(__file__).parent
FEELINGS = yaml.safe_load((HERE / "feelings.yaml").read_text("utf-8"))
EVERYDAY = sorted((HERE / "everyday").glob("*.txt"))


@pytest.mark.parametrize(
    ("language", "label", "text"),
    [(code, label, text) for code, lines in FEELINGS.items() for label, text in lines],
)
def test_plain_words_of_feeling_have_the_right_label(language: str, label: str, text: str) -> None:
    counts = emotion_words(text, language)
    assert max(counts, key=lambda name: counts[name], default="") == label


@pytest.mark.parametrize("file", EVERYDAY, ids=lambda file: file.stem)
def test_everyday_sentences_have_no_words_of_feeling(file: Path) -> None:
    sentences = file.read_text("utf-8").splitlines()
    assert len(set(sentences)) >= 100
    counted = {text: emotion_words(text, file.stem) for text in sentences}
    assert {text: counts for text, counts in counted.items() if counts} == {}


def test_every_language_of_the_lexicon_has_everyday_sentences() -> None:
    assert {file.stem for file in EVERYDAY} == {code.partition("-")[0] for code in FEELINGS}


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "I am not happy."),
        ("en", "I don't love it."),
        ("en", "The train leaves at seven."),
        ("en", "Nobody was angry, and I am not at all afraid."),
        ("zh", "我不高兴。"),
        ("zh", "别害怕，我没有生气。"),
        ("zh", "我一点也不难过。"),
        ("ja", "怖くない。"),
        ("ja", "怒っていません。"),
        ("de", "Ich hasse dich nicht."),
        ("hi", "मत डरो, मैं उदास नहीं हूँ।"),
        ("fr", "Je n'ai pas peur."),
        ("es", "No estoy contento."),
        ("fi", "Olen iloinen."),
        ("en", ""),
    ],
)
def test_negated_and_plain_words_tell_nothing(language: str, text: str) -> None:
    assert emotion_words(text, language) == {}


def sense(name: str, label: str, share: float, confidence: float, arousal: float | None = None):
    rest = (1 - share) / (len(SEEN) - 1)
    shares = tuple((other, share if other == label else rest) for other in SEEN)
    return Sense(name, shares, confidence, arousal)


def test_a_negation_stays_in_its_clause() -> None:
    assert emotion_words("No, I am happy!", "en") == {"happy": 1}
    assert emotion_words("我没忍住，哭了。", "zh") == {"sad": 1}
    assert emotion_words("他忍不住哭了。", "zh") == {"sad": 1}


def test_without_evidence_a_line_is_neutral() -> None:
    told = fuse([])
    assert (told.label, told.intensity) == ("neutral", 0.0)
    assert abs(told.valence) < 0.2


@pytest.mark.parametrize("label", [name for name in SEEN if name != "neutral"])
def test_senses_that_agree_are_believed(label: str) -> None:
    told = fuse([sense("voice", label, 0.7, 0.6, 0.6), sense("face", label, 0.6, 0.5)])
    assert told.label == label
    assert 0.4 < told.intensity <= 1.0
    assert {s.name for s in told.senses} == {"voice", "face"}


def test_the_surer_sense_wins_and_the_weak_one_hardly_counts() -> None:
    strong, weak = sense("voice", "angry", 0.8, 0.9, 0.9), sense("face", "happy", 0.5, 0.1)
    assert fuse([strong, weak]).label == "angry"
    assert fuse([sense("face", "sad", 0.5, 0.05)]).label == "neutral"


def test_the_voice_tells_arousal_and_slack_neutral_speech_is_calm() -> None:
    tense = fuse([sense("voice", "neutral", 0.8, 0.9, 0.95)])
    slack = fuse([sense("voice", "neutral", 0.8, 0.9, 0.02)])
    assert tense.arousal > 0.8
    assert slack.arousal < 0.2
    assert (tense.label, slack.label) == ("neutral", "calm")


def test_valence_follows_the_label() -> None:
    glad = fuse([sense("voice", "happy", 0.9, 0.9, 0.7)])
    cross = fuse([sense("voice", "angry", 0.9, 0.9, 0.9)])
    assert glad.valence > 0.4
    assert cross.valence < -0.3
    assert glad.label in LABELS


def test_a_smile_is_happier_than_a_scowl() -> None:
    def face(smile: float, brow: float) -> np.ndarray:
        """A drawn face: the corners of the mouth up or down, the brows straight or drawn."""
        picture = np.full((224, 224, 3), 60, np.uint8)
        cv2.ellipse(picture, (112, 112), (80, 100), 0, 0, 360, (200, 180, 160), -1)
        for side in (-1, 1):
            cv2.circle(picture, (112 + side * 32, 92), 9, (30, 30, 30), -1)
            inner, outer = (112 + side * 18, int(74 + brow)), (112 + side * 48, int(74 - brow))
            cv2.line(picture, inner, outer, (60, 40, 30), 6)
        curve = [[112 + x, int(160 - smile * (x / 36) ** 2)] for x in range(-36, 37, 4)]
        cv2.polylines(picture, [np.array(curve)], False, (90, 30, 30), 8)
        return picture

    reader = Expression()
    smiling, scowling = reader.read(face(18, 0)[None]), reader.read(face(-18, 12)[None])
    assert smiling.sum() == pytest.approx(1.0)
    happy = SEEN.index("happy")
    assert smiling[happy] > scowling[happy]


@pytest.mark.slow
def test_every_line_of_a_dub_has_a_mood_with_its_evidence(portrait_zh: Dubbed) -> None:
    timeline = Workspace(portrait_zh.workspace).latest_timeline("zh")
    for line in timeline.lines:
        assert line.emotion is not None
        assert line.emotion.label in LABELS
        assert 0 <= line.emotion.intensity <= 1
        assert 0 <= line.emotion.arousal <= 1
        names = [s.name for s in line.emotion.senses]
        assert len(names) == len(set(names))
        assert set(names) <= {"voice", "face", "text"}
    assert any(s.name == "face" for line in timeline.lines for s in line.emotion.senses)
    shown = dub("show", portrait_zh.workspace, "--emotions", COLUMNS="200").stdout
    assert "arousal" in shown
    assert "sure" in shown

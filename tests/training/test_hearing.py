"""The model that hears emotions: learnt from a corpus, judged on other speakers."""

from pathlib import Path

import numpy as np
import pytest

from dubbing.engines.emotion import LABELS, Utterance
from dubbing.engines.emotion.embedded import EmbeddedEmotion
from dubbing.errors import UsageError
from dubbing.media.sound_file import write_sound
from dubbing.models.emotion_voice import (
    N_PROSODY,
    N_VECTOR,
    by_speaker,
    load_emotion_voice,
)
from dubbing.testing import silence
from dubbing.training.emotion import (
    LEARNT,
    judge_emotion,
    read_corpus,
    save_emotion,
    train_emotion,
)
from tests.conftest import dub
from tests.voice.test_profile import vowel

MOODS = {  # letter of EmoDB: pitch factor, rise, syllables a second, formants
    "W": (1.3, 4.0, 6.0, (850, 1800, 2900)),
    "E": (0.95, -4.0, 2.5, (600, 1300, 2500)),
    "A": (1.5, 0.0, 6.5, (600, 1500, 2700)),
    "F": (1.35, 8.0, 4.5, (750, 1700, 2900)),
    "T": (0.8, -2.0, 2.0, (450, 1000, 2400)),
    "N": (1.0, 0.0, 4.0, (650, 1300, 2600)),
}


def make_corpus(folder: Path, speakers: dict[int, float]) -> Path:
    """Three takes of each mood by each speaker, who have pitches of their own."""
    for number, pitch in speakers.items():
        for mood, (factor, rise, pace, formants) in MOODS.items():
            for take, shift in zip("abc", (0.97, 1.0, 1.03), strict=True):
                sound = vowel(
                    pitch * factor * shift, formants, seconds=1.2, rising=rise,
                    syllables_a_second=pace,
                )  # fmt: skip
                write_sound(folder / f"{number:02d}a01{mood}{take}.wav", sound)
    return folder


def test_it_learns_moods_and_knows_them_in_strangers(tmp_path: Path) -> None:
    learnt, strange = tmp_path / "learnt", tmp_path / "strange"
    learnt.mkdir()
    strange.mkdir()
    told: list[tuple[int, int]] = []
    corpus = read_corpus(
        make_corpus(learnt, {3: 110, 8: 200, 9: 160}), lambda n, total: told.append((n, total))
    )
    assert told[-1] == (54, 54)
    model, found = train_emotion(corpus)
    assert set(model.labels) == set(LEARNT)
    assert set(model.labels) < set(LABELS)
    assert found["recall_left_out"] > 0.7
    judged = judge_emotion(
        read_corpus(make_corpus(strange, {10: 130, 11: 220}), lambda n, t: None), model
    )
    assert judged["recall"] > 0.7
    assert judged["arousal_auc"] > 0.9
    save_emotion(model, tmp_path / "own.safetensors", {"made_by": "a test"})
    again = load_emotion_voice(tmp_path / "own.safetensors")
    assert again.labels == model.labels
    assert np.allclose(again.weights, model.weights, atol=1e-5)
    result = dub("evaluate", "emotion", strange, "--weights", tmp_path / "own.safetensors")
    assert result.returncode == 0, result.stderr
    assert "AUC of arousal" in result.stdout


def test_a_folder_without_a_corpus_is_refused(tmp_path: Path) -> None:
    write_sound(tmp_path / "song.wav", silence(500))
    with pytest.raises(UsageError, match="EmoDB or RAVDESS"):
        read_corpus(tmp_path, lambda n, t: None)
    assert dub("evaluate", "emotion", tmp_path / "no").returncode == 2


def test_a_speaker_is_compared_with_themselves_alone() -> None:
    random = np.random.default_rng(0)
    one = random.normal(0, 1, (6, N_PROSODY + N_VECTOR))
    other = one + 50.0
    one[2, :N_PROSODY] = np.nan  # nothing voiced
    out = by_speaker(np.vstack([one, other]), ["A"] * 6 + ["B"] * 6, np.ones(N_PROSODY), 1.0)
    assert np.isfinite(out).all()
    assert np.allclose(out[[0, 1, 3, 4, 5], N_PROSODY:], out[[6, 7, 9, 10, 11], N_PROSODY:])
    assert np.allclose(out[2, :N_PROSODY], 0)


def test_of_a_single_line_nothing_is_told() -> None:
    engine = EmbeddedEmotion()
    alone = Utterance("S1", lambda: vowel(140))
    calm = [Utterance("S2", lambda: vowel(120, seconds=1.5)) for _ in range(4)]
    pressed = Utterance(
        "S2", lambda: vowel(190, (850, 1800, 2900), seconds=1.5, syllables_a_second=6)
    )
    heard = engine.hear([alone, *calm, pressed])
    assert heard[0].confidence == 0.0
    assert heard[-1].confidence > 0.3
    assert heard[-1].arousal > max(item.arousal for item in heard[1:-1])
    for item in heard:
        assert sum(share for _, share in item.probabilities) == pytest.approx(1.0, abs=0.01)
    assert engine.hear([]) == ()

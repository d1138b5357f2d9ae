"""A stock voice learns to sound like somebody, through the decoder itself."""

from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.numpy import save_file

from dubbing.acoustics.pitch import median_f0_hz
from dubbing.arrays import Audio
from dubbing.engines.speech import Likeness, TunedVoice, VoiceName, kokoro_learning
from dubbing.engines.speech.kokoro import ENERGY, F0, FEATURES, Kokoro
from dubbing.engines.speech.kokoro_voice import PITCH, TIMBRE, pitch_moved
from dubbing.media.resample import resample
from dubbing.models.onnx_torch import TorchGraph
from dubbing.models.speaker_encoder import SpeakerEncoder
from dubbing.models.speaker_gradient import GradientEncoder

pytestmark = pytest.mark.slow
TEXT = {"zh": "火车晚点了两个小时，我们只好在车站等。", "en": "The train was two hours late today."}


@pytest.fixture(scope="module")
def kokoro() -> Kokoro:
    return Kokoro()


def said(kokoro: Kokoro, voice: VoiceName, language: str = "zh") -> Audio:
    symbols = kokoro.phonemes(TEXT[language], language)
    frames = [max(1, round(float(n))) for n in kokoro.durations(symbols, voice)]
    return resample(kokoro.speak(symbols, voice, frames), 16_000)


def test_the_decoder_in_torch_says_what_the_graph_says(kokoro: Kokoro) -> None:
    symbols = kokoro.phonemes("你好。", "zh")
    frames = np.maximum(1, np.round(kokoro.durations(symbols, "zm_yunxi"))).astype(np.float32)
    known = kokoro.acoustics(symbols, "zm_yunxi", frames)
    graph = TorchGraph(kokoro.folder / "decode.onnx")
    assert set(graph.inputs) >= {"style", F0, ENERGY, FEATURES}
    feed = {name: torch.from_numpy(np.array(known[name], np.float32)) for name in graph.inputs}
    ours = graph(feed)[0].reshape(-1).numpy()
    theirs = kokoro.speak(symbols, "zm_yunxi", frames.astype(int).tolist()).samples[0]
    assert len(ours) == len(theirs)
    assert np.corrcoef(ours, theirs)[0, 1] > 0.9  # the graph rounds its activations to 8 bits


def test_both_speaker_encoders_say_the_same(kokoro: Kokoro) -> None:
    symbols = kokoro.phonemes(TEXT["zh"], "zh")
    frames = [max(1, round(float(n))) for n in kokoro.durations(symbols, "zm_yunxi")]
    audio = kokoro.speak(symbols, "zm_yunxi", frames)
    encoder = GradientEncoder(24_000)
    one = encoder.embed(encoder.mel(torch.from_numpy(audio.samples[0]))).numpy()
    other = SpeakerEncoder().embed(resample(audio, 16_000))
    assert float(one @ other) > 0.97  # the windows at the end differ


def test_it_comes_nearer_to_the_speaker_on_sentences_it_did_not_learn_from(
    kokoro: Kokoro, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kokoro_learning, "STEPS", 8)
    monkeypatch.setattr(kokoro_learning, "SETTLED", 6)
    encoder, speaker = SpeakerEncoder(), said(kokoro, "am_adam", "en")
    wanted = encoder.embed(speaker)
    told: list[float] = []
    like = Likeness(wanted, median_f0_hz(speaker), 4.0)
    learnt = kokoro.learn("zm_yunxi", "zh", like, told.append)
    path = tmp_path / "voice.safetensors"
    save_file(learnt.tensors, path)
    own = said(kokoro, TunedVoice("zm_yunxi", path))
    stock = said(kokoro, "zm_yunxi")
    assert told[-1] == 1.0
    assert float(encoder.embed(own) @ wanted) > float(encoder.embed(stock) @ wanted) + 0.05
    octaves = np.log2([median_f0_hz(own) / like.f0_hz, median_f0_hz(stock) / like.f0_hz])
    assert abs(octaves[0]) < abs(octaves[1])
    assert learnt.cosine == pytest.approx(float(encoder.embed(own) @ wanted), abs=0.1)


def test_only_voiced_pitch_moves() -> None:
    curve = np.array([[0.0, 100.0, 200.0, 0.0]], np.float32)
    moved = pitch_moved(curve, np.array([100.0, 2.0, 0.5], np.float32))
    assert np.allclose(moved, [[0.0, 200.0, 200.0 * 2**0.5, 0.0]], rtol=1e-5)


def test_an_operator_that_is_not_known_is_named(tmp_path: Path) -> None:
    import onnx
    from onnx import TensorProto, helper

    node = helper.make_node("Erf", ["x"], ["y"])
    ends = [helper.make_tensor_value_info(n, TensorProto.FLOAT, [1]) for n in "xy"]
    onnx.save(helper.make_model(helper.make_graph([node], "g", ends[:1], ends[1:])), tmp_path / "g")
    with pytest.raises(ValueError, match="Erf"):
        TorchGraph(tmp_path / "g")


def test_a_tuned_voice_has_the_shapes_it_promises(kokoro: Kokoro, tmp_path: Path) -> None:
    path = tmp_path / "voice.safetensors"
    pitch = np.array([170.0, 1.0, 1.0], np.float32)
    save_file({TIMBRE: np.zeros(128, np.float32), PITCH: pitch}, path)
    same = said(kokoro, TunedVoice("zm_yunxi", path))
    stock = said(kokoro, "zm_yunxi")  # not to the bit: the graph rounds to what it is given
    assert np.corrcoef(same.samples[0], stock.samples[0])[0, 1] > 0.98

"""Engines that are handed a text: what they ask of their packages and servers, and what comes back.

The packages are too large to install for a test. Stand-ins with exactly their signatures take the calls
(``STAND_INS`` says of which version); where a package is installed, the two are compared. The servers
are real ones that speak the real protocols.
"""

import importlib
import importlib.util
import inspect
import io
import json
import socket
import struct
import sys
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pytest
import soundfile
import torch

from dubbing.delivery import NEUTRAL, Delivery
from dubbing.engines.openai_server import KEYS
from dubbing.engines.speech import Sample, SpeaksWhole
from dubbing.engines.speech import gpt_sovits as gpt_sovits_module
from dubbing.engines.speech import openai_speech as openai_module
from dubbing.engines.speech.chatterbox import Chatterbox
from dubbing.engines.speech.cosyvoice import CosyVoice
from dubbing.engines.speech.f5 import F5
from dubbing.engines.speech.gpt_sovits import GPTSoVITS
from dubbing.engines.speech.imitating import Imitating, as_audio, at_most
from dubbing.engines.speech.openai_speech import OpenAISpeech, instructions
from dubbing.engines.speech.xtts import AGREED, PUBLISHED, XTTS
from dubbing.errors import EngineFailed, EngineUnavailable, UnknownLanguage, WeightsMissing
from dubbing.models.voices import voice_cards
from dubbing.settings import NO_OPTIONS, EngineOptions
from dubbing.web import Limits

ANGRY = Delivery("angry", intensity=1.0, rate=1.2, level_db=4.0)
WORDS = "Where have you been all this time? We have been waiting for you since the morning."
QUESTION = WORDS.partition(" We")[0]
CALLS: list[tuple[str, dict[str, Any]]] = []
RATE_HZ = 24_000


def called(name: str, given: dict[str, Any]) -> dict[str, Any]:
    """Keep a call, without the object that it was made on."""
    kept = {key: value for key, value in given.items() if key != "self"}
    CALLS.append((name, kept))
    return kept


def calls(name: str) -> list[dict[str, Any]]:
    return [given for called_name, given in CALLS if called_name == name]


@pytest.fixture(autouse=True)
def _no_calls() -> None:
    CALLS.clear()


def tone(seconds: float, f0_hz: float = 140.0, rate_hz: int = RATE_HZ) -> np.ndarray:
    """A voice-like sound, float32 ``[n]``: 20 harmonics."""
    time = np.arange(int(seconds * rate_hz)) / rate_hz
    sound = sum(np.sin(2 * np.pi * f0_hz * k * time) / k for k in range(1, 20))
    return (0.2 * sound / np.abs(sound).max()).astype(np.float32)


def speech(text: str, seconds_a_letter: float = 0.08, pause_s: float = 0.4) -> np.ndarray:
    """As long as its letters, with silence after every sentence."""
    parts = []
    for sentence in text.replace("?", ".").split("."):
        letters = sum(character.isalnum() for character in sentence)
        if letters:
            parts += [
                tone(letters * seconds_a_letter),
                np.zeros(int(pause_s * RATE_HZ), np.float32),
            ]
    return np.concatenate(parts)


@pytest.fixture
def sample(tmp_path: Path) -> Sample:
    """Five seconds of English."""
    soundfile.write(tmp_path / "somebody.wav", speech(WORDS), RATE_HZ)
    return Sample(tmp_path / "somebody.wav", WORDS, "en")


@pytest.fixture
def long_sample(tmp_path: Path) -> Sample:
    """Fifteen seconds, three times the same."""
    soundfile.write(tmp_path / "long.wav", speech(f"{WORDS} {WORDS} {WORDS}"), RATE_HZ)
    return Sample(tmp_path / "long.wav", f"{WORDS} {WORDS} {WORDS}", "en")


# -- stand-ins -----------------------------------------------------------------------------------


class XttsConfig:
    def __init__(self) -> None:
        self.audio = SimpleNamespace(output_sample_rate=24_000)
        self.temperature, self.length_penalty, self.repetition_penalty = 0.65, 1.0, 2.0
        self.top_k, self.top_p = 30, 0.85
        self.gpt_cond_len, self.gpt_cond_chunk_len, self.max_ref_len = 12, 4, 10
        self.sound_norm_refs = False

    def load_json(self, file_name: str) -> None:
        called("load_json", locals())


class Xtts:
    def __init__(self, config: Any) -> None:
        self.config = config

    def to(self, device: str) -> "Xtts":
        return self

    def load_checkpoint(
        self,
        config,
        checkpoint_dir=None,
        checkpoint_path=None,
        vocab_path=None,
        eval=True,
        strict=True,
        use_deepspeed=False,
        speaker_file_path=None,
    ):
        called("load_checkpoint", locals())

    def get_conditioning_latents(
        self,
        audio_path,
        max_ref_length=30,
        gpt_cond_len=6,
        gpt_cond_chunk_len=6,
        librosa_trim_db=None,
        sound_norm_refs=False,
        load_sr=22050,
    ):
        called("get_conditioning_latents", locals())
        return f"latents of {audio_path[0]}", f"speaker of {audio_path[0]}"

    def inference(
        self,
        text,
        language,
        gpt_cond_latent,
        speaker_embedding,
        temperature=0.75,
        length_penalty=1.0,
        repetition_penalty=10.0,
        top_k=50,
        top_p=0.85,
        do_sample=True,
        num_beams=1,
        speed=1.0,
        enable_text_splitting=False,
        **hf_generate_kwargs,
    ):
        called("inference", locals())
        return {"wav": tone(1.0), "gpt_latents": None, "speaker_embedding": None}


class CoquiTTS:
    def __init__(
        self,
        model_name="",
        *,
        model_path=None,
        config_path=None,
        vocoder_name=None,
        vocoder_path=None,
        vocoder_config_path=None,
        encoder_path=None,
        encoder_config_path=None,
        speakers_file_path=None,
        progress_bar=True,
        gpu=False,
    ):
        called("TTS", locals())
        self.synthesizer = SimpleNamespace(tts_model=Xtts(XttsConfig()))


class CosyVoice2:
    def __init__(
        self,
        model_dir,
        load_jit=False,
        load_trt=False,
        load_vllm=False,
        fp16=False,
        trt_concurrent=1,
    ):
        self.sample_rate = 24_000
        called("CosyVoice", locals())

    def inference_zero_shot(
        self,
        tts_text,
        prompt_text,
        prompt_wav,
        zero_shot_spk_id="",
        stream=False,
        speed=1.0,
        text_frontend=True,
    ):
        called("zero_shot", locals())
        yield from two_pieces()

    def inference_cross_lingual(
        self,
        tts_text,
        prompt_wav,
        zero_shot_spk_id="",
        stream=False,
        speed=1.0,
        text_frontend=True,
    ):
        called("cross_lingual", locals())
        yield from two_pieces()

    def inference_instruct2(
        self,
        tts_text,
        instruct_text,
        prompt_wav,
        zero_shot_spk_id="",
        stream=False,
        speed=1.0,
        text_frontend=True,
    ):
        called("instruct2", locals())
        yield from two_pieces()


def two_pieces() -> Iterator[dict[str, torch.Tensor]]:
    yield {"tts_speech": torch.from_numpy(tone(0.5))[None]}
    yield {"tts_speech": torch.from_numpy(tone(0.25))[None]}


def AutoModel(**kwargs):
    return CosyVoice2(**kwargs)


class F5TTS:
    def __init__(
        self,
        model="F5TTS_v1_Base",
        ckpt_file="",
        vocab_file="",
        ode_method="euler",
        use_ema=True,
        vocoder_local_path=None,
        device=None,
        hf_cache_dir=None,
    ):
        called("F5TTS", locals())

    def infer(
        self,
        ref_file,
        ref_text,
        gen_text,
        show_info=print,
        progress=None,
        target_rms=0.1,
        cross_fade_duration=0.15,
        sway_sampling_coef=-1,
        cfg_strength=2,
        nfe_step=32,
        speed=1.0,
        fix_duration=None,
        remove_silence=False,
        file_wave=None,
        file_spec=None,
        seed=None,
    ):
        seconds = soundfile.info(ref_file).duration
        called("infer", {**locals(), "seconds": seconds})
        show_info("Converting audio...")
        sys.stdout.write("ref_text and gen_text\n")
        return tone(1.0), 24_000, None


class ChatterboxMultilingualTTS:
    def __init__(self, t3, s3gen, ve, tokenizer, device, conds=None):
        self.sr = 24_000

    @classmethod
    def from_local(cls, ckpt_dir, device):
        called("from_local", {"ckpt_dir": ckpt_dir, "device": device})
        return cls(None, None, None, None, device)

    @classmethod
    def from_pretrained(cls, device):
        called("from_pretrained", {"device": device})
        return cls(None, None, None, None, device)

    def generate(
        self,
        text,
        language_id,
        audio_prompt_path=None,
        exaggeration=0.5,
        cfg_weight=0.5,
        temperature=0.8,
        repetition_penalty=2.0,
        min_p=0.05,
        top_p=1.0,
    ):
        called("generate", locals())
        return torch.from_numpy(tone(1.0))[None]


MODULES: dict[str, dict[str, Any]] = {
    "TTS.tts.configs.xtts_config": {"XttsConfig": XttsConfig},
    "TTS.tts.models.xtts": {"Xtts": Xtts},
    "TTS.api": {"TTS": CoquiTTS},
    "cosyvoice.cli.cosyvoice": {"CosyVoice2": CosyVoice2, "AutoModel": AutoModel},
    "f5_tts.api": {"F5TTS": F5TTS},
    "chatterbox.mtl_tts": {"ChatterboxMultilingualTTS": ChatterboxMultilingualTTS},
}
STAND_INS = {
    "coqui-tts 0.28.0": [
        ("TTS.tts.models.xtts", "Xtts", "load_checkpoint"),
        ("TTS.tts.models.xtts", "Xtts", "get_conditioning_latents"),
        ("TTS.tts.models.xtts", "Xtts", "inference"),
        ("TTS.api", "TTS", "__init__"),
    ],
    "FunAudioLLM/CosyVoice 0c50894d": [
        ("cosyvoice.cli.cosyvoice", "CosyVoice2", "__init__"),
        ("cosyvoice.cli.cosyvoice", "CosyVoice2", "inference_zero_shot"),
        ("cosyvoice.cli.cosyvoice", "CosyVoice2", "inference_cross_lingual"),
        ("cosyvoice.cli.cosyvoice", "CosyVoice2", "inference_instruct2"),
    ],
    "f5-tts 1.1.22": [
        ("f5_tts.api", "F5TTS", "__init__"),
        ("f5_tts.api", "F5TTS", "infer"),
    ],
    "chatterbox-tts 0.1.7": [
        ("chatterbox.mtl_tts", "ChatterboxMultilingualTTS", "from_local"),
        ("chatterbox.mtl_tts", "ChatterboxMultilingualTTS", "from_pretrained"),
        ("chatterbox.mtl_tts", "ChatterboxMultilingualTTS", "generate"),
    ],
}


@pytest.fixture
def packages(monkeypatch: pytest.MonkeyPatch) -> None:
    """All the packages seem to be installed."""
    for name, members in MODULES.items():
        module = ModuleType(name)
        module.__dict__.update(members)
        monkeypatch.setitem(sys.modules, name, module)


def parameters(function: Callable[..., Any]) -> list[tuple[str, Any, Any]]:
    """Names, kinds and defaults; ``tqdm`` and its like are not ours to have."""
    return [
        (p.name, p.kind, "module" if inspect.ismodule(p.default) else p.default)
        for p in inspect.signature(function).parameters.values()
    ]


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("package", STAND_INS)
def test_stand_ins_have_the_signatures_of_the_packages(package: str) -> None:
    for name, kind, method in STAND_INS[package]:
        try:
            found = importlib.util.find_spec(name)
        except ImportError:  # its parents are imported, and may miss what they need
            found = None
        if found is None:
            pytest.skip(f"{package} is not installed")
        real = getattr(getattr(importlib.import_module(name), kind), method)
        ours = getattr(MODULES[name][kind], method)
        modules_aside = {"progress"}  # its default is the module tqdm
        assert [p for p in parameters(real) if p[0] not in modules_aside] == [
            p for p in parameters(ours) if p[0] not in modules_aside
        ], f"{kind}.{method}"


# -- all of them ---------------------------------------------------------------------------------


def second(tmp_path: Path, name: str = "cosyvoice2.yaml") -> EngineOptions:
    """A folder that looks like weights of CosyVoice."""
    folder = tmp_path / name.removesuffix(".yaml")
    folder.mkdir(exist_ok=True)
    (folder / name).write_text("sample_rate: 24000\n", encoding="utf-8")
    return EngineOptions(model=str(folder))


def engine(kind: type[Imitating], tmp_path: Path) -> Imitating:
    return kind(1, second(tmp_path) if kind is CosyVoice else NO_OPTIONS)


IMITATING = (XTTS, CosyVoice, F5, Chatterbox, GPTSoVITS)
IN_PACKAGES = (XTTS, CosyVoice, F5, Chatterbox)


@pytest.mark.parametrize("kind", IMITATING)
def test_they_imitate_and_have_the_voices_of_kokoro(kind: type[Imitating], tmp_path: Path) -> None:
    made = engine(kind, tmp_path)
    assert isinstance(made, SpeaksWhole)
    assert made.imitates
    assert made.licence
    assert [card.name for card in made.voices("zh")] == [card.name for card in voice_cards("zh")]
    assert made.voices("xx") == ()
    assert made.phonemes("你好。", "zh")


@pytest.mark.parametrize("kind", IMITATING)
def test_a_name_is_no_sample(kind: type[Imitating], tmp_path: Path) -> None:
    with pytest.raises(EngineFailed, match=f"'{kind.name}' cannot speak with the voice 'af_heart'"):
        engine(kind, tmp_path).say("Hello.", "en", "af_heart", NEUTRAL, 1.0)
    gone = Sample(tmp_path / "gone.wav", "Hello.", "en")
    with pytest.raises(EngineFailed, match="is gone"):
        engine(kind, tmp_path).say("Hello.", "en", gone, NEUTRAL, 1.0)


@pytest.mark.parametrize("kind", IMITATING)
def test_a_language_that_it_does_not_speak(
    kind: type[Imitating], tmp_path: Path, sample: Sample
) -> None:
    with pytest.raises(UnknownLanguage, match="does not speak 'xx'"):
        engine(kind, tmp_path).say("Hello.", "xx", sample, NEUTRAL, 1.0)


@pytest.mark.parametrize("kind", IN_PACKAGES)
def test_a_package_that_is_not_installed_is_named(
    kind: type[Imitating], tmp_path: Path, sample: Sample, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(AGREED, "1")
    for name in MODULES:
        monkeypatch.setitem(sys.modules, name.split(".")[0], None)
    with pytest.raises(EngineUnavailable, match=f"needs the package '{kind.package}'") as told:
        engine(kind, tmp_path).say("Hello.", "en", sample, NEUTRAL, 1.0)
    assert told.value.hint.startswith("Install it: ")


def test_a_package_that_lacks_another_says_which(
    packages: None, sample: Sample, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "f5_tts"
    package.mkdir()
    (package / "__init__.py").write_text("", encoding="utf-8")
    (package / "api.py").write_text("import vocos_that_is_not_here\n", encoding="utf-8")
    monkeypatch.delitem(sys.modules, "f5_tts.api")
    monkeypatch.syspath_prepend(str(tmp_path))
    with pytest.raises(EngineUnavailable, match=r"'f5-tts'.* the module 'vocos_that_is_not"):
        F5().say("Hello.", "en", sample, NEUTRAL, 1.0)
    for name in ("f5_tts", "f5_tts.api"):
        sys.modules.pop(name, None)


@pytest.mark.parametrize("kind", IN_PACKAGES)
def test_what_is_returned_becomes_mono_sound(
    kind: type[Imitating],
    packages: None,
    tmp_path: Path,
    sample: Sample,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv(AGREED, "1")
    made = engine(kind, tmp_path)
    audio = made.say("Good morning.", "en", sample, NEUTRAL, 1.0)
    assert audio.samples.dtype == np.float32
    assert audio.n_channels == 1
    assert audio.rate_hz == made.rate_hz == 24_000
    assert audio.duration_ms == (750 if kind is CosyVoice else 1000)
    assert capsys.readouterr().out == ""  # a package's chatter does not reach the user


@pytest.mark.parametrize(
    ("kind", "target"),
    [(XTTS, (Xtts, "inference")), (CosyVoice, (CosyVoice2, "inference_zero_shot")),
     (F5, (F5TTS, "infer")), (Chatterbox, (ChatterboxMultilingualTTS, "generate"))],
)  # fmt: skip
def test_failures_of_a_package_are_one_sentence(
    kind: type[Imitating],
    target: tuple[type, str],
    packages: None,
    tmp_path: Path,
    sample: Sample,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fails(*_: object, **__: object) -> None:
        raise RuntimeError("CUDA out of memory\nTraceback and more")

    monkeypatch.setenv(AGREED, "1")
    monkeypatch.setattr(*target, fails)
    with pytest.raises(EngineFailed) as told:
        engine(kind, tmp_path).say("Hello.", "en", sample, NEUTRAL, 1.0)
    assert str(told.value) == f"The speech engine '{kind.name}' failed: CUDA out of memory"


def test_weights_that_cannot_be_loaded(
    packages: None, sample: Sample, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object) -> None:
        raise FileNotFoundError("no weights")

    monkeypatch.setattr(ChatterboxMultilingualTTS, "from_local", fails)
    made = Chatterbox(1, EngineOptions(model=str(tmp_path)))
    with pytest.raises(WeightsMissing, match="'chatterbox' cannot be loaded: no weights"):
        made.say("Hello.", "en", sample, NEUTRAL, 1.0)
    absent = XTTS(1, EngineOptions(model=str(tmp_path / "absent")))
    with pytest.raises(WeightsMissing, match=r"no folder .*absent"):
        absent.say("Hello.", "en", sample, NEUTRAL, 1.0)


@pytest.mark.parametrize(
    "samples",
    [np.stack([tone(1.0), tone(1.0)]), torch.from_numpy(tone(1.0)).to(torch.bfloat16)[None],
     (tone(1.0) * 32767).astype(np.int16), tone(1.0).astype(np.float64) * 30, list(tone(1.0))],
    ids=["stereo", "bfloat16", "int16", "too loud", "list"],
)  # fmt: skip
def test_sound_of_any_form(samples: Any) -> None:
    audio = as_audio(samples, 24_000, 16_000, "any")
    assert (audio.n_channels, audio.rate_hz, audio.duration_ms) == (1, 16_000, 1000)
    assert audio.samples.dtype == np.float32
    assert 0.15 < np.abs(audio.samples).max() <= 1.0


@pytest.mark.parametrize("samples", [None, [], np.zeros(100), np.full(100, np.nan)])
def test_silence_is_a_failure(samples: Any) -> None:
    with pytest.raises(EngineFailed, match="'any' made no sound"):
        as_audio(samples, 24_000, 24_000, "any")


# -- samples that are too long -------------------------------------------------------------------


def test_a_short_sample_is_left_alone(sample: Sample) -> None:
    with at_most(sample, 10.0) as given:
        assert given is sample


def test_words_are_cut_with_the_sound(long_sample: Sample) -> None:
    sentences = 3  # of the six, by length: 2.1 s, 3.3 s, 2.1 s
    with at_most(long_sample, 10.0) as given:
        path, text = given.sound, given.text
        duration_s = soundfile.info(path).duration
    assert text == f"{WORDS} {QUESTION}"
    spoken_s = sum(character.isalnum() for character in text) * 0.08
    assert duration_s == pytest.approx(spoken_s + (sentences - 0.5) * 0.4, abs=0.05)
    assert given.language == "en"
    assert not path.exists()


def test_words_are_left_out_where_they_cannot_be_cut(tmp_path: Path) -> None:
    path = tmp_path / "one_breath.wav"
    soundfile.write(path, tone(15.0), RATE_HZ)
    with at_most(Sample(path, "A text without any mark", "en"), 10.0) as given:
        assert soundfile.info(given.sound).duration == pytest.approx(10.0, abs=0.01)
        assert given.text == ""


# -- XTTS ----------------------------------------------------------------------------------------


def test_xtts_with_a_folder_of_ones_own(packages: None, tmp_path: Path, sample: Sample) -> None:
    made = XTTS(1, EngineOptions(model=str(tmp_path)))
    made.say("Guten Morgen.", "de", sample, NEUTRAL, 1.25)
    made.say("早上好。", "zh", sample, ANGRY, 1.0)
    made.say("Bom dia.", "pt-br", sample, NEUTRAL, 1.0)
    assert calls("load_json") == [{"file_name": str(tmp_path / "config.json")}]
    assert calls("load_checkpoint")[0]["checkpoint_dir"] == str(tmp_path)
    assert not calls("TTS")
    first, chinese, portuguese = calls("inference")
    assert (first["text"], first["language"], first["speed"]) == ("Guten Morgen.", "de", 1.25)
    assert (chinese["language"], portuguese["language"]) == ("zh-cn", "pt")
    assert first["gpt_cond_latent"] == f"latents of {sample.sound}"
    assert first["speaker_embedding"] == f"speaker of {sample.sound}"
    assert (first["temperature"], first["top_k"], first["repetition_penalty"]) == (0.65, 30, 2.0)


def test_xtts_listens_to_a_sample_once(
    packages: None, tmp_path: Path, sample: Sample, long_sample: Sample
) -> None:
    made = XTTS(1, EngineOptions(model=str(tmp_path)))
    for voice in (sample, long_sample, sample):
        made.say("Hello.", "en", voice, NEUTRAL, 1.0)
    heard = calls("get_conditioning_latents")
    assert [given["audio_path"] for given in heard] == [
        [str(sample.sound)],
        [str(long_sample.sound)],
    ]
    assert (heard[0]["gpt_cond_len"], heard[0]["max_ref_length"]) == (12, 10)
    assert calls("inference")[2]["gpt_cond_latent"] == f"latents of {sample.sound}"


def test_xtts_fetches_weights_only_for_those_who_agree(
    packages: None, sample: Sample, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(AGREED, raising=False)
    with pytest.raises(WeightsMissing, match=f"licence.*{AGREED}=1"):
        XTTS().say("Hello.", "en", sample, NEUTRAL, 1.0)
    assert not calls("TTS")
    monkeypatch.setenv(AGREED, "1")
    XTTS().say("Hello.", "en", sample, NEUTRAL, 1.0)
    assert calls("TTS")[0]["model_name"] == PUBLISHED


# -- CosyVoice -----------------------------------------------------------------------------------


def test_cosyvoice_imitates_in_its_own_language(
    packages: None, tmp_path: Path, sample: Sample
) -> None:
    made = CosyVoice(1, second(tmp_path))
    audio = made.say("Good morning.", "en", sample, NEUTRAL, 1.1)
    assert audio.duration_ms == 750  # both pieces
    assert calls("CosyVoice")[0]["model_dir"] == str(tmp_path / "cosyvoice2")
    (given,) = calls("zero_shot")
    assert (given["tts_text"], given["prompt_text"]) == ("Good morning.", WORDS)
    assert (given["prompt_wav"], given["speed"]) == (str(sample.sound), 1.1)
    assert given["stream"] is False


def test_cosyvoice_imitates_across_languages(
    packages: None, tmp_path: Path, sample: Sample
) -> None:
    CosyVoice(1, second(tmp_path)).say("早上好。", "zh", sample, NEUTRAL, 0.9)
    (given,) = calls("cross_lingual")
    assert (given["tts_text"], given["prompt_wav"]) == ("早上好。", str(sample.sound))
    assert given["speed"] == 0.9


def test_cosyvoice_is_told_the_mood(packages: None, tmp_path: Path, sample: Sample) -> None:
    CosyVoice(1, second(tmp_path)).say("早上好。", "zh", sample, ANGRY, 1.2)
    (given,) = calls("instruct2")
    assert given["instruct_text"] == "你能用愤怒的情感说吗？<|endofprompt|>"
    assert (given["tts_text"], given["prompt_wav"], given["speed"]) == (
        "早上好。", str(sample.sound), 1.2,
    )  # fmt: skip


def test_cosyvoice_3_has_another_form(packages: None, tmp_path: Path, sample: Sample) -> None:
    made = CosyVoice(1, second(tmp_path, "cosyvoice3.yaml"))
    lead = "You are a helpful assistant.<|endofprompt|>"
    made.say("Good morning.", "en", sample, NEUTRAL, 1.0)
    assert calls("zero_shot")[0]["prompt_text"] == lead + WORDS
    made.say("Buenos días.", "es", sample, NEUTRAL, 1.0)
    assert calls("cross_lingual")[0]["tts_text"] == lead + "Buenos días."
    made.say("Buenos días.", "es", sample, ANGRY, 1.0)
    told = "You are a helpful assistant. 请非常生气地说一句话。<|endofprompt|>"
    assert calls("instruct2")[0]["instruct_text"] == told
    made.say("Buenos días.", "es", sample, Delivery("fearful", 1.0), 1.0)  # it knows no fear
    assert len(calls("cross_lingual")) == 2
    made.say("歴史は、過去ではない。", "ja", sample, NEUTRAL, 1.0)
    assert calls("cross_lingual")[2]["tts_text"].startswith(lead + "レキシ ワ、カコ")
    with pytest.raises(UnknownLanguage):
        CosyVoice(1, second(tmp_path)).say("Buenos días.", "es", sample, NEUTRAL, 1.0)


def test_cosyvoice_needs_weights_and_a_program_that_can_use_them(
    packages: None, tmp_path: Path, sample: Sample, monkeypatch: pytest.MonkeyPatch
) -> None:
    for options in (NO_OPTIONS, second(tmp_path, "cosyvoice.yaml")):
        with pytest.raises(WeightsMissing, match="CosyVoice 2 or 3"):
            CosyVoice(1, options)
    monkeypatch.delattr(sys.modules["cosyvoice.cli.cosyvoice"], "AutoModel")
    with pytest.raises(EngineUnavailable, match="too old"):
        CosyVoice(1, second(tmp_path)).say("Hello.", "en", sample, NEUTRAL, 1.0)


# -- F5 ------------------------------------------------------------------------------------------


def test_f5_goes_on_where_the_sample_ends(packages: None, sample: Sample) -> None:
    made = F5()
    made.say("早上好。", "zh", sample, ANGRY, 1.3)
    assert calls("F5TTS")[0]["model"] == "F5TTS_v1_Base"
    (given,) = calls("infer")
    assert (given["ref_file"], given["ref_text"]) == (str(sample.sound), WORDS)
    assert (given["gen_text"], given["speed"]) == ("早上好。", 1.3)
    assert given["seed"] is not None  # a line sounds the same in every run
    with pytest.raises(UnknownLanguage, match="It speaks en, zh"):
        made.say("Bonjour.", "fr", sample, NEUTRAL, 1.0)


def test_f5_hears_no_words_that_it_is_not_told(
    packages: None, long_sample: Sample, tmp_path: Path
) -> None:
    F5().say("Hello.", "en", long_sample, NEUTRAL, 1.0)
    (given,) = calls("infer")
    assert given["seconds"] < 12
    assert long_sample.text.startswith(given["ref_text"])
    assert len(given["ref_text"]) < len(long_sample.text)
    nameless = Sample(long_sample.sound, "", "en")
    with pytest.raises(EngineFailed, match="must know the words of the sample"):
        F5().say("Hello.", "en", nameless, NEUTRAL, 1.0)


def test_f5_with_weights_of_ones_own(packages: None, tmp_path: Path, sample: Sample) -> None:
    folder = tmp_path / "F5TTS_Base"
    (folder / "vocos").mkdir(parents=True)
    (folder / "vocab.txt").touch()
    with pytest.raises(WeightsMissing, match="no checkpoint"):
        F5(1, EngineOptions(model=str(folder))).say("Bonjour.", "fr", sample, NEUTRAL, 1.0)
    checkpoint = folder / "model_200.safetensors"
    checkpoint.touch()
    for named in (folder, checkpoint):
        F5(1, EngineOptions(model=str(named))).say("Bonjour.", "fr", sample, NEUTRAL, 1.0)
    for given in calls("F5TTS"):
        assert given["model"] == "F5TTS_Base"
        assert given["ckpt_file"] == str(checkpoint)
        assert given["vocab_file"] == str(folder / "vocab.txt")
        assert given["vocoder_local_path"] == str(folder / "vocos")


# -- Chatterbox ----------------------------------------------------------------------------------


def test_chatterbox_is_told_language_voice_and_expression(packages: None, sample: Sample) -> None:
    made = Chatterbox()
    assert not made.takes_speed
    for language, delivery in (("en", NEUTRAL), ("pt-br", ANGRY), ("en", Delivery("calm", 1.0))):
        made.say("Hello.", language, sample, delivery, 2.0)
    assert len(calls("from_pretrained")) == 1
    at_home, abroad, calm = calls("generate")
    assert (at_home["text"], at_home["language_id"]) == ("Hello.", "en")
    assert at_home["audio_prompt_path"] == str(sample.sound)
    assert (at_home["exaggeration"], at_home["cfg_weight"]) == (0.5, 0.5)
    assert (abroad["language_id"], abroad["cfg_weight"]) == ("pt", 0.0)  # or the accent comes along
    assert abroad["exaggeration"] == pytest.approx(0.9)
    assert calm["exaggeration"] == pytest.approx(0.3)


def test_chatterbox_with_a_folder(packages: None, tmp_path: Path, sample: Sample) -> None:
    Chatterbox(1, EngineOptions(model=str(tmp_path))).say("Hello.", "en", sample, NEUTRAL, 1.0)
    assert calls("from_local")[0]["ckpt_dir"] == tmp_path
    assert not calls("from_pretrained")


# -- servers -------------------------------------------------------------------------------------

Answer = tuple[int, bytes]


class Server:
    """Answers with what is queued, else as its protocol says, and keeps what it was asked."""

    def __init__(self, answer: Callable[[str, str, dict[str, Any]], Answer]) -> None:
        self.asked: list[tuple[str, dict[str, Any]]] = []
        self.keys: list[str | None] = []
        self.queued: list[Answer] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                size = int(self.headers["content-length"])
                self.reply("POST", json.loads(self.rfile.read(size)))

            def do_GET(self) -> None:
                asked = parse_qs(urlsplit(self.path).query)
                self.reply("GET", {key: values[0] for key, values in asked.items()})

            def reply(self, method: str, body: dict[str, Any]) -> None:
                path = urlsplit(self.path).path
                outer.asked.append((path, body))
                outer.keys.append(self.headers["authorization"])
                queue = outer.queued
                status, content = queue.pop(0) if queue else answer(method, path, body)
                self.send_response(status)
                kind = "audio/wav" if content.startswith(b"RIFF") else "application/json"
                self.send_header("content-type", kind)
                self.send_header("content-length", str(len(content)))
                self.send_header("retry-after-ms", "1")
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *_: object) -> None:
                """Silence."""

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.thread = threading.Thread(target=self.http.serve_forever, args=(0.01,), daemon=True)
        self.thread.start()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.http.server_port}"

    def close(self) -> None:
        self.http.shutdown()
        self.http.server_close()
        self.thread.join()


def said(status: int, **content: Any) -> Answer:
    return status, json.dumps(content).encode()


def wav(samples: np.ndarray, rate_hz: int) -> bytes:
    file = io.BytesIO()
    soundfile.write(file, samples, rate_hz, format="WAV", subtype="PCM_16")
    return file.getvalue()


def unused_address() -> str:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{probe.getsockname()[1]}"


# -- GPT-SoVITS ----------------------------------------------------------------------------------


def gpt_answer(method: str, path: str, body: dict[str, Any]) -> Answer:
    """``api_v2.py`` with weights of version 2."""
    if method == "GET" and path in ("/set_gpt_weights", "/set_sovits_weights"):
        return said(200, message="success") if body.get("weights_path") else said(400, message="no")
    if (method, path) != ("POST", "/tts"):
        return said(404, detail="Not Found")
    return gpt_refusal(body) or (200, wav(tone(1.0, rate_hz=32_000), 32_000))


def gpt_refusal(body: dict[str, Any]) -> Answer | None:
    wrong = [key for key in ("ref_audio_path", "text", "text_lang", "prompt_lang") if not body[key]]
    if wrong:
        return said(400, message=f"{wrong[0]} is required")
    for key in ("text_lang", "prompt_lang"):
        if body[key] not in ("auto", "auto_yue", "en", "zh", "ja", "yue", "ko", "all_zh", "all_ja"):
            return said(400, message=f"{key}: {body[key]} is not supported in version v2")
    if body["text_split_method"] not in [f"cut{n}" for n in range(6)]:
        return said(400, message="text_split_method is not supported")
    if not Path(body["ref_audio_path"]).exists():
        return said(400, message="tts failed", Exception=f"{body['ref_audio_path']} not exists")
    if not 3 <= soundfile.info(body["ref_audio_path"]).duration <= 10:
        return said(400, message="tts failed", Exception="参考音频在3~10秒范围外，请更换！")
    return None


@pytest.fixture
def gpt(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.setattr(gpt_sovits_module, "WAITS_S", (0.0, 0.0))
    server = Server(gpt_answer)
    yield server
    server.close()


def gpt_engine(server: Server, model: str | None = None) -> GPTSoVITS:
    return GPTSoVITS(1, EngineOptions(server=server.address, model=model))


def test_gpt_sovits_is_asked_as_its_interface_wants(gpt: Server, sample: Sample) -> None:
    audio = gpt_engine(gpt).say("早上好。", "zh", sample, ANGRY, 1.15)
    assert (audio.rate_hz, audio.n_channels, audio.duration_ms) == (32_000, 1, 1000)
    assert audio.samples.dtype == np.float32
    ((path, asked),) = gpt.asked
    assert path == "/tts"
    assert (asked["text"], asked["text_lang"], asked["speed_factor"]) == ("早上好。", "zh", 1.15)
    assert asked["ref_audio_path"] == str(sample.sound.resolve())
    assert (asked["prompt_text"], asked["prompt_lang"]) == (WORDS, "en")
    assert (asked["media_type"], asked["streaming_mode"]) == ("wav", False)


def test_gpt_sovits_loads_fine_tuned_weights_once(gpt: Server, sample: Sample) -> None:
    made = gpt_engine(gpt, "models/my voice.ckpt, models/me.pth")
    made.say("Hello.", "en", sample, NEUTRAL, 1.0)
    made.say("Hello again.", "en", sample, NEUTRAL, 1.0)
    assert [path for path, _ in gpt.asked] == [
        "/set_gpt_weights", "/set_sovits_weights", "/tts", "/tts",
    ]  # fmt: skip
    assert gpt.asked[0][1] == {"weights_path": "models/my voice.ckpt"}
    assert gpt.asked[1][1] == {"weights_path": "models/me.pth"}
    with pytest.raises(EngineUnavailable, match="no weight file"):
        gpt_engine(gpt, "model.onnx")
    with pytest.raises(EngineUnavailable, match="no address"):
        GPTSoVITS(1, EngineOptions(server="localhost:9880"))


def test_gpt_sovits_takes_three_to_ten_seconds(
    gpt: Server, long_sample: Sample, tmp_path: Path
) -> None:
    gpt_engine(gpt).say("Hello.", "en", long_sample, NEUTRAL, 1.0)
    assert gpt.asked[0][1]["prompt_text"] == f"{WORDS} {QUESTION}"
    soundfile.write(tmp_path / "short.wav", tone(1.5), RATE_HZ)
    with pytest.raises(EngineFailed, match=r"lasts 1\.5 s; .* needs at least 3 s"):
        gpt_engine(gpt).say(
            "Hello.", "en", Sample(tmp_path / "short.wav", "Hi.", "en"), NEUTRAL, 1.0
        )


def test_gpt_sovits_goes_without_words_in_a_language_it_cannot_read(
    gpt: Server, sample: Sample
) -> None:
    french = Sample(sample.sound, "Où étais-tu ?", "fr")
    gpt_engine(gpt).say("Hello.", "en", french, NEUTRAL, 1.0)
    asked = gpt.asked[0][1]
    assert (asked["prompt_text"], asked["prompt_lang"]) == ("", "en")


def test_gpt_sovits_says_what_the_server_refused(gpt: Server, sample: Sample) -> None:
    gpt.queued = [said(400, message="tts failed", Exception="prompt_text cannot be empty")]
    refusal = r"error \(400\): tts failed, prompt_text cannot be empty\."
    with pytest.raises(EngineFailed, match=refusal):
        gpt_engine(gpt).say("Hello.", "en", sample, NEUTRAL, 1.0)
    assert len(gpt.asked) == 1  # asking again would not help


def test_gpt_sovits_asks_again_where_that_can_help(gpt: Server, sample: Sample) -> None:
    gpt.queued = [(500, b"Internal Server Error"), (503, b"")]
    gpt_engine(gpt).say("Hello.", "en", sample, NEUTRAL, 1.0)
    assert len(gpt.asked) == 3
    gpt.queued = [(500, b"Internal Server Error")] * 3
    with pytest.raises(EngineFailed, match=r"error \(500\)\."):
        gpt_engine(gpt).say("Hello.", "en", sample, NEUTRAL, 1.0)


def test_gpt_sovits_answers_silence_when_it_fails(gpt: Server, sample: Sample) -> None:
    gpt.queued = [(200, wav(np.zeros(16_000), 16_000)), (200, b"<html>")]
    with pytest.raises(EngineFailed, match="made no sound"):
        gpt_engine(gpt).say("Hello.", "en", sample, NEUTRAL, 1.0)
    with pytest.raises(EngineFailed, match="no sound"):
        gpt_engine(gpt).say("Hello.", "en", sample, NEUTRAL, 1.0)


def test_gpt_sovits_is_not_running(gpt: Server, sample: Sample) -> None:
    address = unused_address()
    made = GPTSoVITS(1, EngineOptions(server=address))
    with pytest.raises(EngineFailed, match=f"at {address} cannot be reached.*api_v2.py"):
        made.say("Hello.", "en", sample, NEUTRAL, 1.0)


def test_gpt_sovits_does_not_answer(
    gpt: Server, sample: Sample, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gpt_sovits_module, "LIMITS", Limits(total_s=0.2))
    with socket.socket() as deaf:
        deaf.bind(("127.0.0.1", 0))
        deaf.listen()
        made = GPTSoVITS(1, EngineOptions(server=f"http://127.0.0.1:{deaf.getsockname()[1]}"))
        with pytest.raises(EngineFailed, match="did not answer"):
            made.say("Hello.", "en", sample, NEUTRAL, 1.0)


# -- OpenAI's interface --------------------------------------------------------------------------

PITCHES_HZ = {"low": 110.0, "high": 220.0}


def streamed(content: bytes) -> bytes:
    """A WAV whose header was written before its length was known, as OpenAI sends it."""
    unknown = struct.pack("<I", 0xFFFFFFFF)
    size = content.index(b"data") + 4
    return content[:4] + unknown + content[8:size] + unknown + content[size + 4 :]


def openai_answer(method: str, path: str, body: dict[str, Any]) -> Answer:
    if (method, path) != ("POST", "/v1/audio/speech"):
        return said(404, error={"message": "no such address"})
    if body["response_format"] != "wav" or body["voice"] not in PITCHES_HZ:
        return said(400, error={"message": f"there is no voice {body['voice']}", "code": None})
    return 200, streamed(wav(tone(2.0, PITCHES_HZ[body["voice"]], 22_050), 22_050))


@pytest.fixture
def cloud(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    for key in KEYS:
        monkeypatch.delenv(key, raising=False)
    server = Server(openai_answer)
    yield server
    server.close()


def openai_engine(server: Server, model: str = "some/model:low,high") -> OpenAISpeech:
    return OpenAISpeech(1, EngineOptions(server=f"{server.address}/v1", model=model))


def test_openai_speech_is_asked_as_its_interface_wants(
    cloud: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DUBBING_API_KEY", "sesame")
    made = openai_engine(cloud)
    assert isinstance(made, SpeaksWhole)
    assert not made.imitates
    audio = made.say("Good morning.", "en", "high", ANGRY, 1.25)
    assert (audio.rate_hz, audio.n_channels, audio.duration_ms) == (24_000, 1, 2000)
    assert audio.samples.dtype == np.float32
    made.say("Good morning.", "en", "low", NEUTRAL, 1.0)
    (path, first), (_, plain) = cloud.asked
    assert path == "/v1/audio/speech"
    assert first == {
        "model": "some/model", "voice": "high", "input": "Good morning.", "speed": 1.25,
        "response_format": "wav", "instructions": "Speak very angrily, loudly and fast.",
    }  # fmt: skip
    assert plain.keys() == {"model", "voice", "input", "response_format"}
    assert cloud.keys[0] == "Bearer sesame"


def test_openai_speech_measures_its_voices_once(cloud: Server) -> None:
    made = openai_engine(cloud)
    low, high = made.voices("zh")
    assert (low.name, high.name) == ("low", "high")
    assert (low.is_female, high.is_female) == (False, True)
    assert (low.f0_hz, high.f0_hz) == (pytest.approx(110, rel=0.03), pytest.approx(220, rel=0.03))
    assert low.embedding.shape == (256,)
    assert np.linalg.norm(low.embedding) == pytest.approx(1.0, abs=1e-5)
    assert len(cloud.asked) == 2
    made.voices("zh")
    assert len(cloud.asked) == 2
    assert made.voices("xx") == ()


def test_openai_speech_knows_the_voices_of_openai(monkeypatch: pytest.MonkeyPatch) -> None:
    spoken: list[str] = []
    made = OpenAISpeech(1, EngineOptions(model="tts-1", server="http://unused"))
    monkeypatch.setattr(made, "_measure", lambda name, _: spoken.append(name))
    assert made.voices("en") == ()  # none could be measured
    assert spoken == list(openai_module.OLD_VOICES)


def test_openai_speech_says_what_went_wrong(cloud: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(openai_module, "TRIES", 2)
    made = openai_engine(cloud)
    with pytest.raises(EngineFailed, match=r"\(400: there is no voice nobody\).*'nobody'"):
        made.say("Hello.", "en", "nobody", NEUTRAL, 1.0)
    cloud.queued = [said(401, error={"message": "Incorrect API key: sesame"})]
    with pytest.raises(EngineFailed, match="refused the key") as told:
        made.say("Hello.", "en", "low", NEUTRAL, 1.0)
    assert "sesame" not in str(told.value)
    cloud.queued = [said(422, detail="response_format: unknown")]  # FastAPI's form
    with pytest.raises(EngineFailed, match=r"422: response_format: unknown"):
        made.say("Hello.", "en", "low", NEUTRAL, 1.0)
    cloud.queued = [said(500, error={}), (200, wav(tone(1.0), 24_000))]
    assert made.say("Hello.", "en", "low", NEUTRAL, 1.0).duration_ms == 1000
    cloud.queued = [said(500, error={})] * 2
    with pytest.raises(EngineFailed, match=r"\(500\)"):
        made.say("Hello.", "en", "low", NEUTRAL, 1.0)


def test_openai_speech_cannot_be_reached(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(openai_module, "TRIES", 1)
    made = OpenAISpeech(1, EngineOptions(model="m:v", server=f"{unused_address()}/v1"))
    with pytest.raises(EngineFailed, match="cannot be reached"):
        made.say("Hello.", "en", "v", NEUTRAL, 1.0)


def test_openai_speech_needs_a_model_a_key_and_a_name(
    sample: Sample, monkeypatch: pytest.MonkeyPatch
) -> None:
    for key in KEYS:
        monkeypatch.delenv(key, raising=False)
    with pytest.raises(EngineUnavailable, match="needs the name of a model"):
        OpenAISpeech()
    made = OpenAISpeech(1, EngineOptions(model="tts-1"))
    with pytest.raises(EngineUnavailable, match="no key"):
        made.say("Hello.", "en", "alloy", NEUTRAL, 1.0)
    with pytest.raises(EngineFailed, match="voices of its own"):
        made.say("Hello.", "en", sample, NEUTRAL, 1.0)


@pytest.mark.parametrize(
    ("delivery", "told"),
    [(NEUTRAL, ""),
     (Delivery("neutral", rate=1.02, level_db=1.0), ""),
     (Delivery("sad", 0.5), "Speak sadly."),
     (Delivery("happy", 0.2), "Speak slightly happily."),
     (Delivery("surprised", 0.9, rate=0.8), "Speak with great surprise and slowly."),
     (Delivery("neutral", level_db=-6.0), "Speak softly.")],
)  # fmt: skip
def test_a_delivery_in_words(delivery: Delivery, told: str) -> None:
    assert instructions(delivery) == told

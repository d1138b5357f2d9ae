import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from dubbing.arrays import Audio
from dubbing.errors import WeightsMissing
from dubbing.homes import cache_home
from dubbing.models import resolver
from dubbing.models.catalogue import Model, WeightFile, catalogue, model, weights_id
from dubbing.models.resolver import is_obtainable, is_ready, resolve, verify
from dubbing.models.voices import voice_cards, voice_names, voice_style
from dubbing.testing import tone


def test_every_entry_says_where_it_comes_from_and_under_which_licence() -> None:
    for name, entry in catalogue().items():
        assert entry.licence, name
        assert entry.files or entry.derived_from or entry.shipped, name
        assert weights_id(name).startswith(name)


def test_a_slip_in_a_name_gets_the_nearest() -> None:
    with pytest.raises(WeightsMissing, match="whisper-base"):
        model("wisper-base")


@pytest.fixture
def toy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A model of two parts in a made package, and an empty cache."""
    package = tmp_path / "site" / "toy_weights"
    package.mkdir(parents=True)
    (package / "__init__.py").touch()
    (package / "a").write_bytes(b"hello ")
    (package / "b").write_bytes(b"world")
    sha = "b94d27b9934d3e08a52e52d7da7dabfac484efe37a5380ee9088f7ace2efcde9"
    file = WeightFile(
        name="m.bin", sha256=sha, n_bytes=11, parts=("toy_weights/a", "toy_weights/b")
    )
    entry = Model(title="Toy", role="toy", licence="MIT", packages=("toy==1",), files=(file,))
    monkeypatch.syspath_prepend(str(tmp_path / "site"))
    monkeypatch.setenv("DUBBING_HOME", str(tmp_path / "home"))
    monkeypatch.setitem(catalogue(), "toy", entry)
    weights_id.cache_clear()
    return package


def test_parts_are_joined_verified_and_remembered(toy: Path, monkeypatch) -> None:
    folder = resolve("toy")
    assert (folder / "m.bin").read_bytes() == b"hello world"
    assert verify("toy")
    monkeypatch.setattr(resolver, "file_sha256", lambda path: pytest.fail("hashed again"))
    assert resolve("toy") == folder


def test_a_damaged_cache_is_made_again(toy: Path) -> None:
    path = resolve("toy") / "m.bin"
    path.write_bytes(b"hello w0rld!")
    assert not is_ready("toy")
    assert (resolve("toy") / "m.bin").read_bytes() == b"hello world"


def test_a_source_of_no_further_use_is_removed(toy: Path, monkeypatch, tmp_path: Path) -> None:
    maker = tmp_path / "site" / "toy_maker.py"
    maker.write_text(
        "def make(source, folder, progress):\n"
        "    (folder / 'n.bin').write_bytes((source / 'm.bin').read_bytes() * 2)\n"
    )
    derived = Model(
        title="Made", role="toy", licence="MIT", derived_from="toy", maker="toy_maker",
        needs=("n.bin",),
    )  # fmt: skip
    for is_intermediate in (False, True):
        source = catalogue()["toy"].model_copy(update={"is_intermediate": is_intermediate})
        monkeypatch.setitem(catalogue(), "toy", source)
        name = f"made-{is_intermediate}"
        monkeypatch.setitem(catalogue(), name, derived)
        assert (resolve(name) / "n.bin").read_bytes() == b"hello worldhello world"
        assert is_ready("toy") is not is_intermediate
        assert is_ready(name)
        assert verify(name)


def test_a_model_of_an_extra_names_it_where_it_is_missing(toy: Path, monkeypatch) -> None:
    monkeypatch.setitem(catalogue(), "toy", catalogue()["toy"].model_copy(update={"extra": "play"}))
    assert is_obtainable("toy")
    shutil.rmtree(toy)
    assert not is_obtainable("toy")
    with pytest.raises(WeightsMissing) as error:
        resolve("toy")
    assert "pip install 'dubbing[play]'" in error.value.hint


def test_wrong_weights_are_refused_and_nothing_is_left(toy: Path) -> None:
    (toy / "b").write_bytes(b"w0rld")
    with pytest.raises(WeightsMissing, match="not the file we know"):
        resolve("toy")
    home = cache_home() / "models"
    assert [p.name for p in home.iterdir() if p.suffix != ".lock"] == []


def test_missing_weights_name_size_and_the_command(toy: Path) -> None:
    shutil.rmtree(toy)
    with pytest.raises(WeightsMissing, match="pip install toy==1"):
        resolve("toy")


def test_a_folder_of_ones_own_must_be_complete(toy: Path, tmp_path: Path) -> None:
    with pytest.raises(WeightsMissing, match=r"m\.bin"):
        resolve("toy", folder=tmp_path)
    (tmp_path / "m.bin").touch()
    assert resolve("toy", folder=tmp_path) == tmp_path


def test_a_complete_cache_may_be_read_only(toy: Path) -> None:
    folder = resolve("toy")
    folder.chmod(0o555)
    try:
        assert resolve("toy") == folder
    finally:
        folder.chmod(0o755)


def test_all_54_voices_come_back_as_styles() -> None:
    names = voice_names()
    assert len(names) == 54
    assert len(voice_names("zh")) == 8
    style = voice_style("zm_yunxi", 40)
    assert style.shape == (256,)
    assert style.dtype == np.float32
    assert not np.array_equal(style, voice_style("zm_yunxi", 400))


@pytest.mark.parametrize("language", ["zh", "en", "es", "fr", "it", "pt-br", "ja", "hi"])
def test_every_language_has_a_voice_with_pitch_and_vector(language: str) -> None:
    cards = voice_cards(language)
    assert cards
    for card in cards:
        assert 70 < card.f0_hz < 400, card.name
        assert np.linalg.norm(card.embedding) == pytest.approx(1.0, abs=0.01)


def test_men_and_women_are_told_apart_by_pitch() -> None:
    for card in (card for card in voice_cards("zh") if not card.is_child):
        assert (card.f0_hz < 190) == (card.name[1] == "m"), card


def test_the_speaker_encoder_tells_one_voice_from_another() -> None:
    from dubbing.models.speaker_encoder import SpeakerEncoder

    encoder = SpeakerEncoder()
    low, high = tone(3000, hz=120), tone(3000, hz=900)
    vectors = [encoder.embed(audio) for audio in (low, low, high)]
    assert np.linalg.norm(vectors[0]) == pytest.approx(1.0, abs=1e-5)
    assert float(vectors[0] @ vectors[1]) == pytest.approx(1.0, abs=1e-5)
    assert float(vectors[0] @ vectors[2]) < 0.9
    with pytest.raises(ValueError, match="16 kHz"):
        encoder.embed(Audio(low.samples, 48_000))


def test_the_speaker_encoder_gives_what_resemblyzer_gives() -> None:
    """Reference made with Resemblyzer 0.1.4's own mel and network on the same made sound."""
    from dubbing.models.speaker_encoder import SpeakerEncoder

    path = Path(__file__).parent / "ge2e_reference.json"
    reference = np.array(json.loads(path.read_text())["embedding"])
    rng = np.random.default_rng(11)
    time_s = np.arange(4 * 16_000) / 16_000
    buzz = sum(np.sin(2 * np.pi * 130 * k * time_s) / k for k in range(1, 20))
    sound = 0.05 * buzz * (1 + np.sin(2 * np.pi * 3 * time_s)) + 0.002 * rng.normal(
        size=len(time_s)
    )
    ours = SpeakerEncoder().embed(Audio(sound[None].astype(np.float32), 16_000))
    assert float(ours @ reference) > 0.999


@pytest.mark.slow
def test_the_split_kokoro_says_sample_for_sample_what_the_whole_one_says() -> None:
    import onnxruntime

    from dubbing.engines.speech.kokoro import Kokoro
    from dubbing.language.g2p import to_phonemes, vocabulary

    symbols = to_phonemes("今天天气很好。", "zh")
    ids = np.array([[0, *(vocabulary()[s] for s in symbols), 0]])
    style = voice_style("zm_yunxi", len(symbols)).reshape(1, 256)
    whole = onnxruntime.InferenceSession(str(resolve("kokoro-82m-int8") / "kokoro.onnx"))
    names = [item.name for item in whole.get_inputs()]
    feed = dict(zip(names, (ids, style, np.ones(1, np.float32)), strict=True))
    expected = whole.run(None, feed)[0].reshape(-1)
    kokoro = Kokoro()
    frames = np.maximum(np.round(kokoro.durations(symbols, "zm_yunxi")), 1).astype(int).tolist()
    audio = kokoro.speak(symbols, "zm_yunxi", frames).samples[0]
    assert len(audio) == 600 * sum(frames)
    assert np.array_equal(audio, expected)
    frames[3] += 10
    assert len(kokoro.speak(symbols, "zm_yunxi", frames).samples[0]) == len(audio) + 6000

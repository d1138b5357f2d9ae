"""The package as others see it."""

import subprocess
import zipfile
from pathlib import Path

import pytest

import dubbing
from tests.conftest import DUB, ROOT


def test_public_names_exist_and_are_sorted() -> None:
    assert dubbing.__all__ == sorted(dubbing.__all__)
    for name in dubbing.__all__:
        assert getattr(dubbing, name)
    with pytest.raises(AttributeError):
        dubbing.nonsense  # noqa: B018


@pytest.mark.slow
def test_the_wheel_holds_profiles_recipes_and_weights(tmp_path: Path) -> None:
    python = DUB.with_name("python")
    subprocess.run(
        [str(python), "-m", "pip", "wheel", "-q", "--no-deps", "-w", str(tmp_path), str(ROOT)],
        check=True,
    )
    names = zipfile.ZipFile(next(tmp_path.glob("*.whl"))).namelist()
    for wanted in ("configs/embedded.yaml", "pipelines/dub.yaml", "models/data/ge2e.onnx",
                   "models/catalogue.yaml", "language/kokoro_vocab.json", "review/report.html.j2",
                   "engines/translation/examples.yaml",
                   "models/data/emotion_voice.safetensors", "voice/moods.yaml",
                   "models/data/mood_timbre.safetensors", "models/data/voice_space.safetensors",
                   "models/data/gemma_tokens.safetensors",
                   "reviewer/page/index.html", "reviewer/page/vendor/wavesurfer.min.js",
                   "reviewer/compare_page/index.html"):  # fmt: skip
        assert f"dubbing/{wanted}" in names

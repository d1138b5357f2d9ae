"""The package as others see it."""

import re
import subprocess
import zipfile
from pathlib import Path

import pytest

import dubbing
from tests.conftest import DUB, ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_public_names_exist_and_are_sorted() -> None:
    assert dubbing.__all__ == sorted(dubbing.__all__)
    for name in dubbing.__all__:
        assert getattr(dubbing, name)
    with pytest.raises(AttributeError):
        dubbing.nonsense  # noqa: B018


def test_every_flag_that_the_readme_names_exists() -> None:
    helps = "".join(
        subprocess.run([str(DUB), *words, "--help"], capture_output=True, text=True, check=True,
                       env={"COLUMNS": "300", "PATH": "/usr/bin"}).stdout
        for words in (
            ["run"], ["show"], ["models"], ["doctor"], ["plot"], ["evaluate", "dub"], ["memory"],
            ["train", "aligner"], ["train", "translator"], ["train", "emotion"], ["verify"],
            ["evaluate", "emotion"], ["train", "moods"], ["train", "mood-timbre"],
            ["train", "voice-space"], ["export"],
            ["speakers"], ["preview"], ["apply"], ["review"], ["compare"],
            ["batch", "run"], ["batch", "status"], ["batch", "validate"],
            ["voices", "enroll"], ["voices", "use"], ["voices", "list"], ["voices", "hear"],
            ["voices", "trust"], ["voices", "revoke"],
        )
    )  # fmt: skip
    blocks = "\n".join(re.findall(r"```sh\n(.*?)```", README, re.DOTALL))
    for flag in set(re.findall(r"(?<=\s)--[a-z-]+", blocks)):
        assert flag in helps, flag


def test_every_dependency_is_explained_in_the_readme() -> None:
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    for dependency in project["dependencies"]:
        name = re.split(r"[=<>\[]", dependency)[0]
        family = re.sub(r"-(part)?\d$", "", name)
        assert f"`{family}" in README, name


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

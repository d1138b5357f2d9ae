"""Translation through the command line: your own text, your own words, what was said before."""

import json
import shutil
from pathlib import Path

import pytest

from tests.conftest import Dubbed, dub

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def workspace(portrait_zh: Dubbed, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the dubbed portrait's workspace, to work on."""
    return Path(shutil.copytree(portrait_zh.workspace, tmp_path_factory.mktemp("w") / "w"))


def lines(workspace: Path) -> list[dict]:
    shown = dub("show", workspace, "--json")
    return json.loads(shown.stdout)["timeline"]["lines"]


def planned(portrait: Dubbed, workspace: Path, *flags: object) -> list[dict]:
    result = dub(portrait.source, "--to", "zh", "--workspace", workspace, "--until", "timing",
                 "-o", workspace / "x.mp4", "--quiet", *flags)  # fmt: skip
    assert result.returncode == 0, result.stderr
    return lines(workspace)


def test_your_own_translation_is_said_in_the_time_of_the_film(
    portrait_zh: Dubbed, workspace: Path, tmp_path: Path
) -> None:
    table = tmp_path / "mine.csv"
    texts = {line["text"].strip(): f"这是第{n}句话。" for n, line in enumerate(lines(workspace), 1)}
    rows = "".join(f'"{told}",{said}\n' for told, said in texts.items())
    table.write_text("source,target\n" + rows, "utf-8")
    for line in planned(portrait_zh, workspace, "--translations", table):
        assert line["plan"]["text"] == texts[line["text"].strip()]
        assert line["translation"]["candidates"][0]["origin"] == "person"
        assert line["plan"]["span"]["end_ms"] > line["plan"]["span"]["start_ms"]


def test_a_memory_made_of_one_dub_is_said_again_in_the_next(
    portrait_zh: Dubbed, workspace: Path, tmp_path: Path
) -> None:
    memory = tmp_path / "show.tmx"
    done = dub("memory", portrait_zh.workspace, memory, "--all")
    assert done.returncode == 0, done.stderr
    assert " new in " in done.stdout
    before = [line["plan"]["text"] for line in lines(portrait_zh.workspace)]
    after = planned(portrait_zh, workspace, "--memory", memory)
    assert [line["plan"]["text"] for line in after] == before
    assert {line["translation"]["candidates"][0]["origin"] for line in after} == {"memory"}
    assert dub("memory", portrait_zh.workspace, memory, "--all").stdout.startswith("0 of")


def test_a_pronunciation_changes_the_sounds_alone(
    portrait_zh: Dubbed, workspace: Path, tmp_path: Path
) -> None:
    before = planned(portrait_zh, workspace)
    text = before[0]["plan"]["text"]
    word = text[:2]
    said = tmp_path / "said.csv"
    said.write_text(f"text,said\n{word},ma1 ma1\n", "utf-8")
    after = planned(portrait_zh, workspace, "--pronunciations", said)
    assert after[0]["translation"] == before[0]["translation"]
    assert after[0]["plan"]["symbols"] != before[0]["plan"]["symbols"]
    assert after[0]["plan"]["symbols"].lstrip().startswith("ma→ma→")


def test_all_candidates_can_be_seen(portrait_zh: Dubbed) -> None:
    shown = dub("show", portrait_zh.workspace, "--candidates", COLUMNS="200")
    assert "reverse" in shown.stdout
    assert "→" in shown.stdout
    for line in lines(portrait_zh.workspace):
        assert line["plan"]["text"][:6] in shown.stdout


@pytest.mark.parametrize(
    ("flags", "words"),
    [
        (["--translator", "gema"], "no translation engine 'gema'"),
        (["--translator", "hf"], "needs a model"),
        (["--translator", "openai", "--translation-model", "x"], "no key"),
        (["--translator", "openai", "--translation-model", "x", "--translation-server",
          "http://127.0.0.1:9/v1"], "cannot be reached"),
        (["--translations", "none.srt"], "no file"),
        (["--translations", "a.srt", "--translator", "gemma"], "exclude each other"),
        (["--glossary", "none.csv"], "no glossary"),
        (["--memory", "none.tmx"], "no translation memory"),
        (["--register", "rude"], "no register"),
        (["--pronunciations", "none.csv"], "no pronunciation file"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_told_in_one_sentence(
    portrait_zh: Dubbed, workspace: Path, flags: list[str], words: str
) -> None:
    result = dub(portrait_zh.source, "--to", "zh", "--workspace", workspace, "-o",
                 workspace / "x.mp4", "--until", "translate", *flags,
                 DUBBING_API_KEY="", OPENAI_API_KEY="")  # fmt: skip
    assert result.returncode in (1, 2)
    assert words in result.stderr
    assert "Traceback" not in result.stderr

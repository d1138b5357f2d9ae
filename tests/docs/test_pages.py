"""README is short, its links lead somewhere, and its examples are those of the program."""

import re
import shlex
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import typer

import dubbing
from dubbing.cli.main import app
from dubbing.timeline_json import loads
from scripts.make_cli_reference import PAGE, reference
from tests.conftest import ROOT
from tests.docs.pages import BY_HAND, NAMES, PAGES, blocks, prose, read

MOST_LINES = 200
MOST_BYTES = 150_000
PROGRAM: Any = typer.main.get_command(app)


def test_readme_is_one_page() -> None:
    assert len(read(ROOT / "README.md").splitlines()) <= MOST_LINES


def test_pictures_are_small() -> None:
    pictures = list((ROOT / "docs/images").iterdir())
    assert {"before_after.png", "review.png", "line.png", "pipeline.svg"} <= {
        picture.name for picture in pictures
    }
    for picture in pictures:
        assert picture.stat().st_size < MOST_BYTES, picture.name


@pytest.mark.parametrize("path", PAGES, ids=NAMES)
def test_every_link_leads_somewhere(path: Path) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", prose(read(path))):
        if target.startswith(("https://", "http://")):
            continue
        name, _, anchor = target.partition("#")
        linked = path if not name else (path.parent / name)
        assert linked.is_file(), target
        if anchor:
            assert anchor in anchors(read(linked)), target


def anchors(text: str) -> set[str]:
    titles = re.findall(r"^#+ (.*)$", prose(text), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).strip().replace(" ", "-") for title in titles}


def test_every_page_is_in_the_navigation_once() -> None:
    navigation = read(ROOT / "mkdocs.yml").partition("\nnav:")[2]
    shown = re.findall(r"\S+\.md$", navigation, re.MULTILINE)
    there = [str(p.relative_to(ROOT / "docs")) for p in (ROOT / "docs").rglob("*.md")]
    assert sorted(shown) == sorted(there)


# -- the program as it is shown ------------------------------------------------------------------


def shown_commands() -> list[str]:
    lines = [
        line
        for path in BY_HAND
        for block in blocks(read(path), "sh")
        for line in block.splitlines()
    ]
    words = [shlex.split(line, comments=True) for line in lines]
    return [shlex.join(of) for of in words if of and of[0].removeprefix(".venv/bin/") == "dub"]


def command_of(words: list[str]) -> Any:
    """The command that a line runs: of a group the member that is named, or its usual one."""
    command: Any = PROGRAM.commands.get(words[0], PROGRAM.commands["run"])
    if members := getattr(command, "commands", None):
        usual = "dub" if words[0] == "evaluate" else "run"
        command = members.get(words[1] if len(words) > 1 else usual) or members[usual]
    return command


@pytest.mark.parametrize("line", sorted(set(shown_commands())))
def test_every_command_that_is_shown_takes_its_options(line: str) -> None:
    words = shlex.split(line)[1:]
    command = command_of(words)
    known = {name for p in command.params for name in (*p.opts, *p.secondary_opts)}
    for word in words:
        if word.startswith("-"):
            assert word.partition("=")[0] in known, f"{word} is no option of {command.name}"


def test_enough_commands_are_shown() -> None:
    shown = {command_of(shlex.split(line)[1:]).name for line in shown_commands()}
    members = [getattr(c, "commands", {"": c}) for c in PROGRAM.commands.values()]
    assert len(shown) > 0.6 * sum(map(len, members))


def test_options_that_the_text_names_exist() -> None:
    known = set(re.findall(r"--[a-z][a-z-]+", reference())) | {"--help", "--force-reinstall"}
    known |= {"--no-deps", "--python", "--version", "--debug"}  # of pip, uv; of every command
    for path in BY_HAND:
        for code in re.findall(r"`([^`\n]+)`", prose(read(path))):
            for option in re.findall(r"(?<![\w-])--[a-z][a-z-]+", code):
                assert option in known or "python -m" in code, f"{path.name}: {option}"


def test_the_page_of_commands_is_up_to_date() -> None:
    assert read(PAGE) == reference(), "make docs-cli"


def test_the_page_of_commands_has_every_option() -> None:
    page = read(PAGE)
    assert "| `--lip-strength` | number, 0 to 1 |" in page
    assert "`source` `ebu-r128` `netflix` `streaming`" in page
    assert "dub batch run MANIFEST [OPTIONS]" in page


@pytest.mark.parametrize("name", ["README.md", "docs/getting-started.md"])
def test_the_python_examples_run(
    name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    timeline = loads((ROOT / "tests/golden/timeline_v1.json").read_bytes())
    asked: list[tuple[str, str]] = []

    def dubbed(film: str, to: str) -> Any:
        asked.append((film, to))
        output = SimpleNamespace(path="movie.es.mp4")
        return SimpleNamespace(lines=timeline.lines, output=output)

    monkeypatch.setattr(dubbing, "dub", dubbed, raising=False)
    for block in blocks(read(ROOT / name), "python"):
        exec(compile(block, name, "exec"), {})
    assert asked
    assert timeline.lines[0].text in capsys.readouterr().out


def test_stages_are_named_in_their_order() -> None:
    import dubbing.stages
    from dubbing.settings import load_recipe

    order = list(load_recipe("dub"))
    listed = (dubbing.stages.__doc__ or "").partition("In order: ")[2]
    assert re.findall(r"\w+", listed) == order
    table = read(ROOT / "docs/how-it-works/pipeline.md")
    assert re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE) == order
    drawn = re.findall(r"middle\">(\w+)<", read(ROOT / "docs/images/pipeline.svg"))
    assert drawn == order


# -- what needs a reason -------------------------------------------------------------------------


def test_every_dependency_is_explained() -> None:
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    page = read(ROOT / "docs/reference/dependencies.md")
    for dependency in project["dependencies"]:
        family = re.sub(r"-(part)?\d$", "", re.split(r"[=<>\[]", dependency)[0])
        assert f"`{family}" in page, family


def test_every_message_of_the_troubleshooting_page_is_one_of_the_program() -> None:
    texts = [read(path) for path in (ROOT / "dubbing").rglob("*.py")]
    source = "\n".join(re.sub(r'"\s*\n\s*f?"', "", text).replace('\\"', '"') for text in texts)
    messages = re.findall(r"^\| `(.+?)` \| [A-Z]", read(ROOT / "docs/troubleshooting.md"), re.M)
    assert len(messages) > 40
    for message in messages:
        parts = [part.strip(" .'") for part in re.split("…", message)]
        assert max(parts, key=len) in source, message


def test_the_flags_of_the_troubleshooting_page_are_those_of_the_program() -> None:
    from dubbing.flags import Flag

    page = read(ROOT / "docs/troubleshooting.md")
    for flag in Flag:
        assert f"| `{flag.value}` |" in page


def test_environment_variables_are_all_listed() -> None:
    page = read(ROOT / "docs/reference/files.md")
    code = "\n".join(read(path) for path in (ROOT / "dubbing").rglob("*.py"))
    for name in set(re.findall(r'"(DUBBING_[A-Z_]+)"', code)):
        assert name in page, name


def test_the_site_builds(tmp_path: Path) -> None:
    pytest.importorskip("mkdocs", reason="mkdocs is not installed: make docs")
    from mkdocs.commands.build import build
    from mkdocs.config import load_config

    config = load_config(str(ROOT / "mkdocs.yml"), site_dir=str(tmp_path))
    build(config)
    assert (tmp_path / "guides/review.html").is_file()

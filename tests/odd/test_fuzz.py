"""A short slice of ``make fuzz``, always the same cases; and the harness itself catches what it must."""

import os
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from dubbing.errors import UsageError
from tests.odd.areas import AREAS, Area, Seeds
from tests.odd.fuzz import in_child, prepare, run_case
from tests.odd.review_requests import SEEDS, answer_of, request, served

CASES = {"media": 8, "subtitles": 40, "timelines": 20, "reviews": 40, "settings": 30, "voices": 12,
         "answers": 40, "sentences": 10,
         "server": 6, "commands": 4}  # fmt: skip

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the bounds are those of Linux")


@pytest.fixture(scope="module")
def seeds_of(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Seeds]:
    """The undamaged inputs of an area, made and read once for all tests."""

    @cache
    def made(name: str) -> Seeds:
        seeds = AREAS[name].seeds(tmp_path_factory.mktemp(f"seeds-{name}"))
        prepare(AREAS[name], seeds, tmp_path_factory.mktemp(f"whole-{name}"))
        return seeds

    return made


@pytest.mark.parametrize("name", list(AREAS))
def test_no_damaged_input_gets_further_than_one_sentence(
    name: str, tmp_path: Path, seeds_of: Callable[[str], Seeds]
) -> None:
    seeds, failures = seeds_of(name), []
    for number in range(CASES[name]):
        folder = tmp_path / str(number)
        folder.mkdir()
        _, outcome = run_case(AREAS[name], seeds, f"1:{number}", folder)
        if outcome.is_failure:
            failures.append(f"--area {name} --case 1:{number}: {outcome.kind} {outcome.told}")
    assert failures == []


def test_the_server_takes_what_its_page_sends(tmp_path: Path) -> None:
    """Else nothing behind the first check would be fuzzed."""
    port = served(tmp_path)
    answers = {name: answer_of(port, request(*parts)) for name, parts in SEEDS.items()}
    statuses = {name: int(answer.split()[1]) for name, answer in answers.items()}
    # the line that was decided on may be in the queue still, or already made
    assert statuses.pop("cancel") in (204, 404)
    absent = dict.fromkeys(("media", "patch"), 404)
    others = [name for name in SEEDS if name != "cancel"]
    assert statuses == {**dict.fromkeys(others, 200), "render": 202, "forget": 409, **absent}


def _raises(path: Path) -> None:
    raise KeyError(path)


def _refuses(path: Path) -> None:
    raise UsageError(f"{path.name} is no film.")


def _babbles(path: Path) -> None:
    raise UsageError("word " * 300)


def _aborts(path: Path) -> None:
    os.abort()


def _writes_outside(path: Path) -> None:
    (path.parent.parent / "outside").write_text("x")


def _takes_memory(path: Path) -> None:
    bytearray(b"x") * (9 << 27)


def _exits(path: Path) -> None:
    sys.exit(7)


@pytest.mark.parametrize(
    ("read", "kind"),
    [(_raises, "traceback"), (_refuses, "refused"), (_babbles, "no sentence"), (_aborts, "abort"),
     (_writes_outside, "wrote outside"), (_takes_memory, "memory"), (_exits, "exit code"),
     (Path.read_bytes, "read")],
)  # fmt: skip
def test_the_harness_sees_it(read: object, kind: str, tmp_path: Path) -> None:
    folder = tmp_path / "case"
    folder.mkdir()
    (folder / "a.txt").write_text("x")
    area = Area(lambda _: {}, lambda _n, content, _r: content, read)  # type: ignore[arg-type]
    assert in_child(area, folder / "a.txt").kind == kind


def test_the_same_seed_makes_the_same_damage(tmp_path: Path) -> None:
    area, seeds = AREAS["reviews"], AREAS["reviews"].seeds(tmp_path)
    made = []
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        made.append(run_case(area, seeds, "5:3", tmp_path / name)[0].read_bytes())
    assert made[0] == made[1]


@pytest.mark.parametrize("name", list(AREAS))
def test_undamaged_inputs_are_read(
    name: str, tmp_path: Path, seeds_of: Callable[[str], Seeds]
) -> None:
    for file, content in seeds_of(name).items():
        folder = tmp_path / file
        folder.mkdir()
        (folder / file).write_bytes(content)
        outcome = in_child(AREAS[name], folder / file)
        assert outcome.kind == "read", f"{file}: {outcome.told}"

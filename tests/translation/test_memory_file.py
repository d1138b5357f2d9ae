"""Translation memories: what one episode said, the next one says too."""

from pathlib import Path

import pytest

from dubbing.errors import UsageError
from dubbing.translation.examples import ExampleBook
from dubbing.translation.memory_file import add_to_memory, read_memory


def test_pairs_survive_the_disk_and_later_ones_replace(tmp_path: Path) -> None:
    path = tmp_path / "show.tmx"
    pairs = [("Beam me up.", "传送我吧。"), ("a < b & c", "甲 < 乙 & 丙")]
    assert add_to_memory(path, pairs, "en", "zh", "episode 1") == 2
    assert add_to_memory(path, pairs, "en", "zh", "episode 2") == 0
    assert add_to_memory(path, [("Beam me up.", "把我传送上去。")], "en", "zh", "episode 2") == 1
    assert dict(pair[1:] for pair in read_memory(path, "zh")) == {
        "Beam me up.": "把我传送上去。",
        "a < b & c": "甲 < 乙 & 丙",
    }
    assert read_memory(path, "es") == ()
    assert read_memory(path, "en")[0][0] == "zh"


def test_other_programs_files_are_read(tmp_path: Path) -> None:
    path = tmp_path / "other.tmx"
    path.write_text(
        '<?xml version="1.0"?><tmx version="1.4"><header/><body><tu>'
        '<tuv xml:lang="EN-US"><seg>Hello <bpt i="1">b</bpt>world</seg></tuv>'
        '<tuv xml:lang="zh-CN"><seg>你好，世界</seg></tuv>'
        '<tuv xml:lang="??"><seg>x</seg></tuv></tu></body></tmx>',
        "utf-8",
    )
    assert read_memory(path, "zh") == (("en", "Hello bworld", "你好，世界"),)


@pytest.mark.parametrize(
    "content",
    [
        "no xml",
        '<!DOCTYPE a [<!ENTITY x "y"><!ENTITY z "&x;&x;">]><tmx><body>&z;</body></tmx>',
    ],
)
def test_hostile_files_are_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "bad.tmx"
    path.write_text(content, "utf-8")
    with pytest.raises(UsageError, match="no translation memory"):
        read_memory(path, "zh")
    with pytest.raises(UsageError, match="There is no"):
        read_memory(tmp_path / "none.tmx", "zh")


def test_the_users_memory_comes_before_what_ships() -> None:
    book = ExampleBook("en", "zh", [("He was arrested for stealing a car.", "他偷车被抓。")])
    found = book.like("He was arrested for stealing a bicycle.", 3)
    assert found[-1] == ("He was arrested for stealing a car.", "他偷车被抓。")
    assert 1 < len(found) <= 3
    assert book.known("he was arrested for stealing a car") == ("他偷车被抓。",)
    assert book.like("Quantum chromodynamics bewilders octopuses.", 3) == ()
    assert book.like("word " * 30, 3) == ()
    assert book.like("He was arrested.", 0) == ()
    assert ExampleBook("fr", "zh").like("Bonjour tout le monde", 3) == ()

"""Translation memories: what one episode said, the next one says too."""

from pathlib import Path

import pytest

from dubbing.errors import UsageError
from dubbing.translation import memory_file
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


ODD = "a\x07b\x00\x1b[31m\x0b\ufffe\uffff\ud800\x85"


def test_what_xml_forbids_does_not_ruin_the_file(tmp_path: Path) -> None:
    path = tmp_path / "show.tmx"
    add_to_memory(path, [("Hello.", "Hola.")], "en", "es", "episode 1")
    assert add_to_memory(path, [(f"Bye{ODD}", f"Adiós{ODD}")], "en", "es", f"film{ODD}.mkv") == 1
    assert add_to_memory(path, [(f"Bye{ODD}", f"Adiós{ODD}")], "en", "es", "again") == 0
    assert read_memory(path, "es") == (
        ("en", "Hello.", "Hola."),
        ("en", "Byeab[31m", "Adiósab[31m"),
    )


@pytest.mark.parametrize("content", [b"no xml", b"<tmx/>", b"\xff\xfe<", b"<tmx><body>&#7;</body></tmx>",
                                     b'<?xml version="1.0" encoding="klingon"?><tmx/>'])  # fmt: skip
def test_a_file_that_cannot_be_read_is_never_replaced(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "mine.tmx"
    path.write_bytes(content)
    with pytest.raises(UsageError):
        add_to_memory(path, [("Hello.", "Hola.")], "en", "es", "episode 1")
    assert path.read_bytes() == content


def test_a_file_that_could_not_be_read_again_is_not_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever slips through: the old file stays."""
    path = tmp_path / "show.tmx"
    add_to_memory(path, [("Hello.", "Hola.")], "en", "es", "episode 1")
    before = path.read_bytes()
    monkeypatch.setattr(memory_file, "xml_document", lambda root: "<tmx>\x07</tmx>")
    with pytest.raises(UsageError, match="stays as it is"):
        add_to_memory(path, [("Bye.", "Adiós.")], "en", "es", "episode 2")
    assert path.read_bytes() == before


def test_other_programs_files_are_read(tmp_path: Path) -> None:
    path = tmp_path / "other.tmx"
    path.write_text(
        '<?xml version="1.0"?><tmx version="1.4"><header/><body><tu>'
        '<tuv xml:lang="EN-US"><seg>Hello <bpt i="1">b</bpt>world</seg></tuv>'
        '<tuv xml:lang="zh-CN"><seg>你好，世界</seg></tuv>'
        '<tuv xml:lang="??"><seg>x</seg></tuv></tu></body></tmx>',
        "utf-8",
    )
    assert read_memory(path, "zh") == (("en", "Hello world", "你好，世界"),)


def test_texts_are_found_by_language_whatever_the_region_and_encoding(tmp_path: Path) -> None:
    path = tmp_path / "regions.tmx"
    path.write_bytes(
        '<?xml version="1.0" encoding="windows-1252"?><!DOCTYPE tmx SYSTEM "tmx14.dtd">'
        '<tmx version="1.4"><body><tu><tuv xml:lang="en-US"><seg>Your car?</seg></tuv>'
        '<tuv xml:lang="es-MX"><seg>¿Tu <ph x="1">{b}</ph>carro?</seg></tuv>'
        '<tuv xml:lang="es-ES"><seg>¿Tu coche?</seg></tuv></tu>'
        '<tu><tuv xml:lang="en-GB"><seg>Mum.</seg></tuv>'
        '<tuv xml:lang="es-419"><seg>Mamá.</seg></tuv></tu></body></tmx>'.encode("cp1252")
    )
    assert read_memory(path, "es") == (("en", "Your car?", "¿Tu coche?"), ("en", "Mum.", "Mamá."))


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
    with pytest.raises(UsageError, match=r"not a translation memory|cannot be read safely"):
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

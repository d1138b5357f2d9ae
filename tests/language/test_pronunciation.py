"""A user's pronunciations: said as told, and nothing else changed."""

from pathlib import Path

import pytest

from dubbing.errors import UsageError
from dubbing.language.g2p import to_phonemes
from dubbing.language.pronunciation import pronounced, read_pronunciations
from dubbing.settings import Pronunciation


def said(text: str, language: str, **entries: str) -> str:
    dictionary = [Pronunciation(text=word, said=how) for word, how in entries.items()]
    return pronounced(text, language, dictionary, lambda part: to_phonemes(part, language))


def test_polyphones_by_pinyin() -> None:
    wrong = said("我在长安。", "zh", 长安="zhang3 an1")
    assert wrong != to_phonemes("我在长安。", "zh")
    assert said("我在长安。", "zh", 长安="chang2 an1") == to_phonemes("我在长安。", "zh")


def test_phonemes_and_other_spellings() -> None:
    assert "təmˈɑːtO" in said("A tomato.", "en", tomato="/təmˈɑːtO/")
    plain = to_phonemes("Shivawn", "en")
    assert said("Siobhan", "en", Siobhan="Shivawn") == plain
    assert said("Siobhan's here", "en", here="hear") == to_phonemes("Siobhan's hear", "en")


def test_only_whole_words_and_the_longest_first() -> None:
    assert said("category", "en", cat="dog") == to_phonemes("category", "en")
    dictionary = {"New York": "/nˈuː/", "York": "/j/"}
    assert said("New York", "en", **dictionary) == "nˈuː"
    assert said("Nothing here.", "en", **dictionary) == to_phonemes("Nothing here.", "en")


def test_files(tmp_path: Path) -> None:
    path = tmp_path / "said.csv"
    path.write_text("text,said,language\n长安,chang2 an1,zh\nGIF,jif,en\nboth,/b/,\n", "utf-8")
    assert [entry.text for entry in read_pronunciations(path, "zh")] == ["长安", "both"]
    assert [entry.text for entry in read_pronunciations(path, "en")] == ["GIF", "both"]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("text,how\na,b\n", "lacks a column"),
        ("text,said\na,\n", "line 2: nothing says"),
        ("text,said\na,/7/\n", "no phoneme"),
        ("text,said\na,qqq4\n", "no pinyin"),
    ],
)
def test_bad_files_are_refused(tmp_path: Path, content: str, words: str) -> None:
    path = tmp_path / "said.csv"
    path.write_text(content, "utf-8")
    with pytest.raises(UsageError, match=words):
        read_pronunciations(path, "zh")
    with pytest.raises(UsageError, match="no pronunciation file"):
        read_pronunciations(tmp_path / "none.csv", "zh")

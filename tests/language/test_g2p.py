import re
from importlib.resources import files

import pytest
import yaml

from dubbing.errors import UnknownLanguage
from dubbing.language.chinese_readings import pinyin
from dubbing.language.g2p import split_phonemes, to_phonemes, vocabulary
from dubbing.language.languages import SPOKEN
from dubbing.language.phoneme_classes import MEMBERS, SymbolKind, kind

SENTENCES = {
    "zh": "今天，我们用 Python 学习太阳的诞生。",
    "en": "Hello, welcome to the course!",
    "es": "¿Qué te parece?",
    "fr": "Qu'est-ce que tu en penses ?",
    "it": "È stato punito.",
    "pt-br": "Olá e bem-vindos.",
    "ja": "こんにちは、GPUを使います。",
    "hi": "नमस्ते, आप कैसे हैं?",
}


@pytest.mark.parametrize("language", SPOKEN)
def test_every_symbol_is_known_to_kokoro_and_there_are_vowels(language: str) -> None:
    symbols = to_phonemes(SENTENCES[language], language)
    assert set(symbols) <= set(vocabulary())
    assert sum(kind(symbol) is SymbolKind.VOWEL for symbol in symbols) >= 4


def test_mandarin_has_tones_and_traditional_sounds_like_simplified() -> None:
    assert "→" in to_phonemes("今天", "zh")
    assert to_phonemes("學習太陽", "zh") == to_phonemes("学习太阳", "zh")


def test_latin_words_inside_chinese_and_japanese_are_spoken() -> None:
    assert "pˈIθ" in to_phonemes(SENTENCES["zh"], "zh")
    assert len(to_phonemes("GPU", "ja")) > 5


def test_punctuation_stays_as_pause_marks() -> None:
    assert to_phonemes("好，走。", "zh").endswith(".")
    assert "," in to_phonemes("好，走。", "zh")


def test_nothing_sayable_gives_nothing() -> None:
    assert to_phonemes("  ", "zh") == ""


def test_other_languages_are_refused() -> None:
    with pytest.raises(UnknownLanguage):
        to_phonemes("hallo", "de")


def test_the_classes_cover_the_vocabulary_once() -> None:
    listed = [symbol for symbols in MEMBERS.values() for symbol in symbols]
    assert sorted(listed) == sorted(vocabulary())


def test_long_texts_are_cut_at_borders_and_nothing_is_lost() -> None:
    text = "abc, de. " * 120
    pieces = split_phonemes(text, 100)
    assert "".join(pieces) == text
    assert max(map(len, pieces)) <= 100
    assert all(piece[-1] in ",. " for piece in pieces[:-1])


def test_odd_characters_do_not_silence_a_sentence() -> None:
    assert to_phonemes("兙", "zh") == ""
    assert to_phonemes("他有一只兙", "zh").startswith("tʰa→")
    assert to_phonemes("俓", "zh")


@pytest.mark.parametrize(
    ("text", "syllables"),
    [
        ("还钱", "huan2 qian2"),
        ("两只狗", "liang3 zhi1 gou3"),
        ("炸鸡", "zha2 ji1"),
        ("待在", "dai1 zai4"),
    ],
)
def test_characters_of_several_readings_follow_their_phrase(text: str, syllables: str) -> None:
    assert pinyin(text) == syllables.split()


def test_the_table_of_readings_has_a_syllable_a_character() -> None:
    path = files("dubbing.language").joinpath("chinese_readings.yaml")
    for phrase, said in yaml.safe_load(path.read_text(encoding="utf-8")).items():
        assert len(said.split()) == len(phrase), phrase
        assert pinyin(phrase) == said.split(), phrase


@pytest.mark.parametrize(
    ("text", "char", "syllable"),
    [
        ("他得走了。", "得", "dei3"),
        ("他跑得很快。", "得", "de5"),
        ("他得了第一名。", "得", "de2"),
        ("你做得到。", "得", "de5"),
        ("她慢慢地走过来。", "地", "de5"),
        ("这块地很大。", "地", "di4"),
        ("钥匙找着了。", "着", "zhao2"),
        ("门开着。", "着", "zhe5"),
        ("我救不了他。", "了", "liao3"),
        ("池塘里有五只鸭子。", "只", "zhi1"),
        ("这只是开始。", "只", "zhi3"),
        ("请还我钱。", "还", "huan2"),
        ("他还没来。", "还", "hai2"),
        ("别把我当傻子。", "当", "dang4"),
        ("树被吹倒了。", "倒", "dao3"),
        ("把水倒进杯子里。", "倒", "dao4"),
        ("他会弹吉他。", "弹", "tan2"),
        ("鞋带松了，系一下。", "系", "ji4"),
        ("墙上的漆干了。", "干", "gan1"),
        ("我爸种水稻。", "种", "zhong4"),
    ],
)
def test_characters_of_several_readings_follow_what_stands_around(
    text: str, char: str, syllable: str
) -> None:
    assert pinyin(text)[text.index(char)] == syllable


def test_the_voice_is_given_the_reading_of_the_context() -> None:
    assert to_phonemes("他得走了。", "zh").startswith("tʰa→ tei↓")
    assert to_phonemes("他跑得很快。", "zh").startswith("tʰa→ pʰau↓ tɤ ")


def test_words_are_apart_and_marks_stay() -> None:
    assert to_phonemes("银行，行长。", "zh").count(",") == 1
    assert to_phonemes("我们学习。", "zh") == "wo↓mən ɕɥe↗ɕi↗."


def test_every_rule_of_context_has_a_syllable_and_its_character() -> None:
    table = files("dubbing.language").joinpath("chinese_contexts.yaml").read_text(encoding="utf-8")
    for char, rules in yaml.safe_load(table).items():
        for reading, pattern in rules:
            assert re.fullmatch(r"[a-z]+[1-5]", reading), (char, reading)
            assert "_" in pattern, (char, pattern)

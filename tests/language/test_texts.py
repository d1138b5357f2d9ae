import pytest

from dubbing.errors import UnknownLanguage
from dubbing.language.languages import SPOKEN, language
from dubbing.language.script import has_traditional, script_share, to_simplified
from dubbing.language.speech_text import character_error_rate, comparable
from dubbing.translation.checks import translation_flags


@pytest.mark.parametrize(
    ("tag", "code", "iso", "whisper"),
    [
        ("zh", "zh", "zho", "zh"),
        ("zh-Hans", "zh", "zho", "zh"),
        ("cmn", "zh", "zho", "zh"),
        ("Chinese", "zh", "zho", "zh"),
        ("pt", "pt-br", "por", "pt"),
        ("pt_BR", "pt-br", "por", "pt"),
        ("eng", "en", "eng", "en"),
        ("en-US", "en", "eng", "en"),
        ("jw", "jv", "jav", "jw"),
        ("de", "de", "deu", "de"),
    ],
)
def test_tags_as_people_write_them(tag: str, code: str, iso: str, whisper: str) -> None:
    found = language(tag)
    assert (found.code, found.iso639_2, found.whisper_code) == (code, iso, whisper)


@pytest.mark.parametrize("tag", ["gibberish", "xx", "", "z h", "💥"])
def test_other_tags_are_refused(tag: str) -> None:
    with pytest.raises(UnknownLanguage):
        language(tag)


@pytest.mark.parametrize("code", SPOKEN)
def test_every_spoken_language_parses_to_itself(code: str) -> None:
    assert language(code).code == code


def test_every_language_that_whisper_hears_has_a_name() -> None:
    from faster_whisper.tokenizer import _LANGUAGE_CODES

    for code in _LANGUAGE_CODES:
        assert language(code).name


def test_scripts() -> None:
    assert to_simplified("學習") == "学习"
    assert has_traditional("學")
    assert not has_traditional("学")
    assert script_share("你好 GPU", "zh") == pytest.approx(2 / 5)
    assert script_share("नमस्ते", "hi") == 1.0
    assert script_share("…", "zh") == 1.0


@pytest.mark.parametrize(
    ("source", "text", "flag"),
    [
        ("Hello, and welcome.", "Hello, and welcome.", "untranslated"),
        ("Hello there my friend.", "你好 hello there friend", "untranslated"),
        ("I study.", "我學習。", "wrong script"),
        ("There are 15 people.", "有50个人。", "number lost"),
        ("Yes, of course.", "好的好的好的好的好的", "repetitive"),
        ("This is a rather long sentence about nothing.", "好。", "odd length"),
        ("What?", "…", "empty"),
    ],
)
def test_plain_faults_are_found(source: str, text: str, flag: str) -> None:
    assert flag in translation_flags(source, text, "en", "zh")


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("Good morning.", "早上好。"),
        ("There are 15 people.", "有15个人。"),
        ("Seven days.", "7天。"),
    ],
)
def test_good_translations_have_none(source: str, text: str) -> None:
    assert translation_flags(source, text, "en", "zh") == ()


def test_texts_are_compared_by_what_is_heard() -> None:
    assert comparable("我有２個，好！", "zh") == comparable("我有两个好".replace("两", "二"), "zh")
    assert character_error_rate("Hello, World", "hello world!", "en") == 0
    assert character_error_rate("今天", "今年", "zh") == 0.5

"""Syllables are counted as speakers count them."""

import pytest

from dubbing.language.syllables import syllables


@pytest.mark.parametrize(
    ("language", "symbols", "n"),
    [
        ("es", "eʊɾˈopa tjˈene ˈIɾe i maˈiθ, el rˈA ˈoʝe la kˈWsa", 17),  # Europa tiene aire y maíz …
        ("it", "bʊonʤˈɔrno a tˈutːɪ, ʎɪ amˈiʧɪ dˌella skʊˈɔla pjʊ bˈɛlla", 17),  # Buongiorno a tutti …
        ("pt-br", "ʊ xˈiʊ nˌɐ̃ʊ̃ ɛ mwˈiŋtʊ frˈiʊ, meʊ kˌoɾasˈɐ̃ʊ̃", 13),  # O rio não é muito frio …
        ("fr", "ʒə suˈɛt madʁɛsˈe diʁɛktəmˈɑ̃ a vˈu", 12),  # Je souhaite m'adresser directement à vous
        ("hi", "nəmˈʌsteː, ˌaːp kˈɛːseː hɛ̃", 7),
        ("ja", "koɲɲiʨiβa, toːkʲoː βa oːkʲii. ai", 12),
        ("en", "ðɪ Idˈiə əvə lˈɪTᵊl bˈY ɪz pˈWəɹ ænd fˈIəɹ", 15),
        ("zh", "ʦau↓ʂa↘ŋxau↓, xwa→ni↗ŋ lai↗tau↘ wo↓mən tɤ ɕɥe↗ɕjau↘.", 12),  # 早上好，欢迎来到…
        ("zh", "tʰa→ ɚ↘ʂɨ↗i→swei↘ ɚ↗ʦɨ", 7),  # 他二十一岁儿子
    ],
)  # fmt: skip
def test_syllables_are_those_that_a_speaker_counts(language: str, symbols: str, n: int) -> None:
    assert syllables(symbols, language) == n

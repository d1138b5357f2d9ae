"""How the published translation models are told from which language to which.

Marian
    one pair a model; those with several targets want ``>>cmn_Hans<<`` before the text.
NLLB-200
    ``zho_Hans``: ISO 639-3 and script, with some of its own; the source's before, the target's as the
    first token that is written.
M2M100
    ``zh``: ISO 639-1, likewise.
mBART-50
    ``zh_CN``, likewise.
MADLAD-400, T5
    ``<2zh>`` before the text.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from dubbing.errors import UnknownLanguage

NLLB_OWN = {
    "ar": "arb_Arab", "ko": "kor_Hang",
    "az": "azj_Latn", "fa": "pes_Arab", "ku": "kmr_Latn", "lv": "lvs_Latn",
    "mg": "plt_Latn", "mn": "khk_Cyrl", "ms": "zsm_Latn", "nb": "nob_Latn", "ne": "npi_Deva",
    "no": "nob_Latn", "or": "ory_Orya", "ps": "pbt_Arab", "sq": "als_Latn", "sw": "swh_Latn",
    "uz": "uzn_Latn", "yi": "ydd_Hebr", "zh": "zho_Hans",
}  # fmt: skip
MARIAN_OWN = {"zh": ("cmn_Hans", "zho_Hans", "zho", "zh", "cmn")}
ONE_LANGUAGE = re.compile("[a-z]{2,3}")
"""Groups of languages (``ROMANCE``, ``mul``) have other names."""


@dataclass(frozen=True, slots=True)
class Direction:
    """What one model wants for one pair: a text before the source, codes for source and target."""

    before: str = ""
    source: str | None = None
    target: str | None = None


def direction(tokenizer: Any, source: str, target: str) -> Direction:
    """What to tell a model.

    Args:
        tokenizer: its tokenizer, as transformers loads it.
        source: language of the text.
        target: language that is wanted.

    Raises:
        UnknownLanguage: if the model does not know one of them.
    """
    known = tokenizer.get_vocab()
    family = type(tokenizer).__name__.removesuffix("Fast").removesuffix("Tokenizer")
    if family == "Marian":
        return Direction(before=_marian(tokenizer, source, target))
    if family == "Nllb":
        return Direction("", _known(nllb_code(source), known), _known(nllb_code(target), known))
    if family == "M2M100":
        codes = tokenizer.lang_code_to_token
        pair = (_known(_plain(code), codes) for code in (source, target))
        return Direction("", *pair)
    if family.startswith("MBart"):
        codes = tokenizer.lang_code_to_id
        return Direction("", _beginning(source, codes), _beginning(target, codes))
    return Direction(before=_known(f"<2{_plain(target)}>", known) + " ")


def nllb_code(language: str) -> str:
    """``zho_Hans`` for ``zh``: ISO 639-3 and the script in which the language is usually written."""
    import langcodes

    plain = _plain(language)
    if plain in NLLB_OWN:
        return NLLB_OWN[plain]
    return f"{_three_letters(plain)}_{langcodes.Language.get(plain).maximize().script}"


def _plain(language: str) -> str:
    return language.partition("-")[0]


def _known(code: str, codes: Collection[str]) -> str:
    if code not in codes:
        raise UnknownLanguage(f"This model does not know '{code}'.", hint="Choose another model.")
    return code


def _beginning(language: str, codes: Collection[str]) -> str:
    found = [code for code in codes if code.startswith(f"{_plain(language)}_")]
    if not found:
        raise UnknownLanguage(f"This model does not know '{language}'.")
    return found[0]


def _marian(tokenizer: Any, source: str, target: str) -> str:
    """Nothing for a model of one pair, which must be the one that is wanted."""
    named = tuple(getattr(tokenizer, name, None) for name in ("source_lang", "target_lang"))
    for language, name in zip((source, target), named, strict=True):
        if name and ONE_LANGUAGE.fullmatch(name) and name != "mul" and name not in _names(language):
            raise UnknownLanguage(
                f"This model translates from {named[0]} to {named[1]}.", hint="Choose another one."
            )
    codes = getattr(tokenizer, "supported_language_codes", ())
    if not codes:
        return ""
    for code in _names(target):
        if f">>{code}<<" in codes:
            return f">>{code}<< "
    raise UnknownLanguage(f"This model does not write '{target}'.", hint="Choose another model.")


def _names(language: str) -> tuple[str, ...]:
    """What Opus-MT calls a language: by two letters, by three, some with a script."""
    plain = _plain(language)
    return (*MARIAN_OWN.get(plain, ()), plain, _three_letters(plain))


def _three_letters(language: str) -> str:
    import langcodes

    try:
        return langcodes.Language.get(language).to_alpha3()
    except LookupError as error:
        raise UnknownLanguage(f"There is no language '{language}'.") from error

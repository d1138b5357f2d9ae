"""Whether a translation addresses people as it should: formally or as friends."""

from __future__ import annotations

import re

FORMAL = {
    "zh": "您",
    "es": r"\busted(?:es)?\b",
    "fr": r"\b(?:vous|votre|vos)\b",
    "it": r"\b(?:Lei|Suo|Sua|La prego)\b",
    "pt-br": r"\bo senhor\b|\ba senhora\b",
    "ja": r"です|ます|ました|ません|でしょう|ください",
    "hi": r"आप",
}
FAMILIAR = {
    "zh": "你",
    "es": r"\b(?:tú|te|ti|contigo|tu|tus|eres|tienes|puedes|quieres)\b",
    "fr": r"\b(?:tu|toi|ton|ta|tes)\b|\bt['’]",
    "it": r"\b(?:tu|ti|te|tuo|tua)\b",
    "pt-br": r"\bvocês?\b",
    "ja": r"(?:だ|だよ|だね|だろ|か|よ|ね|な|る|た)[。！？!?]?$",
    "hi": r"\b(?:तुम|तू)\b",
}


def in_register(text: str, language: str, register: str) -> str:
    """The text with what can be changed safely: the Chinese pronoun."""
    if language == "zh" and register == "formal":
        return re.sub("你(?!们)", "您", text)
    if language == "zh" and register == "familiar":
        return text.replace("您", "你")
    return text


def wrong_register(text: str, language: str, register: str) -> bool:
    """Whether it addresses somebody the other way and not the one that is wanted."""
    if not register or language not in FORMAL:
        return False
    wanted, other = (FORMAL, FAMILIAR) if register == "formal" else (FAMILIAR, FORMAL)
    flags = 0 if language == "it" else re.IGNORECASE
    return bool(re.search(other[language], text, flags)) and not re.search(
        wanted[language], text, flags
    )

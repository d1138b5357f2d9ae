"""Language tags as people write them, to the codes that each part of the program wants."""

from __future__ import annotations

import difflib
import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from dubbing.errors import UnknownLanguage, UsageError
from dubbing.language.letters import without_accents

if TYPE_CHECKING:
    import langcodes

SPOKEN = ("zh", "en", "es", "fr", "it", "pt-br", "ja", "hi")
"""Languages that the embedded engines can speak."""
OLD_CODES = {"jw": "jv", "iw": "he", "in": "id", "ji": "yi", "mo": "ro"}
COUNTRIES = {"jp": "ja", "cn": "zh", "kr": "ko", "gr": "el", "dk": "da", "cz": "cs", "ua": "uk"}
"""Codes of countries that are often written for their language, and are no language's own."""
OTHER_NAMES = {
    "汉语": "zh", "漢語": "zh", "国语": "zh", "國語": "zh", "华语": "zh", "華語": "zh",
    "普通話": "zh", "简体中文": "zh-Hans", "簡體中文": "zh-Hans", "繁體中文": "zh-Hant",
    "繁体中文": "zh-Hant", "广东话": "yue", "廣東話": "yue", "粤语": "yue", "粵語": "yue",
    "castellano": "es", "castilian": "es", "brasileiro": "pt-BR", "brazilian": "pt-BR",
    "portugues brasileiro": "pt-BR", "european portuguese": "pt-PT",
    "portuguese (portugal)": "pt-PT", "portugues europeu": "pt-PT",
    "british english": "en-GB", "american english": "en-US",
    "simplified chinese": "zh-Hans", "traditional chinese": "zh-Hant",
}  # fmt: skip
"""What the tables of Unicode (CLDR) do not list; without accents, in small letters."""
WHISPER_CODES = {"jv": "jw", "pt-br": "pt", "nb": "no"}
HEARD = (
    "af", "am", "ar", "as", "az", "ba", "be", "bg", "bn", "bo", "br", "bs", "ca", "cs", "cy", "da", "de",
    "el", "en", "es", "et", "eu", "fa", "fi", "fo", "fr", "gl", "gu", "ha", "haw", "he", "hi", "hr", "ht",
    "hu", "hy", "id", "is", "it", "ja", "jw", "ka", "kk", "km", "kn", "ko", "la", "lb", "ln", "lo", "lt",
    "lv", "mg", "mi", "mk", "ml", "mn", "mr", "ms", "mt", "my", "ne", "nl", "nn", "no", "oc", "pa", "pl",
    "ps", "pt", "ro", "ru", "sa", "sd", "si", "sk", "sl", "sn", "so", "sq", "sr", "su", "sv", "sw", "ta",
    "te", "tg", "th", "tk", "tl", "tr", "tt", "uk", "ur", "uz", "vi", "yi", "yo", "zh",
)  # fmt: skip
"""Codes of the languages that Whisper knows (Radford et al. 2022); that of its third version, which
alone knows Cantonese, is not among them."""
NAMES_IN = ("en", "zh", "es", "fr", "it", "pt", "ja", "hi", "de", "ru")
LONGEST_TAG = 60
ACCENTS = ("en-gb", "en-us")
"""Varieties that have voices of their own."""
TAIWAN, HONG_KONG = "zh-Hant-TW", "zh-Hant-HK"


@dataclass(frozen=True, slots=True)
class Language:
    """``code`` is ours (ISO 639-1, or ``pt-br``); ``iso639_2`` is the /T code for containers.

    ``written`` is set where the text is to be shown otherwise than the engines write it: in the
    traditional characters of Taiwan or of Hong Kong. ``accent`` is set where a variety of English is
    asked for that has voices. ``note`` says where the speech is another variety than what was asked for.
    """

    code: str
    name: str
    iso639_2: str
    whisper_code: str
    written: str | None = None
    note: str = ""
    accent: str | None = None


@lru_cache(maxsize=256)
def language(tag: str) -> Language:
    """The language of a tag or name: ``zh``, ``zh-TW``, ``cmn``, ``pt_BR``, ``Chinese``, ``espanol``.

    Raises:
        UnknownLanguage: with names that look alike.
    """
    found = _parse(tag.strip()[:LONGEST_TAG])
    if found is None:
        known = {*SPOKEN, *_names()}
        near = difflib.get_close_matches(_plain(tag[:LONGEST_TAG]), known, n=2, cutoff=0.7)
        guess = f"Did you mean {' or '.join(near)}?" if near else "Use a code such as zh, en or es."
        raise UnknownLanguage(f"'{tag[:LONGEST_TAG]}' is not a known language.", hint=guess)
    return found


def same_language(name: str) -> UsageError:
    """The error for a film that speaks what it shall be dubbed into, and shall not be spoken again."""
    return UsageError(
        f"The film already speaks {name}.",
        hint="Leave out --no-revoice to have it spoken again, or name another language with --to.",
    )


def is_same_language(one: str, other: str) -> bool:
    """Whether two codes are one language, in whatever variety.

    >>> is_same_language("pt", "pt-br"), is_same_language("en", "es"), is_same_language("", "")
    (True, False, False)
    """
    return bool(one) and one.partition("-")[0] == other.partition("-")[0]


def spoken_code(code: str) -> str | None:
    """The code under which a language is spoken here, ``pt`` as ``pt-br``; ``None`` if it is not."""
    spoken = "pt-br" if code == "pt" else code
    return spoken if spoken in SPOKEN else None


def _parse(tag: str) -> Language | None:
    import langcodes

    name = _plain(tag)
    meant = OTHER_NAMES.get(name) or OLD_CODES.get(name) or COUNTRIES.get(name) or tag
    try:
        parsed = _standard(meant.replace("_", "-"))
        if not parsed.is_valid() or parsed.language is None:
            raise LookupError(tag)
    except (LookupError, ValueError):
        code = _names().get(name)
        try:
            parsed = _standard(code or langcodes.find(tag).to_tag())
        except LookupError:
            return None
    return _described(parsed)


def _standard(tag: str) -> langcodes.Language:
    """A tag in its usual form, where a dialect counts as its language: Mandarin is Chinese."""
    import langcodes

    return langcodes.Language.get(langcodes.standardize_tag(tag, macro=True))


@cache
def _names() -> dict[str, str]:
    """Names of the languages that can be heard, in many languages and in their own, to their codes."""
    import langcodes

    names: dict[str, str] = {}
    for heard in HEARD:
        known = langcodes.Language.get(OLD_CODES.get(heard, heard))
        for told_in in (known.to_tag(), *NAMES_IN):
            names.setdefault(_plain(known.display_name(told_in)), known.to_tag())
    return names


def _plain(name: str) -> str:
    """A name in small letters and without accents, which people leave out."""
    return unicodedata.normalize("NFC", without_accents(name.strip().casefold()))


def _described(parsed: langcodes.Language) -> Language | None:
    import langcodes

    base = parsed.language or ""
    if not base or base == "und":
        return None
    is_brazilian = base == "pt" and parsed.territory in (None, "BR")
    code = "pt-br" if is_brazilian else base
    name = "Brazilian Portuguese" if is_brazilian else langcodes.Language.get(base).display_name()
    written = _written(parsed) if base == "zh" else None
    return Language(
        code,
        name,
        parsed.to_alpha3(),
        WHISPER_CODES.get(code, base),
        written,
        _note(parsed, written),
        _accent(parsed),
    )


def _accent(parsed: langcodes.Language) -> str | None:
    code = f"{parsed.language}-{parsed.territory}".lower()
    return code if code in ACCENTS else None


def _written(parsed: langcodes.Language) -> str | None:
    """In which characters Chinese is shown; ``None`` for simplified ones, which the engines write."""
    full = parsed.maximize()
    if full.script != "Hant":
        return None
    return HONG_KONG if full.territory in ("HK", "MO") else TAIWAN


def _note(parsed: langcodes.Language, written: str | None) -> str:
    if parsed.language == "pt" and parsed.territory not in (None, "BR"):
        return "There is no voice for European Portuguese: it is spoken as in Brazil."
    if parsed.language == "en" and parsed.territory is not None and _accent(parsed) is None:
        return f"There is no voice for {parsed.display_name()}: British and American ones speak."
    if written == HONG_KONG:
        return "Spoken as Mandarin, not Cantonese; subtitles and report in traditional characters."
    if written == TAIWAN:
        return "Subtitles and report in the traditional characters of Taiwan; spoken as Mandarin."
    return ""

"""Language tags as people write them, to the codes that each part of the program wants."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from functools import lru_cache

from dubbing.errors import UnknownLanguage

SPOKEN = ("zh", "en", "es", "fr", "it", "pt-br", "ja", "hi")
"""Languages that the embedded engines can speak."""
OLD_CODES = {"jw": "jv", "iw": "he", "in": "id", "ji": "yi", "mo": "ro"}
WHISPER_CODES = {"jv": "jw", "pt-br": "pt", "nb": "no"}


@dataclass(frozen=True, slots=True)
class Language:
    """``code`` is ours (ISO 639-1, or ``pt-br``); ``iso639_2`` is the /T code for containers."""

    code: str
    name: str
    iso639_2: str
    whisper_code: str


@lru_cache(maxsize=256)
def language(tag: str) -> Language:
    """The language of a tag or name: ``zh``, ``zh-Hans``, ``cmn``, ``pt_BR``, ``eng``, ``Chinese``.

    Raises:
        UnknownLanguage: with names that look alike.
    """
    found = _parse(tag.strip().replace("_", "-"))
    if found is None:
        near = difflib.get_close_matches(tag.lower(), SPOKEN, n=2, cutoff=0.4)
        guess = f"Did you mean {' or '.join(near)}?" if near else "Use a code such as zh, en or es."
        raise UnknownLanguage(f"'{tag}' is no language that is known here.", hint=guess)
    return found


def spoken_code(code: str) -> str | None:
    """The code under which a language is spoken here, ``pt`` as ``pt-br``; ``None`` if it is not."""
    spoken = "pt-br" if code == "pt" else code
    return spoken if spoken in SPOKEN else None


def _parse(tag: str) -> Language | None:
    import langcodes

    old = OLD_CODES.get(tag.lower(), tag)
    try:
        parsed = langcodes.Language.get(langcodes.standardize_tag(old, macro=True))
        if not parsed.is_valid() or parsed.language is None:
            raise LookupError(tag)
    except (LookupError, ValueError):
        try:
            parsed = langcodes.find(tag)
        except LookupError:
            return None
    return _described(parsed)


def _described(parsed: object) -> Language | None:
    import langcodes

    assert isinstance(parsed, langcodes.Language)
    base = parsed.language or ""
    if not base or base == "und":
        return None
    code = "pt-br" if base == "pt" and parsed.territory in (None, "BR") else base
    name = (
        "Brazilian Portuguese" if code == "pt-br" else langcodes.Language.get(base).display_name()
    )
    return Language(code, name, parsed.to_alpha3(), WHISPER_CODES.get(code, base))

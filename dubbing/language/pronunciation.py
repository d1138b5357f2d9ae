"""Words that are spoken otherwise than the rules would have it: a user's dictionary.

A CSV file with a header, ``text,said`` and, if wanted, ``language``. What is in ``said``:

    /təˈmɑːtoʊ/         phonemes (IPA, as Kokoro writes them), between slashes
    chong2 qing4        pinyin with tones, for Chinese
    Tomahto             any other spelling that reads right
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path

from dubbing.errors import UsageError
from dubbing.language.g2p import vocabulary
from dubbing.language.languages import language
from dubbing.language.tables import parse_table
from dubbing.language.text_files import read_text_file
from dubbing.settings import Pronunciation

PINYIN = re.compile(r"(?:[a-züA-ZÜ:]+[1-5])(?:[\s']*[a-züA-ZÜ:]+[1-5])*")
SYLLABLE = re.compile(r"[a-züA-ZÜ:]+[1-5]")
PHONEMES = re.compile(r"/(.+)/")
NO_SPACES = ("zh", "ja")
NOT_SYLLABIC = chr(815)
"""A mark under glides that Kokoro does not know."""


def read_pronunciations(path: Path, target: str) -> tuple[Pronunciation, ...]:
    """The entries of a CSV file that hold for a language.

    Raises:
        UsageError: naming the line that is wrong.
    """
    if not path.is_file():
        raise UsageError(f"There is no pronunciation file {path}.", hint="Check it.")
    table = parse_table(path, read_text_file(path, target).text)
    if not {"text", "said"} <= set(table.header):
        raise UsageError(f"{path} lacks a column.", hint="Begin it with: text,said")
    entries = []
    for row in table.rows:
        text, said, tag = (table.value(row, name) for name in ("text", "said", "language"))
        if not text or (tag and language(tag).code != target):
            continue
        entry = Pronunciation(text=text, said=said)
        _check(entry, f"{path}, line {row.number}")
        entries.append(entry)
    return tuple(entries)


def _check(entry: Pronunciation, where: str) -> None:
    if not entry.said:
        raise UsageError(f"{where}: nothing says how '{entry.text}' is spoken.")
    match = PHONEMES.fullmatch(entry.said)
    unknown = sorted(set(match[1]) - set(vocabulary())) if match else []
    if unknown:
        raise UsageError(f"{where}: '{unknown[0]}' is no phoneme that can be spoken here.")
    if PINYIN.fullmatch(entry.said):
        try:
            _of_pinyin(entry.said)
        except (KeyError, ValueError) as error:
            raise UsageError(f"{where}: '{entry.said}' is no pinyin.") from error


def pronounced(
    text: str, target: str, entries: Sequence[Pronunciation], plain: Callable[[str], str]
) -> str:
    """Symbols of a text in which the words of the dictionary are said as it says.

    Args:
        text: what is said.
        target: its language.
        entries: the dictionary; longer words go before shorter ones.
        plain: makes symbols of whatever the dictionary does not know.
    """
    used = sorted((e for e in entries if e.text in text), key=lambda e: -len(e.text))
    if not used:
        return plain(text)
    by_text = {entry.text: entry for entry in used}
    pattern = "|".join(map(re.escape, by_text))
    edges = ("", "") if target in NO_SPACES else (r"(?<!\w)", r"(?!\w)")
    parts = re.split(f"{edges[0]}({pattern}){edges[1]}", text)
    border = " " if target in NO_SPACES else ""
    symbols = [
        border + _symbols(by_text[part], target, plain) + border
        if number % 2
        else _around(part, plain)
        for number, part in enumerate(parts)
    ]
    return re.sub(r" +(?=[,.!?;:…]|$)| (?= )", "", "".join(symbols)).strip()


def _around(part: str, plain: Callable[[str], str]) -> str:
    """What stands between two entries, with the spaces that part words."""
    if not part.strip():
        return part
    before = " " if part[0].isspace() else ""
    after = " " if part[-1].isspace() else ""
    return before + plain(part) + after


def _symbols(entry: Pronunciation, target: str, plain: Callable[[str], str]) -> str:
    match = PHONEMES.fullmatch(entry.said)
    if match:
        return match[1]
    if target == "zh" and PINYIN.fullmatch(entry.said):
        return _of_pinyin(entry.said)
    return plain(entry.said)


def _of_pinyin(pinyin: str) -> str:
    """Kokoro's symbols of syllables with tone numbers, as its Chinese converter writes them."""
    from misaki.zh import ZHG2P

    syllables = SYLLABLE.findall(pinyin.lower().replace("u:", "ü"))
    return "".join(ZHG2P.py2ipa(syllable) for syllable in syllables).replace(NOT_SYLLABIC, "")

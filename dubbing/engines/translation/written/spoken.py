"""What of a written text is spoken: without markup, sound notes, songs and names of speakers.

Square brackets never hold speech. Round ones and asterisks may: what stands in them by itself, between
sentences or with a word for a sound is a note; an aside within a sentence is said.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import cache
from importlib.resources import files

TAG = re.compile(r"</?[a-zA-Z][^<>]{0,300}>|<\d{1,4}:[\d:.]{3,14}>")
ESCAPED_TAG = re.compile(r"</?(?:i|b|u|s|em|strong|font|span|c|v)\b[^<>]{0,100}>", re.IGNORECASE)
BREAK = re.compile(r"<br\s*/?>", re.IGNORECASE)
RUBY_READING = re.compile(r"<rt>.{0,200}?</rt>", re.DOTALL)
BRACES = re.compile(r"\{\\[^{}]{0,500}\}|\{[a-zA-Z]:[^{}]{0,100}\}")
"""SubStation's tags, and those of MicroDVD."""
SQUARE = re.compile(r"\[[^\[\]]{0,300}\]|【[^【】]{0,300}】|［[^［］]{0,300}］|〔[^〔〕]{0,300}〕")
ROUND = re.compile(r"[(（]([^()（）]{0,300})[)）]")
STARS = re.compile(r"(?<![*\w])\*(?![*\s])([^*\n]{1,200}?)(?<![*\s])\*(?![*\w])")
NOTE_SIGNS = "♪♫♩♬🎵🎶"
SONG = re.compile(rf"[{NOTE_SIGNS}]([^{NOTE_SIGNS}]*)(?:[{NOTE_SIGNS}]+|\Z)")
HASH_SONG = re.compile(r"#\s.*\s#")
GAP = "\x00"
"""Where a note was; without_markup has taken out all others."""
BEFORE_MARK = re.compile(rf"[ \t{GAP}]*{GAP}[ \t{GAP}]*(?=[.,;:!?…。，！？])")
WITHIN_DENSE = re.compile(
    rf"(?<=[\u3040-\u30ff\u3400-\u9fff])[ \t{GAP}]*{GAP}[ \t{GAP}]*(?=[\u3040-\u30ff\u3400-\u9fff])"
)
DASH = re.compile(r"^(?:\s*(?:[-–—‐‑―−]+(?!\d)|•|>{2,3}))+\s*")
SENTENCE_ENDS = tuple('.!?…。！？।:："”»」』♪')
BEGINS_NEW = re.compile(r"[\s\"“«「『¿¡—–-]*(?:[^\W\d_a-zà-ÿ]|\Z)")
LATIN_LABEL = re.compile(
    r"((?:(?:Dr|Mr|Mrs|Ms|Sr|Sra|M|Mme|St)\.\s?)?[^\W\d_][\w'’.&/-]*(?:\s+[^\W_][\w'’.&/#-]*|\s+#?\d+){0,3})"
    r"\s*[:：](?:\s+(?=\S)|(?=[¿¡«“\"])|\s*$)"
)
DENSE_LABEL = re.compile(
    r"([\u0900-\u097f\u3040-\u30ff\u3400-\u9fffA-Za-z·・]{1,8}\d{0,2})\s*[:：]\s*(?=[^\s\d]|$)"
)
LABEL_ASIDE = re.compile(r"\s*[(\[（][^()\[\]（）]{0,40}[)\]）]\s*(?=[:：])")
"""*JOHN (V.O.):*"""
SAYS = ("说", "道", "問", "问", "答", "是", "言", "た", "は", "と")
"""Endings of words before a colon that are part of what is said."""
TURN = "- "
SEVERAL = OFTEN = 2
LEAST_STEM = 4
NEAR = 200
MOST_NOTE_WORDS = 3


@cache
def _words(kind: str) -> frozenset[str]:
    text = (
        files("dubbing.engines.translation.written").joinpath("sound_words.yaml").read_text("utf-8")
    )
    import yaml

    return frozenset(word for words in yaml.safe_load(text)[kind].values() for word in words)


def without_markup(text: str) -> str:
    """Take tags, entities and invisible characters out of a text; its rows stay."""
    text = BRACES.sub("", TAG.sub("", BREAK.sub("\n", RUBY_READING.sub("", text))))
    text = ESCAPED_TAG.sub("", html.unescape(text).replace("\u2028", "\n"))
    return "".join(char for char in text if _is_visible(char))


def _is_visible(char: str) -> bool:
    return char in "\n\t\u200c\u200d" or unicodedata.category(char) not in (
        "Cc",
        "Cf",
        "Co",
        "Cn",
        "Cs",
    )


def labels_of(texts: Iterable[str]) -> Counter[str]:
    """How often each word or name before a colon begins a row in the whole of a file."""
    rows = (_bare_row(row) for text in texts for row in without_markup(text).split("\n"))
    return Counter(found[1].strip() for row in rows if (found := _label(row)) is not None)


def spoken_rows(
    rows: Sequence[str], labels: Counter[str], *, songs: bool = False
) -> tuple[str, ...]:
    """Return what is said of the rows of a text; empty if all of it is notes and songs.

    A row that begins with the dash of a dialogue keeps it as :data:`TURN`.

    Args:
        rows: as they are written.
        labels: what :func:`labels_of` found in the whole file.
        songs: whether lyrics are said.
    """
    text = without_markup("\n".join(rows))
    text = ROUND.sub(_round, STARS.sub(_stars, SQUARE.sub(GAP, _without_songs(text, songs=songs))))
    text = BEFORE_MARK.sub("", WITHIN_DENSE.sub("", text)).replace(GAP, " ")
    said = (
        ("" if DASH.match(row) is None else TURN, _without_label(_bare_row(row), labels))
        for row in text.split("\n")
    )
    tidy = ((turn, " ".join(words.split())) for turn, words in said)
    return tuple(turn + words for turn, words in tidy if re.search(r"\w", words))


def turns_of(rows: Sequence[str]) -> tuple[str, ...]:
    """Return rows without their dashes; rows of one speaker as one where several speak."""
    if sum(row.startswith(TURN) for row in rows) < SEVERAL:
        return tuple(row.removeprefix(TURN) for row in rows)
    turns: list[str] = []
    for row in rows:
        if row.startswith(TURN) or not turns:
            turns.append(row.removeprefix(TURN))
        else:
            turns[-1] += f" {row}"
    return tuple(turns)


def spoken_text(text: str, labels: Counter[str], *, songs: bool = False) -> str:
    """Return what is said of a text, in one row."""
    rows = spoken_rows(text.split("\n"), labels, songs=songs)
    return " ".join(row.removeprefix(TURN) for row in rows)


def _without_songs(text: str, *, songs: bool) -> str:
    """Without lyrics, or without the signs around them."""
    rows = text.split("\n")
    if songs:
        bare = (row.strip(" #") if HASH_SONG.fullmatch(row.strip()) else row for row in rows)
        return SONG.sub(_lyrics, "\n".join(bare))
    return SONG.sub(GAP, "\n".join(row for row in rows if not HASH_SONG.fullmatch(row.strip())))


def _lyrics(found: re.Match[str]) -> str:
    """Words between two notes, unless they only say that there is music."""
    words = found[1].split()
    is_note = len(words) <= MOST_NOTE_WORDS and _has_sound_word(found[1])
    return GAP if is_note or not words else found[1]


def _stars(found: re.Match[str]) -> str:
    before, after = _around(found)
    is_alone = not before.split("\n")[-1].strip() and not after.split("\n")[0].strip()
    return GAP if is_alone or _has_sound_word(found[1]) else found[1]


def _round(found: re.Match[str]) -> str:
    """Nothing for a note; an aside as it stands."""
    if _has_sound_word(found[1]):
        return GAP
    is_sentence = found[1].rstrip().endswith(tuple(".!?。！？")) and len(found[1].split()) >= 3
    before, after = _around(found)
    if after.lstrip(" \t").startswith((":", "：")) and len(before.split("\n")[-1].split()) <= 4:
        return GAP  # JOHN (V.O.):
    begins = not before.strip() or before.rstrip(" \t").endswith(("\n", *SENTENCE_ENDS))
    ends = BEGINS_NEW.match(after) is not None or after.lstrip(" \t").startswith("\n")
    return found[0] if is_sentence or not (begins and ends) else GAP


def _around(found: re.Match[str]) -> tuple[str, str]:
    """What stands near, before and after."""
    text, start, end = found.string, found.start(), found.end()
    return text[max(0, start - NEAR) : start], text[end : end + NEAR]


def _has_sound_word(text: str) -> bool:
    folded = text.casefold()
    if any(word in folded for word in _words("dense")):
        return True
    words = re.findall(r"[^\W\d_]+", folded)
    return any(word in _words("stems") or word.startswith(_long_stems()) for word in words)


@cache
def _long_stems() -> tuple[str, ...]:
    return tuple(stem for stem in _words("stems") if len(stem) >= LEAST_STEM)


def _bare_row(row: str) -> str:
    return DASH.sub("", row.strip())


def _label(row: str) -> re.Match[str] | None:
    return LATIN_LABEL.match(row) or DENSE_LABEL.match(row)


def _without_label(row: str, labels: Counter[str]) -> str:
    """The row without the name of its speaker; ``Note:`` and ``12:30`` are not names."""
    found = _label(row)
    if found is None or not _is_name(found[1].strip(), row[found.end() :], labels):
        return row
    return _bare_row(row[found.end() :])


def label_of(row: str, labels: Counter[str]) -> str:
    """Return the name of the speaker that a row begins with, as it is written; empty without one."""
    bare = LABEL_ASIDE.sub("", _bare_row(without_markup(row)))
    found = _label(bare)
    if found is None or not _is_name(found[1].strip(), bare[found.end() :], labels):
        return ""
    return found[1].strip()


def _is_name(label: str, said: str, labels: Counter[str]) -> bool:
    words = re.findall(r"[^\W\d_]+", label)
    if (
        not words
        or label.casefold() in _words("no_names")
        or words[0].casefold() in _words("no_names")
    ):
        return False
    if words[0].lower() == words[0].upper():  # a script without capitals
        return not label.startswith("第") and not label.endswith(SAYS)
    if label.isupper() or labels[label] >= OFTEN:
        return True
    if not all(word[0].isupper() or word in ("de", "of", "da", "di", "du") for word in words):
        return False
    begins = said.lstrip("\"“«'¿¡ ")[:1]
    return len(words) > 1 or (begins != "" and not begins.islower())

r"""Lines with a reference and a list of what a translation must keep: ``benchmarks/texts/*.yaml``.

Written for this project, a file per language: 120 lines from English, in some languages 60 into it.
They come in groups (a scene, a topic); a group as a whole is in the part ``dev``, at which anybody may
look while tuning, or in ``held_out``. In a scene, pronouns, terms and manners depend on the lines before.

``keep`` and ``never`` are regular expressions: each of ``keep`` must be found in a translation, none of
``never``. Each is a point of meaning, generous in wording (``five minutes|5 ?min``), strict in sense.
Capitals, curly quotes, wide digits, Hindi's dots and English contractions make no difference to them.
They begin at the beginning of a word, so that stems match all their forms; end one with ``\b`` to match
the word alone.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

TEXTS = Path(__file__).parent / "texts"
PARTS = ("dev", "held_out")
KINDS = ("film", "talk", "lecture", "everyday")
UNSPACED = ("zh", "ja")
"""Languages in which no border of a word can be seen."""
SAME = {"’": "'", "‘": "'", "ʼ": "'", "‑": "-", "\u093c": "", "\u0901": "\u0902", "\xad": ""}
"""What a spelling counts as: apostrophes, hyphens, Hindi's nukta and candrabindu."""
CONTRACTIONS = {"cannot": "can not", "can't": "can not", "won't": "will not", "n't": " not"}


@dataclass(frozen=True, slots=True)
class WrittenLine:
    """A line, how it may be translated, and what its translations must keep.

    group: the scene or topic that it belongs to.
    by: who speaks, where several do.
    keep: regular expressions of which each must be found.
    never: regular expressions of which none may be found.
    """

    group: str
    kind: str
    part: str
    pitfall: str
    by: str
    text: str
    reference: str
    keep: tuple[str, ...]
    never: tuple[str, ...]
    is_scene: bool

    @property
    def n_points(self) -> int:
        """Points of meaning."""
        return len(self.keep) + len(self.never)


def languages() -> tuple[str, ...]:
    """Return the languages that lines are written in, besides English."""
    return tuple(sorted(path.stem for path in TEXTS.glob("*.yaml")))


def directions() -> tuple[tuple[str, str], ...]:
    """Return the pairs of languages that there are lines for."""
    pairs = []
    for code in languages():
        held = _file(code)
        pairs += [("en", code)] if held.get("from_english") else []
        pairs += [(code, "en")] if held.get("into_english") else []
    return tuple(pairs)


def written_lines(source: str, target: str) -> tuple[WrittenLine, ...]:
    """Return the lines of a direction, group by group.

    Raises:
        KeyError: if there are none.
    """
    code = target if source == "en" else source
    groups = _file(code)["from_english" if source == "en" else "into_english"]
    return tuple(_line(group, row, source, target) for group in groups for row in group["lines"])


@cache
def _file(code: str) -> dict[str, Any]:
    held: dict[str, Any] = yaml.safe_load((TEXTS / f"{code}.yaml").read_text(encoding="utf-8"))
    return held


def _line(group: dict[str, Any], row: dict[str, Any], source: str, target: str) -> WrittenLine:
    return WrittenLine(
        group=group["group"],
        kind=group["kind"],
        part=group["part"],
        pitfall=row["pitfall"],
        by=row.get("by", ""),
        text=row[source],
        reference=row[target],
        keep=tuple(row["keep"]),
        never=tuple(row.get("never", ())),
        is_scene=group.get("scene", False),
    )


def lost_points(line: WrittenLine, translation: str, target: str) -> tuple[str, ...]:
    """Return the points that a translation does not keep; those of ``never`` after a ``not``."""
    text = plain(translation)
    lost = [point for point in line.keep if not _found(point, text, target)]
    said = [f"not {point}" for point in line.never if _found(point, text, target)]
    return (*lost, *said)


def plain(text: str) -> str:
    """Return a text without differences of spelling that do not count."""
    for one, other in SAME.items():
        text = text.replace(one, other)
    composed = unicodedata.normalize("NFKC", text)  # takes apart the letters that have a nukta
    folded = composed.replace("\u093c", "").casefold()
    for contracted, whole in CONTRACTIONS.items():
        folded = folded.replace(contracted, whole)
    return folded


def _found(point: str, text: str, target: str) -> bool:
    return _pattern(point, target not in UNSPACED).search(text) is not None


@cache
def _pattern(point: str, is_spaced: bool) -> re.Pattern[str]:
    border = r"(?<![\w\u0900-\u097f])" if is_spaced else ""
    return re.compile(f"{border}(?:{plain_point(point)})")


def plain_point(point: str) -> str:
    """Return a regular expression in the spelling of :func:`plain`; its escapes keep their capitals."""
    pieces = re.split(r"(\\.)", unicodedata.normalize("NFC", point))
    return "".join(
        piece if piece.startswith("\\") else "".join(map(_plain_letter, piece)) for piece in pieces
    )


def _plain_letter(letter: str) -> str:
    """A letter of a regular expression; a sign that becomes one of its operators is taken literally."""
    same = plain(letter)
    return re.escape(same) if not letter.isascii() and same.isascii() else same

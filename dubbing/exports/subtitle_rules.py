"""How fast, how wide and how long a subtitle may be, by language.

The figures and where they come from stand in ``subtitle_rules.yaml``.
"""

from __future__ import annotations

import unicodedata
from functools import cache
from importlib.resources import files
from typing import Annotated, Any

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict

WRITTEN_ALIKE = {"yue": "zh", "wuu": "zh", "cmn": "zh"}
TAKES_NO_ROOM = ("Mn", "Me", "Cf", "Cc")
"""Unicode categories of marks above and below a letter and of what is not seen at all."""


def _words(value: Any) -> Any:
    """``a b c`` as a set."""
    return frozenset(value.split()) if isinstance(value, str) else value


Words = Annotated[frozenset[str], BeforeValidator(_words)]


class SubtitleRules(BaseModel):
    """The rules of one language; lengths count characters as :meth:`length` does."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    characters_per_second: float
    row_characters: int
    rows: int
    min_ms: int
    max_ms: int
    gap_frames: int
    linger_ms: int
    """How long a subtitle may stay after the speech has ended so that it can be read."""
    close_gaps_ms: int
    """A shorter break between two subtitles is closed up to ``gap_frames``."""
    full_width: bool = False
    """Whether the guide counts in full-width characters, half-width ones as a half."""
    conjunctions: Words = frozenset()
    prepositions: Words = frozenset()
    leaning: Words = frozenset()
    clitics: Words = frozenset()

    def length(self, text: str) -> float:
        """Characters of a text, spaces and punctuation among them, as the guide counts them."""
        columns = sum(_columns(char, self.full_width) for char in text)
        return columns / 2 if self.full_width else float(columns)

    def reading_ms(self, text: str) -> int:
        """How long a text must be shown to be read, rounded up."""
        return int(-(-self.length(text) * 1000 // self.characters_per_second))


def _columns(char: str, ambiguous_is_wide: bool) -> int:
    """Columns of a terminal (UAX 11): 2 for a full-width character, 0 for one that takes no room."""
    if unicodedata.category(char) in TAKES_NO_ROOM:
        return 0
    width = unicodedata.east_asian_width(char)
    return 2 if width in "WF" or (width == "A" and ambiguous_is_wide) else 1


@cache
def subtitle_rules(language: str) -> SubtitleRules:
    """The rules of a language code (``zh``, ``pt-br`` …); those of most languages for any other."""
    text = files("dubbing.exports").joinpath("subtitle_rules.yaml").read_text(encoding="utf-8")
    tables = yaml.safe_load(text)
    own = tables["languages"]
    base = language.lower().partition("-")[0]
    code = WRITTEN_ALIKE.get(base, base)
    return SubtitleRules.model_validate(tables["general"] | own.get(code, own["default"]))

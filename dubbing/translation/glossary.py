"""Words that must be said so: a glossary, and names that stay as they are.

A CSV file with a header: ``source,target`` and, if wanted, ``note`` and ``case``. An empty target means
that the word is not translated; ``case`` is ``exact`` or ``any`` (what is meant by default). A ``.txt``
file is a list of words, one a line, that are not translated.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from dubbing.errors import UsageError
from dubbing.language.script import to_simplified
from dubbing.language.tables import Row, Table, parse_table
from dubbing.language.text_files import read_text_file
from dubbing.settings import Term

MOST_TERMS = 20_000
MOST_HOTWORDS = 40
MARK = 0xE000
"""Where Unicode has characters for private use."""
NO_SPACES = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\u0e00-\u0e7f]")


def read_glossary(path: Path, target: str = "") -> tuple[Term, ...]:
    """The terms of a table, or of a list of words.

    Args:
        path: the file.
        target: our code of the language of the dub, by which old encodings are told.

    Raises:
        UsageError: naming the line that is wrong.
    """
    if not path.is_file():
        raise UsageError(f"There is no glossary {path}.", hint="Check the path.")
    text = read_text_file(path, target).text
    if path.suffix.lower() == ".txt":
        terms = [Term(source=word, target=word, case="exact") for word in _words(text)]
    else:
        table = parse_table(path, text)
        if "source" not in table.header:
            raise UsageError(f"{path} has no column 'source'.", hint="Begin it with: source,target")
        terms = [_term(path, table, row) for row in table.rows if table.value(row, "source")]
    if len(terms) > MOST_TERMS:
        raise UsageError(f"{path} has more than {MOST_TERMS} terms.", hint="Use a memory instead.")
    return tuple(terms)


def hotwords_of(terms: Sequence[Term]) -> tuple[str, ...]:
    """What a recogniser should be ready to hear: the first terms as they stand in the original.

    Whisper has room for 223 tokens before a window; whatever is beyond is cut off.
    """
    return tuple(dict.fromkeys(term.source for term in terms))[:MOST_HOTWORDS]


def _words(text: str) -> list[str]:
    return [word for word in map(str.strip, text.splitlines()) if word]


def _term(path: Path, table: Table, row: Row) -> Term:
    source = table.value(row, "source")
    case = table.value(row, "case").casefold() or "any"
    if case not in ("exact", "any"):
        raise UsageError(f"{path}, line {row.number}: case is 'exact' or 'any', not '{case}'.")
    exact: Literal["exact", "any"] = "exact" if case == "exact" else "any"
    target = table.value(row, "target") or source
    return Term(source=source, target=target, note=table.value(row, "note"), case=exact)


def terms_in(text: str, terms: Sequence[Term]) -> tuple[Term, ...]:
    """Those that occur in ``text``, longer ones first; what lies inside a longer one does not count."""
    found = []
    for term in sorted(terms, key=lambda term: -len(term.source)):
        pattern = _pattern(term.source, term.case == "any")
        if pattern.search(text):
            found.append(term)
            text = pattern.sub(" ", text)
    return tuple(found)


def with_terms(text: str, terms: Sequence[Term]) -> str:
    """A text in which the terms are said already as they shall be said.

    What stands in its own language a model copies, where it forgets a pair that it was shown: "The 进取号
    is here." (Song et al. 2019, "Code-Switching for Enhancing NMT with Pre-Specified Translation").
    """
    for place, term in enumerate(terms):  # through marks, so that no term is looked for in another
        text = _pattern(term.source, term.case == "any").sub(rf"{chr(MARK + place)}\1", text)
    for place, term in enumerate(terms):
        text = text.replace(chr(MARK + place), term.target)
    return text


def lost_terms(text: str, terms: Sequence[Term], target: str) -> tuple[Term, ...]:
    """Those whose target does not occur in a translation; Chinese in either script counts."""
    folded = _folded(text, target)
    return tuple(term for term in terms if _folded(term.target, target) not in folded)


def _folded(text: str, target: str) -> str:
    return (to_simplified(text) if target == "zh" else text).casefold()


def _pattern(word: str, any_case: bool) -> re.Pattern[str]:
    """Whole words, where spaces part words."""
    edge_before = r"(?<!\w)" if not NO_SPACES.match(word[0]) else ""
    edge_after = r"(?!\w)" if not NO_SPACES.match(word[-1]) else ""
    flags = re.IGNORECASE if any_case else 0
    return re.compile(f"{edge_before}{re.escape(word)}(['’]s|){edge_after}", flags)

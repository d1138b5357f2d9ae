"""Words that must be said so: a glossary, and names that stay as they are.

A CSV file with a header: ``source,target`` and, if wanted, ``note`` and ``case``. An empty target means
that the word is not translated; ``case`` is ``exact`` or ``any`` (what is meant by default). A ``.txt``
file is a list of words, one a line, that are not translated.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from dubbing.errors import UsageError
from dubbing.language.script import to_simplified
from dubbing.settings import Term

MOST_TERMS = 20_000
MARK = 0xE000
"""Where Unicode has characters for private use."""
NO_SPACES = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\u0e00-\u0e7f]")


def read_glossary(path: Path) -> tuple[Term, ...]:
    """The terms of a CSV file.

    Raises:
        UsageError: naming the line that is wrong.
    """
    rows = _rows(path) if path.suffix.lower() != ".txt" else _listed(path)
    if rows and "source" not in rows[0]:
        raise UsageError(f"{path} has no column 'source'.", hint="Begin it with: source,target")
    terms = []
    for number, row in enumerate(rows, start=2):
        source, target = (row.get("source") or "").strip(), (row.get("target") or "").strip()
        case = (row.get("case") or "any").strip().casefold() or "any"
        if not source:
            continue
        if case not in ("exact", "any"):
            raise UsageError(f"{path}, line {number}: case is 'exact' or 'any', not '{case}'.")
        exact: Literal["exact", "any"] = "exact" if case == "exact" else "any"
        note = (row.get("note") or "").strip()
        terms.append(Term(source=source, target=target or source, note=note, case=exact))
    if len(terms) > MOST_TERMS:
        raise UsageError(f"{path} has more than {MOST_TERMS} terms.", hint="Use a memory instead.")
    return tuple(terms)


def _listed(path: Path) -> list[dict[str, str | None]]:
    try:
        words = path.read_text(encoding="utf-8-sig").splitlines()
    except FileNotFoundError as error:
        raise UsageError(f"There is no list {path}.", hint="Check the path.") from error
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{path} is no text in UTF-8: {error}.") from error
    return [{"source": word, "target": "", "case": "exact"} for word in words]


def _rows(path: Path) -> list[dict[str, str | None]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            return list(csv.DictReader(file, strict=True))
    except FileNotFoundError as error:
        raise UsageError(f"There is no glossary {path}.", hint="Check the path.") from error
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise UsageError(f"{path} is no CSV file in UTF-8: {error}.") from error


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

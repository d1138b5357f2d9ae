"""Plain English: phrases that read as translated, or that only this project uses.

README, the documentation and the help texts hold none. Docstrings of the program hold some still:
``ALLOWED`` says how many, and may only go down. Lower a number when you mend some.
"""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.docs.pages import COMMANDS, NAMES, PAGES, prose, read

BANNED = {
    "anew (again, re-)": r"\banew\b",
    "told apart (distinguished)": r"\b(tell|tells|telling|told)\b[^.]{0,30}\bapart\b",
    "what is heard (speech, audio)": r"\bwhat (is|was) heard\b",
    "is no (is not a)": r"(?<!there )\b(is|are|was) no (?!longer\b|more\b|less\b|better\b)[a-z]+",
    "lies in (is in)": r"\b(lies|lie|lay|lying) (in|at|under|beside|near|there|where|on)\b",
    "stands in (is in)": r"\bstands? (in|twice|beside|there|between|before)\b",
    "shall (should, must)": r"\bshall\b",
    "beside (next to, as well as)": r"\bbeside\b",
    "goes on (continues)": r"\b(goes|go|went) on\b",
    "may pass (is transient)": r"\bmay pass\b",
    "set aside (quarantined)": r"\bset aside\b",
    "by lot (at random)": r"\bby lot\b",
    "if need be (if necessary)": r"\bif need be\b",
    "is told (gets)": r"\b(is|are) told\b",
    "say nothing": r"\bsay nothing\b",
    "begins so": r"\bbegins? so\b",
    "nobody foresaw": r"\bnobody foresaw\b",
}
ALLOWED = {
    "what is heard (speech, audio)": 17,
    "is no (is not a)": 9,
    "lies in (is in)": 41,
    "stands in (is in)": 29,
    "shall (should, must)": 30,
    "beside (next to, as well as)": 63,
    "goes on (continues)": 18,
    "set aside (quarantined)": 1,
    "is told (gets)": 37,
    "say nothing": 2,
    "begins so": 1,
}
TERMS_OF_FILES = {"docs/reference/glossary.md": ("set aside (quarantined)",)}
"""Pages that quote what is in files."""


def hits(text: str) -> dict[str, list[str]]:
    found = {
        name: [match.group(0) for match in re.finditer(pattern, text, re.IGNORECASE)]
        for name, pattern in BANNED.items()
    }
    return {name: matches for name, matches in found.items() if matches}


@pytest.mark.parametrize("path", PAGES, ids=NAMES)
def test_pages_read_as_english(path: Path) -> None:
    quoted = TERMS_OF_FILES.get(str(path.relative_to(ROOT)), ())
    text = re.sub(r"`[^`\n]*`", "``", prose(read(path)))
    found = {name: of for name, of in hits(text).items() if name not in quoted}
    assert not found


def test_help_reads_as_english() -> None:
    assert not hits(read(COMMANDS))


def docstrings() -> str:
    texts = []
    for path in sorted((ROOT / "dubbing").rglob("*.py")):
        for node in ast.walk(ast.parse(read(path))):
            if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef):
                texts.append(ast.get_docstring(node) or "")
    return "\n".join(texts)


def test_docstrings_get_better() -> None:
    counts = {name: len(of) for name, of in hits(docstrings()).items()}
    worse = {name: n for name, n in counts.items() if n > ALLOWED.get(name, 0)}
    assert not worse, "new phrases that read as translated"


@pytest.mark.parametrize(
    ("bad", "good"),
    [
        ("It is made anew.", "It is made again."),
        ("Voices are told apart.", "Voices are distinguished."),
        ("'xyz' is no language.", "There is no language 'xyz'."),
        ("The film lies in a folder.", "The film is no longer in its folder."),
        ("One row beside it.", "One row besides it."),
    ],
)
def test_the_list_finds_what_it_is_for(bad: str, good: str) -> None:
    assert hits(bad)
    assert not hits(good)

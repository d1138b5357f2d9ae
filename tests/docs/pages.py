"""What README and the documentation are made of, for the tests about them."""

from __future__ import annotations

import re
from pathlib import Path

from benchmarks.readme import FOLDER, documents
from tests.conftest import ROOT

COMMANDS = ROOT / "docs/reference/cli.md"
BY_HAND = [path for path in documents(ROOT) if path != COMMANDS]
"""README and the pages that people write."""
GENERATED = [*sorted((ROOT / FOLDER).glob("*.md")), COMMANDS]
OTHERS = [ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md"]
PAGES = sorted({*BY_HAND, *GENERATED, *OTHERS})
NAMES = [str(path.relative_to(ROOT)) for path in PAGES]


def blocks(text: str, language: str) -> list[str]:
    """Return the code blocks of a language."""
    fences = re.findall(rf"^( *)```{language}[^\n]*\n(.*?)^\1```", text, re.DOTALL | re.MULTILINE)
    return [body for _, body in fences]


def prose(text: str) -> str:
    """Return a page without its code blocks."""
    return re.sub(r"^( *)```.*?^\1```", "", text, flags=re.DOTALL | re.MULTILINE)


def read(path: Path) -> str:
    """Return the text of a page."""
    return path.read_text(encoding="utf-8")

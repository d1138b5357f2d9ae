"""Write the measured parts of README and the documentation from the results in ``benchmarks/*.json``.

    python -m benchmarks.readme            # rewrite README.md, docs/**/*.md and docs/benchmarks
    python -m benchmarks.readme --check    # exit code 1 if one of them is out of date

In README and the guides, a part stands between ``<!-- figure: NAME -->`` and ``<!-- /figure -->``, within
a line or over several; ``benchmarks/prose.py`` has one function per name. A part without a result is
empty. The pages in ``docs/benchmarks`` are written whole, by ``benchmarks/pages.py``.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from pathlib import Path

from benchmarks.pages import FOLDER, written
from benchmarks.prose import PARTS, Results
from benchmarks.record import RESULTS, ROOT

PART = re.compile(r"(<!-- figure: ([a-z_.]+) -->)(.*?)(<!-- /figure -->)", re.DOTALL)


def main() -> None:
    """Rewrite or compare."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="Change nothing.")
    options = parser.parse_args()
    stale = {
        path: text
        for path, text in up_to_date(ROOT, read_results(RESULTS)).items()
        if not path.is_file() or path.read_text(encoding="utf-8") != text
    }
    if options.check:
        names = ", ".join(str(path.relative_to(ROOT)) for path in stale)
        sys.exit(f"Out of date: {names}. Run: make figures-readme" if stale else 0)
    for path, text in stale.items():
        path.write_text(text, encoding="utf-8")


def documents(root: Path) -> list[Path]:
    """Return README and the pages that people write."""
    pages = sorted((root / "docs").rglob("*.md"))
    return [root / "README.md", *(p for p in pages if not p.is_relative_to(root / FOLDER))]


def up_to_date(root: Path, results: Results) -> dict[Path, str]:
    """Return the text that every document has by the results."""
    by_hand = {path: filled(path.read_text(encoding="utf-8"), results) for path in documents(root)}
    return {**by_hand, **{root / name: text for name, text in written(results).items()}}


def read_results(folder: Path) -> Results:
    """Return the result files by name."""
    return {
        path.stem: json.loads(path.read_text(encoding="utf-8"))
        for path in sorted(folder.glob("*.json"))
    }


def filled(text: str, results: Results) -> str:
    """Return the text with every part rewritten."""

    def part(match: re.Match[str]) -> str:
        begin, name, old, end = match.groups()
        made = PARTS[name](results).strip()
        if not old.startswith("\n") and "\n" not in made:
            return f"{begin}{made}{end}"
        return "\n".join(filter(None, (begin, made, end)))

    return PART.sub(part, text)


def without_parts(text: str) -> str:
    """Return what a person wrote."""
    return PART.sub("", text)


if __name__ == "__main__":
    main()

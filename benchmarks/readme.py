"""Write the measured parts of README from the results in ``benchmarks/*.json``.

    python -m benchmarks.readme            # rewrite README.md
    python -m benchmarks.readme --check    # exit code 1 if it is out of date

A part stands between ``<!-- figure: NAME -->`` and ``<!-- /figure -->``, within a line or over several;
``benchmarks/prose.py`` has one function per name. A part without a result is empty.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from pathlib import Path

from benchmarks.prose import PARTS, Results
from benchmarks.record import RESULTS, ROOT

README = ROOT / "README.md"
PART = re.compile(r"(<!-- figure: ([a-z_.]+) -->)(.*?)(<!-- /figure -->)", re.DOTALL)


def main() -> None:
    """Rewrite or compare."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="Change nothing.")
    options = parser.parse_args()
    text = README.read_text(encoding="utf-8")
    wanted = filled(text, read_results(RESULTS))
    if options.check:
        sys.exit("README.md is out of date: make figures-readme" if wanted != text else 0)
    README.write_text(wanted, encoding="utf-8")


def read_results(folder: Path) -> Results:
    """Return the result files by name."""
    return {
        path.stem: json.loads(path.read_text(encoding="utf-8"))
        for path in sorted(folder.glob("*.json"))
    }


def filled(text: str, results: Results) -> str:
    """Return the text with every part written anew."""

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

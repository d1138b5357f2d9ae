"""How many sentences without anything to write out are changed by the spoken form: none should be.

Takes text files, one sentence a line, and prints every sentence of which a letter is lost, added or
changed. Lines with figures or signs are left out; abbreviations (*Mr.*, *etc.*), Roman numerals and
drawn-out words (*Nooo*) are written out on purpose and are to be looked at.

    python -m benchmarks.spoken_forms --language es sentences.es.txt
"""

from __future__ import annotations

import argparse
import re
import unicodedata
from pathlib import Path

from dubbing.language.languages import spoken_code
from dubbing.language.spoken_form import spoken_form

SPELLED = re.compile(r"[\d½¼¾%&#~*@$€£¥+=<>/\\|^_{}°§©®™²³ºª→←↑↓×÷±√∞]")


def letters(text: str) -> str:
    """The letters of a text, in one form."""
    return re.sub(r"[\W_]", "", unicodedata.normalize("NFKC", text))


def is_changed(text: str, language: str) -> bool:
    """Whether the spoken form has other letters than the text."""
    return letters(spoken_form(text, language)) != letters(text)


def main() -> None:
    """Check files."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--language", required=True)
    options = parser.parse_args()
    code = spoken_code(options.language) or options.language
    rows = (row.strip() for file in options.files for row in file.read_text("utf-8").splitlines())
    plain = [row for row in rows if row and not SPELLED.search(row)]
    changed = [row for row in plain if is_changed(row, code)]
    for row in changed:
        print(f"{row}\n    {spoken_form(row, code)}")
    print(f"{len(changed)} of {len(plain)} sentences are changed.")


if __name__ == "__main__":
    main()

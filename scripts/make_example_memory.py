"""Make `dubbing/translation/memory/en-zh.tsv.gz` from Tatoeba's English-Mandarin pairs.

    python scripts/make_example_memory.py tatoeba_eng_cmn.tsv

The input has three columns, as manythings.org/anki gives them: English, Mandarin, attribution. Pairs are
brought to simplified characters, cleaned of what would mislead (other scripts, unequal numbers, odd
lengths), and of several translations of one sentence the one of most usual length is kept. Sentences and
their authors are CC BY 2.0 FR; ids and names travel with each pair.
"""

import gzip
import re
import sys
from collections import defaultdict
from pathlib import Path
from statistics import median

from dubbing.language.script import script_share, to_simplified
from dubbing.translation.checks import translation_flags

TARGET = Path(__file__).parent.parent / "dubbing/translation/memory/en-zh.tsv.gz"
LONGEST = 90
ATTRIBUTION = re.compile(r"#(\d+) \((.+?)\) & #(\d+) \((.+?)\)\s*$")
CHARACTERS_PER_LETTER = 0.3


def main(source: Path) -> None:
    """Read, clean, choose, write."""
    offered: dict[str, list[tuple[str, str]]] = defaultdict(list)
    n_read = 0
    for line in source.read_text(encoding="utf-8").splitlines():
        english, chinese, credit = line.split("\t")
        n_read += 1
        chinese = to_simplified(chinese.strip())
        if is_good(english, chinese):
            offered[english.strip()].append((chinese, short_credit(credit)))
    pairs = [(english, *most_usual(english, given)) for english, given in offered.items()]
    TARGET.parent.mkdir(exist_ok=True)
    text = "".join("\t".join(pair) + "\n" for pair in sorted(pairs))
    with TARGET.open("wb") as file, gzip.GzipFile("", "wb", 9, file, mtime=0) as packed:
        packed.write(text.encode())
    print(f"{len(pairs)} of {n_read} pairs, {TARGET.stat().st_size / 1e6:.2f} MB: {TARGET}")


def is_good(english: str, chinese: str) -> bool:
    """Whether a pair would help anybody."""
    if not 2 <= len(english) <= LONGEST or script_share(chinese, "zh") < 0.9:
        return False
    return not translation_flags(english, chinese, "en", "zh")


def most_usual(english: str, given: list[tuple[str, str]]) -> tuple[str, str]:
    """The translation whose length is nearest to the middle of those offered."""
    usual = median(len(chinese) for chinese, _ in given)
    return min(given, key=lambda pair: (abs(len(pair[0]) - usual), len(english), pair[0]))


def short_credit(credit: str) -> str:
    """``538123 CM 891077 Martha`` for ``... #538123 (CM) & #891077 (Martha)``."""
    match = ATTRIBUTION.search(credit)
    return " ".join(match.groups()) if match else credit


if __name__ == "__main__":
    main(Path(sys.argv[1]))

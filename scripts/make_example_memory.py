"""Make the example memory and the held-out set from Tatoeba's English-Mandarin pairs.

    python scripts/make_example_memory.py tatoeba_eng_cmn.tsv [--split-only]

The input has three columns, as manythings.org/anki gives them: English, Mandarin, attribution. Pairs
are brought to simplified characters, cleaned of what would mislead (other scripts, unequal numbers, odd
lengths), and of several translations of one sentence the one of most usual length is kept. Groups of
pairs that share a sentence are held out whole (`dubbing/translation/pair_groups.py`): they go to
`benchmarks/translation/tatoeba.tsv`, all others to `dubbing/translation/memory/en-zh.tsv.gz`. Sentences
and their authors are CC BY 2.0 FR; ids and names travel with each pair.
"""

import argparse
import gzip
import re
from collections import defaultdict
from pathlib import Path
from statistics import median

from dubbing.language.script import script_share, to_simplified
from dubbing.translation.checks import translation_flags
from dubbing.translation.pair_groups import held_out

ROOT = Path(__file__).parent.parent
MEMORY = ROOT / "dubbing/translation/memory/en-zh.tsv.gz"
HELD_OUT = ROOT / "benchmarks/translation/tatoeba.tsv"
LONGEST = 90
Row = tuple[str, str, str]
ATTRIBUTION = re.compile(r"#(\d+) \((.+?)\) & #(\d+) \((.+?)\)\s*$")
CHARACTERS_PER_LETTER = 0.3


def main() -> None:
    """Read, choose, split, write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("tatoeba", type=Path)
    parser.add_argument(
        "--split-only", action="store_true", help="Keep the pairs chosen before; only split again."
    )
    options = parser.parse_args()
    offered = read_offered(options.tatoeba)
    chosen = read_chosen() if options.split_only else usual_pairs(offered)
    sentences = [(english, chinese) for english, chinese, _ in offered]
    measured = {
        english
        for (english, _), is_out in zip(sentences, held_out(sentences), strict=True)
        if is_out
    }
    write([row for row in chosen if row[0] not in measured], MEMORY)
    write([row for row in chosen if row[0] in measured], HELD_OUT)


def read_offered(path: Path) -> list[Row]:
    """Return everything that Tatoeba offers, in simplified characters."""
    rows = [line.split("\t") for line in path.read_text(encoding="utf-8").splitlines()]
    return [
        (english.strip(), to_simplified(chinese.strip()), short_credit(credit))
        for english, chinese, credit in rows
    ]


def read_chosen() -> list[Row]:
    """Return what ships, the held-out pairs included."""
    shipped = gzip.decompress(MEMORY.read_bytes()).decode()
    measured = HELD_OUT.read_text(encoding="utf-8") if HELD_OUT.exists() else ""
    rows = {tuple(line.split("\t")) for line in (shipped + measured).splitlines()}
    return sorted((english, chinese, credit) for english, chinese, credit in rows)


def usual_pairs(offered: list[Row]) -> list[Row]:
    """Return one good translation per English sentence."""
    translations: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for english, chinese, credit in offered:
        if is_good(english, chinese):
            translations[english].append((chinese, credit))
    return sorted((english, *most_usual(english, given)) for english, given in translations.items())


def write(rows: list[Row], path: Path) -> None:
    """Write one row per line, its fields separated by tabs; ``.gz`` is packed reproducibly."""
    packed = "".join("\t".join(row) + "\n" for row in rows).encode()
    if path.suffix == ".gz":
        packed = gzip.compress(packed, 9, mtime=0)
    path.write_bytes(packed)
    print(f"{len(rows)} pairs, {len(packed) / 1e6:.2f} MB: {path}")


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
    main()

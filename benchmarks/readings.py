"""How many characters with several readings are read right, in Chinese and Japanese.

``readings_texts/*.tsv`` hold a sentence with one word in brackets, and its right reading: pinyin with the
tone as a figure, or hiragana. The rows of odd number are looked at to mend the tables of
``dubbing/language``. Who wrote the Chinese table had written the sentences of both halves, so neither
figure is of unknown text. The sentences of ``zh_later.tsv`` were written when the table was finished, and
read when the rules of context were made; those of ``zh_fresh.tsv`` were written when these were finished,
and nothing was mended after they were read.

    python -m benchmarks.readings --json benchmarks/readings.json
"""

from __future__ import annotations

import argparse
import re
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks import record

TEXTS = Path(__file__).parent / "readings_texts"
KATAKANA = {code: code + 0x60 for code in range(0x3041, 0x3097)}
VOWEL_ROWS = {
    "ア": "アカサタナハマヤラワガザダバパャァ",
    "イ": "イキシチニヒミリギジヂビピィ",
    "ウ": "ウクスツヌフムユルグズヅブプュゥ",
    "エ": "エケセテネヘメレゲゼデベペェ",
    "オ": "オコソトノホモヨロヲゴゾドボポョォ",
}


class Row(NamedTuple):
    """A sentence, where its word is, and how that is read."""

    before: str
    word: str
    after: str
    reading: str

    @property
    def text(self) -> str:
        """The sentence."""
        return self.before + self.word + self.after


def rows(name: str) -> list[Row]:
    """The rows of a file."""
    found = []
    for line in (TEXTS / f"{name}.tsv").read_text(encoding="utf-8").splitlines():
        sentence, reading = line.split("\t")
        before, word, after = re.split(r"\[(.+?)\]", sentence)
        found.append(Row(before, word, after, reading))
    return found


def chinese_reading(row: Row) -> str:
    """The syllable of the marked character, from the words and readings that the voice is given."""
    from dubbing.language.chinese_readings import pinyin

    return pinyin(row.text)[len(row.before)]


def japanese_is_right(row: Row) -> bool:
    """Whether the voice's reading of the sentence has the word's reading in it."""
    import pyopenjtalk

    from dubbing.language.japanese_readings import as_read

    nodes = pyopenjtalk.run_frontend(as_read(row.text), use_sudachi_kanji_yomi=False)
    said = "".join(node["pron"] for node in nodes).replace("’", "")
    return lengthened(row.reading) in lengthened(said)


def lengthened(kana: str) -> str:
    """Kana as they sound: *こうじょう* and *コージョー* alike, ヲ as オ, ヅ as ズ."""
    kana = kana.translate(KATAKANA).replace("ヲ", "オ").replace("ヅ", "ズ").replace("ヂ", "ジ")
    said = ""
    for char in kana:
        row = next((v for v, members in VOWEL_ROWS.items() if said and said[-1] in members), "")
        is_long = (char == "ウ" and row in ("オ", "ウ")) or (char == "イ" and row == "エ")
        said += "ー" if is_long or (char == row and char != "") else char
    return said


def is_right(language: str, row: Row) -> bool:
    """Whether one row is read right."""
    return chinese_reading(row) == row.reading if language == "zh" else japanese_is_right(row)


def measure(language: str) -> dict[str, Any]:
    """Shares of the half that was looked at and of the other; wrong ones of the first by name."""
    right = [(row, is_right(language, row)) for row in rows(language)]
    seen, unseen = right[::2], right[1::2]
    return {
        "sentences": len(right),
        "seen": round(sum(ok for _, ok in seen) / len(seen), 3),
        "unseen": round(sum(ok for _, ok in unseen) / len(unseen), 3),
        "wrong_of_seen": [
            f"{row.before}[{row.word}]{row.after} {row.reading}" for row, ok in seen if not ok
        ],
    }


def main() -> None:
    """Measure both languages."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    record.add_options(parser)
    options = parser.parse_args()
    kept = record.begin(options)
    result = {language: measure(language) for language in ("zh", "ja")}
    for part in ("later", "fresh"):
        right = [is_right("zh", row) for row in rows(f"zh_{part}")]
        result["zh"][part] = round(sum(right) / len(right), 3)
    for language, figures in result.items():
        shares = {name: share for name, share in figures.items() if isinstance(share, float)}
        print(language, figures["sentences"], shares)
        print("  " + "\n  ".join(figures["wrong_of_seen"]))
    if kept is not None:
        kept.write(result)


if __name__ == "__main__":
    main()

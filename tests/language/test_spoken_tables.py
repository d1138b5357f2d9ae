"""What native speakers say for what is written, in tables that they can check: ``spoken/*.tsv``."""

from pathlib import Path

import pytest

from dubbing.language.g2p import to_phonemes
from dubbing.language.japanese_readings import as_read
from dubbing.language.languages import SPOKEN
from dubbing.language.spoken_form import spoken_form

TABLES = Path(__file__).parent / "spoken"


def rows(language: str) -> list[list[str]]:
    text = (TABLES / f"{language}.tsv").read_text(encoding="utf-8")
    return [line.split("\t") for line in text.splitlines()]


@pytest.mark.parametrize("language", SPOKEN)
def test_it_is_said_as_the_table_has_it(language: str) -> None:
    assert len(rows(language)) > 100
    said = {written: (spoken_form(written, language), right) for written, right in rows(language)}
    assert {written: pair for written, pair in said.items() if pair[0] != pair[1]} == {}


@pytest.mark.parametrize("language", SPOKEN)
def test_all_of_it_has_a_sound(language: str) -> None:
    silent = [written for written, said in rows(language) if not to_phonemes(said, language)]
    assert silent == []


@pytest.mark.parametrize(
    ("said", "reading"),
    [
        ("一人", "ヒトリ"),
        ("二人", "フタリ"),
        ("九つ", "ココノツ"),
        ("三本", "サンボン"),
        ("六本", "ロッポン"),
        ("八日", "ヨーカ"),
        ("二十日", "ハツカ"),
        ("四時", "ヨジ"),
        ("九時", "クジ"),
        ("四月", "シガツ"),
        ("八百円", "ハッピャクエン"),
        ("三百", "サンビャク"),
        ("二十歳", "ハタチ"),
        ("三階", "サンガイ"),
        ("一対ゼロ", "イチタイゼロ"),
        ("八個", "ハッコ"),
        ("明後日", "アサッテ"),
        ("八百屋", "ヤオヤ"),
        ("れい時", "レイジ"),
    ],
)
def test_counters_are_read_as_japanese_counts(said: str, reading: str) -> None:
    import pyopenjtalk

    nodes = pyopenjtalk.run_frontend(as_read(said), use_sudachi_kanji_yomi=False)
    assert "".join(node["pron"] for node in nodes).replace("’", "") == reading

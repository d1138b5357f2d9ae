"""Who speaks, as subtitles write it; and which of two languages in Latin letters is the dub's."""

from pathlib import Path

import pytest

from dubbing.engines.translation import SpokenBy
from dubbing.engines.translation.file import TranslationFile
from dubbing.engines.translation.written.cues import Cue
from dubbing.engines.translation.written.two_languages import in_one_language
from dubbing.settings import EngineOptions

SRT = """1
00:00:01,000 --> 00:00:02,000
ANNA: ¿Dónde estás?

2
00:00:03,000 --> 00:00:04,000
BEN (V.O.): Aquí.

3
00:00:05,000 --> 00:00:06,000
- Ven.
- No.

4
00:00:07,000 --> 00:00:08,000
ANNA: ¿Qué?
BEN: Nada.
"""
VTT = """WEBVTT

00:01.000 --> 00:02.000
<v.loud Anna>¿Dónde estás?

00:03.000 --> 00:04.000
<v Ben>Aquí.</v>
"""
ASS = """[Script Info]
ScriptType: v4.00+

[Events]
Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text
Dialogue: 0,0:00:01.00,0:00:02.00,Default,Anna,0,0,0,,¿Dónde estás?
Dialogue: 0,0:00:03.00,0:00:04.00,Default,Ben,0,0,0,,Aquí.
"""


@pytest.mark.parametrize(("ending", "text"), [("srt", SRT), ("vtt", VTT), ("ass", ASS)])
def test_speakers_are_read_from_every_format(tmp_path: Path, ending: str, text: str) -> None:
    path = tmp_path / f"a.{ending}"
    path.write_text(text, encoding="utf-8")
    found = TranslationFile.speakers(EngineOptions(model=str(path)), "es")
    assert found == (SpokenBy("Anna", 1000, 2000), SpokenBy("Ben", 3000, 4000))


def test_a_table_has_no_times_and_names_nobody(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("source,target\nHi.,ANNA: Hola.\n", encoding="utf-8")
    assert TranslationFile.speakers(EngineOptions(model=str(path)), "es") == ()


def rows_in(target: str, *cues: tuple[str, ...]) -> list[tuple[str, ...]]:
    shown = [Cue(n * 3000, n * 3000 + 2500, rows) for n, rows in enumerate(cues)]
    return [cue.rows for cue in in_one_language(shown, target)[0]]


BOTH = [
    ("I don't know what you want.", "No sé qué es lo que quieres."),
    ("¿Dónde está mi hermano?", "Where is my brother?"),
    ("We have to go home now.", "Tenemos que ir a casa ahora."),
]


def test_the_language_may_stand_above_in_one_cue_and_below_in_the_next() -> None:
    assert rows_in("es", *BOTH) == [(BOTH[0][1],), (BOTH[1][0],), (BOTH[2][1],)]
    assert rows_in("en", *BOTH) == [(BOTH[0][0],), (BOTH[1][1],), (BOTH[2][0],)]


def test_short_cues_are_told_by_the_file() -> None:
    short = [("Hello!", "¡Hola!"), ("Thank you.", "Gracias."), ("Tom!", "¡Tom!")]
    assert rows_in("es", *short) == [("¡Hola!",), ("Gracias.",), ("¡Tom!",)]
    assert rows_in("en", *short) == [("Hello!",), ("Thank you.",), ("Tom!",)]


@pytest.mark.parametrize(
    ("target", "other", "own"),
    [
        ("fr", "Non so che cosa vuoi da me.", "Je ne sais pas ce que tu veux."),
        ("it", "Je ne sais pas ce que tu veux.", "Non so che cosa vuoi da me."),
        ("es", "Eu não sei o que você quer.", "No sé qué es lo que quieres."),
        ("pt-br", "No sé qué es lo que quieres.", "Eu não sei o que você quer."),
        ("en", "Ich weiß nicht, was du von mir willst.", "I don't know what you want of me."),
    ],
)
def test_any_two_languages_are_told(target: str, other: str, own: str) -> None:
    assert rows_in(target, (other, own)) == [(own,)]
    assert rows_in(target, (own, other)) == [(own,)]


def test_one_row_may_hold_both_languages() -> None:
    struck = ("What do you want? / ¿Qué quieres?",), ("I am here. / Estoy aquí.",)
    assert rows_in("es", *struck) == [("¿Qué quieres?",), ("Estoy aquí.",)]


def test_a_cue_in_both_languages_among_others_in_one() -> None:
    one = ("Vamos a casa, que ya es muy tarde.",)
    assert rows_in("es", one, one, one, BOTH[0]) == [one, one, one, (BOTH[0][1],)]


def test_rows_of_one_language_stay() -> None:
    spanish = ("Yo no sé lo que quieres,", "pero vamos a casa."), ("Está bien, Tom.",)
    assert rows_in("es", *spanish) == list(spanish)
    quoted = ("Y entonces me dijo:", "I love you, Tom."), ("No lo sé.",), ("¿Qué dijo?",)
    assert rows_in("es", *quoted) == list(quoted)

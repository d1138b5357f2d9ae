"""A person's text, from a file as other programs write it to what each line of the film says."""

import time
from pathlib import Path

import pytest

from dubbing.engines.translation import Passage, Written
from dubbing.engines.translation.file import TranslationFile
from dubbing.engines.translation.written.spoken import labels_of, spoken_text
from dubbing.errors import UsageError
from dubbing.settings import EngineOptions

LINES = (
    Passage("One.", start_ms=200, end_ms=3500),
    Passage("Two.", start_ms=3900, end_ms=7000),
    Passage("Three.", start_ms=7400, end_ms=11_000),
)


def srt(*cues: tuple[str, str, str]) -> str:
    """SubRip of begin, end and text, in seconds of the first minute."""
    rows = (
        f"{n}\n00:00:{begin} --> 00:00:{end}\n{text}\n"
        for n, (begin, end, text) in enumerate(cues, start=1)
    )
    return "\n".join(rows)


def lay(
    folder: Path,
    name: str,
    content: str | bytes,
    target: str = "es",
    lines: tuple[Passage, ...] = LINES,
) -> Written:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    options = EngineOptions(model=str(path))
    TranslationFile.check(options, target)
    return TranslationFile(1, options).lay(lines, target)


# -- times -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cues", "texts"),
    [
        (
            [("00,200", "11,000", "Es la una. Son las dos. Son las tres.")],
            ("Es la una.", "Son las dos.", "Son las tres."),
        ),
        (
            [
                ("05,500", "07,000", "luego."),
                ("03,900", "05,400", "Primero,"),
                ("00,100", "03,000", "Uno."),
            ],
            ("Uno.", "Primero, luego.", ""),
        ),
        # a cue that lingers over the next line's begin keeps its words
        (
            [("00,200", "04,200", "Uno. Y más."), ("04,300", "06,900", "Dos.")],
            ("Uno. Y más.", "Dos.", ""),
        ),
        # one that reaches far into it gives it its sentence
        (
            [("00,200", "05,900", "Esto es lo uno. Y esto"), ("05,900", "07,000", "lo dos.")],
            ("Esto es lo uno.", "Y esto lo dos.", ""),
        ),
        (
            [("00,200", "07,000", "- ¿Vienes?\n- No, me quedo en casa.")],
            ("¿Vienes?", "No, me quedo en casa.", ""),
        ),
        (
            [("00,200", "03,000", "Uno."), ("01,000", "03,000", "A la vez.")],
            ("Uno. A la vez.", "", ""),
        ),
        ([("08,000", "07,900", "Al revés.")], ("", "", "Al revés.")),
        # 900 ms after a line that has no other, before a line that has one
        ([("04,400", "05,000", "Dos.")], ("", "Dos.", "")),
    ],
)
def test_cues_go_to_lines_by_time(tmp_path: Path, cues: list, texts: tuple[str, ...]) -> None:
    assert lay(tmp_path, "a.srt", srt(*cues)).texts == texts


def test_a_short_text_goes_whole_to_one_of_the_lines_that_it_spans(tmp_path: Path) -> None:
    found = lay(tmp_path, "a.srt", srt(("00,200", "11,000", "Hola.")))
    assert sorted(found.texts) == ["", "", "Hola."]
    assert len(found.without) == 2


@pytest.mark.parametrize("late_ms", [-250, 0, 300, 400])
def test_subtitles_that_are_a_little_early_or_late_find_their_short_lines(
    tmp_path: Path, late_ms: int
) -> None:
    spans = [(1000, 4000), (4100, 4500), (4600, 8000), (8200, 8600), (9000, 11_000)]
    lines = tuple(Passage("x", start_ms=begin, end_ms=end) for begin, end in spans)
    times = [(f"{begin + late_ms:06}", f"{end + late_ms:06}") for begin, end in spans]
    cues = [
        (f"{begin[:-3]},{begin[-3:]}"[-6:], f"{end[:-3]},{end[-3:]}"[-6:], f"Palabra {n}.")
        for n, (begin, end) in enumerate(times)
    ]
    found = lay(tmp_path, "a.srt", srt(*cues), lines=lines)
    assert found.texts == tuple(f"Palabra {n}." for n in range(5))


def test_what_finds_no_place_is_named_once(tmp_path: Path) -> None:
    cues = srt(
        ("00,200", "03,000", "Uno."), ("07,500", "08,000", "[suspira]"), ("20,000", "21,000", "?a")
    )
    cues += (
        "\n5\n00:10:00,000 --> 00:10:02,000\nTarde.\n\n6\n-00:00:03,000 --> -00:00:02,000\nAntes.\n"
    )
    found = lay(tmp_path, "mine.srt", cues)
    assert found.texts == ("Uno.", "", "")
    assert found.note == (
        "mine.srt: 3 of 4 cues belong to no line (-3.0 s, 20.0 s, 10:00); "
        "1 of 3 lines has no text in it (2)."
    )
    with pytest.raises(UsageError, match=r"go from 10:00 to 10:02, the lines from 0.2 s to 11.0 s"):
        lay(tmp_path, "far.srt", "1\n00:10:00,000 --> 00:10:02,000\nTarde.\n")


@pytest.mark.parametrize(
    ("begin", "end"),
    [
        ("00:00:03,900", "00:00:07,000"),
        ("0:0:3.9", "0:0:7"),
        ("00:00:04", "00:00:07"),
        ("00:03.900", "00:07.000"),
        ("00:00:03:22", "00:00:07:00"),
        ("-00:00:01,000", "00:00:13,000"),
    ],
)
def test_times_are_read_as_people_write_them(tmp_path: Path, begin: str, end: str) -> None:
    line = LINES[1:2]
    assert lay(tmp_path, "a.srt", f"1\n{begin} --> {end}\nDos.\n", lines=line).texts == ("Dos.",)


# -- what is spoken --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("[risas] Hola", "Hola"),
        ("【旁白】很久以前", "很久以前"),
        ("（拍手）谢谢", "谢谢"),
        ("他（笑）说", "他说"),
        ("(MUSIC\nPLAYING) Go.", "Go."),
        ("Hola (suspira).", "Hola."),
        ("Come. (Pause.) Now.", "Come. Now."),
        ("*sighs* I know.", "I know."),
        ("♪ la la\nla la ♪", ""),
        ("♪ Music ♪ Hello", "Hello"),
        ("# la la #", ""),
        ("JOHN: Hello", "Hello"),
        ("安娜：你好", "你好"),
        ("JOHN (V.O.): Go!", "Go!"),
        ("MAN #1: Go!", "Go!"),
        ("Anna: Hola", "Hola"),
        ("JEAN : Salut", "Salut"),
        (">> JOHN: Hello", "Hello"),
        ("राम: नमस्ते", "नमस्ते"),
        ("<v Anna>Hola", "Hola"),
        ("- Hi.\n– Hello.", "Hi. Hello."),
        ("<i>Hi</i> &amp; bye", "Hi & bye"),
        ("{\\an8}Top", "Top"),
        ("<00:00:05.000><c>uno</c> dos", "uno dos"),
        ("a&lt;br&gt;b<br/>c", "a<br>b c"),
        ("<ruby>漢字<rt>かんじ</rt></ruby>です", "漢字です"),
        ("Ho\x00la\u200b", "Hola"),
        ("…", ""),
        # and what is
        ("Note: it stays.", "Note: it stays."),
        ("At 12:30: we go", "At 12:30: we go"),
        ("12:30", "12:30"),
        ("Attention: the door", "Attention: the door"),
        ("注意：门", "注意：门"),
        ("他说：你好", "他说：你好"),
        ("he said this: no", "he said this: no"),
        ("Él (mi hermano) vino.", "Él (mi hermano) vino."),
        ("*Really* good.", "Really good."),
        ("-5 grados", "-5 grados"),
        ("#5 is alive", "#5 is alive"),
        ("a < b and c > d", "a < b and c > d"),
        ("Born in Paris (France).", "Born in Paris (France)."),
    ],
)
def test_what_is_spoken_of_a_text(written: str, said: str) -> None:
    assert spoken_text(written, labels_of([written])) == said


def test_names_that_begin_rows_again_and_again_are_names() -> None:
    labels = labels_of(["tía Juana: ven", "Juana: ven", "Juana: voy"])
    assert spoken_text("Juana: ven", labels) == "ven"
    assert spoken_text("Juana: ven", labels_of(["Juana: ven"])) == "Juana: ven"


VTT = """WEBVTT - with a title
Kind: captions

STYLE
::cue { color: red }

REGION
id:fred

NOTE
a remark --> of two rows

intro
00:00.200 --> 00:03.000 align:start position:0%
<v.loud Anna>Uno.</v>

NOTE after it

00:00:04.000 --> 00:00:06.000
Dos.
"""
ASS = """[Script Info]
ScriptType: v4.00+

[V4+ Styles]
Format: Name, Fontname, Fontsize
Style: Default,Arial,20,&H00FFFFFF,&H0,&H0,&H0,0,0,0,0,100,100,0,0,1,2,2,2,10,10,10,1

[Events]
Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text
Dialogue: 1,0:00:00.20,0:00:03.00,Default,,0,0,0,,{\\k20}U{\\kf30}no.\\N{\\i1}Más.{\\i0}
Dialogue: 0,0:00:00.20,0:00:03.00,Default,,0,0,0,,Uno.\\NMás.
Dialogue: 0,0:00:04.00,0:00:06.00,Default,,0,0,0,,{\\p1}m 0 0 l 100 0{\\p0}Dos.{a remark}
Comment: 0,0:00:07.50,0:00:09.00,Default,,0,0,0,,Tres.
"""


def test_blocks_that_are_no_cues_and_drawings_are_left_out(tmp_path: Path) -> None:
    assert lay(tmp_path, "a.vtt", VTT).texts == ("Uno.", "Dos.", "")
    assert lay(tmp_path, "a.ass", ASS).texts == ("Uno. Más.", "Dos.", "")


def ass(*events: tuple[str, str, str]) -> str:
    """Three lines of dialogue, and cues over the first of them of a style, an effect and a text."""
    said = [("0.20", "3.00", "Uno."), ("3.90", "6.90", "Dos."), ("7.40", "9.00", "Tres.")]
    rows = [f"Dialogue: 0,0:00:0{a},0:00:0{b},Default,,0,0,0,,{text}" for a, b, text in said]
    rows += [
        f"Dialogue: 9,0:00:00.30,0:00:02.90,{style},,0,0,0,{effect},{text}"
        for style, effect, text in events
    ]
    return ASS.partition("Dialogue:")[0] + "\n".join(rows) + "\n"


@pytest.mark.parametrize(
    ("style", "effect", "text"),
    [
        ("Sign", "", "PANADERÍA"),
        ("Signs_Ep01", "", "PANADERÍA"),
        ("OP", "", "Canto"),
        ("OP2", "", "Canto"),
        ("ED - Romaji", "", "Canto"),
        ("EDKanji", "", "歌"),
        ("Ending Lyrics", "", "Canto"),
        ("Staff", "", "Guion: X"),
        ("EpisodeTitle", "", "El fin"),
        ("Default", "fx", "Can"),
        ("Default", "", r"{\k20}Can{\k30}to"),
        ("Default", "", r"{\pos(640,90)\frz12.5}PANADERÍA"),
        ("Default", "", r"{\an8\pos(640,90)\fnArial\fs60\c&H332211&}PANADERÍA"),
        ("Default", "", r"{\an7\pos(0,0)\p1}m 0 0 l 9 9{\p0}PANADERÍA"),
        ("Default", "", r"{\move(0,0,9,9)}PANADERÍA"),
    ],
)
def test_signs_and_songs_of_substation_are_not_spoken(
    tmp_path: Path, style: str, effect: str, text: str
) -> None:
    written = lay(tmp_path, "a.ass", ass((style, effect, text)))
    assert written.texts == ("Uno.", "Dos.", "Tres.")
    assert "cues that nobody speaks are left out (1 " in written.note


@pytest.mark.parametrize(
    ("style", "text"),
    [
        ("Ed", "Y más."),
        ("EDWARD", "Y más."),
        ("Main", "Y más."),
        ("Default - Top", r"{\an8}Y más."),
        ("Subtitle", "Y más."),
        ("Default", r"{\pos(640,600)}Y más."),  # a speaker's place, as broadcasters write it
        ("Default", r"{\pos(640,600)\c&H00FFFF&}Y más."),
        ("Default", r"{\an8\fad(100,100)}Y más."),
        ("Italics", r"{\i1}Y más.{\i0}"),
    ],
)
def test_dialogue_of_substation_is_spoken_wherever_it_stands(
    tmp_path: Path, style: str, text: str
) -> None:
    written = lay(tmp_path, "a.ass", ass((style, "", text)))
    assert written.texts == ("Uno. Y más.", "Dos.", "Tres.")
    assert written.note == ""


def test_a_file_of_one_oddly_named_style_is_spoken(tmp_path: Path) -> None:
    content = ass().replace("Default,,", "Sign,,")
    assert lay(tmp_path, "a.ass", content).texts == ("Uno.", "Dos.", "Tres.")


@pytest.mark.parametrize(
    ("written", "sung"),
    [
        ("♪ La vida es bella ♪", "La vida es bella"),
        ("♪ Uno\ndos ♪", "Uno dos"),
        ("# La vida #", "La vida"),
        ("♪ Music ♪ Hello", "Hello"),
        ("♪♪", ""),
        ("[risas] Hola", "Hola"),
    ],
)
def test_lyrics_are_said_where_songs_are_dubbed(written: str, sung: str) -> None:
    assert spoken_text(written, labels_of([written]), songs=True) == sung


def test_lyrics_of_every_kind_of_file_are_said_where_songs_are_dubbed(tmp_path: Path) -> None:
    table = "source,target\nOne.,♪ Canto ♪\nTwo.,Dos.\n"
    cues = srt(("00,200", "03,000", "♪ Canto ♪"), ("03,900", "06,900", "Dos."))
    for name, content in (("a.ass", ass(("OP", "", "Canto"))), ("a.csv", table), ("a.srt", cues)):
        path = tmp_path / name
        path.write_text(content, encoding="utf-8")
        engine = TranslationFile(1, EngineOptions(model=str(path)))
        assert "Canto" in engine.lay(LINES, "es", songs=True).texts[0], name
        assert "Canto" not in engine.lay(LINES, "es").texts[0], name


def test_a_file_of_lyrics_alone_asks_for_songs(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="--dub-songs"):
        lay(tmp_path, "a.srt", srt(("00,200", "03,000", "♪ Canto ♪")))


# -- said more than once ---------------------------------------------------------------------------


def test_captions_that_roll_say_everything_once(tmp_path: Path) -> None:
    shown = [
        (0.2, 2, "\nhola<00:00:00.500><c> a</c><c> todos</c>"),
        (2, 2.01, "hola a todos\n"),
        (2.01, 5, "hola a todos\nhoy<00:00:02.500><c> vamos</c>"),
        (5, 5.01, "hoy vamos\n"),
        (5.01, 9, "hoy vamos\na ver"),
    ]
    cues = (f"00:00:{a:06.3f} --> 00:00:{b:06.3f}\n{text}\n" for a, b, text in shown)
    assert lay(tmp_path, "a.vtt", "WEBVTT\n\n" + "\n".join(cues)).texts == (
        "hola a todos hoy vamos",
        "a ver",
        "",
    )
    grown = srt(
        ("00,200", "01,000", "Hola"),
        ("01,000", "02,000", "Hola a"),
        ("02,000", "03,000", "Hola a todos."),
    )
    assert lay(tmp_path, "b.srt", grown).texts[0] == "Hola a todos."


def test_a_word_said_twice_is_said_twice(tmp_path: Path) -> None:
    twice = srt(
        ("00,200", "01,000", "Sí."), ("01,100", "02,000", "Sí."), ("04,000", "06,000", "Sí, sí.")
    )
    assert lay(tmp_path, "a.srt", twice).texts == ("Sí. Sí.", "Sí, sí.", "")
    doubled = srt(("00,200", "01,000", "Sí."), ("00,200", "01,000", "Sí."))
    assert lay(tmp_path, "b.srt", doubled).texts[0] == "Sí."


TWO = srt(
    ("00,200", "03,000", "Hello, my friends.\nHola, amigos."),
    ("04,000", "07,000", "What do you want to eat?\n¿Qué quieres\ncomer?"),
    ("07,500", "11,000", "That is the end of it.\nEste es el final."),
)
SCRIPTS = srt(
    ("00,200", "03,000", "你好，我的朋友们。\nHello, my friends."),
    ("04,000", "07,000", "OK! 你好吗？\nHow are you?"),
    ("07,500", "11,000", "OK!"),
)


def test_of_two_languages_that_of_the_dub_is_kept(tmp_path: Path) -> None:
    assert lay(tmp_path, "a.srt", TWO).texts == (
        "Hola, amigos.",
        "¿Qué quieres comer?",
        "Este es el final.",
    )
    english = lay(tmp_path, "a.srt", TWO, "en")
    assert english.texts[1] == "What do you want to eat?"
    assert "rows in Spanish are left out" in english.note
    assert lay(tmp_path, "b.srt", SCRIPTS, "zh").texts == (
        "你好，我的朋友们。",
        "OK! 你好吗？",
        "OK!",
    )
    assert lay(tmp_path, "b.srt", SCRIPTS, "en").texts[0] == "Hello, my friends."
    one = srt(("00,200", "03,000", "他用的是\niPhone"), ("04,000", "07,000", "我不知道"))
    assert lay(tmp_path, "c.srt", one, "zh").texts[0] == "他用的是 iPhone"


# -- encodings -------------------------------------------------------------------------------------

TEXTS = {
    "zh": "早上好，朋友们。",
    "es": "¿Qué pasó mañana, señor?",
    "fr": "Ça va très bien, l’été à la forêt.",
    "ja": "東京に行きます。カメラを買う。",
    "it": "Perché è così?",
    "pt-br": "Não, amanhã há pão.",
}
OLD = {
    "zh": ["gb18030", "gbk"],
    "ja": ["cp932", "euc_jp", "iso2022_jp"],
    "es": ["cp1252", "mac_roman"],
    "fr": ["cp1252"],
    "it": ["cp1252"],
    "pt-br": ["cp1252", "mac_roman"],
}
UNICODE = ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"]


@pytest.mark.parametrize(
    ("target", "encoding"), [(code, name) for code in TEXTS for name in (*UNICODE, *OLD[code])]
)
def test_every_usual_encoding_is_read(tmp_path: Path, target: str, encoding: str) -> None:
    content = srt(("00,200", "03,000", TEXTS[target])).replace("\n", "\r\n").encode(encoding)
    found = lay(tmp_path, "a.srt", content, target)
    assert found.texts[0] == TEXTS[target]
    assert ("was read as" in found.note) == (encoding in OLD[target] and encoding != "iso2022_jp")


def test_big5_is_no_gb18030(tmp_path: Path) -> None:
    content = srt(("00,200", "03,000", "我沒有這本書。")).encode("big5")
    assert lay(tmp_path, "a.srt", content, "zh").texts[0] == "我沒有這本書。"


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.srt", b"", "is empty"),
        ("a.srt", b"\xef\xbb\xbf", "is empty"),
        ("a.vtt", b"\xff\xfe", "is empty"),
        ("a.srt", bytes(range(256)) * 9, "not text in Unicode or any other"),
        ("a.srt", b"\xff\xfea\x00b", "begins as UTF-16 LE, but is damaged at byte 2"),
        ("a.srt", b"Hola\nque tal\n", "has no subtitles"),
        ("a.vtt", b"WEBVTT\n\n", "has no subtitles"),
        ("a.srt", b"1\nab:cd --> ef\nHola\n", "no times that can be read"),
        ("a.srt", srt(("00,200", "03,000", "[risas]")).encode(), "Nothing in .* is spoken"),
        ("a.ass", ASS.replace("0:00:00.20", "x").encode(), "cannot be read as SubStation"),
        ("a.csv", b"source,target\n", "a header and no rows"),
        ("a.csv", b"\n\n", "is empty"),
        ("a.csv", b"target\nHola\n", "no column 'source'; it has 'target'"),
        ("a.tsv", b"a\tb\nc\td\n", "no column 'target'"),
        ("a.xlf", b"<html/>", "begins with <html>"),
        ("a.xlf", b'<xliff version="1.2"><file><body/></file></xliff>', "holds no translations"),
        ("a.xlf", b"<!DOCTYPE x><xliff/>", "document type or entities"),
        (
            "a.xlf",
            b'<?xml version="1.0" encoding="klingon"?><xliff/>',
            "is not XLIFF: unknown encoding",
        ),
        ("a.xlf", b"<xliff><file>\xe9</file></xliff>", "is not XLIFF"),
    ],
)
def test_what_cannot_be_used_is_refused_before_the_work(
    tmp_path: Path, name: str, content: bytes, words: str
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(UsageError, match=words):
        TranslationFile.check(EngineOptions(model=str(path)), "es")


# -- tables and XLIFF ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.csv", '\ufeffSource;TARGET;note\n"One.";"Uno\nmás";x\n two ;Dos\n'),
        ("a.csv", "Español,English\nUno más,one\nDos,Two.\n"),
        ("a.tsv", "source\ttarget\r\nOne.\tUno más\r\nTwo!\tDos\r\n"),
        ("a.csv", "en|es-MX\nOne.|JUAN: Uno <i>más</i>\nTwo.|Dos\n"),
    ],
)
def test_tables_as_spreadsheets_write_them(tmp_path: Path, name: str, content: str) -> None:
    found = lay(tmp_path, name, content)
    assert found.texts == ("Uno más", "Dos", "")
    assert found.note == f"{name}: 1 of 3 lines has no text in it (3)."


def test_a_cell_that_spreadsheets_are_kept_from_reading_is_read(tmp_path: Path) -> None:
    found = lay(tmp_path, "a.csv", "number,source,target\n1,'-One.,'=Uno.\n")
    assert found.texts[0] == "=Uno."


def test_large_files_take_no_long_time(tmp_path: Path) -> None:
    began_s = time.process_time()
    cues = "\n".join(
        f"{n}\n00:{n % 50 + 9}:01 --> 00:{n % 50 + 9}:02\n(a){'(' * 20}\n" for n in range(1500)
    )
    lay(tmp_path, "a.srt", srt(("00,200", "03,000", "Uno.")) + "\n" * 200_000 + cues)
    lay(tmp_path, "a.csv", "source,target\n" + "One.,Uno.\n" * 20_000, lines=LINES * 500)
    assert time.process_time() - began_s < 10


def test_equal_lines_get_their_translations_in_order(tmp_path: Path) -> None:
    lines = tuple(Passage(text) for text in ("Yes.", "yes", "No.", "Yes."))
    rows = "source,target\nYes.,Sí.\nYes.,Claro.\nNo.,No.\nMaybe.,Tal vez.\n"
    found = lay(tmp_path, "a.csv", rows, lines=lines)
    assert found.texts == ("Sí.", "Claro.", "No.", "Claro.")
    assert found.note == "a.csv: 1 of 4 rows belongs to no line (5)."
    with pytest.raises(UsageError, match=r"No row of b\.csv is a line of this film"):
        lay(tmp_path, "b.csv", rows, lines=(Passage("Never."),))


XLIFF_1 = """<?xml version="1.0" encoding="{0}"?>
<xliff version="1.2" xmlns="urn:oasis:names:tc:xliff:document:1.2">
<file target-language="fr"><body><trans-unit id="0"><source>One.</source><target>Un.</target>
</trans-unit></body></file>
<file target-language="es-MX"><body>
<group translate="no"><trans-unit id="1"><source>Two.</source><target>Dos.</target></trans-unit></group>
<trans-unit id="2" approved="no"><source>One.</source>
 <target>¿<g id="1">Uno</g><ph id="2">{{b}}</ph><bpt id="3">i</bpt> o<ept id="3">/i</ept>?</target>
 <alt-trans><source>One.</source><target>ALT</target></alt-trans></trans-unit>
<trans-unit id="3"><source>Three.</source><target state="needs-translation">Three.</target></trans-unit>
</body></file></xliff>"""
XLIFF_2 = """<?xml version="1.0"?>
<xliff version="2.0" trgLang="es" xmlns="urn:oasis:names:tc:xliff:document:2.0"><file id="f"><unit id="1">
<mtc:matches xmlns:mtc="urn:oasis:names:tc:xliff:matches:2.0"><mtc:match ref="#1">
<source>One.</source><target>ALT</target></mtc:match></mtc:matches>
<segment state="final"><source>One.</source>
<target order="3">¿<pc id="1">Uno</pc><ph id="2"/>?</target></segment>
<ignorable><source> </source></ignorable>
<segment><source>Two.</source><target order="1"><mrk id="m" type="term">Dos</mrk>.</target></segment>
</unit></file></xliff>"""


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "windows-1252"])
def test_xliff_1_as_its_standard_says(tmp_path: Path, encoding: str) -> None:
    found = lay(tmp_path, "a.xlf", XLIFF_1.format(encoding).encode(encoding))
    assert found.texts == ("¿Uno o?", "", "")
    assert found.without == (2,), "the second line is not to be translated"
    assert lay(tmp_path, "a.xlf", XLIFF_1.format("utf-8"), "fr").texts[0] == "Un."
    with pytest.raises(UsageError, match="is in French, Spanish, not in Italian"):
        lay(tmp_path, "a.xlf", XLIFF_1.format("utf-8"), "it")


def test_xliff_2_as_its_standard_says(tmp_path: Path) -> None:
    assert lay(tmp_path, "a.xlf", XLIFF_2).texts == ("¿Uno?", "Dos.", "")
    whole = (Passage("One. Two."),)
    assert lay(tmp_path, "a.xlf", XLIFF_2, lines=whole).texts == ("Dos. ¿Uno?",)


def test_segments_of_xliff_1_are_lines_of_their_own(tmp_path: Path) -> None:
    unit = (
        '<xliff version="1.2"><file><body><trans-unit id="1"><source>One. Two.</source><seg-source>'
        '<mrk mtype="seg" mid="1">One.</mrk> <mrk mtype="seg" mid="2">Two.</mrk></seg-source><target>'
        '<mrk mtype="seg" mid="1">Uno.</mrk> <mrk mtype="seg" mid="2">Dos.</mrk></target></trans-unit>'
        "</body></file></xliff>"
    )
    assert lay(tmp_path, "a.xlf", unit).texts == ("Uno.", "Dos.", "")

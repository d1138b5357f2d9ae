"""Subtitles keep their rules and their text, and every format says the same when it is read back."""

import html
import re
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree as ET

import av
import pysubs2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dubbing.exports.cues import Cue, Said, one_after_another
from dubbing.exports.events import Event, Subtitles, subtitles_of
from dubbing.exports.line_breaking import n_parts, parts, rows
from dubbing.exports.subtitle_rules import subtitle_rules
from dubbing.exports.subtitles import COLOURS, Picture, font_size, subtitle_document
from dubbing.exports.ttml import TT, ttml_document
from dubbing.exports.words import Border, words_of
from dubbing.language.plain_text import plain_text
from dubbing.timeline import Candidate, Line, Media, Span, Timeline, Translation

FPS = Fraction(25)
GAP_MS = 80
TT_NS = f"{{{TT}}}"
XML_NS = "{http://www.w3.org/XML/1998/namespace}"

# -- timelines made of words ---------------------------------------------------------------------

VOCABULARY = {
    "en": "the moon and a sea of stars, but I don't go to 3.14 or 10,000 miles. Why? Armstrong —",
    "es": "el mar y la luna de plata, pero no sé por qué. ¿Dónde está? 1.000,5 km",
    "fr": "le soir de Noël ! nous allons, mais où ? 10 000 euros « enfin » l'heure",
    "hi": "नमस्ते , मैं स्कूल में हूँ और आप कैसे हैं । क्योंकि 12 बच्चे",
}
NATIVE = {
    "zh": "月球 他花了3.14元 欢迎来到我们的学校 ， 。 但是 1,000块 OpenAI “你好吗？” 二十五 在 安全",
    "ja": "今日は 月について 話します 。 、 「3.14」 しかし OpenAIの 食べてしまった 人は1,000人",
}


def texts(language: str, most: int = 24) -> st.SearchStrategy[str]:
    if language in NATIVE:
        return st.lists(st.sampled_from(NATIVE[language].split()), min_size=1, max_size=most).map(
            "".join
        )
    words = st.sampled_from(VOCABULARY[language].split())
    return st.lists(words, min_size=1, max_size=most).map(" ".join)


LANGUAGES = st.sampled_from([*VOCABULARY, *NATIVE])


def line(number: int, span: Span, source: str, target: str) -> Line:
    said = Translation(target, (Candidate(target, 0.0),), "test")
    return Line(f"L{number}", span, source, (), speaker=f"S{number % 2}", translation=said)


def timeline(
    lines: list[Line], language: str, source: str = "en", end_ms: int = 60_000
) -> Timeline:
    media = Media("film.mp4", "", end_ms, True, 0)
    return Timeline(
        language,
        media=media,
        source_language=source,
        lines=tuple(sorted(lines, key=lambda item: item.span.start_ms)),
    )


@st.composite
def timelines(draw: st.DrawFn, shortest_ms: int = 300) -> Timeline:
    """Up to eight lines, which may touch, lie apart or overlap."""
    language = draw(LANGUAGES)
    starts = draw(st.lists(st.integers(0, 40_000), min_size=1, max_size=8, unique=True))
    lines = [
        line(
            number,
            Span(start, start + draw(st.integers(shortest_ms, 12_000))),
            draw(texts("en")),
            draw(texts(language)),
        )
        for number, start in enumerate(starts)
    ]
    return timeline(lines, language)


def one(text: str, language: str, duration_ms: int = 4000) -> tuple[Event, ...]:
    said = timeline([line(0, Span(1000, 1000 + duration_ms), "x", text)], language)
    return subtitles_of(said, "target", FPS).events


def only_text(text: str) -> str:
    return re.sub(r"\s", "", text)


# -- the rules themselves ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("language", "characters_per_second", "row_characters"),
    [("zh", 9, 16), ("en", 20, 42), ("es", 17, 42), ("fr", 17, 42), ("it", 17, 42),
     ("pt-br", 17, 42), ("pt", 17, 42), ("ja", 4, 13), ("hi", 22, 42), ("sw", 17, 42)],
)  # fmt: skip
def test_figures_of_the_guides(
    language: str, characters_per_second: int, row_characters: int
) -> None:
    rules = subtitle_rules(language)
    assert rules.characters_per_second == characters_per_second
    assert rules.row_characters == row_characters
    assert (rules.rows, rules.max_ms, rules.gap_frames, rules.linger_ms) == (2, 7000, 2, 500)
    assert rules.min_ms == (500 if language == "ja" else 833)


def test_characters_are_counted_as_the_guides_count_them() -> None:
    assert subtitle_rules("zh").length("你好，OK！") == 5  # half-width letters are halves
    assert subtitle_rules("zh").length("“好”…") == 4  # quotes and dots are full-width there
    assert subtitle_rules("ja").length("ＯＫﾊﾝｶｸ") == 4
    assert subtitle_rules("en").length("“Oh”…") == 5
    assert subtitle_rules("hi").length("नमस्ते") == 4  # marks above and below take no room
    assert subtitle_rules("en").length("e\u0301\u200d") == 1
    assert subtitle_rules("en").reading_ms("x" * 21) == 1050


# -- whatever the lines are ----------------------------------------------------------------------


@settings(deadline=None, max_examples=60)
@given(timelines(), st.sampled_from(["target", "source", "both"]))
def test_rules_hold_for_any_lines(said: Timeline, of: str) -> None:
    found = subtitles_of(said, of, FPS)
    languages = {"target": [said.target_language], "source": ["en"]}.get(
        of, [said.target_language, "en"]
    )
    for event in found.events:
        assert 0 <= event.span.start_ms < event.span.end_ms <= said.media.duration_ms
        assert event.span.duration_ms <= 7000
        assert event.rows
        assert all(row == plain_text(row) and row for row in event.rows)
    for before, after in pairwise(found.events):
        assert before.span.end_ms <= after.span.start_ms
    shown = only_text("".join(row for event in found.events for row in event.rows))
    for kept in {"target": ["spoken_text"], "source": ["text"]}.get(of, ["spoken_text", "text"]):
        wanted = only_text("".join(plain_text(getattr(item, kept)) for item in said.lines))
        assert sorted(wanted) == sorted(shown) if of != "both" else set(wanted) <= set(shown)
    if of != "both":
        assert all(len(event.rows) <= 2 for event in found.events if event.span.duration_ms > 400)
        assert _too_wide(found, languages[0]) == []


def _too_wide(found: Subtitles, language: str) -> list[str]:
    """Rows that are wider than allowed though they could be broken."""
    rules = subtitle_rules(language)
    return [
        row
        for event in found.events
        for row in event.rows
        if rules.length(row) > rules.row_characters
        and len(words_of(row, language, rules)) > 1
        and event.span.duration_ms > 400
    ]


@settings(deadline=None, max_examples=40)
@given(timelines(shortest_ms=1))
def test_nothing_is_lost_where_there_is_no_time(said: Timeline) -> None:
    found = subtitles_of(said, "target", FPS)
    assert all(a.span.end_ms <= b.span.start_ms for a, b in pairwise(found.events))
    shown = only_text("".join(row for event in found.events for row in event.rows))
    assert sorted(shown) == sorted(only_text("".join(x.spoken_text for x in said.lines)))


@settings(deadline=None, max_examples=60)
@given(LANGUAGES.flatmap(lambda code: st.tuples(st.just(code), texts(code, 40))))
def test_words_and_numbers_stay_whole(case: tuple[str, str]) -> None:
    language, text = case
    rules = subtitle_rules(language)
    words = words_of(text, language, rules)
    n = n_parts(words, rules, 2)
    shown = [row for part in parts(words, n, rules, 2) for row in rows(part, rules, 2)]
    assert only_text("".join(shown)) == only_text(text)
    for number in re.findall(r"\d[\d.,]*\d|OpenAI|Armstrong", text):
        assert any(number in row for row in shown), (number, shown)
    if language in VOCABULARY:
        tokens = set(text.split())
        assert all(token in tokens for row in shown for token in row.split())
    closing = tuple("，。、！？!?,;:”」）)»…")
    assert not any(
        row.startswith(closing) for row in shown if len(row) > 1 and text[0] not in closing
    )


@given(
    st.lists(
        st.tuples(st.integers(0, 900), st.integers(1, 500), st.text("abc", min_size=1)), max_size=9
    )
)
def test_cues_take_turns(given_cues: list[tuple[int, int, str]]) -> None:
    cues = [Cue(Span(a, a + n), (Said(text, "en"),)) for a, n, text in given_cues]
    found = one_after_another(cues)
    assert all(a.span.end_ms <= b.span.start_ms for a, b in pairwise(found))
    assert all(cue.span.end_ms <= max(a + n for a, n, _ in given_cues) for cue in found)
    letters = "".join(said.text for cue in found for said in cue.texts)
    assert sorted(letters.replace(" ", "")) == sorted("".join(text for *_, text in given_cues))


# -- good breaks ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("language", "text", "wanted"),
    [
        ("en", "Good morning, everybody.", ["Good morning, everybody."]),
        ("en", "I wanted to go to the harbour but nobody would come with me.",
         ["I wanted to go to the harbour", "but nobody would come with me."]),
        ("en", "When the sun goes down, the birds of the old harbour are silent.",
         ["When the sun goes down,", "the birds of the old harbour are silent."]),
        ("es", "Quería ir contigo al puerto pero nadie me lo quiso decir.",
         ["Quería ir contigo al puerto", "pero nadie me lo quiso decir."]),
        ("fr", "Vous êtes venus de si loin pour voir la mer, n'est-ce pas ?",
         ["Vous êtes venus de si loin", "pour voir la mer, n'est-ce pas ?"]),
        ("zh", "现在就跟我去海边，不然就永远别去了吧。", ["现在就跟我去海边，", "不然就永远别去了吧。"]),
        ("ja", "今日は月について話しますが、明日は海です。",
         ["今日は月について", "話しますが、明日は海です。"]),
    ],
)  # fmt: skip
def test_rows_are_broken_where_a_reader_pauses(language: str, text: str, wanted: list[str]) -> None:
    assert [row for event in one(text, language) for row in event.rows] == wanted


def test_a_long_text_becomes_parts_in_proportion() -> None:
    text = (
        "Alors que, souvent loin de vos familles et de vos amis, vous continuez à assurer en France, "
        "comme partout dans le monde, la défense de notre pays, de ses intérêts, de ses valeurs."
    )
    events = one(text, "fr", 12_000)
    assert [event.rows[-1][-1] for event in events] == [",", ",", "."]
    total = sum(len(" ".join(event.rows)) for event in events)
    for event in events:
        share = len(" ".join(event.rows)) / total
        assert event.span.duration_ms == pytest.approx(12_000 * share, abs=GAP_MS + 150)
    assert [b.span.start_ms - a.span.end_ms for a, b in pairwise(events)] == [GAP_MS, GAP_MS]


def test_words_carry_their_signs_and_numbers_stand_with_what_they_count() -> None:
    rules = subtitle_rules("zh")
    words = words_of("他花了3.14元（三百二十五人），“你好吗？”", "zh", rules)
    by_text = {word.text: word.border for word in words}
    assert by_text["3.14"] is Border.LEANING
    assert "（三百二十五" in by_text
    assert "“你好吗？”" in by_text
    french = [
        word.text for word in words_of("« Combien ? » 10 000 euros", "fr", subtitle_rules("fr"))
    ]
    assert french == ["« Combien ? »", "10 000", "euros"]


# -- times ---------------------------------------------------------------------------------------


def test_short_lines_stay_until_they_are_read() -> None:
    quick = timeline(
        [
            line(0, Span(1000, 1300), "x", "Yes."),  # until 5/6 s
            line(1, Span(10_000, 11_000), "x", "a" * 30),  # until read
            line(2, Span(20_000, 21_000), "x", "a" * 42),  # half a second, no more
            line(3, Span(30_000, 30_300), "x", "No."),  # the next one is near
            line(4, Span(30_500, 32_000), "x", "Perhaps."),
        ],
        "en",
    )
    found = subtitles_of(quick, "target", FPS)
    ends = [event.span.end_ms for event in found.events]
    assert ends == [1833, 11_500, 21_500, 30_420, 32_000]
    assert (found.too_fast, found.too_short) == (1, 1)


def test_breaks_too_short_to_be_seen_are_closed_to_two_frames() -> None:
    said = timeline(
        [line(0, Span(1000, 3000), "x", "One."), line(1, Span(3400, 5000), "x", "Two."),
         line(2, Span(5600, 7000), "x", "Three.")], "en",
    )  # fmt: skip
    first, second, third = subtitles_of(said, "target", FPS).events
    assert second.span.start_ms - first.span.end_ms == GAP_MS
    assert third.span.start_ms - second.span.end_ms == 600
    ntsc = subtitles_of(said, "target", Fraction(24000, 1001)).events
    assert ntsc[1].span.start_ms - ntsc[0].span.end_ms == 84


def test_the_last_subtitle_ends_with_the_film() -> None:
    said = timeline([line(0, Span(900, 1000), "x", "Yes.")], "en", end_ms=1200)
    assert subtitles_of(said, "target", FPS).events[0].span == Span(900, 1200)


def test_lines_without_a_text_are_left_out() -> None:
    silent = Line("L1", Span(5000, 6000), "untranslated", ())
    said = timeline([line(0, Span(1000, 2000), "x", "Yes."), silent], "en")
    assert len(subtitles_of(said, "target", FPS).events) == 1
    assert len(subtitles_of(said, "source", FPS).events) == 2


def test_both_languages_stand_one_above_the_other() -> None:
    said = timeline(
        [line(0, Span(0, 3000), "The moon moves the sea.", "月球移动着海浪。"),
         line(1, Span(4000, 10_000), "Come with me to the sea, or never come with me anywhere again.",
              "现在就跟我去海边，不然就永远别去。")],
        "zh",
    )  # fmt: skip
    events = subtitles_of(said, "both", FPS).events
    assert events[0].rows == ("月球移动着海浪。", "The moon moves the sea.")
    assert [event.rows[0] for event in events[1:]] == ["现在就跟我去海边，", "不然就永远别去。"]
    assert all(len(event.rows) == 2 for event in events)


# -- formats -------------------------------------------------------------------------------------

HOSTILE = [
    "<i>not a tag</i> & {\\an8}no override",
    "a --> b\n\n3\n00:00:01,000 --> 00:00:02,000",
    "\u202eright to left\u202c and \u2067isolated",
    "\x00\x07bell\x1b[31m\ufffe\ud800end",
    "{=0}{y:i}|x| \\N \\h [b] <font color=red>",
    "שלום, <עולם> & مرحبا",
    "]]> <!-- &lt; &#60; <?xml?>",
]
SAFE = str.maketrans({"{": "(", "}": ")", "\\": "/"})
SRT = str.maketrans({"<": "‹", ">": "›"})


def hostile() -> Subtitles:
    events = tuple(
        Event(Span(1000 * n, 1000 * n + 800), (plain_text(text), "Zweite Zeile"), f"S,{n % 3}")
        for n, text in enumerate(HOSTILE)
    )
    return Subtitles(events, "en", 0, 0)


@pytest.mark.parametrize("form", ["srt", "vtt", "ass"])
def test_texts_cannot_break_a_format(form: str, tmp_path: Path) -> None:
    found = hostile()
    written = subtitle_document(found, form, Picture(1280, 720), colours=True)
    read = pysubs2.SSAFile.from_string(written, form, keep_html_tags=True)
    assert [(event.start, event.end) for event in read] == [
        (event.span.start_ms, event.span.end_ms) for event in found.events
    ]
    for event, back in zip(found.events, read, strict=True):
        text = back.text if form != "ass" else back.plaintext.replace("\n", "\\N")
        text, wanted = text.replace("∶", ":"), event.rows[0].translate(SAFE)
        if form == "vtt":
            text, wanted = html.unescape(text), event.rows[0].replace("\\", "/")
        elif form == "srt":
            wanted = wanted.translate(SRT)
        assert text.split("\\N") == [wanted, "Zweite Zeile"]
        assert "{" not in back.text or form == "vtt"
    path = tmp_path / f"x.{form}"
    path.write_text(written, encoding="utf-8")
    with av.open(str(path)) as container:  # a second reader: FFmpeg
        assert sum(1 for packet in container.demux() if packet.size) == len(HOSTILE)


def test_ttml_keeps_every_sign() -> None:
    found = hostile()
    root = ET.fromstring(ttml_document(found, 'A "film" & <more>'))
    assert root.get(f"{XML_NS}lang") == "en"
    paragraphs = root.findall(f"{TT_NS}body/{TT_NS}div/{TT_NS}p")
    for event, paragraph in zip(found.events, paragraphs, strict=True):
        breaks = paragraph.findall(f"{TT_NS}br")
        assert (paragraph.text, *(item.tail for item in breaks)) == event.rows
    ids = {item.get(f"{XML_NS}id") for item in root.iter()} - {None}
    assert {paragraphs[0].get("style"), paragraphs[0].get("region")} == ids
    assert root.find(f".//{{{TT}#metadata}}title").text == 'A "film" & <more>'
    theirs = pysubs2.SSAFile.from_string(ttml_document(found, "x"), "ttml")
    assert [(e.start, e.end) for e in theirs] == [
        (event.span.start_ms, event.span.end_ms) for event in found.events
    ]


def test_ttml_of_a_language_from_right_to_left_says_so() -> None:
    hebrew = replace(hostile(), language="he")
    assert 'tts:direction="rtl"' in ttml_document(hebrew, "x")
    assert "tts:direction" not in ttml_document(hostile(), "x")


@settings(deadline=None)
@given(st.lists(st.text(max_size=40), min_size=1, max_size=4))
def test_any_text_survives_every_format(given_texts: list[str]) -> None:
    rows_of = [f"a{plain_text(text)}z" for text in given_texts]
    events = tuple(Event(Span(2000 * n, 2000 * n + 1000), (row,)) for n, row in enumerate(rows_of))
    found = Subtitles(events, "en", 0, 0)
    root = ET.fromstring(ttml_document(found, "x"))
    assert [p.text for p in root.iter(f"{TT_NS}p")] == rows_of
    for form in ("srt", "vtt", "ass"):
        read = pysubs2.SSAFile.from_string(
            subtitle_document(found, form), form, keep_html_tags=True
        )
        assert len(read) == len(rows_of)
        assert all(event.end - event.start == 1000 for event in read)
    backs = [html.unescape(event.text) for event in pysubs2.SSAFile.from_string(
        subtitle_document(found, "vtt"), "vtt", keep_html_tags=True)]  # fmt: skip
    assert backs == [html.unescape(html.escape(row.replace("\\", "/"))) for row in rows_of]


@pytest.mark.parametrize(("width", "height"), [(1920, 1080), (1280, 720), (1080, 1920), (320, 240)])
@pytest.mark.parametrize("language", ["en", "zh", "ja"])
def test_letters_are_as_large_as_the_picture_allows(width: int, height: int, language: str) -> None:
    rules, size = subtitle_rules(language), font_size(language, Picture(width, height))
    em = 1.0 if rules.full_width else 0.5
    assert size * em * rules.row_characters <= width
    assert height * 0.02 < size <= height * 0.07 + 1


def test_ass_has_a_style_a_speaker_if_wanted() -> None:
    found = hostile()
    coloured = pysubs2.SSAFile.from_string(subtitle_document(found, "ass", colours=True), "ass")
    assert len({event.style for event in coloured}) == 3
    assert {event.style for event in coloured} <= set(coloured.styles)
    first, second = (coloured.styles[f"Speaker {n}"].primarycolor for n in (1, 2))
    assert ((first.r, first.g, first.b), (second.r, second.g, second.b)) == COLOURS[:2]
    plain = pysubs2.SSAFile.from_string(subtitle_document(found, "ass"), "ass")
    assert {event.style for event in plain} == {"Default"}
    assert plain.info["PlayResX"] == "1920"

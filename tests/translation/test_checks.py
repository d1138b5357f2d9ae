"""Numbers, negation, terms, register: what a reviewer would be angry to find wrong."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dubbing.errors import UsageError
from dubbing.settings import Term
from dubbing.timeline import Candidate
from dubbing.translation.candidates import MEMORY, in_the_running, with_reverse
from dubbing.translation.checks import translation_flags
from dubbing.translation.glossary import lost_terms, read_glossary, terms_in, with_terms
from dubbing.translation.negation import denies, says_the_opposite
from dubbing.translation.numbers import said_numbers
from dubbing.translation.register import in_register, wrong_register

SETS = Path(__file__).parents[2] / "benchmarks/translation"
LINES, WRONG = SETS / "lines.tsv", SETS / "wrong.tsv"


@pytest.mark.parametrize(
    ("text", "language", "values"),
    [
        ("Twenty-five people and 3 dogs", "en", {25, 3}),
        ("two thousand and five", "en", {2005}),
        ("a hundred times, a thousand times", "en", {100, 1000}),
        ("1.5 million euros", "en", {1_500_000}),
        ("1,200 metres at 7:30", "en", {1200, 7, 30}),
        ("no one but me", "en", set()),
        ("二十五个人", "zh", {25}),
        ("一九八四年，三百零六天", "zh", {1984, 306}),
        ("人口从300万增加到450万", "zh", {3_000_000, 4_500_000}),
        ("三点五公里", "zh", {3.5}),
        ("十一点钟，十分钟", "zh", {11, 10}),
        ("我十分高兴，一定来", "zh", set()),
        ("百分之六十", "zh", {60}),
        ("veinticinco, doscientas mil", "es", {25, 200_000}),
        ("quatre-vingt-dix-sept pour cent", "fr", {97}),
        ("trecento", "it", {300}),
        ("vinte e cinco", "pt-br", {25}),
        ("duas ou duzentas razões", "pt-br", {2, 200}),
        ("百二十三人", "ja", {123}),
    ],
)
def test_numbers_in_words_and_digits(text: str, language: str, values: set[float]) -> None:
    assert said_numbers(text, language) == values


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("I don't know.", "en"),
        ("Nobody came.", "en"),
        ("我不知道。", "zh"),
        ("别开门。", "zh"),
        ("Nunca hemos estado allí.", "es"),
        ("Je n'ai pas faim.", "fr"),
        ("Non lo so.", "it"),
        ("Eu não sei.", "pt-br"),
        ("知りません。", "ja"),
        ("मुझे नहीं पता", "hi"),
    ],
)
def test_denials_are_heard(text: str, language: str) -> None:
    assert denies(text, language)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("I know that, right?", "en"),
        ("不过他来了。", "zh"),
        ("差不多好了。", "zh"),
        ("别人说的。", "zh"),
        ("行かなければならない。", "ja"),
        ("घर बनवाया था, साइकिल चुराने के बाद", "hi"),  # letters within words
    ],
)
def test_what_only_looks_like_a_denial_is_none(text: str, language: str) -> None:
    assert not denies(text, language)


def test_the_opposite_is_told_and_doubtful_sentences_are_left_alone() -> None:
    assert says_the_opposite("I can't swim.", "我会游泳。", "en", "zh")
    assert says_the_opposite("I can swim.", "我不会游泳。", "en", "zh")
    assert not says_the_opposite("I can't swim.", "我不会游泳。", "en", "zh")
    assert not says_the_opposite("It's too hot to drink.", "太烫了，没法喝。", "en", "zh")
    assert not says_the_opposite("I don't know.", "anything", "en", "xx")


def test_hardly_any_good_translation_is_flagged_and_nearly_every_wrong_one_is() -> None:
    rows = [line.split("\t") for line in LINES.read_text(encoding="utf-8").splitlines()]
    lines = [dict(zip(rows[0], row, strict=False)) for row in rows[1:]]
    good = [
        (d["en"], d[code], code) for d in lines for code in ("zh", "es", "fr", "ja") if code in d
    ]
    flagged = [pair for pair in good if translation_flags(pair[0], pair[1], "en", pair[2])]
    assert len(flagged) <= 0.02 * len(good), flagged
    wrong = [row.split("\t") for row in WRONG.read_text(encoding="utf-8").splitlines()[1:]]
    assert len(wrong) >= 30
    missed = [row for row in wrong if not translation_flags(row[1], row[2], "en", "zh")]
    assert len(missed) <= 0.1 * len(wrong), missed


@pytest.mark.parametrize(
    ("source", "text", "target", "flag"),
    [
        ("There are fifteen people.", "有五十个人。", "zh", "number lost"),
        ("I can't swim.", "我会游泳。", "zh", "says the opposite"),
        ("Where is the train station now?", "Where is el train station now?", "es", "untranslated"),
        ("Good morning.", "English: Good morning. Chinese: 早上好", "zh", "prompt leak"),
        ("Good morning.", "译文：早上好", "zh", "prompt leak"),
        (
            "By the media, by our allies, by the bank.",
            "凡是，凡是，凡是，凡是。",
            "zh",
            "repetitive",
        ),
        ("Officer, petty officer, soldier, sailor.", "军官, 军官, 军官, 军官,", "zh", "repetitive"),
        ("I want to go home now.", "Quiero ir, quiero ir, quiero ir a casa.", "es", "repetitive"),
        ("His status is gone.", "他的status已经没有了。", "zh", "source words left"),
        ("Okay, because you asked.", "okay, 因为你问了。", "zh", "source words left"),
        ("You became a superstar.", "你成为status quo。", "zh", "foreign words"),
        ("They are solid packages.", "这是坚硬的包裹，是 kíg。", "zh", "foreign words"),
        ("Nobody had seen him.", "Nobody lo había visto.", "es", "source words left"),
        ("They ran out of water.", "Se quedaron out de agua.", "es", "source words left"),
        ("It is the largest Latin...", "它是最大的拉丁大学。", "zh", "source breaks off"),
        ("It is the largest Latin—", "Es la mayor universidad latina.", "es", "source breaks off"),
        (
            "We waited for three hours at the station, and then he told us to go home alone.",
            "我们等了三个小时。",
            "zh",
            "odd length",
        ),
    ],
)
def test_more_faults(source: str, text: str, target: str, flag: str) -> None:
    assert flag in translation_flags(source, text, "en", target)


@pytest.mark.parametrize(
    ("source", "text", "target"),
    [
        ("No, no, no, go ahead.", "不，不，不，您请。", "zh"),
        ("Go, go, go!", "快走，快走，快走！", "zh"),
        ("I love the song by Queen.", "我喜欢Queen的那首歌。", "zh"),
        ("I thought...", "我以为……", "zh"),
        ("The FBI wants the tape.", "FBI想要那盘录像带。", "zh"),
        ("Do you sing?", "你去KTV唱歌吗？", "zh"),
        ("Tell Anna to call me.", "叫Anna给我打电话。", "zh"),
        ("I thought...", "Pensé...", "es"),
        ("Bananas are cheap today.", "Las bananas están baratas hoy.", "es"),
        ("The hotel has a final offer.", "El hotel has dado una oferta final.", "es"),
    ],
)
def test_what_only_looks_like_a_fault_is_none(source: str, text: str, target: str) -> None:
    assert translation_flags(source, text, "en", target) == ()


def test_a_meaning_is_doubtful_where_the_source_can_hardly_be_told_from_it() -> None:
    said, known = Candidate("他走了。", -0.4), Candidate("他走了。", 0.0, origin=MEMORY)
    assert with_reverse(said, -2.6, -2.5).flags == ("meaning doubtful",)
    assert with_reverse(said, -2.4, -2.5).flags == ()
    assert with_reverse(said, -9.0, None).flags == ()
    assert with_reverse(said, None, -2.5) == said
    assert with_reverse(known, -9.0, -2.5).flags == ()
    doubtful = with_reverse(said, -2.6, -2.5)
    assert with_reverse(doubtful, -2.6, -2.5) == doubtful, "judged again, it is doubted once"


def test_a_candidate_that_is_judged_twice_is_flagged_once_and_stays_in_the_running() -> None:
    good, bad = Candidate("Hola.", -0.3), Candidate("Olas.", -0.4)
    judged = [with_reverse(good, -0.5, -2.5), with_reverse(bad, -4.0, -2.5)]
    assert in_the_running(judged) == judged
    again = [
        with_reverse(one, reverse, -2.5) for one, reverse in zip(judged, (None, -4.0), strict=True)
    ]
    assert again == judged
    assert with_reverse(judged[1], None, -2.5) == judged[1]
    assert with_reverse(judged[1], -1.0, -2.5).flags == ()


def test_names_alone_are_no_copy() -> None:
    assert translation_flags("Tom Smith", "Tom Smith", "en", "es") == ("untranslated",)
    assert translation_flags("Tom met Ann in Rome.", "Tom conoció a Ann en Rome.", "en", "es") == ()
    assert translation_flags("Ha ha ha ha ha", "哈哈哈哈哈哈哈哈", "en", "zh") == ()


# -- glossary ------------------------------------------------------------------------------------


@given(st.lists(st.tuples(st.text("abc ", min_size=1), st.text("abcde", min_size=1)), max_size=5))
def test_a_term_is_not_looked_for_in_what_another_says(pairs: list[tuple[str, str]]) -> None:
    terms = [Term(source=a.strip() or "a", target=b) for a, b in pairs]
    text = "a b c ab ba abc"
    said = with_terms(text, terms)
    if not terms_in(text, terms):
        assert said == text
    first = next((t for t in terms if terms_in(text, [t])), None)
    if first is not None:
        assert first.target in said


def test_terms_are_whole_words_the_longest_first() -> None:
    terms = [
        Term(source="Enterprise", target="进取号"),
        Term(source="Captain", target="舰长"),
        Term(source="Captain Kirk", target="柯克舰长"),
        Term(source="data", target="数据", case="exact"),
    ]
    found = terms_in("captain kirk left the Enterprise's bridge with Data.", terms)
    assert [term.source for term in found] == ["Captain Kirk", "Enterprise"]
    assert terms_in("Enterprises", terms) == ()
    assert with_terms("Enterprises", terms) == "Enterprises"
    said = with_terms("Captain Kirk left the Enterprise's bridge with data and Data.", found)
    assert said == "柯克舰长 left the 进取号's bridge with data and Data."
    assert [t.source for t in lost_terms("柯克離開了進取號", found, "zh")] == ["Captain Kirk"]
    assert lost_terms("柯克舰长离开了進取號", found, "zh") == ()
    assert translation_flags("The Enterprise.", "企业号。", "en", "zh", terms[:1]) == (
        "term: 进取号",
    )


def test_glossaries_are_read_from_tables_and_lists(tmp_path: Path) -> None:
    table = tmp_path / "terms.csv"
    table.write_text("source,target,note,case\nVulcan,瓦肯,planet,\nNASA,,,exact\n,x,,\n", "utf-8")
    vulcan, nasa = read_glossary(table)
    assert (vulcan.target, vulcan.note, vulcan.case) == ("瓦肯", "planet", "any")
    assert (nasa.target, nasa.case) == ("NASA", "exact")
    table.write_bytes("Case;Target;SOURCE\r\n\r\nexact;Contraseña;password\r\n".encode("cp1252"))
    (password,) = read_glossary(table, "es")
    assert (password.source, password.target, password.case) == ("password", "Contraseña", "exact")
    words = tmp_path / "names.txt"
    words.write_text("Kirk\n\nSpock\n", "utf-8")
    assert [term.target for term in read_glossary(words)] == ["Kirk", "Spock"]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("word,translation\na,b\n", "no column 'source'"),
        ("source,target,note,case\na,b,,loud\n", "line 2: case"),
        ('source,target\n"a,b\n', "not a CSV"),
    ],
)
def test_bad_glossaries_are_refused(tmp_path: Path, content: str, words: str) -> None:
    path = tmp_path / "terms.csv"
    path.write_text(content, "utf-8")
    with pytest.raises(UsageError, match=words):
        read_glossary(path)
    with pytest.raises(UsageError, match="no glossary"):
        read_glossary(tmp_path / "none.csv")


def test_register() -> None:
    assert in_register("你好吗？你们呢？", "zh", "formal") == "您好吗？你们呢？"
    assert in_register("您好", "zh", "familiar") == "你好"
    assert wrong_register("¿Cómo estás tú?", "es", "formal")
    assert not wrong_register("¿Cómo está usted?", "es", "formal")
    assert wrong_register("Comment allez-vous ?", "fr", "familiar")
    assert not wrong_register("¿Tú?", "es", "")

"""Nothing is read aloud that is not words, and no word is lost or changed on the way."""

import gzip
import re
import unicodedata
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dubbing.language.g2p import to_phonemes
from dubbing.language.languages import SPOKEN
from dubbing.language.spoken_form import spoken_form
from dubbing.language.unspoken import unsayable

DRAWN_OUT = [
    ("en", "Nooooo! It's sooo goooood. Yeeees, hellooo!", "No! It's so good. Yes, hello!"),
    (
        "en",
        "Aaaah! Whoaaa. WWII. Henry VIII. AAA.",
        "Ah! Whoa. World War two. Henry the eighth. AAA.",
    ),
    (
        "en",
        "W-w-what? P-please, I-I don't, re-read, so-so.",
        "wha wha what? plea please, I-I don't, re-read, so-so.",
    ),
    ("es", "Síííí, holaaa, perrrro, ¡gooool!", "Sí, hola, perro, ¡gol!"),
    ("fr", "Ouiiii, nooon", "Oui, non"),
    ("it", "Sììì, bellllo, ciaooo", "Sì, bello, ciao"),
    ("pt-br", "Nãããão, oiiii", "Não, oi"),
    ("hi", "नहींईईई", "नहीं"),
]
FACES = [
    ":)",
    ":-D",
    ";-)",
    "<3",
    "^_^",
    "(^_^)",
    "(´・ω・`)",
    "¯\\_(ツ)_/¯",
    "(╯°□°)╯",
    "T_T",
    ":smile:",
    "XD",
]
LATIN = ("en", "es", "fr", "it", "pt-br")
TABLE = [
    ("en", 'He said "hello" to me 2 times.', 'He said "hello" to me two times.'),
    ("en", "No.", "No."),
    ("en", "Yes. No. Maybe.", "Yes. No. Maybe."),
    ("en", "No. I have 5.", "No. I have five."),
    ("en", "No. 5 is alive.", "number five is alive."),
    ("en", "in the 1990s", "in the nineteen nineties"),
    ("en", "the '80s", "the eighties"),
    ("en", "the 1900s", "the nineteen hundreds"),
    ("en", "α rays, Δt, ΑΒΓ, 5 kΩ, 3 µm", "alpha rays, delta t,, five kilohms, three micrometers"),
    ("es", "3 μm y 2 mA", "tres micrómetros y dos miliamperios"),
    ("fr", "la loi du χ²", "la loi du khi au carré"),
    ("zh", "α射线有5Ω", "阿尔法射线有五欧姆"),
    ("zh", "3 µm, 人々", "三微米, 人人"),
    ("ja", "δの3 µm、いすゞ、こゝろ", "デルタの三マイクロメートル、いすず、こころ"),
    ("en", "24/7", "twenty four seven"),
    ("en", "½ cup", "half a cup"),
    ("en", "2½ miles", "two and a half miles"),
    ("en", "~5", "about five"),
    ("en", "on TV", "on TV"),
    ("en", "Tom & Jerry", "Tom and Jerry"),
    ("en", "World War II", "World War two"),
    ("en", "Henry VIII", "Henry the eighth"),
    ("en", "5'11\"", "five foot eleven"),
    ("en", "N-no. Th-that.", "no no. tha that."),
    ("en", "a T-shirt, an X-ray", "a T-shirt, an X-ray"),
    ("en", "Call $5 & go", "Call five dollars and go"),
    ("es", "Nº 5", "número cinco"),
    ("es", "el 1.º", "el primero"),
    ("es", "el siglo XXI", "el siglo veintiuno"),
    ("es", "1/2", "un medio"),
    ("es", "24/7", "veinticuatro siete"),
    ("pt-br", "nº 5", "número cinco"),
    ("it", "il XXI secolo", "il ventunesimo secolo"),
    ("fr", "le XXIe siècle", "le vingt et unième siècle"),
    ("fr", "H2O", "H deux O"),
    ("fr", "le G7", "le G sept"),
    ("it", "un MP3", "un M P tre"),
    ("zh", "−5℃", "负五摄氏度"),
    ("zh", "－5℃", "负五摄氏度"),
    ("zh", "50％", "百分之五十"),
    ("zh", "50 %", "百分之五十"),
    ("zh", "ＯＫ", "OK"),
    ("ja", "-5℃", "マイナス摂氏五度"),
    ("ja", "3-5", "三の五"),
    ("ja", "50 %", "五十パーセント"),
    ("ja", "10と0", "十とゼロ"),
]


@pytest.mark.parametrize(("language", "written", "spoken"), TABLE)
def test_it_is_said_as_people_say_it(language: str, written: str, spoken: str) -> None:
    assert spoken_form(written, language) == spoken


@pytest.mark.parametrize(("language", "written", "spoken"), DRAWN_OUT)
def test_what_is_drawn_out_is_the_word(language: str, written: str, spoken: str) -> None:
    assert spoken_form(written, language) == spoken


@pytest.mark.parametrize("language", SPOKEN)
@pytest.mark.parametrize("face", FACES)
def test_faces_have_no_sound(language: str, face: str) -> None:
    assert spoken_form(f"b {face}", language) == "b"


@pytest.mark.parametrize("language", SPOKEN)
def test_what_looks_like_a_face_stays(language: str) -> None:
    written = "f(x), a:b (note)"
    assert spoken_form(written, language) == written


@pytest.mark.parametrize("language", SPOKEN)
def test_letters_are_joined_and_invisible_signs_are_no_borders(language: str) -> None:
    assert (
        spoken_form("cafe\u0301 ca\u00adfe zero\u200bwidth \u200fb", language)
        == "café cafe zerowidth b"
    )


@pytest.mark.parametrize("language", SPOKEN)
@pytest.mark.parametrize(
    "written",
    [
        "**b**", "# b", "b 😂", "~ b", "_b_", "b →", "<i>b</i>", "{\\an8}b",
        "[b]", "b 👨‍👩‍👧", "b\u200b", "`b`",
        "<00:00:05.000>b", "&lrm;b", "b ♪", "b ▶️", "\u202eb",
    ],
)  # fmt: skip
def test_marks_and_pictures_have_no_sound(language: str, written: str) -> None:
    assert spoken_form(written, language) == "b"


@pytest.mark.parametrize("language", LATIN)
@pytest.mark.parametrize(
    "written", ["Shh!", "Mmm.", "Mm", "Hmm.", "Pfft.", "Pff", "Psst!", "Shhhhh"]
)
def test_interjections_are_not_spelled(language: str, written: str) -> None:
    """Letter names are long: no interjection is more than one syllable or two."""
    symbols = to_phonemes(spoken_form(written, language), language)
    vowels = re.findall(r"[aeiouæɑɔəɛɜɪʊʌyøœAIOQWYᵊɐɒ]+", symbols)
    assert symbols
    assert len(vowels) <= 2, symbols


def test_initials_in_capitals_are_no_interjection() -> None:
    assert spoken_form("SH and HM left.", "en") == "SH and HM left."


@pytest.mark.parametrize(
    ("text", "language", "letters"),
    [
        ("你好", "es", "你好"),
        ("мир", "fr", "мир"),
        ("мир, 你好", "zh", "мир"),
        ("안녕", "ja", "안녕"),
        ("नमस्ते OK", "hi", ""),
        ("naïve façade", "en", ""),
        ("1.º ªº", "es", ""),
        ("ｶﾀｶﾅ ひらがな 漢字", "ja", ""),
    ],
)
def test_letters_that_nobody_reads_here_are_named(text: str, language: str, letters: str) -> None:
    assert unsayable(text, language) == letters
    assert not set(letters) & set(spoken_form(text, language))


def test_characters_without_a_syllable_are_named() -> None:
    assert unsayable("他有一只兙。", "zh") == "兙"
    assert unsayable("他有一只貓，俓𠀀。", "zh") == ""
    assert to_phonemes("𠀀", "zh")  # beyond Unicode's first plane, and read


def sentences() -> list[tuple[str, str]]:
    """Every fourth sentence of the shipped memory without a figure, in English and in Chinese."""
    packed = files("dubbing.translation").joinpath("memory/en-zh.tsv.gz").read_bytes()
    rows = gzip.decompress(packed).decode().splitlines()[::4]
    pairs = [row.split("\t")[:2] for row in rows]
    return [
        (language, text)
        for pair in pairs
        for language, text in zip(("en", "zh"), pair, strict=False)
        if not re.search(r"[\d½%&#~*]|\b(?:Dr|Mr|Mrs|Ms|Mt|Prof|St)\.|\b[IVX]{2,}\b", text)
    ]


def test_thousands_of_sentences_without_figures_come_back_as_they_are() -> None:
    checked, changed = 0, []
    for language, text in sentences():
        checked += 1
        if _letters(spoken_form(text, language)) != _letters(text):
            changed.append((language, text, spoken_form(text, language)))
    assert checked > 3000
    assert changed == []


@pytest.mark.parametrize("language", SPOKEN)
def test_names_of_countries_and_languages_come_back_as_they_are(language: str) -> None:
    """Words that native speakers wrote (Unicode's CLDR), in every language of the dubs."""
    names = sorted(_names(language[:2]))
    changed = {name: spoken_form(name, language) for name in names}
    assert len(names) > 250
    assert {name: said for name, said in changed.items() if _letters(said) != _letters(name)} == {}


def _names(language: str) -> set[str]:
    from langcodes import Language

    regions = [
        f"{a}{b}" for a in "ABCDEFGHIJKLMNOPQRSTUVWXYZ" for b in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    ]
    names = {Language.make(territory=code).territory_name(language) for code in regions}
    return {name for name in names if not re.search(r"[\d&/\[]|^[A-Z]{2}$|\b(?:EE|EUA|St)\b", name)}


def _letters(text: str) -> str:
    return re.sub(r"[\W_]", "", unicodedata.normalize("NFKC", text))


WORDS = {
    "en": "the cold river nobody told know what tall hmm's cat's naïve",
    "es": "el río frío nadie sabía qué niño pingüino",
    "fr": "l'été où déjà cœur garçon naïf",
    "it": "perché città può già l'acqua",
    "pt-br": "coração pão você à avó",
    "hi": "नदी ठंडी थी क्या हुआ मैं हूँ",
    "zh": "今天 天气 很好 我们 去 河边",
    "ja": "今日は いい 天気 です ね カメラ",
}


@pytest.mark.parametrize("language", SPOKEN)
@given(data=st.data())
def test_no_letter_is_lost_or_invented(language: str, data: st.DataObject) -> None:
    words = data.draw(st.lists(st.sampled_from(WORDS[language].split()), min_size=1, max_size=8))
    marks = data.draw(st.lists(st.sampled_from(list(" ,.!?…—\"'()-;:")), min_size=8, max_size=8))
    text = "".join(f"{word}{mark} " for word, mark in zip(words, marks, strict=False))
    assert _letters(spoken_form(text, language)) == _letters(text)


LETTERS = [
    char
    for code in (*range(0xC0, 0x250, 3), *range(0x1E00, 0x1F00, 3), *range(0x370, 0x460, 2), 0x3005)
    if (char := chr(code)).isalpha() and unicodedata.category(char) != "Lm"
]


@pytest.mark.parametrize("language", SPOKEN)
def test_a_letter_has_a_sound_or_is_named(language: str) -> None:
    silent = [
        char
        for char in LETTERS
        if not to_phonemes(spoken_form(char, language), language) and not unsayable(char, language)
    ]
    assert silent == []


@pytest.mark.parametrize("language", SPOKEN)
def test_letters_with_rare_accents_are_read_as_their_plain_ones(language: str) -> None:
    for written, plain in (("Nẵng", "Nang"), ("Șchiopu", "Schiopu"), ("nǚ", "nu"), ("Əli", "Eli")):
        assert to_phonemes(written, language) == to_phonemes(plain, language)
        assert unsayable(written, language) == ""


@pytest.mark.parametrize("language", ["zh", "ja"])
def test_foreign_names_keep_their_letters_between_others(language: str) -> None:
    for name in ("Beyoncé", "São Paulo", "Müller", "Łódź", "Øresund"):
        assert to_phonemes(f"{name}。", language).startswith(to_phonemes(name, "en")), name

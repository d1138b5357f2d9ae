"""Spoken forms by rules: dates, times, money, units and signs in the words of ``spoken_rules.yaml``."""

from __future__ import annotations

import re
from functools import cache

from dubbing.language.spoken_numbers import (
    GENDERED,
    INDIAN,
    NUMBER,
    before_noun,
    cardinal,
    counted,
    feminine,
    is_one,
    number_in_words,
    ordinal,
    split_number,
)
from dubbing.language.spoken_rules_table import Rules, rules
from dubbing.language.spoken_words import letters_from_figures, slashes_in_words

ISO_DATE = re.compile(r"(?<![\d-])(\d{4})([-/.])(0?[1-9]|1[0-2])\2(0?[1-9]|[12]\d|3[01])(?![\d-])")
DATE = re.compile(r"(?<![\d/.-])(\d{1,2})([-/.])(\d{1,2})\2(\d{4}|\d{2})(?![\d/-]|\.\d)")
SHORT_DATE = re.compile(r"(?<![\d/.])(\d{1,2})/(\d{1,2})(?![\d/]|[.,]\d)")
DATE_WORDS = re.compile(
    r"\b(?:on|by|until|since|before|after|el|al|del|día|desde|hasta|le|du|au|dès|il|dal|fino al|"
    r"dia|em|no|do|desde|até|दिनांक|तारीख) $",
    re.IGNORECASE,
)
LONG_CLOCK = re.compile(r"(?<![\d:.])(\d{1,2}):([0-5]\d):([0-5]\d)(?![\d:])")
HALF_DAY = re.compile(
    r"(?<![\d:.,])(1[0-2]|0?[1-9])(?:[:.]([0-5]\d))?\s?([ap])(?:\.\s?m\b\.?|m\b)", re.IGNORECASE
)
CLOCK = re.compile(
    r"(?<![\w:.,])([01]?\d|2[0-3])(?::([0-5]\d)(?:\s?(?:hs?\b|बजे))?|(?:\s?h\s?|H)([0-5]\d)(?!\s?min))(?![\d:])"
)
DOTTED_CLOCK = re.compile(
    r"\b(at |a las? |alle |dalle |ore |às |à )(1?\d|2[0-3])\.([0-5]\d)(?![\d%]|[.,]\d|\s?[%€$])",
    re.IGNORECASE,
)
FULL_CLOCK = re.compile(r"(?<![\d:.,])([01]?\d|2[0-3])\s?(?:heures\b|बजे|horas\b)")
RATIO = re.compile(r"(?<![\d:])(\d+)\s?:\s?(\d+)(?![\d:])")
MINUS = re.compile(r"(?<![\w%.,)-])-(?=[$€£¥₹]?\.?\d)")
CALCULATED_MINUS = re.compile(r"(?<=[\dx])\s?-\s?(?=\d[\d.,]*\s*=)|(?<=\d)\s-\s(?=[a-z]\s*=)")
RANGE = re.compile(r"(?<=[\d%°€$£CFKMkm])\s?[-–—~～〜]\s?(?=(?:R\$|[$€£¥₹-])?\d)")
GENDERS = ("es", "fr", "it", "pt-br")
VERSION = re.compile(r"(?<![\w.])(v\.?\s?)?(\d+(?:\.\d+){2,})(?![\w.]*\d)")
VERSION_LETTER = re.compile(r"(?<![\w.])v(?=\d)")
THOUSANDS = re.compile(r"\d{1,3}(?:\.\d{3})+")
ENGLISH_ORDINAL = re.compile(r"\b(\d{1,3}(?:,\d{3})*|\d{4,})(?:st|nd|rd|th)\b", re.IGNORECASE)
ORDINAL = re.compile(
    r"\b(\d{1,4})(?:\.?\s?([ºª°])(?!\s?[CFNSEOW]\b|\d)|\.?(er|re|e|ère|ème|nde?|[rdtmvn][oa]|ª|º)\b)"
)
"""``1º``, ``3.ª``, ``1er``, ``2e``; a degree sign before C or F is one."""
HINDI_ORDINAL = re.compile(r"(?<![\d.,])([12346])(?:ल|र|थ|ठ)([ािे]|ी)")
HINDI_STEMS = {"1": "पहल", "2": "दूसर", "3": "तीसर", "4": "चौथ", "6": "छठ"}
ORDINAL_BEFORE_LETTER = re.compile(r"(?<=\d[ºª])(?=[A-Z]\b)")
ITALIAN_ORDINAL = re.compile(
    r"(?<=\d)°(?=\s(?!di\b|a\b|in\b|e\b|o\b|ma\b|al\b|C\b|F\b|all)[^\W\d_]{2,})"
)
"""Italian writes a degree sign for an ordinal: *il 1° maggio*."""
YEARS_OLD = re.compile(r"(?<!\d)(\d{1,3})(enn[ei])\b")
ELISION = re.compile(r"(?<=ns |rd |ds )de (?=euros?\b)|(?<=ion )de (?=euros?\b)")
ORDINAL_LANGUAGES = ("es", "fr", "it", "pt-br")
POWERS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")
SUPERSCRIPT = re.compile(r"(?<=[\w)])([⁻⁰¹²³⁴-⁹]+)")
SIGNED_MONEY = re.compile(r"([$€£¥₹])\s?-\s?(?=\d)")
LEADING_POINT = re.compile(r"(?<![\w.,])\.(?=\d)")
CLOCK_RANGE = re.compile(
    r"(?:(?<=:[0-5]\d)|(?<=\dh)|(?<=h[0-5]\d)|(?<=\d h))\s?[-–—~]\s?(?=\d{1,2}(?::|\s?h))"
)
DAY_FIRST = re.compile(
    r"(?<![\w.,:/-])(the )?(0?[1-9]|[12]\d|3[01]) "
    r"(January|February|April|June|July|August|September|October|November|December|"
    r"(?:March|May)(?=,? \d{4}|[.,!?]|$))"
)
MONEY_RANGE = re.compile(r"(R\$|US\$|[$€£¥₹])\s?(\d[\d.,]*)\s?[-–—]\s?(\d[\d.,]*\d|\d)(?![\d$€£%])")
HALF_DAY_RANGE = re.compile(r"\b(\d{1,2}\s?[ap](?:\.m\.|m))\s?[-–—]\s?(?=\d)", re.IGNORECASE)
SAME_TWICE = re.compile(r"(?<![\d.,/-])(\d{2,3})-\1(?![\d.,/-])")
"""50-50."""
YEARS = re.compile(r"(?<![\d/])(1[1-9]\d\d|20\d\d)/(\d\d)(?![\d/])")


def spoken_by_rules(text: str, language: str) -> str:
    """``text`` with dates, times, money, percentages, units, signs and numbers in words."""
    words = rules(language)
    text = INDIAN.sub(lambda match: match[0].replace(",", ""), text)
    text = _dates(text, language, words) if words.date else text
    text = CLOCK_RANGE.sub(f" {words.to} ", SAME_TWICE.sub(r"\1 \1", text))
    text = HALF_DAY_RANGE.sub(rf"\1 {words.to} ", text)
    text = MONEY_RANGE.sub(r"\2-\3 \1", text)
    text = slashes_in_words(text, language)
    text = _clocks(text, language, words) if words.clock else text
    text = VERSION_LETTER.sub(f"{words.version} ", VERSION.sub(lambda m: _version(m, words), text))
    text = RATIO.sub(rf"\1 {words.to} \2", text)
    text = CALCULATED_MINUS.sub(f" {words.minus} ", text)
    text = RANGE.sub(f" {words.to} ", YEARS.sub(r"\1 \2", text))
    text = MINUS.sub(f"{words.minus} ", text)
    text = SIGNED_MONEY.sub(rf"{words.minus} \1", LEADING_POINT.sub("0.", text))
    text = _units(_money(text, language), language)
    text = re.sub(r"(\d)\s?%", rf"\1 {words.percent}", text)
    text = re.sub(r"(\d)\s?‰", rf"\1 {words.per_mille}", text)
    text = signs_in_words(spell_ordinals(text, language), words)
    text = letters_from_figures(text, language)
    if language in GENDERS:
        text = GENDERED.sub(lambda m: _with_noun(m, language), text)
    return NUMBER.sub(lambda m: number_in_words(m[0], language), text)


def _with_noun(match: re.Match[str], language: str) -> str:
    noun = match["noun"]
    said = before_noun(match["number"], noun, language)
    if language == "it" and said == "una" and noun[0].casefold() in "aeiouàèéìòù":
        return f"un'{noun}"
    return f"{said} {noun}"


def signs_in_words(text: str, words: Rules) -> str:
    """Powers and the signs of arithmetic in words."""
    text = SUPERSCRIPT.sub(lambda match: _power(match[1], words), text)
    for sign, said in words.signs.items():
        if sign not in text:
            continue
        if "{n}" in said:
            number = rf"{re.escape(sign)}\s?({NUMBER.pattern})"
            text = re.sub(number, said.replace("{n}", r"\1"), text)
        else:
            text = re.sub(rf"\s*{re.escape(sign)}\s*", f" {said} ", text)
    return text


def _spanish_ordinal(match: re.Match[str]) -> str:
    """``1er`` *primer*, ``3er`` *tercer*, ``5ta`` *quinta*."""
    said, ending = ordinal(int(match[1]), "es"), match[3]
    if ending == "er":
        return re.sub(r"o$", "", said)
    if ending in ("e", "re", "ère", "ème", "nd", "nde"):
        return match[0]
    return re.sub(r"o(?= |$)", "a", said) if ending.endswith("a") else said


def spell_ordinals(text: str, language: str) -> str:
    """``1º``, ``3ª``, French ``2e`` and English ``21st`` in words."""
    if language == "en":
        return ENGLISH_ORDINAL.sub(lambda m: ordinal(int(m[1].replace(",", "")), "en"), text)
    if language == "hi":
        return HINDI_ORDINAL.sub(lambda m: HINDI_STEMS[m[1]] + m[2], text)
    if language not in ORDINAL_LANGUAGES:
        return text
    text = ORDINAL_BEFORE_LETTER.sub(" ", text)
    if language == "it":
        text = YEARS_OLD.sub(_years_old, text)
    return ORDINAL.sub(lambda match: _ordinal(match, language), text)


def _dates(text: str, language: str, words: Rules) -> str:
    text = ISO_DATE.sub(lambda m: _date(m[0], (m[4], m[3], m[1]), language), text)
    text = DATE.sub(lambda m: _numeric_date(m, language, words), text)
    text = SHORT_DATE.sub(lambda m: _short_date(m, text, language, words), text)
    text = _short_months(text, words) if words.short_months else text
    text = ITALIAN_ORDINAL.sub("º", text) if language == "it" else text
    months = "|".join(words.months)
    if language == "en":
        text = DAY_FIRST.sub(_day_first, text)
        day = re.compile(
            rf"\b({months})\.?\s+(0?[1-9]|[12]\d|3[01])(?:st|nd|rd|th)?(?![\d:%]|[.,]\d)"
        )
        return day.sub(lambda m: f"{m[1]} {ordinal(int(m[2]), 'en')}", text)
    if not words.first_day:
        return text
    return re.sub(rf"\b1(?=\s+(?:de\s+)?(?:{months})\b)", words.first_day, text, flags=re.I)


def _short_months(text: str, words: Rules) -> str:
    """``3 janv. 2024`` and ``Jan 3`` with the whole name of the month."""
    for name, short in zip(words.months, words.short_months, strict=True):
        said = f"de {name}" if "de {month}" in words.date else name
        text = _after_day(short, words).sub(said, _before_day(short, words).sub(name, text))
    return text


def _after_day(short: str, words: Rules) -> re.Pattern[str]:
    return re.compile(
        rf"(?<=\d )(?:de )?(?:{short})\b{_point(words)}(?=$|[\s,.;!?)])", _case(words)
    )


def _before_day(short: str, words: Rules) -> re.Pattern[str]:
    before = r"(?<!\d )(?<!de )"
    return re.compile(rf"{before}\b(?:{short})\b{_point(words)}(?= \d{{1,2}}\b)", _case(words))


def _point(words: Rules) -> str:
    """Only English leaves the point out: an Italian match has *3 set*."""
    return r"\.?" if words.num2words == "en" else r"\."


def _case(words: Rules) -> re.RegexFlag:
    """English writes months in capitals."""
    return re.NOFLAG if words.num2words == "en" else re.IGNORECASE


def _day_first(match: re.Match[str]) -> str:
    article = "" if match[1] else "the "
    return f"{match[1] or ''}{article}{ordinal(int(match[2]), 'en')} of {match[3]}"


def _numeric_date(match: re.Match[str], language: str, words: Rules) -> str:
    first, second = match[1], match[3]
    if words.month_first and int(first) <= 12:
        first, second = second, first
    return _date(match[0], (first, second, match[4]), language)


def _short_date(match: re.Match[str], text: str, language: str, words: Rules) -> str:
    """A day and a month, if the word before says so or a zero or the size does."""
    day, month = (match[2], match[1]) if words.month_first else (match[1], match[2])
    is_date = "0" in (match[1][0], match[2][0]) or DATE_WORDS.search(text[: match.start()])
    return _date(match[0], (day, month, ""), language) if is_date else match[0]


def _date(written: str, date: tuple[str, str, str], language: str) -> str:
    """Day, month and year in words; as written if there is no such day."""
    words = rules(language)
    day, month, year = int(date[0]), int(date[1]), date[2]
    if not (1 <= day <= 31 and 1 <= month <= 12):
        return written
    if len(year) == 2:
        year = f"20{year}" if int(year) < 50 else f"19{year}"
    first = words.first_day if day == 1 and words.first_day else ""
    spoken_day = ordinal(day, "en") if language == "en" else first or str(day)
    form = words.date if year else words.day_month
    return form.format(day=spoken_day, month=words.months[month - 1], year=year)


def _clocks(text: str, language: str, words: Rules) -> str:
    text = LONG_CLOCK.sub(
        lambda m: _units(f"{m[1]} h {int(m[2])} min {int(m[3])} s", language), text
    )
    text = DOTTED_CLOCK.sub(r"\1\2:\3", text)
    if words.am:
        text = HALF_DAY.sub(lambda m: _half_day(m, language, words), text)
    text = CLOCK.sub(lambda m: _clock(m[1], m[2] or m[3], language, words), text)
    return FULL_CLOCK.sub(lambda m: _clock(m[1], "00", language, words), text)


def _half_day(match: re.Match[str], language: str, words: Rules) -> str:
    hour, minute = match[1], match[2] or "00"
    half = words.am if match[3].lower() == "a" else words.pm
    end = "." if match[0].endswith(".") and match.end() == len(match.string) else ""
    if int(minute) == 0:
        return f"{_hour(hour, language, words)} {half}{end}"
    said = _clock(hour, minute, language, words)
    return f"{half} {said}{end}" if language == "hi" else f"{said} {half}{end}"


def _clock(hour: str, minute: str, language: str, words: Rules) -> str:
    spoken_hour, value = _hour(hour, language, words), int(minute)
    if value == 0:
        if words.one_hour and int(hour) == 1:
            return words.one_hour
        return words.full_hour.format(hour=spoken_hour)
    form = words.early if words.early and value < 10 else words.clock
    said = form.format(hour=spoken_hour, minute=cardinal(str(value), language))
    return said.replace("heures", "heure") if language == "fr" and int(hour) < 2 else said


def _hour(hour: str, language: str, words: Rules) -> str:
    said = cardinal(str(int(hour)), language)
    return feminine(said, language) if words.feminine_hours else said


def _version(match: re.Match[str], words: Rules) -> str:
    """``2.0.1`` part by part; ``1.000.000`` is a number, ``21.11.2026`` is gone by now."""
    if match[1] is None and THOUSANDS.fullmatch(match[2]):
        return match[0]
    point = "point" if words.num2words == "en" and words.point == "point" else words.dot
    parts = f" {point} ".join(match[2].split("."))
    return f"{words.version} {parts}" if match[1] else parts


@cache
def _alternatives(language: str, table: str) -> str:
    names = sorted(getattr(rules(language), table), key=len, reverse=True)
    return "|".join(map(re.escape, names))


def _money(text: str, language: str) -> str:
    """The sign, before or after the number, becomes a word after it."""
    words = rules(language)
    signs, sizes = _alternatives(language, "money"), _alternatives(language, "magnitudes")
    size = rf"(?:\s?(?P<size>{sizes})(?!\w))?" if sizes else "(?P<size>)"
    before = re.compile(rf"(?<![\w])(?P<sign>{signs})\s?(?P<number>{NUMBER.pattern}){size}")
    after = re.compile(rf"(?P<number>{NUMBER.pattern}){size}\s?(?P<sign>{signs})(?!\w)")
    split = re.compile(r"(\d+)\s?([€£$])\s?(\d{2})(?![\d.,])")
    text = split.sub(rf"\1{words.decimal}\3 \2", text)
    text = before.sub(lambda m: _amount(m, language, words), text)
    return after.sub(lambda m: _amount(m, language, words), text)


def _amount(match: re.Match[str], language: str, words: Rules) -> str:
    number, size = match["number"], match["size"]
    one, many = forms(words.money[match["sign"]])
    if size:
        few, big = forms(words.magnitudes[size])
        spoken_size = few if is_one(number, language) else big
        said = (
            ""
            if number == "1" and few == big and language == "es"
            else counted(number, "", language)
        )
        of = f"{words.of} " if words.of and few != big else ""
        return ELISION.sub("d'", f"{said} {spoken_size} {of}{many}".strip())
    whole, fraction = split_number(number, words.decimal)
    small = words.small.get(match["sign"], "")
    if len(fraction) == 2 and int(fraction) and not int(whole) and small:
        return _small(fraction, small, language)
    if len(fraction) == 2 and int(whole) and language not in ("zh", "ja"):
        noun = one if is_one(whole, language) else many
        said = f"{counted(whole, noun, language)} {noun}"
        joined = f" {words.cents} " if words.cents else " "
        if words.names_cents and small and fraction != "00":
            return said + joined + _small(fraction, small, language)
        return said if fraction == "00" else said + joined + cardinal(str(int(fraction)), language)
    noun = one if is_one(number, language) else many
    return _joined(counted(number, noun, language), noun)


def _small(fraction: str, entry: str, language: str) -> str:
    """Cents by themselves: *ninety nine cents*."""
    written = str(int(fraction))
    one, many = forms(entry)
    noun = one if is_one(written, language) else many
    return f"{counted(written, noun, language)} {noun}"


def _joined(number: str, noun: str) -> str:
    """Italian *un'ora*."""
    return (
        re.sub(r"\buna (?=or)", "un'", f"{number} {noun}") if noun == "ora" else f"{number} {noun}"
    )


def forms(entry: str) -> tuple[str, str]:
    """``singular|plural`` apart; both the same if there is one."""
    one, _, many = entry.partition("|")
    return one, many or one


def _units(text: str, language: str) -> str:
    words = rules(language)
    pattern = re.compile(
        rf"(?P<number>{NUMBER.pattern})\s?(?P<unit>{_alternatives(language, 'units')})(?![\w/²³])"
    )

    def said(match: re.Match[str]) -> str:
        one, many = forms(words.units[match["unit"]])
        noun = one if is_one(match["number"], language) else many
        return _joined(counted(match["number"], noun.split(" ")[0], language), noun)

    return pattern.sub(said, text)


def _power(written: str, words: Rules) -> str:
    exponent = written.translate(POWERS)
    if exponent in ("2", "3"):
        return f" {words.squared if exponent == '2' else words.cubed} "
    return f" {words.power.format(n=exponent.replace('-', f'{words.minus} '))} "


def _years_old(match: re.Match[str]) -> str:
    """``18enne`` as *diciottenne*."""
    return re.sub(r"[aeiou]$", "", cardinal(match[1], "it")) + match[2]


def _ordinal(match: re.Match[str], language: str) -> str:
    if match[3] and language == "es" and match[3] not in ("ª", "º"):
        return _spanish_ordinal(match)
    if bool(match[3]) != (language == "fr") and match[3] not in ("º", "ª"):
        return match[0]
    said = ordinal(int(match[1]), language)
    if match[3] in ("nd", "nde"):
        return "seconde" if match[3] == "nde" else "second"
    if match[3] in ("re", "ère"):
        return said.replace("premier", "première")
    return re.sub(r"o(?= |$)", "a", said) if "ª" in (match[2], match[3]) else said

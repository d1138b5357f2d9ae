"""Chinese and Japanese before their grammars: what these misread is put as they read it right.

WeText's grammars read figures, dates and most units. They take *3～5* for a sum, *10-20%* for a date,
*12345* for a telephone number, and drop the signs that they do not know.
"""

from __future__ import annotations

import re

from dubbing.language.abbreviations import roman_value
from dubbing.language.spoken_numbers import CHINESE_DIGITS, NUMBER, number_in_words, ordinal
from dubbing.language.spoken_rules import ENGLISH_ORDINAL, MINUS, SUPERSCRIPT, forms, signs_in_words
from dubbing.language.spoken_rules_table import Rules, rules

GROUPED = re.compile(r"(?<![\d.,])\d{1,3}(?:[,，]\d{3})+(?!\d)|(?<![\d.,])\d{1,3}(?: \d{3})+(?!\d)")
RANGE = re.compile(
    r"(?<![\d.,/:-])(\d+(?:\.\d+)?)(%?)\s?[-–—~～〜]\s?(\d+(?:\.\d+)?)(?![\d/:]|-\d)"
)
SCORE_WORDS = re.compile(
    r"比分|战胜|击败|戰勝|擊敗|[赢贏输輸胜勝负負平][了得过過]?$|领先|落后|スコア|勝|敗|負"
)
CLAUSE_MARK = re.compile(r"[，。！？；、,.!?;]")
RATIO = re.compile(r"(?<![\d:：])(\d{1,3})\s?[:：]\s?(\d)(?![\d:：])")
VERSION = re.compile(r"(?<![A-Za-z0-9_.])([vV])?(\d+(?:\.\d+){2,})(?![\w.]*\d)")
VERSION_LETTER = re.compile(r"(?<![A-Za-z0-9.])v(?=\d)")
TIMES = re.compile(r"(?<=\d)\s?[xX×*]\s?(?=\d)")
LONG_PLAIN = re.compile(r"(?<![\d.,A-Za-z])[1-9]\d{4,7}(?![\d.,]|(?:号|號|番))")
GENERATION = re.compile(r"(?<!\d)(\d\d)[后後](?=[^\w]|$|[^\d])")
WEB_NUMBERS = {"666": "六六六", "2333": "二三三三", "1314": "一三一四", "996": "九九六",
               "12306": "幺二三零六", "12315": "幺二三幺五", "10086": "幺零零八六"}  # fmt: skip
"""Chinese numbers that are names, read digit by digit."""
WEB_NUMBER = re.compile(
    rf"(?<![\d.:,/-])(?:{'|'.join(WEB_NUMBERS)})(?![\d.:%,/°℃]|[a-zA-Z人个個元块塊年月日号號万亿千百米公]|[-~]\d)"
)
PLUS = re.compile(r"(?<=[\w)])\s*\+\s*(?=\d)")
EQUALS = re.compile(r"(?<=[\w)])\s*=\s*(?=[\w(-])")
ROMAN = re.compile(
    r"(?<=[\u4e00-\u9fff\u30a1-\u30ff])(?!XX)((?:X{0,3})(?:IX|IV|VI{0,3}|I{2,3})|XI?)(?![A-Za-z])(?=[世章节節部型号号期級级代回巻卷]|\W|$)"
)
BESIDE_FIGURE = re.compile(r"(?<=[\u3041-\u9fff]) (?=\d)|(?<=\d) (?=[\u3041-\u9fff])")
HEIGHT = re.compile(r"(\d米)(\d)0(?!\d)")
LAUGHTER = re.compile(
    r"(?<![ぁ-んァ-ヶ一-龯])[あいうえおぐくけわう]?([はひふへほ])\1+(?![ぁ-んァ-ヶ一-龯])"
)
"""ははは, read as the particle は if it stays as it is."""
KATAKANA = str.maketrans({chr(code): chr(code + 0x60) for code in range(0x3041, 0x3097)})
DRAWN_MARK = re.compile(r"[ー〜]{2,}|(?<=[ぁ-んァ-ヶ])〜")
DRAWN_VOWEL = re.compile(r"([あいうえおぁぃぅぇぉアイウエオ])\1{2,}")
CIRCLE = re.compile(r"(?<![〇一二三四五六七八九])〇(?![〇一二三四五六七八九])")
COUNTED_RANGE = re.compile(
    r"(?<=\d)-(?=\d{1,4}(?:(?!番|丁|号|勝|敗|引|で|の)[一-龯々ァ-ヶ]|つ|か[月所国年]|%|(?:kg|km|cm|m|g)\b))"
)
"""Before what is counted; alone, *3-5* is an address."""
CELSIUS = re.compile(r"(?<![\d.])(-)?(\d+(?:\.\d+)?)\s?(?:℃|°C)")
JAPANESE_RANGE = re.compile(r"(?<![\d-])(\d{1,3})-(\d{1,3})(?![\d-])")
SPACED_PERCENT = re.compile(r"(?<=\d)\s+(?=[%‰])")
PER_MILLE = re.compile(rf"({NUMBER.pattern})‰")
LIANG = re.compile(
    r"(?<![\d.第月周期])(?<!星期)2(?=点(?:\d{1,2}分|钟|鐘|半|多|整|左右|前|后|後|$|[^\d分])|年(?![级級代\d月])|次|倍|遍|回(?!合)|趟|[分秒]钟)"
)
"""What Chinese counts with 两, not with 二."""
TWO_O_CLOCK = re.compile(r"(?<![\d:.])0?2:([0-5])(\d)(?![\d:])")
DAY_OF_MONTH = re.compile(r"(?<=月)2(?=[日号號])|(?<!\d)2(?=月\d)")
ROOM = re.compile(
    r"(?<![\d.,:/-])(\d{3,4})(?=\s?(?:号?房|室|航班|教室|病房|包厢|次列车|次航班))|"
    r"(?<=房间)(\d{3,4})(?![\d万千元块.%])|(?<=[GDKTZC])(\d{2,4})(?=次)|(?<=航班)([A-Z]{2}\d{3,4})"
)
"""Numbers of rooms, trains and flights, digit by digit."""
CALLED_DIGITS = str.maketrans("0123456789", "零幺二三四五六七八九")
HEIGHT_DIGITS = re.compile(r"(?<=\d米)(\d)([1-9])(?!\d|厘)")
JAPANESE_CALLS = {"110番": "ひゃくとお番", "119番": "ひゃくじゅうきゅう番"}


def before_grammar(text: str, language: str) -> str:
    """Chinese or Japanese text, its figures and signs as the grammars read them right."""
    words = rules(language)
    text = ENGLISH_ORDINAL.sub(lambda m: f" {ordinal(int(m[1].replace(',', '')), 'en')} ", text)
    text = ROMAN.sub(lambda match: f"{roman_value(match[1])}", BESIDE_FIGURE.sub("", text))
    text = GROUPED.sub(lambda match: re.sub(r"\D", "", match[0]), SPACED_PERCENT.sub("", text))
    text = VERSION.sub(lambda m: _version(m, language), text)
    text = VERSION_LETTER.sub(words.version, text)
    text = _powers(text, words)
    text = TIMES.sub(words.signs["×"], text)
    text = _chinese(text) if language == "zh" else _japanese(text)
    text = PER_MILLE.sub(lambda m: _per_mille(m[1], language), text)
    text = _units(_money(text, language), language)
    text = MINUS.sub(words.minus, text)
    text = PLUS.sub(words.signs["+"], EQUALS.sub(words.signs["="], text))
    named = {sign: said for sign, said in words.signs.items() if sign not in "+=&×"}
    for sign, said in named.items():
        text = re.sub(rf"\s*{re.escape(sign)}\s*", said, text) if sign in text else text
    return text


def _version(match: re.Match[str], language: str) -> str:
    """``v2.0.1`` part by part."""
    words = rules(language)
    parts = [_small(part, language) for part in match[2].split(".")]
    return (words.version if match[1] else "") + words.dot.join(parts)


def _powers(text: str, words: Rules) -> str:
    """``m²`` after a number is a unit; other powers are said."""
    if not SUPERSCRIPT.search(text):
        return text
    units = [unit for unit in words.units if unit.endswith(("²", "³"))]
    kept = re.compile(rf"\d\s?(?:{'|'.join(map(re.escape, units))})")
    parts, position = [], 0
    for match in kept.finditer(text):
        parts += [signs_in_words(text[position : match.start()], _powers_only(words)), match[0]]
        position = match.end()
    said = "".join([*parts, signs_in_words(text[position:], _powers_only(words))])
    return re.sub(r" ([的の][^ ]+) ", r"\1", said)


def _powers_only(words: Rules) -> Rules:
    return words.model_copy(update={"signs": {}})


def _chinese(text: str) -> str:
    text = WEB_NUMBER.sub(lambda match: WEB_NUMBERS[match[0]], text.replace("〇", "零"))
    text = GENERATION.sub(lambda m: "".join(CHINESE_DIGITS[d] for d in m[1]) + m[0][2:], text)
    text = RATIO.sub(r"\1比\2", text)
    text = RANGE.sub(lambda match: _range(match, text), text)
    text = HEIGHT.sub(r"\1\2", text)
    text = HEIGHT_DIGITS.sub(lambda m: CHINESE_DIGITS[m[1]] + CHINESE_DIGITS[m[2]], text)
    text = TWO_O_CLOCK.sub(_two_o_clock, DAY_OF_MONTH.sub("二", text))
    text = ROOM.sub(lambda match: match[0].translate(CALLED_DIGITS), LIANG.sub("两", text))
    return LONG_PLAIN.sub(lambda match: _chinese_number(match[0]), text)


def _japanese(text: str) -> str:
    text = LAUGHTER.sub(lambda match: match[0].translate(KATAKANA), text)
    text = DRAWN_VOWEL.sub(r"\1\1", DRAWN_MARK.sub("ー", text))
    text = CIRCLE.sub("まる", text)
    for written, said in JAPANESE_CALLS.items():
        text = text.replace(written, said)
    text = CELSIUS.sub(lambda m: f"{'マイナス' if m[1] else ''}摂氏{m[2]}度", text)
    text = RATIO.sub(r"\1対\2", text)
    if "=" not in text:
        joint = "対" if SCORE_WORDS.search(text) else "の"
        text = JAPANESE_RANGE.sub(rf"\1{joint}\2", COUNTED_RANGE.sub("から", text))
    return re.sub(r"(?<=[\d%])\s?[~～〜]\s?(?=\d)", "から", text)


def _two_o_clock(match: re.Match[str]) -> str:
    if match[1] + match[2] == "00":
        return "两点"
    return (
        f"两点零{CHINESE_DIGITS[match[2]]}分" if match[1] == "0" else f"两点{match[1]}{match[2]}分"
    )


def _range(match: re.Match[str], text: str) -> str:
    first, percent, last = match[1], match[2], match[3]
    rest = text[match.end() : match.end() + 1]
    if "=" in text[match.end() :][:6]:
        return f"{first}减{last}"
    before, after = text[max(0, match.start() - 8) : match.start()], text[match.end() :][:4]
    around = CLAUSE_MARK.split(before)[-1] + CLAUSE_MARK.split(after)[0]
    is_score = float(first) > float(last) or bool(SCORE_WORDS.search(around))
    is_year = len(first) == 4 and len(last) == 4
    if is_score and not percent and rest not in ("%", "年") and not is_year:
        return f"{first}比{last}"
    if rest == "%" and not percent:
        percent = "%"
    if is_year and rest == "年":
        spoken = ("".join(CHINESE_DIGITS[d] for d in number) for number in (first, last))
        return "到".join(spoken)
    return f"{first}{percent}到{last}"


def _chinese_number(digits: str) -> str:
    import cn2an

    return re.sub("^二(?=[千万亿])", "两", str(cn2an.an2cn(digits, "low")))


def _small(part: str, language: str) -> str:
    if language == "ja":
        return number_in_words(part, language).replace("零", "ゼロ")
    if part.startswith("0") or len(part) > 4:
        return "".join(CHINESE_DIGITS[digit] for digit in part)
    return _chinese_number(part)


def _per_mille(number: str, language: str) -> str:
    words = rules(language)
    return f"{words.per_mille}{number}" if language == "zh" else f"{number}{words.per_mille}"


def _money(text: str, language: str) -> str:
    """``$5M`` as 五百万美元: the sign and the size after the number."""
    words = rules(language)
    signs = "|".join(map(re.escape, sorted(words.money, key=len, reverse=True)))
    sizes = "|".join(map(re.escape, sorted(words.magnitudes, key=len, reverse=True)))
    before = re.compile(
        rf"(?<![A-Za-z])(?P<sign>{signs})\s?(?P<minus>-)?(?P<number>{NUMBER.pattern})"
        rf"(?P<size>(?:{sizes})(?![A-Za-z]))?"
    )
    after = re.compile(
        rf"(?P<minus>)(?P<number>{NUMBER.pattern})(?P<size>)\s?(?P<sign>{signs})(?![A-Za-z])"
    )

    def said(match: re.Match[str]) -> str:
        minus = words.minus if match["minus"] else ""
        size = words.magnitudes.get(match["size"] or "", "")
        number = re.sub(r"(?<=\d),(?=\d{3})", "", match["number"])
        return f"{minus}{number}{size}{forms(words.money[match['sign']])[0]}"

    text = re.sub(rf"(?<![\w])-(?=(?:{signs})\d)", words.minus, text)
    text = after.sub(said, before.sub(said, text))
    return re.sub(
        rf"(?<=\d)({sizes})(?=\+|[^A-Za-z\d]|$)",
        lambda m: words.magnitudes[m[1]] if m[1] in "wWk" and language == "zh" else m[1],
        text,
    )


def _units(text: str, language: str) -> str:
    words = rules(language)
    units = "|".join(map(re.escape, sorted(words.units, key=len, reverse=True)))
    kept = re.compile(
        rf"(?P<minus>(?<![\w%])-)?(?P<number>{NUMBER.pattern})\s?(?P<unit>{units})(?![A-Za-z/²³])"
    )

    def said(match: re.Match[str]) -> str:
        if match["unit"] in ("°C", "℃") and language == "zh":
            return match[0]  # the grammar's own
        minus = words.minus if match["minus"] else ""
        return f"{minus}{match['number']}{words.units[match['unit']]}"

    return kept.sub(said, text)

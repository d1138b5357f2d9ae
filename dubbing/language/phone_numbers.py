"""Phone numbers, which are read digit by digit, group by group."""

from __future__ import annotations

import re

NUMBER = re.compile(
    r"(?<![^\W\u3040-\u9fff])(?<![.,/-])(?<!\d:)(?P<plus>\+)?"
    r"(?P<body>\(?\d{1,12}\)?(?:[ -]\(?\d{1,12}\)?)*)"
    r"(?![^\W\u3040-\u9fff]|[/-]|[.,:]\d)"
)
AFTER = re.compile(
    r"(?:call|phone|tel\.?|telephone|dial|mobile|fax|number is|llam[ae]\w*|teléfono|móvil|appel\w+|"
    r"numéro|téléphon\w+|chiam\w+|telefono|lig\w+|telefone|celular|电话|手机|拨打|号码|電話|番号|फोन|फ़ोन|नंबर)"
    r"[^\d+]{0,16}$",
    re.IGNORECASE,
)
DATE = re.compile(r"\d{1,2}-\d{1,2}-\d{4}|\d{4}-\d{1,2}-\d{1,2}")
LOCAL = re.compile(r"\d{3}-\d{4}")
FEWEST, MOST = 7, 15
FEWEST_CALLED = 3
"""After *call*: 911."""
KANA = ("ゼロ", "いち", "に", "さん", "よん", "ご", "ろく", "なな", "はち", "きゅう")
CHARACTERS = {
    "zh": dict(zip("0123456789", "零幺二三四五六七八九", strict=True)),
    "ja": dict(zip("0123456789", KANA, strict=True)),
}
BETWEEN = {"zh": "，", "ja": "の"}
PLUS = {"zh": "加", "ja": "プラス"}


def spell_phone_numbers(text: str, language: str) -> str:
    """``text`` with the digits of phone numbers apart, so that each is read by itself.

    A number counts as one if it has 7 to 15 digits and begins with ``+``, ``0`` or brackets, looks like
    ``555-0123``, or follows a word such as *call*.
    """
    return NUMBER.sub(lambda match: _spelled(match, text, language), text)


def _spelled(match: re.Match[str], text: str, language: str) -> str:
    body, digits = match["body"], re.sub(r"\D", "", match["body"])
    is_called = bool(AFTER.search(text[: match.start()]))
    fewest = FEWEST_CALLED if is_called else FEWEST
    if not fewest <= len(digits) <= MOST or DATE.fullmatch(body):
        return match[0]
    if not (match["plus"] or body[0] in "0(" or LOCAL.fullmatch(body) or is_called):
        return match[0]
    groups = re.findall(r"\d+", body)
    if language in CHARACTERS:
        spelled = ["".join(CHARACTERS[language][digit] for digit in group) for group in groups]
        return (PLUS[language] if match["plus"] else "") + BETWEEN[language].join(spelled)
    return ("+ " if match["plus"] else "") + ", ".join(" ".join(group) for group in groups)

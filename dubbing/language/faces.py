"""Emoticons and kaomoji, which have no sound: ``:-)``, ``^_^``, ``(╯°□°)╯``, ``(´・ω・`)``, ``orz``."""

from __future__ import annotations

import re

WESTERN = re.compile(
    r"(?<![\w:])(?:[:;=][-'^o]?[)(\]\[DPpO3/\\|*]+(?!\w)|[xX]D+\b|<3+(?![\d.,%])|</3|>:[<(]|\^[_.-]*\^|"
    r"[-=]_+[-=]|[TQ]_+[TQ]\b|QAQ\b|QwQ\b|[oO]_[oO]\b|>[_.]+<|;_+;|[uU]w[uU]\b|[oO][rR][zZ]\b|:\w{2,20}:)"
)
BODY = re.compile(r"[(（][^()（）\n]{1,20}[)）]")
"""Brackets around what has a sign of a face and no word."""
ARMS = r"[ヽヾノ╯┻━┛┗彡ԅ∑Σξ〜~mmoO┐┌ゞ\\/_¯ツ]*"
FACE_SIGNS = re.compile(
    r"[\^`´˘°□▽∀ω△Д﹏≧≦◕‿ᴗ•̀́益ಠಥ╥ʘ˙︶￣╰╯☆★♡♥◡◉｡❛❀ヮノツ]|[-=>＞]_|_[-=<＜]|[TQ;；]_[TQ;；]|・[ω∀_]|_ _"
)
WORD = re.compile(r"[A-Za-z]{3}|[\u4e00-\u9fff]{2}|[\u3041-\u3096]{2}|\d")
FRAMED = re.compile(rf"[ヽヾ╯ԅ∑Σ\\¯┐┌m]*[_]*{BODY.pattern}[_]*{ARMS}")
LAUGHTER = re.compile(r"(?<![A-Za-z.])w{2,}(?![A-Za-z.])|(?<=[\u3041-\u9fff])w+(?![A-Za-z.])")
"""Japanese laughter, as written in chats: 草www."""


def without_faces(text: str, language: str = "") -> str:
    """Take emoticons out of a text; brackets with words in them stay.

    >>> without_faces("Thanks :-) (see you) ^_^")
    'Thanks  (see you) '
    """
    text = FRAMED.sub(_faceless, text)
    text = WESTERN.sub("", text)
    return LAUGHTER.sub("", text) if language == "ja" else text


def _faceless(match: re.Match[str]) -> str:
    body = BODY.search(match[0])
    is_face = body is not None and FACE_SIGNS.search(body[0]) and not WORD.search(body[0])
    return "" if is_face else match[0]

"""Damage to bytes, texts and JSON, made by a seeded generator: the same seed, the same damage."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from typing import Any

NUMBERS = (0, -1, 1, 2**31, 2**63, -(2**63), 1e308, -1e-308, float("nan"), float("inf"), 10**40)
TEXTS = (
    "", " ", "\0", "\ud800", "../../../etc/passwd", "/etc/passwd", "~root", "C:\\x", "a" * 5000, "💥" * 200,
    "%s%n%d", "[bold]", "[/]", "{{7*7}}", "<script>", "\u202e", "\x1b[31m", "-o", "--force", "file:///etc/passwd",
    "http://127.0.0.1:1/", "NaN", "null", "\n" * 300, "０１２", "٣", "1e999", "00:00:00,000 --> 99:99:99,999",
)  # fmt: skip
DEEP = 3000


def damaged(content: bytes, rng: random.Random) -> bytes:
    """Content with one to four kinds of damage: flips, cuts, repeats, other pieces, other numbers."""
    for _ in range(rng.randint(1, 4)):
        content = rng.choice(BYTE_DAMAGE)(content, rng)
    return content


def _flipped(content: bytes, rng: random.Random) -> bytes:
    changed = bytearray(content)
    for _ in range(min(len(changed), rng.choice((1, 3, 20, 200)))):
        changed[rng.randrange(len(changed))] ^= 1 << rng.randrange(8)
    return bytes(changed)


def _truncated(content: bytes, rng: random.Random) -> bytes:
    return content[: rng.randrange(len(content) + 1)]


def _without_piece(content: bytes, rng: random.Random) -> bytes:
    start = rng.randrange(len(content) + 1)
    return content[:start] + content[start + rng.choice((1, 16, 1000)) :]


def _repeated(content: bytes, rng: random.Random) -> bytes:
    start = rng.randrange(len(content) + 1)
    piece = content[start : start + rng.choice((4, 64, 2048))]
    return content[:start] + piece * rng.choice((2, 9)) + content[start:]


def _moved(content: bytes, rng: random.Random) -> bytes:
    """A piece of the head over another place: a spliced header."""
    size, start = rng.choice((8, 64, 512)), rng.randrange(len(content) + 1)
    return content[:start] + content[:size] + content[start + size :]


def _other_number(content: bytes, rng: random.Random) -> bytes:
    """Four or eight bytes as an extreme number: sizes, counts and time stamps of binary formats."""
    size = rng.choice((2, 4, 8))
    start = rng.randrange(max(1, len(content) - size))
    number = rng.choice((b"\xff" * size, b"\0" * size, b"\x7f" + b"\xff" * (size - 1)))
    return content[:start] + number + content[start + size :]


BYTE_DAMAGE: tuple[Callable[[bytes, random.Random], bytes], ...] = (
    _flipped, _flipped, _truncated, _without_piece, _repeated, _moved, _other_number,
)  # fmt: skip


def damaged_text(text: str, rng: random.Random) -> bytes:
    """A text with other lines, other words and other encodings."""
    lines = text.splitlines(keepends=True)
    for _ in range(rng.randint(1, 4)):
        place = rng.randrange(len(lines) + 1)
        match rng.randrange(7):
            case 0:
                lines.insert(place, rng.choice(TEXTS) + "\n")
            case 1 if lines:
                del lines[place % len(lines)]
            case 2 if lines:
                lines.insert(place, rng.choice(lines) * rng.choice((1, 40)))
            case 3:
                rng.shuffle(lines)
            case 4 if lines:
                chosen = place % len(lines)
                words = lines[chosen].split(" ")
                words[rng.randrange(len(words))] = rng.choice(TEXTS)
                lines[chosen] = " ".join(words)
            case 5:
                lines = ["".join(lines)[: rng.randrange(len(text) + 1)]]
            case _:
                lines.insert(place, str(rng.choice(NUMBERS)))
    encoding = rng.choice(("utf-8", "utf-8", "utf-8", "utf-8-sig", "utf-16", "latin-1", "gb18030"))
    content = "".join(lines).encode(
        encoding, errors="surrogatepass" if "utf" in encoding else "replace"
    )
    return damaged(content, rng) if content and rng.random() < 0.3 else content


def damaged_json(text: str, rng: random.Random) -> bytes:
    """A JSON document with other values, other types, other keys, or nested deeper than anybody reads."""
    if rng.random() < 0.3:
        return damaged_text(text, rng)
    document = json.loads(text)
    for _ in range(rng.randint(1, 3)):
        _change(document, rng)
    changed = json.dumps(document, ensure_ascii=rng.random() < 0.5)
    if rng.random() < 0.03:
        changed = "[" * DEEP + changed + "]" * DEEP
    return changed.encode("utf-8", errors="surrogatepass")


def _change(document: Any, rng: random.Random) -> None:
    """Another value, or none, somewhere inside."""
    place, key = _somewhere(document, rng)
    if place is None:
        return
    match rng.randrange(6):
        case 0:
            del place[key]
        case 1:
            place[key] = rng.choice(NUMBERS)
        case 2:
            place[key] = rng.choice(TEXTS)
        case 3:
            place[key] = rng.choice(([], {}, None, True, [[]], {"": {}}))
        case 4:
            place[key] = [place[key]] * rng.choice((2, 300))
        case _ if isinstance(place, dict):
            place[rng.choice(TEXTS)] = place[key]
        case _:
            place.reverse()


def _somewhere(document: Any, rng: random.Random) -> tuple[Any, Any]:
    place, key = None, None
    while isinstance(document, dict | list) and document:
        place = document
        key = (
            rng.choice(list(document))
            if isinstance(document, dict)
            else rng.randrange(len(document))
        )
        document = document[key]
        if rng.random() < 0.2:
            break
    return place, key


def odd_sentence(rng: random.Random) -> str:
    """A sentence of words, figures, signs and characters that nobody types."""
    pieces = (
        *TEXTS[:2], *"0123456789.,:/-–%$€£¥°²½№#@&*_~^<>()[]{}'\"!?…", "Hello", "año", "été", "perché", "não",
        "नमस्ते", "今天", "カメラ", "人々", "мир", "שלום", "2024", "3.5", "1,000", "10:30", "km/h", "MP3", "XIV",
        "Dr.", "p. ej.", "N-no", "Nooooo", "www.a.com", "a@b.c", "😀", "👨‍👩‍👧", "\u200b", "\u0301", "\u00ad", "ﾃﾞ",
        "Ⅳ", "①", "〇", "\t", "\n",
    )  # fmt: skip
    chosen = (rng.choice(pieces) for _ in range(rng.randint(1, 14)))
    other = "".join(chr(rng.randrange(0x20, 0x2FFFF)) for _ in range(rng.choice((0, 0, 3))))
    text = "".join(piece + rng.choice(("", " ")) for piece in chosen) + other
    return text.encode("utf-8", errors="replace").decode("utf-8")

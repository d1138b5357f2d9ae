"""Text files of strangers: read in whatever usual encoding they are written.

Unicode is recognised by its byte order mark, its zero bytes or its validity as UTF-8. Of older encodings
the one is right in which the letters are those of the expected language; where none is, it is
charset-normalizer that tells.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from pathlib import Path

from dubbing.errors import UsageError
from dubbing.language.script import to_simplified

MOST_BYTES = 50_000_000
MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
"""Byte order marks; those of UTF-32 begin like those of UTF-16 and come first."""
WESTERN = ("cp1252", "mac_roman")
USUAL = {
    "zh": ("gb18030", "big5hkscs"),
    "ja": ("cp932", "euc_jp"),
    "ko": ("cp949",),
    "ru": ("cp1251", "koi8_r", "cp866"),
    "en": WESTERN,
    "es": WESTERN,
    "fr": WESTERN,
    "it": WESTERN,
    "pt-br": WESTERN,
}
"""Encodings beside Unicode in which texts of a language are found."""
LETTERS = {
    "ja": r"[\u3041-\u3096\u30a1-\u30fc\u4e00-\u9fff\u3001\u3002！？「」…]",
    "ko": r"[\uac00-\ud7a3]",
    "ru": r"[а-яё«»—…]",
    "en": r"[‘’“”–—…éïöñ£€]",
    "es": r"[áéíóúüñÁÉÍÓÚÑ¿¡«»“”—…]",
    "fr": r"[àâäæçéèêëîïôœùûüÿÀÂÇÉÈÊËÎÏÔŒÙÛ«»“”‘’—…\u00a0]",
    "it": r"[àèéìíòóùúÀÈÉÌÒÙ«»“”‘’—…]",
    "pt-br": r"[áàâãçéêíóôõúüÁÀÂÃÇÉÊÍÓÔÕÚ«»“”‘’—…]",
}
"""What a language is written with beyond ASCII."""
HAN = re.compile(r"[\u4e00-\u9fff]")
LEVEL_1 = range(0xB0, 0xD8)
"""Rows of GB 2312 that hold its 3755 most frequent characters."""
LIKELY = 0.6
OTHERS = ("cp1250", "cp1253", "cp1254", "cp1255", "cp1256", "iso8859_2")
ALL = tuple(dict.fromkeys((*(name for names in USUAL.values() for name in names), *OTHERS)))
SHIFTS = b"\x1b$"
"""Begins Japanese in ISO-2022-JP, whose bytes are all ASCII."""
LEAST_PRINTABLE = 0.95
NAMES = {
    "utf-8": "UTF-8", "utf-16-le": "UTF-16 LE", "utf-16-be": "UTF-16 BE", "utf-32-le": "UTF-32 LE",
    "utf-32-be": "UTF-32 BE", "gb18030": "GB18030", "big5hkscs": "Big5", "cp932": "Shift-JIS",
    "euc_jp": "EUC-JP", "cp949": "EUC-KR", "koi8_r": "KOI8-R", "mac_roman": "Mac Roman",
    "iso8859_2": "ISO 8859-2", "iso2022_jp": "ISO-2022-JP",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class TextFile:
    """What a file says; ``guessed`` names its encoding where nothing in the file proves it."""

    text: str
    guessed: str = ""


def read_text_file(path: Path, language: str = "") -> TextFile:
    """Read a file of unknown encoding; line ends become those of Unix.

    Args:
        path: the file.
        language: our code of the language that is expected in it, if one is.

    Raises:
        UsageError: if it cannot be read, is empty, too large, or not text in any usual encoding.
    """
    content = _bytes_of(path)
    name, start = _by_mark(content)
    guessed = ""
    if not name:
        name = _unicode_without_mark(content)
    if not name:
        name = _legacy(content, language)
        guessed = NAMES.get(name, name)
    text = _decoded(path, content[start:], name)
    if not text.strip():
        raise UsageError(f"{path} is empty.", hint="Name a file that has text in it.")
    return TextFile(text.replace("\r\n", "\n").replace("\r", "\n"), guessed)


def _bytes_of(path: Path) -> bytes:
    try:
        if path.stat().st_size > MOST_BYTES:
            raise UsageError(f"{path} is larger than {MOST_BYTES // 1_000_000} MB.")
        return path.read_bytes()
    except FileNotFoundError as error:
        raise UsageError(f"There is no file {path}.", hint="Check the path.") from error
    except OSError as error:
        raise UsageError(f"{path} cannot be read ({error.strerror}).") from error


def _by_mark(content: bytes) -> tuple[str, int]:
    """Encoding and length of the byte order mark; no name without one."""
    return next(
        ((name, len(mark)) for mark, name in MARKS if content.startswith(mark)),
        ("", 0),
    )


def _unicode_without_mark(content: bytes) -> str:
    """UTF-16 shows in the zero bytes of its spaces, figures and line ends, UTF-8 in being valid."""
    even, odd = content[::2].count(0), content[1::2].count(0)
    if even != odd and not len(content) % 2:
        name = "utf-16-le" if odd > even else "utf-16-be"
        return name if _is_text(content, name) else ""
    if SHIFTS in content and _is_text(content, "iso2022_jp"):
        return "iso2022_jp"
    return "utf-8" if _is_text(content, "utf-8") else ""


def _is_text(content: bytes, name: str) -> bool:
    try:
        text = content.decode(name)
    except UnicodeDecodeError:
        return False
    return _printable_share(text) >= LEAST_PRINTABLE


def _printable_share(text: str) -> float:
    if not text:
        return 1.0
    return sum(char.isprintable() or char.isspace() for char in text) / len(text)


def _legacy(content: bytes, language: str) -> str:
    """An encoding that is older than Unicode; empty if there is none in which this is a text."""
    if b"\0" in content:
        return ""
    fitting = [name for name in USUAL.get(language, ()) if _is_text(content, name)]
    shares = [_usual_share(content.decode(name), language) for name in fitting]
    if fitting and max(shares) >= LIKELY:
        return fitting[shares.index(max(shares))]
    return _by_statistics(content) or next(iter(fitting), "")


def _usual_share(text: str, language: str) -> float:
    """Share of a text's characters beyond ASCII that its language is usually written with."""
    beyond = [char for char in text if not char.isascii()]
    if language == "zh":
        usual = sum(map(_is_frequent, to_simplified("".join(filter(HAN.match, beyond)))))
        return usual / max(1, sum(char.isalpha() for char in beyond))
    return sum(1 for char in beyond if re.match(LETTERS[language], char)) / max(1, len(beyond))


def _is_frequent(char: str) -> bool:
    """Whether a simplified character is one of the most frequent ones."""
    code = char.encode("gb2312", errors="ignore")
    return bool(code) and code[0] in LEVEL_1


def _by_statistics(content: bytes) -> str:
    from charset_normalizer import from_bytes

    best = from_bytes(content, cp_isolation=list(ALL)).best()
    return best.encoding if best is not None and _is_text(content, best.encoding) else ""


def _decoded(path: Path, content: bytes, name: str) -> str:
    try:
        return content.decode(name or "utf-8")
    except UnicodeDecodeError as error:
        if name:
            message = f"{path} begins as {NAMES[name]}, but is damaged at byte {error.start}."
        else:
            message = f"{path} is not text in Unicode or any other usual encoding."
        raise UsageError(message, hint="Save it as UTF-8.") from error

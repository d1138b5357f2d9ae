"""Subtitles as SubRip, WebVTT and ASS documents, by pysubs2.

Texts cannot steer the formats: WebVTT has escapes; SubRip and ASS have none that every player knows, so
signs that open a tag there are written as the nearest sign that does not.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from dubbing.exports.events import Event, Subtitles
from dubbing.exports.subtitle_rules import subtitle_rules

if TYPE_CHECKING:
    from pysubs2 import SSAFile, SSAStyle

Format = Literal["srt", "vtt", "ass"]
HARMLESS = str.maketrans({"{": "(", "}": ")", "\\": "/"})
"""Opens an override in ASS, and in SubRip for most players."""
NO_TAG = str.maketrans({"<": "‹", ">": "›"})
CLOCK_TIME = re.compile(r"(?<=\d):(?=\d\d)")
TIMES = re.compile(r"\d:\d\d[:.,]\d")
"""Lenient readers take any row with two times in it for the head of a subtitle."""
ENTITIES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
FONTS = {
    "zh": "Noto Sans CJK SC",
    "ja": "Noto Sans CJK JP",
    "ko": "Noto Sans CJK KR",
    "hi": "Noto Sans Devanagari",
    "ar": "Noto Sans Arabic",
}
"""A renderer that lacks the font takes another that has the letters."""
FONT = "Arial"
COLOURS = (
    (255, 255, 255),
    (255, 230, 109),
    (126, 220, 255),
    (158, 240, 147),
    (255, 173, 196),
    (214, 188, 255),
)
HEIGHT_SHARE = 0.068
"""Height of a row, of the picture (libass counts ascenders and descenders): two take a seventh of it."""
WIDTH_SHARE = 0.92
FULL_WIDTH_EM, HALF_WIDTH_EM = 1.0, 0.5
MARGIN_SHARE = 0.045
OUTLINE_SHARE = 0.06


@dataclass(frozen=True, slots=True)
class Picture:
    """Size of the picture as it is shown, in pixels."""

    width: int = 1920
    height: int = 1080


def subtitle_document(
    subtitles: Subtitles, form: Format, picture: Picture | None = None, *, colours: bool = False
) -> str:
    """The text of a subtitle file.

    Args:
        subtitles: what is shown when.
        form: which format.
        picture: ASS only, for the size of the letters.
        colours: ASS only, one for each speaker.
    """
    from pysubs2 import SSAEvent, SSAFile

    document = SSAFile()
    styles = _style_names(subtitles.events) if colours and form == "ass" else {}
    if form == "ass":
        _dress(document, subtitles.language, picture or Picture(), styles)
    for event in subtitles.events:
        text = r"\N".join(WRITTEN[form](row) for row in event.rows)
        style = styles.get(event.speaker, "Default")
        name = _field(event.speaker)
        document.append(
            SSAEvent(event.span.start_ms, event.span.end_ms, text, style=style, name=name)
        )
    # as they are: the texts hold no tags, and what looks like one in WebVTT is text
    options: dict[str, Any] = {} if form == "ass" else {"keep_ssa_tags": True}
    return str(document.to_string(form, **options))


def _subrip(row: str) -> str:
    return _no_times(row).translate(HARMLESS).translate(NO_TAG)


def _webvtt(row: str) -> str:
    return _no_times(row).replace("\\", "/").translate(ENTITIES)


def _no_times(row: str) -> str:
    """Two times of day to the second with a sign of ratio for a colon; it looks the same."""
    return row if len(TIMES.findall(row)) < 2 else CLOCK_TIME.sub("∶", row)


def _ass(row: str) -> str:
    return row.translate(HARMLESS)


WRITTEN: dict[str, Callable[[str], str]] = {"srt": _subrip, "vtt": _webvtt, "ass": _ass}


# -- ASS -----------------------------------------------------------------------------------------


def _style_names(events: Iterable[Event]) -> dict[str, str]:
    """A style for each speaker, by order of appearance."""
    speakers = dict.fromkeys(event.speaker for event in events)
    return {speaker: f"Speaker {number}" for number, speaker in enumerate(speakers, start=1)}


def _field(text: str) -> str:
    """A name as ASS can hold it: its fields are separated by commas."""
    return re.sub(r"[,\s]+", " ", text)


def _dress(document: SSAFile, language: str, picture: Picture, styles: dict[str, str]) -> None:
    document.info |= {
        "PlayResX": str(picture.width),
        "PlayResY": str(picture.height),
        "WrapStyle": "0",
        "ScaledBorderAndShadow": "yes",
    }
    for number, name in enumerate(["Default", *styles.values()]):
        colour = COLOURS[max(0, number - 1) % len(COLOURS)]
        document.styles[name] = _style(language, picture, colour)


def _style(language: str, picture: Picture, colour: tuple[int, int, int]) -> SSAStyle:
    from pysubs2 import Alignment, Color, SSAStyle

    size = font_size(language, picture)
    return SSAStyle(
        fontname=FONTS.get(language.partition("-")[0], FONT),
        fontsize=size,
        primarycolor=Color(*colour),
        outlinecolor=Color(0, 0, 0),
        backcolor=Color(0, 0, 0, 128),
        borderstyle=1,
        outline=round(size * OUTLINE_SHARE, 1),
        shadow=round(size * OUTLINE_SHARE / 2, 1),
        alignment=Alignment.BOTTOM_CENTER,
        marginl=round(picture.width * (1 - WIDTH_SHARE) / 2),
        marginr=round(picture.width * (1 - WIDTH_SHARE) / 2),
        marginv=round(picture.height * MARGIN_SHARE),
    )


def font_size(language: str, picture: Picture) -> int:
    """Pixels: a share of the height, less where a full row would not fit the width."""
    rules = subtitle_rules(language)
    em = FULL_WIDTH_EM if rules.full_width else HALF_WIDTH_EM
    widest = picture.width * WIDTH_SHARE / (rules.row_characters * em)
    return max(8, round(min(picture.height * HEIGHT_SHARE, widest)))

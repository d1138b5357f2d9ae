"""Subtitles as TTML, in the text profile of IMSC1 (W3C).

pysubs2 writes TTML as well, but without a language or a region, and its ``style`` names an ``id`` where
TTML wants an ``xml:id``.
"""

from __future__ import annotations

from xml.etree import ElementTree as ET

from dubbing.exports.events import Event, Subtitles
from dubbing.language.direction import is_right_to_left
from dubbing.language.xml_text import xml_document

TT = "http://www.w3.org/ns/ttml"
NAMESPACES = {
    "xmlns": TT,
    "xmlns:ttp": f"{TT}#parameter",
    "xmlns:tts": f"{TT}#styling",
    "xmlns:ttm": f"{TT}#metadata",
}
PROFILE = f"{TT}/profile/imsc1/text"
STYLE = {
    "xml:id": "text",
    "tts:fontFamily": "proportionalSansSerif",
    "tts:fontSize": "100%",
    "tts:color": "#FFFFFF",
    "tts:textAlign": "center",
}
REGION = {
    "xml:id": "bottom",
    "tts:origin": "10% 10%",
    "tts:extent": "80% 80%",
    "tts:displayAlign": "after",
}


def ttml_document(subtitles: Subtitles, title: str) -> str:
    """The text of a TTML file; ``title`` is that of the film."""
    root = ET.Element("tt", NAMESPACES)
    root.set("xml:lang", subtitles.language)
    root.set("ttp:profile", PROFILE)
    root.set("ttp:timeBase", "media")
    _head(root, subtitles.language, title)
    div = ET.SubElement(ET.SubElement(root, "body"), "div")
    for event in subtitles.events:
        _paragraph(div, event)
    return xml_document(root)


def _head(root: ET.Element, language: str, title: str) -> None:
    head = ET.SubElement(root, "head")
    ET.SubElement(ET.SubElement(head, "metadata"), "ttm:title").text = title
    direction = {"tts:direction": "rtl"} if is_right_to_left(language) else {}
    ET.SubElement(ET.SubElement(head, "styling"), "style", {**STYLE, **direction})
    ET.SubElement(ET.SubElement(head, "layout"), "region", REGION)


def _paragraph(div: ET.Element, event: Event) -> None:
    times = {"begin": clock_time(event.span.start_ms), "end": clock_time(event.span.end_ms)}
    paragraph = ET.SubElement(div, "p", {**times, "style": "text", "region": "bottom"})
    paragraph.text = event.rows[0]
    for row in event.rows[1:]:
        ET.SubElement(paragraph, "br").tail = row


def clock_time(time_ms: int) -> str:
    """``3_675_250`` as ``01:01:15.250``."""
    seconds, rest_ms = divmod(time_ms, 1000)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02d}:{minutes:02d}:{seconds:02d}.{rest_ms:03d}"

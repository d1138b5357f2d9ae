"""Text as it may stand in XML 1.0, which has no place for most control characters, even escaped."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

FORBIDDEN = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""All that is no Char of XML 1.0 (fifth edition, section 2.2): one such character ruins a file."""


def in_xml(text: str) -> str:
    """Return the text without what XML forbids."""
    return FORBIDDEN.sub("", text)


def xml_document(root: Element) -> str:
    """Return a whole file, in whose texts, tails and attributes nothing is left that XML forbids."""
    from xml.etree.ElementTree import tostring

    for element in root.iter():
        element.text = element.text and in_xml(element.text)
        element.tail = element.tail and in_xml(element.tail)
        for name, value in element.items():
            element.set(name, in_xml(value))
    text = tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{text}\n'

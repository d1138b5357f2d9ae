"""XLIFF and TMX of strangers: in any usual encoding, without entities or outside files."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from dubbing.errors import UsageError

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
MOST_BYTES = 200_000_000
CODES = frozenset(
    {"ph", "bpt", "ept", "it", "x", "bx", "ex", "sc", "ec", "sm", "em", "cp", "ut", "sub"}
)
"""Elements whose content, if any, is the markup of another format."""
LINE_BREAKS = frozenset({"lb", "x-br", "br"})
DECLARED = re.compile(rb"^\s*<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([A-Za-z0-9._:-]{1,40})[\"']")
BY_EXPAT = frozenset({"utf-8", "utf8", "utf-16", "us-ascii", "ascii", "iso-8859-1"})
"""Encodings that the parser reads itself; Python decodes the others."""


def read_xml(path: Path, kind: str, *, forbid_dtd: bool) -> Element:
    """Return the root of an XML file.

    Args:
        path: the file.
        kind: what it should be, with its article, for messages.
        forbid_dtd: refuse a document type, even one that is never fetched.

    Raises:
        UsageError: if it cannot be read as XML, or declares entities.
    """
    from xml.etree.ElementTree import ParseError

    from defusedxml import DefusedXmlException
    from defusedxml.ElementTree import fromstring

    try:
        if path.stat().st_size > MOST_BYTES:
            raise UsageError(f"{path} is larger than {MOST_BYTES // 1_000_000} MB.")
        root: Element = fromstring(_for_parser(path.read_bytes()), forbid_dtd=forbid_dtd)
    except DefusedXmlException as error:
        raise UsageError(
            f"{path} cannot be read safely: it declares a document type or entities.",
            hint="Take the lines with <!DOCTYPE out of it.",
        ) from error
    except ParseError as error:
        raise UsageError(f"{path} is not {kind}: {error}.") from error
    except LookupError as error:
        raise UsageError(f"{path} is not {kind}: {error}.", hint="Save it as UTF-8.") from error
    except UnicodeError as error:
        raise UsageError(
            f"{path} is not {kind}: it is not in the encoding that it declares.",
            hint="Save it as UTF-8.",
        ) from error
    return root


def _for_parser(content: bytes) -> bytes | str:
    """The bytes themselves, or the text where the parser does not know the encoding."""
    declared = DECLARED.match(content)
    if declared is None or declared[1].decode().lower() in BY_EXPAT:
        return content
    return content.decode(declared[1].decode())


def local_name(element: Element) -> str:
    """Return an element's name without its namespace; empty for comments and instructions."""
    tag: object = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def text_of(side: Element | None) -> str:
    """Return the words of a text of XLIFF or TMX; of codes, line breaks leave a space."""
    if side is None:
        return ""
    parts = [side.text or ""]
    for child in side:
        if local_name(child) not in CODES:
            parts.append(text_of(child))
        elif child.get("ctype") in LINE_BREAKS or child.get("subType") == "xlf:lb":
            parts.append(" ")
        parts.append(child.tail or "")
    return "".join(parts)

"""A translation memory on disk: TMX 1.4, which every translation tool reads and writes.

What a reviewer accepted in one episode is said the same way in the next. Of several translations of one
sentence the last one counts.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from dubbing.errors import UnknownLanguage, UsageError
from dubbing.language.languages import language, spoken_code
from dubbing.language.xml_reading import XML_LANG, read_xml, text_of
from dubbing.language.xml_text import in_xml, xml_document
from dubbing.workspace import write_text

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element


def read_memory(path: Path, target: str) -> tuple[tuple[str, str, str], ...]:
    """All that a TMX file says in a language: language of the source, source, and what is said for it.

    Raises:
        UsageError: if it cannot be read as TMX.
    """
    pairs: dict[tuple[str, str], str] = {}
    for unit in _root(path).iter("tu"):
        texts = _texts(unit, target)
        said = texts.pop(target, None)
        if said is not None:
            pairs |= dict.fromkeys(texts.items(), said)
    return tuple((code, told, said) for (code, told), said in pairs.items())


def add_to_memory(
    path: Path, pairs: Iterable[tuple[str, str]], source: str, target: str, origin: str
) -> int:
    """Add pairs to a TMX file, made if necessary; what it says otherwise of the same texts is replaced.

    Returns:
        how many pairs are new or different.
    """
    from xml.etree.ElementTree import indent

    root = _root(path) if path.exists() else _empty(source)
    body = root.find("body")
    if body is None:
        raise UsageError(f"{path} has no body.", hint="It must be TMX 1.4.")
    known = {texts[source]: unit for unit in body if source in (texts := _texts(unit))}
    n_new = 0
    for told, said in {_normal(told): _normal(said) for told, said in pairs}.items():
        old = known.get(told)
        if old is not None:
            if _texts(old).get(target) == said:
                continue
            body.remove(old)
        body.append(_unit(told, said, source, target, origin))
        n_new += 1
    indent(root)
    write_text(path, _checked(path, xml_document(root)))
    return n_new


def _checked(path: Path, text: str) -> str:
    """The text of a memory, read back before it replaces the user's file.

    Raises:
        UsageError: if it would not be read any more; the file stays as it is.
    """
    from xml.etree.ElementTree import ParseError

    from defusedxml import DefusedXmlException
    from defusedxml.ElementTree import fromstring

    try:
        fromstring(text.encode())
    except (ParseError, DefusedXmlException, ValueError) as error:
        raise UsageError(
            f"{path} stays as it is: with these lines it could not be read again ({error}).",
            hint="Write to another file.",
        ) from error
    return text


def _root(path: Path) -> Element:
    if not path.exists():
        raise UsageError(f"There is no translation memory {path}.", hint="Check the path.")
    return read_xml(path, "a translation memory", forbid_dtd=False)  # most name tmx14.dtd


def _texts(unit: Element, wanted: str = "") -> dict[str, str]:
    """Text of each language of a unit; of several regions, the one nearest to the language itself.

    Args:
        unit: a ``tu``.
        wanted: our code of the language that is spoken as well where only another region is there.
    """
    texts: dict[str, tuple[int, str]] = {}
    for variant in unit.findall("tuv"):
        tag = variant.get(XML_LANG) or variant.get("lang") or ""
        segment = variant.find("seg")
        try:
            code = language(tag).code
        except UnknownLanguage:
            continue
        if segment is None:
            continue
        text, rank = _normal(text_of(segment)), _rank(tag, code)
        for name in {code, spoken_code(code) or code} if wanted else {code}:
            if name not in texts or rank < texts[name][0]:
                texts[name] = rank, text
    return {code: text for code, (_, text) in texts.items()}


def _rank(tag: str, code: str) -> int:
    """How far a tag is from the language itself: none, its home region or script, any other."""
    home = {"es": "es-es", "fr": "fr-fr", "it": "it-it", "en": "en-us", "zh": "zh-cn", "pt-br": "pt-br",
            "ja": "ja-jp", "hi": "hi-in"}  # fmt: skip
    plain = tag.replace("_", "-").casefold()
    return 0 if plain == code else 1 if plain in (home.get(code), f"{code}-hans") else 2


def _normal(text: str) -> str:
    """A text as it stands in a memory: one space between words, nothing that XML forbids."""
    return " ".join(in_xml(text).split())


def _empty(source: str) -> Element:
    from xml.etree.ElementTree import Element, SubElement

    root = Element("tmx", version="1.4")
    SubElement(
        root,
        "header",
        {
            "creationtool": "dubbing",
            "creationtoolversion": "1",
            "segtype": "sentence",
            "o-tmf": "dubbing",
            "adminlang": "en",
            "srclang": source,
            "datatype": "plaintext",
        },
    )
    SubElement(root, "body")
    return root


def _unit(told: str, said: str, source: str, target: str, origin: str) -> Element:
    from xml.etree.ElementTree import Element, SubElement

    unit = Element("tu")
    SubElement(unit, "prop", type="x-origin").text = origin
    for code, text in ((source, told), (target, said)):
        variant = SubElement(unit, "tuv", {XML_LANG: code})
        SubElement(variant, "seg").text = text
    return unit

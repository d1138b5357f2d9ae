"""The beginning of a GGUF file, read with care before any program of others is given the file.

GGUF (https://github.com/ggml-org/ggml/blob/master/docs/gguf.md) starts with a table of typed values and a
table of tensors. Both name lengths and numbers of their own, none of which is trusted: every read is
bounded by what is left of the header, and the tensors must lie within the file.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import Any, BinaryIO

from dubbing.errors import WeightsMissing

MAGIC = b"GGUF"
VERSIONS = (2, 3)
MAX_HEADER_BYTES = 128 << 20
MAX_VALUES, MAX_TENSORS, MAX_ITEMS = 20_000, 200_000, 4_000_000
MAX_FILE_BYTES = 200 << 30
MAX_DIMENSIONS = 4
SCALARS = {
    0: "<B", 1: "<b", 2: "<H", 3: "<h", 4: "<I", 5: "<i", 6: "<f", 7: "<?", 10: "<Q", 11: "<q", 12: "<d",
}  # fmt: skip
STRING, ARRAY = 8, 9
LENGTH = struct.Struct("<Q")
KEPT_ARRAYS = ("tokenizer.ggml.tokens", "tokenizer.ggml.token_type")
CONTROL = 3
"""Type of tokens that steer a model and are no text."""
PART_NAME = re.compile(r"(?P<stem>.+)-00001-of-(?P<count>\d{5})\.gguf")
MAX_PARTS = 999
USUAL_ALIGNMENT = 32
KEPT_BYTES_PER_VALUE = 2
"""Of what a model remembers of a text: 16 bits."""


class _Damaged(Exception):
    """The message completes "FILE ..."."""


@dataclass(frozen=True, slots=True)
class Header:
    """What a file says of its model; ``n_bytes`` of all its parts."""

    path: Path
    values: Mapping[str, Any]
    n_bytes: int

    @property
    def architecture(self) -> str:
        """Kind of network: ``qwen2``, ``llama``."""
        return str(self.values.get("general.architecture", ""))

    @property
    def chat_template(self) -> str:
        """How turns of a conversation are written; empty where the model knows none."""
        value = self.values.get("tokenizer.chat_template", "")
        return value if isinstance(value, str) else ""

    @property
    def context_tokens(self) -> int:
        """The longest text that the model was trained on; 0 if it does not say."""
        return self._number("context_length")

    @property
    def control_tokens(self) -> tuple[str, ...]:
        """Texts that would steer the model if they stood in a line."""
        tokens, kinds = (self.values.get(name) for name in KEPT_ARRAYS)
        if not isinstance(tokens, list) or not isinstance(kinds, tuple):
            return ()
        return tuple(
            token
            for token, kind in zip(tokens, kinds, strict=False)
            if kind == CONTROL and isinstance(token, str) and len(token) > 1
        )

    def memory_bytes(self, n_tokens: int) -> int:
        """What the weights and ``n_tokens`` of text take, without what a program needs besides."""
        heads = self._number("attention.head_count_kv") or self._number("attention.head_count")
        width = self._number("embedding_length")
        head_bytes = self._number("attention.key_length") or (
            width // max(1, self._number("attention.head_count"))
        )
        per_token = 2 * self._number("block_count") * heads * head_bytes * KEPT_BYTES_PER_VALUE
        return self.n_bytes + n_tokens * per_token

    def _number(self, name: str) -> int:
        value = self.values.get(f"{self.architecture}.{name}", 0)
        return value if isinstance(value, int) and 0 <= value < 1 << 32 else 0


def read_header(path: Path) -> Header:
    """Read and check the header of a model.

    Raises:
        WeightsMissing: if the file is not there, is no GGUF, is damaged, or was not copied whole.
    """
    try:
        with path.open("rb") as file:
            values = _Reader(file, path.stat().st_size).header()
        return Header(path, values, _all_bytes(path))
    except OSError as error:
        raise WeightsMissing(
            f"{path} cannot be read: {error.strerror or error}.",
            hint="Name a .gguf file with --translation-model.",
        ) from error
    except (_Damaged, struct.error) as error:
        what = str(error) if isinstance(error, _Damaged) else "ends in the middle of its header"
        raise WeightsMissing(
            f"{path} {what}.", hint="Download the file again, or choose another one."
        ) from error


def _all_bytes(path: Path) -> int:
    """The size of a file, and of the other parts where it is the first of several."""
    match = PART_NAME.fullmatch(path.name)
    if match is None:
        return path.stat().st_size
    count = int(match["count"])
    if count > MAX_PARTS:
        raise _Damaged(f"is one of {count} parts")
    names = [f"{match['stem']}-{n:05}-of-{count:05}.gguf" for n in range(1, count + 1)]
    missing = [name for name in names if not (path.parent / name).is_file()]
    if missing:
        raise _Damaged(f"is one of {count} parts, and {missing[0]} is missing")
    return sum((path.parent / name).stat().st_size for name in names)


class _Reader:
    """Reads values one after the other, and never more than is there."""

    def __init__(self, file: BinaryIO, n_bytes: int) -> None:
        if n_bytes > MAX_FILE_BYTES:
            raise _Damaged("is larger than any model that fits a computer")
        self.n_bytes, self.place = n_bytes, 0
        self.data = file.read(min(n_bytes, MAX_HEADER_BYTES))

    def header(self) -> dict[str, Any]:
        if self._bytes(4) != MAGIC:
            raise _Damaged("is no GGUF file")
        version = self._scalar("<I")
        if version not in VERSIONS:
            raise _Damaged(f"is of a version of GGUF that is not known ({version})")
        n_tensors, n_values = self._scalar("<Q"), self._scalar("<Q")
        if n_tensors > MAX_TENSORS or n_values > MAX_VALUES:
            raise _Damaged("has a damaged header")
        values = {}
        for _ in range(n_values):
            name = self._text()
            values[name] = self._value(self._scalar("<I"), name)
        self._tensors(n_tensors, values.get("general.alignment", USUAL_ALIGNMENT))
        return values

    def _value(self, kind: int, name: str) -> Any:
        if kind in SCALARS:
            return self._scalar(SCALARS[kind])
        if kind == STRING:
            return self._text()
        if kind != ARRAY:
            raise _Damaged("holds a value of a kind that is not known")
        inner, count = self._scalar("<I"), self._scalar("<Q")
        if count > MAX_ITEMS:
            raise _Damaged("has a damaged header")
        if inner == STRING:
            texts = self._texts(count)
            kept = name in KEPT_ARRAYS
            return [text.decode("utf-8", "replace") for text in texts] if kept else None
        if inner not in SCALARS:
            raise _Damaged("holds a table of a kind that is not known")
        item = SCALARS[inner][1]
        content = self._bytes(count * struct.calcsize(f"<{item}"))
        return struct.unpack(f"<{count}{item}", content) if name in KEPT_ARRAYS else None

    def _texts(self, count: int) -> list[bytes]:
        """Many texts: there are hundreds of thousands of them in a vocabulary."""
        texts, data, place = [], self.data, self.place
        for _ in range(count):
            (length,) = LENGTH.unpack_from(data, place)
            end = place + LENGTH.size + length
            if end > len(data):
                raise _Damaged("ends in the middle of its header")
            texts.append(data[place + LENGTH.size : end])
            place = end
        self.place = place
        return texts

    def _tensors(self, count: int, alignment: Any) -> None:
        """Check that every tensor lies within the file."""
        from gguf.constants import GGML_QUANT_SIZES, GGMLQuantizationType

        if not isinstance(alignment, int) or not 0 < alignment <= 1 << 20:
            raise _Damaged("has a damaged header")
        end = 0
        for _ in range(count):
            self._text()
            n_dimensions = self._scalar("<I")
            if n_dimensions > MAX_DIMENSIONS:
                raise _Damaged("has a damaged table of tensors")
            n_items = prod(self._scalar("<Q") for _ in range(n_dimensions))
            kind, offset = self._scalar("<I"), self._scalar("<Q")
            try:
                block, block_bytes = GGML_QUANT_SIZES[GGMLQuantizationType(kind)]
            except (ValueError, KeyError):
                continue  # a newer kind: llama.cpp will say whether it knows it
            end = max(end, offset + n_items // block * block_bytes)
        begin = -(-self.place // alignment) * alignment
        if begin + end > self.n_bytes:
            lack = (begin + end - self.n_bytes) / 1e6
            raise _Damaged(f"is not whole: {lack:,.1f} MB are missing at its end")

    def _scalar(self, form: str) -> Any:
        return struct.unpack(form, self._bytes(struct.calcsize(form)))[0]

    def _text(self) -> str:
        return self._bytes(self._scalar("<Q")).decode("utf-8", "replace")

    def _bytes(self, count: int) -> bytes:
        end = self.place + count
        if end > len(self.data):
            raise _Damaged("ends in the middle of its header")
        found = self.data[self.place : end]
        self.place = end
        return found

"""A language model's vocabulary cut down to what it is used for.

Most of Gemma's 262,144 tokens are of programs, names and rare words, and every step of a search computes
all of them. Kept are always: marks, digits, single letters, bytes, all tokens of Chinese characters, and
whatever the merges need to arrive at them.

- The model tuned between English and Chinese keeps the words of an English dictionary and the most
  frequent pieces of words: 107,000. Of 3,000 sentences 96 % are cut into the same tokens as before.
- The one for all languages keeps what frequent words of 40 languages are made of (a list of bits that
  ``scripts/make_gemma_tokens.py`` writes), and all Japanese: 160,000.

A word that is not among them comes in more pieces.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence, Set
from importlib.resources import files
from pathlib import Path
from typing import Any

CHINESE = re.compile(r"[\s▁\u2010-\u2027\u3000-\u303f\u3400-\u4dbf\u4e00-\u9fff\uff00-\uffef]+")
JAPANESE = re.compile(r"[▁\u3000-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uff00-\uffef]+")
MARKS = re.compile(r"[▁\W\d_]{1,3}")
BYTES = re.compile(r"<0x[0-9A-F]{2}>")
LETTERS = re.compile(r"▁?[A-Za-z']+")
FREQUENT_PIECES, MOST_FREQUENT = 80_000, 40_000
"""Numbers below which a piece of a word, or a word that no dictionary has, stays."""
SPECIAL = ("<pad>", "<eos>", "<bos>", "<unk>", "<mask>")


def english_words() -> frozenset[str]:
    """Of misaki's American dictionary, with the endings that it leaves to rules."""
    text = files("misaki").joinpath("data/us_gold.json").read_text(encoding="utf-8")
    words = set(json.loads(text))
    return frozenset(words | {form for word in words if word.islower() for form in _forms(word)})


def _forms(word: str) -> Iterator[str]:
    stem = word[:-1] if word.endswith(("e", "y")) else word
    yield from (f"{word}s", f"{word}ing", f"{word}ed", f"{word}es")
    yield from (f"{stem}ing", f"{stem}ed", f"{stem}ied", f"{stem}ies")


def frequent_numbers(path: Path) -> frozenset[int]:
    """Old numbers of the tokens that a file of bits marks."""
    import numpy as np
    from safetensors.numpy import load_file

    marked = np.flatnonzero(np.unpackbits(load_file(path)["kept"]))
    return frozenset(int(number) for number in marked)


def tokens_of_all_languages(tokenizer: Mapping[str, Any], frequent: Set[int]) -> set[str]:
    """Tokens that stay, where the words of many languages do."""
    model = tokenizer["model"]
    kept = {
        token
        for token, number in model["vocab"].items()
        if number in frequent or _is_always_kept(token) or JAPANESE.fullmatch(token)
    }
    return _with_parts(kept, model["merges"])


def kept_tokens(tokenizer: Mapping[str, Any], words: frozenset[str]) -> set[str]:
    """Tokens that stay between Chinese and a language of known words.

    Args:
        tokenizer: JSON of a tokenizer of the BPE kind with byte fallback, whose tokens are numbered by
            how frequent they are.
        words: of the language that is written with letters.
    """
    model = tokenizer["model"]
    kept = {token for token, number in model["vocab"].items() if _stays(token, number, words)}
    return _with_parts(kept, model["merges"])


def _is_always_kept(token: str) -> bool:
    if token in SPECIAL or len(token) == 1:
        return True
    return any(kind.fullmatch(token) for kind in (CHINESE, MARKS, BYTES))


def _stays(token: str, number: int, words: frozenset[str]) -> bool:
    if _is_always_kept(token):
        return True
    if not LETTERS.fullmatch(token):
        return False
    if not token.startswith("▁"):
        return number < FREQUENT_PIECES
    word = token[1:]
    is_known = word in words
    return (is_known and word.islower()) or number < (
        FREQUENT_PIECES if is_known else MOST_FREQUENT
    )


def _with_parts(kept: set[str], merges: Sequence[Sequence[str]]) -> set[str]:
    """With all tokens out of which those that are kept can be merged."""
    parts: dict[str, list[Sequence[str]]] = defaultdict(list)
    for pair in merges:
        parts[pair[0] + pair[1]].append(pair)
    found, waiting = set(kept), list(kept)
    while waiting:
        for pair in parts[waiting.pop()]:
            fresh = [part for part in pair if part not in found]
            found.update(fresh)
            waiting += fresh
    return found


def cut_tokenizer(document: Mapping[str, Any], kept: set[str]) -> tuple[dict[str, Any], list[int]]:
    """A tokenizer's JSON with the kept tokens alone, renumbered, and their old numbers in order."""
    old = document["model"]["vocab"]
    order = sorted((token for token in old if token in kept), key=lambda token: old[token])
    number = {token: i for i, token in enumerate(order)}
    merges = [
        pair
        for pair in document["model"]["merges"]
        if pair[0] in number and pair[1] in number and pair[0] + pair[1] in number
    ]
    added = [
        {**token, "id": number[token["content"]]}
        for token in document["added_tokens"]
        if token["content"] in number
    ]
    model = {**document["model"], "vocab": number, "merges": merges}
    return {**document, "model": model, "added_tokens": added}, [old[token] for token in order]


def cut_model(model: Any, numbers: Sequence[int]) -> None:
    """Keep these rows of the embeddings, which are the output's rows too."""
    import torch
    from torch import nn

    rows = model.get_input_embeddings().weight.detach()[torch.tensor(numbers)]
    model.resize_token_embeddings(len(numbers), mean_resizing=False)
    model.get_input_embeddings().weight = nn.Parameter(rows.contiguous())
    model.tie_weights()
    model.config.vocab_size = len(numbers)

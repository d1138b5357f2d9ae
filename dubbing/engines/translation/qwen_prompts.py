"""What Qwen is asked, in its chat template, as tokens.

An instruction and fixed pairs of the direction as earlier turns come first, the same for all lines, so
that they are read once. Then pairs like the line, and the line. What was said before it is not told: a
model of this size translates that as well. Special tokens are never read out of a text, so that no line
can pose as an instruction.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

from dubbing.engines.translation import Length, Pair, Passage, Request
from dubbing.engines.translation.fixed_examples import fixed_pairs
from dubbing.language.languages import language

TURN, TURN_END = "<|im_start|>", "<|im_end|>"
INSTRUCTION = (
    "You are a professional translator of film dialogue. Translate each line from {source} into natural "
    "spoken {target}.{wishes} Output only the translation."
)
LENGTHS = {
    Length.USUAL: "",
    Length.SHORTER: " Be as brief as you can: leave out what is least needed.",
    Length.LONGER: " Word it a little more fully, without adding to its meaning.",
}
REGISTERS = {
    ("formal", "zh"): "您",
    ("formal", "es"): "usted",
    ("formal", "fr"): "vous",
    ("formal", "it"): "Lei",
    ("formal", "pt-br"): "o senhor",
    ("familiar", "zh"): "你",
    ("familiar", "es"): "tú",
    ("familiar", "fr"): "tu",
    ("familiar", "it"): "tu",
    ("familiar", "pt-br"): "você",
}
"""How somebody is addressed."""
NAMES = {"zh": "Simplified Chinese", "pt-br": "Brazilian Portuguese"}
"""What the model calls a language whose plain name would leave the variety open."""
FIXED_PAIRS = 3
ADDRESS_NOBODY = (1, 2, 5)
"""Places of fixed pairs that suit any register."""


class Prompts:
    """Makes prompts, and texts of tokens."""

    def __init__(self, folder: Path) -> None:
        """Remember where ``tokenizer.json`` lies."""
        self._folder = folder

    @cached_property
    def tokenizer(self) -> Any:
        """The tokenizer, to which special tokens in a text are letters like others."""
        from tokenizers import Tokenizer

        tokenizer = Tokenizer.from_file(str(self._folder / "tokenizer.json"))
        tokenizer.encode_special_tokens = True
        return tokenizer

    def prefix(self, request: Request, register: str = "") -> list[str]:
        """What comes before every line of a direction."""
        address = REGISTERS.get((register, request.target))
        wishes = LENGTHS[request.length]
        if address:
            wishes += f" Address people with “{address}”."
        text = INSTRUCTION.format(
            source=name_of(request.source), target=name_of(request.target), wishes=wishes
        )
        return self.turn("system", text) + self._turns(fixed(request, register))

    def question(self, passage: Passage) -> list[str]:
        """The line, with what helps to get it right, and the beginning of the answer."""
        return self._turns(passage.examples) + self.turn("user", passage.text) + self.answer_begin

    def turn(self, role: str, text: str) -> list[str]:
        """What somebody says."""
        spoken = self.tokens(f"{role}\n{one_line(text)}")
        return [TURN, *spoken, TURN_END, *self.tokens("\n")]

    @cached_property
    def answer_begin(self) -> list[str]:
        """What the model goes on from."""
        return [TURN, *self.tokens("assistant\n")]

    def tokens(self, text: str) -> list[str]:
        """Tokens of a text, none of them special."""
        tokens: list[str] = self.tokenizer.encode(text, add_special_tokens=False).tokens
        return tokens

    def text(self, ids: Sequence[int]) -> str:
        """The text of tokens, in one line."""
        return one_line(self.tokenizer.decode(ids))

    def _turns(self, pairs: Sequence[Pair]) -> list[str]:
        return [
            token
            for text, translation in pairs
            for token in self.turn("user", text) + self.turn("assistant", translation)
        ]


def fixed(request: Request, register: str = "") -> tuple[Pair, ...]:
    """Pairs that every line of a direction is shown."""
    pairs = fixed_pairs(request.source, request.target)
    if register and pairs:
        return tuple(pairs[place] for place in ADDRESS_NOBODY)
    return tuple(sorted(pairs, key=lambda pair: len(pair[0]))[:FIXED_PAIRS])


def name_of(code: str) -> str:
    """How the model is told a language."""
    return NAMES.get(code) or language(code).name


def one_line(text: str) -> str:
    """The text with all white space as single spaces."""
    return " ".join(text.split())

"""Qwen2.5-Coder-1.5B-Instruct through CTranslate2: translation by instruction and example, offline.

Six times Gemma's size, and tuned to follow instructions, for more memory and time. It is asked in its
chat template: an instruction, fixed pairs of the direction as earlier turns (a prefix that is read
once), pairs like the line, the line. Special tokens are never read out of a line's text, so that no
line can pose as an instruction.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

from dubbing.engines.translation import (
    Hypothesis,
    Length,
    Pair,
    Passage,
    Request,
    Style,
)
from dubbing.engines.translation.decoding import OTHER_SCRIPTS, ranked, source_words
from dubbing.engines.translation.fixed_examples import fixed_pairs
from dubbing.language.languages import SPOKEN, language
from dubbing.language.script import script_share
from dubbing.settings import NO_OPTIONS, EngineOptions

TURN, TURN_END = "<|im_start|>", "<|im_end|>"
END_TOKENS = [TURN_END, "<|endoftext|>"]
INSTRUCTION = (
    "You are a professional translator of film dialogue. Translate each line from {source} into natural "
    "spoken {target}.{length} Output only the translation."
)
LENGTHS = {
    Length.USUAL: "",
    Length.SHORTER: " Be as brief as you can: leave out what is least needed.",
    Length.LONGER: " Word it a little more fully, without adding to its meaning.",
}
NAMES = {"zh": "Simplified Chinese", "pt-br": "Brazilian Portuguese"}
"""What the model calls a language whose plain name would leave the variety open."""
FIXED_PAIRS = 3
LINES_AT_ONCE = 4
"""Each beam of each line has its own copy of what was read: many lines at once take memory (4.4 GB with
16 of them, 2.7 GB with four) and gain no time."""
SCORED_AT_ONCE = 8
SPARE_TOKENS = 16
LONGEST = 240
TOKENS_PER_SOURCE_TOKEN = {"hi": 6.0}
USUAL_TOKENS_PER_SOURCE_TOKEN = 2.5


class Qwen:
    """Any pair of the languages that the product speaks; best into Chinese, Spanish and French."""

    version = 1
    weights: tuple[str, ...] = ("qwen-1.5b",)
    takes_options: tuple[str, ...] = ("model",)
    style = Style.EXAMPLES

    def __init__(self, threads: int = 2, options: EngineOptions = NO_OPTIONS) -> None:
        """Load the weights; ``options.model`` may name their folder.

        Raises:
            WeightsMissing: if they are not on this machine.
        """
        import ctranslate2

        from dubbing.models.resolver import resolve

        folder = Path(options.model) if options.model else None
        self._folder = resolve(self.weights[0], folder=folder)
        self._foreign: dict[str, list[list[str]]] = {}
        self._generator = ctranslate2.Generator(
            str(self._folder),
            device="cpu",
            compute_type="int8",
            inter_threads=1,
            intra_threads=threads,
        )

    @cached_property
    def _tokenizer(self) -> Any:
        from tokenizers import Tokenizer

        tokenizer = Tokenizer.from_file(str(self._folder / "tokenizer.json"))
        tokenizer.encode_special_tokens = True  # in a line's text they are letters like others
        return tokenizer

    def supports(self, source: str, target: str) -> bool:
        """Every target that there are examples for; other sources borrow the English ones."""
        return target in SPOKEN and source != target

    def translate(
        self, passages: Sequence[Passage], request: Request
    ) -> tuple[tuple[Hypothesis, ...], ...]:
        """Hypotheses of each passage, best first."""
        prefix = self._instruction(request) + self._turns(self._fixed(request))
        return tuple(
            self._hypotheses(result)
            for batch, kept_out in self._batches(passages, request)
            for result in self._generator.generate_batch(
                [self._question(passage) for passage in batch],
                static_prompt=prefix,
                cache_static_prompt=True,
                include_prompt_in_result=False,
                end_token=END_TOKENS,
                max_batch_size=LINES_AT_ONCE,
                min_length=1,
                max_length=max(self._most_tokens(p.text, request.target) for p in batch),
                suppress_sequences=kept_out,
                beam_size=max(request.beam_size, request.n_best),
                num_hypotheses=request.n_best,
                return_scores=True,
            )
        )

    def score(self, pairs: Sequence[Pair], source: str, target: str) -> tuple[float, ...]:
        """Mean log-probability a token of each second text as the translation of the first."""
        prefix = self._turn("system", f"Translate {_name(source)} into {_name(target)}.")
        questions = [prefix + self._turn("user", text) + self._answer_begin for text, _ in pairs]
        answers = [[*self._tokens(_one_line(text)), TURN_END] for _, text in pairs]
        results = self._generator.score_batch(
            [question + answer for question, answer in zip(questions, answers, strict=True)],
            max_batch_size=SCORED_AT_ONCE,
        )
        return tuple(
            round(sum(result.log_probs[-len(answer) :]) / len(answer), 4)
            for result, answer in zip(results, answers, strict=True)
        )

    # -- prompts ---------------------------------------------------------------------------------

    def _instruction(self, request: Request) -> list[str]:
        text = INSTRUCTION.format(
            source=_name(request.source),
            target=_name(request.target),
            length=LENGTHS[request.length],
        )
        return self._turn("system", text)

    def _fixed(self, request: Request) -> tuple[Pair, ...]:
        """Pairs that every line of a direction is shown."""
        shortest = sorted(
            fixed_pairs(request.source, request.target), key=lambda pair: len(pair[0])
        )
        return tuple(shortest[:FIXED_PAIRS])

    def _question(self, passage: Passage) -> list[str]:
        return self._turns(passage.examples) + self._turn("user", passage.text) + self._answer_begin

    def _turns(self, pairs: Sequence[Pair]) -> list[str]:
        return [
            token
            for text, translation in pairs
            for token in self._turn("user", text) + self._turn("assistant", translation)
        ]

    def _turn(self, role: str, text: str) -> list[str]:
        spoken = self._tokens(f"{role}\n{_one_line(text)}")
        return [TURN, *spoken, TURN_END, *self._tokens("\n")]

    @cached_property
    def _answer_begin(self) -> list[str]:
        return [TURN, *self._tokens("assistant\n")]

    def _tokens(self, text: str) -> list[str]:
        tokens: list[str] = self._tokenizer.encode(text, add_special_tokens=False).tokens
        return tokens

    # -- decoding --------------------------------------------------------------------------------

    def _batches(
        self, passages: Sequence[Passage], request: Request
    ) -> Iterator[tuple[Sequence[Passage], list[list[str]] | None]]:
        """Passages that are decoded together, and what is kept out of their translations."""
        if not request.was_copied:
            yield passages, None
        elif request.target in OTHER_SCRIPTS:
            yield passages, self._of_other_scripts(request.target)
        else:
            yield from (([passage], source_words(passage, self._tokens)) for passage in passages)

    def _of_other_scripts(self, target: str) -> list[list[str]]:
        """Every token with a letter that is not of the target's script."""
        if target not in self._foreign:
            tokenizer = self._tokenizer
            self._foreign[target] = [
                [token]
                for token, number in tokenizer.get_vocab().items()
                if script_share(tokenizer.decode([number]), target) < 1.0
            ]
        return self._foreign[target]

    def _most_tokens(self, text: str, target: str) -> int:
        share = TOKENS_PER_SOURCE_TOKEN.get(target, USUAL_TOKENS_PER_SOURCE_TOKEN)
        return min(LONGEST, int(len(self._tokens(text)) * share) + SPARE_TOKENS)

    def _hypotheses(self, result: Any) -> tuple[Hypothesis, ...]:
        return ranked(
            (_one_line(self._tokenizer.decode(ids)), float(score))
            for ids, score in zip(result.sequences_ids, result.scores, strict=True)
        )


def _name(code: str) -> str:
    return NAMES.get(code) or language(code).name


def _one_line(text: str) -> str:
    return " ".join(text.split())

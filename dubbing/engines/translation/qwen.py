"""Qwen2.5-Coder-1.5B-Instruct through CTranslate2: translation by instruction and example, offline.

Six times Gemma's size, and tuned to follow instructions, for more memory and time. Reading and writing
take most of the time, so lines of like length go through together, and what all of them begin with is
read once. Its prompts are in ``qwen_prompts``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

from dubbing.engines.translation import Hypothesis, Length, Pair, Passage, Request, Style
from dubbing.engines.translation.decoding import OTHER_SCRIPTS, ranked, source_words
from dubbing.engines.translation.qwen_prompts import (
    TURN_END,
    Prompts,
    name_of,
    one_line,
)
from dubbing.language.languages import SPOKEN
from dubbing.language.script import script_share
from dubbing.settings import NO_OPTIONS, EngineOptions

END_TOKENS = [TURN_END, "<|endoftext|>"]
SEED = 7
SAMPLES = {
    "beam_size": 1,
    "sampling_topk": 20,
    "sampling_temperature": 0.7,
    "num_hypotheses": 4,
}
"""Where another length is wanted, since all beams are about as long."""
TOKENS_AT_ONCE = 2400
"""Of lines times beams or samples that are decoded together, each of which has its own copy of what was
read; a line counts twice for its translation. Bounds the memory."""
PREFIX_TOKENS = 110
"""What comes before every line, about."""
SCORED_AT_ONCE = 8
SPARE_TOKENS = 16
LONGEST = 240
TOKENS_PER_SOURCE_TOKEN = {"hi": 6.0}
USUAL_TOKENS_PER_SOURCE_TOKEN = 2.5


class Qwen:
    """Any pair of the languages that the product speaks; best into Chinese, Spanish and French."""

    version = 2
    weights: tuple[str, ...] = ("qwen-1.5b",)
    takes_options: tuple[str, ...] = ("model",)
    style = Style.DIALOGUE
    least_at_once = 48
    """Passages, so that enough of them are of like length."""

    def __init__(self, threads: int = 2, options: EngineOptions = NO_OPTIONS) -> None:
        """Load the weights; ``options.model`` may name their folder.

        Raises:
            WeightsMissing: if they are not on this machine.
        """
        import ctranslate2

        from dubbing.models.resolver import resolve

        folder = resolve(self.weights[0], folder=Path(options.model) if options.model else None)
        self._prompts = Prompts(folder)
        self._foreign: dict[str, list[list[str]]] = {}
        ctranslate2.set_random_seed(SEED)
        self._generator = ctranslate2.Generator(
            str(folder),
            device="cpu",
            compute_type="int8",
            inter_threads=1,
            intra_threads=threads,
        )

    def supports(self, source: str, target: str) -> bool:
        """Every target that there are examples for; other sources borrow the English ones."""
        return target in SPOKEN and source != target

    def translate(
        self, passages: Sequence[Passage], request: Request
    ) -> tuple[tuple[Hypothesis, ...], ...]:
        """Hypotheses of each passage, best first."""
        found: dict[int, tuple[Hypothesis, ...]] = {}
        how = _how(request)
        for places, kept_out in self._batches(passages, request, _rows(how)):
            batch = [passages[place] for place in places]
            results = self._generator.generate_batch(
                [self._prompts.question(passage) for passage in batch],
                static_prompt=self._prompts.prefix(request, batch[0].register),
                cache_static_prompt=True,
                include_prompt_in_result=False,
                end_token=END_TOKENS,
                min_length=1,
                max_length=max(self._most_tokens(p.text, request.target) for p in batch),
                suppress_sequences=kept_out,
                return_scores=True,
                **how,
            )
            found |= zip(places, map(self._hypotheses, results), strict=True)
        return tuple(found[place] for place in range(len(passages)))

    def score(self, pairs: Sequence[Pair], source: str, target: str) -> tuple[float, ...]:
        """Mean log-probability a token of each second text as the translation of the first."""
        ask = self._prompts
        prefix = ask.turn("system", f"Translate {name_of(source)} into {name_of(target)}.")
        questions = [prefix + ask.turn("user", text) + ask.answer_begin for text, _ in pairs]
        answers = [[*ask.tokens(one_line(text)), TURN_END] for _, text in pairs]
        results = self._generator.score_batch(
            [question + answer for question, answer in zip(questions, answers, strict=True)],
            max_batch_size=SCORED_AT_ONCE,
        )
        return tuple(
            round(sum(result.log_probs[-len(answer) :]) / len(answer), 4)
            for result, answer in zip(results, answers, strict=True)
        )

    # -- decoding --------------------------------------------------------------------------------

    def _batches(
        self, passages: Sequence[Passage], request: Request, rows_of_one: int
    ) -> Iterator[tuple[Sequence[int], list[list[str]] | None]]:
        """Places of passages that are decoded together, and what is kept out of their translations.

        They are of one register and of like length, since a batch lasts as long as its longest member.
        """
        in_order = sorted(
            range(len(passages)), key=lambda n: (passages[n].register, len(passages[n].text))
        )
        is_alone = request.was_copied and request.target not in OTHER_SCRIPTS
        for _, group in groupby(in_order, key=lambda n: passages[n].register):
            batch: list[int] = []
            for place in group:
                n_tokens = PREFIX_TOKENS + 2 * len(self._prompts.question(passages[place]))
                is_full = (len(batch) + 1) * rows_of_one * n_tokens > TOKENS_AT_ONCE
                if batch and (is_full or is_alone):
                    yield batch, self._kept_out(passages[batch[0]], request)
                    batch = []
                batch.append(place)
            if batch:
                yield batch, self._kept_out(passages[batch[0]], request)

    def _kept_out(self, passage: Passage, request: Request) -> list[list[str]] | None:
        """What is not written where the first try copied: other scripts, or the words of the source."""
        if not request.was_copied:
            return None
        if request.target in OTHER_SCRIPTS:
            return self._of_other_scripts(request.target)
        return source_words(passage, self._prompts.tokens)

    def _of_other_scripts(self, target: str) -> list[list[str]]:
        """Every token with a letter that is not of the target's script."""
        if target not in self._foreign:
            tokenizer = self._prompts.tokenizer
            self._foreign[target] = [
                [token]
                for token, number in tokenizer.get_vocab().items()
                if script_share(tokenizer.decode([number]), target) < 1.0
            ]
        return self._foreign[target]

    def _most_tokens(self, text: str, target: str) -> int:
        share = TOKENS_PER_SOURCE_TOKEN.get(target, USUAL_TOKENS_PER_SOURCE_TOKEN)
        return min(LONGEST, int(len(self._prompts.tokens(text)) * share) + SPARE_TOKENS)

    def _hypotheses(self, result: Any) -> tuple[Hypothesis, ...]:
        return ranked(
            (self._prompts.text(ids), float(score))
            for ids, score in zip(result.sequences_ids, result.scores, strict=True)
        )


def _how(request: Request) -> dict[str, Any]:
    if request.length is not Length.USUAL:
        return SAMPLES
    return {
        "beam_size": max(request.beam_size, request.n_best),
        "num_hypotheses": request.n_best,
    }


def _rows(how: dict[str, Any]) -> int:
    return max(int(how["beam_size"]), int(how["num_hypotheses"]))

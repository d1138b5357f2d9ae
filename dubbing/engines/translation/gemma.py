"""Gemma 3 270M, a base language model, through CTranslate2: translation by example.

The model is shown sentence pairs and the line, and continues. Pairs like the line come with the passage;
without any it is shown fixed ones, a prefix that is read once (``static_prompt``). It is a small model:
what it gives is a draft, ranked, for the checks and the reviewer behind it. Between English and Chinese,
weights tuned for it are used (``dub train translator``).
"""

from __future__ import annotations

from collections.abc import Sequence
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

LINE_END = ["\n", "\n\n", "<eos>"]
SPARE_TOKENS = 16
LONGEST = 160
PAIRS_TO_SHOW = 3
"""The shortest of the fixed ones. All six translate no better and half as slowly again, for what was read
is copied at every step for every beam: chrF 54.1 (English to Portuguese), 69.1 (back), 22.9 (English to
Chinese) with six; 54.4, 68.0, 23.4 with three."""
PAIRS_AGAINST_COPYING = 6
"""All: of 44 sentences two were left in English after three, none after six."""
PAIRS_TO_SCORE = 2
"""To see which language is wanted, and no more tokens than that."""
SEED = 7
SAMPLES = {
    "beam_size": 1,
    "sampling_topk": 20,
    "sampling_temperature": 0.8,
    "num_hypotheses": 8,
}
"""Where another length is wanted, since all beams are about as long."""
TUNED = {"en": "zh", "zh": "en"}


class Gemma:
    """Any pair of the languages that Gemma has read; best between the eight spoken ones."""

    version = 5
    weights: tuple[str, ...] = ("gemma-3-270m",)
    takes_options: tuple[str, ...] = ("model",)
    style = Style.EXAMPLES
    doubtful_below = -2.5
    """Of reverse scores: 2 % of 124 good Chinese and none of 40 good Spanish lines have less, and 96 % of
    lines with the translation of another one."""
    tokens_per_source_token = 2.5

    def __init__(self, threads: int = 2, options: EngineOptions = NO_OPTIONS) -> None:
        """Load the weights (1 s, 0.2 GB in 8 bits); ``options.model`` may name their folder.

        Raises:
            WeightsMissing: if they are not on this machine.
        """
        from dubbing.models.resolver import resolve

        self._folder = Path(options.model) if options.model else resolve(self.weights[0])
        self._workers = threads
        self._foreign: dict[str, list[list[str]]] = {}
        self._generator = self._load(threads)

    def _load(self, workers: int) -> Any:
        """Workers of one thread each, who share the weights and take one text at a time.

        A step of so small a model is over in 20 ms; threads that share it wait longer for each other
        than they work. Nor does a text gain by company: texts of unlike lengths wait for each other.
        """
        import ctranslate2

        ctranslate2.set_random_seed(SEED)
        return ctranslate2.Generator(
            str(self._folder),
            device="cpu",
            compute_type="int8",
            inter_threads=workers,
            intra_threads=1,
        )

    @cached_property
    def _sampler(self) -> Any:
        """One worker: each goes on from its own last sample, and who is free first is chance."""
        return self._generator if self._workers == 1 else self._load(workers=1)

    @cached_property
    def _tokenizer(self) -> Any:
        from tokenizers import Tokenizer

        return Tokenizer.from_file(str(self._folder / "tokenizer.json"))

    def supports(self, source: str, target: str) -> bool:
        """Every target that there are examples for; other sources borrow the English ones."""
        return target in SPOKEN and source != target

    def translate(
        self, passages: Sequence[Passage], request: Request
    ) -> tuple[tuple[Hypothesis, ...], ...]:
        """Hypotheses of each passage, best first."""
        pair = request.source, request.target
        n_shown = PAIRS_AGAINST_COPYING if request.was_copied else PAIRS_TO_SHOW
        is_usual = request.length is Length.USUAL
        generator = self._generator if is_usual else self._sampler
        how = {
            "static_prompt": ["<bos>", *self._tokens(self._fixed(*pair, n_shown))],
            "include_prompt_in_result": False,
            "return_scores": True,
            "end_token": LINE_END,
            "repetition_penalty": 1.05,
            **(_beams(request) if is_usual else SAMPLES),
        }
        answers = [
            generator.generate_batch(
                [self._tokens(prompt_of(passage.text, passage.examples, pair))],
                max_length=self._most_tokens(passage.text),
                suppress_sequences=self._kept_out(passage, request),
                asynchronous=True,
                **how,
            )
            for passage in passages
        ]
        return tuple(self._hypotheses(answer.result()) for (answer,) in answers)

    def score(self, pairs: Sequence[Pair], source: str, target: str) -> tuple[float, ...]:
        """Mean log-probability a token of each second text as the translation of the first."""
        prefix = ["<bos>", *self._tokens(self._fixed(source, target, PAIRS_TO_SCORE))]
        questions = [
            prefix + self._tokens(prompt_of(told, (), (source, target))) for told, _ in pairs
        ]
        answers = [[*self._tokens(f" {said}"), LINE_END[0]] for _, said in pairs]
        read = [
            self._generator.score_batch([question + answer], asynchronous=True)
            for question, answer in zip(questions, answers, strict=True)
        ]
        return tuple(
            round(sum(found.result().log_probs[-len(answer) :]) / len(answer), 4)
            for (found,), answer in zip(read, answers, strict=True)
        )

    def _fixed(self, source: str, target: str, most: int) -> str:
        """The prefix of all prompts of a direction; other sources borrow the English examples."""
        shown = source if source in SPOKEN else "en"
        shortest = sorted(fixed_pairs(source, target), key=lambda pair: len(pair[0]))
        return _told(shortest[:most], (shown, target))

    def _most_tokens(self, text: str) -> int:
        return min(
            LONGEST, int(len(self._tokens(text)) * self.tokens_per_source_token) + SPARE_TOKENS
        )

    def _kept_out(self, passage: Passage, request: Request) -> list[list[str]] | None:
        """What is not written where the first try copied: other scripts, or the words of the source."""
        if not request.was_copied:
            return None
        if request.target in OTHER_SCRIPTS:
            return self._of_other_scripts(request.target)
        return source_words(passage, self._tokens)

    def _of_other_scripts(self, target: str) -> list[list[str]]:
        """Every token with a letter that is not of the target's script."""
        if target not in self._foreign:
            vocabulary = self._tokenizer.get_vocab()
            self._foreign[target] = [[t] for t in vocabulary if script_share(t, target) < 1.0]
        return self._foreign[target]

    def _tokens(self, text: str) -> list[str]:
        tokens: list[str] = self._tokenizer.encode(text, add_special_tokens=False).tokens
        return tokens

    def _hypotheses(self, result: Any) -> tuple[Hypothesis, ...]:
        """Distinct texts with their scores, best first."""
        return ranked(
            (self._tokenizer.decode(ids).split("\n")[0].strip(), float(score))
            for ids, score in zip(result.sequences_ids, result.scores, strict=True)
        )


class TunedGemma(Gemma):
    """English to Chinese and back, by weights tuned on sentence pairs; needs no fixed examples."""

    weights = ("gemma-3-270m-en-zh",)
    tokens_per_source_token = 1.6

    def supports(self, source: str, target: str) -> bool:
        """English and Chinese."""
        return TUNED.get(source) == target

    def _fixed(self, source: str, target: str, most: int) -> str:
        return ""


def _beams(request: Request) -> dict[str, Any]:
    return {
        "beam_size": max(request.beam_size, request.n_best),
        "num_hypotheses": request.n_best,
    }


def prompt_of(text: str, shown: Sequence[Pair], languages: tuple[str, str]) -> str:
    """What the model goes on from: pairs of a source and its translation, and a source."""
    return _told(shown, languages) + _question(text, languages)


def _told(pairs: Sequence[Pair], languages: tuple[str, str]) -> str:
    return "".join(f"{_question(told, languages)} {said}\n\n" for told, said in pairs)


def _question(text: str, languages: tuple[str, str]) -> str:
    source, target = (language(code).name for code in languages)
    return f"{source}: {text}\n{target}:"

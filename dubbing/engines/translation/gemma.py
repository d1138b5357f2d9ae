"""Gemma 3 270M, a base language model, through CTranslate2: translation by example.

The model is shown six sentence pairs and the line, and continues. The examples are a cached prefix
(``static_prompt``), so they cost almost nothing a sentence. It is a small model: what it gives is a
draft, ranked, for the checks and the reviewer behind it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import yaml

from dubbing.engines.translation import Hypothesis, Request
from dubbing.language.languages import language

LINE_END = ["\n", "\n\n", "<eos>"]
TOKENS_PER_SOURCE_TOKEN = 2.5
SPARE_TOKENS = 16
LONGEST = 160
TOKENS_AT_ONCE = 800
"""A sentence takes about 1 MB a token while it is searched with four beams: examples, line, output."""
OTHER_SCRIPTS = ("zh", "ja", "hi", "ru")
LATIN_LETTER = re.compile("[A-Za-z]")


class Gemma:
    """Any pair of the languages that Gemma has read; best between the eight spoken ones."""

    version = 1
    weights = ("gemma-3-270m",)

    def __init__(self, threads: int = 2, folder: Path | None = None) -> None:
        """Load the weights (0.3 to 3 s, 1.1 GB as float32).

        Raises:
            WeightsMissing: if they are not on this machine.
        """
        import ctranslate2
        from tokenizers import Tokenizer

        from dubbing.models.resolver import resolve

        place = folder or resolve(self.weights[0])
        self._tokenizer = Tokenizer.from_file(str(place / "tokenizer.json"))
        self._generator = ctranslate2.Generator(
            str(place), device="cpu", compute_type="float32", intra_threads=threads
        )

    def supports(self, source: str, target: str) -> bool:
        """Every target that there are examples for; other sources borrow the English ones."""
        return target in _examples() and source != target

    def translate(
        self, sentences: Sequence[str], request: Request
    ) -> tuple[tuple[Hypothesis, ...], ...]:
        """Hypotheses of each sentence, best first."""
        names = language(request.source).name, language(request.target).name
        prompts = [self._tokens(_question(sentence, *names)) for sentence in sentences]
        shown = ["<bos>", *self._tokens(_shown(request.source, request.target))]
        found: list[tuple[Hypothesis, ...]] = []
        for group in _groups(prompts, len(shown)):
            found += [self._hypotheses(item) for item in self._generate(group, shown, request)]
        return tuple(found)

    def _generate(self, prompts: list[list[str]], shown: list[str], request: Request) -> Any:
        longest = max(map(len, prompts))
        return self._generator.generate_batch(
            prompts,
            static_prompt=shown,
            include_prompt_in_result=False,
            beam_size=max(request.beam_size, request.n_best),
            num_hypotheses=request.n_best,
            return_scores=True,
            max_length=min(LONGEST, int(longest * TOKENS_PER_SOURCE_TOKEN) + SPARE_TOKENS),
            end_token=LINE_END,
            repetition_penalty=1.05,
            suppress_sequences=self._foreign(request) if request.own_script else None,
        )

    def _foreign(self, request: Request) -> list[list[str]] | None:
        """Every token with a Latin letter, if the target does without them."""
        if request.target not in OTHER_SCRIPTS:
            return None
        vocabulary = self._tokenizer.get_vocab()
        return [[token] for token in vocabulary if LATIN_LETTER.search(token)]

    def _tokens(self, text: str) -> list[str]:
        tokens: list[str] = self._tokenizer.encode(text, add_special_tokens=False).tokens
        return tokens

    def _hypotheses(self, result: Any) -> tuple[Hypothesis, ...]:
        """Distinct texts with their scores, best first."""
        best: dict[str, float] = {}
        for ids, score in zip(result.sequences_ids, result.scores, strict=True):
            text = self._tokenizer.decode(ids).split("\n")[0].strip()
            best.setdefault(text, round(float(score), 4))
        return tuple(Hypothesis(text, score) for text, score in best.items())


def _groups(prompts: Sequence[list[str]], n_shown: int) -> Iterator[list[list[str]]]:
    """Prompts in order, as many at once as the memory for their attention allows."""
    group: list[list[str]] = []
    for prompt in prompts:
        tokens = (n_shown + 2 * max(map(len, [*group, prompt]))) * (len(group) + 1)
        if group and tokens > TOKENS_AT_ONCE:
            yield group
            group = []
        group.append(prompt)
    if group:
        yield group


def _shown(source: str, target: str) -> str:
    """The examples as the model reads them."""
    examples = _examples()
    pairs = zip(examples.get(source, examples["en"]), examples[target], strict=True)
    shown_source = source if source in examples else "en"
    names = language(shown_source).name, language(target).name
    return "".join(f"{_question(told, *names)} {said}\n\n" for told, said in pairs)


def _question(sentence: str, source_name: str, target_name: str) -> str:
    return f"{source_name}: {sentence}\n{target_name}:"


@cache
def _examples() -> dict[str, list[str]]:
    text = files("dubbing.engines.translation").joinpath("examples.yaml").read_text("utf-8")
    examples: dict[str, list[str]] = yaml.safe_load(text)
    return examples

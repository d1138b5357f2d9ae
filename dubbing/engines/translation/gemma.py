"""Gemma 3 270M, a base language model, through CTranslate2: translation by example.

The model is shown sentence pairs and the line, and continues. Pairs like the line come with the passage;
without any it is shown six fixed ones, which are a cached prefix (``static_prompt``) and cost almost
nothing a sentence. It is a small model: what it gives is a draft, ranked, for the checks and the reviewer
behind it. Between English and Chinese, weights tuned for it are used (``dub train translator``).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
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
from dubbing.engines.translation.fixed_examples import fixed_pairs
from dubbing.language.languages import SPOKEN, language
from dubbing.settings import NO_OPTIONS, EngineOptions

LINE_END = ["\n", "\n\n", "<eos>"]
SPARE_TOKENS = 16
LONGEST = 160
PAIRS_TO_SCORE = 2
"""The shortest of the fixed ones: to see which language is wanted, and no more tokens than that."""
OTHER_SCRIPTS = ("zh", "ja", "hi", "ru")
LATIN_LETTER = re.compile("[A-Za-z]")
SEED = 7
N_SAMPLES = 8
TEMPERATURE = 0.8
TUNED = {"en": "zh", "zh": "en"}


class Gemma:
    """Any pair of the languages that Gemma has read; best between the eight spoken ones."""

    version = 3
    weights: tuple[str, ...] = ("gemma-3-270m",)
    style = Style.EXAMPLES
    tokens_per_source_token = 2.5
    tokens_at_once = 800
    """A sentence takes about 1 MB a token while it is searched with four beams."""
    spread = 0
    """By how many tokens prompts that are read together may differ. The library reads as many as the
    shortest has at once, and the rest of the others one by one, each as dear as one that is written.
    With as many fixed examples before them, prompts gain nothing by company."""
    scored_at_once = 200
    """Tokens; more of them take longer each, for their probabilities no longer fit into the cache."""

    def __init__(self, threads: int = 2, options: EngineOptions = NO_OPTIONS) -> None:
        """Load the weights (1 s, 0.2 GB in 8 bits); ``options.model`` may name their folder.

        Raises:
            WeightsMissing: if they are not on this machine.
        """
        import ctranslate2
        from tokenizers import Tokenizer

        from dubbing.models.resolver import resolve

        place = Path(options.model) if options.model else resolve(self.weights[0])
        self._tokenizer = Tokenizer.from_file(str(place / "tokenizer.json"))
        ctranslate2.set_random_seed(SEED)  # the same order of questions gets the same samples
        self._generator = ctranslate2.Generator(
            str(place), device="cpu", compute_type="int8", intra_threads=threads
        )

    def supports(self, source: str, target: str) -> bool:
        """Every target that there are examples for; other sources borrow the English ones."""
        return target in SPOKEN and source != target

    def translate(
        self, passages: Sequence[Passage], request: Request
    ) -> tuple[tuple[Hypothesis, ...], ...]:
        """Hypotheses of each passage, best first."""
        pair = request.source, request.target
        start = ["<bos>", *self._tokens(self._fixed(request.source, request.target))]
        prompts = [
            self._tokens(prompt_of(passage.text, (*passage.terms, *passage.examples), pair))
            for passage in passages
        ]
        most = [self._most_tokens(passage.text) for passage in passages]
        found: dict[int, tuple[Hypothesis, ...]] = {}
        for group in _groups(prompts, len(start), self.tokens_at_once, self.spread):
            results = self._generate([prompts[i] for i in group], start, request, most[group[-1]])
            for number, result in zip(group, results, strict=True):
                found[number] = self._hypotheses(result)
        return tuple(found[number] for number in range(len(passages)))

    def score(self, pairs: Sequence[Pair], source: str, target: str) -> tuple[float, ...]:
        """Mean log-probability a token of each second text as the translation of the first."""
        prefix = ["<bos>", *self._tokens(self._fixed(source, target, PAIRS_TO_SCORE))]
        questions = [
            prefix + self._tokens(prompt_of(told, (), (source, target))) for told, _ in pairs
        ]
        answers = [[*self._tokens(f" {said}"), "\n"] for _, said in pairs]
        whole = [a + b for a, b in zip(questions, answers, strict=True)]
        log_probs = self._log_probs(whole)
        return tuple(
            round(sum(found[len(asked) - 1 : len(asked) - 1 + len(answer)]) / len(answer), 4)
            for asked, answer, found in zip(questions, answers, log_probs, strict=True)
        )

    def _log_probs(self, texts: list[list[str]]) -> list[list[float]]:
        """Of every token but the first, given those before it.

        The library wants texts of one length, so they are filled up at their end; what comes after a
        token does not change its probability.
        """
        found: dict[int, list[float]] = {}
        for group in _groups(texts, 0, self.scored_at_once):
            longest = len(texts[group[-1]])
            filled = [texts[i] + [LINE_END[0]] * (longest - len(texts[i])) for i in group]
            results = self._generator.score_batch(filled)
            found |= {i: result.log_probs for i, result in zip(group, results, strict=True)}
        return [found[i] for i in range(len(texts))]

    def _fixed(self, source: str, target: str, most: int | None = None) -> str:
        """The prefix of all prompts of a direction; other sources borrow the English examples."""
        shown = source if source in SPOKEN else "en"
        pairs = fixed_pairs(source, target)
        if most is not None:
            pairs = tuple(sorted(pairs, key=lambda pair: len(pair[0]))[:most])
        return _told(pairs, (shown, target))

    def _generate(
        self, prompts: list[list[str]], start: list[str], request: Request, most_tokens: int
    ) -> Any:
        """Beam search; samples where another length is wanted, since all beams are about as long."""
        search: dict[str, Any] = {"beam_size": max(request.beam_size, request.n_best)}
        if request.length is not Length.USUAL:
            search = {"beam_size": 1, "sampling_topk": 20, "sampling_temperature": TEMPERATURE}
        usual = request.length is Length.USUAL
        return self._generator.generate_batch(
            prompts,
            static_prompt=start,
            include_prompt_in_result=False,
            num_hypotheses=request.n_best if usual else N_SAMPLES,
            return_scores=True,
            max_length=most_tokens,
            end_token=LINE_END,
            repetition_penalty=1.05,
            suppress_sequences=self._foreign(request) if request.own_script else None,
            **search,
        )

    def _most_tokens(self, text: str) -> int:
        return min(
            LONGEST, int(len(self._tokens(text)) * self.tokens_per_source_token) + SPARE_TOKENS
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
            best[text] = max(best.get(text, -1e9), round(min(0.0, float(score)), 4))
        ranked = sorted(best.items(), key=lambda item: -item[1])
        return tuple(Hypothesis(text, score) for text, score in ranked)


class TunedGemma(Gemma):
    """English to Chinese and back, by weights tuned on sentence pairs; needs no fixed examples."""

    weights = ("gemma-3-270m-en-zh",)
    tokens_per_source_token = 1.6
    tokens_at_once = 1600
    spread = 6

    def supports(self, source: str, target: str) -> bool:
        """English and Chinese."""
        return TUNED.get(source) == target

    def _fixed(self, source: str, target: str, most: int | None = None) -> str:
        return ""


def _groups(
    prompts: Sequence[list[str]], n_shown: int, at_once: int, spread: int | None = None
) -> Iterator[list[int]]:
    """Numbers of prompts, like lengths together, as many at once as ``at_once`` tokens allow."""
    group: list[int] = []
    for number in sorted(range(len(prompts)), key=lambda i: len(prompts[i])):
        n_tokens = len(prompts[number])
        if group:
            is_full = (n_shown + 2 * n_tokens) * (len(group) + 1) > at_once
            is_far = spread is not None and n_tokens - len(prompts[group[0]]) > spread
            if is_full or is_far:
                yield group
                group = []
        group.append(number)
    if group:
        yield group


def prompt_of(text: str, shown: Sequence[Pair], languages: tuple[str, str]) -> str:
    """What the model goes on from: pairs of a source and its translation, and a source."""
    return _told(shown, languages) + _question(text, languages)


def _told(pairs: Sequence[Pair], languages: tuple[str, str]) -> str:
    return "".join(f"{_question(told, languages)} {said}\n\n" for told, said in pairs)


def _question(text: str, languages: tuple[str, str]) -> str:
    source, target = (language(code).name for code in languages)
    return f"{source}: {text}\n{target}:"

"""A translation model converted for CTranslate2: the same models as ``hf``, several times faster.

``ct2-transformers-converter --model facebook/nllb-200-distilled-600M --output_dir nllb
--copy_files tokenizer.json tokenizer_config.json …`` makes the folder that ``--translation-model`` names.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

from dubbing.engines.translation import (
    Hypothesis,
    Pair,
    Passage,
    Request,
    Style,
)
from dubbing.engines.translation.directions import Direction, direction
from dubbing.errors import UnknownLanguage, WeightsMissing
from dubbing.settings import NO_OPTIONS, EngineOptions

LONGEST_TOKENS = 200
TOKENS_AT_ONCE = 1024


class CTranslate2:
    """Any translation model that CTranslate2 converts."""

    version = 1
    weights = ()
    takes_options: tuple[str, ...] = ("model",)
    style = Style.SENTENCES

    def __init__(self, threads: int = 2, options: EngineOptions = NO_OPTIONS) -> None:
        """Remember which folder.

        Raises:
            WeightsMissing: if none is named, or it holds no converted model.
        """
        folder = Path(options.model or "")
        if not options.model or not (folder / "model.bin").is_file():
            raise WeightsMissing(
                "The engine 'ctranslate2' needs the folder of a converted model.",
                hint="Make one with ct2-transformers-converter; name it with --translation-model.",
            )
        self._folder, self._threads = folder, threads

    @cached_property
    def tokenizer(self) -> Any:
        """The tokenizer that was copied beside the model."""
        from transformers import AutoTokenizer

        try:
            return AutoTokenizer.from_pretrained(self._folder, local_files_only=True)
        except (OSError, ValueError, KeyError) as error:
            raise WeightsMissing(
                f"{self._folder} holds no tokenizer.",
                hint="Convert again with --copy_files and the tokenizer's files.",
            ) from error

    @cached_property
    def _translator(self) -> Any:
        import ctranslate2

        return ctranslate2.Translator(
            str(self._folder), device="auto", compute_type="auto", intra_threads=self._threads
        )

    def supports(self, source: str, target: str) -> bool:
        """Whether the model knows both languages."""
        try:
            direction(self.tokenizer, source, target)
        except UnknownLanguage:
            return False
        return source != target

    def translate(
        self, passages: Sequence[Passage], request: Request
    ) -> tuple[tuple[Hypothesis, ...], ...]:
        """Beam search."""
        told = direction(self.tokenizer, request.source, request.target)
        first = self._first_tokens(told)
        results = self._translator.translate_batch(
            [self._tokens(passage.text, told) for passage in passages],
            target_prefix=[first] * len(passages) if first else None,
            beam_size=max(request.beam_size, request.n_best),
            num_hypotheses=request.n_best,
            return_scores=True,
            max_decoding_length=LONGEST_TOKENS,
            max_batch_size=TOKENS_AT_ONCE,
            batch_type="tokens",
        )
        return tuple(self._hypotheses(result, len(first)) for result in results)

    def score(self, pairs: Sequence[Pair], source: str, target: str) -> tuple[float, ...]:
        """Mean log-probability a token of each second text as the translation of the first."""
        told = direction(self.tokenizer, source, target)
        first = self._first_tokens(told)
        results = self._translator.score_batch(
            [self._tokens(text, told) for text, _ in pairs],
            [first + self._answer(said) for _, said in pairs],
        )
        return tuple(
            round(min(0.0, sum(p[len(first) :]) / max(1, len(p) - len(first))), 4)
            for p in (result.log_probs for result in results)
        )

    def _tokens(self, text: str, told: Direction) -> list[str]:
        if told.source is not None:
            self.tokenizer.src_lang = told.source
        ids = self.tokenizer.encode(told.before + text)
        tokens: list[str] = self.tokenizer.convert_ids_to_tokens(ids)
        return tokens

    def _answer(self, text: str) -> list[str]:
        special = set(self.tokenizer.all_special_tokens)
        ids = self.tokenizer(text_target=text).input_ids
        return [t for t in self.tokenizer.convert_ids_to_tokens(ids) if t not in special]

    def _first_tokens(self, told: Direction) -> list[str]:
        if told.target is None:
            return []
        names = getattr(self.tokenizer, "lang_code_to_token", {})
        return [names.get(told.target, told.target)]

    def _hypotheses(self, result: Any, n_first: int) -> tuple[Hypothesis, ...]:
        best: dict[str, float] = {}
        for tokens, score in zip(result.hypotheses, result.scores, strict=True):
            ids = self.tokenizer.convert_tokens_to_ids(tokens[n_first:])
            text = " ".join(self.tokenizer.decode(ids, skip_special_tokens=True).split())
            best.setdefault(text, round(min(0.0, float(score)), 4))
        return tuple(Hypothesis(text, score) for text, score in best.items())

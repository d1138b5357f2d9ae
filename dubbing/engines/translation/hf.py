"""Translation models of the Hugging Face hub, through transformers: Opus-MT, NLLB, M2M100, MADLAD.

``--translator hf --translation-model facebook/nllb-200-distilled-600M`` or a folder. A folder is read
without the network; a hub name is looked for in the hub's own cache and fetched if it is not there.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
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
from dubbing.models.hub import from_hub
from dubbing.settings import NO_OPTIONS, EngineOptions

LONGEST_TOKENS = 200
SCORED_AT_ONCE = 16


class HuggingFace:
    """Any encoder-decoder that transformers knows and ``directions`` can talk to."""

    version = 1
    weights = ()
    takes_options: tuple[str, ...] = ("model",)
    style = Style.SENTENCES

    def __init__(self, threads: int = 2, options: EngineOptions = NO_OPTIONS) -> None:
        """Remember which model.

        Raises:
            WeightsMissing: if none is named.
        """
        if not options.model:
            raise WeightsMissing(
                "The engine 'hf' needs a model.",
                hint="For instance --translation-model facebook/nllb-200-distilled-600M.",
            )
        self._name, self._threads = options.model, threads

    @cached_property
    def tokenizer(self) -> Any:
        """The model's tokenizer."""
        from transformers import AutoTokenizer

        return from_hub(AutoTokenizer, self._name)

    @cached_property
    def _model(self) -> Any:
        import torch
        from transformers import AutoModelForSeq2SeqLM

        torch.set_num_threads(self._threads)
        model = from_hub(AutoModelForSeq2SeqLM, self._name, use_safetensors=True)
        return model.eval().to("cuda" if torch.cuda.is_available() else "cpu")

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
        import torch

        told = direction(self.tokenizer, request.source, request.target)
        inputs = self._inputs([passage.text for passage in passages], told)
        with torch.inference_mode():
            result = self._model.generate(
                **inputs,
                num_beams=max(request.beam_size, request.n_best, 2),
                num_return_sequences=request.n_best,
                max_new_tokens=LONGEST_TOKENS,
                output_scores=True,
                return_dict_in_generate=True,
                **self._first_token(told),
            )
        n_given = 1 if told.target is None else 2  # the start token, and the language's
        said = result.sequences[:, n_given:]
        texts = self.tokenizer.batch_decode(said, skip_special_tokens=True)
        scores = [float(score) for score in result.sequences_scores]
        n = request.n_best
        return tuple(
            _distinct(texts[i * n : (i + 1) * n], scores[i * n : (i + 1) * n])
            for i in range(len(passages))
        )

    def score(self, pairs: Sequence[Pair], source: str, target: str) -> tuple[float, ...]:
        """Mean log-probability a token of each second text as the translation of the first."""
        told = direction(self.tokenizer, source, target)
        found: list[float] = []
        for start in range(0, len(pairs), SCORED_AT_ONCE):
            found += self._score_batch(pairs[start : start + SCORED_AT_ONCE], told)
        return tuple(found)

    def _score_batch(self, pairs: Sequence[Pair], told: Direction) -> list[float]:
        import torch

        inputs = self._inputs([text for text, _ in pairs], told)
        if told.target is not None:
            self.tokenizer.tgt_lang = told.target
        answers = [said for _, said in pairs]
        labels = self.tokenizer(text_target=answers, return_tensors="pt", padding=True).input_ids
        labels = labels.to(self._model.device)
        counted = labels != self.tokenizer.pad_token_id
        with torch.inference_mode():
            logits = self._model(**inputs, labels=labels).logits
        log_p = torch.log_softmax(logits.float(), dim=-1).gather(2, labels[..., None])[..., 0]
        means = (log_p * counted).sum(1) / counted.sum(1)
        return [round(min(0.0, float(mean)), 4) for mean in means]

    def _inputs(self, texts: Sequence[str], told: Direction) -> Any:
        if told.source is not None:
            self.tokenizer.src_lang = told.source
        asked = [told.before + text for text in texts]
        inputs = self.tokenizer(asked, return_tensors="pt", padding=True, truncation=True)
        return inputs.to(self._model.device)

    def _first_token(self, told: Direction) -> dict[str, int]:
        if told.target is None:
            return {}
        ids = getattr(self.tokenizer, "lang_code_to_id", {})
        number = ids.get(told.target) or self.tokenizer.convert_tokens_to_ids(told.target)
        return {"forced_bos_token_id": int(number)}


def _distinct(texts: Sequence[str], scores: Sequence[float]) -> tuple[Hypothesis, ...]:
    best: dict[str, float] = {}
    for text, score in zip(texts, scores, strict=True):
        best.setdefault(" ".join(text.split()), round(min(0.0, score), 4))
    return tuple(Hypothesis(text, score) for text, score in best.items())

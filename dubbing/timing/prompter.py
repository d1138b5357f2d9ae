"""Asks the speech engine how it would say a text, and remembers the answers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Protocol

from dubbing.language.pronunciation import pronounced
from dubbing.language.spoken_form import spoken_form
from dubbing.memo_keys import Identity, MemoKey, memo_key
from dubbing.timeline import FRAME_MS
from dubbing.timing.bounds import is_silent
from dubbing.timing.spoken import Heard, Spoken, spoken, whole_frames

if TYPE_CHECKING:
    from collections.abc import Callable

    from dubbing.settings import Pronunciation


LONGEST_LAST_FRAMES = 8.0
"""Of the last sound of a sentence no more than this is heard."""


class Speaks(Protocol):
    """What is asked of an engine (:class:`dubbing.engines.speech.TakesDurations` and ``Speech``)."""

    def phonemes(self, text: str, language: str) -> str:
        """The symbols that are spoken for ``text``."""

    def durations(self, phonemes: str, voice: Any) -> Any:
        """Natural lengths, ``[n + 2]``, in frames of 25 ms."""

    def heard(self, phonemes: str, voice: Any, frames: Sequence[int]) -> tuple[float, float]:
        """Where sound begins and ends, in frames."""


class Remembers(Protocol):
    """Keeps part results, as :class:`dubbing.pipeline.Run` does."""

    def recall(self, key: MemoKey) -> Any | None:
        """What is kept under a key."""

    def remember(self, key: MemoKey, value: Any) -> None:
        """Keep a JSON value."""


class Prompter:
    """One voice of an engine in one language."""

    def __init__(  # noqa: PLR0913 - whom to ask, and in which manner
        self,
        speech: Callable[[], Speaks],
        identity: Identity,
        language: str,
        voice: object,
        memo: Remembers,
        pronunciations: Sequence[Pronunciation] = (),
        rate: float = 1.0,
        accent: str = "",
    ) -> None:
        """Remember whom to ask; ``speech`` is called, and the engine loaded, when it must be.

        ``identity`` is the engine's, with its weights and options. ``voice`` is what the engine takes
        for one; its ``str`` tells it from all others. ``rate`` is the pace of the mood: 1.1 is a tenth
        faster than the voice's own. ``accent`` is the variety by whose rules it reads, if not the usual.
        """
        self._speech, self.identity = speech, identity
        self.language, self.voice, self.memo = language, voice, memo
        self.pronunciations = tuple(pronunciations)
        self.rate, self.accent = rate, accent

    def said(self, text: str) -> Spoken | None:
        """How a text would be said; ``None`` if there is no sound in it."""
        symbols, natural = self._symbols_and_lengths(text)
        return self._as_spoken(symbols, natural) if symbols else None

    def symbols_of(self, text: str) -> str:
        """What is spoken for a text; empty if there is no sound in it."""
        return self._symbols_and_lengths(text)[0]

    def _symbols_and_lengths(self, text: str) -> tuple[str, list[float]]:
        special = [p.model_dump() for p in self.pronunciations if p.text in text]
        variety = self.accent or self.language
        key = self._key("natural", variety, str(self.voice), text, special)
        known = self.memo.recall(key)
        if known is None:
            symbols = self._symbols(text)
            known = [symbols, self._natural(symbols)]
            self.memo.remember(key, known)
        return known[0], paced(known[0], known[1], self.rate)

    def natural_ms(self, text: str) -> int | None:
        """About how long a text is heard; ``None`` if there is no sound in it.

        Two thirds of the time of :meth:`said`: what is silent in the last sound is guessed.
        """
        symbols, natural = self._symbols_and_lengths(text)
        sounding = [i for i, symbol in enumerate(symbols) if not is_silent(symbol)]
        if not sounding:
            return None
        first, last = sounding[0] + 1, sounding[-1] + 1
        frames = sum(natural[first:last]) + min(natural[last], LONGEST_LAST_FRAMES)
        return round(frames * FRAME_MS)

    def said_as(self, symbols: str) -> Spoken | None:
        """The same words with other symbols."""
        return self._as_spoken(symbols, paced(symbols, self._natural(symbols), self.rate))

    def heard(self, symbols: str, frames: Sequence[int]) -> Heard:
        """Where sound begins and ends when the symbols last so long."""
        key = self._key("heard", str(self.voice), symbols, frames)
        known = self.memo.recall(key)
        if known is None:
            known = list(self._speech().heard(symbols, self.voice, frames))
            self.memo.remember(key, known)
        return known[0], known[1]

    def _key(self, purpose: str, *parts: Any) -> MemoKey:
        return memo_key(purpose, 6, [self.identity], *parts)

    def _symbols(self, text: str) -> str:
        def plain(part: str) -> str:
            written_out = spoken_form(part, self.language)
            return self._speech().phonemes(written_out, self.accent or self.language)

        return pronounced(text, self.language, self.pronunciations, plain)

    def _as_spoken(self, symbols: str, natural: Sequence[float]) -> Spoken | None:
        return spoken(symbols, natural, self.heard(symbols, whole_frames(natural)))

    def _natural(self, symbols: str) -> list[float]:
        if not symbols:
            return []
        return [round(float(n), 3) for n in self._speech().durations(symbols, self.voice)]


def paced(symbols: str, natural: list[float], rate: float) -> list[float]:
    """Natural lengths at another pace; the silences at both ends stay.

    Who speaks faster shortens pauses more than sounds (Goldman-Eisler 1968), here twice as much.
    """
    if rate == 1.0:
        return natural
    inner = [
        round(length / rate ** (2 if is_silent(symbol) else 1), 3)
        for symbol, length in zip(symbols, natural[1:-1], strict=True)
    ]
    return [natural[0], *inner, natural[-1]]

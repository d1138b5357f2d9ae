"""Apertium, translation by rules, where it is installed: near pairs such as Spanish and Catalan.

A separate program (GPL) with data of its own (``apt install apertium-eng-spa``). Words that it does not
know it leaves as they are.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Sequence
from functools import cached_property

from dubbing.engines.translation import Hypothesis, Passage, Request, Style
from dubbing.errors import EngineFailed, EngineUnavailable
from dubbing.settings import NO_OPTIONS, EngineOptions

TIMEOUT_S = 120


class Apertium:
    """Whatever pairs are installed; one hypothesis a passage."""

    version = 1
    weights = ()
    takes_options: tuple[str, ...] = ("model",)
    style = Style.SENTENCES

    def __init__(self, threads: int = 1, options: EngineOptions = NO_OPTIONS) -> None:
        """Look for the program.

        Raises:
            EngineUnavailable: if it is not installed.
        """
        del threads
        found = shutil.which(options.model or "apertium")
        if found is None:
            raise EngineUnavailable(
                "Apertium is not installed.", hint="For instance: apt install apertium-eng-spa"
            )
        self._program = found

    @cached_property
    def _modes(self) -> frozenset[str]:
        listed = self._run(["-l"], "").split()
        return frozenset(name.strip() for name in listed)

    def supports(self, source: str, target: str) -> bool:
        """Whether the pair is installed."""
        return self._mode(source, target) is not None

    def translate(
        self, passages: Sequence[Passage], request: Request
    ) -> tuple[tuple[Hypothesis, ...], ...]:
        """One call a passage: a call takes milliseconds, and no two passages can run together.

        Raises:
            EngineFailed: if the program fails.
        """
        mode = self._mode(request.source, request.target)
        assert mode is not None, "the pair was asked for before"
        said = (self._run(["-u", mode], passage.text) for passage in passages)
        return tuple((Hypothesis(" ".join(text.split()), 0.0),) for text in said)

    def _mode(self, source: str, target: str) -> str | None:
        """``eng-spa`` or, with older data, ``en-es``."""
        import langcodes

        plain = [code.partition("-")[0] for code in (source, target)]
        long = [langcodes.Language.get(code).to_alpha3() for code in plain]
        names = ("-".join(codes) for codes in (long, plain))
        return next((name for name in names if name in self._modes), None)

    def _run(self, arguments: list[str], text: str) -> str:
        try:
            done = subprocess.run(
                [self._program, *arguments],
                input=text,
                capture_output=True,
                text=True,
                encoding="utf-8",
                timeout=TIMEOUT_S,
                check=True,
            )
        except (OSError, subprocess.SubprocessError, UnicodeDecodeError) as error:
            raise EngineFailed(
                f"Apertium failed: {type(error).__name__}.", hint="Does it run by itself?"
            ) from error
        return done.stdout

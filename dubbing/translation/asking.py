"""What an engine is told with each line: pairs like it, terms, names, the scene, who speaks to whom."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from dubbing.engines.translation import Passage, Style
from dubbing.settings import Term, TranslateSettings
from dubbing.timeline import Line, Timeline
from dubbing.translation.examples import ExampleBook
from dubbing.translation.glossary import terms_in, with_terms

MOST_TERMS = 12
SAY_TERMS = (Style.EXAMPLES, Style.DIALOGUE)
"""Who is given texts in which terms are said already."""
ALL = "all"
"""Stands for every speaker in the table of registers."""


class Asking:
    """Makes passages of lines, with as much beside them as the engine can use."""

    def __init__(self, timeline: Timeline, settings: TranslateSettings, style: Style) -> None:
        """Open the books."""
        self.lines: Sequence[Line] = timeline.lines
        self.settings, self.style = settings, style
        self.speakers = {speaker.id: speaker.name or speaker.id for speaker in timeline.speakers}
        source, target = timeline.source_language, timeline.target_language
        memory = [(told, said) for code, told, said in settings.memory if code == source]
        self.book = ExampleBook(source, target, memory)
        self.names: Mapping[str, str] = {}
        """How names of this film are said, once that is agreed."""

    def passage(self, numbers: Sequence[int]) -> Passage:
        """Neighbouring lines of one speaker as one passage."""
        first, last = self.lines[numbers[0]], self.lines[numbers[-1]]
        text = self.text(numbers)
        if self.style is Style.HUMAN:
            return Passage(text, start_ms=first.span.start_ms, end_ms=last.span.end_ms)
        alone = self.passage_of(text)
        if self.style is Style.DIALOGUE:
            return replace(alone, register=self.register(first))
        if self.style is not Style.INSTRUCTIONS:
            return alone
        around = self.settings.context
        return replace(
            alone,
            before=tuple(map(self._told, self.lines[max(0, numbers[0] - around) : numbers[0]])),
            after=tuple(map(self._told, self.lines[numbers[-1] + 1 : numbers[-1] + 1 + around])),
            speaker=self.speakers.get(first.speaker, first.speaker),
            register=self.register(first),
            start_ms=first.span.start_ms,
            end_ms=last.span.end_ms,
        )

    def passage_of(self, text: str) -> Passage:
        """A text by itself, with the pairs, terms and names that it calls for."""
        if self.style in (Style.SENTENCES, Style.VERBATIM):
            return Passage(text)
        terms = self.terms(text)[:MOST_TERMS]
        is_shown_ours = self.style is not Style.DIALOGUE
        examples = self.book.like(text, self.settings.examples, shipped=is_shown_ours)
        asked = with_terms(text, terms) if self.style in SAY_TERMS else text
        return Passage(asked, examples, tuple((term.source, term.target) for term in terms))

    def text(self, numbers: Sequence[int]) -> str:
        """What is said in neighbouring lines."""
        return " ".join(self.lines[number].text.strip() for number in numbers)

    def terms(self, text: str) -> tuple[Term, ...]:
        """Terms of the glossary and names of this film that a text has; the glossary goes first."""
        names = [Term(source=name, target=said, case="exact") for name, said in self.names.items()]
        known = {term.source.casefold() for term in self.settings.glossary}
        fresh = [name for name in names if name.source.casefold() not in known]
        return terms_in(text, (*self.settings.glossary, *fresh))

    def must(self, text: str) -> tuple[Term, ...]:
        """Terms that a translation must have: those of the glossary alone."""
        return terms_in(text, self.settings.glossary)

    def register(self, line: Line) -> str:
        """How the speaker of a line addresses people; empty if nobody has said."""
        registers = self.settings.registers
        return registers.get(line.speaker, registers.get(ALL, ""))

    def _told(self, line: Line) -> str:
        name = self.speakers.get(line.speaker, line.speaker)
        return f"{name}: {line.text.strip()}" if name else line.text.strip()

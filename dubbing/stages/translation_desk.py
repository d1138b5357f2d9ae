"""Where the lines of one language are translated: candidates, the evidence on each, and the choice.

Every line is translated by itself and, where its sentence spans several lines, as part of the whole. All
candidates are checked, scored by the probability of the source given them, and timed with the voice that
will speak them; neighbouring lines are then chosen together (:mod:`dubbing.translation.choice`). Where
nothing fits its time, shorter or longer candidates are requested.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import replace

from dubbing.engines.translation import (
    Hypothesis,
    Lays,
    Length,
    Passage,
    Request,
    Style,
)
from dubbing.engines.translation import Translator as Engine
from dubbing.language.dividing import divided
from dubbing.language.text_language import is_other_language
from dubbing.pipeline import Run
from dubbing.registry import identity
from dubbing.settings import TranslateSettings
from dubbing.stages.line_places import fitting_of, places_of
from dubbing.stages.voice_prompter import prompter_of
from dubbing.timeline import Candidate, Timeline
from dubbing.timing.prompter import Prompter
from dubbing.translation.asking import Asking
from dubbing.translation.candidates import AS_HEARD as AS_HEARD_ORIGIN
from dubbing.translation.candidates import (
    MEMORY,
    PERSON,
    candidates,
    contenders,
    in_the_running,
    merged,
    valued,
    with_reverse,
)
from dubbing.translation.choice import choose, fit_cost
from dubbing.translation.drafts import Drafter
from dubbing.translation.names import agreed_renderings, recurring_names
from dubbing.translation.passages import clauses_of, joined_clauses, runs

OTHER_LANGUAGE = "other language"
MISFIT = 0.3
"""A fit that costs more is worth another try."""
MOST_NAMES = 40
Offers = list[list[Candidate]]
"""Candidates of each line of the film; none for lines that are not dubbed."""


class Desk:
    """Where the lines of one film are translated."""

    def __init__(
        self,
        timeline: Timeline,
        run: Run,
        settings: TranslateSettings,
        engine: Engine,
        chosen: frozenset[int],
    ) -> None:
        self.timeline, self.run, self.settings, self.chosen_lines = timeline, run, settings, chosen
        self.lines = timeline.lines
        self.languages = timeline.source_language, timeline.target_language
        self.engine = engine
        self.asking = Asking(timeline, settings, engine.style)
        self.style = engine.style
        self.drafter = Drafter(
            engine,
            identity("translation", settings.engine, settings.engine_options),
            Request(*self.languages, settings.beam_size, settings.n_best),
            run,
            settings.batch_size,
        )
        self.judges = settings.reverse and self.drafter.can_reverse()
        self.fitting = fitting_of(timeline, run)
        self.places = places_of(timeline, run, self.fitting.gap_ms)
        self._prompters: dict[str, Prompter | None] = {}

    # -- candidates ------------------------------------------------------------------------------

    def drafted(self) -> Offers:
        """Candidates of every line: by itself, as part of a whole, out of the memory."""
        if isinstance(self.engine, Lays):
            return self._written(self.engine)
        if self.style is Style.VERBATIM:
            return self._verbatim()
        if self.style is not Style.HUMAN:
            self.asking.names = self._agreed_names()
        known = {n: self._remembered(n) for n in self.chosen_lines}
        groups = [group for group in self._groups() if not all(known[n] for n in group)]
        apart = [n for group in groups if self._goes_apart(group, known) for n in group]
        singles = {n: self.asking.passage([n]) for n in apart}
        wholes = {group: self.asking.passage(group) for group in groups if len(group) > 1}
        clauses = {n: self._clauses(n) for n in singles}
        parts = [part for passages in clauses.values() for part in passages]
        passages = [*singles.values(), *wholes.values(), *parts]
        total = len(set(passages))
        found = self.drafter.drafts(
            passages, told=lambda done: self.run.progress(done, total, unit="lines")
        )
        offers: Offers = [list(known.get(n, ())) for n in range(len(self.lines))]
        for number, passage in singles.items():
            offers[number] = merged(offers[number], self._candidates(number, found[passage]))
        for number, passages in clauses.items():
            if passages:
                joined = joined_clauses([found[part] for part in passages], self.languages[1])
                made = self._candidates(number, [joined], "by clauses")
                offers[number] = merged(offers[number], made)
        for group, passage in wholes.items():
            self._share_out(group, found[passage], offers)
        return self._completed(offers, [n for group in wholes for n in group if not offers[n]])

    def _goes_apart(self, group: tuple[int, ...], known: Mapping[int, Sequence[Candidate]]) -> bool:
        """Whether each line of a group is also translated by itself.

        What reads dialogue does a whole sentence best, and twice would be dear.
        """
        if len(group) == 1 or self.style is not Style.DIALOGUE:
            return True
        return any(known[n] for n in group)

    def _completed(self, offers: Offers, numbers: Sequence[int]) -> Offers:
        """With translations of some lines by themselves."""
        passages = {n: self.asking.passage([n]) for n in numbers}
        found = self.drafter.drafts(list(passages.values()))
        offers = list(offers)
        for number, passage in passages.items():
            offers[number] = merged(offers[number], self._candidates(number, found[passage]))
        return offers

    def _written(self, engine: Lays) -> Offers:
        """What a person wrote, laid on all lines at once; what the memory knows of lines without it."""
        passages = [self.asking.passage([number]) for number in range(len(self.lines))]
        written = engine.lay(passages, self.languages[1], songs=not self.run.profile.songs.keep)
        if written.note:
            self.run.note(written.note)
        offers: Offers = [[] for _ in self.lines]
        for number in self.chosen_lines:
            known = self._remembered(number) if number in written.without else []
            said = [Hypothesis(written.texts[number], 0.0)]
            offers[number] = known or self._candidates(number, said)
        return offers

    def _verbatim(self) -> Offers:
        """What was heard: nothing to compare, nothing to check."""
        numbers = sorted(self.chosen_lines)
        passages = [self.asking.passage([number]) for number in numbers]
        found = self.engine.translate(passages, self.drafter.request)
        offers: Offers = [[] for _ in self.lines]
        for number, hypotheses in zip(numbers, found, strict=True):
            texts = [hypothesis.text for hypothesis in hypotheses if hypothesis.text]
            offers[number] = [Candidate(text, 0.0, origin=AS_HEARD_ORIGIN) for text in texts]
        return offers

    def _groups(self) -> list[tuple[int, ...]]:
        if self.style is Style.HUMAN:
            return [(number,) for number in sorted(self.chosen_lines)]
        groups = runs(self.lines, self.languages[0])
        return [
            part
            for group in groups
            for part in ([group] if self.chosen_lines.issuperset(group) else [(n,) for n in group])
            if self.chosen_lines.issuperset(part)
        ]

    def _clauses(self, number: int) -> list[Passage]:
        """Parts of a long line, for engines that follow examples, none of which is so long."""
        if self.style is not Style.EXAMPLES:
            return []
        parts = clauses_of(self.lines[number].text, self.languages[0])
        return [self.asking.passage_of(part) for part in parts]

    def _agreed_names(self) -> dict[str, str]:
        """How recurring names are said, by what the engine makes of the name alone."""
        names = recurring_names([line.text for line in self.lines], self.languages[0])[:MOST_NAMES]
        glossed = {term.source for term in self.settings.glossary}
        names = tuple(name for name in names if name not in glossed)
        passages = {name: Passage(f"{name}.", self.asking.book.like(name, 2)) for name in names}
        found = self.drafter.drafts(list(passages.values()))
        rendered = {name: [h.text for h in found[passage]] for name, passage in passages.items()}
        return agreed_renderings(names, rendered, self.languages[1])

    def _remembered(self, number: int) -> list[Candidate]:
        """What a person said for this line before."""
        known = self.asking.book.known(self.lines[number].text)
        return self._candidates(number, [Hypothesis(text, 0.0) for text in known], MEMORY)

    def _candidates(
        self, number: int, hypotheses: Sequence[Hypothesis], origin: str = "engine", whole: str = ""
    ) -> list[Candidate]:
        line = self.lines[number]
        made = candidates(
            line.text,
            hypotheses,
            self.languages,
            origin=origin,
            terms=self.asking.must(line.text),
            register=self.asking.register(line),
            whole=whole,
        )
        if self.style is Style.HUMAN:  # a person is not judged, but may have taken the wrong file
            return [
                replace(
                    candidate,
                    flags=self._wrong_file(candidate),
                    origin=origin if origin == MEMORY else PERSON,
                )
                for candidate in made
            ]
        return made

    def _wrong_file(self, candidate: Candidate) -> tuple[str, ...]:
        is_other = is_other_language(candidate.text, self.languages[1])
        return (OTHER_LANGUAGE,) if is_other else ()

    def _share_out(
        self, group: tuple[int, ...], hypotheses: Sequence[Hypothesis], offers: Offers
    ) -> None:
        """Divide every translation of a whole among its lines."""
        told = [self.lines[n].text for n in group]
        shares = [float(self.lines[n].span.duration_ms) for n in group]
        for place, hypothesis in enumerate(hypotheses):
            pieces = divided(hypothesis.text, told, shares, self.languages[1], self._piece_scores)
            if pieces is None:
                continue
            name = f"{self.lines[group[0]].id}.{place}"
            for part, (number, piece) in enumerate(zip(group, pieces, strict=True)):
                said = [Hypothesis(piece, hypothesis.score)]
                made = self._candidates(number, said, "whole sentence", f"{name}/{part}")
                offers[number] = merged(offers[number], made)

    def _piece_scores(self, pairs: Sequence[tuple[str, str]]) -> list[float]:
        if not self.judges:
            return [0.0] * len(pairs)
        found = self.drafter.piece_scores([(said, told) for told, said in pairs])
        return [found[said, told] for told, said in pairs]

    # -- judging and choosing --------------------------------------------------------------------

    def chosen(self, offers: Offers) -> tuple[Offers, tuple[int, ...]]:
        """All candidates with what speaks for them, and which one each line says."""
        offers = [self._timed(n, offered) for n, offered in enumerate(self._judged(offers))]
        weights = self.settings.choice
        offers = [
            valued(offered, weights, self.asking.names, line.text)
            for line, offered in zip(self.lines, offers, strict=True)
        ]
        return offers, choose(
            [contenders(offered) for offered in offers], self.places, weights, self.fitting
        )

    def _judged(self, offers: Offers) -> Offers:
        """With the log-probability of the source given each candidate that is in the running."""
        if not self.judges:
            return offers
        pairs = [
            (c.text, line.text)
            for line, offered in zip(self.lines, offers, strict=True)
            for c in in_the_running(offered)
        ]
        found = self.drafter.reverse_scores(pairs)
        bound = self.drafter.doubtful_below
        return [
            [with_reverse(c, found.get((c.text, line.text)), bound) for c in offered]
            for line, offered in zip(self.lines, offers, strict=True)
        ]

    def _timed(self, number: int, offered: Sequence[Candidate]) -> list[Candidate]:
        """With how long the speaker's voice takes, and what it costs to make that fit."""
        prompter = self._prompter(self.lines[number].speaker)
        if prompter is None:
            return list(offered)
        place, timed = self.places[number], []
        for candidate in offered:
            natural_ms = prompter.natural_ms(candidate.text)
            if natural_ms is None:
                timed.append(candidate)
                continue
            wanted, most = place.end_ms - place.start_ms, place.until_ms - place.start_ms
            cost = round(fit_cost(natural_ms, wanted, most, self.fitting.limits), 4)
            timed.append(replace(candidate, natural_ms=natural_ms, fit=cost))
        return timed

    def _prompter(self, speaker: str) -> Prompter | None:
        """The voice of a speaker; ``None`` if none has been cast."""
        if speaker not in self._prompters:
            voice = next((s.voice for s in self.timeline.speakers if s.id == speaker), None)
            known = None if voice is None else prompter_of(voice, self.languages[1], self.run)
            self._prompters[speaker] = known
        return self._prompters[speaker]

    # -- another length --------------------------------------------------------------------------

    def varied(self, offers: Offers, picks: Sequence[int]) -> tuple[Offers, tuple[int, ...]]:
        """Ask for shorter or longer candidates where nothing fits, and choose again."""
        wanted: dict[Length, list[int]] = {Length.SHORTER: [], Length.LONGER: []}
        for number, (offered, pick) in enumerate(zip(offers, picks, strict=True)):
            if pick >= 0 and (offered[pick].fit or 0.0) > MISFIT:
                place, natural_ms = self.places[number], offered[pick].natural_ms or 0
                is_long = natural_ms > place.end_ms - place.start_ms
                wanted[Length.SHORTER if is_long else Length.LONGER].append(number)
        if not any(wanted.values()):
            return offers, tuple(picks)
        varied = {number for numbers in wanted.values() for number in numbers}
        offers = self._completed(offers, self._left_apart(varied, offers))
        for length, numbers in wanted.items():
            passages = {n: self.asking.passage([n]) for n in numbers}
            found = self.drafter.drafts(list(passages.values()), length)
            for number, passage in passages.items():
                made = self._candidates(number, found[passage], length.value)
                offers[number] = merged(offers[number], made)
        return self.chosen(offers)

    def _left_apart(self, varied: Set[int], offers: Offers) -> list[int]:
        """Lines that have a part of a whole alone, of which another line is varied by itself."""
        return [
            number
            for group in self._groups()
            if any(number in varied for number in group)
            for number in group
            if offers[number] and all(candidate.whole for candidate in offers[number])
        ]

"""Which lines of a film are translated, from which languages; what cannot be is refused."""

from __future__ import annotations

from collections.abc import Iterator

from dubbing.engines.translation import Style
from dubbing.engines.translation import Translator as Engine
from dubbing.errors import UnknownLanguage, UnknownSpeaker, UsageError
from dubbing.language.doubt import NOT_UNDERSTOOD
from dubbing.language.languages import is_same_language, language, same_language
from dubbing.pipeline import Run
from dubbing.settings import TranslateSettings
from dubbing.timeline import Line, Timeline
from dubbing.translation.asking import ALL

REVOICED_SHARE = 0.9
"""A film of which so much is in the target language is spoken again: the rest may be misheard, or a
foreign word. One with more of other languages keeps what its audience understands already."""


def revoices(timeline: Timeline, settings: TranslateSettings) -> bool:
    """Whether lines that are in the target language already are spoken again, word for word."""
    if settings.revoice is not None:
        return settings.revoice
    total_ms = sum(line.span.duration_ms for line in timeline.lines)
    ours_ms = sum(line.span.duration_ms for line in timeline.lines if timeline.is_in_target(line))
    return ours_ms >= REVOICED_SHARE * total_ms


def check_languages(timeline: Timeline, settings: TranslateSettings) -> None:
    """Refuse a film that speaks the target language in every line, if that shall stay."""
    is_all_ours = all(timeline.is_in_target(line) for line in timeline.lines)
    if is_all_ours and not revoices(timeline, settings):
        raise same_language(language(timeline.target_language).name)


def check(timeline: Timeline, engine: Engine, settings: TranslateSettings) -> None:
    """Refuse people who are not in the film, and languages that the engine does not know."""
    source, target = timeline.source_language, timeline.target_language
    speakers = [speaker.id for speaker in timeline.speakers]
    for name in settings.registers:
        if name not in (ALL, *speakers):
            raise UnknownSpeaker.among(speakers, name)
    check_languages(timeline, settings)
    if not is_same_language(source, target) and not engine.supports(source, target):
        raise UnknownLanguage(
            f"The engine '{settings.engine}' does not translate from {source} to {target}.",
            hint="Choose another with --translator.",
        )


def chosen_lines(
    timeline: Timeline, settings: TranslateSettings, *, by_person: bool = False
) -> frozenset[int]:
    """Places of the lines that are dubbed; those that stay are not, even if they are asked for.

    Args:
        timeline: the film.
        settings: which lines are asked for, and whether those in the target language count.
        by_person: whether a person wrote the texts, and needs nobody to have understood the line.
    """
    lines, numbers = timeline.lines, settings.lines
    beyond = [number for number in numbers if not 1 <= number <= len(lines)]
    if beyond:
        raise UsageError(f"There is no line {beyond[0]}.", hint=f"Lines go from 1 to {len(lines)}.")
    wanted = (n for n in range(len(lines)) if not numbers or n + 1 in numbers)
    may_be = {"", NOT_UNDERSTOOD} if by_person else {""}
    revoiced = revoices(timeline, settings)

    def stays(line: Line) -> str:
        return line.kept if revoiced else timeline.why_kept(line)

    return frozenset(n for n in wanted if stays(lines[n]) in may_be)


def tell_scope(
    timeline: Timeline, run: Run, settings: TranslateSettings, chosen: frozenset[int], style: Style
) -> None:
    """Say what becomes of lines that are in the target language already, and how to have it otherwise."""
    ours = [n for n, line in enumerate(timeline.lines) if timeline.is_in_target(line)]
    if not ours:
        return
    name, of_all = language(timeline.target_language).name, f"of {len(timeline.lines)} lines"
    if not revoices(timeline, settings):
        run.note(
            f"{len(ours)} {of_all} are in {name} already and stay as they are (--revoice has them "
            "spoken again)."
        )
    elif style is not Style.HUMAN and chosen.intersection(ours):
        run.note(
            f"{len(chosen.intersection(ours))} {of_all} are in {name} already: they are spoken again "
            "with the words that were heard."
        )


def by_language(
    timeline: Timeline,
    run: Run,
    engine: Engine,
    settings: TranslateSettings,
    chosen: frozenset[int],
) -> Iterator[tuple[str, frozenset[int]]]:
    """The chosen lines by their language; those that the engine does not know are told and left out."""
    if engine.style is Style.HUMAN:
        yield timeline.source_language, chosen
        return
    target = timeline.target_language
    spoken = {n: timeline.language_of(timeline.lines[n]) for n in chosen}
    for source in sorted(set(spoken.values())):
        numbers = frozenset(n for n, code in spoken.items() if code == source)
        is_known = source == timeline.source_language or is_same_language(source, target)
        if is_known or engine.supports(source, target):
            yield source, numbers
        else:
            run.note(
                f"{len(numbers)} lines in {language(source).name} stay as they are: "
                f"'{settings.engine}' does not translate from it."
            )

"""Which lines of a film are translated, from which languages; what cannot be is refused."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from dubbing.engines.translation import Style
from dubbing.engines.translation import Translator as Engine
from dubbing.errors import UnknownLanguage, UnknownSpeaker, UsageError
from dubbing.language.doubt import NOT_UNDERSTOOD
from dubbing.language.languages import language, same_language
from dubbing.pipeline import Run
from dubbing.settings import TranslateSettings
from dubbing.timeline import Timeline
from dubbing.translation.asking import ALL


def check_languages(timeline: Timeline) -> None:
    """Refuse a film that speaks the target language in every line."""
    if all(timeline.is_in_target(line) for line in timeline.lines):
        raise same_language(language(timeline.target_language).name)


def check(timeline: Timeline, engine: Engine, settings: TranslateSettings) -> None:
    """Refuse people who are not in the film, and languages that the engine does not know."""
    source, target = timeline.source_language, timeline.target_language
    speakers = [speaker.id for speaker in timeline.speakers]
    for name in settings.registers:
        if name not in (ALL, *speakers):
            raise UnknownSpeaker.among(speakers, name)
    check_languages(timeline)
    if source != target and not engine.supports(source, target):
        raise UnknownLanguage(
            f"The engine '{settings.engine}' does not translate from {source} to {target}.",
            hint="Choose another with --translator.",
        )


def chosen_lines(
    timeline: Timeline, numbers: Sequence[int], *, by_person: bool = False
) -> frozenset[int]:
    """Places of the lines that are dubbed; those that stay are not, even if they are asked for.

    Args:
        timeline: the film.
        numbers: of lines, from 1; all if there are none.
        by_person: whether a person wrote the texts, and needs nobody to have understood the line.
    """
    lines = timeline.lines
    beyond = [number for number in numbers if not 1 <= number <= len(lines)]
    if beyond:
        raise UsageError(f"There is no line {beyond[0]}.", hint=f"Lines go from 1 to {len(lines)}.")
    wanted = (n for n in range(len(lines)) if not numbers or n + 1 in numbers)
    may_be = {"", NOT_UNDERSTOOD} if by_person else {""}
    return frozenset(n for n in wanted if timeline.why_kept(lines[n]) in may_be)


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
    spoken = {n: timeline.language_of(timeline.lines[n]) for n in chosen}
    for source in sorted(set(spoken.values())):
        numbers = frozenset(n for n, code in spoken.items() if code == source)
        if source == timeline.source_language or engine.supports(source, timeline.target_language):
            yield source, numbers
        else:
            run.note(
                f"{len(numbers)} lines in {language(source).name} stay as they are: "
                f"'{settings.engine}' does not translate from it."
            )

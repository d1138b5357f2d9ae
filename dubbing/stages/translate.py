"""Say each line in the target language (:mod:`dubbing.stages.translation_desk`), language by language."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from dubbing.engines.translation import (
    Lays,
    LeavesPairs,
    Style,
)
from dubbing.engines.translation import Translator as Engine
from dubbing.language.languages import is_same_language
from dubbing.pipeline import Run, stage
from dubbing.registry import engine_class
from dubbing.settings import AS_HEARD, TranslateSettings
from dubbing.stages.translation_desk import Desk, Offers
from dubbing.stages.translation_scope import (
    by_language,
    check,
    check_languages,
    chosen_lines,
    tell_scope,
)
from dubbing.timeline import Candidate, Timeline, Translation
from dubbing.translation.asking import Asking
from dubbing.translation.doubts import doubts
from dubbing.voice.casting import PACER


def refuse_early(timeline: Timeline, run: Run, settings: TranslateSettings) -> None:
    """Refuse what can be known from the lines alone, before pictures, voices and moods are looked at.

    Raises:
        UsageError: if the film speaks the target language and shall not be spoken again, a line that is
            asked for does not exist, or a person's file says nothing of any line.
    """
    check_languages(timeline, settings)
    chosen_lines(timeline, settings)
    if hasattr(engine_class("translation", settings.engine), "lay"):
        engine: Lays = run.engines.get("translation", settings.engine, settings.engine_options)
        asking = Asking(timeline, settings, Style.HUMAN)
        passages = [asking.passage([number]) for number in range(len(timeline.lines))]
        engine.lay(passages, timeline.target_language, songs=not run.profile.songs.keep)


@stage(
    reads=("media", "source_language", "target_language", "speakers", "lines", "faces"),
    writes=("lines.translation",),
    version=12,
    engine_roles=("translation",),
    engines_of=(("speech", "voices"),),
    fixed_engines=(("speech", PACER), ("translation", AS_HEARD)),
    settings_of=(
        "songs.keep",
        "timing.comfortable_fast",
        "timing.comfortable_slow",
        "timing.max_rate",
        "timing.gap_ms",
    ),
    early=("turns", refuse_early),
)
def translate(timeline: Timeline, run: Run, settings: TranslateSettings) -> Timeline:
    """Fill ``translation`` of the chosen lines.

    Raises:
        UnknownLanguage: if the engine cannot translate this pair.
        UsageError: if a line number is asked for that does not exist.
    """
    options = settings.engine_options
    engine: Engine = run.engines.get("translation", settings.engine, options)
    check(timeline, engine, settings)
    by_person = engine.style is Style.HUMAN
    chosen = chosen_lines(timeline, settings, by_person=by_person)
    tell_scope(timeline, run, settings, chosen, engine.style)
    translations: dict[int, Translation | None] = {}
    for source, numbers in by_language(timeline, run, engine, settings, chosen):
        part = replace(timeline, source_language=source)
        mine, name = _of_pair(engine, source, timeline.target_language, run, settings)
        offers, picks = _translated(Desk(part, run, settings, mine, numbers))
        del mine
        translations |= {n: _translation(offers[n], picks[n], name) for n in numbers}
    cost = getattr(engine, "cost", "")
    if cost:
        run.note(f"Translation used {cost}.")
    del engine
    run.engines.release("translation", settings.engine, options)
    return timeline.with_lines(
        replace(line, translation=translations.get(number))
        for number, line in enumerate(timeline.lines)
    )


def _of_pair(
    engine: Engine, source: str, target: str, run: Run, settings: TranslateSettings
) -> tuple[Engine, str]:
    """Who translates these languages, and its name: the engine, or another that it leaves them to.

    From a language into itself nothing is translated, unless a person wrote what shall be said.
    """
    if is_same_language(source, target) and engine.style is not Style.HUMAN:
        return run.engines.get("translation", AS_HEARD), AS_HEARD
    mine = engine.of_pair(source, target) if isinstance(engine, LeavesPairs) else engine
    return mine, settings.engine


def _translated(desk: Desk) -> tuple[Offers, tuple[int, ...]]:
    """Candidates of all lines of one language, and which one each of them says."""
    offers, picks = desk.chosen(desk.drafted())
    if desk.settings.vary_length and desk.style.varies_length:
        offers, picks = desk.varied(offers, picks)
    return offers, picks


def _translation(offered: Sequence[Candidate], pick: int, engine: str) -> Translation | None:
    """The chosen candidate first, the others by their worth."""
    if pick < 0:
        return None
    best = offered[pick]
    others = [c for n, c in enumerate(offered) if n != pick]
    ranked = sorted(others, key=lambda c: c.total - (c.fit or 0.0), reverse=True)
    return Translation(best.text, (best, *ranked), engine, doubts(best.flags))

"""Say each line in the target language; keep the candidates, best first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from dubbing.engines.translation import Hypothesis, Request, Translator
from dubbing.errors import UnknownLanguage, UsageError
from dubbing.language.script import to_simplified
from dubbing.language.translation_checks import translation_flags
from dubbing.pipeline import Run, stage
from dubbing.settings import TranslateSettings
from dubbing.timeline import Candidate, Line, Timeline, Translation
from dubbing.workspace import digest

Plain = list[list[object]]
"""Hypotheses as they are remembered: [[text, score], ...]."""


@stage(
    reads=("source_language", "target_language", "lines"),
    writes=("lines.translation",),
    version=1,
    engine_roles=("translation",),
)
def translate(timeline: Timeline, run: Run, settings: TranslateSettings) -> Timeline:
    """Fill ``translation`` of the chosen lines.

    Raises:
        UnknownLanguage: if the engine cannot translate this pair.
        UsageError: if a line number is asked for that does not exist.
    """
    source, target = timeline.source_language, timeline.target_language
    chosen = _chosen(timeline.lines, settings.lines)
    if source == target:
        raise UsageError(
            f"The film already speaks {target}.",
            hint="Name another language with --to, or the true one with --from.",
        )
    translator: Translator = run.engines.get("translation", settings.engine)
    if not translator.supports(source, target):
        raise UnknownLanguage(
            f"The engine '{settings.engine}' does not translate from {source} to {target}.",
            hint="Choose another with --profile.",
        )
    texts = list(dict.fromkeys(line.text for line in chosen))
    found = _translate_all(texts, source, target, run, settings, translator)
    del translator
    run.engines.release("translation", settings.engine)
    wanted = {line.id for line in chosen}
    return timeline.with_lines(
        replace(line, translation=_ranked(line.text, found[line.text], timeline, settings))
        if line.id in wanted
        else replace(line, translation=None)
        for line in timeline.lines
    )


def _chosen(lines: Sequence[Line], numbers: Sequence[int]) -> list[Line]:
    beyond = [number for number in numbers if not 1 <= number <= len(lines)]
    if beyond:
        raise UsageError(f"There is no line {beyond[0]}.", hint=f"Lines go from 1 to {len(lines)}.")
    return [line for n, line in enumerate(lines, start=1) if not numbers or n in numbers]


def _translate_all(
    texts: Sequence[str],
    source: str,
    target: str,
    run: Run,
    settings: TranslateSettings,
    translator: Translator,
) -> dict[str, Plain]:
    """Hypotheses of every text, batch by batch, each batch remembered as soon as it is done."""
    found: dict[str, Plain] = {}
    made_by = settings.model_dump(exclude={"lines", "batch_size"})
    keys = {text: digest(["translate", 1, made_by, source, target, text]) for text in texts}
    for batch in _batches(texts, settings.batch_size):
        missing = []
        for text in batch:
            remembered = run.recall(keys[text])
            if remembered is None:
                missing.append(text)
            else:
                found[text] = remembered
        for text, hypotheses in zip(
            missing, _translate_batch(missing, source, target, settings, translator), strict=True
        ):
            found[text] = [[h.text, h.score] for h in hypotheses]
            run.remember(keys[text], found[text])
        run.progress(len(found), len(texts), unit="lines")
    return found


def _batches(texts: Sequence[str], size: int) -> Iterator[Sequence[str]]:
    """Texts of like length together: a batch lasts as long as its longest member."""
    ordered = sorted(texts, key=len)
    for start in range(0, len(ordered), size):
        yield ordered[start : start + size]


def _translate_batch(
    texts: Sequence[str],
    source: str,
    target: str,
    settings: TranslateSettings,
    translator: Translator,
) -> tuple[tuple[Hypothesis, ...], ...]:
    if not texts:
        return ()
    request = Request(source, target, settings.beam_size, settings.n_best)
    found = list(translator.translate(texts, request))
    copied = [i for i, text in enumerate(texts) if _is_copied(text, found[i], source, target)]
    if copied:
        again = replace(request, own_script=True)
        second = translator.translate([texts[i] for i in copied], again)
        for i, hypotheses in zip(copied, second, strict=True):
            found[i] = (*hypotheses, *found[i])
    return tuple(found)


def _is_copied(text: str, found: Sequence[Hypothesis], source: str, target: str) -> bool:
    """Whether every hypothesis leaves the source as it is."""
    return all("untranslated" in translation_flags(text, h.text, source, target) for h in found)


def _ranked(
    text: str, found: Plain, timeline: Timeline, settings: TranslateSettings
) -> Translation:
    """Faultless candidates first, then by score."""
    source, target = timeline.source_language, timeline.target_language
    candidates: dict[str, Candidate] = {}
    for said, score in found:
        clean = to_simplified(str(said)) if target == "zh" else str(said)
        flags = translation_flags(text, clean, source, target)
        candidates.setdefault(clean, Candidate(clean, float(str(score)), flags))
    ranked = sorted(candidates.values(), key=lambda c: (len(c.flags), -c.score))
    best = ranked[0]
    doubts = tuple(f"translation: {flag}" for flag in best.flags)
    return Translation(best.text, tuple(ranked), settings.engine, doubts)

"""How good, how fitting and how fast the embedded translation is, and what each part of the choice adds.

    python -m benchmarks.translation [--sets own tatoeba es fr ja grid] [--json FILE]

own, es, fr, ja, it, pt-br, hi
    ``benchmarks/translation/lines.tsv`` and ``lines_more.tsv``: everyday, film and lecture lines written
    for this project; of *own* (Chinese) without those that the shipped example memory knows on a side.
tatoeba
    120 of the English-Chinese pairs of ``benchmarks/translation/tatoeba.tsv``: neither side of them, nor
    a spelling of it, is in the tuning or in the examples (``dubbing/translation/pair_groups.py``).
grid
    50 sentences of GRID's grammar, short and quick.

Every line gets the time in which the English voice would say it. ``plain`` is the beam search of the
untuned model after three fixed examples; ``tuned`` that of the tuned one without any;
``whole`` is what ``dub`` does with the small translators, ``strong`` with the strong one; the rest are
the whole without one part. chrF and BLEU by sacreBLEU. Fits: lines that
need no phoneme outside its bounds and spill over nothing.
"""

from __future__ import annotations

import argparse
import os
import random
import resource
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.record import add_options, begin
from dubbing.engines.translation import Passage, Request
from dubbing.engines.translation.auto import WEIGHTS
from dubbing.engines.translation.gemma import Gemma, TunedGemma
from dubbing.language.script import to_simplified
from dubbing.models.resolver import is_obtainable
from dubbing.pipeline import Run
from dubbing.registry import Engines, identity
from dubbing.settings import TimingSettings, TranslateSettings
from dubbing.stages.timing import timing
from dubbing.stages.translate import translate
from dubbing.timeline import (
    FRAME_MS,
    Candidate,
    Line,
    Media,
    Span,
    Speaker,
    Timeline,
    Translation,
    Voice,
)
from dubbing.timing.prompter import Prompter
from dubbing.translation.checks import translation_flags
from dubbing.translation.example_memory import shipped_memory
from dubbing.translation.pair_groups import untouched
from dubbing.workspace import Workspace

HERE = Path(__file__).parent
N_HELD_OUT = 120
GAP_MS = 300
VOICES = {"zh": "zm_yunxi", "es": "em_alex", "fr": "ff_siwis", "ja": "jm_kumo", "en": "am_michael",
          "it": "im_nicola", "pt-br": "pm_alex", "hi": "hm_omega"}  # fmt: skip
MORE = ("it", "pt-br", "hi")
"""Languages of ``lines_more.tsv``."""
SWITCHES: dict[str, dict[str, Any]] = {
    "whole": {},
    "no examples": {"examples": 0},
    "no reverse": {"reverse": False},
    "no fit": {"choice": {"fit": 0.0}, "vary_length": False},
    "no checks": {"choice": {"fault": 0.0}},
    "no other lengths": {"vary_length": False},
    "strong": {"engine": "strong"},
}
ALWAYS = ("whole", "strong")
"""Of the switches, for every set."""
GRID = (("bin", "lay", "place", "set"), ("blue", "green", "red", "white"), ("at", "by", "in", "with"),
        tuple("abcdefghijklmnopqrstuvxyz"), ("zero", "one", "two", "three", "four", "five", "six",
        "seven", "eight", "nine"), ("again", "now", "please", "soon"))  # fmt: skip

Pair = tuple[str, str]


def main() -> None:
    """Translate, judge, print, write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sets", nargs="+", default=["own", "tatoeba", "es", "fr", "ja", "grid"])
    parser.add_argument("--only", nargs="+", default=list(SWITCHES), help="of the switches")
    add_options(parser)
    options = parser.parse_args()
    record = begin(options)
    result: dict[str, Any] = {"flags": flags()}
    print("flags", result["flags"], flush=True)
    for name in options.sets:
        ways = [way for way in options.only if name == "own" or way in ALWAYS]
        result[name] = judged(name, [way for way in ways if way != "strong" or has_strong()])
        result["peak_memory_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        if record:
            record.write(result)


def judged(name: str, switches: Sequence[str]) -> dict[str, Any]:
    """One set, in all ways."""
    pairs, target = lines_of(name), name if name in ("es", "fr", "ja", *MORE) else "zh"
    engines = Engines()
    timeline = spoken_by_time([source for source, _ in pairs], target, engines)
    kinds: dict[str, type[Gemma]] = {"plain": Gemma, "tuned": TunedGemma}
    rows: dict[str, Any] = {
        "lines": len(pairs),
        "seconds_of_speech": round(seconds_of(timeline), 1),
    }
    for way, kind in kinds.items():
        if way == "plain" or target == "zh":
            began = time.perf_counter()
            engine = kind(threads=os.cpu_count() or 1)
            loaded_s = time.perf_counter() - began
            done, seconds = beam(engine, timeline)
            del engine
            rows[way] = row(done, pairs, engines, seconds) | {"load_s": round(loaded_s, 2)}
            print(name, way, rows[way], flush=True)
    for way in switches:
        done, seconds = chosen(timeline, SWITCHES[way], engines)
        rows[way] = row(done, pairs, engines, seconds)
        print(name, way, rows[way], flush=True)
        if way in ALWAYS:
            rows[way]["says"] = [line.spoken_text for line in done.lines]
    return rows


# -- what is translated --------------------------------------------------------------------------


def lines_of(name: str) -> list[Pair]:
    """English and reference; GRID has none."""
    if name == "tatoeba":
        rows = (HERE / "translation/tatoeba.tsv").read_text(encoding="utf-8").splitlines()
        pairs = [tuple(row.split("\t")[:2]) for row in rows]
        return random.Random(3).sample(
            [(english, chinese) for english, chinese in pairs], N_HELD_OUT
        )
    if name == "grid":
        rng = random.Random(3)
        return [(" ".join(map(rng.choice, GRID)).capitalize() + ".", "") for _ in range(50)]
    if name == "own":
        memory = shipped_memory("en", "zh")
        assert memory is not None
        return untouched(written_lines("zh"), memory.pairs)
    return written_lines(name)


def has_strong() -> bool:
    """Whether the weights of the strong translator are here."""
    return is_obtainable(WEIGHTS)


def written_lines(language: str) -> list[Pair]:
    """English and the translation that was written for this project, where there is one."""
    file = "lines_more.tsv" if language in MORE else "lines.tsv"
    text = (HERE / "translation" / file).read_text(encoding="utf-8")
    rows = [row.split("\t") for row in text.splitlines()]
    column = rows[0].index(language)
    return [(row[1], row[column]) for row in rows[1:] if len(row) > column]


def spoken_by_time(texts: Sequence[str], target: str, engines: Engines) -> Timeline:
    """A film in which somebody says these lines, one after the other, as an English voice would."""
    with tempfile.TemporaryDirectory() as folder, Workspace(Path(folder)) as held:
        prompter = Prompter(
            lambda: engines.get("speech", "kokoro"),
            identity("speech", "kokoro"),
            "en",
            VOICES["en"],
            Run(held, Path("film")),
        )
        lines, at_ms = [], 0
        for number, text in enumerate(texts):
            said = prompter.said(text)
            assert said is not None
            length = round(said.option.natural_frames) * FRAME_MS
            lines.append(Line(f"L{number}", Span(at_ms, at_ms + length), text, (), "S1"))
            at_ms += length + GAP_MS
    voice = Voice("kokoro", VOICES[target], 1.0, "benchmark")
    media = Media("film", "0", at_ms + 5000, False, 0)
    return Timeline(target, media, "en", 1.0, (Speaker("S1", "S1", voice=voice),), tuple(lines))


# -- ways to translate ---------------------------------------------------------------------------


def beam(engine: Gemma, timeline: Timeline) -> tuple[Timeline, float]:
    """The first hypothesis of a beam search."""
    began = time.perf_counter()
    passages = [Passage(line.text) for line in timeline.lines]
    found = engine.translate(passages, Request("en", timeline.target_language))
    seconds = time.perf_counter() - began
    said = [
        to_simplified(h[0].text) if timeline.target_language == "zh" else h[0].text for h in found
    ]
    lines = [
        Line(line.id, line.span, line.text, (), "S1",
             translation=Translation(text, (Candidate(text, 0.0),), "gemma"))
        for line, text in zip(timeline.lines, said, strict=True)
    ]  # fmt: skip
    return timeline.with_lines(lines), seconds


def chosen(timeline: Timeline, changes: dict[str, Any], engines: Engines) -> tuple[Timeline, float]:
    """What the stage does, from nothing."""
    settings = TranslateSettings.model_validate(changes)
    engines.get("translation", settings.engine, settings.engine_options)
    with tempfile.TemporaryDirectory() as folder, Workspace(Path(folder)) as held:
        began = time.perf_counter()
        done = translate.function(timeline, Run(held, Path("film"), engines=engines), settings)
        return done, time.perf_counter() - began


# -- judging -------------------------------------------------------------------------------------


def row(done: Timeline, pairs: Sequence[Pair], engines: Engines, seconds: float) -> dict[str, Any]:
    """Meaning, fit and speed."""
    from sacrebleu.metrics import BLEU, CHRF

    texts = [line.translation.text if line.translation else "" for line in done.lines]
    references = [reference for _, reference in pairs]
    scores: dict[str, Any] = {}
    if any(references):
        by_character = "zh" if done.target_language == "zh" else "13a"
        by_character = "ja-mecab" if done.target_language == "ja" else by_character
        scores["chrf"] = round(CHRF().corpus_score(texts, [references]).score, 1)
        if done.target_language != "ja":
            scores["bleu"] = round(
                BLEU(tokenize=by_character).corpus_score(texts, [references]).score, 1
            )
    flagged = sum(
        bool(translation_flags(line.text, text, "en", done.target_language))
        for line, text in zip(done.lines, texts, strict=True)
    )
    return {
        **scores,
        "fits": round(fits(done, engines), 3),
        "flagged": flagged,
        "sentences_a_second": round(len(texts) / seconds, 2),
        "of_real_time": round(seconds / seconds_of(done), 3),
    }


def seconds_of(timeline: Timeline) -> float:
    """How long is spoken."""
    return sum(line.span.duration_ms for line in timeline.lines) / 1000


def fits(done: Timeline, engines: Engines) -> float:
    """Share of lines that need no phoneme outside its bounds and do not spill, as planned."""
    with tempfile.TemporaryDirectory() as folder, Workspace(Path(folder)) as held:
        planned = timing.function(done, Run(held, Path("film"), engines=engines), TimingSettings())
    bad = [
        line
        for line in planned.lines
        if line.plan is None or {"rate", "spill"} & {*line.plan.rungs}
    ]
    return 1 - len(bad) / max(1, len(done.lines))


def flags() -> dict[str, Any]:
    """Wrong numbers and negations that are flagged, and good translations that are not."""
    rows = [
        line.split("\t") for line in (HERE / "translation/wrong.tsv").read_text().splitlines()[1:]
    ]
    good = [
        (en, said, code) for code in ("zh", "es", "fr", "ja") for en, said in written_lines(code)
    ]
    false = sum(bool(translation_flags(en, said, "en", code)) for en, said, code in good)
    found: dict[str, Any] = {"good": len(good), "good_flagged": false}
    for kind in ("number", "negation"):
        wrong = [row for row in rows if row[0] == kind]
        caught = sum(bool(translation_flags(en, zh, "en", "zh")) for _, en, zh in wrong)
        found[kind] = {"wrong": len(wrong), "flagged": caught}
    n_caught = sum(found[kind]["flagged"] for kind in ("number", "negation"))
    found["recall"] = round(n_caught / len(rows), 3)
    found["precision"] = round(n_caught / max(1, n_caught + false), 3)
    return found


if __name__ == "__main__":
    main()

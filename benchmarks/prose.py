"""One function for each measured part of README and the documentation, which makes it from the results."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from statistics import median

from benchmarks.prose_dubs import (
    aligner_block,
    films_block,
    lips_block,
    loudness_block,
    speaking_faces_block,
)
from benchmarks.prose_judge import judge_block
from benchmarks.prose_meaning import meaning_block
from benchmarks.prose_speed import batch_text, library_text, overview_block, progress_block
from benchmarks.prose_summary import film_memory, sample_speed, summary_table
from benchmarks.prose_voices import (
    carry_over_block,
    diarization_block,
    emotion_text,
    learning_time_text,
    likeness_text,
    moods_block,
    readings_text,
    separation_block,
    voices_block,
    watermark_block,
)
from benchmarks.wording import NONE, Result, blocks, number, origin, paragraph, percent, table

Results = Mapping[str, Result]
SETS = {
    "own": "everyday, film and lecture lines",
    "tatoeba": "held-out pairs of Tatoeba",
    "grid": "sentences of GRID's grammar",
    "es": "everyday and film lines to Spanish",
    "fr": "… to French",
    "ja": "… to Japanese",
}


def translation_block(result: Result) -> str:
    """Quality and fit of the embedded translation."""
    rows = []
    for name, what in SETS.items():
        if name in result:
            of = result[name]
            chrf = [number(of.get(way, {}).get("chrf"), 1) for way in ("plain", "tuned", "whole")]
            fits = [percent(of.get(way, {}).get("fits")) for way in ("plain", "whole")]
            flagged = [str(of.get(way, {}).get("flagged", NONE)) for way in ("plain", "whole")]
            rows.append([f"{of['lines']} {what}", *chrf, ", ".join(fits), ", ".join(flagged)])
    header = ["English to Chinese unless said", "chrF plain", "tuned", "whole"]
    header += ["lines that fit, plain, whole", "flagged, plain, whole"]
    return blocks(
        paragraph(
            "*plain* is the beam search of the "
            "untuned model after three fixed examples, *tuned* that of the tuned one, *whole* what `dub` does; chrF "
            "against one reference; every line in the time in which an English voice would say it. Neither side of "
            "the Chinese pairs, nor another spelling of it, is in the tuning or the example memory. A line fits if "
            "no phoneme leaves its bounds and nothing runs over."
        ),
        table(header, rows),
        paragraph(_parts_of_the_choice(result), _flags(result["flags"]), origin(result)),
    )


def _parts_of_the_choice(result: Result) -> str:
    own = result.get("own", {})
    found = [f"{name} {own[name]['chrf']}" for name in own if name.startswith("no ")]
    return (
        f"On the first set, parts of the choice left out, chrF: {', '.join(found)}."
        if found
        else ""
    )


def _flags(flags: Result) -> str:
    wrong = sum(flags[kind]["wrong"] for kind in ("number", "negation"))
    flagged = sum(flags[kind]["flagged"] for kind in ("number", "negation"))
    return (
        f"Of {wrong} translations with a wrong number or a negation too few or too many, {flagged} are flagged, "
        f"of {flags['good']} good ones {flags['good_flagged']}."
    )


def review_text(result: Result) -> str:
    """How soon an edit is heard."""
    lengths = [edit["line_s"] for edit in result["edits"]]
    waits = [edit["heard_after_s"] for edit in result["edits"]]
    return paragraph(
        f"An edited line of {min(lengths):.1f} to "
        f"{max(lengths):.1f} s can be heard after {min(waits):.1f} to {max(waits):.1f} s (median "
        f"{median(waits):.1f}) with warm engines.",
        origin(result),
    )


def _of(name: str, make: Callable[[Result], str]) -> Callable[[Results], str]:
    """Return the function of a part that is made of one result, and empty without it."""
    return lambda results: make(results[name]) if name in results else ""


PARTS: Mapping[str, Callable[[Results], str]] = {
    "summary": summary_table,
    "summary.speed": _of("main_job", sample_speed),
    "summary.memory": _of("long_film", film_memory),
    "progress": _of("main_job", progress_block),
    "overview": overview_block,
    "films": _of("films", films_block),
    "lips": _of("lips", lips_block),
    "aligner": _of("aligner", aligner_block),
    "judge": _of("judge", judge_block),
    "speaking_faces": _of("speaking_faces", speaking_faces_block),
    "translation": _of("translation", translation_block),
    "meaning": _of("meaning", meaning_block),
    "voices": _of("voices", voices_block),
    "voices.learning_time": _of("voices", learning_time_text),
    "voices.likeness": _of("voices", likeness_text),
    "diarization": _of("diarization", diarization_block),
    "separation": _of("separation", separation_block),
    "moods": _of("moods", moods_block),
    "carry_over": _of("carry_over", carry_over_block),
    "loudness": _of("loudness", loudness_block),
    "review": _of("review", review_text),
    "watermark": _of("watermark", watermark_block),
    "emotion": _of("emotion", emotion_text),
    "readings": _of("readings", readings_text),
    "batch": _of("batch", batch_text),
    "library": lambda results: library_text(),
}

"""README's few figures: one row per benchmark page, and half sentences for the running text."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from benchmarks.wording import Result, number, percent, table

Results = Mapping[str, Result]
PAGE = "docs/benchmarks/{}.md"


def summary_table(results: Results) -> str:
    """The headline of each page, with the comparison that belongs to it and the date."""
    rows = [
        [f"[{words}]({PAGE.format(page)})", *make(results[name]), results[name]["made"]["date"]]
        for words, page, name, make in ROWS
        if name in results
    ]
    return table(["what", "measured", "for comparison", "date"], rows)


def sample_speed(result: Result) -> str:
    """How long the sample takes."""
    cold, warm = (result["runs"][name]["rtf"] for name in ("cold", "warm"))
    return f"{cold:.1f} times its length ({warm:.1f} with models loaded)"


def film_memory(result: Result) -> str:
    """How much memory a whole film takes."""
    return f"{result['memory_gb']:.1f} GB for a film of {result['hours']:.0f} hours"


def _speed(result: Result) -> list[str]:
    return [sample_speed(result), "length of the sample film"]


def _memory(result: Result) -> list[str]:
    return [film_memory(result), f"{result['lines']} lines of speech"]


def _lips(result: Result) -> list[str]:
    name, group = next(iter(result["groups"].items()))
    ours, natural, uniform = (
        group["methods"][way]["closure_hits"] for way in ("ours", "natural", "uniform")
    )
    is_tested = group["ours_minus"]["natural"]["closure_hits"]["p"] is not None
    few = "" if is_tested else ": too few to test"
    return [
        f"{percent(ours)} of m, b, p spoken while the lips are closed ({name}, {group['clips']} clips{few})",
        f"{percent(natural)} natural timing, {percent(uniform)} uniform stretch",
    ]


def _translation(result: Result) -> list[str]:
    own = result["own"]
    return [
        f"chrF {number(own['whole']['chrf'], 1)} (small models, English to Chinese)",
        f"{number(own['plain']['chrf'], 1)} the same model untuned",
    ]


def _voices(result: Result) -> list[str]:
    of = result["summary"]
    return [
        f"cosine {of['clone']['cosine']:.2f} to the person ({of['speakers']} people)",
        f"{of['stock']['cosine']:.2f} stock voice",
    ]


def _diarization(result: Result) -> list[str]:
    return [
        f"{percent(result['ours']['error_rate'], 1)} diarization error rate",
        f"{percent(result['fixed windows']['error_rate'], 1)} fixed windows",
    ]


def _emotion(result: Result) -> list[str]:
    return [f"unweighted recall {result['recall']:.2f} over four emotions", "0.25 chance"]


def _watermark(result: Result) -> list[str]:
    natural, films = result["natural"], len(result["held_out"]["films"])
    share = result["held_out"]["found"]["untouched"]
    return [
        f"detected in {round(share * films)} of {films} dubs",
        f"{natural['found']} false alarms in {natural['files']:,} recordings",
    ]


ROWS: tuple[tuple[str, str, str, Callable[[Result], list[str]]], ...] = (
    ("Time", "speed", "main_job", _speed),
    ("Memory", "speed", "long_film", _memory),
    ("Lip timing", "lips", "lips", _lips),
    ("Translation", "translation", "translation", _translation),
    ("Cloned voice", "voices", "voices", _voices),
    ("Diarization", "diarization", "diarization", _diarization),
    ("Emotion", "emotion", "emotion", _emotion),
    ("Watermark", "watermark", "watermark", _watermark),
)

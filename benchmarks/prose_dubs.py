"""README's parts on finished dubs: films, lips, faces, loudness."""

from __future__ import annotations

from typing import Any

from benchmarks.wording import (
    Result,
    best,
    blocks,
    number,
    origin,
    paragraph,
    percent,
    table,
)

METHODS = {"ours": "lips (ours)", "natural": "natural timing", "uniform": "uniform stretch"}


def films_block(result: Result) -> str:
    """What reports say of the lines of finished films."""
    of, films = result["summary"], result["films"]
    lines = of["lines"]
    rows = [
        [
            "films that go through",
            f"{sum(films.values()) - len(result['failed'])} of {sum(films.values())}",
        ],
        [
            "lines found in the output within 60 ms of their planned start",
            f"{of['starts_within_60_ms']} of {lines}, worst {number(of['worst_start_error_ms'], 0)} ms",
        ],
        [
            "lines ending within 120 ms of their plan",
            f"{of['ends_within_120_ms']} of {lines}, worst {number(of['worst_end_error_ms'], 0)} ms",
        ],
    ]
    for kind, what in (
        ("speech", "of speech"),
        ("nonsense", "of GRID's sentences, which make no sense"),
    ):
        if f"error_rate_{kind}" in of:
            rate = of[f"error_rate_{kind}"]
            rows.append(
                [
                    f"characters misheard when {rate['lines']} dubbed lines {what} are transcribed back",
                    f"median {percent(rate['median'])}, mean {percent(rate['mean'])}",
                ]
            )
    about = "Finished films (`benchmarks/films.json`), to Chinese."
    return blocks(paragraph(about, origin(result)), table(["what", "figure"], rows))


LIPS_ROWS = (
    ("overlap of speech and mouth movement (Jaccard)", "overlap", True),
    ("onset against the mouth, ms", "onset_ms", False),
    ("offset against the mouth, ms", "offset_ms", False),
    ("m, b, p while the lips are closed (within 80 ms)", "closure_hits", True),
    (
        "mouth opening of the phonemes against the picture (correlation)",
        "opening_correlation",
        True,
    ),
    ("phonemes beyond 0.6 to 1.6 of natural", "out_of_bounds", None),
    ("character error rate", "error_rate", None),
    ("DNSMOS", "dnsmos", None),
)


def lips_block(result: Result) -> str:
    """Timing by lips beside two ways of not looking."""
    groups = result["groups"]
    header, rows = [""], []
    for name, group in groups.items():
        header += [
            f"{name}, {group['clips']} clips: {METHODS['ours']}",
            *list(METHODS.values())[1:],
        ]
    for words, measure, most in LIPS_ROWS:
        cells = [cell for group in groups.values() for cell in _lips_cells(group, measure, most)]
        if any(cell != number(None) for cell in cells):
            rows.append([words, *cells])
    return blocks(
        paragraph(
            "Every line with a visible mouth, dubbed into Chinese and Spanish and spoken in three timings by the same "
            "voice. Start and position of ours are measured in the finished file, its sound before the mix. One clip is "
            "one observation: its lines and both languages are averaged first. The speaker that the network was trained "
            "on (in other clips) is a separate group. Bold is best, where there are enough clips to test."
        ),
        table(header, rows),
        paragraph(
            *(_lips_tests(name, group) for name, group in groups.items()), _wrong_mouth(result)
        ),
        paragraph(
            "These measures share code with the objective of the timing; an independent measure, SyncNet's LSE, needs "
            "weights that we may not distribute. What the network adds to the rules is measured only with the words "
            "that the mouth speaks (the aligner's page).",
            origin(result),
        ),
    )


def _lips_cells(group: Result, measure: str, most: bool | None) -> list[str]:
    values = [group["methods"][method][measure] for method in METHODS]
    texts = [_lips_text(measure, value) for value in values]
    return best(values, texts, most=most) if most is not None and _is_tested(group) else texts


def _is_tested(group: Result) -> bool:
    return group["ours_minus"]["natural"]["overlap"]["p"] is not None


def _lips_text(measure: str, value: float | None) -> str:
    if measure in ("closure_hits", "error_rate"):
        return percent(value)
    if measure == "out_of_bounds":
        return percent(value, 1)
    return number(value, 0 if measure.endswith("_ms") else 2)


def _lips_tests(name: str, group: Result) -> str:
    if not _is_tested(group):
        return f"For {name} {group['clips']} clips are too few to test."
    tests = [
        f"{words} by {_difference(group['ours_minus'][other][measure])} against {METHODS[other]}"
        for words, measure in (
            ("overlap", "overlap"),
            ("closures", "closure_hits"),
            ("opening", "opening_correlation"),
        )
        for other in ("natural", "uniform")
    ]
    return (
        f"For the {name} ours differs (mean over clips, 95 % bootstrap interval, Wilcoxon's two-sided p): "
        f"{'; '.join(tests)}."
    )


def _difference(of: dict[str, Any]) -> str:
    if of["p"] is None:
        return number(of["mean"], sign=True)
    interval = f"{number(of['low'], sign=True)} to {number(of['high'], sign=True)}"
    return f"{number(of['mean'], sign=True)} ({interval}, p = {of['p']:.2g})"


def _wrong_mouth(result: Result) -> str:
    of = result["wrong_mouth"]
    if of is None:
        return ""
    return (
        f"Timed by the wrong mouth (its own, backwards), {of['lines']} dubbed lines are misheard in "
        f"{percent(of['error_rate_wrong_mouth'], 1)} of characters instead of {percent(of['error_rate_natural'], 1)}."
    )


def aligner_block(result: Result) -> str:
    """Boundary errors of the aligner against forced alignment."""
    from dubbing.training.judge import METHODS as WAYS

    rows = [
        [
            words,
            f"{result[f'{way}_median_ms']:.0f} ms",
            f"{result[f'{way}_mean_ms']:.0f} ms",
            percent(result[f"{way}_within_80_ms"]),
        ]
        for way, words in WAYS.items()
    ]
    planner = [(way, row, result["other_planner"][way]) for way, row in result["planner"].items()]
    return blocks(
        paragraph(
            "Given the true phonemes and only the lips, compared with "
            f"forced alignment of the sound; {result['clips']} GRID clips it was not trained on, of the speaker it was "
            "trained on."
        ),
        table(["boundary error", "median", "mean", "within 80 ms"], rows),
        paragraph(
            "The planner of dubs, given the words, the engine's natural lengths, and start and end within 50 ms: on the "
            f"same clips, and on {result['other_clips']} clips of a speaker the network was never trained on. The "
            "weights of network, voice and rules were chosen with clips of both speakers in view. The last two columns "
            "are medians for the middle of each sound."
        ),
        table(
            [
                "boundary error, median and mean",
                "known speaker",
                "unseen speaker",
                "m, b, p, known speaker",
                "m, b, p, unseen speaker",
            ],
            [
                [
                    way,
                    _median_and_mean(row),
                    _median_and_mean(other),
                    _closures(row),
                    _closures(other),
                ]
                for way, row, other in planner
            ],
        ),
        origin(result),
    )


def _median_and_mean(row: Result) -> str:
    return f"{row['median_ms']:.0f}, {row['mean_ms']:.0f} ms"


def _closures(row: Result) -> str:
    return f"{row['closures_median_ms']:.0f} ms"


def speaking_faces_block(result: Result) -> str:
    """Whether the right face is taken for the speaker's."""
    of = result["together"]
    return paragraph(
        "Which face speaks (`benchmarks/speaking_faces.json`, two films in which people interrupt "
        f"each other) is right for {percent(of['one_right_s'] / of['one_s'])} of {of['one_s']:.0f} s labelled with "
        f"one face; in {of['both_s']:.0f} s more both talk, and some face is named for "
        f"{percent(of['both_right_s'] / of['both_s'])}.",
        origin(result),
    )


def loudness_block(result: Result) -> str:
    """Programme loudness, peaks and lines."""
    of = result["summary"]
    source, ebu = of["source"], of["ebu-r128"]
    rows = [
        [
            "as in the film (`source`)",
            f"{source['within_0.5_lu']} (worst {source['worst_off_lu']:.1f} off)",
            f"{source['highest_peak_dbtp']} dBTP",
            f"{percent(of['lines_within_1.5_lu'])} (median {of['line_off_median_lu']:.1f} LU off)",
        ],
        [
            "`ebu-r128`",
            f"{ebu['within_0.5_lu']} (worst {ebu['worst_off_lu']:.1f} off)",
            f"{ebu['highest_peak_dbtp']} dBTP",
            number(None),
        ],
    ]
    header = ["", "films within 0.5 LU of the target", "highest true peak"]
    return blocks(
        paragraph(
            f"{of['films']} films, {of['lines']} lines, measured "
            "with ffmpeg's own meter on the finished files."
        ),
        table([*header, "lines within 1.5 LU of the original's"], rows),
        origin(result),
    )

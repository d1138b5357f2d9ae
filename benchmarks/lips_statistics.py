"""Statistics of the lips benchmark, with the clip as their unit.

A clip dubbed into two languages, or with several lines, shows one mouth and one recording: its values are
averaged first, and means, intervals and tests are over clips. Clips of the speaker that the aligner was
trained on are a group of their own.
"""

from __future__ import annotations

from collections.abc import Sequence
from statistics import fmean
from typing import Any

import numpy as np

METHODS = ("ours", "natural", "uniform")
MEASURES = (
    "overlap",
    "onset_ms",
    "offset_ms",
    "closure_hits",
    "pause_agreement",
    "opening_correlation",
    "out_of_bounds",
    "error_rate",
    "dnsmos",
)
COMPARED = ("overlap", "onset_ms", "offset_ms", "closure_hits", "opening_correlation")
LEAST_CLIPS = 6
"""Fewer differences cannot be significant at 5 % in a two-sided Wilcoxon test."""
RESAMPLES = 10_000
Observation = dict[str, Any]


def summary(observations: Sequence[Observation]) -> dict[str, Any]:
    """Return means and comparisons for each group of clips."""
    groups = dict.fromkeys(item["group"] for item in observations)
    return {
        group: _of_group([item for item in observations if item["group"] == group])
        for group in groups
    }


def _of_group(observations: Sequence[Observation]) -> dict[str, Any]:
    clips = list(dict.fromkeys(item["clip"] for item in observations))
    values = {
        method: {measure: _by_clip(observations, clips, method, measure) for measure in MEASURES}
        for method in METHODS
    }
    return {
        "clips": len(clips),
        "lines": len({(item["clip"], item["line"]) for item in observations}),
        "dubbed_lines": sum(item["method"] == "ours" for item in observations),
        "methods": {
            method: {measure: _mean(of_method[measure]) for measure in MEASURES}
            for method, of_method in values.items()
        },
        "ours_minus": {
            other: {
                measure: compared(values["ours"][measure], values[other][measure])
                for measure in COMPARED
            }
            for other in METHODS[1:]
        },
    }


def _by_clip(
    observations: Sequence[Observation], clips: Sequence[str], method: str, measure: str
) -> list[float | None]:
    """Return one value per clip: the mean over its lines and languages."""
    return [
        _clip_value(
            [x for x in observations if x["clip"] == clip and x["method"] == method], measure
        )
        for clip in clips
    ]


def _clip_value(lines: Sequence[Observation], measure: str) -> float | None:
    if measure == "closure_hits":
        return _share(lines, "closure_hits", "closing_sounds")
    if measure == "out_of_bounds":
        return _share(lines, "out_of_bounds", "phonemes")
    known = [line[measure] for line in lines if line.get(measure) is not None]
    if measure in ("onset_ms", "offset_ms"):
        known = [abs(value) for value in known]
    return fmean(known) if known else None


def _share(lines: Sequence[Observation], part: str, whole: str) -> float | None:
    total = sum(line.get(whole, 0) for line in lines)
    return sum(line[part] for line in lines) / total if total else None


def _mean(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return round(fmean(known), 4) if known else None


def compared(ours: Sequence[float | None], other: Sequence[float | None]) -> dict[str, Any]:
    """Return the mean paired difference over clips, its 95 % bootstrap interval, and Wilcoxon's p.

    Interval and p (two-sided) are ``None`` for fewer than ``LEAST_CLIPS`` clips.
    """
    differences = np.array(
        [a - b for a, b in zip(ours, other, strict=True) if a is not None and b is not None]
    )
    n = len(differences)
    result: dict[str, Any] = {"clips": n, "mean": None, "low": None, "high": None, "p": None}
    if n:
        result["mean"] = round(float(differences.mean()), 4)
    if n >= LEAST_CLIPS and differences.any():
        draws = np.random.default_rng(0).integers(0, n, (RESAMPLES, n))
        low, high = np.percentile(differences[draws].mean(axis=1), [2.5, 97.5])
        p = _wilcoxon(differences)
        result |= {"low": round(float(low), 4), "high": round(float(high), 4), "p": p}
    return result


def _wilcoxon(differences: Any) -> float:
    from scipy.stats import wilcoxon

    return float(f"{wilcoxon(differences).pvalue:.2g}")

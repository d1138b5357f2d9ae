"""The measured part of the documentation on the judge of lip synchrony."""

from __future__ import annotations

from benchmarks.wording import NONE, Result, blocks, number, origin, paragraph, percent, table


def judge_block(result: Result) -> str:
    """Planted offsets found and swapped sounds refused, a row for each kind of clips."""
    rows = [
        [
            name,
            str(row["clips"]),
            percent(row["within_40_ms"]),
            percent(row["within_40_ms_of_own_zero"]),
            percent(row["true_is_nearer"]),
            NONE if row["distance"] is None else f"{row['distance']:.2f}, {_swapped(row)}",
        ]
        for name, row in result["rows"].items()
    ]
    return blocks(
        paragraph(
            "The judge of lip synchrony which planning never sees: the sound of "
            "each clip is moved by 0, ±40, ±80 and ±200 ms, or replaced by another's. Found counts within 40 ms of what "
            "was planted; moved, against what the judge found in the same clip as it was recorded, since nobody knows "
            "how a real clip was."
        ),
        table(
            [
                "clips of 2 s and more",
                "clips",
                "found",
                "moved",
                "true sound nearer than another's",
                "distance, true and another's",
            ],
            rows,
        ),
        paragraph(
            "GRID is read speech in a studio; of the real clips those stretches count in which the product takes the "
            f"mouth for the speaker's. A minute of film takes {result['seconds_per_minute']:.1f} s.",
            origin(result),
        ),
    )


def _swapped(row: Result) -> str:
    return number(row["distance_swapped"])

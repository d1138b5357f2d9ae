"""The measured part of the documentation on how much of the meaning translators keep."""

from __future__ import annotations

from benchmarks.wording import Result, blocks, number, origin, paragraph, percent, table

NAMES = {
    "strong": "`strong`, as `dub` uses it",
    "plain": "its weights, greedy",
    "embedded": "`embedded`, as `dub` uses it",
}
PARTS = ("dev", "held_out")


def meaning_block(result: Result) -> str:
    """Points of meaning and whole lines that each translator keeps, a row for each pair and engine."""
    rows = [
        _row(pair, engine, row)
        for pair, engines in result["pairs"].items()
        for engine, row in engines.items()
        if "not_measured" not in row
    ]
    return blocks(
        paragraph(
            "Lines written for this project, each with a list of points that its translation must keep: how many, "
            "who did it, whether it was denied, the idiom's sense. The first figure is of the part that the choice was "
            "tuned on, the second of other scenes and topics. A line is kept if all of its points are. The "
            "last column is the 95 % interval of the held-out share, by drawing whole scenes again."
        ),
        table(
            ["pair", "translator", "lines", "chrF", "points kept", "lines kept", "held out, 95 %"],
            rows,
        ),
        paragraph(*_doubts(result), origin(result)),
    )


def _row(pair: str, engine: str, row: Result) -> list[str]:
    parts = [row[part] for part in PARTS if part in row]
    low, high = parts[-1]["lines_kept_95"]
    return [
        pair,
        NAMES.get(engine, f"`{engine}`"),
        ", ".join(str(part["lines"]) for part in parts),
        ", ".join(number(part["chrf"], 1) for part in parts),
        ", ".join(percent(part["points_kept"]) for part in parts),
        ", ".join(percent(part["lines_kept"]) for part in parts),
        f"{percent(low)} to {percent(high)}",
    ]


def _doubts(result: Result) -> list[str]:
    """How much the flag "meaning doubtful" of the strong translator says, on the held-out parts."""
    parts = [
        engines["strong"]["held_out"]
        for engines in result["pairs"].values()
        if "held_out" in engines.get("strong", {})
    ]
    if not parts:
        return []
    doubted = [part["meaning_doubtful"] for part in parts]
    flagged, both = sum(d["flagged"] for d in doubted), sum(d["both"] for d in doubted)
    lost, lines = sum(d["lost"] for d in doubted), sum(part["lines"] for part in parts)
    return [
        f"The flag *meaning doubtful* stands at {flagged} of {lines} held-out lines of the strong translator, "
        f"{both} of which lost a point; {lost} lost one in all. Its bounds "
        "were set with these lines in view, which flatters it. It finds gross errors, and its absence proves nothing."
    ]

"""One field of the document, one stage that writes it."""

from collections import defaultdict

from dubbing.pipeline import load_stages
from dubbing.settings import load_recipe

SHARED = {
    # recognition finds lines; where two people share one, it is divided
    "lines": ("transcribe", "turns"),
    # what the timing could not do, then what is found in the finished film
    "lines.flags": ("timing", "report"),
}
"""Fields with two writers, and why."""
WITHIN = {
    # a line comes with the speaker that its voice has by itself; faces and people correct it
    "lines.speaker": ("speakers",),
}
"""Parts of items of which another stage writes the whole."""


def test_each_field_has_one_writer() -> None:
    writers = defaultdict(list)
    for stage in load_stages(load_recipe("dub")):
        for field in stage.writes:
            writers[field].append(stage.name)
    shared = {field: tuple(names) for field, names in writers.items() if len(names) > 1}
    assert shared == SHARED
    assert tuple(writers["lines.speaker"]) == WITHIN["lines.speaker"]


def test_a_later_stage_never_writes_whole_lines() -> None:
    """It would write every field of them, whoever else does."""
    names = [stage.name for stage in load_stages(load_recipe("dub"))]
    whole = [s.name for s in load_stages(load_recipe("dub")) if "lines" in s.writes]
    assert whole == ["transcribe", "turns"]
    assert names.index("turns") < min(names.index(n) for n in ("speakers", "faces", "emotion"))

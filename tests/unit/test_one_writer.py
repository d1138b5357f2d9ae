"""One field of the document, one stage that writes it."""

import pytest

from dubbing.pipeline import load_stages
from dubbing.project.overrides import LAID_OVER
from dubbing.settings import load_recipe

STAGES = load_stages(load_recipe("dub"))
SHARED = {
    # recognition finds lines; where two people share one, it is divided
    "lines": ["transcribe", "turns"],
    # what the timing could not do, then what is found in the finished film
    "lines.flags": ["timing", "report"],
}
"""Fields with two writers, and why."""


def writers_of(field: str) -> list[str]:
    return [item.name for item in STAGES if field in item.writes]


def test_each_field_has_one_writer() -> None:
    fields = {field for item in STAGES for field in item.writes}
    assert {f: writers_of(f) for f in fields if len(writers_of(f)) > 1} == SHARED


@pytest.mark.parametrize("whole", ["lines", "speakers"])
def test_whole_items_are_written_before_any_field_of_them_alone(whole: str) -> None:
    """A later writer of all of an item would write the fields of others, too."""
    last = max(n for n, item in enumerate(STAGES) if whole in item.writes)
    parts = [n for n, item in enumerate(STAGES) for w in item.writes if w.startswith(f"{whole}.")]
    assert last < min(parts)


def test_only_makers_that_keep_what_is_there_follow_decisions() -> None:
    """A field that is laid over and written later is one whose stage asks what is there already."""
    at = next(n for n, item in enumerate(STAGES) if item.follows_decisions)
    later = {field for item in STAGES[at:] for field in item.writes} & {*LAID_OVER}
    assert later == {"lines.plan", "lines.take", "lines.flags", "mix"}

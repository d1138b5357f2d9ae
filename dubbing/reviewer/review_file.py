"""``review.json``: what a reviewer sends back. It comes from outside, so nothing in it is believed.

The page writes ``dubbing.Review/1``: the film and the language it is about, the timeline that was looked
at, and decisions by line, each with the digest of the line as it was when it was decided.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from dubbing.errors import UsageError
from dubbing.review.decision import LineDecision

SCHEMA = "dubbing.Review/1"
LARGEST_BYTES = 50_000_000
MOST_DECISIONS = 200_000
LONGEST_ID = 64


class WrongDecision(UsageError):
    """A decision of a review is not as it should be."""

    def __init__(self, file: str, line: str, wrong: str, language: str) -> None:
        """``line`` is the id, for that is all that a review says of a line."""
        super().__init__(f"In {file}, the decision on line {line}: {wrong}.")
        self.file, self.line, self.wrong, self.language = file, line, wrong, language

    def numbered(self, number: int) -> UsageError:
        """Return the same error with the number of the line as people see it."""
        return UsageError(f"In {self.file}, the decision on line {number}: {self.wrong}.")


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class ReviewedFilm(_Strict):
    """Which film was reviewed."""

    name: str = Field(max_length=1000)
    fingerprint: str = Field(max_length=200)


class ReviewedLine(LineDecision):
    """A decision as the page writes it."""

    candidate: int | None = Field(None, ge=0)
    """Which candidate was picked; its text is in ``text``."""
    base: str = Field("", max_length=100)
    """Digest of the line as it was when it was decided."""

    def decision(self, reviewer: str) -> LineDecision:
        """What is kept of it."""
        told = self.model_dump(exclude={"candidate", "base", "refused"})
        return LineDecision.model_validate({**told, "by": self.by or reviewer})


class Review(_Strict):
    """One file."""

    form: Literal["dubbing.Review/1"] = Field(alias="schema")
    film: ReviewedFilm
    target_language: str = Field(max_length=20)
    timeline: str = Field(max_length=100)
    reviewer: str = Field("", max_length=200)
    written_at: str = Field("", max_length=40)
    decisions: dict[str, ReviewedLine]


def read_review(path: Path) -> Review:
    """A review from a file.

    Raises:
        UsageError: saying in one sentence what is wrong with it.
    """
    if not path.is_file():
        raise UsageError(f"There is no file {path}.", hint="Download it in the review page.")
    if path.stat().st_size > LARGEST_BYTES:
        raise UsageError(f"{path.name} is too large to be a review.")
    return parse_review(path.read_bytes(), path.name)


def parse_review(content: bytes, name: str) -> Review:
    """A review from its bytes; ``name`` is for the error message.

    Raises:
        UsageError: saying in one sentence what is wrong with it.
    """
    try:
        plain: Any = json.loads(content.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{name} is no JSON.", hint="Download it in the review page.") from error
    if not isinstance(plain, dict) or not isinstance(plain.get("decisions"), dict):
        raise UsageError(f"{name} is no review.", hint="Download it in the review page.")
    if len(plain["decisions"]) > MOST_DECISIONS or any(
        len(line) > LONGEST_ID for line in plain["decisions"]
    ):
        raise UsageError(f"{name} is no review of a film's lines.")
    if plain.get("schema") != SCHEMA:
        raise UsageError(
            f"{name} is written in {str(plain.get('schema'))[:40]!r}, this program reads {SCHEMA}.",
            hint="Use the program that made the preview.",
        )
    try:
        return Review.model_validate_json(json.dumps(plain))
    except ValidationError as error:
        first = error.errors()[0]
        where, wrong = [str(part) for part in first["loc"]], first["msg"]
        if where[:1] == ["decisions"] and len(where) > 1:
            field = ".".join(where[2:]) or "all of it"
            raise WrongDecision(
                name, where[1], f"{field}: {wrong}"[:300], str(plain.get("target_language"))[:20]
            ) from error
        raise UsageError(f"In {name}, {'.'.join(where)[:120]}: {wrong}.") from error

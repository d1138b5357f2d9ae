"""What listeners preferred, put together: shares with their uncertainty, and mean opinion scores."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import mean
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from dubbing.errors import UsageError
from dubbing.reviewer.comparison import KEY, LEFT, RIGHT

SCHEMA = "dubbing.Preferences/1"
LARGEST_BYTES = 5_000_000
Z95 = 1.959964
Score = Field(None, ge=1, le=5)


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Answer(_Strict):
    """Of one listener about one pair; scores as in ITU-T P.800, 1 bad to 5 excellent."""

    choice: Literal["left", "right", "same"] | None = None
    left: int | None = Score
    right: int | None = Score
    note: str = Field("", max_length=4000)


class Preferences(_Strict):
    """What one listener sends back."""

    form: Literal["dubbing.Preferences/1"] = Field(alias="schema")
    comparison: str = Field(max_length=64)
    listener: str = Field("", max_length=200)
    answers: dict[str, Answer]


class Key(_Strict):
    """Which side was which dub, for every pair."""

    form: Literal["dubbing.ComparisonKey/1"] = Field(alias="schema")
    id: str
    dubs: tuple[str, str]
    swapped: tuple[bool, ...]


@dataclass(frozen=True, slots=True)
class Tally:
    """Votes for either dub and for neither, and the mean of their scores (``None`` without any).

    ``share`` is the first one's of all votes that decided, between ``low`` and ``high`` with 95 %
    (Wilson 1927); ``chance`` is how likely a split at least as uneven is if nobody heard a difference
    (sign test).
    """

    dubs: tuple[str, str]
    votes: tuple[int, int]
    same: int
    scores: tuple[float | None, float | None]
    share: float | None
    low: float
    high: float
    chance: float


def read_key(folder: Path) -> Key:
    """The key of a comparison.

    Raises:
        UsageError: if there is none, or it is damaged.
    """
    path = folder / KEY
    try:
        return Key.model_validate_json(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise UsageError(
            f"{folder} is no comparison.", hint="Make one: dub compare A B."
        ) from error
    except (OSError, ValueError) as error:
        raise UsageError(f"{path} is damaged.") from error


def read_preferences(path: Path) -> Preferences:
    """What a listener sent.

    Raises:
        UsageError: saying in one sentence what is wrong with it.
    """
    if not path.is_file():
        raise UsageError(f"There is no file {path}.")
    if path.stat().st_size > LARGEST_BYTES:
        raise UsageError(f"{path.name} is too large for preferences.")
    try:
        return Preferences.model_validate_json(path.read_bytes())
    except (ValidationError, UnicodeDecodeError, json.JSONDecodeError) as error:
        told = error.errors()[0] if isinstance(error, ValidationError) else None
        where = "" if told is None else ".".join(str(part) for part in told["loc"])[:80]
        raise UsageError(
            f"{path.name} holds no preferences{f' (at {where})' if where else ''}.",
            hint="Download them in the page of the comparison.",
        ) from error


def tally(key: Key, given: Sequence[Preferences]) -> Tally:
    """Count what listeners said.

    Raises:
        UsageError: if a file is about another comparison.
    """
    votes, same = [0, 0], 0
    scores: tuple[list[int], list[int]] = ([], [])
    for preferences in given:
        if preferences.comparison != key.id:
            raise UsageError(
                f"The answers of {preferences.listener or '?'} are about another test."
            )
        for pair, answer in preferences.answers.items():
            sides = _sides(key, pair)
            if sides is None:
                continue
            if answer.choice == "same":
                same += 1
            elif answer.choice is not None:
                votes[sides[answer.choice]] += 1
            for side, score in ((LEFT, answer.left), (RIGHT, answer.right)):
                if score is not None:
                    scores[sides[side]].append(score)
    low, high = wilson(votes[0], sum(votes))
    return Tally(
        key.dubs,
        (votes[0], votes[1]),
        same,
        (_mean(scores[0]), _mean(scores[1])),
        votes[0] / sum(votes) if sum(votes) else None,
        low,
        high,
        sign_test(votes[0], votes[1]),
    )


def _sides(key: Key, pair: str) -> dict[str, int] | None:
    """Which dub stood on which side of a pair (by its number from 1)."""
    if not pair.isdigit() or not 1 <= int(pair) <= len(key.swapped):
        return None
    return {LEFT: 1, RIGHT: 0} if key.swapped[int(pair) - 1] else {LEFT: 0, RIGHT: 1}


def _mean(scores: Sequence[int]) -> float | None:
    return round(mean(scores), 2) if scores else None


def wilson(hits: int, n: int) -> tuple[float, float]:
    """The interval that holds a share with 95 % (Wilson 1927)."""
    if n == 0:
        return 0.0, 1.0
    share = hits / n
    middle = (share + Z95**2 / (2 * n)) / (1 + Z95**2 / n)
    half = Z95 / (1 + Z95**2 / n) * math.sqrt(share * (1 - share) / n + Z95**2 / (4 * n * n))
    return max(0.0, middle - half), min(1.0, middle + half)


def sign_test(first: int, second: int) -> float:
    """Two-sided: how likely so uneven a split is by chance."""
    n, most = first + second, max(first, second)
    tail = sum(math.comb(n, k) for k in range(most, n + 1))
    return float(min(1.0, 2 * tail / 2**n))

"""What people decided of one dub.

Settings hold for any film; this belongs to one. It is read from the files of the workspace as a job
begins, with what the command line adds, and a profile cannot write it. A stage sees only the fields
that it declares, and its cache key names them.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from pydantic_core import to_jsonable_python

from dubbing.engines.translation import SpokenBy
from dubbing.review.decision import LineDecision
from dubbing.voice.consent import Consent
from dubbing.voice.standing import state as consents_state

Field = Literal[
    "cast",
    "cast_files",
    "names",
    "line_speakers",
    "hints",
    "consents",
    "decisions",
    "frozen",
    "mix_of",
]


@dataclass(frozen=True, slots=True)
class ProjectState:
    """All that was decided; every field is empty where nothing was."""

    cast: Mapping[str, str] = field(default_factory=dict)
    """Voices chosen by hand, by speaker: of the engine, or enrolled (name or file)."""
    cast_files: tuple[str, ...] = ()
    """SHA-256 of the files of enrolled voices in ``cast``, so that a changed one is noticed."""
    names: Mapping[str, str] = field(default_factory=dict)
    """Names of speakers, by id."""
    line_speakers: Mapping[str, str] = field(default_factory=dict)
    """Speakers of lines (by id) that a person corrected."""
    hints: tuple[SpokenBy, ...] = ()
    """Who speaks when, by a person's text of the film."""
    consents: tuple[Consent, ...] = ()
    """What people allowed for this film."""
    decisions: Mapping[str, LineDecision] = field(default_factory=dict)
    """Reviewers' decisions, by the ids of lines."""
    frozen: Mapping[str, str] = field(default_factory=dict)
    """Lines that stay as they are in a timeline, which is an artifact of the workspace (its path)."""
    mix_of: str = ""
    """The timeline (as in ``frozen``) whose mix stays, but for the lines that change."""

    def only(self, names: Collection[Field]) -> ProjectState:
        """The state with these fields and nothing else."""
        return ProjectState(**{name: getattr(self, name) for name in names})

    def for_key(self, name: Field) -> Any:
        """A field as JSON for a cache key; consents stand with what this machine trusts of them."""
        if name == "consents":
            return consents_state(self.consents)
        return to_jsonable_python(getattr(self, name))

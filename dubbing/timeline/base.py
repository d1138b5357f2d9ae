"""What all parts of the document are made of: times and files."""

from __future__ import annotations

from dataclasses import dataclass

from dubbing.errors import WorkspaceError

FRAME_MS = 25
"""One duration unit of the timing code: 600 samples at 24 kHz, Kokoro's own step."""


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of time, ``start_ms`` included, ``end_ms`` excluded; never empty."""

    start_ms: int
    end_ms: int

    def __post_init__(self) -> None:
        """Spans run forwards."""
        if self.end_ms <= self.start_ms:
            raise ValueError(f"span {self.start_ms}-{self.end_ms} ms is empty or runs backwards")

    @property
    def duration_ms(self) -> int:
        """Length in milliseconds."""
        return self.end_ms - self.start_ms

    def overlap_ms(self, other: Span) -> int:
        """How long both last at once."""
        return max(0, min(self.end_ms, other.end_ms) - max(self.start_ms, other.start_ms))


@dataclass(frozen=True, slots=True)
class Artifact:
    """A file of the workspace, named by its content; ``path`` is relative to ``artifacts``."""

    path: str
    sha256: str
    n_bytes: int


@dataclass(frozen=True, slots=True)
class OutputFile:
    """A file outside the workspace that a stage wrote, and its size when it was finished."""

    path: str
    n_bytes: int


class NotInDocument(WorkspaceError, KeyError):
    """A document, which may have come from anywhere, refers to something that is not in it."""

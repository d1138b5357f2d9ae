"""The state of a project, from the files of its workspace."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from dubbing.diarization.people_file import read_people
from dubbing.project.state import ProjectState
from dubbing.review.locks import settle
from dubbing.voice.casting_file import read_cast
from dubbing.voice.library import find_voice
from dubbing.workspace import file_sha256


def read_state(root: Path, target: str, asked: ProjectState) -> ProjectState:
    """What was decided so far, and over it what is asked for now.

    Accepted lines are locked first (:func:`dubbing.review.locks.settle`).

    Args:
        root: the workspace.
        target: code of the target language.
        asked: casting and names from the command line, hints and consents.

    Raises:
        BadSettings: if one of the files is damaged.
    """
    people, decisions = read_people(root), settle(root, target)
    cast = {**read_cast(root), **asked.cast}
    return replace(
        asked,
        cast=cast,
        cast_files=tuple(
            file_sha256(path) for path in map(find_voice, cast.values()) if path is not None
        ),
        names={**people.names, **asked.names},
        line_speakers={**people.lines, **asked.line_speakers},
        decisions=decisions.lines,
        frozen=decisions.locked,
        mix_of=decisions.mix_of,
    )

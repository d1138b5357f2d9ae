"""What was asked for when a film was dubbed, kept in its workspace, so that lines can be made again.

``jobs/zh.json`` names the film, the file that was made of it, and all settings.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from dubbing.diarization.people_file import People
from dubbing.errors import WorkspaceError
from dubbing.file_names import is_file, shortened
from dubbing.json_text import parsed
from dubbing.media.ffmpeg_choice import TRUST, VARIABLE, is_admitted
from dubbing.settings import Profile, first_fault
from dubbing.workspace import write_text

FOLDER = "jobs"
HINT = "Run the dub command once more; what is finished is not made again."


@dataclass(frozen=True, slots=True)
class KeptJob:
    """A film, its dub, and how it was made."""

    source: Path
    output: Path
    recipe: str
    profile: Profile
    cast: Mapping[str, str] = field(default_factory=dict)
    """Voices that the command named, by speaker; the casting of the workspace is kept elsewhere."""
    people: People = field(default_factory=People)
    """Names that the command gave."""


def keep_job(root: Path, target: str, job: KeptJob) -> None:
    """Write it down; what was decided of single lines is kept elsewhere."""
    plain = {
        "source": str(job.source),
        "output": str(job.output),
        "recipe": job.recipe,
        "profile": job.profile.model_dump(mode="json"),
        "cast": dict(job.cast),
        "people": job.people.model_dump(),
    }
    write_text(_path(root, target), json.dumps(plain, ensure_ascii=False, indent=1) + "\n")


def read_job(root: Path, target: str) -> KeptJob:
    """How the dub of a workspace was made.

    Raises:
        WorkspaceError: if that is not known, the film is gone, or its ffmpeg was never used here.
    """
    path = _path(root, target)
    try:
        plain = upgraded(parsed(path.read_bytes()))
        job = KeptJob(
            Path(plain["source"]),
            Path(plain["output"]),
            str(plain["recipe"]),
            Profile.model_validate(plain["profile"]),
            {str(speaker): str(voice) for speaker, voice in plain["cast"].items()},
            People.model_validate(plain["people"]),
        )
    except FileNotFoundError as error:
        raise WorkspaceError(f"{root} does not say how it was made.", hint=HINT) from error
    except OSError as error:
        raise WorkspaceError(f"{path} cannot be read ({error.strerror}).", hint=HINT) from error
    except ValidationError as error:
        raise WorkspaceError(f"In {path}, {first_fault(error)}", hint=HINT) from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise WorkspaceError(f"{path} is damaged.", hint=HINT) from error
    _check_program(root, job.profile)
    if not is_file(job.source):
        raise WorkspaceError(
            f"The film {shortened(str(job.source))} is not there any more.",
            hint="Put it back, or dub it anew.",
        )
    return job


def upgraded(plain: dict[str, Any]) -> dict[str, Any]:
    """A record as it is written now; those of earlier versions hold casting and names as settings."""
    profile = {name: value for name, value in plain["profile"].items() if name != "direction"}
    voices, speakers = dict(profile.get("voices", {})), dict(profile.get("speakers", {}))
    cast = voices.pop("cast", {})
    people = {name: speakers.pop(name, {}) for name in ("names", "lines")}
    voices.pop("cast_content", None)
    speakers.pop("hints", None)
    profile |= {"voices": voices, "speakers": speakers}
    return {"cast": cast, "people": people, **plain, "profile": profile}


def kept_translator(root: Path, target: str) -> str:
    """The translator of the dub of a workspace; empty if that is not known."""
    return _kept(root, target, "translate", "engine")


def kept_ffmpeg(root: Path, target: str) -> str:
    """The ffmpeg that the profile of a dub names; empty if it names none. A stranger may have set it."""
    return _kept(root, target, "ffmpeg")


def _kept(root: Path, target: str, *names: str) -> str:
    try:
        value = parsed(_path(root, target).read_bytes())["profile"]
        for name in names:
            value = value[name]
    except (OSError, ValueError, KeyError, TypeError):
        return ""
    return value if isinstance(value, str) else ""


def _check_program(root: Path, profile: Profile) -> None:
    """A workspace may come from somebody else: it chooses no program that nobody here asked for."""
    if profile.ffmpeg is None or os.environ.get(VARIABLE) or is_admitted(profile.ffmpeg):
        return
    raise WorkspaceError(
        f"{root} was made with another ffmpeg ({profile.ffmpeg}), which was never used here.",
        hint=TRUST,
    )


def _path(root: Path, target: str) -> Path:
    return root / FOLDER / f"{target}.json"

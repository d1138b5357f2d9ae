"""Lines that were spoken by a cloned voice, once its person takes their consent back."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from dubbing.arrays import Audio
from dubbing.errors import ConsentRefused
from dubbing.media.sound_file import keep_sound
from dubbing.project.overrides import Overrides
from dubbing.project.state import ProjectState
from dubbing.registry import Engines
from dubbing.review.job_file import KeptJob
from dubbing.review.locks import snapshot
from dubbing.reviewer.bench import check_voices
from dubbing.settings import Profile
from dubbing.timeline import Span, Take, Timeline
from dubbing.voice import consent
from dubbing.voice.revocation import revoke
from dubbing.workspace import Workspace
from tests.voice.cast import Film, elsewhere


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DUBBING_VOICES", str(tmp_path / "home"))


@pytest.fixture
def film(tmp_path: Path) -> Film:
    return Film(tmp_path / "films")


def spoken(film: Film, given: consent.Consent) -> Timeline:
    """The film with its one line spoken by the clone."""
    voice = film.cast(given)
    with Workspace(film.root) as workspace:
        audio = Audio(np.zeros((1, 24_000), dtype=np.float32), 24_000)
        sound = keep_sound(workspace, audio, subtype="PCM_16")
    take = Take(sound, 0, 24_000, 24_000, Span(0, 1000))
    speaker = replace(film.timeline.speakers[0], voice=voice)
    line = replace(film.timeline.lines[0], take=take)
    return replace(film.timeline, speakers=(speaker,), lines=(line,))


def test_a_line_that_was_to_stay_is_made_again_after_a_revocation(film: Film) -> None:
    given = consent.record("Anna", "contract", film.identity)
    made = spoken(film, given)
    with Workspace(film.root) as workspace:
        project = ProjectState(frozen={"L1": snapshot(workspace, made)})
        undone = replace(made, lines=film.timeline.lines)
        overrides = Overrides(project, Profile(), workspace, Engines())
        assert overrides.laid_over(undone).lines[0].take == made.lines[0].take
        revoke(given.id)
        assert overrides.laid_over(undone).lines[0].take is None


def test_a_single_line_is_not_made_again_by_a_voice_without_consent(
    film: Film, tmp_path: Path
) -> None:
    given = consent.record("Anna", "contract", film.identity)
    made = spoken(film, given)
    job = KeptJob(film.source, tmp_path / "out.mp4", "dub", Profile())
    with pytest.raises(ConsentRefused, match="was not given for this"):
        check_voices(film.root, job, made)
    consent.save(film.root / consent.FILE_NAME, (given,))
    check_voices(film.root, job, made)
    with elsewhere(tmp_path / "receiver"), pytest.raises(ConsentRefused, match="does not trust"):
        check_voices(film.root, job, made)
    revoke(given.id)
    with pytest.raises(ConsentRefused, match="was revoked"):
        check_voices(film.root, job, made)

"""A consent is for one film as it is."""

import json
from pathlib import Path

import pytest

from dubbing.job import Job, _with_consents
from dubbing.pipeline import Run, film_identity
from dubbing.progress import Event
from dubbing.settings import Profile
from dubbing.workspace import Workspace


def test_a_consent_for_the_film_before_it_was_changed_does_not_count_and_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DUBBING_VOICES", str(tmp_path / "home"))
    film = tmp_path / "film.wav"
    film.write_bytes(b"first cut")
    events: list[Event] = []

    def allowed(*consents: str) -> list[str]:
        events.clear()
        run = Run(Workspace(tmp_path / "w"), film, listener=events.append)
        job = Job(film, "zh", consents=consents)
        profile = _with_consents(job, run, film_identity(film), Profile())
        return [item.person for item in profile.voices.allowed]

    assert allowed("Anna: contract") == ["Anna"]
    assert allowed() == ["Anna"]
    assert not events
    film.write_bytes(b"other cut")
    assert allowed() == []
    assert "1 of the consents" in events[0].message
    assert "--consent" in events[0].message
    assert allowed("Ben: letter") == ["Ben"]
    assert len(json.loads((tmp_path / "w" / "consent.json").read_text())) == 2

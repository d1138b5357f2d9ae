"""A consent is for one film as it is."""

import json
from pathlib import Path

import pytest

from dubbing.errors import ConsentRefused
from dubbing.film_identity import film_identity
from dubbing.job import Job, _consents
from dubbing.pipeline import Run
from dubbing.progress import Event
from dubbing.voice import consent
from dubbing.voice.revocation import revoke
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
        return [item.person for item in _consents(job, run, film_identity(film))]

    assert allowed("Anna: contract") == ["Anna"]
    assert allowed() == ["Anna"]
    assert not events
    film.write_bytes(b"other cut")
    assert allowed() == []
    assert "1 of the consents" in events[0].message
    assert "--consent" in events[0].message
    assert allowed("Ben: letter") == ["Ben"]
    assert len(json.loads((tmp_path / "w" / "consent.json").read_text())) == 2


def test_a_record_by_a_strange_key_never_outranks_one_that_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DUBBING_VOICES", str(tmp_path / "stranger"))
    film = tmp_path / "film.wav"
    film.write_bytes(b"film")
    workspace = Workspace(tmp_path / "w")
    strange = consent.record("Famous Actor", "all films", film_identity(film))
    monkeypatch.setenv("DUBBING_VOICES", str(tmp_path / "home"))
    own = consent.record("Anna", "contract", film_identity(film))
    consent.save(workspace.root / consent.FILE_NAME, (own, strange))
    given = _consents(Job(film, "zh"), Run(workspace, film), film_identity(film))
    assert consent.for_speaker(given, "S1") == own


def test_a_revoked_consent_is_not_recorded_again_by_an_old_flag(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DUBBING_VOICES", str(tmp_path / "home"))
    film = tmp_path / "film.wav"
    film.write_bytes(b"film")
    run = Run(Workspace(tmp_path / "w"), film)
    job = Job(film, "zh", consents=("Anna: contract",))
    (given,) = _consents(job, run, film_identity(film))
    revoke(given.id)
    with pytest.raises(ConsentRefused, match="in the same words"):
        _consents(job, run, film_identity(film))
    again = Job(film, "zh", consents=("Anna: contract of June",))
    assert _consents(again, run, film_identity(film))[-1].purpose == "contract of June"

"""What people decided of a film travels beside its settings."""

import json
from dataclasses import fields
from pathlib import Path
from typing import get_args

import pytest

from dubbing.diarization.people_file import People
from dubbing.errors import BadSettings
from dubbing.pipeline import Run, load_stages, stage_key
from dubbing.project.state import Field, ProjectState
from dubbing.review.job_file import KeptJob, keep_job, read_job
from dubbing.settings import Profile, load_profile, load_recipe
from dubbing.timeline import Timeline
from dubbing.workspace import Workspace

STAGES = {item.name: item for item in load_stages(load_recipe("dub"))}
SOMETHING = ProjectState(
    cast={"S1": "zf_one"}, names={"S1": "Anna"}, line_speakers={"L1": "S2"}, mix_of="a.json"
)
OUTSIDE = dict.fromkeys(("source", "output", "ffmpeg"), "")


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("voices: {cast: {S1: zf_one}}", "voices.cast"),
        ("voices: {cast_content: [abc]}", "voices.cast_content"),
        ("speakers: {names: {S1: Anna}}", "speakers.names"),
        ("speakers: {lines: {L1: S1}}", "speakers.lines"),
        ("direction: {lines: {}}", "direction"),
    ],
)
def test_a_profile_cannot_set_the_state_of_a_project(tmp_path: Path, text: str, key: str) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(text)
    with pytest.raises(BadSettings, match=f"{key}: Extra inputs are not permitted"):
        load_profile(str(path))


def test_a_record_of_an_earlier_version_keeps_its_casting_and_names(tmp_path: Path) -> None:
    film = tmp_path / "film.mp4"
    film.write_bytes(b"film")
    keep_job(tmp_path, "zh", KeptJob(film, tmp_path / "out.mp4", "dub", Profile()))
    path = tmp_path / "jobs" / "zh.json"
    plain = json.loads(path.read_text())
    del plain["cast"], plain["people"]
    plain["profile"]["voices"] |= {"cast": {"S1": "zf_one"}, "cast_content": ["abc"]}
    plain["profile"]["speakers"] |= {"names": {"S1": "Anna"}, "lines": {"L1": "S2"}, "hints": []}
    plain["profile"]["direction"] = {"lines": {}, "kept": {}, "mix_of": None}
    path.write_text(json.dumps(plain))
    people = People(names={"S1": "Anna"}, lines={"L1": "S2"})
    known = KeptJob(film, tmp_path / "out.mp4", "dub", Profile(), {"S1": "zf_one"}, people)
    assert read_job(tmp_path, "zh") == known
    keep_job(tmp_path, "zh", known)
    assert read_job(tmp_path, "zh") == known


def test_a_stage_sees_what_it_declares_and_nothing_else(tmp_path: Path) -> None:
    run = Run(Workspace(tmp_path), tmp_path, project=SOMETHING)
    assert run.seen_by(STAGES["voices"]).project == ProjectState(cast={"S1": "zf_one"})
    assert run.seen_by(STAGES["mix"]).project == ProjectState()


@pytest.mark.parametrize("name", ["voices", "speakers", "mix"])
def test_the_key_of_a_stage_names_the_fields_that_it_reads(name: str) -> None:
    def key(project: ProjectState) -> str:
        return stage_key(STAGES[name], Timeline("zh"), Profile(), OUTSIDE, project)

    changes = key(SOMETHING) != key(ProjectState())
    assert changes == bool(STAGES[name].project)


def test_every_field_of_the_state_has_its_name() -> None:
    assert tuple(item.name for item in fields(ProjectState)) == get_args(Field)

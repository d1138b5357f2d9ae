"""The plan: every film is analysed once, and nothing is done twice."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from dubbing.batch.films import Identities
from dubbing.batch.plan import make_plan, shared_stages
from dubbing.batch.tasks import Kind, Task
from dubbing.errors import UnreadableMedia
from dubbing.pipeline import load_stages
from dubbing.registry import identity
from dubbing.settings import Profile, load_recipe
from tests.batch.made import asked, planned, wanted

NETFLIX = Profile().with_values({"mix": {"loudness": "netflix"}})
ALONE = Profile().with_values({"turns": {"count": 1}})


def of_kind(tasks: dict[str, Task], kind: Kind) -> list[Task]:
    return [task for task in tasks.values() if task.kind is kind]


def test_the_shared_stages_know_nothing_of_the_language() -> None:
    stages = load_stages(load_recipe("dub"))
    shared = shared_stages(stages)
    assert {"ingest", "transcribe", "faces", "emotion"} <= {s.name for s in shared}
    assert not {"voices", "translate", "mux"} & {s.name for s in shared}
    assert all("target_language" not in s.reads for s in shared)
    assert "target_language" in stages[len(shared)].reads


def test_languages_share_one_analysis() -> None:
    plan = planned(*(wanted(f, t) for f in ("a", "b", "c") for t in ("zh", "es", "fr")))
    assert len(of_kind(plan.tasks, Kind.ANALYSIS)) == 3
    dubs = of_kind(plan.tasks, Kind.DUB)
    assert len(dubs) == 9
    for dub in dubs:
        (analysis,) = dub.needs
        assert plan.tasks[analysis].film == dub.film
        assert plan.tasks[analysis].workspace == dub.workspace
        assert plan.tasks[analysis].position < dub.position


def test_one_film_under_two_names_is_dubbed_once_and_written_twice() -> None:
    plan = planned(wanted("a", "zh"), wanted("copy", "zh"), identify=lambda source: "same")
    assert len(plan.tasks) == 2
    assert plan.jobs[0].task == plan.jobs[1].task
    payload = json.loads(plan.tasks[plan.jobs[0].task].payload)
    assert payload["outputs"] == ["/out/a.zh.mp4", "/out/copy.zh.mp4"]


def test_only_what_a_task_reads_changes_its_key() -> None:
    plain = planned(wanted("a", "zh"))
    louder = planned(wanted("a", "zh", profile=NETFLIX))
    alone = planned(wanted("a", "zh", profile=ALONE))
    elsewhere = planned(wanted("a", "zh", output="/other/place.zh.mp4"))
    other = planned(wanted("a", "zh"), identify=lambda source: "changed")
    threads = planned(wanted("a", "zh", profile=Profile(threads=1, name="mine")))
    analysis, dub = plain.tasks
    assert [*elsewhere.tasks] == [*threads.tasks] == [analysis, dub]
    assert next(iter(louder.tasks)) == analysis
    assert [*louder.tasks][1] != dub
    assert not {*alone.tasks} & {*plain.tasks}
    assert not {*other.tasks} & {*plain.tasks}


def test_a_consent_of_one_job_is_not_lent_to_another() -> None:
    plan = planned(wanted("a", "zh"), wanted("a", "es", consents=("Anna: contract",)))
    assert len({task.workspace for task in plan.tasks.values()}) == 2


def test_the_analysis_is_as_urgent_as_the_most_urgent_dub() -> None:
    plan = planned(wanted("a", "zh"), wanted("b", "zh"), wanted("a", "es", priority=5))
    first, _ = of_kind(plan.tasks, Kind.ANALYSIS)
    assert first.priority == 5
    assert {t.target: t.priority for t in of_kind(plan.tasks, Kind.DUB) if t.film == "a"} == {
        "zh": 0, "es": 5}  # fmt: skip


def test_a_series_casts_its_episodes_one_after_another() -> None:
    plan = planned(*(wanted(f"ep{n}", "zh", series="s") for n in range(3)), wanted("film", "zh"))
    castings = of_kind(plan.tasks, Kind.CASTING)
    assert [task.film for task in castings] == ["ep0", "ep1", "ep2"]
    assert [task.follows for task in castings] == [(), (castings[0].key,), (castings[1].key,)]
    dubs = {task.film: task for task in of_kind(plan.tasks, Kind.DUB)}
    assert castings[2].key in dubs["ep2"].needs
    assert len(dubs["film"].needs) == 1


def test_a_new_episode_changes_nothing_for_those_before_it() -> None:
    few = planned(*(wanted(f"ep{n}", "zh", series="s") for n in range(2)))
    more = planned(*(wanted(f"ep{n}", "zh", series="s") for n in range(3)))
    assert {*few.tasks} < {*more.tasks}


def test_a_film_that_cannot_be_read_is_told_and_the_others_are_planned() -> None:
    def identify(source: str) -> str:
        if source == "bad":
            raise UnreadableMedia("gone")
        return source

    plan = make_plan(asked(wanted("bad", "zh"), wanted("a", "zh")), identify)
    assert [bool(job.problem) for job in plan.jobs] == [True, False]
    assert len(plan.tasks) == 2


def test_a_film_is_known_by_its_content_and_looked_at_once(tmp_path: Path) -> None:
    one, two = tmp_path / "one.mp4", tmp_path / "two.mp4"
    one.write_bytes(b"film")
    two.write_bytes(b"film")
    identities = Identities({})
    assert identities(str(one)) == identities(str(two))
    again = Identities(dict(identities.new))
    one.unlink()
    with pytest.raises(UnreadableMedia):
        again(str(one))
    assert again(str(two)) == identities(str(two))
    assert not again.new
    two.write_bytes(b"other film")
    assert again(str(two)) != identities.known[str(one)][1]


def test_other_weights_make_other_tasks(monkeypatch: pytest.MonkeyPatch) -> None:
    before = planned(wanted("a", "zh"))

    def retrained(role: str, name: str, options: object = None) -> str:
        return f"{identity(role, name, options)}{' retrained' if role == 'speech' else ''}"

    monkeypatch.setattr("dubbing.batch.plan.identity", retrained)
    after = planned(wanted("a", "zh"))
    analyses = [of_kind(plan.tasks, Kind.ANALYSIS)[0].key for plan in (before, after)]
    assert analyses[0] == analyses[1]  # nobody speaks in an analysis
    assert before.jobs[0].task != after.jobs[0].task


def test_settings_are_kept_once() -> None:
    jobs = [wanted(f"film{n}", "zh") for n in range(20)]
    shared = jobs[0].profile
    plan = planned(*(replace(job, profile=shared) for job in jobs))
    assert len(plan.settings) == 1

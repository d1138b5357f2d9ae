"""Voices through the program: enrol, use, consent, ledger, verify."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from dubbing import timeline_json
from dubbing.film_identity import film_identity
from dubbing.media.extract import extract_audio, extract_speech_audio
from dubbing.media.sound_file import read_sound, write_sound
from dubbing.testing import silence
from dubbing.timeline import Timeline
from dubbing.voice import consent
from dubbing.voice.revocation import revoke
from dubbing.workspace import Workspace
from tests.conftest import Dubbed, dub
from tests.voice.cast import elsewhere


@pytest.fixture(scope="module")
def speech(samples: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Some seconds of clean speech."""
    folder = tmp_path_factory.mktemp("speech")
    extract_audio(samples / "portrait.mp4", 0, folder / "all.wav")
    extract_speech_audio(folder / "all.wav", folder / "speech.wav")
    return folder / "speech.wav"


def enroll(speech: Path, name: str, *more: object, **environment: str):
    return dub(
        "voices", "enroll", speech, "--name", name, "--consent", "Anna: tests", *more,
        **environment,
    )  # fmt: skip


def test_a_voice_is_enrolled_shown_listed_and_deleted(speech: Path) -> None:
    assert enroll(speech, "anna").returncode == 0
    again = enroll(speech, "anna")
    assert again.returncode == 2
    assert "--force" in again.stderr
    shown = dub("voices", "show", "anna").stdout
    assert "Anna" in shown
    assert "genuine" in shown
    assert "anna" in dub("voices", "list").stdout
    assert dub("voices", "delete", "anna", "--yes").returncode == 0
    assert dub("voices", "show", "anna").returncode == 2


def test_a_revoked_voice_is_shown_as_such_and_not_cast(speech: Path, tmp_path: Path) -> None:
    assert enroll(speech, "revoked").returncode == 0
    done = dub("voices", "revoke", "revoked", "--reason", "she asked for it")
    assert done.returncode == 0, done.stderr
    assert "of Anna was revoked" in done.stdout
    shown = dub("voices", "show", "revoked").stdout
    assert "NOT VALID, it was revoked" in shown
    assert "signed by this machine" in shown
    unknown = dub("voices", "revoke", "nobody")
    assert unknown.returncode == 2
    assert "neither the id of a consent" in unknown.stderr
    assert dub("voices", "delete", "revoked", "--yes").returncode == 0


def test_keys_of_other_machines_are_trusted_listed_and_removed() -> None:
    assert dub("voices", "trust", "a" * 64, "--name", "Studio [/north]").returncode == 0
    listed = dub("voices", "trust", "--list").stdout
    assert f"{'a' * 64}  Studio [/north]" in listed
    assert "this machine" in listed
    assert dub("voices", "trust", "--remove", "Studio [/north]").returncode == 0
    assert "Studio" not in dub("voices", "trust", "--list").stdout
    for bad in (["--remove", "Studio"], ["abc", "--name", "x"], [], ["b" * 64, "--list"]):
        refused = dub("voices", "trust", *bad)
        assert refused.returncode == 2
        assert "Traceback" not in refused.stderr


def test_an_encrypted_voice_wants_its_passphrase(speech: Path) -> None:
    secret = {"DUBBING_VOICE_PASSPHRASE": "correct horse"}
    assert enroll(speech, "secret", **secret).returncode == 0
    assert "(encrypted)" in dub("voices", "list").stdout
    refused = dub("voices", "show", "secret")
    assert refused.returncode == 2
    assert "DUBBING_VOICE_PASSPHRASE" in refused.stderr
    assert dub("voices", "show", "secret", **secret).returncode == 0


@pytest.mark.parametrize("problem", ["missing", "short", "silent", "name", "consent"])
def test_what_cannot_be_enrolled_is_refused(speech: Path, tmp_path: Path, problem: str) -> None:
    bad, name, consent = tmp_path / "bad.wav", "x", "Anna: tests"
    if problem == "short":
        write_sound(bad, read_sound(speech, 0, 1000))
    elif problem == "silent":
        write_sound(bad, silence(5_000))
    elif problem != "missing":
        bad, name = speech, "../x" if problem == "name" else "x"
        consent = "Anna" if problem == "consent" else consent
    result = dub("voices", "enroll", bad, "--name", name, "--consent", consent)
    assert result.returncode in (1, 2)
    assert result.stderr.startswith("dub: ")
    assert "Traceback" not in result.stderr


def test_a_recording_that_is_not_the_prompt_is_no_living_person(speech: Path) -> None:
    assert len(dub("voices", "prompt").stdout) > 20
    result = enroll(speech, "live", "--live", speech)
    assert result.returncode == 1
    assert "does not say the sentence" in result.stderr
    assert "reference itself" in result.stderr
    assert "Nobody was asked" in enroll(speech, "live", "--live", speech).stderr


def test_nobody_is_cloned_unasked_and_the_film_says_it_is_synthetic(portrait_zh: Dubbed) -> None:
    timeline = latest(portrait_zh.workspace)
    voice = timeline.speakers[0].voice
    assert voice is not None
    assert voice.clone is None
    assert "consent" in voice.reason
    found = json.loads(dub("verify", portrait_zh.output, "--json").stdout)
    dubbed, kept = found["tracks"]
    assert dubbed["is_marked"]
    assert dubbed["watermark"]
    assert not kept["is_marked"]
    assert found["credentials"]["is_intact"]
    assert found["credentials"]["cloned_voices"] == []
    original = json.loads(dub("verify", portrait_zh.source, "--json").stdout)
    assert [(track["is_marked"], track["perth"]) for track in original["tracks"]] == [(False, [])]
    assert original["credentials"] is None


def latest(folder: Path) -> Timeline:
    return Workspace(folder).latest_timeline("zh")


@pytest.mark.slow
def test_with_consent_the_speaker_dubs_themselves(portrait_zh: Dubbed, tmp_path: Path) -> None:
    workspace, output = tmp_path / "portrait.dub", tmp_path / "portrait.zh.mp4"
    shutil.copytree(portrait_zh.workspace, workspace)
    result = dub(
        portrait_zh.source, "--to", "zh", "-o", output, "--workspace", workspace,
        "--consent", "Anna Example: for this test", "--quiet", timeout_s=600,
    )  # fmt: skip
    assert result.returncode == 0, result.stderr
    timeline = latest(workspace)
    before = latest(portrait_zh.workspace).speakers[0].voice
    voice = timeline.speakers[0].voice
    assert voice is not None
    assert before is not None
    assert voice.clone is not None
    assert voice.person == "Anna Example"
    assert voice.similarity > before.similarity + 0.05
    entries = [json.loads(x) for x in dub("voices", "ledger", "--json").stdout.splitlines()]
    mine = [e["use"] for e in entries if e["use"]["output"] == output.name]
    assert [use["person"] for use in mine] == ["Anna Example"]
    claim = json.loads(dub("verify", output, "--json").stdout)["credentials"]
    assert claim["cloned_voices"][0]["consent"] == voice.consent
    assert voice.record is not None
    key = voice.record.public_key
    # whose key signed the consent is said everywhere
    assert voice.signed_by == f"this machine (key {key[:16]})"
    assert claim["cloned_voices"][0]["key"] == mine[0]["key"] == key
    assert claim["cloned_voices"][0]["signed_by"] == voice.signed_by
    assert voice.signed_by in " ".join(dub("verify", output).stdout.split())
    assert key[:16] in "".join(dub("voices", "ledger", COLUMNS="300").stdout.split())
    reports = workspace / "reports" / "zh"
    assert voice.signed_by in (reports / "report.html").read_text(encoding="utf-8")
    report = json.loads((reports / "report.json").read_text(encoding="utf-8"))
    assert report["speakers"][0]["voice"]["record"]["public_key"] == key
    assert timeline_json.loads(timeline_json.dumps(timeline)) == timeline
    # the record is kept: the next run needs no flag, and computes nothing anew
    again = dub(portrait_zh.source, "--to", "zh", "-o", output, "--workspace", workspace)
    assert again.returncode == 0, again.stderr
    assert latest(workspace).speakers == timeline.speakers
    # once it is revoked, neither the dub nor a received workspace uses the clone that is there
    revoked = dub("voices", "revoke", workspace)
    assert f"{voice.consent} of Anna Example was revoked" in revoked.stdout
    refused = dub(portrait_zh.source, "--to", "zh", "-o", output, "--workspace", workspace)
    assert refused.returncode == 2
    assert "was revoked on" in refused.stderr
    stock = dub(
        portrait_zh.source, "--to", "zh", "-o", output, "--workspace", workspace,
        "--voice", "S1=zf_xiaoxiao", timeout_s=600,
    )  # fmt: skip
    assert stock.returncode == 0, stock.stderr
    assert json.loads(dub("verify", output, "--json").stdout)["credentials"]["cloned_voices"] == []


@pytest.mark.parametrize("kind", ["strange key", "changed", "revoked"])
def test_a_received_workspace_gives_no_consent(
    portrait_zh: Dubbed, tmp_path: Path, kind: str
) -> None:
    workspace = tmp_path / "portrait.dub"
    shutil.copytree(portrait_zh.workspace, workspace)
    film = film_identity(portrait_zh.source)
    if kind == "strange key":
        with elsewhere(tmp_path / "stranger"):
            given = consent.record("Famous Actor", "all films", film)
    else:
        given = consent.record("Famous Actor", "all films", film)
    if kind == "revoked":
        revoke(given.id)
    elif kind == "changed":
        given = replace(given, purpose="anything")
    consent.save(workspace / "consent.json", (given,))
    result = dub(
        portrait_zh.source, "--to", "zh", "-o", tmp_path / "x.mp4", "--workspace", workspace,
        "--until", "voices", "--quiet",
    )  # fmt: skip
    reason = {"strange key": given.public_key, "changed": "was changed", "revoked": "was revoked"}
    assert result.returncode == 2
    assert reason[kind] in result.stderr


@pytest.mark.parametrize(
    ("flags", "told"),
    [
        (["--voice", "S1"], "casts nobody"),
        (["--voice", "S1=nobody"], "no voice 'nobody'"),
        (["--voice", "S9=zm_yunxi"], "There is no speaker S9"),
        (["--consent", "Anna"], "who allows what"),
        (["--consent", "S9=Anna: tests"], "There is no speaker S9"),
    ],
)
def test_a_bad_casting_is_refused_with_the_reason(
    portrait_zh: Dubbed, tmp_path: Path, flags: list[str], told: str
) -> None:
    workspace = tmp_path / "portrait.dub"
    shutil.copytree(portrait_zh.workspace, workspace)
    result = dub(
        portrait_zh.source, "--to", "zh", "-o", tmp_path / "x.mp4", "--workspace", workspace, *flags
    )
    assert result.returncode == 2
    assert told in result.stderr


def test_a_voice_can_be_chosen_by_hand(portrait_zh: Dubbed, tmp_path: Path) -> None:
    workspace = tmp_path / "portrait.dub"
    shutil.copytree(portrait_zh.workspace, workspace)
    assert dub("voices", "use", "zm_yunyang", workspace, "--speaker", "S1").returncode == 0
    result = dub(
        portrait_zh.source, "--to", "zh", "-o", tmp_path / "x.mp4", "--workspace", workspace,
        "--until", "voices",
    )  # fmt: skip
    assert result.returncode == 0, result.stderr
    voice = latest(workspace).speakers[0].voice
    assert voice is not None
    assert (voice.name, voice.reason) == ("zm_yunyang", "chosen by hand")
    assert dub("voices", "use", "x", tmp_path / "no", "--speaker", "S1").returncode == 2

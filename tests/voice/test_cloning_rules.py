"""Nobody is cloned without a consent that is genuine, trusted, not revoked and for this film."""

import json
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from dubbing.batch.manifest import read_manifest
from dubbing.batch.work import _new_consents
from dubbing.errors import BadSettings, ConsentRefused, DubbingError, WorkspaceError
from dubbing.review.job_file import KeptJob, keep_job, read_job
from dubbing.settings import Profile, load_profile
from dubbing.timeline import Artifact, ConsentRecord, Voice
from dubbing.voice import consent
from dubbing.voice.casting import speaking_voice
from dubbing.voice.consent import Consent
from dubbing.voice.library import enrolled_voice
from dubbing.voice.profile_file import EnrolledVoice, write_voice
from dubbing.voice.revocation import revocations, revocations_path, revoke
from dubbing.voice.standing import is_backed, state
from dubbing.voice.trust import distrust, trust
from dubbing.workspace import Workspace
from tests.voice.cast import PROFILE, Film, elsewhere, enrolled

FORGED = "allowed: [{speaker: all, person: Nobody, consent: none}]"


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("DUBBING_VOICES", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture
def film(tmp_path: Path) -> Film:
    return Film(tmp_path / "films")


def strangers(tmp_path: Path, person: str, subject: str) -> Consent:
    with elsewhere(tmp_path / "stranger"):
        return consent.record(person, "all films", subject)


# -- consents come from nowhere but a flag, a manifest's own field, or a signed record ---------------


def test_a_profile_gives_no_consent(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(f"voices: {{{FORGED}}}\n")
    with pytest.raises(BadSettings, match=r"mine.yaml, voices: a consent cannot.*--consent"):
        load_profile(str(path))


def test_settings_of_a_manifest_give_no_consent(tmp_path: Path) -> None:
    (tmp_path / "a.mp4").write_bytes(b"film")
    path = tmp_path / "batch.yaml"
    path.write_text(
        f"languages: [zh]\njobs:\n  - input: a.mp4\n    settings: {{voices: {{{FORGED}}}}}\n"
    )
    with pytest.raises(BadSettings, match="a consent cannot be given in settings"):
        read_manifest(path)


def test_a_job_file_gives_no_consent_and_older_ones_are_still_read(tmp_path: Path) -> None:
    source = tmp_path / "film.mp4"
    source.write_bytes(b"film")
    keep_job(tmp_path, "zh", KeptJob(source, tmp_path / "out.mp4", "dub", Profile()))
    path = tmp_path / "jobs" / "zh.json"
    plain = json.loads(path.read_text())
    plain["profile"]["voices"]["allowed"] = []
    path.write_text(json.dumps(plain))
    assert read_job(tmp_path, "zh").profile == Profile()
    plain["profile"]["voices"]["allowed"] = [
        {"speaker": "all", "person": "Nobody", "consent": "none"}
    ]
    path.write_text(json.dumps(plain))
    with pytest.raises(WorkspaceError, match="a consent cannot be given in settings"):
        read_job(tmp_path, "zh")


# -- where a voice is cast ---------------------------------------------------------------------------


def test_without_a_consent_a_stock_voice_speaks(film: Film) -> None:
    assert film.cast().own is None
    assert film.engine.learnt == []


def test_a_genuine_consent_for_this_film_clones_and_names_its_signer(film: Film) -> None:
    given = consent.record("Anna", "contract", film.identity)
    voice = film.cast(given)
    assert voice.clone is not None
    assert (voice.consent, voice.person) == (given.id, "Anna")
    assert voice.record == ConsentRecord(**asdict(given))
    assert voice.signed_by == f"this machine (key {given.public_key[:16]})"
    assert film.cast(given) == voice
    assert len(film.engine.learnt) == 1


def bad(kind: str, tmp_path: Path, film: Film) -> Consent:
    given = consent.record("Anna", "contract", film.identity)
    if kind == "changed":
        return replace(given, person="Famous Actor")
    if kind == "unsigned":
        return replace(given, public_key="", signature="")
    if kind == "strange key":
        return strangers(tmp_path, "Famous Actor", film.identity)
    if kind == "other film":
        return consent.record("Anna", "contract", "0" * 64)
    if kind == "spelt otherwise":
        return replace(given, signature=given.signature.upper())
    revoke(given.id, "Anna", "she asked for it")
    return given


REFUSED = {
    "changed": "was changed after it was signed",
    "unsigned": "was changed after it was signed",
    "strange key": "does not trust.*dub voices trust",
    "other film": "given for something else",
    "spelt otherwise": "was changed after it was signed",
    "revoked": r"was revoked on \d{4}-",
}


@pytest.mark.parametrize("kind", REFUSED)
def test_a_consent_that_does_not_count_is_refused_where_a_voice_is_cast(
    tmp_path: Path, film: Film, kind: str
) -> None:
    with pytest.raises(ConsentRefused, match=REFUSED[kind]):
        film.cast(bad(kind, tmp_path, film))
    assert film.engine.learnt == []


def test_a_received_record_counts_from_the_day_its_key_is_trusted(
    tmp_path: Path, film: Film
) -> None:
    given = strangers(tmp_path, "Anna", film.identity)
    consent.save(film.root / consent.FILE_NAME, (given,))
    received = consent.load(film.root / consent.FILE_NAME, film.identity)
    with pytest.raises(ConsentRefused, match=given.public_key):
        film.cast(*received)
    trust(given.public_key, "Studio North")
    assert film.cast(*received).signed_by == f"Studio North (key {given.public_key[:16]})"
    distrust("Studio North")
    with pytest.raises(ConsentRefused, match="does not trust"):
        film.cast(*received)


# -- what was made before ----------------------------------------------------------------------------


def test_a_voice_that_was_cast_is_not_used_again_after_its_consent_was_revoked(film: Film) -> None:
    given = consent.record("Anna", "contract", film.identity)
    voice = film.cast(given)
    assert speaking_voice(voice, Workspace(film.root))
    revoke(given.id)
    with pytest.raises(ConsentRefused, match="was revoked"):
        film.cast(given)
    with pytest.raises(ConsentRefused, match="was revoked"):
        speaking_voice(voice, Workspace(film.root))
    assert not is_backed(voice)
    assert film.cast(given, cast={"S1": "zf_one"}).own is None
    assert film.cast(given, consent.record("Anna", "new contract", film.identity)).own is not None


def test_what_another_machine_remembers_in_the_workspace_is_asked_again(
    tmp_path: Path, film: Film
) -> None:
    with elsewhere(tmp_path / "stranger"):
        given = consent.record("Famous Actor", "all films", film.identity)
        film.cast(given)
    with pytest.raises(ConsentRefused, match="does not trust"):
        film.cast(given)


def test_a_clone_that_another_machine_left_in_the_workspace_is_learnt_again(
    tmp_path: Path, film: Film
) -> None:
    given = consent.record("Anna", "contract", film.identity)
    here = state([given])
    with elsewhere(tmp_path / "stranger"):
        film.cast(consent.record("Famous Actor", "all films", film.identity))
        assert state([given]) != here
    film.cast(given)
    assert len(film.engine.learnt) == 2
    assert state([given]) == here


@pytest.mark.parametrize("record", [None, "another's"])
def test_a_clone_without_its_own_consent_does_not_speak(
    film: Film, record: str | None, tmp_path: Path
) -> None:
    given = consent.record("Anna", "contract", film.identity)
    forged = Voice("kokoro", "zf_one", 0.9, "", Artifact("aa/aa.safetensors", "aa", 1))
    if record:
        forged = replace(
            forged, person="Famous Actor", consent="none", record=consent.to_plain(given)
        )
    with pytest.raises(ConsentRefused):
        speaking_voice(forged, Workspace(tmp_path))


# -- enrolled voices ---------------------------------------------------------------------------------


def tampered(kind: str, tmp_path: Path) -> EnrolledVoice:
    voice = enrolled()
    if kind == "consent":
        return replace(voice, consent=replace(voice.consent, purpose="anything"))
    if kind == "speech":
        return replace(voice, reference=enrolled(seed=1).reference)
    if kind == "measurements":
        return replace(voice, profile=replace(PROFILE, f0_hz=100.0))
    if kind == "liveness":
        return replace(voice, is_live=True)
    if kind == "strange key":
        return replace(voice, consent=strangers(tmp_path, "Famous Actor", voice.subject))
    revoke(voice.consent.id)
    return voice


TAMPERED = {
    "consent": "was changed after it was signed",
    "speech": "given for something else",
    "measurements": "given for something else",
    "liveness": "given for something else",
    "strange key": "does not trust",
    "revoked": "was revoked on",
}


@pytest.mark.parametrize("passphrase", [None, "correct horse"])
@pytest.mark.parametrize("kind", TAMPERED)
def test_an_enrolled_voice_that_was_tampered_with_is_not_cast(
    tmp_path: Path, film: Film, kind: str, passphrase: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "anna.voice"
    if passphrase:
        monkeypatch.setenv("DUBBING_VOICE_PASSPHRASE", passphrase)
    write_voice(path, tampered(kind, tmp_path), passphrase)
    with pytest.raises(ConsentRefused, match=TAMPERED[kind]):
        enrolled_voice(str(path))
    with pytest.raises(ConsentRefused, match=TAMPERED[kind]):
        film.cast(cast={"S1": str(path)})
    assert film.engine.learnt == []


def test_an_enrolled_voice_is_cast_until_its_consent_is_revoked(tmp_path: Path, film: Film) -> None:
    path, voice = tmp_path / "anna.voice", enrolled()
    write_voice(path, voice)
    cast = film.cast(cast={"S1": str(path)})
    assert (cast.person, cast.consent) == ("Anna", voice.consent.id)
    assert film.cast(cast={"S1": str(path)}) == cast
    assert len(film.engine.learnt) == 1
    revoke(voice.consent.id)
    with pytest.raises(ConsentRefused, match="was revoked"):
        film.cast(cast={"S1": str(path)})


# -- keys and revocations ----------------------------------------------------------------------------


def test_keys_are_trusted_by_their_digits_or_their_file(tmp_path: Path) -> None:
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    from dubbing.voice.signing import signing_key

    with elsewhere(tmp_path / "stranger"):
        given = consent.record("Anna", "contract", "film")
        pem = (
            signing_key().public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        )
    (tmp_path / "key.pem").write_bytes(pem)
    (tmp_path / "key.txt").write_text(f"{given.public_key.upper()}\n")
    for place in (given.public_key, str(tmp_path / "key.pem"), str(tmp_path / "key.txt")):
        assert trust(place, "Studio").key == given.public_key


@pytest.mark.parametrize(
    ("key", "name", "reason"),
    [
        ("abc", "Studio", "neither a key"),
        ("f" * 63, "Studio", "neither a key"),
        ("e" * 64, "", "needs a name"),
        ("e" * 64, "a\x1b[31m", "needs a name"),
        ("e" * 64, "this machine", "Another key"),
        ("e" * 64, "Studio", "Another key"),
        ("own", "Mine", "always trusted"),
    ],
)
def test_what_is_no_key_is_not_trusted(key: str, name: str, reason: str) -> None:
    trust("d" * 64, "Studio")
    own = consent.record("Anna", "x", "film").public_key
    with pytest.raises(DubbingError, match=reason):
        trust(own if key == "own" else key, name)


def test_a_list_of_keys_that_is_damaged_trusts_nobody(home: Path, tmp_path: Path) -> None:
    stranger = strangers(tmp_path, "Anna", "film")
    home.mkdir(exist_ok=True)
    for content in ("{", "[1]", "[" * 100_000, '[{"key": 1}]'):
        (home / "trusted-keys.json").write_text(content)
        with pytest.raises(BadSettings, match="no list of trusted keys"):
            trust(stranger.public_key, "Studio")


def test_a_revocation_is_signed_kept_once_and_cannot_be_rewritten(film: Film) -> None:
    given = consent.record("Anna", "contract", film.identity)
    first = revoke(given.id, "Anna", "she asked for it")
    assert revoke(given.id, "Ben") == first
    path = revocations_path()
    assert path.stat().st_mode & 0o077 == 0
    assert list(revocations()) == [given.id]
    path.write_text(path.read_text().replace(given.id, "0" * 12))
    with pytest.raises(BadSettings, match="was changed or is damaged"):
        film.cast(given)
    assert film.cast().own is None


def test_a_node_of_a_batch_signs_only_what_no_trusted_key_signed(tmp_path: Path) -> None:
    stated = "S1=Anna: contract"
    assert _new_consents(tmp_path, [stated]) == (stated,)
    with elsewhere(tmp_path / "node"):
        theirs = consent.read_flag(stated, "film")
    consent.save(tmp_path / consent.FILE_NAME, (theirs,))
    assert _new_consents(tmp_path, [stated]) == (stated,)
    own = consent.read_flag(stated, "film")
    consent.save(tmp_path / consent.FILE_NAME, (theirs, own))
    revoke(own.id)
    assert _new_consents(tmp_path, [stated, "S2=Ben: letter"]) == ("S2=Ben: letter",)

"""Consents, the ledger and enrolled voices: nobody's word is changed unnoticed."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from dubbing.arrays import Audio
from dubbing.errors import BadSettings, UsageError
from dubbing.timeline import VoiceProfile
from dubbing.voice import consent, ledger
from dubbing.voice.ledger import Use
from dubbing.voice.library import enrolled_voice, find_voice, voice_path
from dubbing.voice.liveness import Prompt, faults, new_prompt, take_prompt
from dubbing.voice.profile_file import (
    EnrolledVoice,
    is_encrypted,
    read_voice,
    voice_subject,
    write_voice,
)
from dubbing.voice.signing import is_signed, sign, signing_key


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("DUBBING_VOICES", str(tmp_path / "home"))
    return tmp_path / "home"


def test_the_key_is_the_owners_alone_and_stays(home: Path) -> None:
    signature, public = sign(b"word")
    assert (home / "signing-key.pem").stat().st_mode & 0o077 == 0
    assert is_signed(b"word", signature, public)
    assert not is_signed(b"other word", signature, public)
    assert not is_signed(b"word", "zz", public)
    assert sign(b"")[1] == public
    (home / "signing-key.pem").write_text("no key")
    with pytest.raises(Exception, match="damaged"):
        signing_key()


def test_a_flag_says_who_allows_what() -> None:
    everybody = consent.read_flag("Anna Example: contract of 2 May", "film")
    assert (everybody.speaker, everybody.person) == ("all", "Anna Example")
    assert everybody.purpose == "contract of 2 May"
    assert everybody.is_genuine
    one = consent.read_flag("S2=Björn: by e-mail", "film")
    assert (one.speaker, one.person, one.purpose) == ("S2", "Björn", "by e-mail")


@pytest.mark.parametrize("text", ["", "Anna", "Anna:", ": contract", "=Anna: x", "S1=: x"])
def test_half_a_consent_is_none(text: str) -> None:
    with pytest.raises(UsageError, match="who allows what"):
        consent.read_flag(text, "film")


def test_records_are_kept_for_their_film_only_and_not_changed(tmp_path: Path) -> None:
    path = tmp_path / "consent.json"
    assert consent.load(path, "film") == ()
    consent.save(path, (consent.record("A", "x", "film"), consent.record("B", "y", "other")))
    assert [item.person for item in consent.load(path, "film")] == ["A"]
    plain = json.loads(path.read_text())
    plain[0]["purpose"] = "anything"
    path.write_text(json.dumps(plain))
    with pytest.raises(BadSettings, match="changed after it was signed"):
        consent.load(path, "film")
    path.write_text("[1]")
    with pytest.raises(BadSettings, match="no file of consents"):
        consent.load(path, "film")


def test_the_consent_of_one_goes_before_that_for_all() -> None:
    records = (consent.record("A", "x", "f"), consent.record("B", "y", "f", speaker="S2"))
    one, everybody = consent.for_speaker(records, "S2"), consent.for_speaker(records, "S1")
    assert one is not None
    assert everybody is not None
    assert (one.person, everybody.person) == ("B", "A")
    assert consent.for_speaker(records[1:], "S1") is None


USE = Use("Anna", "v" * 64, "c1", "film.mp4", "f" * 64, "zh", "S1", 3, 9.5, "film.zh.mp4")


def test_every_use_is_entered_once() -> None:
    assert ledger.enter([USE]) == 1
    assert ledger.enter([USE]) == 0
    assert ledger.enter([replace(USE, language="es"), USE]) == 1
    entries = ledger.read(ledger.ledger_path())
    assert [entry["use"]["language"] for entry in entries] == ["zh", "es"]


@pytest.mark.parametrize("change", ["edit", "drop", "swap", "garbage"])
def test_a_changed_ledger_is_noticed(change: str) -> None:
    ledger.enter([replace(USE, lines=n) for n in range(1, 4)])
    path = ledger.ledger_path()
    lines = path.read_text().splitlines()
    if change == "edit":
        lines[1] = lines[1].replace('"seconds": 9.5', '"seconds": 1.5')
    elif change == "drop":
        del lines[0]
    elif change == "swap":
        lines[0], lines[1] = lines[1], lines[0]
    else:
        lines[2] = "{"
    path.write_text("\n".join(lines) + "\n")
    with pytest.raises(BadSettings, match="was changed"):
        ledger.read(path)


def voice(name: str = "anna") -> EnrolledVoice:
    samples = np.random.default_rng(0).normal(0, 0.1, (1, 16_000)).astype(np.float32)
    profile = VoiceProfile(1.0, (0.5, 0.5), 210.0, 5.0, 4.2, (700.0, 1200.0, 2600.0), -23.0, 30.0)
    reference = Audio(samples, 16_000)
    subject = voice_subject(profile, reference, is_live=True)
    return EnrolledVoice(
        name, profile, reference, consent.record("Anna", "all films", subject), True
    )


@pytest.mark.parametrize("passphrase", [None, "correct horse"])
def test_a_voice_file_comes_back_as_it_was(tmp_path: Path, passphrase: str | None) -> None:
    path, written = tmp_path / "anna.voice", voice()
    write_voice(path, written, passphrase)
    assert path.stat().st_mode & 0o077 == 0
    assert is_encrypted(path) == (passphrase is not None)
    back = read_voice(path, passphrase)
    assert (back.name, back.profile, back.consent) == ("anna", written.profile, written.consent)
    assert np.allclose(back.reference.samples, written.reference.samples, atol=1e-4)
    assert back.is_live


def test_without_the_passphrase_nothing_is_told(tmp_path: Path) -> None:
    path = tmp_path / "anna.voice"
    write_voice(path, voice(), "correct horse")
    assert b"Anna" not in path.read_bytes()
    with pytest.raises(BadSettings, match="encrypted"):
        read_voice(path)
    with pytest.raises(BadSettings, match="does not open"):
        read_voice(path, "wrong horse")
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(BadSettings, match="does not open"):
        read_voice(path, "correct horse")


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04rubbish", b"DUBVOICE1short"])
def test_a_damaged_voice_is_refused_in_a_sentence(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x.voice"
    path.write_bytes(content)
    with pytest.raises(BadSettings, match=r"x\.voice"):
        read_voice(path, "any")


def test_the_library_knows_its_voices_and_no_paths() -> None:
    write_voice(voice_path("anna"), voice())
    assert enrolled_voice("anna").consent.person == "Anna"
    assert find_voice("nobody") is None
    with pytest.raises(UsageError, match="no voice 'nobody'"):
        enrolled_voice("nobody")
    with pytest.raises(UsageError, match="no name"):
        voice_path("../anna")
    assert find_voice("../anna") is None


# -- liveness --------------------------------------------------------------------------------------

SENTENCES = ("The first sentence.", "The second one.", "And a third.")


def test_a_prompt_is_new_and_can_be_answered_once() -> None:
    texts = {new_prompt(SENTENCES, "en").text for _ in range(20)}
    assert len(texts) > 15
    assert take_prompt().text in texts
    with pytest.raises(UsageError, match="Nobody was asked"):
        take_prompt()


def test_an_old_prompt_is_refused(home: Path) -> None:
    new_prompt(SENTENCES, "en")
    path = home / "prompt.json"
    path.write_text(path.read_text().replace("2026", "2020").replace("2027", "2020"))
    with pytest.raises(UsageError, match="older than ten minutes"):
        take_prompt()


def noise(seed: int) -> Audio:
    samples = np.random.default_rng(seed).normal(0, 0.1, (1, 32_000)).astype(np.float32)
    return Audio(samples, 16_000)


def dull(audio: Audio) -> Audio:
    spectrum = np.fft.rfft(audio.samples[0])
    spectrum[len(spectrum) * 3 // 8 :] = 0
    return Audio(np.fft.irfft(spectrum).astype(np.float32)[None], audio.rate_hz)


@pytest.mark.parametrize(
    ("live", "said", "alike", "is_marked", "told"),
    [
        (noise(1), "we leave at seven 1 2 3 4", 0.9, False, ""),
        (noise(1), "something else entirely here", 0.9, False, "does not say"),
        (noise(1), "we leave at seven 1 2 3 4", 0.4, False, "not the voice"),
        (noise(1), "we leave at seven 1 2 3 4", 0.9, True, "watermark"),
        (noise(0), "we leave at seven 1 2 3 4", 0.9, False, "reference itself"),
        (dull(noise(1)), "we leave at seven 1 2 3 4", 0.9, False, "no sound above"),
    ],
)
def test_what_speaks_against_a_living_person(
    live: Audio, said: str, alike: float, is_marked: bool, told: str
) -> None:
    reference = noise(0)
    vectors = {id(live): np.array([1.0, 0.0]), id(reference): np.array([alike, 0.0])}
    found = faults(
        live,
        Prompt("We leave at seven. 1 2 3 4", "en", "2026-01-01T00:00:00+00:00"),
        reference,
        written=lambda audio, language: said,
        embed=lambda audio: vectors[id(audio)],
        is_marked=lambda audio: is_marked,
    )
    assert (told in " ".join(found)) if told else found == ()

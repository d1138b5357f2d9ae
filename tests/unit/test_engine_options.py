"""What an engine is given beyond its name is used, or refused before anything begins."""

import inspect
from pathlib import Path

import pytest

from dubbing.engines.asr.faster_whisper import FasterWhisper
from dubbing.errors import BadSettings, EngineUnavailable, WeightsMissing
from dubbing.job import Job, run_job
from dubbing.registry import (
    ROLES,
    Engines,
    check_installed,
    engine_class,
    engine_names,
    identity,
    taken_options,
)
from dubbing.settings import EngineOptions, Profile, TranscribeSettings
from dubbing.testing import make_clip

EVERY_ENGINE = [(role, name) for role in ROLES for name in engine_names(role)]
OPTIONS = {
    "model": "some-model",
    "server": "http://localhost:1/v1",
    "requests_per_minute": 9,
    "prices": (1.0, 2.0),
    "beam_size": 4,
    "temperature": 0.2,
}


@pytest.mark.parametrize(("role", "name"), EVERY_ENGINE)
def test_every_engine_says_what_it_takes_and_is_made_with_it(role: str, name: str) -> None:
    kind = engine_class(role, name)
    assert "takes_options" in {attribute for base in kind.__mro__ for attribute in vars(base)}
    assert not taken_options(kind) or "options" in inspect.signature(kind).parameters


@pytest.mark.parametrize(("role", "name"), EVERY_ENGINE)
@pytest.mark.parametrize("option", OPTIONS)
def test_an_option_is_taken_or_refused_in_one_sentence(role: str, name: str, option: str) -> None:
    options = EngineOptions.model_validate({option: OPTIONS[option]})
    if option in taken_options(engine_class(role, name)):
        try:
            check_installed(role, name, options)
        except EngineUnavailable:
            return
    else:
        words = f"'{name}' takes no {option.replace('_', ' ')}"
        for refused in (check_installed, Engines().get):
            with pytest.raises(BadSettings, match=words):
                refused(role, name, options)


def test_what_was_meant_is_guessed() -> None:
    with pytest.raises(BadSettings, match=r"Did you mean --speech xtts\?"):
        check_installed("speech", "kokoro", EngineOptions(model="XTTS"))
    with pytest.raises(BadSettings, match="--emotion-engine: hf-audio"):
        check_installed("emotion", "embedded", EngineOptions(model="a/b"))
    with pytest.raises(BadSettings, match=r"turns.*pyannote"):
        check_installed("speakers", "ge2e", EngineOptions(model="a/b"))
    with pytest.raises(BadSettings, match="gpt-sovits, openai-speech"):
        check_installed("speech", "xtts", EngineOptions(server="http://localhost:1"))


def test_nothing_given_is_nothing_refused() -> None:
    for options in (None, EngineOptions()):
        assert check_installed("speech", "kokoro", options).__name__ == "Kokoro"


def test_an_engine_of_somebody_else_is_known_by_its_signature() -> None:
    class Plain:
        def __init__(self, threads: int = 1) -> None: ...

    class Able:
        def __init__(self, threads: int = 1, options: object = None) -> None: ...

    assert taken_options(Plain) == frozenset()
    assert taken_options(Able) == set(EngineOptions.model_fields)


@pytest.mark.parametrize(
    "values",
    [
        {"voices": {"model": "x"}},
        {"timing": {"model": "x"}},
        {"synthesize": {"server": "http://localhost:1"}},
        {"emotion": {"model": "x"}},
        {"turns": {"model": "x"}},
        {"translate": {"model": "x"}},
    ],
)
def test_it_is_refused_before_anything_is_made(tmp_path: Path, values: dict) -> None:
    film = make_clip(tmp_path / "film.wav", picture=False, duration_s=1.0)
    job = Job(film, "zh", workspace=tmp_path / "w")
    with pytest.raises(BadSettings) as refused:
        run_job(job, Profile().with_values(values), Engines())
    assert refused.value.exit_code == 2
    assert not (tmp_path / "w").exists()


def test_another_engine_by_a_flag_does_not_get_the_model_of_the_profiles_engine() -> None:
    mine = Profile().with_values({"translate": {"engine": "openai", "model": "m", "server": "s"}})
    flagged = mine.with_values({"translate": {"engine": "embedded"}}).translate
    assert (flagged.engine, flagged.model, flagged.server) == ("embedded", None, None)
    same = mine.with_values({"translate": {"engine": "openai", "server": "t"}}).translate
    assert (same.model, same.server) == ("m", "t")
    other = mine.with_values({"translate": {"engine": "hf", "model": "n"}}).translate
    assert (other.model, other.server) == ("n", None)


def test_a_whisper_that_is_not_converted_is_refused_with_the_way_to_do_it(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("{}")
    with pytest.raises(WeightsMissing, match=r"no model\.bin") as caught:
        FasterWhisper(options=EngineOptions(model=str(tmp_path)))
    assert "ct2-transformers-converter" in str(caught.value.hint)


def test_how_whisper_listens_is_part_of_what_it_made() -> None:
    plain = TranscribeSettings()
    assert plain.engine_options is None
    beam = TranscribeSettings(beam_size=4).engine_options
    assert beam == EngineOptions(beam_size=4)
    names = {identity("asr", plain.engine, options) for options in (None, beam)}
    assert len(names) == 2

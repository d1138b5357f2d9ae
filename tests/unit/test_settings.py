from pathlib import Path

import pytest

from dubbing.errors import BadSettings, UnknownEngine
from dubbing.registry import engine_class, engine_names
from dubbing.settings import Profile, list_shipped, load_profile, load_recipe


@pytest.mark.parametrize("name", list_shipped("configs"))
def test_every_shipped_profile_is_valid_and_named_after_its_file(name: str) -> None:
    assert load_profile(name).name == name


def test_the_embedded_profile_is_the_default() -> None:
    assert load_profile("embedded") == Profile()


def test_a_wrong_key_is_refused_with_its_place(tmp_path: Path) -> None:
    path = tmp_path / "my.yaml"
    path.write_text("timing: {fastst: 0.5}")
    with pytest.raises(BadSettings, match=r"timing\.fastst"):
        load_profile(str(path))


@pytest.mark.parametrize("text", ["[1, 2]", "a: [", "timing: {fastest: 7}", "timing: 3"])
def test_nonsense_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "my.yaml"
    path.write_text(text)
    with pytest.raises(BadSettings):
        load_profile(str(path))


def test_an_unknown_profile_lists_those_that_exist() -> None:
    with pytest.raises(BadSettings, match="embedded"):
        load_profile("embeded")


def test_flags_win_over_the_file() -> None:
    assert (
        load_profile("fast").with_values({"translate": {"beam_size": 7}}).translate.beam_size == 7
    )


@pytest.mark.parametrize("name", ["nope", "../configs/fast", "/etc/passwd", ""])
def test_a_recipe_that_is_not_shipped_is_refused_in_words(name: str) -> None:
    with pytest.raises(BadSettings, match="Shipped: dub"):
        load_recipe(name)


def test_engines_are_found_by_name_and_a_slip_gets_the_nearest() -> None:
    assert "kokoro" in engine_names("speech")
    assert engine_class("speech", "kokoro").__name__ == "Kokoro"
    with pytest.raises(UnknownEngine, match="Did you mean 'kokoro'"):
        engine_class("speech", "kokorro")

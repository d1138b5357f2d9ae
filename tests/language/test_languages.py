"""Languages as people write them."""

import time
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from dubbing.batch.manifest import read_manifest
from dubbing.cli.main import app
from dubbing.errors import UnknownLanguage, UsageError
from dubbing.exports.cues import cues_of
from dubbing.job import check_languages, target_code
from dubbing.language.languages import HEARD, HONG_KONG, TAIWAN, language
from dubbing.language.script import as_written
from dubbing.review.report_document import _line
from dubbing.settings import Profile
from dubbing.stages.mux import _languages
from dubbing.testing import make_clip
from dubbing.timeline import Candidate, Line, Span, Timeline, Translation
from tests.exports.export_workspace import plan_of


@pytest.mark.parametrize(
    ("written", "code"),
    [(tag, "zh") for tag in ("Mandarin", "汉语", "漢語", "國語", "普通话", "中文", "Putonghua", "cmn",
                             "Chinese", "zh_CN", "zh-TW", "cn", "chinois", "китайский")]
    + [(tag, "es") for tag in ("espanol", "Español", "Castellano", "castellano ", "es-MX", "SPANISH")]
    + [(tag, "pt-br") for tag in ("pt", "pt-PT", "portugues", "Brasileiro", "European Portuguese")]
    + [(tag, "fr") for tag in ("Francais", "français", "fr-CA", "fra")]
    + [("jp", "ja"), ("japones", "ja"), ("ingles", "en"), ("en-GB", "en"), ("हिन्दी", "hi")],
)  # fmt: skip
def test_names_and_tags(written: str, code: str) -> None:
    assert target_code(written) == code


@pytest.mark.parametrize(
    ("tag", "written"),
    [("zh-TW", TAIWAN), ("zh-Hant", TAIWAN), ("cmn-Hant", TAIWAN), ("繁體中文", TAIWAN),
     ("Traditional Chinese", TAIWAN), ("zh-HK", HONG_KONG), ("zh_MO", HONG_KONG),
     ("zh", None), ("zh-Hans-TW", None), ("zh-SG", None), ("ja-TW", None)],
)  # fmt: skip
def test_in_which_characters_chinese_is_shown(tag: str, written: str | None) -> None:
    assert language(tag).written == written
    assert bool(language(tag).note) == (written is not None)


def test_another_variety_than_was_asked_for_is_said() -> None:
    assert "Brazil" in language("pt-PT").note
    assert "not Cantonese" in language("zh-HK").note
    assert language("pt").note == language("es-MX").note == ""


@pytest.mark.parametrize("tag", ["Cantonese", "yue", "廣東話", "粤语"])
def test_cantonese_is_answered_truly(tag: str) -> None:
    with pytest.raises(UnknownLanguage, match="no voice for Cantonese"):
        target_code(tag)


@pytest.mark.parametrize(
    ("tag", "guess"),
    [("Spanich", "spanish"), ("engish", "english"), ("xx", "code such as"), ("", "code such as"),
     ("a" * 5000, "code such as"), ("[/red]", "code such as")],
)  # fmt: skip
def test_what_is_no_language_is_guessed_at(tag: str, guess: str) -> None:
    with pytest.raises(UnknownLanguage, match=guess) as error:
        language(tag)
    assert len(str(error.value)) < 200


def test_what_whisper_hears() -> None:
    from faster_whisper.tokenizer import _LANGUAGE_CODES

    assert set(HEARD) == set(_LANGUAGE_CODES) - {"yue"}


def heard(code: str) -> Profile:
    return Profile(name="x").with_values({"transcribe": {"language": code}})


def test_the_films_language_is_checked_before_anything_runs() -> None:
    with pytest.raises(UnknownLanguage, match="does not know Klingon"):
        check_languages(heard(language("klingon").whisper_code), "zh")
    with pytest.raises(UnknownLanguage, match="does not know Cantonese"):
        check_languages(heard("yue"), "zh")
    for source, target in (("en", "en"), ("pt", "pt-br"), ("zh", "zh")):
        check_languages(heard(source), target)  # it is spoken again
        stays = heard(source).with_values({"translate": {"revoice": False}})
        with pytest.raises(UsageError, match="already speaks"):
            check_languages(stays, target)
    check_languages(heard("jw"), "en")


@pytest.mark.parametrize(
    ("flags", "words"),
    [(("--to", "zh", "--from", "klingon"), "Klingon"), (("--to", "zh", "--from", "xx"), "'xx'"),
     (("--to", "zz"), "'zz'"),
     (("--to", "english", "--from", "en-GB", "--no-revoice"), "already speaks English"),
     (("--to", "yue"), "Cantonese")],
)  # fmt: skip
def test_at_once_and_with_nothing_written(
    tmp_path: Path, flags: tuple[str, ...], words: str
) -> None:
    film = tmp_path / "film.mp4"
    film.write_bytes(b"not read at all")
    CliRunner().invoke(app, ["run", "--help"])  # imports are not what is timed
    began_s = time.monotonic()
    result = CliRunner().invoke(app, ["run", str(film), *flags])
    assert isinstance(result.exception, UsageError)
    assert words in str(result.exception)
    assert time.monotonic() - began_s < 5.0
    assert [path.name for path in tmp_path.iterdir()] == ["film.mp4"]


def test_traditional_characters_with_the_words_of_the_place() -> None:
    assert as_written("软件里没有这个鼠标。", TAIWAN) == "軟體裡沒有這個滑鼠。"
    assert as_written("这里没有人。", HONG_KONG) == "這裏沒有人。"
    assert as_written("这里没有人。", None) == "这里没有人。"


def test_subtitles_are_shown_as_written_and_the_line_stays() -> None:
    translation = Translation("这里没有人。", (), "engine")
    line = Line("L1", Span(0, 1000), "Nobody is here.", (), "S1", translation=translation)
    timeline = Timeline("zh", lines=(line,), source_language="en", written=TAIWAN)
    (cue,) = cues_of(timeline, "target")
    assert cue.texts[0].text == "這裡沒有人。"
    assert line.spoken_text == "这里没有人。"


def test_subtitles_in_the_film_and_the_report_are_shown_so_too() -> None:
    plan = plan_of("这里没有人。", "ma", Span(0, 1000))
    candidate = Candidate("软件", score=0.0, origin="engine")
    translation = Translation("这里没有人。", (candidate,), "engine")
    line = Line("L1", Span(0, 1000), "Hi.", (), "S1", translation=translation, plan=plan)
    timeline = Timeline("zh", lines=(line,), source_language="en")
    (target, shown), (source, _) = _languages(timeline, TAIWAN)
    assert (target, source) == ("zh", "en")
    assert "這裡沒有人。" in shown
    assert "这里没有人。" in _languages(timeline, None)[0][1]
    told = _line(replace(timeline, written=TAIWAN), 1, line, None, None)
    assert (told["says"], told["candidates"][0]["text"]) == ("這裡沒有人。", "軟體")


def test_a_manifest_keeps_how_each_language_is_written(tmp_path: Path) -> None:
    make_clip(tmp_path / "film.mp4", duration_s=0.5)
    manifest = tmp_path / "m.yaml"
    for tag, written in (("zh-TW", TAIWAN), ("zh", None)):
        manifest.write_text(f"jobs:\n  - input: film.mp4\n    languages: [{tag}]\n")
        (job,) = read_manifest(manifest).jobs
        assert (job.target, job.profile.mux.written) == ("zh", written)

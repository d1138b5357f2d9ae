"""Which ffmpeg is used, what is asked of another one, and what a refusal says."""

import ast
from pathlib import Path

import pytest

import dubbing
from dubbing.errors import BadSettings, EngineFailed, EngineUnavailable, UnreadableMedia
from dubbing.media import ffmpeg_choice
from dubbing.media.ffmpeg import run_ffmpeg
from dubbing.media.ffmpeg_choice import (
    VARIABLE,
    Ffmpeg,
    current_ffmpeg,
    packaged_ffmpeg,
    preferred_ffmpeg,
)
from dubbing.media.ffmpeg_failure import explain_failure
from dubbing.stages.ingest import ingest
from dubbing.stages.mix import mix
from dubbing.stages.mux import mux
from dubbing.stages.report import report

OLD = Ffmpeg("/usr/bin/ffmpeg", "5.1.9", "0" * 64, VARIABLE)
PRODUCT = Path(dubbing.__file__).parent


def program(path: Path, script: str) -> Path:
    path.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    path.chmod(0o755)
    return path


def test_the_packaged_ffmpeg_is_used_whatever_is_on_the_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    program(tmp_path / "ffmpeg", "exit 1")
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("IMAGEIO_FFMPEG_EXE", str(tmp_path / "ffmpeg"))
    assert "imageio_ffmpeg" in current_ffmpeg().path
    assert current_ffmpeg().origin == "packaged"


@pytest.mark.parametrize("by", ["environment", "profile"])
def test_a_missing_or_unable_ffmpeg_is_refused_by_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, by: str
) -> None:
    monkeypatch.setenv("DUBBING_HOME", str(tmp_path / "home"))
    monkeypatch.delenv(VARIABLE, raising=False)
    unable = program(
        tmp_path / "unable",
        '[ "$1" = -version ] && echo "ffmpeg version 4.0 x" && exit\n'
        "echo \"Unknown encoder 'aac'\" >&2\nexit 1",
    )
    cases = {
        "/nowhere/ffmpeg": "missing",
        str(program(tmp_path / "other", "echo hello")): "does not answer like ffmpeg",
        str(unable): r"ffmpeg 4\.0 .*unable.*cannot be used: .* does not work",
    }
    for name, reason in cases.items():
        if by == "environment":
            monkeypatch.setenv(VARIABLE, name)
        with preferred_ffmpeg(name), pytest.raises(BadSettings, match=reason) as caught:
            current_ffmpeg()
        assert caught.value.exit_code == 2
        assert "packaged" in caught.value.hint


def test_without_the_package_a_sentence_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(name: str) -> Path:
        raise ModuleNotFoundError(name)

    monkeypatch.setattr(ffmpeg_choice, "files", gone)
    with pytest.raises(EngineUnavailable, match=r"imageio-ffmpeg.*not installed.*pip install"):
        packaged_ffmpeg.__wrapped__()
    monkeypatch.setattr(ffmpeg_choice, "files", lambda _name: Path("/nowhere"))
    with pytest.raises(EngineUnavailable, match="no ffmpeg for this machine"):
        packaged_ffmpeg.__wrapped__()


@pytest.mark.parametrize(
    ("log", "kind", "named"),
    [
        ("[AVFilterGraph @ 0x1] No such filter: 'ass'", EngineUnavailable, "the filter ass"),
        ("Unknown encoder 'libx264'", EngineUnavailable, "the encoder libx264"),
        ("Unrecognized option 'fps_mode'.", EngineUnavailable, "the option -fps_mode"),
        ("[m @ 0x1] Error setting option framelog to value quiet.", EngineUnavailable, "framelog=quiet"),
        ("[fc @ 0x1] Error applying option 'framelog' to filter 'ebur128': Invalid argument",
         EngineUnavailable, "framelog of the filter ebur128"),
        ("Error parsing channel layout: '9.1.6'", EngineUnavailable, "the channel layout 9.1.6"),
        ("Error parsing bitstream filter sequence 'dts2pts': Bitstream filter not found",
         EngineUnavailable, "dts2pts"),
        ("[in#0 @ 0x1] Error opening input: Invalid data found when processing input",
         UnreadableMedia, "Does it play"),
        ("[aac @ 0x1] Unsupported channel layout \"9.1.6\"", EngineFailed, "9.1.6"),
    ],
)  # fmt: skip
def test_a_refusal_names_ffmpeg_and_a_damaged_film_is_named_as_such(
    log: str, kind: type[Exception], named: str
) -> None:
    error = explain_failure("It cannot be done", f"  title : No such filter: 'x'\n{log}", 1, OLD)
    assert type(error) is kind
    assert named in str(error)
    assert ("ffmpeg 5.1.9 (/usr/bin/ffmpeg)" in str(error)) == (kind is not UnreadableMedia)
    assert ("Is the file whole" in str(error)) == (kind is UnreadableMedia)


def test_an_option_that_ffmpeg_does_not_know_is_not_the_films_fault() -> None:
    sound = ["-f", "lavfi", "-i", "sine=d=0.1"]
    with pytest.raises(EngineUnavailable, match=r"framelog.*ebur128"):
        run_ffmpeg([*sound, "-af", "ebur128=framelog=never", "-f", "null", "-"], what="No")


def test_what_ffmpeg_makes_is_kept_under_its_identity() -> None:
    for stage in (ingest, mix, mux, report):
        assert "ffmpeg" in stage.outside


def test_ffmpeg_is_run_by_media_alone_where_all_of_it_is_tried_out() -> None:
    for path in PRODUCT.rglob("*.py"):
        if path.parent.name == "media":
            continue
        names = {
            alias.name
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
            if isinstance(node, ast.ImportFrom)
            for alias in node.names
        }
        assert not names & {"run_ffmpeg", "input_args", "ffmpeg_path"}, path


def test_pyav_is_not_asked_for_channels() -> None:
    """It frees the map of a custom order once too often, which ends the process."""
    asking = {path: path.read_text(encoding="utf-8") for path in PRODUCT.rglob("*.py")}
    asking = {path: text for path, text in asking.items() if "import av" in text}
    assert PRODUCT / "media" / "probe.py" in asking
    for path, text in asking.items():
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.Attribute):
                of_self = isinstance(node.value, ast.Name) and node.value.id == "self"
                assert of_self or node.attr not in ("layout", "channels"), f"{path}:{node.lineno}"

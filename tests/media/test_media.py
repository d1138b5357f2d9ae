"""Containers: verdicts, clocks, sync, untouched pictures. A flash and a beep happen at one instant."""

import subprocess
from itertools import pairwise
from pathlib import Path

import av
import numpy as np
import pytest

from dubbing.arrays import Audio
from dubbing.errors import EngineUnavailable, NoAudioTrack, UnreadableMedia, UsageError
from dubbing.media.containers import choose_container
from dubbing.media.extract import extract_audio, extract_speech_audio
from dubbing.media.ffmpeg import bitstream_filters
from dubbing.media.ffmpeg_choice import packaged_ffmpeg
from dubbing.media.fingerprint import picture_fingerprint
from dubbing.media.loudness import line_loudness_lufs, programme_loudness
from dubbing.media.mux import MuxRequest, check_picture, mux
from dubbing.media.probe import probe
from dubbing.media.sound_file import (
    SoundWriter,
    read_sound,
    sound_format,
    stream_sound,
    write_sound,
)
from dubbing.testing import make_clip, tone

pytestmark = pytest.mark.usefixtures("each_ffmpeg")

BEEP_S = 1.0
AAC_FRAME = 1024
RATE_HZ = 48_000
KINDS = {
    "mp4": ("clip.mp4", {}),
    "mp4 without b-frames": ("clip.mp4", {"extra": ("-bf", "0")}),
    "mkv": ("clip.mkv", {}),
    "mov": ("clip.mov", {}),
    "webm": ("clip.webm", {}),
    "avi": ("clip.avi", {}),
    "ts from 1.4 s": ("clip.ts", {}),
    "ts from 30 s": ("clip.ts", {"extra": ("-output_ts_offset", "30")}),
    "23.976": ("clip.mp4", {"fps": "24000/1001"}),
    "mpeg-ps": ("clip.mpg", {}),
    "avi with b-frames": ("clip.avi", {"extra": ("-c:v", "mpeg4", "-bf", "2")}),
    "8 kHz mono": ("clip.mkv", {"layout": "mono", "rate_hz": 8000}),
    "5.1": ("clip.mp4", {"layout": "5.1"}),
}


@pytest.fixture(params=KINDS, scope="module")
def clip(request, tmp_path_factory) -> Path:
    name, options = KINDS[request.param]
    return make_clip(tmp_path_factory.mktemp("clip") / name, beep_at_s=BEEP_S, **options)


def beep_ms(path: Path) -> float:
    """When the beep begins, from the samples."""
    audio = read_sound(path).samples
    loud = np.abs(audio).max(axis=0) > 0.1
    return float(loud.argmax()) * 1000 / sound_format(path).rate_hz


def flash_s(path: Path) -> float:
    """Time of the first white frame on the container's clock."""
    with av.open(str(path)) as container:
        for frame in container.decode(video=0):
            if frame.to_ndarray(format="gray").mean() > 128:
                return float(frame.pts * frame.time_base)
    raise AssertionError("no flash")


def extracted(path: Path, track: int = 0) -> Path:
    out = path.with_suffix(f".{track}.wav")
    extract_audio(path, track, out, start_ms=probe(path).start_ms)
    return out


def dubbed(path: Path, wav: Path, suffix: str = "", **options) -> Path:
    info = probe(path)
    output = path.with_name("dub" + (suffix or choose_container(info)))
    mux(
        MuxRequest(
            source=path, dub_wav=wav, output=output, source_info=info, dub_language="zho",
            dub_title="Chinese", original_audio_track=0, original_language="eng", **options,
        )
    )  # fmt: skip
    return output


def test_a_sound_lies_where_it_lay_in_the_film(clip: Path) -> None:
    picture_s = flash_s(clip) - probe(clip).start_ms / 1000
    # AVI cannot say how much of an MP3 is the encoder's run-in (1105 samples at 48 kHz)
    tolerance_s = 0.030 if clip.suffix == ".avi" else 0.005
    assert beep_ms(extracted(clip)) / 1000 == pytest.approx(picture_s, abs=tolerance_s)


def test_the_dub_is_in_sync_and_the_picture_untouched(clip: Path) -> None:
    wav = extracted(clip)
    output = dubbed(clip, wav)
    assert picture_fingerprint(output) == picture_fingerprint(clip)
    again = output.with_suffix(".again.wav")
    extract_audio(output, 0, again, start_ms=probe(output).start_ms)
    drift_s = (flash_s(output) - probe(output).start_ms / 1000) - beep_ms(again) / 1000
    source_drift_s = (flash_s(clip) - probe(clip).start_ms / 1000) - beep_ms(wav) / 1000
    # Opus has a run-in of 6.5 ms, which ffmpeg before 6.0 takes for sound
    assert drift_s == pytest.approx(source_drift_s, abs=0.008 if clip.suffix == ".webm" else 0.005)
    frame_ms = max(1000 / 23, 1000 * AAC_FRAME / probe(clip).audio[0].rate_hz)
    assert probe(output).duration_ms == pytest.approx(probe(clip).duration_ms, abs=frame_ms)


def test_tracks_are_tagged_the_dub_is_default_and_the_original_kept(tmp_path: Path) -> None:
    clip = make_clip(tmp_path / "clip.mp4")
    output = dubbed(clip, extracted(clip))
    tracks = probe(output).audio
    assert [t.language for t in tracks] == ["zho", "eng"]
    assert [t.is_default for t in tracks] == [True, False]
    with av.open(str(output)) as container:
        assert "synthetic" in container.metadata["comment"]
    alone = dubbed(clip, extracted(clip), ".mkv", keep_original=False)
    assert len(probe(alone).audio) == 1


def test_a_sound_that_starts_late_is_padded(tmp_path: Path) -> None:
    early = make_clip(tmp_path / "a.mp4")
    late = tmp_path / "late.mkv"
    subprocess.run(
        [packaged_ffmpeg().path, "-v", "error", "-i", str(early), "-itsoffset", "0.5", "-i", str(early),
         "-map", "0:v", "-map", "1:a", "-c", "copy", str(late)], check=True,
    )  # fmt: skip
    assert beep_ms(extracted(late)) == pytest.approx(1500, abs=5)
    assert any("+500 ms" in note or "+5" in note for note in probe(late).notes())


def test_sound_only_stays_sound_only(tmp_path: Path) -> None:
    clip = make_clip(tmp_path / "clip.m4a", picture=False)
    info = probe(clip)
    assert info.video is None
    assert any("sound only" in note for note in info.notes())
    for suffix in (".m4a", ".mp3", ".flac", ".wav", ".ogg"):
        output = dubbed(clip, extracted(clip), suffix)
        assert probe(output).video is None
        assert beep_ms(extracted(output)) == pytest.approx(1000, abs=5)


@pytest.mark.parametrize("suffix", [".mp3", ".flac", ".opus", ".ogg", ".wav", ".aac"])
def test_any_sound_file_is_dubbed_and_keeps_its_original(tmp_path: Path, suffix: str) -> None:
    clip = tmp_path / f"clip{suffix}"
    whole = make_clip(tmp_path / "whole.m4a", picture=False)
    subprocess.run([packaged_ffmpeg().path, "-v", "error", "-i", str(whole), str(clip)], check=True)
    wav = extracted(clip)
    output = dubbed(clip, wav)
    assert output.suffix == ".m4a"
    assert len(probe(output).audio) == 2
    assert beep_ms(extracted(output)) == pytest.approx(beep_ms(wav), abs=5)


def test_reordered_frames_of_avi_get_their_times_back_or_the_ffmpeg_is_refused(
    tmp_path: Path,
) -> None:
    clip = make_clip(tmp_path / "b.avi", extra=("-c:v", "libx264", "-bf", "3"))
    if "dts2pts" not in bitstream_filters():
        with pytest.raises(EngineUnavailable, match=r"ffmpeg 5\..*AVI.*dts2pts"):
            check_picture(probe(clip))
        return
    output = dubbed(clip, extracted(clip), ".mkv")
    with av.open(str(output)) as container:
        times = [frame.pts for frame in container.decode(video=0)]
    backwards = sum(later <= earlier for earlier, later in pairwise(times))
    assert backwards <= 1, "nearly all frames are shown in the order they were filmed"


def test_a_failure_is_told_by_its_cause(tmp_path: Path) -> None:
    clip = make_clip(tmp_path / "clip.mp4")
    with pytest.raises(UnreadableMedia, match=r"Invalid argument|matches no streams"):
        extract_audio(clip, 7, tmp_path / "out.wav")


def test_odd_things_are_noted(tmp_path: Path) -> None:
    varying = make_clip(
        tmp_path / "v.mkv", extra=("-vf", "select='not(mod(n,3))+gt(n,40)'", "-fps_mode", "vfr")
    )
    assert probe(varying).video.variable_frame_rate
    assert not probe(make_clip(tmp_path / "s.mkv", fps="24000/1001")).video.variable_frame_rate
    plain = make_clip(tmp_path / "p.mp4")
    turned = tmp_path / "turned.mp4"
    subprocess.run([packaged_ffmpeg().path, "-v", "error", "-display_rotation", "90", "-i", str(plain),
                    "-c", "copy", str(turned)], check=True)  # fmt: skip
    assert probe(turned).video.rotation_deg in (90, 270)
    output = dubbed(turned, extracted(turned))
    assert probe(output).video.rotation_deg == probe(turned).video.rotation_deg


def test_a_track_that_is_not_there_is_refused_with_the_list(tmp_path: Path) -> None:
    info = probe(make_clip(tmp_path / "clip.mp4"))
    assert info.choose_audio(None) == 0
    with pytest.raises(UsageError, match=r"0: .*aac stereo"):
        info.choose_audio(3)


def test_a_container_that_cannot_hold_the_picture_is_refused_with_one_that_can(
    tmp_path: Path,
) -> None:
    clip = make_clip(tmp_path / "clip.mp4")
    wav = extracted(clip)
    with pytest.raises(UsageError, match=r"\.webm cannot hold.*\.mp4"):
        dubbed(clip, wav, ".webm")
    with pytest.raises(UsageError, match="no container"):
        dubbed(clip, wav, ".txt")


@pytest.mark.parametrize(
    ("name", "content", "error"),
    [
        ("empty.mp4", b"", UnreadableMedia),
        ("text.mp4", b"this is no film\n" * 50, UnreadableMedia),
        ("zeros.mkv", bytes(5000), UnreadableMedia),
        ("list.m3u8", b"#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n", UnreadableMedia),
        ("list.ffconcat", b"ffconcat version 1.0\nfile /etc/passwd\n", UnreadableMedia),
        ("net.m3u8", b"#EXTM3U\n#EXTINF:1,\nhttp://127.0.0.1:9/a.ts\n", UnreadableMedia),
    ],
)
def test_what_is_no_film_is_refused(tmp_path: Path, name: str, content: bytes, error) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(error) as caught:
        probe(path)
    assert name in str(caught.value)
    assert "\n" not in str(caught.value)


def test_truncated_silent_and_missing_films_are_told_apart(tmp_path: Path) -> None:
    whole = make_clip(tmp_path / "whole.mp4").read_bytes()
    (tmp_path / "half.mp4").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(UnreadableMedia, match="damaged, incomplete"):
        probe(tmp_path / "half.mp4")
    with pytest.raises(NoAudioTrack):
        probe(make_clip(tmp_path / "mute.mp4", sound=False))
    with pytest.raises(UsageError, match="no file"):
        probe(tmp_path / "gone.mp4")
    with pytest.raises(UsageError):
        probe(tmp_path)


@pytest.mark.parametrize(
    "name", ['it\'s "a" film.mp4', "new\nline.mp4", "电影 %03d.mp4", "-i.mp4", "a:b.mp4"]
)
def test_any_file_name_works(tmp_path: Path, name: str, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    plain = make_clip(tmp_path / "plain.mp4", duration_s=1.5)
    path = Path(name)
    plain.rename(path)
    wav = tmp_path / "out.wav"
    extract_audio(path, 0, wav)
    assert beep_ms(wav) == pytest.approx(1000, abs=5)


def test_a_failed_write_leaves_nothing(tmp_path: Path) -> None:
    clip = make_clip(tmp_path / "clip.mp4")
    broken = tmp_path / "broken.wav"
    with pytest.raises(UnreadableMedia):
        extract_audio(clip, 7, broken)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["clip.mp4"]


def test_sound_files_stream_and_give_back_their_samples(tmp_path: Path) -> None:
    audio = Audio(
        np.random.default_rng(0).uniform(-0.9, 0.9, (2, 100_000)).astype(np.float32), RATE_HZ
    )
    write_sound(tmp_path / "a.wav", audio, subtype="FLOAT")
    assert np.array_equal(read_sound(tmp_path / "a.wav").samples, audio.samples)
    part = read_sound(tmp_path / "a.wav", 500, 1000)
    assert np.array_equal(part.samples, audio.samples[:, 24_000:48_000])
    blocks = [block.samples for block in stream_sound(tmp_path / "a.wav", 700)]
    assert np.array_equal(np.concatenate(blocks, axis=1), audio.samples)


def write_and_fail(path: Path) -> None:
    with SoundWriter(path, RATE_HZ, 1) as writer:
        writer.write(tone(100, rate_hz=RATE_HZ))
        raise RuntimeError


def test_a_sound_file_appears_whole_or_not_at_all(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError):
        write_and_fail(tmp_path / "a.wav")
    assert list(tmp_path.iterdir()) == []


def test_the_16_khz_copy_keeps_time(tmp_path: Path) -> None:
    clip = make_clip(tmp_path / "clip.mp4", duration_s=22, beep_at_s=19.5)
    wav = extracted(clip)
    extract_speech_audio(wav, tmp_path / "s.wav")
    info = sound_format(tmp_path / "s.wav")
    assert (info.rate_hz, info.n_channels) == (16_000, 1)
    assert info.duration_ms == pytest.approx(sound_format(wav).duration_ms, abs=1)
    assert beep_ms(tmp_path / "s.wav") == pytest.approx(19_500, abs=3)


def test_loudness_of_programmes_and_of_short_lines(tmp_path: Path) -> None:
    audio = tone(5000, hz=997, rate_hz=RATE_HZ, level=10 ** (-23 / 20))
    write_sound(tmp_path / "t.wav", audio)
    programme = programme_loudness(tmp_path / "t.wav")
    # EBU Tech 3341: a 1 kHz sine of -23 dBFS in both channels reads -23; in one, 3 LU less
    assert programme.integrated_lufs == pytest.approx(-26.0, abs=0.2)
    assert programme.true_peak_dbtp == pytest.approx(-23.0, abs=0.2)
    assert line_loudness_lufs(audio.between(0, 250)) == pytest.approx(-26.0, abs=0.5)
    assert line_loudness_lufs(Audio(np.zeros((1, RATE_HZ), np.float32), RATE_HZ)) is None

"""Odd and damaged films: what is looked at, how long they are, what is heard, and what is kept."""

from functools import cache
from pathlib import Path

import av
import numpy as np
import pytest

from dubbing.errors import UnreadableMedia
from dubbing.media.condition import condition_of
from dubbing.media.containers import choose_container
from dubbing.media.extract import Extracted, extract_audio
from dubbing.media.frames import BrokenFrames, stream_frames
from dubbing.media.left_out import left_out_note
from dubbing.media.mux import MuxRequest, mux
from dubbing.media.packet_runs import Run, film_start, heaviest_chain
from dubbing.media.packet_times import packet_times
from dubbing.media.picture_check import picture_note
from dubbing.media.probe import probe as look_into
from dubbing.media.sound_file import read_sound
from dubbing.timeline import Span
from tests.odd.films import BEEP_S, DURATION_S, MARKUP_TITLE, ODD_FILMS, make

probe = cache(look_into)
"""No film changes once it is made, and every look costs a start of ffmpeg."""
UNREADABLE = {"no_index.mp4", "first_hours_early.ts"}
WITHOUT_SIZE = {"picture_broken.ts"}
CUT = {"cut_short.mp4", "cut_short.mkv"}
WITHOUT_BEEP = {*CUT, "one_frame.mp4", "middle_gone.ts", "sound_broken_in_places.mkv"}
BEGINS_LATER = {"edit_list.mp4": -0.4, "late_sound.mkv": 0.5, "hole.mkv": 20.0}
"""When the beep is heard against the usual, in seconds."""


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("odd")


def n_pictures(film: Path) -> int:
    video = probe(film).video
    if video is None:
        return 0
    with av.open(str(film)) as container:
        return sum(packet.size > 0 for packet in container.demux(container.streams[video.index]))


@cache
def heard(film: Path) -> tuple[Path, Extracted]:
    wav = film.with_name(f"{film.name}.wav")
    return wav, extract_audio(film, 0, wav, start_ms=probe(film).start_ms)


@cache
def dubbed(film: Path, suffix: str = "") -> Path:
    info = probe(film)
    output = film.with_name(f"{film.name}.dub{suffix or choose_container(info)}")
    mux(MuxRequest(
        source=film, dub_wav=heard(film)[0], output=output, source_info=info, dub_language="zho",
        dub_title="Chinese", original_audio_track=0, original_language="eng",
    ))  # fmt: skip
    return output


def streams_of(film: Path) -> list[tuple[str, str, int]]:
    """Kind, codec and flags of every stream."""
    with av.open(str(film)) as container:
        return [
            (s.type, s.codec_context.name if s.codec_context else "", int(s.disposition))
            for s in container.streams
        ]


@pytest.mark.parametrize("name", sorted(ODD_FILMS))
def test_every_odd_film_is_dubbed_at_its_true_length_or_refused_in_a_sentence(
    corpus: Path, name: str
) -> None:
    film = make(corpus, name)
    if name in UNREADABLE:
        with pytest.raises(UnreadableMedia):
            probe(film)
        return
    info = probe(film)
    wav, _ = heard(film)
    sound = read_sound(wav)
    condition = condition_of(info, 0)
    longest_ms = 1000 * max(4.0 if name == "fps1.mp4" else DURATION_S, 0) + 250
    longest_ms += 1000 * max(0.0, BEGINS_LATER.get(name, 0.0))
    assert sound.duration_ms <= longest_ms
    assert condition.duration_ms <= longest_ms
    if name in WITHOUT_SIZE:
        with pytest.raises(UnreadableMedia, match="its size is unknown"):
            dubbed(film)
        return
    if name not in WITHOUT_BEEP:
        loud = np.abs(sound.samples).max(axis=0) > 0.1
        starts_s = BEEP_S + BEGINS_LATER.get(name, 0.0)
        assert loud.argmax() / sound.rate_hz == pytest.approx(starts_s, abs=0.09)
        assert loud.sum() / sound.rate_hz == pytest.approx(0.08, abs=0.02)
    output = dubbed(film)
    longest_ms += 3000 if name == "vobsub.mkv" else 100  # its cue has no length; 5 s are written
    assert probe(output).duration_ms <= longest_ms
    # a film that ends in the middle of a packet loses that packet, as in all players
    if name != "picture_broken.mkv":  # in which ffmpeg finds no picture to begin with
        assert n_pictures(output) >= n_pictures(film) - (name in CUT)


@pytest.mark.parametrize("name", ["cover_first.mkv", "cover_last.mkv", "cover_attached.mkv"])
@pytest.mark.parametrize("suffix", [".mkv", ".mp4"])
def test_a_cover_is_not_the_film_and_is_kept(corpus: Path, name: str, suffix: str) -> None:
    film = make(corpus, name)
    video = probe(film).video
    assert video is not None
    assert video.codec == "h264"
    made = probe(dubbed(film, suffix))
    assert made.video is not None
    assert made.video.codec == "h264"
    assert [cover.codec for cover in made.covers] == ["png" if "last" in name else "mjpeg"]


@pytest.mark.parametrize("name", ["cover.m4a", "cover.mp3", "cover.flac"])
def test_a_song_keeps_its_cover_in_every_container_that_has_a_place_for_it(
    corpus: Path, name: str
) -> None:
    film = make(corpus, name)
    info = probe(film)
    assert info.video is None
    for suffix in (".m4a", ".mp3", ".flac", ".ogg", ".mka"):
        made = probe(dubbed(film, suffix))
        assert (made.video, len(made.covers)) == (None, 1), suffix
        assert left_out_note(info, suffix) == ""
    assert "cover" in left_out_note(info, ".wav")
    assert probe(dubbed(film, ".wav")).covers == ()


def test_of_several_pictures_the_moving_default_one_is_looked_at(corpus: Path) -> None:
    for name in ("two_angles.mkv", "still_before_film.mp4"):
        film = make(corpus, name)
        info = probe(film)
        assert info.video is not None
        assert (info.video.width, len(info.angles)) == (160, 1), name
        assert [kind for kind, _, _ in streams_of(dubbed(film))].count("video") == 2


def test_purposes_titles_languages_subtitles_fonts_and_chapters_are_kept(corpus: Path) -> None:
    film = make(corpus, "tracks.mkv")
    for suffix in (".mkv", ".mp4"):
        made = probe(dubbed(film, suffix))
        dub, original, *others = made.audio
        assert (dub.language, dub.is_default, original.language) == ("zho", True, "eng")
        purposes = [set(track.purposes) - {"captions", "descriptions"} for track in others]
        assert purposes == [{"comment"}, {"visual_impaired"}, {"hearing_impaired"}]
        assert others[0].title == MARKUP_TITLE
        assert [track.language for track in others] == ["eng", "deu", "deu"]
        assert [(s.language, s.title) for s in made.subtitles] == [("eng", ""), ("deu", "Signs")]
        assert made.n_chapters == 2
    assert [file.name for file in probe(dubbed(film, ".mkv")).attachments] == ["a.ttf"]
    note = left_out_note(probe(film), ".mp4")
    assert "a.ttf" in note
    assert "MY_KEY" in note
    assert ".mkv" in note
    assert left_out_note(probe(film), ".mkv") == ""


def test_quicktime_names_languages_in_its_own_way(corpus: Path) -> None:
    made = probe(dubbed(make(corpus, "tracks.mkv"), ".mov"))
    assert [track.language for track in made.audio] == ["chi", "eng", "eng", "ger", "ger"]


@pytest.mark.parametrize(
    ("name", "codec", "kept_in"),
    [
        ("pgs.mkv", "pgssub", {".mkv"}),
        ("vobsub.mkv", "dvdsub", {".mkv", ".mp4"}),
        ("dvb.ts", "dvbsub", {".mkv"}),
    ],
)
def test_subtitles_that_are_pictures_are_kept_or_named(
    corpus: Path, name: str, codec: str, kept_in: set[str]
) -> None:
    film = make(corpus, name)
    for suffix in (".mkv", ".mp4", ".mov"):
        made = [item.codec for item in probe(dubbed(film, suffix)).subtitles]
        assert made == ([codec] if suffix in kept_in else [])
        assert (codec in left_out_note(probe(film), suffix)) == (suffix not in kept_in)


def test_tags_of_phones_and_the_place_are_kept(corpus: Path) -> None:
    film = make(corpus, "phone.mov")
    with av.open(str(dubbed(film, ".mov"))) as container:
        assert container.metadata["com.apple.quicktime.make"] == "Maker"
        assert "synthetic" in container.metadata["comment"]
    with av.open(str(dubbed(film, ".mp4"))) as container:
        assert container.metadata["location"].startswith("+48.1")
    assert "com.apple.quicktime.make" in left_out_note(probe(film), ".mp4")


def test_a_film_that_ends_early_says_so_in_one_sentence(corpus: Path) -> None:
    for name in sorted(ODD_FILMS.keys() - UNREADABLE):
        film = make(corpus, name)
        early = [n for n in condition_of(probe(film), 0).notes() if "ends early" in n]
        assert len(early) == (name in CUT), name
    (note,) = condition_of(probe(make(corpus, "cut_short.mkv")), 0).notes()
    assert note == "The film ends early: 1.1 s of 2.0 s could be read."


@pytest.mark.parametrize("name", ["bomb.ts", "bomb_at_end.ts", "bomb_backwards.ts"])
def test_a_wrong_time_stamp_costs_no_sound_and_is_told(corpus: Path, name: str) -> None:
    film = make(corpus, name)
    whole = read_sound(heard(make(corpus, "dvb.ts"))[0])
    sound = read_sound(heard(film)[0])
    assert sound.duration_ms == pytest.approx(whole.duration_ms, abs=2)
    assert any("time stamps" in note for note in condition_of(probe(film), 0).notes())


@pytest.mark.parametrize(
    "name", [name for name in sorted(ODD_FILMS.keys() - UNREADABLE) if name.startswith("first_")]
)
def test_a_wrong_first_time_stamp_does_not_move_the_start(corpus: Path, name: str) -> None:
    film = make(corpus, name)
    whole = read_sound(heard(make(corpus, "dvb.ts"))[0])
    info = probe(film)
    assert info.duration_ms == pytest.approx(whole.duration_ms, abs=50)
    assert read_sound(heard(film)[0]).duration_ms == pytest.approx(whole.duration_ms, abs=50)
    assert all(track.start_ms < 500 for track in info.audio)
    (note,) = condition_of(info, 0).notes()
    assert "time stamps" in note
    for suffix in (".mkv",) if info.video is None else (".mkv", ".mp4"):
        times = packet_times(dubbed(film, suffix))
        assert all(stream.end_ms < 2500 for stream in times.streams.values()), suffix
        assert all(stream.begin_ms < 100 for stream in times.streams.values()), suffix


def test_a_hole_in_the_sound_is_told(corpus: Path) -> None:
    (note,) = condition_of(probe(make(corpus, "hole.mkv")), 0).notes()
    assert note == "The sound has holes (20.0 s from 0.6 s); it is silent there."


@pytest.mark.parametrize(
    ("name", "least", "most"),
    [
        ("picture_broken_in_places.mkv", 30, 49),
        ("picture_broken.mkv", 0, 0),
        ("h264_mp2.mpg", 48, 50),
        ("picture_bomb.ts", 49, 50),
    ],
)
def test_broken_pictures_cost_themselves_only(
    corpus: Path, name: str, least: int, most: int
) -> None:
    film, broken = make(corpus, name), BrokenFrames()
    frames = list(
        stream_frames(film, Span(0, 2100), probe(film), longest_side=64, most_fps=60, broken=broken)
    )
    assert least <= len(frames) <= most
    assert (broken.n_packets > 0) == ("broken" in name)


def test_a_picture_that_is_garbage_is_told_and_no_other(corpus: Path) -> None:
    notes = {
        name: picture_note(probe(make(corpus, name)))
        for name in sorted(ODD_FILMS.keys() - UNREADABLE)
    }
    told = {name for name, note in notes.items() if note}
    assert told == {"picture_broken.mkv", "picture_broken.ts", "picture_smeared.mkv"}
    assert "(h264) cannot be decoded" in notes["picture_broken.mkv"]
    assert "(mpeg2video) cannot be decoded" in notes["picture_broken.ts"]
    assert "is damaged everywhere" in notes["picture_smeared.mkv"]


def test_broken_sound_is_silent_where_it_is_broken_and_told(corpus: Path) -> None:
    film = make(corpus, "sound_broken_in_places.mkv")
    wav, extracted = heard(film)
    assert extracted.n_broken > 0
    assert "cannot be decoded" in extracted.notes()[0]
    loud = np.abs(read_sound(wav).samples).max(axis=0) > 0.1
    assert loud.argmax() / 48_000 == pytest.approx(BEEP_S, abs=0.05)


@pytest.mark.parametrize(
    ("times", "believed"),
    [
        ([(0, 1000), (1000, 2000)], [0, 1]),
        ([(0, 1000), (3_600_000, 3_600_020), (1020, 2000)], [0, 2]),
        ([(0, 1000), (-500, -480), (1020, 2000)], [0, 2]),
        ([(0, 1000), (20_000, 21_000)], [0, 1]),
        ([(0, 1000), (95_000_000, 99_000_000)], [0]),
        ([(3_600_000, 3_600_020), (0, 1000), (1000, 9000)], [1, 2]),
    ],
)
def test_the_heaviest_chain_of_runs_is_believed(
    times: list[tuple[float, float]], believed: list[int]
) -> None:
    runs = [Run(n, n + 1, a, b, b - a) for n, (a, b) in enumerate(times)]
    assert [run.first for run in heaviest_chain(runs, 0.0, 5_000.0)] == believed


@pytest.mark.parametrize(
    ("streams", "start_ms"),
    [
        ([[(1400, 3400)], [(1480, 3480)]], 1400),
        ([[(-28_520, -28_480), (1520, 3480)], [(1480, 3480)]], 1480),
        ([[(0, 500), (20_500, 22_000)]], 0),
        ([[(0, 3_600_000)], [(1_800_000, 3_600_000)]], 0),
        ([], None),
    ],
)
def test_a_film_starts_where_more_than_a_packet_is(
    streams: list[list[tuple[float, float]]], start_ms: float | None
) -> None:
    runs = [[Run(n, n + 1, a, b, b - a) for n, (a, b) in enumerate(times)] for times in streams]
    assert film_start(runs) == start_ms

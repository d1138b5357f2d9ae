"""Edits read back by OpenTimelineIO: every take where it is heard, to the frame and to the sample."""

from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from urllib.parse import unquote, urlparse

import pytest
from export_workspace import RATE_HZ, make_film, make_workspace
from hypothesis import given, settings
from hypothesis import strategies as st
from opentimelineio import adapters, opentime, schema

from dubbing.exports.clips import clips_by_speaker
from dubbing.exports.edl import beyond_cmx, edl_document
from dubbing.exports.film import FrameClock, frame_clock
from dubbing.exports.interchange import NAMESPACE, otio_document
from dubbing.media.probe import probe
from dubbing.timeline import Artifact, Line, Media, Span, Take, Timeline
from dubbing.workspace import Workspace

RATES = ["24000/1001", "25", "30000/1001", "60000/1001"]


@pytest.fixture(scope="module", params=RATES)
def made(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, Workspace, Timeline, FrameClock]:
    folder = tmp_path_factory.mktemp("film's [odd] name")
    name = "01:00:00;00" if request.param in ("30000/1001", "60000/1001") else "01:00:00:00"
    film = make_film(folder / "a film.mov", request.param, 8.0, name)
    workspace = make_workspace(film)
    return film, workspace, workspace.latest_timeline("zh"), frame_clock(probe(film))


Made = tuple[Path, Workspace, Timeline, FrameClock]


def read_otio(made: Made) -> schema.Timeline:
    film, workspace, timeline, clock = made
    return adapters.read_from_string(otio_document(timeline, workspace, film, clock), "otio_json")


def file_of(clip: schema.Clip) -> Path:
    return Path(unquote(urlparse(clip.media_reference.target_url).path))


def test_the_picture_is_the_film_from_its_first_timecode_on(made: Made) -> None:
    film, _, _, clock = made
    read = read_otio(made)
    (picture,) = read.video_tracks()
    (clip,) = picture
    rate = float(clock.rate)
    assert file_of(clip) == film
    assert clip.source_range.start_time == opentime.from_timecode(clock.name(0), rate)
    assert clip.source_range == clip.media_reference.available_range
    assert clip.duration() == opentime.RationalTime(clock.n_frames, rate)
    assert opentime.to_timecode(read.global_start_time, rate, drop_frame=clock.drop) == clock.name(
        0
    )
    assert rate == clip.duration().rate


def test_every_take_lies_where_it_is_heard(made: Made) -> None:
    _, workspace, timeline, clock = made
    read = read_otio(made)
    tracks = read.audio_tracks()
    assert [track.name for track in tracks] == ["S1", "S2"]
    spoken = [line for line in timeline.lines if line.take is not None]
    clips = {clip.metadata[NAMESPACE]["line"]: clip for clip in read.find_clips() if clip.metadata}
    assert clips.keys() == {line.id for line in spoken}
    for line in spoken:
        clip, take = clips[line.id], line.take
        begin = clip.range_in_parent().start_time
        assert begin.value == pytest.approx(round(begin.value))  # a whole frame
        assert begin.rate == float(clock.rate)
        begin_ms = float(clock.ms(round(begin.value)))
        # the sample that is heard then is the one that the mix has there
        offset_ms = clip.source_range.start_time.to_seconds() * 1000
        assert take.start_ms + offset_ms == pytest.approx(begin_ms, abs=0.03)
        assert clip.metadata[NAMESPACE]["first_sample"] == pytest.approx(offset_ms * RATE_HZ / 1000)
        end_ms = float(clock.ms(round(begin.value) + round(clip.duration().value)))
        assert begin_ms <= take.speech.start_ms
        assert end_ms >= take.speech.end_ms
        available_s = clip.media_reference.available_range.duration.to_seconds()
        assert available_s * RATE_HZ == pytest.approx(take.n_samples)
        assert file_of(clip) == workspace.path(take.sound)


def test_clips_say_what_they_are_and_flags_are_red_markers(made: Made) -> None:
    read = read_otio(made)
    first, second = read.audio_tracks()[0][1], read.audio_tracks()[1][1]
    told = first.metadata[NAMESPACE]
    assert told["source_text"] == "Good morning, everybody."
    assert told["target_text"] == "大家早上好。"
    assert (told["speaker"], told["number"], told["on_screen"]) == ("S1", 1, True)
    assert told["emotion"]["label"] == "happy"
    assert told["delivery"]["pitch_st"] == 1.5
    assert [(mark.name, mark.color) for mark in second.markers] == [
        ("fast", "RED"), ("unclear speech", "RED"),
    ]  # fmt: skip
    assert list(second.metadata[NAMESPACE]["flags"]) == ["fast", "unclear speech"]
    # a line that is not spoken yet is marked on the film
    (mark,) = read.tracks.markers
    assert (mark.name, mark.color) == ("runs over", "RED")
    begin_ms = mark.marked_range.start_time.to_seconds() * 1000
    assert begin_ms == pytest.approx(4000, abs=1000 / 23.9 / 2)


def test_the_edit_list_says_the_same_as_the_document(made: Made) -> None:
    film, workspace, timeline, clock = made
    text = edl_document(timeline, workspace, film, clock)
    assert ("FCM: DROP FRAME" in text) == clock.drop
    read = adapters.read_from_string(text, "cmx_3600", rate=float(clock.rate))
    assert [(track.name, track.kind) for track in read.tracks] == [
        ("V", "Video"), ("A1", "Audio"), ("A2", "Audio"),
    ]  # fmt: skip
    document = read_otio(made)  # its tracks live as long as it does
    ours = {track.name: track for track in document.tracks}
    for name, channel in (("S1", "A1"), ("S2", "A2")):
        track = next(track for track in read.tracks if track.name == channel)
        listed = [clip for clip in track if isinstance(clip, schema.Clip)]
        wanted = [clip for clip in ours[name] if isinstance(clip, schema.Clip)]
        for theirs, clip in zip(listed, wanted, strict=True):
            assert theirs.name == file_of(clip).name
            assert theirs.duration().value == clip.duration().value
            sample = clip.source_range.start_time.to_seconds()
            assert theirs.source_range.start_time.to_seconds() == pytest.approx(
                sample, abs=0.5 / float(clock.rate) + 1e-6
            )
    rows = [row for row in text.splitlines() if row[:3].isdigit()]
    takes = [line.take for line in timeline.lines if line.take is not None]
    for row, take in zip(rows[1:], takes, strict=True):
        record_in = opentime.from_timecode(row.split()[6], float(clock.rate))
        from_start = record_in - opentime.from_timecode(clock.name(0), float(clock.rate))
        heard_ms = take.speech.start_ms - from_start.to_seconds() * 1000
        assert 0 <= heard_ms <= 120 + 1000 / float(clock.rate) + 1


def test_the_edit_list_marks_flags_and_names_files(made: Made) -> None:
    film, workspace, timeline, clock = made
    text = edl_document(timeline, workspace, film, clock)
    marks = [row for row in text.splitlines() if row.startswith("* LOC:")]
    assert [row.split("RED")[1].strip() for row in marks] == ["runs over", "fast", "unclear speech"]
    assert clock.name(clock.nearest(4000)) in marks[0]
    assert f"* SOURCE FILE: {film}" in text
    assert "* FROM CLIP NAME: a film.mov" in text
    assert "002 S2: 一加一等于二，对吗？" in text
    mark = ";" if clock.drop else ":"
    names = [word for row in text.splitlines() if row[:3].isdigit() for word in row.split()[4:]]
    assert {name[8] for name in names} == {mark}


def test_a_dub_without_takes_has_a_picture_alone(made: Made) -> None:
    film, workspace, _, clock = made
    bare = Timeline("zh", media=Media(film.name, "", 8000, True, 0))
    read = adapters.read_from_string(otio_document(bare, workspace, film, clock), "otio_json")
    assert len(read.tracks) == 1
    assert edl_document(bare, workspace, film, clock).count("AX") == 1


def test_a_recording_without_a_picture_is_a_sound_track(made: Made) -> None:
    film, workspace, timeline, clock = made
    heard = replace(timeline, media=replace(timeline.media, has_picture=False))
    read = adapters.read_from_string(otio_document(heard, workspace, film, clock), "otio_json")
    assert [track.kind for track in read.tracks] == ["Audio"] * 3
    listed = adapters.read_from_string(
        edl_document(heard, workspace, film, clock), "cmx_3600", rate=float(clock.rate)
    )
    assert [track.name for track in listed.tracks] == ["A1", "A2", "A3"]


# -- any takes -----------------------------------------------------------------------------------


@st.composite
def spoken(draw: st.DrawFn) -> Timeline:
    """Takes with any silence around, in any order of speakers, perhaps beyond the film's ends."""
    lines = []
    starts = sorted(draw(st.lists(st.integers(0, 20_000), max_size=8, unique=True)))
    for number, start in enumerate(starts):
        lead, tail = draw(st.integers(0, 700)), draw(st.integers(0, 900))
        length = draw(st.integers(80, 3000))
        n_samples = (lead + length + tail) * 24
        take = Take(
            Artifact("aa/a.wav", "a", 1),
            start - lead,
            n_samples,
            24000,
            Span(start, start + length),
        )
        speaker = draw(st.sampled_from(["S1", "S2"]))
        span = Span(start, start + length)
        lines.append(Line(f"L{number}", span, "x", (), speaker=speaker, take=take))
    return Timeline("zh", media=Media("f", "", 21_000, True, 0), lines=tuple(lines))


@settings(deadline=None, max_examples=200)
@given(spoken(), st.sampled_from(RATES), st.integers(0, 80))
def test_clips_follow_each_other_within_film_and_file(
    timeline: Timeline, fps: str, picture_ms: int
) -> None:
    rate = Fraction(fps)
    clock = FrameClock(rate, picture_ms=Fraction(picture_ms), n_frames=int(21 * rate))
    for clips in clips_by_speaker(timeline, clock).values():
        for clip in clips:
            assert clip.first_frame >= 0
            assert clip.n_frames > 0
            assert clip.first_frame + clip.n_frames <= clock.n_frames
            used = clip.first_sample + clip.n_frames * 24000 / float(rate)
            assert used <= clip.take.n_samples + 24000 / float(rate) / 2 + 1
            begin_ms = float(clock.ms(clip.first_frame))
            off_ms = clip.take.start_ms + clip.first_sample / 24 - begin_ms
            assert abs(off_ms) <= 500 / float(rate) + 0.03
            has_silence = clip.take.speech.start_ms - clip.take.start_ms > 1000 / float(rate)
            if has_silence and clip.take.start_ms >= picture_ms:
                assert abs(off_ms) < 0.03
        for before, after in pairwise(clips):
            assert before.first_frame + before.n_frames <= after.first_frame


def test_more_than_cmx_knows_is_told() -> None:
    take = Take(Artifact("aa/a.wav", "a", 1), 0, 24000, 24000, Span(100, 900))
    lines = tuple(
        Line(f"L{n}", Span(100, 900), "x", (), speaker=f"S{n}", take=take) for n in range(5)
    )
    clock = FrameClock(Fraction(25), n_frames=50)
    many = Timeline("zh", lines=lines)
    assert beyond_cmx(many, clock)
    assert not beyond_cmx(Timeline("zh", lines=lines[:4]), clock)
    read = adapters.read_from_string(
        edl_document(many, Workspace(Path("x")), Path("f.mp4"), clock), "cmx_3600", rate=25
    )
    assert [track.name for track in read.tracks] == ["V", "A1", "A2", "A3", "A4", "A5"]

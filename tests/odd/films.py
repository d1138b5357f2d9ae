"""A corpus of odd films, each 2 s long and made by script: whole, strange and damaged ones.

``make(folder, name)`` writes one; :data:`ODD_FILMS` lists them all. Every film is made of the same
clip (160x120, 25 fps, a white flash and a beep from 1.0 s to 1.1 s), so a test knows what should be
seen and heard. Damage is put in at the same bytes every time.
"""

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

from dubbing.media.ffmpeg_choice import packaged_ffmpeg
from dubbing.testing import make_clip
from tests.odd.bytes_of_films import (
    PES_AUDIO,
    PES_VIDEO,
    moved_pes,
    with_ebml_float,
    with_long_sample,
    without_bytes,
)
from tests.odd.picture_subtitles import write_pgs

DURATION_S = 2.0
BEEP_S = 1.0
ODD_FILMS: dict[str, Callable[["Shop", Path], None]] = {}
"""By file name: what writes it."""
MARKUP_TITLE = "Director [/commentary] [bold]"


class Shop:
    """Where films are made: a folder with the parts that they share."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "parts"
        self.folder.mkdir(parents=True, exist_ok=True)

    def ffmpeg(self, *arguments: object) -> None:
        command = [packaged_ffmpeg().path, "-nostdin", "-v", "error", "-y", *map(str, arguments)]
        subprocess.run(command, check=True)

    def part(self, name: str, make: Callable[[Path], object]) -> Path:
        path = self.folder / name
        if not path.exists():
            make(path)
        return path

    def clip(self, suffix: str = ".mp4", **options: object) -> Path:
        """The clip with flash and beep, in a container."""
        return self.part(
            f"clip{suffix}", lambda path: make_clip(path, duration_s=DURATION_S, **options)
        )

    def cover(self, suffix: str = ".jpg") -> Path:
        return self.part(f"cover{suffix}", lambda path: self.ffmpeg(
            "-f", "lavfi", "-i", "color=red:s=320x240:d=0.04", "-frames:v", "1", path))  # fmt: skip

    def font(self) -> Path:
        return self.part("a.ttf", lambda path: path.write_bytes(b"\0\1\0\0" + bytes(400)))

    def subtitles(self) -> Path:
        text = "1\n00:00:00,200 --> 00:00:01,500\nHello\n"
        return self.part("a.srt", lambda path: path.write_text(text))

    def pgs(self) -> Path:
        return self.part("a.sup", write_pgs)


def odd(name: str) -> Callable[[Callable[[Shop, Path], None]], Callable[[Shop, Path], None]]:
    """Enter a maker under the name of its film."""

    def enter(maker: Callable[[Shop, Path], None]) -> Callable[[Shop, Path], None]:
        ODD_FILMS[name] = maker
        return maker

    return enter


def make(folder: Path, name: str) -> Path:
    """Write one film of the corpus into a folder; the same again if it is there."""
    film = folder / name
    if not film.exists():
        ODD_FILMS[name](Shop(folder), film)
    return film


def make_all(folder: Path) -> Iterator[Path]:
    """Write the whole corpus, one film after the other."""
    for name in ODD_FILMS:
        yield make(folder, name)


# -- which picture --------------------------------------------------------------------------------


@odd("cover_first.mkv")
def cover_first(shop: Shop, film: Path) -> None:
    """A cover that nothing marks as one, before the picture."""
    shop.ffmpeg("-i", shop.cover(), "-i", shop.clip(), "-map", 0, "-map", 1, "-c", "copy", film)


@odd("cover_last.mkv")
def cover_last(shop: Shop, film: Path) -> None:
    """The same after the sound, as PNG and in the way of a default track."""
    shop.ffmpeg("-i", shop.clip(), "-i", shop.cover(".png"), "-map", 0, "-map", 1, "-c", "copy",
                "-disposition:v:0", "0", "-disposition:v:1", "default", film)  # fmt: skip


@odd("cover_attached.mkv")
def cover_attached(shop: Shop, film: Path) -> None:
    shop.ffmpeg("-i", shop.clip(), "-attach", shop.font(),
                "-metadata:s:t:0", "mimetype=application/x-truetype-font",
                "-metadata:s:t:0", "filename=a.ttf",
                "-attach", shop.cover(), "-metadata:s:t:1", "mimetype=image/jpeg",
                "-metadata:s:t:1", "filename=cover.jpg", "-c", "copy", film)  # fmt: skip


def _with_flagged_cover(shop: Shop, film: Path, *sound: str) -> None:
    shop.ffmpeg("-i", shop.clip(), "-i", shop.cover(), "-map", "0:a", "-map", 1, "-c:v", "copy",
                *sound, "-disposition:v:0", "attached_pic", film)  # fmt: skip


@odd("cover.mp4")
def cover_mp4(shop: Shop, film: Path) -> None:
    shop.ffmpeg("-i", shop.clip(), "-i", shop.cover(), "-map", 0, "-map", 1, "-c", "copy",
                "-disposition:v:1", "attached_pic", film)  # fmt: skip


@odd("cover.m4a")
def cover_m4a(shop: Shop, film: Path) -> None:
    _with_flagged_cover(shop, film, "-c:a", "copy", "-f", "mp4")


@odd("cover.mp3")
def cover_mp3(shop: Shop, film: Path) -> None:
    _with_flagged_cover(shop, film)


@odd("cover.flac")
def cover_flac(shop: Shop, film: Path) -> None:
    _with_flagged_cover(shop, film)


@odd("two_angles.mkv")
def two_angles(shop: Shop, film: Path) -> None:
    """Two films in one: the second one is the default."""
    shop.ffmpeg("-f", "lavfi", "-i", "testsrc=s=64x48:r=25:d=2", "-i", shop.clip(),
                "-map", 0, "-map", "1:v", "-map", "1:a", "-c:v:0", "libx264", "-c:v:1", "copy",
                "-c:a", "copy", "-disposition:v:0", "0", "-disposition:v:1", "default", film)  # fmt: skip


@odd("still_before_film.mp4")
def still_before_film(shop: Shop, film: Path) -> None:
    """A picture of one frame that is the default, before the one that moves."""
    shop.ffmpeg("-f", "lavfi", "-i", "color=red:s=64x48:r=25:d=0.04", "-i", shop.clip(),
                "-map", 0, "-map", "1:v", "-map", "1:a", "-c:v:0", "libx264", "-c:v:1", "copy",
                "-c:a", "copy", "-disposition:v:0", "default", "-disposition:v:1", "0", film)  # fmt: skip


# -- odd pictures and containers ------------------------------------------------------------------


def _encoded(shop: Shop, film: Path, *arguments: str, picture: str = "libx264") -> None:
    sound = ["-c:a", "copy"] if film.suffix in (".mp4", ".mov", ".mkv", ".flv") else []
    shop.ffmpeg("-i", shop.clip(), "-c:v", picture, *sound, *arguments, film)


@odd("one_frame.mp4")
def one_frame(shop: Shop, film: Path) -> None:
    _encoded(shop, film, "-frames:v", "1")


@odd("fps1.mp4")
def fps1(shop: Shop, film: Path) -> None:
    _encoded(shop, film, "-r", "1")


@odd("fps120.mp4")
def fps120(shop: Shop, film: Path) -> None:
    _encoded(shop, film, "-r", "120")


@odd("interlaced.mp4")
def interlaced(shop: Shop, film: Path) -> None:
    _encoded(shop, film, "-vf", "interlace", "-flags", "+ilme+ildct")


@odd("rotated.mp4")
def rotated(shop: Shop, film: Path) -> None:
    shop.ffmpeg("-display_rotation", "90", "-i", shop.clip(), "-c", "copy", film)


@odd("no_durations.mkv")
def no_durations(shop: Shop, film: Path) -> None:
    shop.ffmpeg("-i", shop.clip(), "-c", "copy", "-bsf:v", "setts=duration=0",
                "-bsf:a", "setts=duration=0", film)  # fmt: skip


@odd("sound_only.mka")
def sound_only(shop: Shop, film: Path) -> None:
    shop.ffmpeg("-i", shop.clip(), "-vn", "-c", "copy", film)


@odd("h264_mp2.mpg")
def program_stream(shop: Shop, film: Path) -> None:
    """The picture moves: of a black one, too little is stored for FFmpeg to recognise the codec."""
    shop.ffmpeg("-f", "lavfi", "-i", "testsrc=s=160x120:r=25:d=2", "-i", shop.clip(),
                "-map", "0:v", "-map", "1:a", "-c:v", "libx264", "-c:a", "mp2", film)  # fmt: skip


@odd("mpeg2.vob")
def vob(shop: Shop, film: Path) -> None:
    _encoded(shop, film, "-bf", "2", "-c:a", "ac3", picture="mpeg2video")


@odd("film.wmv")
def wmv(shop: Shop, film: Path) -> None:
    _encoded(shop, film, "-c:a", "wmav2", picture="wmv2")


@odd("film.flv")
def flv(shop: Shop, film: Path) -> None:
    shop.ffmpeg("-i", shop.clip(), "-c", "copy", film)


@odd("film.avi")
def avi(shop: Shop, film: Path) -> None:
    _encoded(shop, film, "-c:a", "mp3", picture="mpeg4")


@odd("fragmented.mp4")
def fragmented(shop: Shop, film: Path) -> None:
    shop.ffmpeg("-i", shop.clip(), "-c", "copy", "-movflags",
                "frag_keyframe+empty_moov+default_base_moof", film)  # fmt: skip


@odd("no_length.webm")
def no_length(shop: Shop, film: Path) -> None:
    """As browsers record: nobody went back to write the length."""
    shop.ffmpeg("-i", shop.clip(".webm"), "-c", "copy", "-live", "1", film)


@odd("edit_list.mp4")
def edit_list(shop: Shop, film: Path) -> None:
    """Cut without encoding: it begins 0.4 s into what it holds."""
    shop.ffmpeg("-ss", "0.4", "-i", shop.clip(), "-c", "copy", film)


@odd("far_from_zero.ts")
def far_from_zero(shop: Shop, film: Path) -> None:
    shop.ffmpeg("-i", shop.clip(), "-c", "copy", "-output_ts_offset", "40000", film)


@odd("clock_wraps.ts")
def clock_wraps(shop: Shop, film: Path) -> None:
    """The clock of 33 bits begins again within the film."""
    offset = 2**33 / 90_000 - 1.4 - 0.9
    shop.ffmpeg("-i", shop.clip(), "-c", "copy", "-output_ts_offset", f"{offset:.3f}", film)


@odd("late_sound.mkv")
def late_sound(shop: Shop, film: Path) -> None:
    shop.ffmpeg("-i", shop.clip(), "-itsoffset", "0.5", "-i", shop.clip(), "-map", "0:v",
                "-map", "1:a", "-c", "copy", film)  # fmt: skip


@odd("hole.mkv")
def hole(shop: Shop, film: Path) -> None:
    """A recording that paused for 20 s after its first half second: not damaged."""
    late = "setts=ts=TS+gt(TS*TB\\,0.5)*20/TB"
    shop.ffmpeg("-i", shop.clip(), "-c", "copy", "-bsf:v", late, "-bsf:a", late, film)


# -- what else is in a film -----------------------------------------------------------------------


@odd("tracks.mkv")
def tracks(shop: Shop, film: Path) -> None:
    """Four sounds with their purposes, two kinds of subtitles, a font, chapters and tags."""
    chapters = shop.part("chapters.txt", lambda path: path.write_text(
        ";FFMETADATA1\ntitle=A film\nmy_key=mine\n[CHAPTER]\nTIMEBASE=1/1000\nSTART=0\nEND=1000\n"
        "title=One\n[CHAPTER]\nTIMEBASE=1/1000\nSTART=1000\nEND=2000\ntitle=Two\n"))  # fmt: skip
    shop.ffmpeg("-i", shop.clip(), "-i", shop.subtitles(), "-f", "ffmetadata", "-i", chapters,
                "-map", "0:v", "-map", "0:a", "-map", "0:a", "-map", "0:a", "-map", "0:a",
                "-map", "1", "-map", "1", "-map_metadata", 2, "-map_chapters", 2,
                "-attach", shop.font(), "-metadata:s:t", "mimetype=application/x-truetype-font",
                "-metadata:s:t", "filename=a.ttf",
                "-c", "copy", "-c:s:1", "ass",
                "-metadata:s:a:0", "language=eng", "-disposition:a:0", "default+original",
                "-metadata:s:a:1", "language=eng", "-metadata:s:a:1", f"title={MARKUP_TITLE}",
                "-disposition:a:1", "comment",
                "-metadata:s:a:2", "language=deu", "-disposition:a:2", "visual_impaired",
                "-metadata:s:a:3", "language=deu", "-disposition:a:3", "hearing_impaired",
                "-metadata:s:s:0", "language=eng", "-disposition:s:0", "forced",
                "-metadata:s:s:1", "language=deu", "-metadata:s:s:1", "title=Signs",
                "-disposition:s:1", "hearing_impaired", film)  # fmt: skip


@odd("pgs.mkv")
def pgs(shop: Shop, film: Path) -> None:
    _with_subtitles(shop, film, "copy")


@odd("vobsub.mkv")
def vobsub(shop: Shop, film: Path) -> None:
    _with_subtitles(shop, film, "dvdsub")


@odd("dvb.ts")
def dvb(shop: Shop, film: Path) -> None:
    _with_subtitles(shop, film, "dvbsub")


def _with_subtitles(shop: Shop, film: Path, codec: str) -> None:
    shop.ffmpeg("-i", shop.clip(), "-i", shop.pgs(), "-map", 0, "-map", 1, "-c", "copy",
                "-c:s", codec, "-metadata:s:s", "language=eng", film)  # fmt: skip


@odd("phone.mov")
def phone(shop: Shop, film: Path) -> None:
    """Tags and place as phones write them."""
    shop.ffmpeg("-i", shop.clip(), "-c", "copy", "-movflags", "use_metadata_tags",
                "-metadata", "com.apple.quicktime.make=Maker",
                "-metadata", "com.apple.quicktime.location.ISO6709=+48.1000+011.5000+500.000/",
                film)  # fmt: skip


@odd("timecode.mov")
def timecode(shop: Shop, film: Path) -> None:
    shop.ffmpeg("-i", shop.clip(), "-c", "copy", "-timecode", "01:00:00:00", film)


# -- damaged ---------------------------------------------------------------------------------------


def _truncated(source: Path, film: Path, share: float) -> None:
    content = source.read_bytes()
    film.write_bytes(content[: round(len(content) * share)])


@odd("cut_short.mp4")
def cut_short_mp4(shop: Shop, film: Path) -> None:
    whole = shop.part("front.mp4", lambda path: shop.ffmpeg(
        "-i", shop.clip(), "-c", "copy", "-movflags", "faststart", path))  # fmt: skip
    _truncated(whole, film, 0.6)


@odd("cut_short.mkv")
def cut_short_mkv(shop: Shop, film: Path) -> None:
    _truncated(shop.clip(".mkv"), film, 0.6)


@odd("no_index.mp4")
def no_index(shop: Shop, film: Path) -> None:
    """The index stood at the end and was never written."""
    _truncated(shop.clip(), film, 0.6)


@odd("middle_gone.ts")
def middle_gone(shop: Shop, film: Path) -> None:
    film.write_bytes(without_bytes(shop.clip(".ts").read_bytes(), 0.4, 0.6, step=188))


@odd("flipped.webm")
def flipped(shop: Shop, film: Path) -> None:
    content = bytearray(shop.clip(".webm").read_bytes())
    for place in range(len(content) // 2, len(content), 397):
        content[place] ^= 0x55
    film.write_bytes(content)


@odd("bomb.ts")
def bomb(shop: Shop, film: Path) -> None:
    """One time stamp of the sound says an hour later; all others are right."""
    film.write_bytes(moved_pes(shop.clip(".ts").read_bytes(), PES_AUDIO, 2, 3600))


@odd("bomb_at_end.ts")
def bomb_at_end(shop: Shop, film: Path) -> None:
    film.write_bytes(moved_pes(shop.clip(".ts").read_bytes(), PES_AUDIO, -1, 3600))


@odd("bomb_backwards.ts")
def bomb_backwards(shop: Shop, film: Path) -> None:
    film.write_bytes(moved_pes(shop.clip(".ts").read_bytes(), PES_AUDIO, 2, -1.1))


@odd("picture_bomb.ts")
def picture_bomb(shop: Shop, film: Path) -> None:
    film.write_bytes(moved_pes(shop.clip(".ts").read_bytes(), PES_VIDEO, 20, 3600))


@odd("first_sound_late.ts")
def first_sound_late(shop: Shop, film: Path) -> None:
    """The very first time stamp is the wrong one; a film must not begin by it."""
    film.write_bytes(moved_pes(shop.clip(".ts").read_bytes(), PES_AUDIO, 0, 30))


@odd("first_picture_early.ts")
def first_picture_early(shop: Shop, film: Path) -> None:
    film.write_bytes(moved_pes(shop.clip(".ts").read_bytes(), PES_VIDEO, 0, -30))


@odd("first_picture_late.ts")
def first_picture_late(shop: Shop, film: Path) -> None:
    film.write_bytes(moved_pes(shop.clip(".ts").read_bytes(), PES_VIDEO, 0, 30))


def _without_picture(shop: Shop) -> bytes:
    return shop.part("alone.ts", lambda path: shop.ffmpeg(
        "-i", shop.clip(".ts"), "-vn", "-c", "copy", path)).read_bytes()  # fmt: skip


@odd("first_late_alone.ts")
def first_late_alone(shop: Shop, film: Path) -> None:
    film.write_bytes(moved_pes(_without_picture(shop), PES_AUDIO, 0, 30))


@odd("first_early_alone.ts")
def first_early_alone(shop: Shop, film: Path) -> None:
    film.write_bytes(moved_pes(_without_picture(shop), PES_AUDIO, 0, -30))


@odd("first_hours_early.ts")
def first_hours_early(shop: Shop, film: Path) -> None:
    """More than half of what its clock of 33 bits can tell."""
    film.write_bytes(moved_pes(shop.clip(".ts").read_bytes(), PES_AUDIO, 0, -3 * 3600))


@odd("huge_duration.mkv")
def huge_duration(shop: Shop, film: Path) -> None:
    film.write_bytes(with_ebml_float(shop.clip(".mkv").read_bytes(), 1e13))


@odd("nan_duration.mkv")
def nan_duration(shop: Shop, film: Path) -> None:
    film.write_bytes(with_ebml_float(shop.clip(".mkv").read_bytes(), float("nan")))


@odd("negative_duration.mkv")
def negative_duration(shop: Shop, film: Path) -> None:
    film.write_bytes(with_ebml_float(shop.clip(".mkv").read_bytes(), -5000.0))


@odd("long_sample.mp4")
def long_sample(shop: Shop, film: Path) -> None:
    """The table of durations says that one picture is shown for two days."""
    uneven = shop.part("uneven.mp4", lambda path: shop.ffmpeg(
        "-i", shop.clip(), "-vf", "select='not(eq(n,48))'", "-fps_mode", "vfr", "-bf", "0",
        "-c:a", "copy", path))  # fmt: skip
    film.write_bytes(with_long_sample(uneven.read_bytes()))


def _with_noise(shop: Shop, film: Path, kind: str, when: str) -> None:
    """Every byte of some packets is another one."""
    shop.ffmpeg("-i", shop.clip(), "-c", "copy", f"-bsf:{kind}", f"noise=amount={when}", film)


@odd("picture_broken_in_places.mkv")
def picture_broken_in_places(shop: Shop, film: Path) -> None:
    _with_noise(shop, film, "v", r"between(n\,10\,19)")


@odd("picture_broken.mkv")
def picture_broken(shop: Shop, film: Path) -> None:
    _with_noise(shop, film, "v", "1")


@odd("picture_broken.ts")
def picture_broken_ts(shop: Shop, film: Path) -> None:
    """A decoder of MPEG-2 finds no picture in this, and no error either."""
    mpeg2 = shop.part(
        "mpeg2.ts", lambda path: _encoded(shop, path, "-c:a", "mp2", picture="mpeg2video")
    )
    shop.ffmpeg("-i", mpeg2, "-c", "copy", "-bsf:v", "noise=amount=1", film)


@odd("picture_smeared.mkv")
def picture_smeared(shop: Shop, film: Path) -> None:
    """One byte of a hundred is another one: it can be decoded, but not looked at."""
    moving = shop.part("moving.mkv", lambda path: shop.ffmpeg(
        "-f", "lavfi", "-i", "testsrc=s=160x120:r=25:d=2", "-i", shop.clip(), "-map", "0:v",
        "-map", "1:a", "-c:v", "mpeg4", "-c:a", "copy", path))  # fmt: skip
    shop.ffmpeg("-i", moving, "-c", "copy", "-bsf:v", "noise=amount=100", film)


@odd("sound_broken_in_places.mkv")
def sound_broken_in_places(shop: Shop, film: Path) -> None:
    _with_noise(shop, film, "a", r"between(n\,10\,19)")

"""What each container can hold without re-encoding it."""

from __future__ import annotations

from dubbing.media.probe import MediaInfo, OtherStream

MP4_VIDEO = {"h264", "hevc", "av1", "mpeg4", "libdav1d", "vp9"}
WEBM_VIDEO = {"vp8", "vp9", "av1", "libdav1d"}
MOV_VIDEO = MP4_VIDEO | {"prores", "dnxhd", "mjpeg", "cfhd", "qtrle", "dvvideo", "rawvideo"}
MP4_AUDIO = {"aac", "mp3", "mp3float", "ac3", "eac3", "opus", "alac", "flac"}
MOV_AUDIO = {
    "aac",
    "mp3",
    "mp3float",
    "mp2",
    "mp2float",
    "ac3",
    "eac3",
    "dca",
    "alac",
    "adpcm_ima_qt",
}
"""And PCM of any kind."""
WEBM_AUDIO = {"opus", "vorbis"}
SUFFIXES = (
    ".mp4",
    ".m4v",
    ".mov",
    ".mkv",
    ".webm",
    ".m4a",
    ".mka",
    ".mp3",
    ".flac",
    ".wav",
    ".ogg",
)


def choose_container(info: MediaInfo) -> str:
    """Suffix of a container that holds the picture (and, if it can, the original sound) as it is."""
    if info.video is None:
        return ".m4a"
    video, sounds = info.video.codec, {track.codec for track in info.audio}
    if "webm" in info.container and video in WEBM_VIDEO and sounds <= WEBM_AUDIO:
        return ".mkv" if info.path.suffix.lower() == ".mkv" else ".webm"
    if video in MP4_VIDEO and sounds <= MP4_AUDIO and "matroska" not in info.container:
        return ".mov" if info.path.suffix.lower() == ".mov" else ".mp4"
    if info.path.suffix.lower() == ".mov" and video in MOV_VIDEO:
        return ".mov"
    return ".mkv"


def can_hold(suffix: str, info: MediaInfo) -> bool:
    """Whether a container can hold the picture without re-encoding it."""
    if info.video is None:
        return suffix in SUFFIXES
    return holds_picture(suffix, info.video.codec)


# -- what else is in a film ------------------------------------------------------------------------

MP4_LIKE = (".mp4", ".m4v", ".m4a", ".mov")
ONE_TRACK = (".mp3", ".flac", ".wav", ".ogg")
MATROSKA = (".mkv", ".mka")
TEXT_SUBTITLES = frozenset({
    "subrip", "srt", "ass", "ssa", "mov_text", "webvtt", "text", "microdvd", "sami", "jacosub",
    "realtext", "subviewer", "subviewer1", "stl", "mpl2", "pjs", "vplayer", "cc_dec",
})  # fmt: skip
MATROSKA_SUBTITLES = frozenset({
    "subrip", "srt", "ass", "ssa", "webvtt", "pgssub", "dvdsub", "dvbsub",
})  # fmt: skip
"""Kept as they are; other text becomes SubRip."""
NEW_SUBTITLES = {".mp4": "mov_text", ".m4v": "mov_text", ".mov": "mov_text", ".webm": "webvtt"}
"""What text becomes, by container."""
VOBSUB_CONTAINERS = (".mp4", ".m4v")
ITUNES_COVERS = frozenset({"mjpeg", "png", "bmp"})
IMAGE_TYPES = {
    "mjpeg": "image/jpeg", "png": "image/png", "bmp": "image/bmp", "gif": "image/gif",
    "webp": "image/webp", "tiff": "image/tiff",
}  # fmt: skip
CHAPTERS = (*MP4_LIKE, *MATROSKA, ".webm", ".mp3", ".ogg")
MP4_TAGS = frozenset({
    "title", "artist", "album_artist", "composer", "album", "date", "comment", "genre", "copyright",
    "grouping", "lyrics", "description", "synopsis", "show", "episode_id", "network", "keywords",
    "episode_sort", "season_number", "media_type", "hd_video", "gapless_playback", "compilation",
    "track", "disc", "tmpo", "rating", "sort_name", "sort_artist", "sort_album", "sort_composer",
    "sort_album_artist", "sort_show", "location",
})  # fmt: skip
WAV_TAGS = frozenset({
    "title", "artist", "copyright", "comment", "date", "genre", "language", "album", "track",
})  # fmt: skip
OF_THE_OLD_FILE = ("major_brand", "minor_version", "compatible_brands")
TECHNICAL_TAGS = frozenset({
    *OF_THE_OLD_FILE, "encoder", "software", "encoded_by", "creation_time", "timecode", "duration",
    "language", "writing_application",
})  # fmt: skip
"""Said of the container, not of the film."""
QUICKTIME_LANGUAGES = {
    "deu": "ger", "zho": "chi", "nld": "dut", "swe": "sve", "ell": "gre", "isl": "ice", "gle": "iri",
    "sqi": "alb", "mkd": "mac", "hye": "arm", "kat": "geo", "fas": "per", "msa": "may", "cym": "wel",
    "eus": "bas", "mya": "bur", "bod": "tib",
}  # fmt: skip
"""QuickTime's own names of languages, where they are not those of ISO 639-2/T."""
PLACE_OF_PHONES = "com.apple.quicktime.location.iso6709"


def subtitle_codec(codec: str, suffix: str) -> str:
    """What a subtitle track of the film becomes; empty if the container cannot hold it."""
    if suffix in MATROSKA:
        if codec in MATROSKA_SUBTITLES:
            return "copy"
        return "srt" if codec in TEXT_SUBTITLES else ""
    if codec == "dvdsub" and suffix in VOBSUB_CONTAINERS:
        return "copy"
    new = NEW_SUBTITLES.get(suffix, "")
    return "copy" if codec == new else new if codec in TEXT_SUBTITLES else ""


def holds_cover(suffix: str, cover: OtherStream) -> bool:
    """Whether a container has a place for cover art of a codec (QuickTime, WebM and WAV have none)."""
    if suffix in (".mp4", ".m4v", ".m4a"):
        return cover.codec in ITUNES_COVERS
    return suffix in (*MATROSKA, ".mp3", ".flac", ".ogg") and cover.codec in IMAGE_TYPES


def holds_picture(suffix: str, codec: str) -> bool:
    """Whether a container can hold a moving picture without re-encoding it."""
    holds = {".mp4": MP4_VIDEO, ".m4v": MP4_VIDEO, ".webm": WEBM_VIDEO, ".mov": MOV_VIDEO}
    return suffix == ".mkv" or codec in holds.get(suffix, set())


def own_tags(info: MediaInfo, suffix: str) -> tuple[str, ...]:
    """Tags of the film that only some containers have a name for, MP4 and WAV not among them."""
    known = WAV_TAGS if suffix == ".wav" else MP4_TAGS if suffix in MP4_LIKE else None
    if known is None:
        return ()
    names = {tag: tag.lower().partition("-")[0] for tag in info.tags}
    return tuple(tag for tag, name in names.items() if name not in known | TECHNICAL_TAGS)


def language_tag(language: str, suffix: str) -> str:
    """A language of ISO 639-2/T as a container names it."""
    return QUICKTIME_LANGUAGES.get(language, language) if suffix == ".mov" else language

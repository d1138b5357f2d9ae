"""Small copies of picture and sound, as every browser plays them: H.264 and AAC in MP4."""

from __future__ import annotations

from pathlib import Path

from dubbing.media.ffmpeg import OnProgress, input_args, run_ffmpeg
from dubbing.media.probe import MediaInfo

STEREO = ("-c:a", "aac", "-b:a", "128k", "-ac", "2", "-movflags", "+faststart")
PICTURE = ("-c:v", "libx264", "-preset", "veryfast", "-crf", "27", "-g", "48")


def write_small_picture(
    film: MediaInfo, sound: Path, height: int, output: Path, on_progress: OnProgress | None = None
) -> None:
    """Write a film's picture no higher than ``height``, with another sound.

    Every frame keeps its time: none is dropped or doubled where the frame rate varies.
    """
    assert film.video is not None
    scale = f"scale=-2:'min({height},ceil(ih/2)*2)',format=yuv420p"
    run_ffmpeg(
        [
            *("-max_error_rate", "1"),
            *input_args(film.path),
            *input_args(sound),
            *(
                "-map",
                f"0:{film.video.index}",
                "-map",
                "1:a:0",
                "-sn",
                "-dn",
                "-map_metadata",
                "-1",
            ),
            *("-vf", scale, "-fps_mode", "vfr", *PICTURE, *STEREO),
        ],
        what="The small picture cannot be made",
        output=output,
        on_progress=on_progress,
    )


def write_small_sound(sound: Path, output: Path) -> None:
    """Write a sound as small stereo."""
    run_ffmpeg(
        [*input_args(sound), "-vn", *STEREO],
        what=f"{output.name} cannot be written",
        output=output,
    )

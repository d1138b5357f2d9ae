"""What a failure of ffmpeg means: the film is at fault, this ffmpeg lacks something, or neither."""

from __future__ import annotations

import re

from dubbing.errors import DiskFull, DubbingError, EngineFailed, EngineUnavailable, UnreadableMedia
from dubbing.media.ffmpeg_choice import OPTION, REINSTALL, VARIABLE, Ffmpeg

COMPLAINT = re.compile(
    r"error|fail|invalid|could not|cannot|unable|not supported|unsupported|unknown|unset|missing"
    r"|matches no",
    re.IGNORECASE,
)
NO_COMPLAINT = re.compile(r"Conversion failed!|Input #|Output #|Stream #|Timestamps are unset")
"""The last is a warning, and names may hold any word."""
REFUSALS = (
    (r"Unrecognized option '([^']*)'", "the option -{0}"),
    (r"No such filter: '([^']*)'", "the filter {0}"),
    (r"Error applying option '([^']*)' to filter '([^']*)'", "{0} of the filter {1}"),
    (r"Error parsing bitstream filter sequence '([^']*)'", "the bitstream filter {0}"),
    (r"Unknown bitstream filter '?([^' ]*)", "the bitstream filter {0}"),
    (r"Unknown encoder '([^']*)'", "the encoder {0}"),
    (r"Unknown decoder '([^']*)'", "the decoder {0}"),
    (r"no decoder found for: (\S+)", "a decoder of {0}"),
    (r"Decoder \(codec (\S+)\) not found", "a decoder of {0}"),
    (r"Requested output format '([^']*)'", "the format {0}"),
    (r"Unknown input format: '([^']*)'", "the format {0}"),
    (r"Unable to (?:choose|find) an? (?:suitable )?output format", "the container"),
    (r"Error setting option (\S+) to value (.+)", "{0}={1}"),
    (r"Error setting preset/tune (\S+?)/", "the preset {0}"),
    (r"Invalid value (\S+) specified for (\S+)", "the option -{1} {0}"),
    (r"Option '?([\w-]+)'? not found", "the option {0}"),
    (r"Error parsing channel layout: '([^']*)'", "the channel layout {0}"),
)
"""What an ffmpeg says of something that it does not know, and how that is named (all are ours)."""
INPUT_FAULT = re.compile(
    r"invalid data|moov atom|ebml|corrupt|truncat|damaged|decod|header missing|end of file"
    r"|invalid dts|unknown timestamp|matches no streams|could not find codec parameters"
    r"|does not contain any stream|no such file",
    re.IGNORECASE,
)


def explain_failure(what: str, log: str, returncode: int, ffmpeg: Ffmpeg) -> DubbingError:
    """The error to raise when ffmpeg has failed.

    Args:
        what: what was being done ("The sound cannot be read").
        log: all that ffmpeg wrote to standard error.
        returncode: its exit status; negative if a signal ended it.
        ffmpeg: the program that failed.
    """
    if "No space left on device" in log:
        return DiskFull("The disk is full.", hint="Free some space and run the same command again.")
    refused = _refused(log)
    if refused:
        return EngineUnavailable(
            f"{what}: {ffmpeg} does not know {refused}.", hint=next_step(ffmpeg)
        )
    if returncode < 0:
        return EngineFailed(
            f"{what}: {ffmpeg} was ended by signal {-returncode}.", hint="Run the command again."
        )
    reason = _reason(log)
    if INPUT_FAULT.search(reason):
        return UnreadableMedia(f"{what}: {reason}.", hint="Is the file whole? Does it play?")
    return EngineFailed(f"{what}: {reason} ({ffmpeg}).", hint="`dub doctor` tries this ffmpeg out.")


def next_step(ffmpeg: Ffmpeg) -> str:
    """What to do about an ffmpeg that lacks something."""
    if ffmpeg.origin == "packaged":
        return f"Install it again: {REINSTALL}"
    return f"Use the packaged one: leave {OPTION}, {VARIABLE} and the profile's `ffmpeg` out."


def _refused(log: str) -> str:
    """What this ffmpeg does not know; empty if that is not why it failed."""
    for line in _own_lines(log):
        for pattern, name in REFUSALS:
            match = re.search(pattern, line)
            if match:
                return name.format(*match.groups())
    return ""


def _reason(log: str) -> str:
    """What went wrong first; what ffmpeg says last is only that something did."""
    lines = _own_lines(log)
    complaints = [line for line in lines if COMPLAINT.search(line)]
    return (complaints or lines[-1:] or ["no reason given"])[0]


def _own_lines(log: str) -> list[str]:
    """Lines of the log without their origin; what is indented quotes the film's tags."""
    lines = [line for line in log.splitlines() if line.strip() and not line.startswith(" ")]
    plain = [re.sub(r"\[[^\]]*\] ?", "", line).strip(" .") for line in lines]
    return [line for line in plain if line and not NO_COMPLAINT.match(line)]

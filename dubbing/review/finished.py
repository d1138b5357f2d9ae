"""A finished dub read back: where a take lies in the file, and what is heard of it.

Nothing here trusts the plan: a take is looked for in the sound of the file that people will play.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from itertools import accumulate
from pathlib import Path

import numpy as np

from dubbing.arrays import Audio
from dubbing.engines.asr import HeardSegment, HeardWord, Recognizer
from dubbing.language.languages import language
from dubbing.language.speech_text import comparable
from dubbing.media.channels import in_file_order
from dubbing.media.extract import extract_audio
from dubbing.media.probe import probe
from dubbing.media.resample import resample
from dubbing.media.sound_file import read_sound
from dubbing.metrics.placement import lag_ms
from dubbing.soundtrack.listening import write_heard_mono
from dubbing.timeline import Line
from dubbing.workspace import Workspace

SEARCH_MS = 300
"""A take is looked for this far from where it should be."""
SPEECH_HZ = 16_000
LONGEST_HEARD_MS = 30_000
"""A recogniser's window."""


@contextmanager
def sound_of(output: Path, workspace: Workspace) -> Iterator[tuple[Path, Path]]:
    """The dub of a finished file as two WAVs that vanish afterwards: as it is, and 16 kHz mono."""
    with workspace.new_file(".wav") as whole, workspace.new_file(".wav") as speech:
        info = probe(output)
        extract_audio(output, 0, whole, start_ms=info.start_ms)
        write_heard_mono(whole, speech, in_file_order(info.audio[0].channels))
        yield whole, speech


def late_ms(line: Line, workspace: Workspace, speech: Path) -> float | None:
    """How much later than it was mixed a take sounds in ``speech``; ``None`` if it is not found."""
    take = line.take
    assert take is not None
    said = read_sound(workspace.path(take.sound)).between(*take.spoken_ms)
    from_ms = max(0, take.speech.start_ms - SEARCH_MS)
    found = read_sound(speech, from_ms, take.speech.end_ms + SEARCH_MS)
    expected_ms = take.speech.start_ms - from_ms
    said = said.between(0, found.duration_ms - expected_ms)  # a film may end before its last line
    return lag_ms(resample(said, found.rate_hz), found, expected_ms)


def written_words(audio: Audio, recognizer: Recognizer, code: str) -> str:
    """What a recogniser hears in the first 30 s of ``audio`` (16 kHz), as it writes it."""
    segments = _segments([audio], recognizer, code)[0]
    return " ".join(segment.text for segment in segments)


def written_down(audio: Audio, recognizer: Recognizer, code: str) -> str:
    """The same in the form that is compared."""
    return comparable(written_words(audio, recognizer, code), code)


def words_heard(
    pieces: Sequence[Audio], recognizer: Recognizer, code: str
) -> tuple[tuple[HeardWord, ...], ...]:
    """Return the words that a recogniser hears in the first 30 s of each piece (16 kHz).

    Times are those of the piece; pieces are heard side by side and know nothing of each other.
    """
    begins = _begins(pieces)
    return tuple(
        tuple(
            replace(word, start_ms=word.start_ms - begin, end_ms=word.end_ms - begin)
            for segment in segments
            for word in segment.words
        )
        for begin, segments in zip(begins, _segments(pieces, recognizer, code), strict=True)
    )


def _segments(
    pieces: Sequence[Audio], recognizer: Recognizer, code: str
) -> tuple[tuple[HeardSegment, ...], ...]:
    whole = np.concatenate([piece.samples for piece in pieces], axis=1)
    windows = [
        (begin, begin + min(piece.duration_ms, LONGEST_HEARD_MS))
        for begin, piece in zip(_begins(pieces), pieces, strict=True)
    ]
    spoken = language(code).whisper_code
    return recognizer.recognize(Audio(whole, pieces[0].rate_hz), windows, spoken)


def _begins(pieces: Sequence[Audio]) -> list[int]:
    """When each piece begins if they follow each other."""
    return [0, *accumulate(piece.duration_ms for piece in pieces[:-1])]

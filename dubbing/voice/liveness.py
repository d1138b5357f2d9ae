"""Is the person whose voice is enrolled really there?

They are asked to speak a sentence that did not exist before (:func:`new_prompt`), within ten minutes.
What is checked: the words (by a recogniser), the voice (against the reference), the band width, that it
is not the reference played again, and that it carries no watermark of ours. What cannot be told: a good
loudspeaker in a quiet room, or another program's clone without a mark that speaks the sentence.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta

import numpy as np
import numpy.typing as npt

from dubbing.arrays import Audio
from dubbing.errors import UsageError
from dubbing.homes import voices_home
from dubbing.json_text import parsed
from dubbing.language.speech_text import character_error_rate
from dubbing.workspace import write_text

VALID_MINUTES = 10
MOST_MISHEARD = 0.35
LEAST_COSINE = 0.70
"""Two recordings of one person have 0.75 to 0.98, of two persons 0.45 to 0.75 (EmoDB, RAVDESS)."""
LEAST_BAND_HZ = 5_000.0
"""Speech over a telephone or a small loudspeaker has nothing above."""
BAND_BELOW_PEAK_DB = 60.0
MOST_ALIKE = 0.5
"""Correlation at the best shift; two utterances of the same words by one person stay below 0.3."""
FILE_NAME = "prompt.json"


@dataclass(frozen=True, slots=True)
class Prompt:
    """A sentence that somebody is asked to speak, once."""

    text: str
    language: str
    made_at: str

    @property
    def is_fresh(self) -> bool:
        """Whether it was made within the last ten minutes."""
        age = datetime.now(UTC) - datetime.fromisoformat(self.made_at)
        return timedelta(0) <= age <= timedelta(minutes=VALID_MINUTES)


def new_prompt(sentences: tuple[str, ...], language: str) -> Prompt:
    """Two sentences at random and four digits; replaces any prompt that was not used."""
    chosen = secrets.SystemRandom().sample(sentences, 2)
    digits = " ".join(str(secrets.randbelow(10)) for _ in range(4))
    prompt = Prompt(f"{chosen[0]} {digits}. {chosen[1]}", language, _now())
    write_text(voices_home() / FILE_NAME, json.dumps(asdict(prompt), ensure_ascii=False))
    return prompt


def take_prompt() -> Prompt:
    """The prompt that was asked for last; it cannot be taken again.

    Raises:
        UsageError: if there is none, or it is too old.
    """
    path = voices_home() / FILE_NAME
    try:
        prompt = Prompt(**parsed(path.read_bytes()))
        path.unlink()
    except (OSError, ValueError, TypeError) as error:
        raise UsageError("Nobody was asked to speak.", hint="First: dub voices prompt.") from error
    if not prompt.is_fresh:
        raise UsageError("The prompt is older than ten minutes.", hint="Ask: dub voices prompt.")
    return prompt


def faults(
    live: Audio,
    prompt: Prompt,
    reference: Audio,
    *,
    written: Callable[[Audio, str], str],
    embed: Callable[[Audio], npt.NDArray[np.float32]],
    is_marked: Callable[[Audio], bool],
) -> tuple[str, ...]:
    """Everything that speaks against a living person; empty if nothing does.

    Args:
        live: the answer to the prompt, 16 kHz mono.
        prompt: what was asked.
        reference: the recording that is enrolled, 16 kHz mono.
        written: what a recogniser hears, by sound and language.
        embed: GE2E vector.
        is_marked: whether a sound carries a watermark of synthetic speech.
    """
    found = []
    misheard = character_error_rate(prompt.text, written(live, prompt.language), prompt.language)
    if misheard > MOST_MISHEARD:
        found.append(f"it does not say the sentence ({misheard:.0%} of it is otherwise)")
    cosine = float(embed(live) @ embed(reference))
    if cosine < LEAST_COSINE:
        found.append(f"it is not the voice of the reference (cosine {cosine:.2f})")
    if (band_hz := bandwidth_hz(live)) < LEAST_BAND_HZ:
        found.append(f"it has no sound above {band_hz / 1000:.1f} kHz, as if played again")
    if (alike := likeness(live, reference)) > MOST_ALIKE:
        found.append(f"it is the reference itself (correlation {alike:.2f})")
    if is_marked(live):
        found.append("it carries the watermark of synthetic speech")
    return tuple(found)


def bandwidth_hz(audio: Audio) -> float:
    """Highest frequency whose long-term level is within 60 dB of the strongest."""
    size = audio.rate_hz * 32 // 1000
    samples = audio.mono().samples[0]
    frames = samples[: len(samples) // size * size].reshape(-1, size)
    power = (np.abs(np.fft.rfft(frames * np.hanning(size), axis=1)) ** 2).mean(axis=0)
    heard = np.flatnonzero(power > power.max() * 10 ** (-BAND_BELOW_PEAK_DB / 10))
    return float(heard[-1] * audio.rate_hz / size) if len(heard) else 0.0


def likeness(one: Audio, other: Audio) -> float:
    """Normalised correlation of two sounds at the shift where it is greatest."""
    a, b = one.mono().samples[0], other.mono().samples[0]
    size = 1 << (len(a) + len(b)).bit_length()
    crossed = np.fft.irfft(np.fft.rfft(a, size) * np.conj(np.fft.rfft(b, size)), size)
    weight = float(np.sqrt(np.sum(a**2) * np.sum(b**2)))
    return float(np.abs(crossed).max() / weight) if weight else 0.0


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")

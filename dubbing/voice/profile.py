"""What is known of a voice, measured on its reference speech."""

from __future__ import annotations

from dubbing.acoustics.formants import median_formants_hz
from dubbing.acoustics.pitch import f0_track_hz
from dubbing.acoustics.prosody import measure_prosody
from dubbing.arrays import Audio
from dubbing.media.loudness import line_loudness_lufs
from dubbing.models.swift_f0 import pitch_track
from dubbing.timeline import VoiceProfile
from dubbing.voice.reference import snr_db


def describe_voice(audio: Audio, embedding: tuple[float, ...]) -> VoiceProfile:
    """A profile of 16 kHz mono reference speech and its GE2E vector."""
    track = f0_track_hz(audio)
    prosody = measure_prosody(audio, track)
    lufs = line_loudness_lufs(audio)
    return VoiceProfile(
        seconds=round(audio.duration_ms / 1000, 2),
        embedding=embedding,
        f0_hz=_median_f0_hz(audio),
        f0_range_st=round(prosody.f0_range_st, 2) if prosody else None,
        rate_sps=round(prosody.rate_sps, 2) if prosody else None,
        formants_hz=median_formants_hz(audio, track),
        lufs=None if lufs is None else round(lufs, 1),
        snr_db=round(snr_db(audio), 1),
    )


def _median_f0_hz(audio: Audio) -> float | None:
    median_hz = pitch_track(audio).median_hz
    return None if median_hz is None else round(median_hz, 1)

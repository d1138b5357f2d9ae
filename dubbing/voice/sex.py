"""Whether a speaker is a man, a woman or a child: voice and face weighed together.

Both speak in log-odds. Neither may be surer than its bound, however many windows or pictures agree, and
little of either counts less; so where the two disagree the sum is near nothing, and the doubt is shown
instead of a guess. The voice of a dub must suit the voice that it replaces: a face weighs less.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from dubbing.arrays import Audio
from dubbing.models.speaker_encoder import SpeakerEncoder
from dubbing.models.swift_f0 import PitchTrack, pitch_track
from dubbing.models.voice_sex import LABELS, VoiceSex, load_voice_sex
from dubbing.timeline import FaceReading, SpeakerSex

WINDOW_MS, HOP_MS = 1600, 800
MIN_WINDOW_MS = 400
MIN_VOICED = 0.3
"""A window with a smaller share of voiced frames is more noise and pause than voice."""
SHOUTED_DB = 6.0
"""So much above the speaker's median window is shouted."""
MIN_CALM = 3
"""Below so many calm windows, shouted ones count as well."""
MAX_VOICE_ODDS, MAX_FACE_ODDS = 4.0, 3.0
VOICE_GAIN = 2.0
"""Windows that agree are surer than one: of actors who were not learnt from (EmoDB, each left out in
turn), three windows whose mean is beyond half of the bound below are right 99 times in 100."""
SURE_ODDS = math.log(0.85 / 0.15)
"""Less than this, and the evidence is open."""
CHILD_ODDS = -2.0
"""Children are seldom dubbed: what speaks against one before anything is heard."""
GROWN_UP_YEARS, YEARS_PER_ODDS = 13.0, 1.5
MAX_CHILD_ODDS = 4.0
REFERENCE_WINDOWS = 6
"""A reference of five seconds and more counts as so many windows."""
NONE = np.zeros(0)
MAN, WOMAN, CHILD = (LABELS.index(name) for name in ("man", "woman", "child"))


@dataclass(frozen=True, slots=True, eq=False)
class VoiceWindows:
    """Windows of one speaker's voice: log-probabilities ``[n, 3]``, levels in dBFS, pitches in Hz."""

    log_shares: npt.NDArray[np.float64]
    levels_db: npt.NDArray[np.float64]
    pitches_hz: npt.NDArray[np.float64]

    def calm(self) -> VoiceWindows:
        """Return the windows that are not shouted, or all of them where those are too few."""
        if not len(self.levels_db):
            return self
        quiet = self.levels_db <= np.median(self.levels_db) + SHOUTED_DB
        kept = quiet if quiet.sum() >= MIN_CALM else np.ones(len(quiet), bool)
        return VoiceWindows(self.log_shares[kept], self.levels_db[kept], self.pitches_hz[kept])

    @property
    def f0_hz(self) -> float | None:
        """Median pitch, ``None`` where nothing is voiced."""
        return float(np.median(self.pitches_hz)) if len(self.pitches_hz) else None


def voice_windows(
    sounds: Sequence[Audio], encoder: SpeakerEncoder, model: VoiceSex
) -> VoiceWindows:
    """Read the voiced windows of a speaker's lines (16 kHz mono each)."""
    parts = [_windows_of(audio, encoder, model) for audio in sounds]
    return VoiceWindows(
        np.concatenate([part.log_shares for part in parts] or [np.zeros((0, len(LABELS)))]),
        np.concatenate([part.levels_db for part in parts] or [np.zeros(0)]),
        np.concatenate([part.pitches_hz for part in parts] or [np.zeros(0)]),
    )


def _windows_of(audio: Audio, encoder: SpeakerEncoder, model: VoiceSex) -> VoiceWindows:
    track = pitch_track(audio)
    voiced = [w for w in _spans(audio.duration_ms) if _is_voiced(track, *w)]
    if not voiced:
        return VoiceWindows(np.zeros((0, len(LABELS))), np.zeros(0), np.zeros(0))
    pitches = [track.between(*window).median_hz for window in voiced]
    return VoiceWindows(
        model.log_shares(encoder.embed_windows(audio, voiced)),
        np.array([_level_db(audio.between(*window)) for window in voiced]),
        np.array(pitches, dtype=np.float64),
    )


def _spans(duration_ms: int) -> list[tuple[int, int]]:
    last = max(1, duration_ms - WINDOW_MS + HOP_MS)
    spans = [(start, min(start + WINDOW_MS, duration_ms)) for start in range(0, last, HOP_MS)]
    return [(start, end) for start, end in spans if end - start >= MIN_WINDOW_MS]


def _is_voiced(track: PitchTrack, start_ms: int, end_ms: int) -> bool:
    voiced = track.between(start_ms, end_ms).voiced
    return bool(len(voiced)) and float(voiced.mean()) >= MIN_VOICED


def _level_db(audio: Audio) -> float:
    return float(10 * np.log10(np.mean(audio.samples.astype(np.float64) ** 2) + 1e-12))


def speaker_sex(voice: VoiceWindows, faces: Sequence[FaceReading]) -> SpeakerSex | None:
    """Fuse what voice and faces say of one speaker; ``None`` if there is neither."""
    n_windows, n_pictures = len(voice.log_shares), sum(face.n_pictures for face in faces)
    if not n_windows and not n_pictures:
        return None
    voice_odds, face_odds = _voice_odds(voice), _face_odds(faces)
    odds = voice_odds * _amount(n_windows) + face_odds * _amount(n_pictures)
    age_years = _age_years(faces)
    child_odds = CHILD_ODDS + _voice_child_odds(voice) * _amount(n_windows)
    if age_years is not None:
        child_odds += _clipped((GROWN_UP_YEARS - age_years) / YEARS_PER_ODDS, MAX_CHILD_ODDS)
    return SpeakerSex(
        female=_share(odds),
        child=_share(child_odds),
        is_doubtful=abs(odds) < SURE_ODDS,
        voice_female=_share(voice_odds) if n_windows else None,
        face_female=_share(face_odds) if n_pictures else None,
        face_age_years=age_years,
    )


def sex_of_vector(embedding: Sequence[float]) -> SpeakerSex | None:
    """Read a whole reference recording's GE2E vector; ``None`` if there is none."""
    if not len(embedding):
        return None
    logs = load_voice_sex().log_shares(np.asarray(embedding, dtype=np.float32)[None])
    return speaker_sex(VoiceWindows(np.repeat(logs, REFERENCE_WINDOWS, axis=0), NONE, NONE), ())


def _voice_odds(voice: VoiceWindows) -> float:
    """Log-odds of a woman's against a man's voice."""
    logs = voice.log_shares
    if not len(logs):
        return 0.0
    mean = float(np.mean(logs[:, WOMAN] - logs[:, MAN]))
    return _clipped(VOICE_GAIN * mean, MAX_VOICE_ODDS)


def _voice_child_odds(voice: VoiceWindows) -> float:
    """Log-odds of a child's voice against both others."""
    logs = voice.log_shares
    if not len(logs):
        return 0.0
    grown_up = np.logaddexp(logs[:, WOMAN], logs[:, MAN])
    return _clipped(float(np.mean(logs[:, CHILD] - grown_up)), MAX_CHILD_ODDS)


def _face_odds(faces: Sequence[FaceReading]) -> float:
    n_pictures = sum(face.n_pictures for face in faces)
    if not n_pictures:
        return 0.0
    total = sum(
        face.n_pictures * math.log(face.female / (1 - face.female))
        for face in faces
        if 0 < face.female < 1
    )
    return _clipped(total / n_pictures, MAX_FACE_ODDS)


def _age_years(faces: Sequence[FaceReading]) -> float | None:
    """Median age over all pictures."""
    ages = [face.age_years for face in faces for _ in range(face.n_pictures)]
    return round(float(np.median(ages)), 1) if ages else None


def _amount(n: int) -> float:
    """How much so many windows or pictures count: half for one, nearly all for many."""
    return n / (n + 1)


def _clipped(value: float, bound: float) -> float:
    return max(-bound, min(bound, value))


def _share(odds: float) -> float:
    return round(1 / (1 + math.exp(-odds)), 4)

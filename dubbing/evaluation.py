"""``dub evaluate``: how well a dub goes with the mouths, beside two ways of not looking at them.

Every line whose speaker is seen is judged three times: as it lies in the finished file; with the engine's
natural lengths from the beginning of the line; and stretched uniformly to the line, as all tools do that
change the tempo of finished sound. The two others are really spoken by the same voice and measured on
their samples, as ours is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from dubbing.arrays import Audio
from dubbing.engines.asr import Recognizer
from dubbing.engines.speech import TakesDurations
from dubbing.errors import UsageError
from dubbing.language.languages import language
from dubbing.language.speech_text import comparable
from dubbing.language.spoken_form import spoken_form
from dubbing.media.extract import extract_audio, extract_speech_audio
from dubbing.media.probe import probe
from dubbing.media.resample import resample
from dubbing.media.sound_file import read_sound
from dubbing.metrics.mouth import (
    Agreement,
    agreement,
    around,
    heard_frames,
    on_frames_of,
    out_of_bounds,
    overall,
    own_time,
    spoken_sounds,
)
from dubbing.metrics.onsets import speech_extent_ms
from dubbing.metrics.placement import lag_ms
from dubbing.metrics.quality import RATE_HZ, dnsmos
from dubbing.metrics.said import compare
from dubbing.registry import Engines
from dubbing.settings import Profile
from dubbing.timeline import FRAME_MS, Line, Span, Timeline
from dubbing.timing.lips import Lips, lips_of
from dubbing.timing.spoken import spoken, spread
from dubbing.vision.face_pictures import face_pictures
from dubbing.vision.track_file import read_track
from dubbing.workspace import Workspace

if TYPE_CHECKING:
    from dubbing.metrics.syncnet import LipSyncError, SyncNet

METHODS = {
    "ours": "lips (this dub)",
    "natural": "natural timing",
    "uniform": "uniform stretch",
}
SEARCH_MS = 300
LONGEST_HEARD_MS = 30_000


@dataclass(frozen=True, slots=True, eq=False)
class Version:
    """One way to speak a line: its lengths, its sound, and where on the film it begins."""

    symbols: str
    frames: tuple[int, ...]
    natural: tuple[float, ...]
    audio: Audio
    start_ms: float


@dataclass(frozen=True, slots=True)
class Judged:
    """One version of one line."""

    line: str
    method: str
    agreement: Agreement
    phonemes: int
    out_of_bounds: int
    error_rate: float | None
    dnsmos: float
    lse_d: float | None = None
    lse_c: float | None = None


class Evaluation:
    """All lines of a dub that a seen mouth speaks, each in every way of ``METHODS``."""

    def __init__(
        self,
        workspace: Workspace,
        timeline: Timeline,
        profile: Profile,
        engines: Engines,
        syncnet: SyncNet | None = None,
    ) -> None:
        """Look for the lines; nothing is spoken yet. With SyncNet, LSE-D and LSE-C are measured too.

        Raises:
            UsageError: if the dub is not finished.
        """
        if timeline.output is None or not Path(timeline.output.path).is_file():
            raise UsageError("This dub is not finished.", hint="Dub the film first.")
        self.workspace, self.timeline = workspace, timeline
        self.profile, self.engines, self.syncnet = profile, engines, syncnet
        self.lines = [line for line in timeline.lines if line.take and line.plan and line.mouth]
        spans = [line.span for line in timeline.lines]
        self._own = {line.id: own_time(spans, n) for n, line in enumerate(timeline.lines)}
        self._lips: dict[str, Lips | None] = {}

    def judge(self, *, listen: bool = True) -> Iterator[Judged]:
        """Judge line by line; ``listen`` has a recogniser write down every version."""
        assert self.timeline.output is not None
        output = Path(self.timeline.output.path)
        with self.workspace.new_file(".wav") as whole, self.workspace.new_file(".wav") as dub:
            extract_audio(output, 0, whole, start_ms=probe(output).start_ms)
            extract_speech_audio(whole, dub)
            for line in self.lines:
                lips = self._mouth(line)
                if lips is None:
                    continue
                for method, version in self._versions(line, dub):
                    yield self._judged(line, method, version, lips, listen)

    # -- three versions --------------------------------------------------------------------------

    def _versions(self, line: Line, dub: Path) -> Iterator[tuple[str, Version]]:
        ours = self._as_it_lies(line, dub)
        if ours is None:
            return
        yield "ours", ours
        yield (
            "natural",
            self._spoken(line, lambda natural: tuple(max(1, round(n)) for n in natural)),
        )
        wanted = max(1, line.span.duration_ms // FRAME_MS)
        yield "uniform", self._spoken(line, lambda natural: spread(natural, wanted))

    def _as_it_lies(self, line: Line, dub: Path) -> Version | None:
        """The take, where it is found in the finished file; ``None`` if it is not."""
        take, plan = line.take, line.plan
        assert take is not None
        assert plan is not None
        audio = read_sound(self.workspace.path(take.sound))
        speech = audio.between(
            take.speech.start_ms - take.start_ms, take.speech.end_ms - take.start_ms
        )
        from_ms = max(0, take.speech.start_ms - SEARCH_MS)
        found = read_sound(dub, from_ms, take.speech.end_ms + SEARCH_MS)
        late_ms = lag_ms(resample(speech, found.rate_hz), found, take.speech.start_ms - from_ms)
        if late_ms is None:
            return None
        return Version(plan.symbols, plan.frames, plan.natural, audio, take.start_ms + late_ms)

    def _spoken(
        self, line: Line, lengthen: Callable[[Sequence[float]], tuple[int, ...]]
    ) -> Version:
        """The same text, its sounding part lengthened so, beginning where the line begins."""
        speech: TakesDurations = self._speech()
        voice = self._voice(line)
        assert line.plan is not None
        code = self.timeline.target_language
        symbols = self._speech().phonemes(spoken_form(line.plan.text, code), code)
        natural = tuple(float(n) for n in speech.durations(symbols, voice))
        usual = [max(1, round(n)) for n in natural]
        said = spoken(symbols, natural, speech.heard(symbols, voice, usual))
        assert said is not None, "the line was spoken before"
        inner = lengthen(said.option.natural)
        before, after = usual[: said.first], usual[said.last :]
        frames = (*before, *inner[:-1], inner[-1] + said.cut, *after)
        audio = speech.speak(symbols, voice, frames)
        begins_ms, _ = speech_extent_ms(audio, (sum(before) * FRAME_MS, audio.duration_ms))
        return Version(symbols, frames, natural, audio, line.span.start_ms - begins_ms)

    def _speech(self) -> Any:
        return self.engines.get("speech", self.profile.synthesize.engine)

    def _voice(self, line: Line) -> str:
        voice = self.timeline.speaker(line.speaker).voice
        assert voice is not None
        return voice.name

    # -- judging ---------------------------------------------------------------------------------

    def _judged(
        self, line: Line, method: str, version: Version, lips: Lips, listen: bool
    ) -> Judged:
        begin_ms = min(line.span.start_ms, round(version.start_ms))
        end_ms = max(line.span.end_ms, round(version.start_ms) + version.audio.duration_ms)
        seen = lips.between(*around(begin_ms, end_ms))
        heard = on_frames_of(seen, heard_frames(version.audio), version.start_ms)
        sounds = spoken_sounds(version.symbols, version.frames, version.start_ms)
        inner, natural = version.frames[1:-1], version.natural[1:-1]
        kept = slice(*_sounding(version.symbols))
        audio = resample(version.audio.mono(), RATE_HZ)
        sync = self._sync(line, version, audio) if self.syncnet is not None else None
        return Judged(
            line=line.id,
            method=method,
            agreement=agreement(seen, heard, sounds, self._own[line.id]),
            phonemes=len(inner[kept]),
            out_of_bounds=out_of_bounds(inner[kept], natural[kept]),
            error_rate=self.error_rate(line, audio) if listen else None,
            dnsmos=dnsmos(audio),
            lse_d=sync.lse_d if sync else None,
            lse_c=sync.lse_c if sync else None,
        )

    def _sync(self, line: Line, version: Version, audio: Audio) -> LipSyncError | None:
        """SyncNet's opinion of the face while this version is heard."""
        from dubbing.metrics.syncnet import lip_sync_error

        assert self.timeline.output is not None
        assert self.syncnet is not None
        assert line.mouth is not None
        track = read_track(self.workspace.path(self.timeline.face(line.mouth.face).track))
        span = Span(max(0, round(version.start_ms)), round(version.start_ms) + audio.duration_ms)
        pictures = face_pictures(Path(self.timeline.output.path), track, span)
        early = max(0, -round(version.start_ms)) * RATE_HZ // 1000
        return lip_sync_error(self.syncnet, pictures, audio.samples[0, early:])

    def error_rate(self, line: Line, audio: Audio) -> float:
        """Share of characters that a recogniser gets wrong when it hears ``audio`` (16 kHz)."""
        code = self.timeline.target_language
        recognizer: Recognizer = self.engines.get("asr", self.profile.report.engine)
        window = (0, min(audio.duration_ms, LONGEST_HEARD_MS))
        segments = recognizer.recognize(audio, [window], language(code).whisper_code)[0]
        said = comparable(" ".join(segment.text for segment in segments), code)
        return compare([comparable(line.spoken_text, code)], said)[0].error_rate

    def _mouth(self, line: Line) -> Lips | None:
        assert line.mouth is not None
        face = line.mouth.face
        if face not in self._lips:
            self._lips.clear()  # one track is enough: lines come in order
            track = read_track(self.workspace.path(self.timeline.face(face).track))
            self._lips[face] = lips_of(track.points, track.times_ms)
        return self._lips[face]


def _sounding(symbols: str) -> tuple[int, int]:
    """First and last (excluded) symbol that counts: the last sound before the end is mostly silence."""
    said = spoken(symbols, [1.0] * (len(symbols) + 2), (0.0, float(len(symbols))))
    return (0, len(symbols)) if said is None else (said.first - 1, max(said.first, said.last - 2))


def summary(judged: Sequence[Judged]) -> dict[str, dict[str, Any]]:
    """One row a method, and for ours the chance (Wilcoxon, paired) that it is no better."""
    rows = {}
    for method in METHODS:
        mine = [item for item in judged if item.method == method]
        rates = [item.error_rate for item in mine if item.error_rate is not None]
        phonemes = sum(item.phonemes for item in mine)
        rows[method] = {
            **asdict(overall([item.agreement for item in mine])),
            "out_of_bounds": round(sum(x.out_of_bounds for x in mine) / max(1, phonemes), 4),
            "error_rate": round(float(np.mean(rates)), 4) if rates else None,
            "dnsmos": round(float(np.mean([x.dnsmos for x in mine])), 3) if mine else None,
            "lse_d": _mean([x.lse_d for x in mine]),
            "lse_c": _mean([x.lse_c for x in mine]),
        }
    for method in ("natural", "uniform"):
        rows["ours"][f"p_overlap_vs_{method}"] = _chance(judged, method)
    return rows


def _mean(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return round(float(np.mean(known)), 3) if known else None


def _chance(judged: Sequence[Judged], method: str) -> float | None:
    """One-sided p of the overlap over lines; ``None`` for fewer than six."""
    from scipy.stats import wilcoxon

    by_line: dict[str, dict[str, float]] = {}
    for item in judged:
        if item.agreement.overlap is not None:
            by_line.setdefault(item.line, {})[item.method] = item.agreement.overlap
    pairs = [(v["ours"], v[method]) for v in by_line.values() if {"ours", method} <= v.keys()]
    differences = np.array([ours - other for ours, other in pairs])
    if len(differences) < 6 or not differences.any():
        return None
    return float(wilcoxon(differences, alternative="greater").pvalue)

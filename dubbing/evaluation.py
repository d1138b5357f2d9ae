"""``dub evaluate``: how well a dub goes with the mouths, beside two ways of not looking at them.

Every line whose speaker is seen is judged three times: the take of this dub, at the place where it
is found in the finished file; with the engine's natural lengths from the beginning of the line; and
stretched uniformly to the line, as all tools do that change the tempo of finished sound. All three
are spoken by the same voice in the same mood with the same watermark, and measured on the samples
of the take itself, not on the finished mix, where music and neighbours would be measured, too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dubbing.arrays import Audio
from dubbing.delivery import NEUTRAL
from dubbing.engines.asr import Recognizer
from dubbing.engines.speech import TakesDurations, VoiceName
from dubbing.errors import UsageError
from dubbing.language.speech_text import comparable
from dubbing.language.spoken_form import spoken_form
from dubbing.media.resample import resample
from dubbing.media.sound_file import read_sound
from dubbing.metrics.mouth import (
    Agreement,
    agreement,
    around,
    heard_frames,
    mean_of_known,
    on_frames_of,
    out_of_bounds,
    overall,
    own_time,
    spoken_sounds,
)
from dubbing.metrics.onsets import speech_extent_ms
from dubbing.metrics.quality import RATE_HZ, dnsmos
from dubbing.metrics.said import compare
from dubbing.registry import Engines
from dubbing.review.finished import late_ms, sound_of, written_down
from dubbing.settings import Profile
from dubbing.timeline import FRAME_MS, DurationPlan, Line, Span, Timeline
from dubbing.timing.lips import Lips
from dubbing.timing.prompter import paced
from dubbing.timing.spoken import spoken, spread, whole_frames
from dubbing.vision.face_pictures import face_pictures
from dubbing.vision.mouths import Mouths
from dubbing.vision.track_file import read_track
from dubbing.voice.casting import speaking_voice
from dubbing.voice.whole_lines import limits_for, stretched_to
from dubbing.watermark.marker import marked
from dubbing.workspace import Workspace

if TYPE_CHECKING:
    from dubbing.metrics.syncnet import LipSyncError, SyncNet

METHODS = {
    "ours": "lips (this dub)",
    "natural": "natural timing",
    "uniform": "uniform stretch",
}
LEAST_LINES = 6
"""A test on fewer lines says nothing."""


@dataclass(frozen=True, slots=True, eq=False)
class Version:
    """One way to speak a line: its lengths, its sound, and where on the film it begins."""

    symbols: str
    frames: tuple[int, ...]
    natural: tuple[float, ...]
    sounding: slice
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
        self._mouths = Mouths(workspace, timeline)

    def judge(self, *, listen: bool = True) -> Iterator[Judged]:
        """Judge line by line; ``listen`` has a recogniser write down every version."""
        assert self.timeline.output is not None
        with sound_of(Path(self.timeline.output.path), self.workspace) as (_, dub):
            for line in self.lines:
                lips = self._mouths.of(line)
                if lips is None:
                    continue
                for method, version in self.versions(line, dub):
                    yield self._judged(line, method, version, lips, listen)

    # -- three versions --------------------------------------------------------------------------

    def versions(self, line: Line, dub: Path) -> Iterator[tuple[str, Version]]:
        """The line in every way of ``METHODS``; none if it is not found in ``dub`` (16 kHz)."""
        ours = self._as_it_lies(line, dub)
        if ours is None:
            return
        yield "ours", ours
        yield "natural", self._spoken(line, whole_frames)
        wanted = max(1, line.span.duration_ms // FRAME_MS)
        yield "uniform", self._spoken(line, lambda natural: spread(natural, wanted))

    def _as_it_lies(self, line: Line, dub: Path) -> Version | None:
        """The take, where it is found in the finished file; ``None`` if it is not."""
        take, plan = line.take, line.plan
        assert take is not None
        assert plan is not None
        late = late_ms(line, self.workspace, dub)
        if late is None:
            return None
        audio = read_sound(self.workspace.path(take.sound))
        return Version(
            plan.symbols,
            plan.frames,
            plan.natural,
            _counted(plan.first, plan.last),
            audio,
            take.start_ms + late,
        )

    def _spoken(
        self, line: Line, lengthen: Callable[[Sequence[float]], tuple[int, ...]]
    ) -> Version:
        """The same text in the same mood, its sounding part lengthened so, from the line's begin."""
        assert line.plan is not None
        if line.plan.whole is not None:
            return self._stretched(line, line.plan, lengthen)
        speech: TakesDurations = self._speech()
        voice, delivery = self._voice(line), line.delivery or NEUTRAL
        code = self.timeline.target_language
        cast = self.timeline.voice_of(line)
        variety = cast.accent if cast is not None and cast.accent else code
        symbols = self._speech().phonemes(spoken_form(line.plan.text, code), variety)
        usual_lengths = [float(n) for n in speech.durations(symbols, voice)]
        natural = tuple(paced(symbols, usual_lengths, delivery.rate))
        usual = whole_frames(natural)
        said = spoken(symbols, natural, speech.heard(symbols, voice, usual))
        assert said is not None, "the line was spoken before"
        inner = lengthen(said.option.natural)
        before, after = usual[: said.first], usual[said.last :]
        frames = (*before, *inner[:-1], inner[-1] + said.cut, *after)
        audio = _as_marked(speech.speak(symbols, voice, frames, delivery), line)
        begins_ms, _ = speech_extent_ms(audio, (sum(before) * FRAME_MS, audio.duration_ms))
        counted = _counted(said.first, said.last)
        return Version(symbols, frames, natural, counted, audio, line.span.start_ms - begins_ms)

    def _stretched(
        self,
        line: Line,
        plan: DurationPlan,
        lengthen: Callable[[Sequence[float]], tuple[int, ...]],
    ) -> Version:
        """The same for an engine that says whole lines: what it said, stretched."""
        assert plan.whole is not None
        usual, inner = whole_frames(plan.natural), slice(plan.first, plan.last)
        frames = (*usual[: plan.first], *lengthen(plan.natural[inner]), *usual[plan.last :])
        audio = stretched_to(frames, plan.natural, plan.whole, self.workspace)
        audio = _as_marked(audio, line)
        start_ms = line.span.start_ms - FRAME_MS * sum(frames[: plan.first])
        counted = _counted(plan.first, plan.last)
        return Version(plan.symbols, frames, plan.natural, counted, audio, start_ms)

    def _speech(self) -> Any:
        settings = self.profile.synthesize
        return self.engines.get("speech", settings.engine, settings.engine_options)

    def _voice(self, line: Line) -> VoiceName:
        voice = self.timeline.voice_of(line)
        assert voice is not None
        return speaking_voice(voice, self.workspace)

    # -- judging ---------------------------------------------------------------------------------

    def _judged(
        self, line: Line, method: str, version: Version, lips: Lips, listen: bool
    ) -> Judged:
        begin_ms = min(line.span.start_ms, round(version.start_ms))
        end_ms = max(line.span.end_ms, round(version.start_ms) + version.audio.duration_ms)
        seen = lips.between(*around(begin_ms, end_ms))
        heard = on_frames_of(seen, heard_frames(version.audio), version.start_ms)
        sounds = spoken_sounds(version.symbols, version.frames, version.start_ms)
        is_whole = line.plan is not None and line.plan.whole is not None
        limits = limits_for(self.profile.timing, is_whole=is_whole)
        inner, natural = version.frames[version.sounding], version.natural[version.sounding]
        audio = resample(version.audio.mono(), RATE_HZ)
        sync = self._sync(line, version, audio) if self.syncnet is not None else None
        return Judged(
            line=line.id,
            method=method,
            agreement=agreement(seen, heard, sounds, self._own[line.id]),
            phonemes=len(inner),
            out_of_bounds=out_of_bounds(inner, natural, limits),
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
        said = written_down(audio, recognizer, code)
        return compare([comparable(line.spoken_text, code)], said)[0].error_rate


def _as_marked(audio: Audio, line: Line) -> Audio:
    """Mark the sound as synthetic if the take of the line is."""
    return marked(audio) if line.take is not None and line.take.is_marked else audio


def _counted(first: int, last: int) -> slice:
    """The sounds whose lengths are judged; of the last before the end most is silence."""
    return slice(first, max(first + 1, last - 1))


def summary(judged: Sequence[Judged]) -> dict[str, dict[str, Any]]:
    """One row a method, and for ours the chance (Wilcoxon, paired) that it is no better."""
    rows = {}
    for method in METHODS:
        mine = _of(judged, method)
        phonemes = sum(item.phonemes for item in mine)
        rows[method] = {
            **asdict(overall([item.agreement for item in mine])),
            "out_of_bounds": round(sum(x.out_of_bounds for x in mine) / max(1, phonemes), 4),
            "error_rate": mean_of_known(x.error_rate for x in mine),
            "dnsmos": mean_of_known(x.dnsmos for x in mine),
            "lse_d": mean_of_known(x.lse_d for x in mine),
            "lse_c": mean_of_known(x.lse_c for x in mine),
        }
    for method in ("natural", "uniform"):
        rows["ours"][f"p_overlap_vs_{method}"] = chance(judged, method)
    return rows


def chance(judged: Sequence[Judged], other: str) -> float | None:
    """One-sided p of a paired Wilcoxon test over lines that our overlap is no better than another's.

    Args:
        judged: every line of one dub in all ``METHODS``, as :meth:`Evaluation.judge` gives them. Lines
            of one film depend on each other, so this says something of this film alone.
        other: the method.

    Returns:
        ``None`` for fewer than six lines.
    """
    from scipy.stats import wilcoxon

    pairs = zip(_of(judged, "ours"), _of(judged, other), strict=True)
    values = [(ours.agreement.overlap, it.agreement.overlap) for ours, it in pairs]
    differences = [a - b for a, b in values if a is not None and b is not None]
    if len(differences) < LEAST_LINES or not any(differences):
        return None
    return float(wilcoxon(differences, alternative="greater").pvalue)


def _of(judged: Sequence[Judged], method: str) -> list[Judged]:
    return [item for item in judged if item.method == method]

"""Lay the takes over music and effects, each as loud as the line it replaces.

A line whose mood somebody chose is as loud as the mood has it, against the film's usual line. Voices get
the film's tone and a little of its room; the programme comes out as loud as it was, or as a preset asks.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median

import numpy as np

from dubbing.arrays import Audio
from dubbing.media.loudness import Loudness, line_loudness_lufs, programme_loudness
from dubbing.media.resample import resample
from dubbing.media.sound_file import SoundWriter, read_sound, sound_format
from dubbing.mixing.mixer import mix as mix_blocks
from dubbing.pipeline import Run, stage
from dubbing.settings import MixSettings
from dubbing.soundtrack.dialogue import dialogue_in, original_in, voice_channels
from dubbing.soundtrack.levels import level_curve_db
from dubbing.soundtrack.render import film_samples, mix_plan, padded_samples, treated
from dubbing.soundtrack.room import reverberation_s
from dubbing.soundtrack.tone import octaves_db, tone_match_db
from dubbing.soundtrack.voice_place import heard_mono
from dubbing.timeline import Artifact, Line, LineMix, Mix, SpeakerMix, Timeline

LOUDEST_STEP_LU = 10.0
"""No line is set further than this from the median line of the film."""
USUAL_DIALOGUE_LUFS = -23.0
SILENT_TAKE_LUFS = -69.0
"""What is fainter is an engine's noise, not speech."""
FOUND_WITHIN_LU = 30.0
"""A dialogue that is further below all that sounds was not found."""
MOST_MEASURED = 3
"""Channels that tell how loud a line is; from the fourth on, meters take them for surround."""
LEAST_PROGRAMME_LUFS = -55.0
"""In fainter programmes the gate of -70 LUFS tells more of their loudness than their sound does."""
KEPT_WITHIN_LU = 0.5
"""The programme's loudness may change by this much."""
MOST_CORRECTION_DB = 6.0
PASSES = 3
"""A limiter takes some of what a preset asks for, so it is asked for again."""
MOST_HEARD = 60
"""So many lines tell tone and room; all of a long film's at once would not fit into memory."""
ROOM_AFTER_MS = 500
"""How long a room is listened to after a line."""


@dataclass(frozen=True, slots=True)
class Preset:
    """What a programme shall measure, over all of it or over its dialogue."""

    lufs: float
    ceiling_dbtp: float
    of_dialogue: bool = False


PRESETS = {
    "ebu-r128": Preset(-23.0, -1.0),  # EBU R 128
    "netflix": Preset(-27.0, -2.0, of_dialogue=True),  # Netflix Sound Mix Specifications 1.6
    "streaming": Preset(-14.0, -1.0),  # what music and video platforms play at
}


@dataclass(frozen=True, slots=True)
class _Levels:
    """Loudness of a line as it was and of its take (``None`` for silence), and the take's slow curve."""

    was_lufs: float | None
    take_lufs: float | None
    curve_db: tuple[float, ...]


@stage(
    reads=("media", "lines", "dialogue", "voice_channels", "mix"),
    writes=("mix",),
    version=11,
    outside=("ffmpeg",),
)
def mix(timeline: Timeline, run: Run, settings: MixSettings) -> Timeline:
    """Make the finished sound; where its loudness misses its aim, once or twice more.

    Where a mix is there already, all that it knows stays, and only lines that it lacks are set beside it.
    """
    assert timeline.media is not None
    assert timeline.media.sound is not None
    original = run.workspace.path(timeline.media.sound)
    before = programme_loudness(original)
    desk = _Desk(timeline, run, settings, original)
    known = timeline.mix
    if known is not None and known.preset == settings.loudness:
        return replace(timeline, mix=desk.rendered(desk.completed(known)))
    made = desk.first(before)
    made = desk.rendered(made)
    if settings.loudness == "source":
        made = _as_before(desk, made, before)
    else:
        made = _as_preset(desk, made, PRESETS[settings.loudness])
    return replace(timeline, mix=made)


def with_missing_lines(timeline: Timeline, run: Run, settings: MixSettings) -> Mix:
    """The mix of a timeline with lines that it lacks set beside the others; nothing is rendered."""
    assert timeline.media is not None
    assert timeline.media.sound is not None
    assert timeline.mix is not None
    original = run.workspace.path(timeline.media.sound)
    return _Desk(timeline, run, settings, original).completed(timeline.mix)


def _as_before(desk: _Desk, made: Mix, before: Loudness) -> Mix:
    """As loud as the original, by the level of the dub alone: the rest is as it was."""
    if before.integrated_lufs is None or before.integrated_lufs < LEAST_PROGRAMME_LUFS:
        return made
    if made.dub_lufs is None or not made.lines:
        return made
    missing = before.integrated_lufs - made.dub_lufs + desk.asked_lu()
    correction = round(min(max(missing, -MOST_CORRECTION_DB), MOST_CORRECTION_DB), 2)
    if abs(correction) <= KEPT_WITHIN_LU:
        return made
    lines = tuple(replace(i, gain_db=round(i.gain_db + correction, 2)) for i in made.lines)
    return desk.rendered(replace(made, lines=lines, takes_gain_db=correction))


def _as_preset(desk: _Desk, made: Mix, preset: Preset) -> Mix:
    for _ in range(PASSES):
        measured = made.dialogue_lufs if preset.of_dialogue else made.dub_lufs
        if measured is None or abs(preset.lufs - measured) <= KEPT_WITHIN_LU / 5:
            break
        gain = round(made.programme_gain_db + preset.lufs - measured, 2)
        made = desk.rendered(
            replace(made, programme_gain_db=gain, ceiling_dbtp=preset.ceiling_dbtp)
        )
    return made


class _Desk:
    """Decides how takes lie in the mix, and renders it."""

    def __init__(self, timeline: Timeline, run: Run, settings: MixSettings, original: Path) -> None:
        self.timeline, self.run, self.settings = timeline, run, settings
        self.channels = () if timeline.media is None else timeline.media.channels
        self.original, self.info = original, sound_format(original)
        found = timeline.dialogue
        self.dialogue = None if found is None else run.workspace.path(found)
        self.voices = voice_channels(timeline, run.workspace)
        self.dubbed = [line for line in timeline.lines if line.take is not None]

    # -- decisions -------------------------------------------------------------------------------

    def first(self, before: Loudness) -> Mix:
        """Everything but the programme's gain; nothing is rendered yet."""
        tones = {s: self._tone(s) for s in dict.fromkeys(line.speaker for line in self.dubbed)}
        levels = [self._levels(line, tones[line.speaker]) for line in self.dubbed]
        known = [level.was_lufs for level in levels if level.was_lufs is not None]
        usual = median(known) if known else before.integrated_lufs or USUAL_DIALOGUE_LUFS
        typical = round(usual, 2)  # as it is kept, so that a line set in later gets the same level
        preset = PRESETS.get(self.settings.loudness)
        return Mix(
            sound=Artifact("", "", 0),
            original_lufs=before.integrated_lufs,
            dub_lufs=None,
            true_peak_dbtp=None,
            preset=self.settings.loudness,
            reverberation_s=self._room() if self.settings.room else None,
            lines=self._lines(self.dubbed, levels, typical),
            speakers=tuple(SpeakerMix(speaker, tone) for speaker, tone in tones.items()),
            typical_lufs=typical,
            fade_ms=self.settings.fade_ms,
            duck_db=self.settings.duck_db,
            ceiling_dbtp=self.settings.ceiling_dbtp if preset is None else preset.ceiling_dbtp,
        )

    def completed(self, known: Mix) -> Mix:
        """A mix with the lines that it lacks, at the levels of the others; nothing is rendered yet."""
        there = {item.line for item in known.lines}
        tones = {item.speaker: item.tone_db for item in known.speakers}
        missing = [line for line in self.dubbed if line.id not in there]
        for speaker in dict.fromkeys(line.speaker for line in missing):
            if speaker not in tones:
                tones[speaker] = self._tone(speaker)
        levels = [self._levels(line, tones[line.speaker]) for line in missing]
        typical = USUAL_DIALOGUE_LUFS if known.typical_lufs is None else known.typical_lufs
        new = [
            replace(item, gain_db=round(item.gain_db + known.takes_gain_db, 2))
            for item in self._lines(missing, levels, typical)
        ]
        return replace(
            known,
            lines=(*known.lines, *new),
            speakers=tuple(SpeakerMix(speaker, tone) for speaker, tone in tones.items()),
        )

    def _tone(self, speaker: str) -> tuple[float, ...]:
        if not self.settings.tone or self.dialogue is None:
            return ()
        lines = _some([line for line in self.dubbed if line.speaker == speaker])
        return tone_match_db(
            octaves_db([heard_mono(self._was(line), self.voices) for line in lines]),
            octaves_db([self._at_rate(line, self._take(line)) for line in lines]),
        )

    def _levels(self, line: Line, tone: tuple[float, ...]) -> _Levels:
        """What is measured of one line; its sounds are read once."""
        assert line.take is not None
        was, take = self._was(line), self._take(line)
        curve = (
            ()
            if self.dialogue is None
            else level_curve_db(heard_mono(was, self.voices), self._at_rate(line, take))
        )
        sound = treated(line.take, take, tone, curve)
        own = line_loudness_lufs(sound.between(*line.take.spoken_ms))
        is_heard = own is not None and own > SILENT_TAKE_LUFS
        return _Levels(self._heard_lufs(line, was), own if is_heard else None, curve)

    def _heard_lufs(self, line: Line, was: Audio) -> float | None:
        """Loudness of an original line; of all that sounds in it where no voice was found apart."""
        heard = self._loudness(was)
        if self.dialogue is None:
            return heard
        whole = self._loudness(original_in(self.timeline, self.run.workspace, line.span))
        if heard is None or whole is None or heard < whole - FOUND_WITHIN_LU:
            return whole
        return heard

    def _loudness(self, audio: Audio) -> float | None:
        """Of a sound that has the voice channels: that of the loudest three."""
        return line_loudness_lufs(Audio(audio.samples[self._measured], audio.rate_hz))

    @property
    def _measured(self) -> list[int]:
        by_gain = sorted(range(len(self.voices)), key=lambda n: -self.voices[n].gain)
        return by_gain[:MOST_MEASURED]

    def _room(self) -> float | None:
        pieces = [
            read_sound(self.original, line.span.start_ms, line.span.end_ms + ROOM_AFTER_MS).mono()
            for line in _some(self.dubbed)
        ]
        return reverberation_s(pieces)

    def _lines(
        self, dubbed: Sequence[Line], levels: Sequence[_Levels], typical: float
    ) -> tuple[LineMix, ...]:
        """For each take that is heard, the gain that makes it as loud as the original line."""
        spread = 10 * math.log10(sum(self.voices[n].gain ** 2 for n in self._measured))
        lines = []
        for line, level in zip(dubbed, levels, strict=True):
            wanted = _wanted_lufs(line, level.was_lufs, typical)
            wanted = min(max(wanted, typical - LOUDEST_STEP_LU), typical + LOUDEST_STEP_LU)
            if level.take_lufs is not None:
                gain = round(wanted - level.take_lufs - spread, 2)
                lines.append(LineMix(line.id, gain, level.curve_db))
        return tuple(lines)

    def asked_lu(self) -> float:
        """How much louder the programme becomes because somebody asked for it."""
        powers = [10 ** ((_asked_db(line) or 0.0) / 10) for line in self.dubbed]
        lengths = [line.span.duration_ms for line in self.dubbed]
        total = sum(power * length for power, length in zip(powers, lengths, strict=True))
        return 10 * math.log10(total / sum(lengths)) if self.dubbed else 0.0

    def _was(self, line: Line) -> Audio:
        """The original line: its dialogue where that was separated."""
        return dialogue_in(self.timeline, self.run.workspace, line.span)

    def _take(self, line: Line) -> Audio:
        assert line.take is not None
        return read_sound(self.run.workspace.path(line.take.sound)).mono()

    def _at_rate(self, line: Line, take: Audio) -> Audio:
        """A take from its first to its last sound, at the film's rate."""
        assert line.take is not None
        return resample(take.between(*line.take.spoken_ms), self.info.rate_hz)

    # -- rendering -------------------------------------------------------------------------------

    def rendered(self, made: Mix) -> Mix:
        """The sound of a mix, measured."""
        plan = mix_plan(self.timeline, made, self.run.workspace, self.info.rate_hz)
        with self.run.workspace.new_file(".wav") as path:
            writer = SoundWriter(
                path, self.info.rate_hz, self.info.n_channels, channels=self.channels
            )
            with writer:
                length = film_samples(self.timeline, self.info)
                blocks = mix_blocks(self._read, length, self.info.rate_hz, plan)
                for block in blocks:
                    writer.write(block)
                    self._tell(writer.n_samples)
            loudness = programme_loudness(path)
            sound = self.run.workspace.adopt(path)
        return replace(
            made,
            sound=sound,
            dub_lufs=loudness.integrated_lufs,
            true_peak_dbtp=loudness.true_peak_dbtp,
            dialogue_lufs=self._dialogue_lufs(sound),
        )

    def _dialogue_lufs(self, sound: Artifact) -> float | None:
        """Loudness of the finished sound while somebody is dubbed, by power over all lines."""
        path = self.run.workspace.path(sound)
        spans = [line.take.speech for line in self.dubbed if line.take is not None]
        levels = [
            (line_loudness_lufs(read_sound(path, span.start_ms, span.end_ms)), span.duration_ms)
            for span in spans
        ]
        known = [(level, length) for level, length in levels if level is not None]
        if not known:
            return None
        weights = np.array([length for _, length in known], dtype=np.float64)
        powers = 10 ** (np.array([level for level, _ in known]) / 10)
        return round(float(10 * np.log10(np.average(powers, weights=weights))), 2)

    def _read(self, first: int, last: int) -> Audio:
        return padded_samples(self.original, first, last)

    def _tell(self, n_samples: int) -> None:
        rate = self.info.rate_hz
        self.run.progress(n_samples / rate, self.info.n_samples / rate, "mixing", "s")


def _some(lines: Sequence[Line]) -> Sequence[Line]:
    """Enough of them, spread over the film: what they have in common is asked for."""
    return lines[:: -(-len(lines) // MOST_HEARD)] if lines else lines


def _asked_db(line: Line) -> float | None:
    """What the mood of a line adds to its level; ``None`` if nobody chose it."""
    if line.delivery is not None and line.delivery.is_chosen:
        return line.delivery.level_db
    return None


def _wanted_lufs(line: Line, heard: float | None, typical: float) -> float:
    asked = _asked_db(line)
    if asked is not None:
        return typical + asked
    return typical if heard is None else heard

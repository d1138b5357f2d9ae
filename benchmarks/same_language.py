"""Dub English films into English and compare when each sound is made with the original's own sound.

    python -m benchmarks.same_language --tuned FILM ... --others FILM ... [--voices FOLDER] [--json FILE]

Both sounds are aligned with the same words by force, and the borders of their phones are compared: of the
dub as it lies in the finished file, with natural timing and with uniform stretch, all three spoken by the
same voice in the same mood. A recogniser then writes each of them down, and the words of the line are the
reference. The original was aligned by the same model (pocketsphinx) when the dub was planned, so errors
that it makes on the original are not seen here; what the voice makes of the plan is.

Balances and bounds were chosen on films of ``--tuned``; ``--others`` are of other people. ``--voices`` is
a prepared folder of somebody who is only heard (:mod:`dubbing.training.grid`), and its films have no
picture. A film with NAME.align beside it is given its true words (``--translations``), since GRID's
sentences make no sense and recognisers mishear them.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from benchmarks.record import add_options, begin
from dubbing.acoustics.phone_times import phone_times
from dubbing.arrays import Audio
from dubbing.errors import DubbingError
from dubbing.evaluation import Evaluation, Version
from dubbing.job import Job, run_job
from dubbing.language.spoken_form import spoken_form
from dubbing.media.resample import resample
from dubbing.metrics.mouth import own_time
from dubbing.registry import Engines
from dubbing.review.finished import SPEECH_HZ, sound_of, written_words
from dubbing.settings import Profile
from dubbing.soundtrack.dialogue import speech_in
from dubbing.timeline import Span, Timeline
from dubbing.timing.same_words import words_of
from dubbing.timing.visemes import sounds
from dubbing.training.grid import prepared_words, read_words
from dubbing.workspace import Workspace

TUNED, OTHERS, HEARD = "person of the tuning", "other people", "another person, heard only"
Floats = npt.NDArray[np.float64]
NEAR_MS = 80
METHODS = ("ours", "natural", "uniform")


@dataclass(slots=True)
class Row:
    """What was measured of one method over the lines of one group."""

    errors_ms: list[float] = field(default_factory=list)
    words: int = 0
    wrong_words: int = 0

    def summary(self) -> dict[str, Any]:
        """Median, mean and share within 80 ms of the borders; share of wrong words."""
        errors = np.array(self.errors_ms or [np.nan])
        return {
            "borders": len(self.errors_ms),
            "median_ms": round(float(np.median(errors)), 1),
            "mean_ms": round(float(errors.mean()), 1),
            "within_80_ms": round(float(np.mean(errors <= NEAR_MS)), 3),
            "words": self.words,
            "word_error_rate": round(self.wrong_words / max(1, self.words), 4),
        }


class Bench:
    """The engines, loaded once, and what was measured."""

    def __init__(self) -> None:
        self.engines = Engines(keep=True)
        self.rows: dict[str, dict[str, Row]] = defaultdict(lambda: defaultdict(Row))
        self.told_by: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
        self.lines: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
        self.failed: dict[str, str] = {}

    def measure(self, film: Path, group: str, words: Sequence[str] | None) -> None:
        """Dub one film into its own language and measure its lines."""
        with tempfile.TemporaryDirectory() as place:
            profile = Profile().with_values(_script(words, Path(place)))
            job = Job(film, "en", Path(place) / "dub.mkv", Path(place) / "work")
            try:
                timeline = run_job(job, profile, self.engines)
            except DubbingError as error:
                self.failed[film.stem] = str(error)
                return
            with Workspace(job.workspace or Path(place)) as workspace:
                self._measure_lines(timeline, workspace, profile, group)

    def _measure_lines(
        self, timeline: Timeline, workspace: Workspace, profile: Profile, group: str
    ) -> None:
        assert timeline.output is not None
        evaluation = Evaluation(workspace, timeline, profile, self.engines)
        with sound_of(Path(timeline.output.path), workspace) as (_, dub):
            for number, line in enumerate(timeline.lines):
                if line.plan is None or line.take is None:
                    continue
                self.told_by[group][line.plan.told_by or "nothing"] += 1
                original = _original(timeline, workspace, number)
                versions = dict(evaluation.versions(line, dub))
                aligned = {
                    name: begins_ms(said.audio, said.symbols, said.start_ms)
                    for name, said in versions.items()
                }
                found = [begins for begins in (original, *aligned.values()) if begins is not None]
                if len(found) <= len(METHODS) or len({len(begins) for begins in found}) > 1:
                    self.lines[group]["not aligned"] += 1
                    continue
                self.lines[group]["measured"] += 1
                for name, begins in zip(aligned, found[1:], strict=True):
                    self.rows[group][name].errors_ms += np.abs(begins - found[0]).tolist()
                self._listen(group, versions, _words(line.plan.text))

    def _listen(self, group: str, versions: dict[str, Version], words: Sequence[str]) -> None:
        from rapidfuzz.distance import Levenshtein

        recognizer = self.engines.get("asr", "faster-whisper")
        for name, said in versions.items():
            heard = _words(written_words(_speech(said.audio), recognizer, "en"))
            row = self.rows[group][name]
            row.words += len(words)
            row.wrong_words += Levenshtein.distance(words, heard)

    def result(self) -> dict[str, Any]:
        """All groups and methods."""
        return {
            "groups": {
                group: {
                    "lines": dict(self.lines[group]),
                    "told_by": dict(self.told_by[group]),
                    **{name: rows[name].summary() for name in METHODS},
                }
                for group, rows in self.rows.items()
            },
            "failed": self.failed,
        }


# -- one line ------------------------------------------------------------------------------------


def _script(words: Sequence[str] | None, folder: Path) -> dict[str, dict[str, Any]]:
    """Settings for a film whose words are known: subtitles that last as long as it may."""
    if words is None:
        return {"transcribe": {"language": "en"}}
    path = folder / "script.srt"
    sentence = " ".join(words).capitalize()
    path.write_text(f"1\n00:00:00,000 --> 00:00:03,000\n{sentence}.\n", encoding="utf-8")
    return {
        "transcribe": {"language": "en"},
        "translate": {"engine": "file", "model": str(path)},
    }


def _words(text: str) -> list[str]:
    """Words in small letters, numbers written out."""
    plain = "".join(c if c.isalpha() or c == "'" else " " for c in spoken_form(text, "en").lower())
    return [word for word in (part.strip("'") for part in plain.split()) if word]


def _original(timeline: Timeline, workspace: Workspace, number: int) -> Floats | None:
    plan, spans = timeline.lines[number].plan, [line.span for line in timeline.lines]
    assert plan is not None
    begin_ms, end_ms = own_time(spans, number)
    sound = speech_in(timeline, workspace, Span(max(0, begin_ms), end_ms))
    return begins_ms(sound, plan.symbols, max(0, begin_ms))


def begins_ms(sound: Audio, symbols: str, start_ms: float) -> Floats | None:
    """When each sound begins and the last one ends on the film's clock, float64 ``[T + 1]``.

    ``None`` where they cannot be found in a sound that begins at ``start_ms``.
    """
    found = phone_times(_speech(sound), words_of(sounds(symbols)))
    if found is None:
        return None
    return np.asarray(start_ms + np.append(found.spans_ms[:, 0], found.spans_ms[-1, 1]))


def _speech(audio: Audio) -> Audio:
    return resample(audio.mono(), SPEECH_HZ)


# -- films ---------------------------------------------------------------------------------------


def heard_films(folder: Path, most: int) -> Iterator[tuple[Path, list[str]]]:
    """Sounds of a prepared folder and their words, spread over the whole of it."""
    words = prepared_words(folder)
    sounds = [path for path in sorted((folder / "audio").glob("*.flac")) if path.stem in words]
    for path in sounds[:: max(1, len(sounds) // most)][:most]:
        yield path, words[path.stem]


def known_words(film: Path) -> list[str] | None:
    """What a film says, where GRID's file beside it tells; ``None`` elsewhere."""
    path = film.with_suffix(".align")
    return read_words(path) if path.is_file() else None


def main() -> None:
    """Dub, measure, print, write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tuned", nargs="*", type=Path, default=[])
    parser.add_argument("--others", nargs="*", type=Path, default=[])
    parser.add_argument("--voices", type=Path)
    parser.add_argument("--most", type=int, default=12, help="Films of --voices.")
    add_options(parser)
    options = parser.parse_args()
    record, bench = begin(options), Bench()
    films = [(film, TUNED, known_words(film)) for film in options.tuned]
    films += [(film, OTHERS, known_words(film)) for film in options.others]
    if options.voices is not None:
        films += [(film, HEARD, said) for film, said in heard_films(options.voices, options.most)]
    for film, group, words in films:
        bench.measure(film, group, words)
        print(film.stem, json.dumps(bench.result()["groups"].get(group, {})), flush=True)
        if record:
            record.write(bench.result())
    print(json.dumps(bench.result(), indent=1))


if __name__ == "__main__":
    main()

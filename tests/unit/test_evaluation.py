"""The ways that a dub is compared with differ from it in timing alone."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from dubbing import evaluation
from dubbing.arrays import Audio
from dubbing.delivery import NEUTRAL, Delivery
from dubbing.evaluation import METHODS, Evaluation, Judged, summary
from dubbing.metrics.mouth import Agreement
from dubbing.testing import tone
from dubbing.timeline import Artifact, DurationPlan, Line, Span, Take
from dubbing.timing.spoken import whole_frames

ANGRY = Delivery("angry", 0.8, pitch_st=4.0, rate=1.25, level_db=3.0)
NATURAL = np.array([4, 8, 8, 8, 12], dtype=np.float32)


class Speech:
    """Says what it was asked for."""

    def __init__(self) -> None:
        self.deliveries: list[Delivery] = []

    def phonemes(self, text: str, code: str) -> str:
        return "ama"

    def durations(self, symbols: str, voice: str) -> np.ndarray:
        return NATURAL

    def heard(self, symbols: str, voice: str, frames: tuple[int, ...]) -> tuple[float, float]:
        return frames[0], sum(frames[:-1])

    def speak(self, symbols: str, voice: str, frames: tuple[int, ...], delivery: Delivery) -> Audio:
        self.deliveries.append(delivery)
        return tone(25 * sum(frames), rate_hz=24_000)


def line(delivery: Delivery | None, *, is_marked: bool) -> Line:
    plan = DurationPlan("ama", "ama", (4, 8, 8, 8, 12), (4, 8, 8, 8, 12), 1, 4, 0, Span(1000, 1600))
    take = Take(Artifact("a.wav", "0" * 64, 1), 900, 24_000, 24_000, Span(1000, 1600),
                is_marked=is_marked)  # fmt: skip
    return Line("L1", Span(1000, 2000), "mother", (), delivery=delivery, plan=plan, take=take)


@pytest.fixture
def work(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    made = Evaluation.__new__(Evaluation)
    made.timeline = SimpleNamespace(target_language="es", voice_of=lambda line: None)
    speech = Speech()
    monkeypatch.setattr(Evaluation, "_speech", lambda self: speech)
    monkeypatch.setattr(Evaluation, "_voice", lambda self, line: "ef_dora")
    marked: list[Audio] = []
    monkeypatch.setattr(evaluation, "marked", lambda audio: marked.append(audio) or audio)
    return SimpleNamespace(evaluation=made, speech=speech, marked=marked)


def test_they_are_spoken_in_the_mood_of_the_dub_at_its_pace(work: SimpleNamespace) -> None:
    version = work.evaluation._spoken(line(ANGRY, is_marked=True), whole_frames)
    assert work.speech.deliveries == [ANGRY]
    assert version.natural[1:-1] == pytest.approx([8 / 1.25] * 3, abs=1e-3)
    work.evaluation._spoken(line(None, is_marked=True), whole_frames)
    assert work.speech.deliveries[-1] == NEUTRAL


def test_they_carry_the_watermark_if_the_dub_does(work: SimpleNamespace) -> None:
    work.evaluation._spoken(line(ANGRY, is_marked=True), whole_frames)
    assert len(work.marked) == 1
    work.evaluation._spoken(line(ANGRY, is_marked=False), whole_frames)
    assert len(work.marked) == 1


def test_the_chance_is_over_the_lines_of_one_dub() -> None:
    def judged(number: int, method: str, overlap: float) -> Judged:
        agreement = Agreement(overlap, 0.0, 0.0, 0, 0, None, None)
        return Judged(f"L{number}", method, agreement, 10, 0, None, 3.0)

    better = {"ours": 0.9, "natural": 0.7, "uniform": 0.9}
    rows = [judged(n, m, better[m] + n / 1000) for n in range(6) for m in METHODS]
    ours = summary(rows)["ours"]
    assert ours["p_overlap_vs_natural"] == pytest.approx(1 / 2**6)
    assert ours["p_overlap_vs_uniform"] is None
    few = [replace(row) for row in rows if row.line != "L5"]
    assert summary(few)["ours"]["p_overlap_vs_natural"] is None

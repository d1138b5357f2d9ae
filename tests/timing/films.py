"""Films without pictures or sounds, and an engine whose natural lengths are scripted."""

from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import strategies as st

from dubbing.settings import TimingSettings
from dubbing.stages.timing import timing
from dubbing.timeline import Candidate, Decision, Line, Media, Span, Speaker, Timeline, Translation
from dubbing.timeline import Voice as CastVoice
from dubbing.timing.bounds import is_silent

LENGTHS = {" ": 1.6, ",": 9.0, ".": 11.0, "a": 4.3, "i": 3.4, "m": 3.0, "k": 2.6, "ʃ": 4.0}
"""Natural lengths of the symbols that scripted texts are made of, in frames."""
SHORT, LONG = "mi kaʃa.", "mi kaʃa kima, ʃaki mami kaʃi. " * 10
FADE = 6.0
"""Of the last symbol before a full stop so much is silent."""


class Scripted:
    """Says texts whose letters are its symbols."""

    def phonemes(self, text: str, language: str) -> str:
        return text

    def durations(self, phonemes: str, voice: Any) -> list[float]:
        return [10.0, *(LENGTHS[symbol] for symbol in phonemes), 8.0]

    def heard(self, phonemes: str, voice: Any, frames: Any) -> tuple[float, float]:
        sounding = [i for i, symbol in enumerate(phonemes) if not is_silent(symbol)]
        begins, ends = sum(frames[: sounding[0] + 1]), sum(frames[: sounding[-1] + 2])
        return begins, max(begins + 1.0, ends - min(FADE, frames[sounding[-1] + 1] / 2))

    def speak(self, *told: Any) -> Any:
        raise AssertionError("nothing is spoken while lines are planned")


class OneEngine:
    def get(self, role: str, name: str, options: Any = None) -> Scripted:
        return Scripted()


@dataclass
class Planning:
    """What the timing stage asks of a run."""

    engines: OneEngine = field(default_factory=OneEngine)
    workspace: Any = None
    stage_name: str = "timing"
    known: dict[str, Any] = field(default_factory=dict)

    def recall(self, key: str) -> Any:
        return self.known.get(key)

    def remember(self, key: str, value: Any) -> None:
        self.known[key] = value

    def progress(self, *told: Any, **more: Any) -> None:
        pass


@pytest.fixture(scope="module")
def letters_are_sounds() -> Any:
    """Texts are said letter by letter."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("dubbing.timing.prompter.spoken_form", lambda text, language: text)
        yield


def line(
    number: int, start_ms: int, end_ms: int, text: str, speaker: str = "S1", **decided: Any
) -> Line:
    said = Translation(text, (Candidate(text, 0.0),), "scripted")
    decision = Decision(**decided) if decided else None
    return Line(f"L{number}", Span(start_ms, end_ms), f"line {number}", (), speaker,
                translation=said, decision=decision)  # fmt: skip


def film(lines: list[Line], duration_ms: int) -> Timeline:
    voice = CastVoice("kokoro", "scripted", 1.0, "scripted")
    names = dict.fromkeys(line.speaker for line in lines)
    media = Media("film.mp4", "abc", duration_ms, True, 0)
    speakers = tuple(Speaker(name, name, voice=voice) for name in names)
    return Timeline("en", media, "zh", speakers=speakers, lines=tuple(lines))


def planned(timeline: Timeline, run: Planning | None = None) -> tuple[Line, ...]:
    return timing.function(timeline, run or Planning(), TimingSettings()).lines


def frames_of(text: str) -> float:
    return sum(LENGTHS[symbol] for symbol in text)


words = st.text("aimkʃ", min_size=1, max_size=9)
texts = st.lists(words, min_size=1, max_size=40).map(lambda w: (" ".join(w) + ".")[-300:].strip())
ordinary = st.lists(words, min_size=1, max_size=5).map(" ".join)


@st.composite
def films(draw: st.DrawFn) -> Timeline:
    """Lines that overlap, touch or stand apart; texts from one letter to 300 characters."""
    lines, start_ms = [], draw(st.integers(0, 3_000))
    for number in range(draw(st.integers(1, 9))):
        length_ms = draw(st.integers(60, 5_000))
        text = draw(st.one_of(ordinary, ordinary, texts))
        slot = draw(st.one_of(st.none(), st.none(), slots()))
        lines.append(
            line(number, start_ms, start_ms + length_ms, text, draw(st.sampled_from("ABC")),
                 **({"slot": slot} if slot else {}))
        )  # fmt: skip
        step_ms = draw(st.sampled_from([0, length_ms, length_ms, length_ms + 700, 5_000]))
        start_ms += step_ms + draw(st.integers(-300, 900)) if step_ms else 0
        start_ms = max(start_ms, lines[-1].span.start_ms)
    ends_ms = max(item.span.end_ms for item in lines)
    return film(lines, ends_ms + draw(st.sampled_from([0, 20, 130, 2_000])))


@st.composite
def slots(draw: st.DrawFn) -> Span:
    """A reviewer's slot, which may lie anywhere."""
    start_ms = draw(st.integers(0, 40_000))
    return Span(start_ms, start_ms + draw(st.integers(1, 20_000)))

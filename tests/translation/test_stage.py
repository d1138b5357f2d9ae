"""The translate stage with engines that say what they are told to: what it asks, keeps and chooses."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from dubbing.engines.translation import Hypothesis, Length, Passage, Request, Style, Written
from dubbing.errors import EngineFailed, UnknownLanguage, UsageError
from dubbing.job import dub
from dubbing.pipeline import Run
from dubbing.registry import Engines
from dubbing.settings import Term, TranslateSettings, load_profile
from dubbing.stages.translate import translate
from dubbing.timeline import Hearing, Line, Media, Span, Speaker, Timeline, Voice
from dubbing.workspace import Workspace


class Scripted:
    """Says what its table says; anything else as ``译`` and the number of its letters."""

    version, weights = 1, ()

    def __init__(self, table: dict[str, list[str]] | None = None, style: Style = Style.EXAMPLES):
        self.table, self.style = table or {}, style
        self.asked: list[tuple[Passage, Request]] = []
        self.fails_after: int | None = None

    def supports(self, source: str, target: str) -> bool:
        return (source, target) == ("en", "zh")

    def translate(self, passages: Sequence[Passage], request: Request):
        if self.fails_after is not None and len(self.asked) >= self.fails_after:
            raise EngineFailed("The server is down.", hint="Run again.")
        self.asked += [(passage, request) for passage in passages]
        return tuple(tuple(self._said(passage, request)) for passage in passages)

    def _said(self, passage: Passage, request: Request):
        key = passage.text if request.length is Length.USUAL else f"{passage.text}|{request.length}"
        texts = self.table.get(key, ["译" * max(2, len(passage.text) // 3)])
        return [Hypothesis(text, -0.1 * n) for n, text in enumerate(texts)]


class Judging(Scripted):
    """Also tells how well a source follows from a translation: by a table of good ones."""

    good: frozenset[str] = frozenset()

    def supports(self, source: str, target: str) -> bool:
        return {source, target} == {"en", "zh"}

    def score(self, pairs, source, target):
        assert (source, target) == ("zh", "en")
        return tuple(-0.5 if told in self.good else -5.0 for told, _ in pairs)


class Slow:
    """A speech engine in which every character lasts a second."""

    version, weights, rate_hz = 1, (), 24_000

    def phonemes(self, text: str, language: str) -> str:
        return "a" * sum(char.isalpha() for char in text)

    def durations(self, phonemes: str, voice: str):
        return np.array([8.0, *[40.0] * (len(phonemes) - 1), 8.0, 8.0], dtype=np.float32)

    def heard(self, phonemes: str, voice: str, frames):
        return 8.0, float(sum(frames) - 8)


class Given(Engines):
    """Engines that are there already."""

    def __init__(self, translator: object) -> None:
        super().__init__()
        self.translator = translator

    def get(self, role: str, name: str, options: object = None):
        return self.translator if role == "translation" else Slow()


def film(*texts: str, second_ms: int = 2000, voice: bool = False, gap_ms: int = 500) -> Timeline:
    lines, at = [], 0
    for number, text in enumerate(texts):
        lines.append(Line(f"L{number}", Span(at, at + second_ms), text, (), "S1"))
        at += second_ms + gap_ms
    speaker = Speaker("S1", "Kirk", voice=Voice("kokoro", "v", 1.0, "") if voice else None)
    return Timeline("zh", Media("f", "0", at, False, 0), "en", 1.0, (speaker,), tuple(lines))


def go(engine: object, timeline: Timeline, folder: Path, **changes: object) -> Timeline:
    settings = TranslateSettings.model_validate({"engine": "gemma", **changes})
    with Workspace(folder) as held:
        return translate.function(timeline, Run(held, folder, engines=Given(engine)), settings)


def says(timeline: Timeline) -> list[str]:
    return [line.translation.text if line.translation else "" for line in timeline.lines]


def test_the_same_line_is_asked_once_and_said_the_same(tmp_path: Path) -> None:
    engine = Scripted({"Go!": ["走！"]})
    assert says(go(engine, film("Go!", "Wait.", "Go!"), tmp_path)) == ["走！", "译译", "走！"]
    assert len(engine.asked) == 2


def test_faults_cost_and_all_candidates_stay_to_be_seen(tmp_path: Path) -> None:
    engine = Scripted({"He has 3 dogs.": ["他有两条狗。", "他有3条狗。"]})
    done = go(engine, film("He has 3 dogs."), tmp_path)
    assert says(done) == ["他有3条狗。"]
    chosen, lost = done.lines[0].translation.candidates
    assert lost.flags == ("number lost",)
    assert chosen.total > lost.total


def test_the_source_must_follow_from_what_is_said(tmp_path: Path) -> None:
    engine = Judging({"He was robbed.": ["他抢劫了。", "他被抢了。"]})
    engine.good = frozenset({"他被抢了。"})
    assert says(go(engine, film("He was robbed."), tmp_path / "a")) == ["他被抢了。"]
    plain = go(engine, film("He was robbed."), tmp_path / "b", reverse=False)
    assert says(plain) == ["他抢劫了。"]


def test_a_sentence_over_two_lines_is_translated_whole_and_divided(tmp_path: Path) -> None:
    first, second = "If you come tomorrow,", "we can talk about it."
    engine = Judging({f"{first} {second}": ["如果你明天来，我们可以谈谈这件事。"]})
    engine.good = frozenset({"如果你明天来，", "我们可以谈谈这件事。"})
    done = go(engine, film(first, second), tmp_path)
    assert says(done) == ["如果你明天来，", "我们可以谈谈这件事。"]
    one, other = (line.translation.candidates[0].whole for line in done.lines)
    assert one.rpartition("/")[0] == other.rpartition("/")[0] != ""


def test_what_reads_dialogue_translates_a_whole_sentence_once(tmp_path: Path) -> None:
    first, second = "If you come tomorrow,", "we can talk about it."
    engine = Scripted({f"{first} {second}": ["如果你明天来，我们可以谈谈这件事。"]}, Style.DIALOGUE)
    done = go(engine, film(first, second, "Where is it?"), tmp_path)
    assert says(done)[:2] == ["如果你明天来，", "我们可以谈谈这件事。"]
    assert {passage.text for passage, _ in engine.asked} == {f"{first} {second}", "Where is it?"}


def test_its_lines_are_translated_by_themselves_where_the_whole_cannot_be_divided(
    tmp_path: Path,
) -> None:
    first, second = "If you come tomorrow,", "we can talk about it."
    table = {f"{first} {second}": ["好"], first: ["明天来，"], second: ["就谈谈。"]}
    assert says(go(Scripted(table, Style.DIALOGUE), film(first, second), tmp_path)) == [
        "明天来，",
        "就谈谈。",
    ]


def test_a_part_of_a_whole_that_does_not_fit_finds_neighbours_of_its_own(tmp_path: Path) -> None:
    first, second = "If you come tomorrow,", "we can talk about it."
    table = {
        f"{first} {second}": ["如果你明天来这里找我，谈谈。"],
        f"{first}|shorter": ["来，"],
        second: ["谈谈。"],
    }
    engine = Scripted(table, Style.DIALOGUE)
    done = go(engine, film(first, second, voice=True), tmp_path)
    assert says(done) == ["来，", "谈谈。"]


class Trying(Scripted):
    """Tries harder where the checks found a fault."""

    tries_harder = True

    def _said(self, passage: Passage, request: Request):
        faulty = f"{passage.text}|faulty"
        if request.was_faulty and faulty in self.table:
            return [Hypothesis(text, -0.5) for text in self.table[faulty]]
        return super()._said(passage, request)


def test_an_engine_that_tries_harder_is_asked_again_after_a_fault(tmp_path: Path) -> None:
    lost, kept = "He has 3 dogs.", "He has 5 dogs."
    table = {lost: ["他有两条狗。"], f"{lost}|faulty": ["他有3条狗。"], kept: ["他有5条狗。"]}
    engine = Trying(table)
    assert says(go(engine, film(lost, kept), tmp_path / "a")) == ["他有3条狗。", "他有5条狗。"]
    assert [passage.text for passage, request in engine.asked if request.was_faulty] == [lost]
    plain = Scripted(table)
    assert says(go(plain, film(lost, kept), tmp_path / "b")) == ["他有两条狗。", "他有5条狗。"]


def test_a_long_sentence_is_also_offered_by_its_clauses(tmp_path: Path) -> None:
    first = "When we came back to the house that evening,"
    second = "all of the lights that we had turned off in the morning were on again."
    engine = Judging(
        {first: ["那天晚上我们回到家里的时候，"], second: ["我们早上关掉的灯全都又亮了。"]}
    )
    engine.good = frozenset({"那天晚上我们回到家里的时候，我们早上关掉的灯全都又亮了。"})
    done = go(engine, film(f"{first} {second}"), tmp_path)
    assert says(done) == ["那天晚上我们回到家里的时候，我们早上关掉的灯全都又亮了。"]
    assert done.lines[0].translation.candidates[0].origin == "by clauses"


def test_glossary_memory_names_and_register_reach_engine_and_choice(tmp_path: Path) -> None:
    engine = Scripted({
        "Hail the 进取号.": ["呼叫企业号。", "呼叫进取号。"],
        "Spock.": ["史波克。"],
        "Where are you?": ["你在哪里？"],
    })  # fmt: skip
    done = go(
        engine,
        film("Hail the Enterprise.", "Beam me up.", "Where are you?", "Well, Spock.", "Now Spock."),
        tmp_path,
        glossary=(Term(source="Enterprise", target="进取号"),),
        memory=(("en", "Beam me up.", "传送我吧。"), ("fr", "Now Spock.", "不。")),
        registers={"all": "formal"},
    )
    assert says(done)[:3] == ["呼叫进取号。", "传送我吧。", "您在哪里？"]
    asked = {passage.text: passage for passage, _ in engine.asked}
    assert asked["Hail the 进取号."].terms == (("Enterprise", "进取号"),)
    assert asked["Now 史波克."].terms == (("Spock", "史波克"),)
    assert "Beam me up." not in asked
    assert done.lines[1].translation.candidates[0].origin == "memory"


def test_a_language_model_sees_the_scene(tmp_path: Path) -> None:
    engine = Scripted(style=Style.INSTRUCTIONS)
    go(
        engine,
        film("One.", "Two.", "Three."),
        tmp_path,
        registers={"S1": "familiar"},
        context=1,
        glossary=(Term(source="two", target="两"),),
    )
    middle = next(p for p, _ in engine.asked if p.text == "Two.")
    assert (middle.before, middle.after) == (("Kirk: One.",), ("Kirk: Three.",))
    assert (middle.speaker, middle.register) == ("Kirk", "familiar")
    assert middle.terms == (("two", "两"),)
    assert (middle.start_ms, middle.end_ms) == (2500, 4500)


def test_a_person_is_not_judged(tmp_path: Path) -> None:
    engine = Scripted({"He has 3 dogs.": ["他有好多狗"], "No.": [""]}, Style.HUMAN)
    done = go(engine, film("He has 3 dogs.", "No."), tmp_path)
    assert says(done) == ["他有好多狗", ""]
    assert done.lines[0].translation.flags == ()
    assert len(engine.asked) == 2


class Texts(Scripted):
    """A person's text of the film: as many lines as it has, the last of which it does not know."""

    def lay(self, lines: Sequence[Passage], target: str, *, songs: bool = False) -> Written:
        self.asked += [(line, Request("en", target)) for line in lines]
        texts = tuple(self.table.get(line.text, [""])[0] for line in lines)
        return Written(texts, (len(lines) - 1,), "mine.srt: 1 of 2 lines has no text in it (2).")


def test_a_person_s_text_is_laid_on_all_lines_even_if_few_are_dubbed(tmp_path: Path) -> None:
    table = {"One.": ["一。"], "Two.": ["What do you want me to do with it?"], "Three.": [""]}
    memory = (("en", "Two.", "老二。"), ("en", "Three.", "三。"))
    engine = Texts(table, Style.HUMAN)
    done = go(engine, film("One.", "Two.", "Three."), tmp_path / "a", lines=(2, 3), memory=memory)
    assert [passage.text for passage, _ in engine.asked] == ["One.", "Two.", "Three."]
    assert says(done) == ["", "What do you want me to do with it?", "三。"]
    assert done.lines[1].translation.flags == ("translation: other language",)
    origins = [line.translation.candidates[0].origin for line in done.lines[1:]]
    assert origins == ["person", "memory"]


def test_what_a_file_does_not_know_is_noted(tmp_path: Path) -> None:
    told: list[str] = []
    settings = TranslateSettings.model_validate({"engine": "gemma"})
    with Workspace(tmp_path) as held:
        run = Run(held, tmp_path, engines=Given(Texts({"One.": ["一。"]}, Style.HUMAN)))
        run.listener = lambda event: told.append(event.message)
        translate.function(film("One.", "Two."), run, settings)
    assert told == ["mine.srt: 1 of 2 lines has no text in it (2)."]


def test_a_file_of_another_film_is_refused_right_after_the_transcript(tmp_path: Path) -> None:
    path = tmp_path / "far.srt"
    path.write_text("1\n00:10:00,000 --> 00:10:02,000\n晚了。\n", "utf-8")
    settings = TranslateSettings(engine="file", model=str(path))
    after, refuse = translate.early
    assert after == "turns"
    with Workspace(tmp_path / "w") as held:
        run = Run(held, tmp_path)
        with pytest.raises(UsageError, match="No line of the film is spoken at the time"):
            refuse(film("One."), run, settings)
        path.write_text("1\n00:00:00,000 --> 00:00:02,000\n一。\n", "utf-8")
        run.engines = Engines()
        refuse(film("One."), run, settings)
        stays = settings.model_copy(update={"revoice": False})
        with pytest.raises(UsageError, match="already speaks"):
            refuse(replace(film("One."), source_language="zh"), run, stays)
        with pytest.raises(UsageError, match="There is no line 7"):
            refuse(film("One."), run, settings.model_copy(update={"lines": (7,)}))


def test_a_file_that_cannot_be_read_is_refused_before_the_film_is_looked_at(tmp_path: Path) -> None:
    (tmp_path / "film.mp4").write_bytes(b"no film")
    (tmp_path / "a.srt").write_bytes(b"")
    values = {"translate": {"engine": "file", "model": str(tmp_path / "a.srt")}}
    with pytest.raises(UsageError, match=r"a\.srt is empty"):
        dub(tmp_path / "film.mp4", "es", profile=load_profile("fast").with_values(values))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.srt", "film.mp4"]


def test_what_does_not_fit_is_asked_for_in_another_length(tmp_path: Path) -> None:
    engine = Scripted({
        "We have to leave.": ["我们现在必须马上离开"],
        "We have to leave.|shorter": ["走吧"],
    })  # fmt: skip
    done = go(engine, film("We have to leave.", voice=True), tmp_path / "a")
    assert says(done) == ["走吧"]
    best, other = done.lines[0].translation.candidates
    assert best.origin == "shorter"
    assert best.natural_ms < other.natural_ms
    assert best.fit < other.fit
    assert says(go(engine, film("We have to leave.", voice=True), tmp_path / "b",
                   vary_length=False)) == ["我们现在必须马上离开"]  # fmt: skip


def test_a_failing_server_loses_nothing(tmp_path: Path) -> None:
    engine = Scripted()
    engine.fails_after = 2
    lines = film("One.", "Three.", "Two of us.", "Seven of us.")
    with pytest.raises(EngineFailed, match="down"):
        go(engine, lines, tmp_path, batch_size=2)
    assert len(engine.asked) == 2
    engine.fails_after = None
    assert all(says(go(engine, lines, tmp_path, batch_size=2)))
    assert len(engine.asked) == 4


def test_chosen_lines_alone_are_translated(tmp_path: Path) -> None:
    assert says(go(Scripted(), film("One.", "Two."), tmp_path, lines=(2,))) == ["", "译译"]
    with pytest.raises(UsageError, match="no line 3"):
        go(Scripted(), film("One.", "Two."), tmp_path, lines=(3,))


def test_a_pair_that_no_engine_knows(tmp_path: Path) -> None:
    from dataclasses import replace

    with pytest.raises(UnknownLanguage, match="does not translate"):
        go(Scripted(), replace(film("One."), target_language="es"), tmp_path)
    with pytest.raises(UsageError, match="already speaks"):
        go(Scripted(), replace(film("One."), target_language="en"), tmp_path, revoice=False)


class Polyglot(Scripted):
    """Translates from German and French."""

    def supports(self, source: str, target: str) -> bool:
        return (source, target) in {("de", "en"), ("fr", "en")}


def test_each_line_is_translated_from_its_own_language(tmp_path: Path) -> None:
    engine = Polyglot({"Hallo.": ["Hello."], "Bonjour.": ["Good day."]})
    timeline = spoken_in(("Hallo.", "de"), ("I see.", "en"), ("Bonjour.", "fr"), ("Ahoj.", "cs"))
    assert says(go(engine, timeline, tmp_path)) == ["Hello.", "", "Good day.", ""]
    asked = {passage.text: request.source for passage, request in engine.asked}
    assert asked == {"Hallo.": "de", "Bonjour.": "fr"}


def test_a_film_that_speaks_mostly_the_target_is_dubbed_where_it_does_not(tmp_path: Path) -> None:
    engine = Polyglot({"Hallo.": ["Hello."]})
    timeline = replace(spoken_in(("Hallo.", "de"), ("I see.", "en")), source_language="en")
    assert says(go(engine, timeline, tmp_path)) == ["Hello.", ""]
    with pytest.raises(UsageError, match="already"):
        go(engine, replace(timeline, lines=timeline.lines[1:]), tmp_path, revoice=False)


def spoken_in(*lines: tuple[str, str]) -> Timeline:
    """A film to English, mostly in German, whose lines have languages of their own."""
    timeline = film(*(text for text, _ in lines))
    heard = [
        replace(line, hearing=Hearing(code, 0.95))
        for line, (_, code) in zip(timeline.lines, lines, strict=True)
    ]
    return replace(timeline, target_language="en", source_language="de").with_lines(heard)

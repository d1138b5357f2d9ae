"""Examples that are like the sentence: found, told apart, never the sentence itself."""

import time

from dubbing.translation.example_memory import ExampleMemory, shipped_memory

PAIRS = [
    ("Where is the station?", "车站在哪里？"),
    ("Where is the nearest station?", "最近的车站在哪里？"),
    ("Where is the next station?", "下一站在哪里？"),
    ("He was walking to school.", "他走路去学校。"),
    ("I like apples.", "我喜欢苹果。"),
]


def test_the_most_like_stands_last_and_the_sentence_itself_is_left_out() -> None:
    memory = ExampleMemory(PAIRS)
    found = memory.like("Where is the station", 3)
    assert found[-1].source.startswith("Where is the ne")
    assert all(example.source != "Where is the station?" for example in found)
    assert [e.likeness for e in found] == sorted(e.likeness for e in found)
    assert memory.known("where is the STATION") == ("车站在哪里？",)


def test_other_forms_of_a_word_are_found() -> None:
    (found,) = ExampleMemory(PAIRS).like("She walks", 1, least=0.0) or ((),)
    assert found == () or found.source == "He was walking to school."
    assert ExampleMemory(PAIRS).like("walked", 1)[0].source == "He was walking to school."


def test_what_is_unlike_is_not_shown() -> None:
    memory = ExampleMemory(PAIRS)
    assert memory.like("Quantum chromodynamics", 3) == ()
    assert memory.like("", 3) == ()
    assert memory.like("I like the quantum chromodynamics of stars", 3, least=0.9) == ()
    assert ExampleMemory([]).like("anything", 3) == ()


def test_examples_that_say_the_same_are_not_shown_twice() -> None:
    others = [(f"Number {n} is nothing to us", "x") for n in range(20)]
    same = [
        ("I am tired right now", "a"),
        ("I am tired right now!", "b"),
        ("Who is tired?", "c"),
    ]
    found = ExampleMemory([*others, *same]).like("I am tired now", 2)
    assert {example.target for example in found} in ({"a", "c"}, {"b", "c"})


def test_the_shipped_memory_answers_at_once_in_both_directions() -> None:
    memory = shipped_memory("en", "zh")
    assert memory is not None
    assert len(memory) > 25_000
    began = time.process_time()
    found = memory.like("He was arrested for stealing a bicycle.", 6)
    assert time.process_time() - began < 0.2
    assert len(found) == 6
    assert any("arrested" in e.source or "stealing" in e.source for e in found)
    back = shipped_memory("zh", "en")
    assert back is not None
    assert back.pairs[0] == memory.pairs[0][::-1]
    assert shipped_memory("en", "fr") is None

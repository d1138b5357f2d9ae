"""Names in a person's text: they name the voices of the film where nothing speaks against it."""

from dubbing.diarization.named import named, names_of_lines

LINES = [(0, 1000), (1500, 2500), (3000, 4000), (4500, 5500)]


def test_a_line_has_the_name_of_the_cue_over_it() -> None:
    hints = [("Anna", (0, 1100)), ("Ben", (1400, 2600)), ("Anna", (2900, 3300))]
    assert names_of_lines(LINES, hints) == ("Anna", "Ben", "", "")


def test_a_line_under_two_names_has_none() -> None:
    assert names_of_lines([(0, 2000)], [("Anna", (0, 1200)), ("Ben", (1200, 2000))]) == ("",)


def test_speakers_get_the_names_that_are_theirs_alone() -> None:
    found = named(["S1", "S2", "S1", "S2"], ["Anna", "Ben", "Anna", "Ben"])
    assert found.names == {"S1": "Anna", "S2": "Ben"}
    assert found.moved == {}


def test_a_name_that_two_voices_share_names_neither() -> None:
    assert named(["S1", "S2", "S1", "S2"], ["Anna"] * 4).names == {}


def test_two_names_in_one_voice_name_nobody() -> None:
    assert named(["S1"] * 4, ["Anna", "Ben", "Anna", "Ben"]).names == {}


def test_one_name_of_many_lines_is_no_proof() -> None:
    assert named(["S1"] * 5, ["Anna", "", "", "", ""]).names == {}


def test_one_line_may_be_all_that_somebody_says() -> None:
    assert named(["S1", "S1", "S2"], ["Anna", "Anna", "Ben"]).names == {"S1": "Anna", "S2": "Ben"}


def test_one_odd_line_goes_to_whom_the_text_names_where_it_names_every_line() -> None:
    told = ["S1", "S2"] * 6 + ["S1"]
    names = ["Anna", "Ben"] * 6 + ["Ben"]
    assert named(told, names).moved == {12: "S2"}
    assert named(told, ["", *names[1:]]).moved == {}


def test_many_odd_lines_leave_the_voices_as_they_are() -> None:
    told = ["S1", "S2"] * 10
    names = ["Anna", "Ben"] * 10
    names[0], names[2], names[4] = "Ben", "Ben", "Ben"
    assert named(told, names).moved == {}

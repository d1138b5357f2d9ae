from dubbing.errors import UsageError


def test_an_error_stays_on_one_line_whatever_a_file_calls_its_keys() -> None:
    error = UsageError("In a.json, film.\n\n\x1b[31mred\u202e: unknown.", hint="See\r\nthe page.")
    assert str(error) == "In a.json, film. [31mred : unknown. See the page."
    assert error.message == "In a.json, film. [31mred : unknown."


def test_a_key_that_never_ends_is_cut() -> None:
    error = UsageError(f"It does not fit at {'a' * 5000}.{'b' * 60}: unknown.")
    assert len(error.message) < 400
    assert error.message.endswith("b: unknown.")
    path = "/".join(["folder"] * 30)
    assert path in str(UsageError(f"There is no file {path}."))

import pytest

from dubbing.exports.events import Subtitles
from dubbing.exports.ttml import ttml_document
from dubbing.language.direction import is_right_to_left


@pytest.mark.parametrize("tag", ["ar", "ar-EG", "dv", "he", "fa", "yi", "az-Arab", "AR", "ckb"])
def test_these_are_written_from_the_right(tag: str) -> None:
    assert is_right_to_left(tag)


@pytest.mark.parametrize("tag", ["zh", "en-GB", "uz-Latn", "ur-Latn", "zh-Hant-TW", "", "arn"])
def test_these_are_not(tag: str) -> None:
    assert not is_right_to_left(tag)


def test_subtitles_in_dhivehi_run_from_the_right() -> None:
    assert 'direction="rtl"' in ttml_document(Subtitles((), "dv", 0, 0), "film")

"""A file says what it is, and notices a change."""

from pathlib import Path

import pytest

from dubbing.errors import StageFailed
from dubbing.testing import make_clip
from dubbing.voice.credentials import Claim, can_hold_claim, label, read_claim
from dubbing.watermark.pattern import NAME

CLAIM = Claim("film", "en", "zh", NAME, ({"speaker": "S1", "person": "Ännä", "consent": "c"},))


@pytest.mark.parametrize("suffix", [".mp4", ".mov", ".wav"])
def test_the_file_says_what_it_is_and_notices_a_change(tmp_path: Path, suffix: str) -> None:
    path = make_clip(tmp_path / f"clip{suffix}", picture=suffix != ".wav")
    assert read_claim(path) is None
    label(path, CLAIM)
    claim = read_claim(path)
    assert claim is not None
    assert claim["is_intact"]
    assert (claim["made_by"], claim["target_language"]) == ("dubbing", "zh")
    assert claim["cloned_voices"][0]["person"] == "Ännä"
    changed = bytearray(path.read_bytes())
    changed[len(changed) // 2] ^= 255
    path.write_bytes(bytes(changed))
    claim = read_claim(path)
    assert claim is None or not claim["is_intact"]


def test_what_cannot_hold_a_claim_is_left_alone(tmp_path: Path) -> None:
    assert not can_hold_claim(Path("a.mkv"))
    broken = tmp_path / "a.mp4"
    broken.write_bytes(b"no film")
    with pytest.raises(StageFailed, match="could not be labelled"):
        label(broken, CLAIM)
    assert broken.read_bytes() == b"no film"
    assert list(tmp_path.iterdir()) == [broken]

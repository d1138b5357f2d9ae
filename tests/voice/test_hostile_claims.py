"""What a file states of itself may have been signed, or changed, by anybody."""

from __future__ import annotations

import io
import json
import random
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

import pytest

from dubbing.cli.verify import _tell_claim
from dubbing.testing import make_clip
from dubbing.voice import credentials
from dubbing.voice.credentials import Claim, label, read_claim

CLAIM = Claim("clip", "en", "zh", "Perth", ({"speaker": "S1", "person": "Anna"},))


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_clip(tmp_path_factory.mktemp("claims") / "clip.mp4", duration_s=0.5)


def told(claim: dict[str, Any] | None) -> str:
    """What ``dub verify`` prints of it."""
    with redirect_stdout(io.StringIO()) as out:
        _tell_claim(claim)
    return out.getvalue()


def test_whatever_was_flipped_or_cut_is_told(clip: Path, tmp_path: Path) -> None:
    film = tmp_path / "film.mp4"
    film.write_bytes(clip.read_bytes())
    label(film, CLAIM)
    whole = film.read_bytes()
    begin = whole.index(b"jumb")
    chance = random.Random(7)
    for _ in range(60):
        changed = bytearray(whole)
        for _ in range(chance.choice((1, 3, 20))):
            changed[chance.randrange(begin - 40, min(len(whole), begin + 14_000))] = (
                chance.randrange(256)
            )
        film.write_bytes(changed)
        told(read_claim(film))
    for n_bytes in (100, 1000, begin + 5, begin + 3000):
        film.write_bytes(whole[:n_bytes])
        told(read_claim(film))


@pytest.mark.parametrize(
    "stated",
    [
        None,
        "text",
        [1],
        {"cloned_voices": "x"},
        {"cloned_voices": [1, None, {"person": ["a"]}]},
        {"source_language": ["a"], "target_language": {"b": 1}},
        {"made_by": "a trusted maker", "is_intact": True, "cloned_voices": {"a": 1}},
        {"cloned_voices": [{"person": "\x1b[31m[red]x[/nothing]", "signed_by": {}}]},
        {"source_language": "[/red]\x1b]0;title\x07"},
    ],
)
def test_what_others_sign_neither_breaks_nor_steers_it(
    clip: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stated: Any
) -> None:
    usual = credentials._manifest

    def forged(claim: Claim) -> str:
        plain = json.loads(usual(claim))
        plain["claim_generator_info"] = [{"name": "[/bold]\x1b[1mmaker"}]
        plain["assertions"][1]["data"] = stated
        return json.dumps(plain)

    monkeypatch.setattr(credentials, "_manifest", forged)
    film = tmp_path / "film.mp4"
    film.write_bytes(clip.read_bytes())
    label(film, CLAIM)
    changed = bytearray(film.read_bytes())
    changed[-100] ^= 1
    film.write_bytes(changed)
    claim = read_claim(film)
    assert claim is not None
    assert claim["is_intact"] is False
    assert claim["made_by"] == "[/bold][1mmaker"
    assert "\x1b" not in told(claim)

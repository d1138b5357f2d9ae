"""Media tests run on the packaged ffmpeg and on the system's, which may be years older or newer."""

from pathlib import Path

import pytest

from dubbing.media.ffmpeg_choice import VARIABLE

SYSTEM_FFMPEG = Path("/usr/bin/ffmpeg")


@pytest.fixture(params=["packaged", "system"])
def each_ffmpeg(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """The ffmpeg that the product uses in this test; clips are always made by the packaged one."""
    monkeypatch.delenv(VARIABLE, raising=False)
    if request.param == "system":
        if not SYSTEM_FFMPEG.exists():
            pytest.skip(f"This machine has no {SYSTEM_FFMPEG}; Debian: apt-get install ffmpeg.")
        monkeypatch.setenv(VARIABLE, str(SYSTEM_FFMPEG))
    return str(request.param)

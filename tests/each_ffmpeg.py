"""Tests of media run on the packaged ffmpeg and on the system's, which may be years older or newer.

What runs a filter graph, an encoder or a muxer says ``pytest.mark.usefixtures("each_ffmpeg")``; a fixture
of a module asks for ``each_ffmpeg_of_module``. Clips are always made by the packaged one.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from dubbing.media.ffmpeg_choice import VARIABLE

SYSTEM_FFMPEG = Path("/usr/bin/ffmpeg")
WHICH = ("packaged", "system")


@contextmanager
def using(which: str) -> Iterator[str]:
    """Have the product use this ffmpeg, also in programs that a test starts."""
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv(VARIABLE, raising=False)
        if which == "system":
            if not SYSTEM_FFMPEG.exists():
                pytest.skip(f"This machine has no {SYSTEM_FFMPEG}; Debian: apt-get install ffmpeg.")
            patch.setenv(VARIABLE, str(SYSTEM_FFMPEG))
        yield which


@pytest.fixture(params=WHICH)
def each_ffmpeg(request: pytest.FixtureRequest) -> Iterator[str]:
    """The ffmpeg that the product uses in this test."""
    with using(request.param) as which:
        yield which


@pytest.fixture(scope="module", params=WHICH)
def each_ffmpeg_of_module(request: pytest.FixtureRequest) -> Iterator[str]:
    """The same for all tests of a module, one after the other."""
    with using(request.param) as which:
        yield which

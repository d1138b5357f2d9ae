"""Shared: the sample clips, and one dub of the portrait that many tests look at."""

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from dubbing.cli.stopping import POLITE
from dubbing.outputs import record_output
from dubbing.timeline import Timeline
from dubbing.workspace import Workspace
from tests.each_ffmpeg import each_ffmpeg, each_ffmpeg_of_module

__all__ = ["each_ffmpeg", "each_ffmpeg_of_module"]

ROOT = Path(__file__).parent.parent
DUB = Path(sys.executable).with_name("dub")


def dub(
    *arguments: object, timeout_s: int = 300, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run the program as a user would."""
    return subprocess.run(
        [str(DUB), *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=timeout_s,
        env={**os.environ, **environment},
        check=False,
    )


@pytest.fixture(scope="session", autouse=True)
def voices_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Keys, enrolled voices, the ledger and records of outputs lie apart from the user's."""
    home = tmp_path_factory.mktemp("voices")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DUBBING_VOICES", str(home))
        patch.setenv("DUBBING_STATE", str(tmp_path_factory.mktemp("state")))
        yield home


@pytest.fixture(scope="session", autouse=True)
def signals_are_heeded() -> None:
    """Programs that tests start inherit ignored signals (of nohup, of a job in the background)."""
    for number in (signal.SIGINT, *POLITE):
        if signal.getsignal(number) is signal.SIG_IGN:
            signal.signal(number, signal.SIG_DFL)


@pytest.fixture(scope="session", autouse=True)
def small_translators() -> Iterator[None]:
    """Dubs are made by the same translators on every machine, and soon."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DUBBING_TRANSLATOR", "embedded")
        yield


@pytest.fixture(scope="session")
def samples() -> Path:
    """The folder of the sample clips, made if need be."""
    subprocess.run(
        [sys.executable, str(ROOT / "samples/make_samples.py")], check=True, capture_output=True
    )
    return ROOT / "samples"


@dataclass(frozen=True)
class Dubbed:
    source: Path
    output: Path
    workspace: Path

    @property
    def report(self) -> dict:
        path = self.workspace / "reports/zh/report.json"
        return json.loads(path.read_text(encoding="utf-8"))


@pytest.fixture(scope="session")
def portrait_zh(samples: Path, tmp_path_factory: pytest.TempPathFactory) -> Dubbed:
    """The portrait dubbed into Chinese through the command line, once for all tests."""
    folder = tmp_path_factory.mktemp("portrait")
    done = Dubbed(samples / "portrait.mp4", folder / "portrait.zh.mp4", folder / "portrait.dub")
    result = dub(done.source, "--to", "zh", "-o", done.output, "--workspace", done.workspace,
                 "--subtitles", "--quiet")  # fmt: skip
    assert result.returncode == 0, result.stderr
    return done


@pytest.fixture(scope="session")
def two_speakers_zh(samples: Path, tmp_path_factory: pytest.TempPathFactory) -> Dubbed:
    """Six lines of two people, dubbed into Chinese once for all tests."""
    folder = tmp_path_factory.mktemp("two_speakers")
    source = folder / "two_speakers.mp4"
    shutil.copy(samples / "two_speakers.mp4", source)
    done = Dubbed(source, folder / "two_speakers.zh.mp4", folder / "two_speakers.dub")
    result = dub(source, "--to", "zh", "--quiet")
    assert result.returncode == 0, result.stderr
    return done


@pytest.fixture
def two_speakers_copy(two_speakers_zh: Dubbed, tmp_path: Path) -> Dubbed:
    """The same in a folder of its own, to change."""
    return copied(two_speakers_zh, tmp_path)


def copied(dubbed: Dubbed, folder: Path) -> Dubbed:
    """A film, its dub and its workspace in another folder, as if they had been made there."""
    copy = Dubbed(
        folder / dubbed.source.name, folder / dubbed.output.name, folder / dubbed.workspace.name
    )
    shutil.copy(dubbed.source, copy.source)
    shutil.copy(dubbed.output, copy.output)
    shutil.copytree(dubbed.workspace, copy.workspace)
    job = copy.workspace / "jobs" / "zh.json"
    plain = json.loads(job.read_text(encoding="utf-8"))
    plain |= {"source": str(copy.source), "output": str(copy.output)}
    job.write_text(json.dumps(plain), encoding="utf-8")
    record_output(copy.output, copy.workspace, copy.output)
    return copy


def redub(portrait: Dubbed, workspace: Path, *flags: str) -> Timeline:
    """The portrait dubbed into Chinese once more in another workspace, beside which ``out.mp4`` lies."""
    result = dub(
        portrait.source, "--to", "zh", "-o", workspace.parent / "out.mp4",
        "--workspace", workspace, "--quiet", *flags,
    )  # fmt: skip
    assert result.returncode == 0, result.stderr
    return Workspace(workspace).latest_timeline("zh")

"""A command that is asked to end leaves nothing half written behind."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from dubbing.cli.stopping import POLITE

PROGRAM = """
import signal, sys, time
from pathlib import Path
import typer
from dubbing.cli import main as program
from dubbing.media.ffmpeg import written_whole

app = typer.Typer()

@app.command()
def write(path: Path) -> None:
    with written_whole(path, "0123456789ab") as temporary:
        temporary.write_text("half")
        print("writing", flush=True)
        try:
            time.sleep(30)
        finally:
            time.sleep(0.5)

program.app = app
program.main()
"""


def stopped_by(numbers: list[int], folder: Path, ignored: int | None = None) -> tuple[int, str]:
    """Exit code and last words of a program that writes a file and is sent signals."""
    program = PROGRAM
    if ignored is not None:
        program = f"import signal; signal.signal({int(ignored)}, signal.SIG_IGN)\n{PROGRAM}"
    with subprocess.Popen(
        [sys.executable, "-c", program, str(folder / "film.mp4")],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        assert process.stdout is not None
        assert process.stdout.readline() == "writing\n"
        assert len(list(folder.glob(".dubbing-0123456789ab-????????.tmp.mp4"))) == 1
        for number in numbers:
            process.send_signal(number)
            time.sleep(0.1)
        _, errors = process.communicate(timeout=20)
    return process.returncode, errors


@pytest.mark.parametrize("number", [signal.SIGINT, *POLITE])
def test_each_signal_is_a_clean_stop(tmp_path: Path, number: int) -> None:
    code, errors = stopped_by([number], tmp_path)
    assert code == 128 + number
    assert "the same command goes on" in errors
    assert "Traceback" not in errors
    assert list(tmp_path.iterdir()) == []


def test_a_second_signal_does_not_interrupt_the_cleaning_up(tmp_path: Path) -> None:
    code, _ = stopped_by([signal.SIGTERM, signal.SIGHUP, signal.SIGTERM], tmp_path)
    # on a busy machine both are pending at once, and the lower number is taken first
    assert code in (128 + signal.SIGTERM, 128 + signal.SIGHUP)
    assert list(tmp_path.iterdir()) == []


def test_nohup_is_obeyed(tmp_path: Path) -> None:
    code, _ = stopped_by([signal.SIGHUP, signal.SIGTERM], tmp_path, ignored=signal.SIGHUP)
    assert code == 128 + signal.SIGTERM

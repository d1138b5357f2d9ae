"""Feed damaged inputs to everything that reads a stranger's file: ``make fuzz``.

Every case runs in a child process and a folder of its own, with bounds on memory, time and what it writes. It fails if the child dies, takes too long or too much memory, writes anything
outside of its folder, or raises anything but the program's own errors in one sentence. What failed is kept
with its seed; the last lines say how to repeat it.

    python -m tests.odd.fuzz --seconds 600 --seed 7 --area media
    python -m tests.odd.fuzz --area media --case 7:123          one case again, with its traceback
"""

from __future__ import annotations

import argparse
import contextlib
import faulthandler
import io
import json
import os
import random
import resource
import shutil
import signal
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from dubbing.errors import DubbingError
from tests.odd.areas import AREAS, Area, Seeds

SECONDS_PER_CASE = 120
CPU_SECONDS = 25
"""A case that works for longer is a failure; one that waits, or a machine that is busy, has more time."""
MOST_BYTES = 3 << 30
"""Of private memory beyond what the process has when a case begins."""
PEAK_BYTES = 1 << 30
"""Of memory in use beyond it; more is a failure."""
LARGEST_FILE = 256 << 20
LONGEST_SENTENCE = 700
WRITES = frozenset({"os.remove", "os.rename", "os.mkdir", "os.rmdir", "os.link", "os.symlink", "os.truncate",
                    "os.chmod", "shutil.rmtree"})  # fmt: skip


@dataclass(frozen=True)
class Outcome:
    """How a case ended: ``read``, ``refused`` in a sentence, or a kind of failure."""

    kind: str
    told: str = ""

    @property
    def is_failure(self) -> bool:
        """Whether this must not happen."""
        return self.kind not in ("read", "refused")


@dataclass(frozen=True)
class Failure:
    """A failing case and how to see it again."""

    area: str
    case: str
    file: str
    kind: str
    told: str
    repeat: str


def run_case(area: Area, seeds: Seeds, case: str, folder: Path) -> tuple[Path, Outcome]:
    """Make the input of a case, and let a child read it.

    Args:
        area: what is read.
        seeds: its undamaged inputs.
        case: ``SEED:NUMBER``.
        folder: where the input is written, and the only place where the child may write.
    """
    rng = random.Random(case)
    name = rng.choice(sorted(seeds))
    path = folder / name
    path.write_bytes(area.damage(name, seeds[name], rng))
    return path, in_child(area, path)


def prepare(area: Area, seeds: Seeds, folder: Path) -> None:
    """Read the undamaged inputs here, once, so that no child has to import what reads them.

    Films are not read here: FFmpeg's threads would not survive a fork.
    """
    for name, content in seeds.items():
        place = folder / f"whole-{name}"
        place.mkdir()
        (place / name).write_bytes(content)
        sink = io.StringIO()
        quiet = (contextlib.redirect_stdout(sink), contextlib.redirect_stderr(sink))
        with quiet[0], quiet[1], contextlib.suppress(DubbingError, SystemExit):
            (area.warm or area.read)(place / name)


def in_child(area: Area, path: Path) -> Outcome:
    """Read an input in a child process that is bounded."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        _be_child(area, path, writing)
    os.close(writing)
    return _outcome_of(child, reading)


def _be_child(area: Area, path: Path, writing: int) -> None:
    """Never returns."""
    outcome = Outcome("died")
    try:
        os.setpgrp()
        _bound(path.parent)
        outcome = _attempt(area, path)
    except BaseException:  # noqa: BLE001 - the harness itself is at fault
        outcome = Outcome("died", traceback.format_exc())
    finally:
        os.write(writing, json.dumps(asdict(outcome)).encode()[:60_000])
        os._exit(0)


def _bound(folder: Path) -> None:
    """Limits of the kernel; HOME and the temporary folder inside; no words on the terminal."""
    in_use = int(Path("/proc/self/statm").read_text().split()[5]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_DATA, (in_use + MOST_BYTES, in_use + MOST_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS + 5))
    resource.setrlimit(resource.RLIMIT_FSIZE, (LARGEST_FILE, LARGEST_FILE))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    for name in (
        "HOME",
        "TMPDIR",
        "DUBBING_VOICES",
        "DUBBING_STATE",
        "XDG_CACHE_HOME",
        "XDG_CONFIG_HOME",
    ):
        os.environ[name] = str(folder)
    tempfile.tempdir = str(folder)
    os.chdir(folder)
    faulthandler.disable()
    silent = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(silent, stream)


def _attempt(area: Area, path: Path) -> Outcome:
    outside: list[str] = []
    sys.addaudithook(_watcher(path.parent.resolve(), outside))
    before = _peak_bytes()
    try:
        area.read(path)
        outcome = Outcome("read")
    except DubbingError as error:
        outcome = _refusal(error)
    except SystemExit as error:
        outcome = (
            Outcome("refused") if error.code in (0, 1, 2) else Outcome("exit code", str(error.code))
        )
    except BaseException:  # noqa: BLE001 - this is what is looked for
        outcome = Outcome("traceback", traceback.format_exc(limit=-12))
    if outside:
        return Outcome("wrote outside", ", ".join(outside[:5]))
    grown = _peak_bytes() - before
    return Outcome("memory", f"{grown >> 20} MiB") if grown > PEAK_BYTES else outcome


def _refusal(error: DubbingError) -> Outcome:
    """An error must be one sentence on one line, with the exit code of its kind."""
    told = str(error)
    if error.exit_code not in (1, 2):
        return Outcome("exit code", f"{error.exit_code}: {told}")
    if (
        not error.message.strip()
        or "\n" in told
        or "Traceback" in told
        or len(told) > LONGEST_SENTENCE
    ):
        return Outcome("no sentence", told)
    return Outcome("refused", told)


def _watcher(folder: Path, outside: list[str]) -> Any:
    """An audit hook that notes what is written, made or removed outside of a folder."""
    places = tuple(f"{place}{os.sep}" for place in (folder, "/dev", "/proc"))

    def watch(event: str, arguments: tuple[Any, ...]) -> None:
        if event == "open":
            path, _, flags = arguments
            if not isinstance(flags, int) or not flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT):
                return
        elif event in WRITES:
            path = arguments[0]
        else:
            return
        if isinstance(path, str | bytes | os.PathLike):
            name = os.path.abspath(os.fsdecode(path))  # noqa: PTH100 - no call that raises events
            if not f"{name}{os.sep}".startswith(places) and "__pycache__" not in name:
                outside.append(f"{event} {name}")

    return watch


def _peak_bytes() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def _outcome_of(child: int, reading: int) -> Outcome:
    """What the child said, or how it died; it is killed after its time."""
    end = time.monotonic() + SECONDS_PER_CASE
    done, status = os.waitpid(child, os.WNOHANG)
    while not done and time.monotonic() < end:
        time.sleep(0.002)
        done, status = os.waitpid(child, os.WNOHANG)
    if not done:
        _kill(child)
        os.waitpid(child, 0)
        os.close(reading)
        return Outcome("too long", f"more than {SECONDS_PER_CASE} s")
    _kill(child)  # what it started and left behind
    with os.fdopen(reading, "rb") as pipe:
        os.set_blocking(pipe.fileno(), False)
        told = pipe.read() or b""
    if os.WIFSIGNALED(status):
        return Outcome("abort", signal.Signals(os.WTERMSIG(status)).name)
    return Outcome(**json.loads(told)) if told else Outcome("died", f"status {status}")


def _kill(child: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child, signal.SIGKILL)


def fuzz(
    areas: list[str], seconds: float, seed: int, kept: Path, *, is_quiet: bool = False
) -> dict[str, Any]:
    """Run cases of the areas in turn for a time.

    Args:
        areas: names of :data:`AREAS`.
        seconds: for all of them together.
        seed: of all damage.
        kept: folder of what failed.
        is_quiet: whether to say nothing on the way.

    Returns:
        A summary that fits into JSON.
    """
    end = time.monotonic() + seconds
    counts: dict[str, Counter[str]] = {name: Counter() for name in areas}
    failures: list[Failure] = []
    with tempfile.TemporaryDirectory(prefix="fuzz") as scratch:
        seeds = {name: AREAS[name].seeds(_new(Path(scratch), f"seeds-{name}")) for name in areas}
        for name in areas:
            prepare(AREAS[name], seeds[name], _new(Path(scratch), f"whole-{name}"))
        for number, name in _cases(areas, end):
            folder = _new(Path(scratch), "case")
            case = f"{seed}:{number}"
            path, outcome = run_case(AREAS[name], seeds[name], case, folder)
            counts[name][outcome.kind] += 1
            if outcome.is_failure:
                failures.append(_kept(name, case, path, outcome, kept))
            shutil.rmtree(folder, ignore_errors=True)
            if not is_quiet:
                _tell(number, end - time.monotonic(), failures)
    return {"seed": seed, "seconds": seconds, "areas": {name: dict(c) for name, c in counts.items()},
            "failures": [asdict(failure) for failure in failures]}  # fmt: skip


def _cases(areas: list[str], end: float) -> Iterator[tuple[int, str]]:
    number = 0
    while time.monotonic() < end:
        yield number, areas[number % len(areas)]
        number += 1


def _new(parent: Path, name: str) -> Path:
    folder = parent / name
    folder.mkdir()
    return folder


def _kept(area: str, case: str, path: Path, outcome: Outcome, kept: Path) -> Failure:
    kept.mkdir(parents=True, exist_ok=True)
    file = kept / f"{area}-{case.replace(':', '-')}-{path.name}"
    if path.is_file():
        shutil.copyfile(path, file)
    repeat = f"python -m tests.odd.fuzz --area {area} --case {case}"
    return Failure(area, case, str(file), outcome.kind, outcome.told, repeat)


def _tell(number: int, left_s: float, failures: list[Failure]) -> None:
    if number % 50 == 0:
        left = f"{max(0, round(left_s))} s left"
        print(
            f"\r{number} cases, {len(failures)} failures, {left}   ",
            end="",
            file=sys.stderr,
            flush=True,
        )


def again(name: str, case: str) -> int:
    """One case, and what became of it."""
    with tempfile.TemporaryDirectory(prefix="fuzz") as scratch:
        seeds = AREAS[name].seeds(_new(Path(scratch), "seeds"))
        path, outcome = run_case(AREAS[name], seeds, case, _new(Path(scratch), "case"))
        size = path.stat().st_size if path.is_file() else 0
        print(f"{path.name} ({size} bytes): {outcome.kind}. {outcome.told}")
    return int(outcome.is_failure)


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--seconds", type=float, default=3600)
    parser.add_argument("--seed", type=int, default=0, help="0: by the clock")
    parser.add_argument(
        "--area", choices=list(AREAS), action="append", help="may be repeated; all if none"
    )
    parser.add_argument("--case", help="SEED:NUMBER: this one alone")
    parser.add_argument("--kept", type=Path, default=Path("fuzz-failures"))
    parser.add_argument("--json", type=Path, help="Write the summary here.")
    options = parser.parse_args()
    areas = options.area or list(AREAS)
    if options.case:
        return again(areas[0], options.case)
    seed = options.seed or int(time.time())
    summary = fuzz(areas, options.seconds, seed, options.kept)
    text = json.dumps(summary, ensure_ascii=False, indent=1)
    if options.json:
        options.json.write_text(text + "\n", encoding="utf-8")
    print(f"\n{text}")
    for failure in summary["failures"]:
        print(f"{failure['kind']}: {failure['repeat']}", file=sys.stderr)
    return int(bool(summary["failures"]))


if __name__ == "__main__":
    sys.exit(main())

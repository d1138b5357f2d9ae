"""Write a result with its origin: date, commit, machine and command.

Every benchmark writes its JSON through :class:`Record`. It refuses at the start, before anything is
measured, if the working tree differs from its commit: such a figure could not be repeated. ``--dirty``
allows it and marks the commit. Results (``benchmarks/*.json``), README.md and the documentation,
which show them, do not count as differences.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
RESULTS = Path(__file__).parent
DATA_VARIABLE = "DUBBING_DATA_"
"""What the names of environment variables begin with that say where a corpus is."""
DUB = str(Path(sys.executable).with_name("dub"))
GIB = 1 << 30


@dataclass(frozen=True, slots=True)
class Machine:
    """What a figure was measured on."""

    cpu: str
    cores: int
    memory_gib: float
    python: str
    load: float
    """Average number of busy processes over the minute before the start."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a figure comes from; ``machine`` is unknown for results older than this record."""

    date: str
    commit: str
    command: str
    machine: Machine | None
    note: str = ""


class Record:
    """One result file of one run."""

    def __init__(self, path: Path, origin: Origin) -> None:
        self.path, self.origin = path, origin

    @classmethod
    def begin(cls, path: Path, *, allow_dirty: bool = False) -> Record:
        """Note the origin before measuring.

        Raises:
            SystemExit: if the working tree differs from its commit and this is not allowed.
        """
        changed = differences(ROOT)
        if changed and not allow_dirty:
            raise SystemExit(
                f"The working tree differs from its commit ({', '.join(changed[:3])}), so the figures "
                "could not be repeated. Commit first, or pass --dirty."
            )
        commit = head(ROOT) + ("+dirty" if changed else "")
        date = datetime.now(UTC).date().isoformat()
        return cls(path, Origin(date, commit, command_line(sys.orig_argv, os.environ), machine()))

    def write(self, result: Mapping[str, Any]) -> None:
        """Write the result; may be called again with more of it."""
        made = asdict(self.origin)
        if "+" not in self.origin.commit and differences(ROOT, self.origin.commit):
            made["commit"] += "+moved"  # modules that are loaded late may be of another commit
        text = json.dumps({"made": made, **result}, ensure_ascii=False, indent=1) + "\n"
        temporary = self.path.with_suffix(".json.tmp")
        temporary.write_text(text, encoding="utf-8")
        temporary.replace(self.path)


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add ``--json`` and ``--dirty``."""
    parser.add_argument("--json", type=Path, help="Write the result here.")
    parser.add_argument("--dirty", action="store_true", help="Even from an uncommitted tree.")


def begin(options: argparse.Namespace) -> Record | None:
    """Return the record that the options of :func:`add_options` ask for, if any."""
    if options.json is None:
        return None
    return Record.begin(options.json, allow_dirty=options.dirty)


def differences(root: Path, commit: str = "HEAD") -> list[str]:
    """Return the files that differ from the commit, or are in none; without results and documents."""
    changed = _git(root, "diff", "--name-only", commit).splitlines()
    new = _git(root, "ls-files", "--others", "--exclude-standard").splitlines()
    return [path for path in (*changed, *new) if not _is_result(path)]


def _is_result(path: str) -> bool:
    folder, _, name = path.rpartition("/")
    is_document = path == "README.md" or (path.startswith("docs/") and name.endswith(".md"))
    return is_document or (folder == "benchmarks" and name.endswith((".json", ".json.tmp")))


def head(root: Path) -> str:
    """Return the short hash of the commit."""
    return _git(root, "rev-parse", "--short=9", "HEAD").strip()


def _git(root: Path, *words: str) -> str:
    done = subprocess.run(["git", *words], cwd=root, capture_output=True, text=True, check=True)
    return done.stdout


def command_line(words: Sequence[str], environment: Mapping[str, str]) -> str:
    """Return the command without the paths of this machine: corpora by variable, files by name."""
    corpora = {
        value.rstrip("/"): f"${name}"
        for name, value in environment.items()
        if name.startswith(DATA_VARIABLE) and value
    }
    return " ".join(["python", *(_without_place(word, corpora) for word in words[1:])])


def _without_place(word: str, corpora: Mapping[str, str]) -> str:
    for folder in sorted(corpora, key=len, reverse=True):
        if word == folder or word.startswith(f"{folder}/"):
            return corpora[folder] + word[len(folder) :]
    path = Path(word)
    if not path.is_absolute():
        return word
    return str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else path.name


def machine() -> Machine:
    """Describe this machine."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return Machine(
        cpu=_cpu_name() or platform.processor() or platform.machine(),
        cores=os.cpu_count() or 1,
        memory_gib=round(memory / GIB, 1),
        python=platform.python_version(),
        load=round(os.getloadavg()[0], 2),
    )


def _cpu_name() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return ""
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else ""

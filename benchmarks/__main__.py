"""Measure every figure that README shows, and write the tables of README anew.

    make figures                       # what is out of date, one after the other
    python -m benchmarks --list        # what would be measured, how long it takes, what is missing
    python -m benchmarks lips films    # only these
    python -m benchmarks --force       # even what is up to date

A figure is up to date if its result was measured at a commit since which neither its program nor the code
that it measures has changed; so an interrupted run goes on where it stopped. Corpora are found by
environment variables (``DUBBING_DATA_EMODB`` and so on, see ``--list``); a figure without its corpora is
skipped, with the reason.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from benchmarks.catalogue import CORPORA, FIGURES, SAMPLE, Figure, corpora_of
from benchmarks.record import DATA_VARIABLE, RESULTS, ROOT, Record

FRESH = "up to date"


def main() -> None:
    """Choose, list, measure, write README."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", metavar="FIGURE")
    parser.add_argument("--list", action="store_true", help="Measure nothing.")
    parser.add_argument("--force", action="store_true", help="Even what is up to date.")
    parser.add_argument("--dirty", action="store_true", help="Even from an uncommitted tree.")
    options = parser.parse_args()
    unknown = set(options.names) - {figure.name for figure in FIGURES}
    if unknown:
        parser.error(f"There is no figure {', '.join(sorted(unknown))}. See --list.")
    corpora = corpora_of(os.environ)
    chosen = [figure for figure in FIGURES if not options.names or figure.name in options.names]
    reasons = {
        figure.name: reason_to_skip(figure, corpora, force=options.force) for figure in chosen
    }
    show(chosen, reasons)
    if options.list:
        return
    due = [figure for figure in chosen if not reasons[figure.name]]
    if due:
        Record.begin(RESULTS / "figures.json", allow_dirty=options.dirty)  # refuse before the first
    failed = [figure.name for figure in due if not measure(figure, corpora, dirty=options.dirty)]
    subprocess.run([sys.executable, "-m", "benchmarks.readme"], cwd=ROOT, check=True)
    if failed:
        sys.exit(f"Failed: {', '.join(failed)}")


def reason_to_skip(figure: Figure, corpora: Mapping[str, Path], *, force: bool) -> str:
    """Return why a figure cannot or need not be measured; empty if it is due."""
    missing = [DATA_VARIABLE + name for name in figure.needs if name not in corpora]
    if missing:
        return f"needs {', '.join(missing)}"
    if figure.samples and not Path(SAMPLE).is_file():
        return "needs the sample clip: make samples"
    return FRESH if not force and is_fresh(figure) else ""


def is_fresh(figure: Figure) -> bool:
    """Whether nothing that the figure depends on has changed since its commit."""
    path = RESULTS / f"{figure.name}.json"
    if not path.is_file():
        return False
    commit = json.loads(path.read_text(encoding="utf-8"))["made"]["commit"]
    program = f"benchmarks/{figure.name}.py"
    words = ["git", "diff", "--quiet", commit, "--", program, *figure.code]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, check=False)
    return "+" not in commit and done.returncode == 0


def measure(figure: Figure, corpora: Mapping[str, Path], *, dirty: bool) -> bool:
    """Run one benchmark; return whether it ended well."""
    target = RESULTS / f"{figure.name}.json"
    words = [sys.executable, "-m", figure.module, *figure.arguments(corpora)]
    words += ["--json", str(target), *(["--dirty"] if dirty else [])]
    print(f"\n== {figure.name}, about {figure.minutes} minutes", flush=True)
    return subprocess.run(words, cwd=ROOT, check=False).returncode == 0


def show(figures: Sequence[Figure], reasons: Mapping[str, str]) -> None:
    """Print what will be measured, and what is skipped and why."""
    for figure in figures:
        print(
            f"{figure.name:16}{figure.minutes:4} min  {reasons[figure.name] or 'will be measured'}"
        )
    total = sum(figure.minutes for figure in figures if not reasons[figure.name])
    print(f"{'together':16}{total:4} min on two idle cores\n")
    if any(reason.startswith("needs DUBBING") for reason in reasons.values()):
        for name, what in CORPORA.items():
            print(f"{DATA_VARIABLE}{name}: {what}")


if __name__ == "__main__":
    main()

"""Measure how well emotions are recognised in voices of a corpus that nothing was trained on.

    python -m benchmarks.emotion RAVDESS [--json FILE]

The same as `dub evaluate emotion RAVDESS`.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from benchmarks.record import add_options, begin
from dubbing.training.emotion import judge_emotion, read_corpus


def main() -> None:
    """Describe every recording, judge, write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    add_options(parser)
    options = parser.parse_args()
    record = begin(options)
    result = judge_emotion(read_corpus(options.folder, lambda done, total: None))
    print(json.dumps(result, indent=1))
    if record:
        record.write(result)


if __name__ == "__main__":
    main()

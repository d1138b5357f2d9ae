"""Compare the times that the aligner reads from lips with forced alignment of the sound.

    python -m benchmarks.aligner FOLDER [--other FOLDER] [--json FILE]

FOLDER holds clips of GRID as NAME.mpg with NAME.align that the shipped weights were not trained on, or
prepared clips; the other one those of a person of whom no clip was. The same as `dub train aligner
--evaluate FOLDER`.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from benchmarks.record import add_options, begin
from dubbing.cli.workshop import clips_of
from dubbing.timing.evidence import Aligner
from dubbing.training.judge import judged, summary
from dubbing.training.planner_judge import planner_errors


def main() -> None:
    """Judge every clip with a face and words."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--other", type=Path)
    add_options(parser)
    options = parser.parse_args()
    record, look = begin(options), Aligner(None).look
    clips = clips_of(options.folder, [])
    errors = [judged(clip.example, look) for clip in clips]
    result = {"clips": len(clips), **summary(errors), "planner": planner_errors(clips, look)}
    if options.other is not None:
        others = clips_of(options.other, [])
        result["other_clips"] = len(others)
        result["other_planner"] = planner_errors(others, look)
    print(json.dumps(result, indent=1))
    if record:
        record.write(result)


if __name__ == "__main__":
    main()

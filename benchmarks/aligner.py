"""Compare the times that the aligner reads from lips with forced alignment of the sound.

    python -m benchmarks.aligner FOLDER [--json FILE]

FOLDER holds clips of GRID as NAME.mpg with NAME.align that the shipped weights were not trained on. The
same as `dub train aligner --evaluate FOLDER`.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from benchmarks.record import add_options, begin
from dubbing.cli.workshop import duration_model, face_engine
from dubbing.timing.evidence import Aligner
from dubbing.training.grid import film_clips
from dubbing.training.judge import judged, summary


def main() -> None:
    """Judge every clip with a face and words."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    add_options(parser)
    options = parser.parse_args()
    record, look = begin(options), Aligner(None).look
    errors = [
        judged(clip.example, look)
        for clip in film_clips(options.folder, duration_model(), face_engine())
    ]
    result = {"clips": len(errors), **summary(errors)}
    print(json.dumps(result, indent=1))
    if record:
        record.write(result)


if __name__ == "__main__":
    main()

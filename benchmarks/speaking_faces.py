"""How often the face that is taken for the speaker's is the one that a person would name.

    python benchmarks/speaking_faces.py FOLDER    # with interview_two.mp4 and debate_two.mp4

Counts the labelled time in which some line is spoken: right if its mouth is the labelled face's.
"""

import argparse
import json
import tempfile
from pathlib import Path

from dubbing.job import Job, run_job
from dubbing.registry import Engines
from dubbing.settings import Profile
from dubbing.timeline import Timeline
from dubbing.vision.track_file import read_track
from dubbing.workspace import Workspace

HERE = Path(__file__).parent
STEP_MS = 50


def main() -> None:
    """Analyse the clips that are there and print the share of time that is right."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder
    labels = json.loads((HERE / "speaking_faces.json").read_text(encoding="utf-8"))
    engines, total = Engines(keep=True), [0, 0]
    for name, intervals in labels.items():
        film = folder / f"{name}.mp4"
        if name == "about" or not film.is_file():
            continue
        with tempfile.TemporaryDirectory() as place:
            job = Job(film, "zh", Path(place) / "x.mkv", Path(place) / "work", until="faces")
            timeline = run_job(job, Profile(), engines)
            right, counted = judge(timeline, Workspace(Path(place) / "work"), intervals)
        print(f"{name}: {right / counted:.1%} of {counted * STEP_MS / 1000:.1f} s")
        total = [total[0] + right, total[1] + counted]
    if total[1]:
        print(f"together: {total[0] / total[1]:.1%}")


def judge(
    timeline: Timeline, held: Workspace, intervals: list[tuple[float, float, str]]
) -> tuple[int, int]:
    """Steps that are right, and all that count."""
    sides = {
        face.id: "left" if read_track(held.path(face.track)).boxes[0, 0] < 0.5 else "right"
        for face in timeline.faces
    }
    right = counted = 0
    for begin, end, label in intervals:
        for time_ms in range(int(begin * 1000), int(end * 1000), STEP_MS):
            lines = [x for x in timeline.lines if x.span.start_ms <= time_ms < x.span.end_ms]
            if not lines:
                continue
            said = {sides[line.mouth.face] for line in lines if line.mouth}
            counted += 1
            right += bool(said) if label == "both" else label in said
    return right, counted


if __name__ == "__main__":
    main()

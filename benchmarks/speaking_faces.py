"""How often the face that is taken for the speaker's is the one that a person would name.

    python -m benchmarks.speaking_faces FOLDER [--json FILE]   # interview_two.mp4 and debate_two.mp4

Counts the labelled time in which some line is spoken: right if its mouth is the labelled face's.
Where both people talk at once any of the two faces is right, so that time is counted by itself.
"""

import argparse
import json
import tempfile
from collections.abc import Iterable
from pathlib import Path

from benchmarks.record import add_options, begin
from dubbing.job import Job, run_job
from dubbing.registry import Engines
from dubbing.settings import Profile
from dubbing.timeline import Timeline
from dubbing.vision.track_file import read_track
from dubbing.workspace import Workspace

LABELS = Path(__file__).parent / "labels/speaking_faces.json"
STEP_MS = 50


def main() -> None:
    """Analyse the clips that are there; count the time that is right."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    add_options(parser)
    options = parser.parse_args()
    record = begin(options)
    labels = json.loads(LABELS.read_text(encoding="utf-8"))
    engines = Engines(keep=True)
    films = {}
    for name, intervals in labels.items():
        film = options.folder / f"{name}.mp4"
        if name == "about" or not film.is_file():
            continue
        with tempfile.TemporaryDirectory() as place:
            job = Job(film, "zh", Path(place) / "x.mkv", Path(place) / "work", until="faces")
            timeline = run_job(job, Profile(), engines)
            films[name] = judged(timeline, Workspace(Path(place) / "work"), intervals)
        print(name, films[name])
    if record and films:
        record.write({"films": films, "together": together(films.values())})


def judged(
    timeline: Timeline, held: Workspace, intervals: list[tuple[float, float, str]]
) -> dict[str, float]:
    """Return seconds labelled with one face and with both, and of each those that are right."""
    sides = {
        face.id: "left" if read_track(held.path(face.track)).boxes[0, 0] < 0.5 else "right"
        for face in timeline.faces
    }
    steps = dict.fromkeys(("one_s", "one_right_s", "both_s", "both_right_s"), 0)
    for begin_s, end_s, label in intervals:
        kind = "both" if label == "both" else "one"
        for time_ms in range(int(begin_s * 1000), int(end_s * 1000), STEP_MS):
            lines = [x for x in timeline.lines if x.span.start_ms <= time_ms < x.span.end_ms]
            if lines:
                faces = {sides[line.mouth.face] for line in lines if line.mouth}
                steps[f"{kind}_s"] += 1
                steps[f"{kind}_right_s"] += bool(faces) if kind == "both" else label in faces
    return {name: round(n * STEP_MS / 1000, 2) for name, n in steps.items()}


def together(films: Iterable[dict[str, float]]) -> dict[str, float]:
    """Return the sums over films."""
    rows = list(films)
    return {name: round(sum(row[name] for row in rows), 2) for name in rows[0]}


if __name__ == "__main__":
    main()

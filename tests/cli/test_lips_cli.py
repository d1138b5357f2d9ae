"""What a user sees of the lips: drawings, evaluation, training and judging."""

import json
import subprocess
from pathlib import Path

import pytest

from dubbing.media.ffmpeg import ffmpeg_path
from tests.conftest import Dubbed, dub

pytestmark = pytest.mark.slow
UNITS_PER_MS = 25


def words_of(line: dict) -> list[tuple[str, int, int]]:
    """Words and their times from the sample's phonemes."""
    letters = [w.strip(".,?!").lower() for w in line["text"].split()]
    spans, begin, end = [], None, 0
    for symbol, begins, ends in [*line["phonemes"], [" ", 0, 0]]:
        if symbol in " ,.?!":
            if begin is not None:
                spans.append((begin, end))
            begin = None
        else:
            begin, end = begins if begin is None else begin, ends
    assert len(spans) == len(letters)
    return [(word, *span) for word, span in zip(letters, spans, strict=True)]


@pytest.fixture(scope="module")
def clips(samples: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two lines of the portrait, each a clip with its words, as GRID lays them out."""
    folder = tmp_path_factory.mktemp("clips")
    lines = json.loads((samples / "portrait.json").read_text())["lines"]
    for number in (1, 2):
        line = lines[number]
        begin = line["start_ms"] - 400
        film = folder / f"line{number}.mp4"
        subprocess.run(
            [ffmpeg_path(), "-v", "error", "-ss", str(begin / 1000), "-i",
             str(samples / "portrait.mp4"), "-t", str((line["end_ms"] + 400 - begin) / 1000),
             "-c:v", "libx264", "-c:a", "aac", str(film)], check=True,
        )  # fmt: skip
        aligned = [
            f"{(a - begin) * UNITS_PER_MS} {(b - begin) * UNITS_PER_MS} {word}"
            for word, a, b in words_of(line)
        ]
        film.with_suffix(".align").write_text("\n".join(aligned) + "\n")
    return folder


def test_a_line_is_drawn(portrait_zh: Dubbed, tmp_path: Path) -> None:
    picture, drawing = tmp_path / "line.png", tmp_path / "line.svg"
    for target in (picture, drawing):
        result = dub("plot", portrait_zh.workspace, 1, "--to", "zh", "-o", target)
        assert result.returncode == 0, result.stderr
    assert picture.read_bytes().startswith(b"\x89PNG")
    text = drawing.read_text(encoding="utf-8")
    for words in ("this dub", "natural", "stretched", "polyline"):
        assert words in text
    refused = dub("plot", portrait_zh.workspace, 99, "--to", "zh", "-o", picture)
    assert refused.returncode == 2
    assert "There are" in refused.stderr
    assert dub("plot", portrait_zh.workspace, 1, "-o", tmp_path / "line.gif").returncode == 2


def test_a_dub_is_evaluated_beside_its_baselines(portrait_zh: Dubbed, tmp_path: Path) -> None:
    target = tmp_path / "evaluation.json"
    result = dub("evaluate", portrait_zh.workspace, "--to", "zh", "--no-listen", "--json", target)
    assert result.returncode == 0, result.stderr
    assert "natural timing" in result.stdout
    rows = json.loads(target.read_text())["summary"]
    assert rows["ours"]["lines"] == 4
    assert rows["ours"]["overlap"] > rows["natural"]["overlap"]
    assert rows["ours"]["out_of_bounds"] <= 0.02
    assert abs(rows["ours"]["dnsmos"] - rows["natural"]["dnsmos"]) < 0.2


def test_the_report_shows_the_mouths(portrait_zh: Dubbed) -> None:
    report = portrait_zh.report
    assert report["mouths"]["ours"]["lines"] == 4
    assert report["mouths"]["ours"]["overlap"] > report["mouths"]["natural"]["overlap"]
    assert all(line["plan"]["lip_strength"] == 0.5 for line in report["lines"])
    page = (portrait_zh.workspace / "reports/zh/report.html").read_text(encoding="utf-8")
    assert page.count("<svg") == 4
    assert "Mouth and speech" in page


def test_the_aligner_is_judged_on_films_with_word_times(clips: Path, tmp_path: Path) -> None:
    target = tmp_path / "judged.json"
    result = dub("train", "aligner", "--evaluate", clips, "--json", target)
    assert result.returncode == 0, result.stderr
    judged = json.loads(target.read_text())
    assert set(judged["clips"]) == {"line1", "line2"}
    assert judged["summary"]["ours_median_ms"] <= 75
    assert judged["summary"]["better_than_best_baseline"] > 0.2
    empty = tmp_path / "empty"
    empty.mkdir()
    refused = dub("train", "aligner", "--evaluate", empty)
    assert refused.returncode == 2
    assert "NAME.align" in refused.stderr
    assert dub("train", "aligner").returncode == 2


def test_a_network_is_trained_and_goes_on(clips: Path, tmp_path: Path) -> None:
    recipe, out = tmp_path / "tiny.yaml", tmp_path / "out"
    recipe.write_text(
        "{steps: 2, batch_size: 1, spoken_lines: 2, held_out: 1, validate_every: 1}\n"
    )
    arguments = ("train", "aligner", "--data", clips, "--out", out, "--config", recipe)
    result = dub(*arguments)
    assert result.returncode == 0, result.stderr
    assert (out / "aligner.safetensors").is_file()
    assert (out / "aligner.onnx").is_file()
    assert list((out / "curves").glob("events.*"))
    again = dub(*arguments, "--resume", "--evaluate", clips)
    assert again.returncode == 0, again.stderr
    assert "2 of 2 clips" in again.stdout

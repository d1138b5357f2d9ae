"""README and the documentation show what was measured; results say when, where and by what."""

import json
import re
import subprocess
from pathlib import Path

import pytest

from benchmarks import __main__ as driver
from benchmarks import lips_statistics, record, voices
from benchmarks.catalogue import CORPORA, FIGURES, Figure, corpora_of
from benchmarks.pages import FOLDER, PAGES, written
from benchmarks.prose import PARTS
from benchmarks.readme import (
    PART,
    documents,
    filled,
    read_results,
    up_to_date,
    without_parts,
)
from benchmarks.record import RESULTS, ROOT, Record, command_line
from benchmarks.wording import best, table

README = (ROOT / "README.md").read_text(encoding="utf-8")
RESULT_FILES = sorted(RESULTS.glob("*.json"))


# -- documents -----------------------------------------------------------------------------------


def test_documents_are_what_the_results_make_of_them() -> None:
    for path, text in up_to_date(ROOT, read_results(RESULTS)).items():
        assert path.read_text(encoding="utf-8") == text, f"{path.name}: make figures-readme"


def test_no_page_is_left_of_a_figure_that_is_gone() -> None:
    there = {f"{FOLDER}/{path.name}" for path in (ROOT / FOLDER).iterdir()}
    assert there == set(written({}))


def test_a_changed_result_changes_its_page_and_readme() -> None:
    results = dict(read_results(RESULTS))
    edits = [{"line_s": 1.0, "heard_after_s": 77.7}]
    results["review"] = {**results["review"], "edits": edits}
    page = ROOT / FOLDER / "review.md"
    assert "77.7 s" in up_to_date(ROOT, results)[page]
    del results["review"]
    assert "Not measured" in up_to_date(ROOT, results)[page]
    results["emotion"] = {**results["emotion"], "recall": 0.123}
    assert "recall 0.12 " in filled(README, results)
    assert up_to_date(ROOT, results)[ROOT / "README.md"] == filled(README, results)


def test_a_page_says_when_where_and_how_it_was_measured() -> None:
    results = read_results(RESULTS)
    for page in PAGES:
        text = written(results)[page.path]
        for name in set(page.results) & set(results):
            made = results[name]["made"]
            assert f"| {made['date']} | `{made['commit']}` |" in text
            assert made["command"] in text


def test_every_part_is_shown_once_and_exists() -> None:
    texts = [path.read_text(encoding="utf-8") for path in documents(ROOT)]
    by_hand = [name for text in texts for _, name, _, _ in PART.findall(text)]
    assert sorted([*by_hand, *(name for page in PAGES for name in page.parts)]) == sorted(PARTS)
    assert sum(text.count("<!-- figure:") for text in texts) == len(by_hand)


def test_every_result_has_a_page() -> None:
    assert {name for page in PAGES for name in page.results} >= {path.stem for path in RESULT_FILES}


@pytest.mark.parametrize("path", documents(ROOT), ids=lambda path: path.name)
def test_no_number_is_measured_by_hand(path: Path) -> None:
    text = without_parts(path.read_text(encoding="utf-8"))
    for words in (
        r"\d ?%",
        r"\d x (its|faster|real)",
        r"under (a|an) (minute|hour)",
        r"times (faster|its length|real time)",
        r"\d ?(BLEU|chrF|WER|CER|DNSMOS|LSE)\b",
        r"\b(BLEU|chrF|WER|CER|DNSMOS|LSE-[CD])( of| is|:)? \d",
        r"(accuracy|recall|error rate|correlation|cosine)( of| is|:)? \d",
    ):
        assert not re.findall(f".*{words}.*", text), words
    if path.name == "README.md":
        assert not re.findall(r".*\d ?(ms|dB|LUFS|fps|Hz|kHz)\b.*", text)


def test_an_inline_part_stays_in_its_line_and_a_block_has_its_own() -> None:
    text = "a <!-- figure: review -->old<!-- /figure --> b\n<!-- figure: films -->\nx\n<!-- /figure -->\n"
    assert filled(text, {}) == (
        "a <!-- figure: review --><!-- /figure --> b\n<!-- figure: films -->\n<!-- /figure -->\n"
    )


def test_tables_and_bold() -> None:
    assert table(["a", "b"], [["1", "2"]]) == "| a | b |\n| --- | --- |\n| 1 | 2 |"
    assert best([1, 3, 2], ["1", "3", "2"]) == ["1", "**3**", "2"]
    assert best([1, 3, None], ["1", "3", "–"], most=False) == ["**1**", "3", "–"]
    assert best([2, 2], ["2", "2"]) == ["2", "2"]


# -- results -------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", RESULT_FILES, ids=lambda path: path.stem)
def test_every_result_says_where_it_comes_from(path: Path) -> None:
    assert path.stem in {figure.name for figure in FIGURES}
    made = json.loads(path.read_text(encoding="utf-8"))["made"]
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", made["date"])
    assert re.fullmatch(r"[0-9a-f]{7,40}(\+\w+)*", made["commit"])
    assert made["command"]
    assert not re.search(r"(^| )/", made["command"]), "no path of a machine"
    if made["machine"] is not None:
        assert set(made["machine"]) == {"cpu", "cores", "memory_gib", "python", "load"}


def test_summaries_are_those_of_the_rows_beside_them() -> None:
    results = read_results(RESULTS)
    lips, cloned = results["lips"], results["voices"]
    assert lips_statistics.summary(lips["lines"]) == lips["groups"]
    assert voices.summary(cloned["speakers"]) == cloned["summary"]


def test_every_figure_has_a_program() -> None:
    for figure in FIGURES:
        assert (ROOT / f"benchmarks/{figure.name}.py").is_file()
        assert all((ROOT / path).exists() for path in figure.code), figure.name
        assert set(figure.needs) <= set(CORPORA)


# -- the record ----------------------------------------------------------------------------------


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for module in (record, driver):
        monkeypatch.setattr(module, "ROOT", tmp_path)
    monkeypatch.setattr(driver, "RESULTS", tmp_path / "benchmarks")
    (tmp_path / "benchmarks").mkdir()
    (tmp_path / "README.md").write_text("x")
    (tmp_path / "benchmarks/films.py").write_text("x")
    (tmp_path / "dubbing").mkdir()
    (tmp_path / "dubbing/a.py").write_text("x")
    git(tmp_path, "init", "-q")
    commit(tmp_path)
    return tmp_path


def git(place: Path, *words: str) -> None:
    who = ("-c", "user.name=x", "-c", "user.email=x@example.org")
    subprocess.run(["git", *who, *words], cwd=place, check=True, capture_output=True)


def commit(place: Path) -> None:
    git(place, "add", "-A")
    git(place, "commit", "-qm", "x")


def made_at(place: Path, *, allow_dirty: bool = False) -> dict:
    target = place / "benchmarks/films.json"
    begun = Record.begin(target, allow_dirty=allow_dirty)
    begun.write({"value": 1})
    written = json.loads(target.read_text())
    assert written["value"] == 1
    return written["made"]


def test_a_result_carries_date_commit_machine_and_command(repository: Path) -> None:
    made = made_at(repository)
    assert made["commit"] == record.head(repository)
    assert made["machine"]["cores"] >= 1
    assert made["machine"]["python"].startswith("3.")


def test_a_changed_tree_is_refused_unless_allowed_and_then_marked(repository: Path) -> None:
    (repository / "README.md").write_text("made of results")
    (repository / "docs/benchmarks").mkdir(parents=True)
    (repository / "docs/benchmarks/lips.md").write_text("made of results")
    (repository / "benchmarks/lips.json").write_text("{}")
    assert "+" not in made_at(repository)["commit"]
    (repository / "dubbing/new.py").write_text("x")
    with pytest.raises(SystemExit, match=r"dubbing/new\.py"):
        made_at(repository)
    assert made_at(repository, allow_dirty=True)["commit"].endswith("+dirty")


def test_code_that_changes_while_it_is_measured_is_marked(repository: Path) -> None:
    begun = Record.begin(repository / "benchmarks/films.json")
    begun.write({})
    commit(repository)  # a result that is committed meanwhile changes nothing
    begun.write({})
    assert "+" not in json.loads(begun.path.read_text())["made"]["commit"]
    (repository / "dubbing/a.py").write_text("y")
    commit(repository)
    begun.write({})
    assert json.loads(begun.path.read_text())["made"]["commit"].endswith("+moved")


def test_a_figure_is_fresh_until_its_code_changes(repository: Path) -> None:
    figure = Figure("films", 1)
    assert not driver.is_fresh(figure)
    made_at(repository)
    assert driver.is_fresh(figure)
    assert driver.reason_to_skip(figure, {}, force=False) == driver.FRESH
    assert driver.reason_to_skip(figure, {}, force=True) == ""
    (repository / "README.md").write_text("y")
    commit(repository)
    assert driver.is_fresh(figure)
    (repository / "dubbing/a.py").write_text("y")
    commit(repository)
    assert not driver.is_fresh(figure)
    assert driver.is_fresh(Figure("films", 1, code=("benchmarks/films.py",)))


def test_a_figure_without_its_corpora_is_skipped_with_the_reason(tmp_path: Path) -> None:
    needing = Figure("films", 1, needs=("CLIPS", "EMODB"))
    found = corpora_of({"DUBBING_DATA_CLIPS": str(tmp_path), "DUBBING_DATA_EMODB": "/no/where"})
    assert found == {"CLIPS": tmp_path}
    assert driver.reason_to_skip(needing, found, force=True) == "needs DUBBING_DATA_EMODB"


def test_a_command_is_written_without_the_paths_of_the_machine(tmp_path: Path) -> None:
    words = ["/usr/bin/python3", "-m", "benchmarks.films", f"{tmp_path}/a.mp4", "/other/b.mp4",
             "--json", str(ROOT / "benchmarks/films.json")]  # fmt: skip
    said = command_line(words, {"DUBBING_DATA_CLIPS": f"{tmp_path}/", "HOME": "/other"})
    assert said == (
        "python -m benchmarks.films $DUBBING_DATA_CLIPS/a.mp4 b.mp4 --json benchmarks/films.json"
    )


# -- statistics ----------------------------------------------------------------------------------


def observed(clip: str, group: str, language: str, gain: float) -> list[dict]:
    shared = {"clip": clip, "group": group, "language": language, "line": f"{clip} 1",
              "onset_ms": -50.0, "offset_ms": 50.0, "closing_sounds": 2, "closure_hits": 1,
              "pause_agreement": None, "opening_correlation": 0.1, "error_rate": 0.0,
              "dnsmos": 3.0, "phonemes": 10, "out_of_bounds": 1}  # fmt: skip
    values = {"ours": 0.8 + gain, "natural": 0.8, "uniform": 0.8 + gain / 2}
    return [{**shared, "method": method, "overlap": value} for method, value in values.items()]


def clips(n: int, languages: tuple[str, ...]) -> list[dict]:
    return [
        row
        for number in range(n)
        for language in languages
        for row in observed(f"c{number}", "people", language, 0.01 * (number + 1))
    ]


def test_a_clip_dubbed_twice_is_one_observation() -> None:
    once, twice = (lips_statistics.summary(clips(8, of)) for of in (("zh",), ("zh", "es")))
    assert once["people"]["ours_minus"] == twice["people"]["ours_minus"]
    assert once["people"]["methods"] == twice["people"]["methods"]
    assert twice["people"]["clips"] == 8
    assert twice["people"]["dubbed_lines"] == 16
    compared = twice["people"]["ours_minus"]["natural"]["overlap"]
    assert compared["p"] == pytest.approx(2 / 2**8, rel=0.02)
    assert compared["mean"] == pytest.approx(0.045)
    assert 0.01 < compared["low"] < 0.045 < compared["high"] < 0.08


def test_few_clips_are_not_tested_and_groups_stand_apart() -> None:
    rows = clips(5, ("zh",)) + observed("t", "trained", "zh", -0.3)
    of = lips_statistics.summary(rows)
    assert of["people"]["ours_minus"]["natural"]["overlap"]["p"] is None
    assert of["people"]["ours_minus"]["natural"]["overlap"]["low"] is None
    assert of["trained"]["methods"]["ours"]["overlap"] == pytest.approx(0.5)
    assert of["people"]["methods"]["ours"]["onset_ms"] == 50
    assert of["people"]["methods"]["ours"]["closure_hits"] == 0.5
    assert of["people"]["methods"]["ours"]["out_of_bounds"] == 0.1

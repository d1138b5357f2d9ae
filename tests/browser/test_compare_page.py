"""The page of a comparison: listen, choose by keyboard, download, count."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, Page

from dubbing.reviewer.preferences import Key, read_preferences, tally
from dubbing.reviewer.preview import project_script
from tests.conftest import ROOT

PAIRS: list[dict[str, Any]] = [
    {
        "number": number,
        "start_ms": 0,
        "text": f"<b>line</b> {number}",
        "says": {"left": "一", "right": "二"},
        "clips": {side: f"media/{side}.m4a" for side in ("original", "left", "right")},
    }
    for number in (1, 2, 3)
]
KEY = {
    "schema": "dubbing.ComparisonKey/1",
    "id": "t1",
    "dubs": ["ours", "theirs"],
    "swapped": [False, True, False],
}


@pytest.fixture
def page(context: BrowserContext, film_media: Path, tmp_path: Path) -> Page:
    folder = tmp_path / "page"
    shutil.copytree(ROOT / "dubbing" / "reviewer" / "compare_page", folder)
    (folder / "media").mkdir()
    for side, sound in (("original", "original"), ("left", "dub"), ("right", "bed")):
        shutil.copy(film_media / "media" / f"{sound}.m4a", folder / "media" / f"{side}.m4a")
    test = {
        "schema": "dubbing.Comparison/1",
        "id": "t1",
        "film": "film.mp4",
        "target": {"code": "zh", "name": "Chinese"},
        "names": None,
        "pairs": PAIRS,
    }
    script = project_script(test).replace("window.PROJECT", "window.COMPARISON", 1)
    (folder / "comparison.js").write_text(script, encoding="utf-8")
    opened = context.new_page()
    opened.goto((folder / "index.html").as_uri())
    return opened


def test_a_listener_chooses_by_keyboard_and_is_counted(page: Page, tmp_path: Path) -> None:
    assert page.locator("#text").inner_text() == "<b>line</b> 1"
    page.keyboard.press("1")
    assert page.locator("#left").get_attribute("aria-pressed") == "true"
    for key in ("ArrowLeft", "Enter", "ArrowRight", "Enter", "ArrowDown"):
        page.keyboard.press(key)
    page.locator("#score-left").select_option("4")
    page.locator("#listener").fill("Ana")
    page.reload()
    assert page.locator("#progress").inner_text() == "3 of 3 decided"
    with page.expect_download() as arriving:
        page.locator("#download").click()
    path = tmp_path / "preferences.json"
    arriving.value.save_as(path)
    found = tally(Key.model_validate_json(json.dumps(KEY)), [read_preferences(path)])
    assert found.votes == (2, 0)
    assert (found.same, found.scores) == (1, (4.0, None))


def test_nothing_bars_the_way_of_a_listener(page: Page) -> None:
    found = Axe().run(page).response["violations"]
    assert not [rule["id"] for rule in found if rule["impact"] in ("serious", "critical")]

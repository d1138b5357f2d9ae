"""One browser and one set of media for all tests of the page."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.browser.review_project import make_media, make_tone, write_page

FLAGS = [
    "--no-sandbox",
    "--allow-file-access-from-files",
    "--autoplay-policy=no-user-gesture-required",
]
Opener = Callable[..., Page]
PATIENCE_S = 8


def until(page: Page, condition: str) -> None:
    """Wait for something that JavaScript tells; Playwright's own way needs ``eval``, which the
    page's policy forbids."""
    give_up = time.monotonic() + PATIENCE_S
    while not page.evaluate(f"() => Boolean({condition})"):
        assert time.monotonic() < give_up, f"not in {PATIENCE_S} s: {condition}"
        page.wait_for_timeout(15)


@pytest.fixture(scope="session")
def film_media(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with ``media/``; patches of the live server are in it too."""
    folder = tmp_path_factory.mktemp("film")
    make_media(folder)
    (folder / "media/patch").mkdir()
    make_tone(folder / "media/patch/new.wav", 660, 3000)
    return folder


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Debian's Chromium."""
    executable = shutil.which("chromium")
    if executable is None:
        pytest.skip("chromium is not installed")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def context(chromium: Browser) -> Iterator[BrowserContext]:
    """A browser that remembers nothing of other tests."""
    context = chromium.new_context(viewport={"width": 1440, "height": 900}, accept_downloads=True)
    context.set_default_timeout(8000)
    yield context
    context.close()


@pytest.fixture
def expected_complaints() -> list[str]:
    """Words of complaints that a test provokes."""
    return ["409", "ERR_INCOMPLETE_CHUNKED", "ERR_CONNECTION_REFUSED"]


@pytest.fixture
def open_url(context: BrowserContext, expected_complaints: list[str]) -> Iterator[Opener]:
    """Opens an address; whatever else the page complains of fails the test."""
    complaints: list[str] = []

    def open_it(url: str) -> Page:
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(f"{error}"))
        page.on("console", lambda m: complaints.append(m.text) if m.type == "error" else None)
        page.on("dialog", lambda dialog: complaints.append(f"dialog: {dialog.message}"))
        page.goto(url)
        until(page, "window.dubbing && window.dubbing.player")
        return page

    yield open_it
    left = [c for c in complaints if not any(word in c for word in expected_complaints)]
    assert left == []


@pytest.fixture
def open_page(open_url: Opener, film_media: Path, tmp_path: Path) -> Opener:
    """Opens a project from a folder, as a reviewer who was sent it would."""

    def open_it(project: dict[str, Any]) -> Page:
        index = write_page(tmp_path / "preview", project, film_media)
        return open_url(index.as_uri())

    return open_it

"""The reviewer's page on a live server: what it asks, what it does with what it is told."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import until
from tests.browser.live_stub import Stub, serving
from tests.browser.review_project import make_line, make_project
from tests.browser.test_page import LOUDEST_HZ, play

Opener = Callable[..., Page]
PATCH = {"url": "/media/patch/new.wav", "start_ms": 2000, "end_ms": 3800}
PATCH_OFFSETS_MS = """async () => {
  const worst = [];
  for (let i = 0; i < 30; i += 1) {
    await new Promise((done) => setTimeout(done, 20));
    const patch = dubbing.player.patches.heard;
    if (patch) worst.push(Math.abs(patch.time_ms - dubbing.player.master.time_ms));
  }
  return worst;
}"""
HEARD = """() => [...Object.values(dubbing.player.tracks).map((track) => track.element),
  ...dubbing.player.patches.elements].filter((e) => !e.muted && e.volume > 0.001 && !e.paused)
  .map((element) => new URL(element.src).pathname)"""


@pytest.fixture
def live(film_media: Path) -> Iterator[Stub]:
    with serving(make_project(), film_media) as stub:
        yield stub


def path_of(index: int) -> str:
    return f"/api/lines/L{index:010d}/decision"


def test_decisions_go_to_the_server_one_by_one(open_url: Opener, live: Stub) -> None:
    page = open_url(live.url)
    page.keyboard.press("?")
    page.locator("#help button").click()
    page.locator("#list").focus()
    page.keyboard.press("a")
    page.keyboard.press("r")
    (first,) = live.wait_for("PUT", path_of(0))
    (second,) = live.wait_for("PUT", path_of(1))
    assert (first["revision"], second["revision"]) == (0, 0)  # each line has its own
    assert (first["film"], first["language"]) == ("f00d", "zh")
    assert first["decision"]["verdict"] == "accepted"
    assert first["decision"]["base"] == make_line(0)["hash"]
    expect(page.locator("#saved")).to_have_text("Saved")
    page.keyboard.press("Control+z")
    expect(page.locator("#decided-count")).to_have_text("1 of 6 decided")
    *_, undone = live.wait_for("PUT", path_of(1), 2)
    assert (undone["revision"], undone["decision"]) == (2, None)
    page.keyboard.press("e")
    page.keyboard.type("好")
    expect(page.locator("#estimate")).to_contain_text("about 1.00 s of 1.60 s")
    live.wait_for("POST", "/api/estimate")
    page.keyboard.press("Escape")
    with page.expect_download() as arriving:
        page.locator("#download").click()
    assert arriving.value.url.endswith("/api/review.json")


def test_jobs_are_shown_and_can_be_cancelled(open_url: Opener, live: Stub) -> None:
    page = open_url(live.url)
    line, job = "L0000000000", {"type": "job", "line": "L0000000000", "message": "", "share": None}
    live.tell(**job, state="queued")
    expect(page.locator(f"#row-{line}")).to_contain_text("queued")
    live.tell(**{**job, "share": 0.4}, state="running")
    expect(page.locator(f"#row-{line}")).to_contain_text("dubbing 40 %")
    page.locator("#cancel-job").click()
    live.wait_for("DELETE", f"/api/jobs/{line}")
    live.tell(**job, state="cancelled")
    expect(page.locator(".job")).to_be_hidden()
    live.tell(**{**job, "message": "no voice <b>here</b>"}, state="failed")
    expect(page.locator(".job")).to_contain_text("no voice <b>here</b>")
    page.locator("#render").click()
    live.wait_for("POST", "/api/render")
    live.tell(type="job", line=None, state="running", message="", share=0.5)
    expect(page.locator("#render-bar")).to_have_attribute("value", "0.5")
    live.tell(type="job", line=None, state="done", message="", share=None)
    expect(page.locator("#announcer")).to_have_text("The film is rendered.")
    expect(page.locator("#render")).to_be_enabled()


@pytest.mark.slow
def test_a_line_dubbed_anew_is_heard_at_once(open_url: Opener, live: Stub) -> None:
    page = open_url(live.url)
    anew = {**make_line(1), "says": "新的一句。", "hash": "new"}
    live.tell(type="line", line=anew, patch=PATCH)
    expect(page.locator("#row-L0000000001")).to_contain_text("新的一句。")
    page.evaluate("dubbing.player.seek(1500)")
    play(page)
    until(page, "dubbing.player.time_ms > 2300")
    assert page.evaluate(HEARD) == ["/media/patch/new.wav"]
    offsets_ms = page.evaluate(PATCH_OFFSETS_MS)
    assert offsets_ms
    assert max(offsets_ms) < 40
    page.keyboard.press("b")
    assert page.evaluate(HEARD) == ["/media/original.m4a"]
    page.keyboard.press("b")
    until(page, "dubbing.player.time_ms > 3850")
    assert page.evaluate(HEARD) == ["/media/dub.m4a"]
    page.evaluate("dubbing.player.seek(2500)")
    until(page, "dubbing.player.time_ms > 2550")
    assert page.evaluate(HEARD) == ["/media/patch/new.wav"]
    peaks = live.project["media"]["peaks"]
    live.tell(type="film", media={"dub": "/media/dub.m4a?v=2"}, peaks=peaks)
    until(page, "dubbing.player.patches.size === 0")
    page.keyboard.press("Space")
    until(page, "dubbing.player.state === 'playing' && dubbing.player.time_ms > 2600")
    assert page.evaluate("dubbing.player.tracks.dub.element.src").endswith("?v=2")
    assert page.evaluate(LOUDEST_HZ) == pytest.approx(440, abs=8)


def test_after_a_lost_connection_the_page_is_up_to_date(open_url: Opener, live: Stub) -> None:
    page = open_url(live.url)
    until(page, "dubbing.app.review.keeper.revision === 0")
    while not live.listeners:
        page.wait_for_timeout(20)
    told = {"verdict": "rejected", "at": "2026-01-01T00:00:00Z"}
    live.project["lines"][2].update(says="后来的。", decision=told)
    live.project["revision"] = live.revision = 7
    live.project["patches"] = {"L0000000001": PATCH}
    live.hang_up()
    expect(page.locator("#row-L0000000002")).to_contain_text("后来的。")
    expect(page.locator("#decided-count")).to_have_text("1 of 6 decided")
    assert page.evaluate("dubbing.player.patches.size") == 1
    expect(page.locator("#saved")).to_have_text("Saved")
    page.keyboard.press("a")
    assert live.wait_for("PUT", path_of(0))[-1]["revision"] == 7

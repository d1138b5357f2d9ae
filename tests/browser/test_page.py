"""The reviewer's page in a real browser: what a dubbing director sees, hears and sends back."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.conftest import until
from tests.browser.review_project import PAGE, TONES_HZ, make_project, project_script

Opener = Callable[..., Page]

LOUDEST_HZ = """async () => {
  const tracks = Object.values(dubbing.player.tracks);
  const heard = tracks.filter((track) => !track.isSilent);
  if (heard.length !== 1) throw new Error(`${heard.length} elements are heard`);
  const context = new AudioContext();
  const ear = context.createAnalyser();
  ear.fftSize = 8192;
  ear.smoothingTimeConstant = 0;
  context.createMediaStreamSource(heard[0].element.captureStream()).connect(ear);
  const bins = new Float32Array(ear.frequencyBinCount);
  const until = performance.now() + 3000;
  let [best, before] = [0, -1];
  do {
    before = best;
    await new Promise((done) => setTimeout(done, 100));
    ear.getFloatFrequencyData(bins);
    best = bins.indexOf(Math.max(...bins));
  } while (performance.now() < until && (bins[best] < -50 || best < 10 || best !== before));
  await context.close();
  return (best * context.sampleRate) / ear.fftSize;
}"""
OFFSETS_MS = """async (seconds) => {
  const until = performance.now() + seconds * 1000;
  const worst = [];
  while (performance.now() < until) {
    await new Promise((done) => setTimeout(done, 20));
    const { original_ms, dub_ms, bed_ms } = dubbing.player.offsets();
    worst.push(Math.max(...[original_ms, dub_ms, bed_ms].map(Math.abs)));
  }
  return worst;
}"""
OVERFLOWING = """() => [...document.querySelectorAll(
  'html, body, #lines, #words, #detail, #time, .top, .panel, .line')]
  .filter((box) => box.scrollWidth > box.clientWidth + 1)
  .filter((box) => getComputedStyle(box).overflowX !== 'hidden')
  .map((box) => box.id || box.className)"""
FRAME_GAPS_MS = """() => {
  cancelAnimationFrame(window.looking);
  window.gaps = [];
  let before = performance.now();
  const look = (now) => { gaps.push(now - before); before = now; looking = requestAnimationFrame(look); };
  window.looking = requestAnimationFrame(look);
}"""


def state(page: Page) -> str:
    return str(page.evaluate("dubbing.player.state"))


def play(page: Page) -> None:
    page.keyboard.press("Space")
    until(page, "dubbing.player.state === 'playing' && dubbing.player.time_ms > 30")


def selected(page: Page) -> int:
    return int(page.evaluate("dubbing.app.selected.number"))


def download(page: Page, reviewer: str = "Ana") -> dict[str, Any]:
    page.locator("#download").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("ControlOrMeta+A")
    page.keyboard.type(reviewer)
    with page.expect_download() as arriving:
        page.keyboard.press("Enter")
    assert arriving.value.suggested_filename == "review.json"
    return dict(json.loads(Path(arriving.value.path()).read_text(encoding="utf-8")))


def take_in(page: Page, content: str) -> str:
    page.locator("#announcer").evaluate("e => { e.textContent = ''; }")
    file = {"name": "review.json", "mimeType": "application/json", "buffer": content.encode()}
    page.locator("#import-file").set_input_files(file)  # type: ignore[arg-type]
    expect(page.locator("#announcer")).not_to_be_empty()
    return page.locator("#announcer").inner_text()


def test_it_opens_from_a_folder(open_page: Opener) -> None:
    page = open_page(make_project())
    expect(page.locator("h1")).to_have_text("harbour.mp4")
    expect(page.locator("#list [role=option]")).to_have_count(6)
    expect(page.locator("#decided-count")).to_have_text("0 of 6 decided")
    until(page, "document.getElementById('picture').videoWidth === 320")
    assert page.locator("#translation").input_value() == "船中午开。"
    until(page, "dubbing.app.waves.px_per_s > 10")


@pytest.mark.slow
def test_a_and_b_are_heard_at_the_same_instant(open_page: Opener) -> None:
    page = open_page(make_project())
    play(page)
    until(page, "dubbing.player.time_ms > 400")
    for key, source in (("", "dub"), ("b", "original"), ("b", "dub"), ("m", "bed")):
        if key:
            before_ms, after_ms = page.evaluate(
                f"""() => {{
                  const before = dubbing.player.time_ms;
                  document.dispatchEvent(new KeyboardEvent('keydown', {{ key: '{key}' }}));
                  return [before, dubbing.player.time_ms];
                }}"""
            )
            assert abs(after_ms - before_ms) < 40
        assert page.evaluate("dubbing.player.source") == source
        assert page.evaluate(LOUDEST_HZ) == pytest.approx(TONES_HZ[source], abs=8)


@pytest.mark.slow
def test_all_sounds_keep_within_40_ms(open_page: Opener) -> None:
    page = open_page(make_project())
    page.evaluate("dubbing.player.play()")
    for change in ("", "seek(6000)", "setRate(1.5)", "choose('original')", "setRate(1)"):
        offsets_ms: list[float] = []
        for _ in range(5):  # a machine that stops for 100 ms may take the sounds apart once
            page.evaluate(f"void dubbing.player.{change}" if change else "0")
            offsets_ms = page.evaluate(OFFSETS_MS, 0.8)
            if max(offsets_ms) < 40 and median(offsets_ms) < 15:
                break
        assert max(offsets_ms) < 40, change
        assert median(offsets_ms) < 15, change


@pytest.mark.slow
def test_a_loop_returns_and_the_end_stops(open_page: Opener) -> None:
    page = open_page(make_project())
    page.keyboard.press("o")
    until(page, "dubbing.player.time_ms > 1300")
    until(page, "dubbing.player.time_ms < 900")
    assert max(page.evaluate(OFFSETS_MS, 0.4)) < 40
    page.keyboard.press("o")
    page.evaluate("dubbing.player.seek(11600)")
    until(page, "dubbing.player.state === 'paused'")
    assert page.evaluate("dubbing.player.time_ms") == pytest.approx(12_000, abs=50)
    play(page)
    assert page.evaluate("dubbing.player.time_ms") < 3_000


def test_frames_and_seconds_step(open_page: Opener) -> None:
    page = open_page(make_project())
    page.keyboard.press("ArrowDown")
    expect(page.locator("#timecode")).to_have_text("00:00:02:05")
    page.keyboard.press("ArrowRight")
    expect(page.locator("#timecode")).to_have_text("00:00:02:06")
    page.keyboard.press("Shift+ArrowRight")
    expect(page.locator("#timecode")).to_have_text("00:00:03:06")
    page.keyboard.press("ArrowLeft")
    expect(page.locator("#timecode")).to_have_text("00:00:03:05")
    page.keyboard.press("l")
    page.keyboard.press("l")
    assert page.evaluate("dubbing.player.rate") == 1.5
    page.keyboard.press("k")
    assert (state(page), page.evaluate("dubbing.player.rate")) == ("paused", 1)
    page.evaluate("dubbing.player.seek(9000)")
    page.keyboard.press("j")
    until(page, "dubbing.player.time_ms < 8800")
    page.keyboard.press("k")


def test_three_lines_by_keyboard_alone(open_page: Opener) -> None:
    project = make_project()
    page = open_page(project)
    page.keyboard.press("e")
    page.keyboard.press("ControlOrMeta+A")
    page.keyboard.type("船十二点开。")
    page.keyboard.press("ControlOrMeta+Enter")
    page.keyboard.press("a")
    assert selected(page) == 2
    page.keyboard.press("r")
    page.keyboard.press("n")
    page.keyboard.type("too stiff, a b r u")
    page.keyboard.press("Enter")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("e")
    page.keyboard.type("no")
    page.keyboard.press("Escape")
    page.keyboard.press("[")
    page.keyboard.press("[")
    page.keyboard.press("]")
    page.keyboard.press("]")
    page.keyboard.press("Shift+]")
    page.keyboard.press("a")
    review = download(page)
    decisions = review.pop("decisions")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", review.pop("written_at"))
    assert review == {
        "schema": "dubbing.Review/1",
        "film": {"name": "harbour.mp4", "fingerprint": "f00d"},
        "target_language": "zh",
        "timeline": "0" * 64,
        "reviewer": "Ana",
    }
    lines = project["lines"]
    for decision in decisions.values():
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", decision.pop("at"))
    assert decisions == {
        lines[0]["id"]: {"verdict": "accepted", "text": "船十二点开。", "base": lines[0]["hash"]},
        lines[1]["id"]: {
            "verdict": "rejected",
            "note": "too stiff, a b r u",
            "base": lines[1]["hash"],
        },
        lines[2]["id"]: {
            "verdict": "accepted",
            "start_ms": 4200 - 50,
            "end_ms": 5800 + 25,
            "base": lines[2]["hash"],
        },
    }


def test_the_program_reads_what_the_page_writes(open_page: Opener) -> None:
    review_file = pytest.importorskip("dubbing.reviewer.review_file")
    page = open_page(make_project())
    page.locator("[data-candidate='1']").click()
    page.locator("#mood").select_option("angry")
    page.locator("#voice").select_option("zm_yunxi")
    page.locator("#lips").fill("0.9")
    page.keyboard.press("a")
    review = review_file.parse_review(json.dumps(download(page)).encode(), "review.json")
    (line,) = review.decisions.values()
    assert (line.candidate, line.text, line.voice) == (1, "船中午开吧。", "zm_yunxi")
    assert (line.emotion.label, line.lip_strength) == ("angry", 0.9)


def test_a_slot_stays_between_its_neighbours(open_page: Opener) -> None:
    page = open_page(make_project())
    for _ in range(12):
        page.keyboard.press("[")
        page.keyboard.press("]")
    assert page.locator("#slot-start").input_value() == "0"
    assert page.locator("#slot-end").input_value() == "2000"
    page.locator("#slot-end").fill("900")
    page.keyboard.press("Tab")
    page.locator("[data-mode=slide]").click()
    for _ in range(3):
        page.keyboard.press("]")
    assert page.locator("#slot-start").input_value() == "75"
    assert page.locator("#slot-end").input_value() == "975"


def test_the_timeline_is_clicked_and_dragged(open_page: Opener) -> None:
    page = open_page(make_project())
    until(page, "dubbing.app.waves.px_per_s > 10")
    page.wait_for_timeout(150)
    box = page.locator("#waves").bounding_box()
    assert box is not None
    px_per_s = page.evaluate("dubbing.app.waves.px_per_s")

    def at(ms: float) -> tuple[float, float]:
        return box["x"] + ms / 1000 * px_per_s, box["y"] + 40

    page.mouse.click(*at(3000))
    assert selected(page) == 2
    assert page.evaluate("dubbing.player.time_ms") == pytest.approx(3000, abs=20)
    page.wait_for_timeout(100)
    x, y = at(3800)
    page.mouse.move(x - 2, y)
    page.mouse.down()
    page.mouse.move(*at(3900), steps=5)
    page.mouse.up()
    assert float(page.locator("#slot-end").input_value()) == pytest.approx(3900, abs=30)
    assert page.locator("#slot-start").input_value() == "2200"
    assert selected(page) == 2


def test_undo_and_redo(open_page: Opener) -> None:
    page = open_page(make_project())
    page.keyboard.press("r")
    page.locator("#mood").select_option("sad")
    page.locator("#list").focus()
    page.keyboard.press("Control+z")
    expect(page.locator("#mood")).to_have_value("")
    page.keyboard.press("Control+z")
    expect(page.locator("#decided-count")).to_have_text("0 of 6 decided")
    page.keyboard.press("Control+Shift+z")
    expect(page.locator("#decided-count")).to_have_text("1 of 6 decided")
    assert page.evaluate("dubbing.app.review.decisions.length") == 1


def test_decisions_survive_a_reload(open_page: Opener) -> None:
    page = open_page(make_project())
    page.keyboard.press("a")
    page.keyboard.press("r")
    expect(page.locator("#saved")).to_have_text("Saved in this browser")
    before = page.evaluate("dubbing.app.review.decisions")
    page.reload()
    until(page, "window.dubbing && window.dubbing.player")
    assert page.evaluate("dubbing.app.review.decisions") == before
    expect(page.locator("#decided-count")).to_have_text("2 of 6 decided")


def test_what_was_decided_before_is_known_and_can_be_taken_back(open_page: Opener) -> None:
    project = make_project()
    first, second, third, fourth = project["lines"][:4]
    told = {"at": "2026-01-01T00:00:00Z"}
    first["decision"] = {"verdict": "accepted", "base": "another", **told}
    second["decision"] = {"verdict": "rejected", "base": second["hash"], **told}
    third["locked"] = True
    fourth["kept"] = "sung"
    page = open_page(project)
    rows = page.locator("#list [role=option]")
    expect(rows.nth(0)).to_contain_text("changed")
    expect(rows.nth(1)).not_to_contain_text("changed")
    expect(rows.nth(2)).to_contain_text("locked")
    expect(page.locator("#words .badges")).to_contain_text("changed since")
    expect(page.locator("#decided-count")).to_have_text("3 of 5 decided")
    page.keyboard.press("a")
    expect(page.locator("#list [role=option]").nth(0)).not_to_contain_text("changed")
    page.locator("#clear").click()
    assert set(page.evaluate("dubbing.app.review.decision('L0000000001')")) == {"at", "base"}
    for _ in range(2):
        page.keyboard.press("ArrowDown")
    page.keyboard.press("a")
    expect(page.locator("#announcer")).to_contain_text("nothing to decide")
    assert page.evaluate("dubbing.app.review.decision('L0000000003')") is None


def test_filters_and_search(open_page: Opener) -> None:
    page = open_page(make_project(24))
    shown = page.locator("#shown-count")
    page.locator("[data-which=flagged]").click()
    expect(shown).to_have_text("6 of 24")
    page.locator("[data-which=all]").click()
    page.locator("#speaker-filter").select_option("S2")
    expect(shown).to_have_text("8 of 24")
    page.locator("#speaker-filter").select_option("")
    page.keyboard.press("Escape")
    page.locator("#list").focus()
    page.keyboard.press("/")
    page.keyboard.type("PETER (9)")
    expect(shown).to_have_text("1 of 24")
    page.keyboard.press("ControlOrMeta+A")
    page.keyboard.type("最美好")
    expect(shown).to_have_text("4 of 24")
    page.keyboard.press("ControlOrMeta+A")
    page.keyboard.type("nowhere at all")
    expect(page.locator("#no-lines")).to_be_visible()
    page.keyboard.press("ControlOrMeta+A")
    page.keyboard.press("Delete")
    page.keyboard.press("Escape")
    page.keyboard.press("a")
    page.keyboard.press("f")
    assert selected(page) == 6
    page.locator("[data-which=undecided]").click()
    expect(shown).to_have_text("23 of 24")
    page.locator("[data-which=decided]").click()
    expect(shown).to_have_text("1 of 24")


def test_the_time_that_a_text_takes_is_told_while_typing(open_page: Opener) -> None:
    page = open_page(make_project())
    expect(page.locator("#estimate")).to_have_text("about 0.84 s of 1.60 s: short")
    page.locator("#translation").fill("船 12 点开，明天不开。")
    expect(page.locator("#estimate")).to_have_text("about 1.74 s of 1.60 s: fits")
    page.locator("#translation").fill("长" * 20)
    expect(page.locator("#estimate")).to_contain_text("too long, ×2.33")
    counts = page.evaluate("""() => [
      dubbing.units('漢字かなカナ99、。', 'ja'), dubbing.units('Peut-être à Noël, shh', 'fr'),
      dubbing.units('नमस्ते आप', 'hi'), dubbing.units('', 'en')]""")
    assert counts[0] == 8
    assert counts[1:] == [6, 6, 0]


def leaf_through(page: Page) -> float:
    """Scroll, search, filter, decide; gives the longest wait for a frame, in milliseconds."""
    page.evaluate(FRAME_GAPS_MS)
    page.evaluate("""async () => {
      const list = document.getElementById('list');
      list.scrollTop = 0;
      for (let i = 0; i < 40; i += 1) {
        list.scrollTop += i < 30 ? 600 : 12000;
        await new Promise(requestAnimationFrame);
      }
    }""")
    page.keyboard.press("/")
    page.keyboard.type("summer 12")
    page.keyboard.press("ControlOrMeta+A")
    page.keyboard.press("Delete")
    page.keyboard.press("Escape")
    for which in ("flagged", "undecided", "all"):
        page.locator(f"[data-which={which}]").click()
    for key in ("a", "ArrowDown", "End"):
        page.keyboard.press(key)
    page.wait_for_timeout(100)
    return float(max(page.evaluate("gaps")))


def loaded_ms(page: Page) -> float:
    return float(page.evaluate("performance.getEntriesByType('navigation')[0].domComplete"))


def reloaded_ms(page: Page) -> float:
    page.reload()
    return loaded_ms(page)


@pytest.mark.slow
def test_two_thousand_lines_stay_smooth(open_page: Opener) -> None:
    # The longest of hundreds of frames also tells what else the machine did: the best of six is ours,
    # and so is the best of three loads.
    page = open_page(make_project(2000))
    assert any(loaded_ms(page) < 2000 or reloaded_ms(page) < 2000 for _ in range(3))
    until(page, "dubbing.app.waves.px_per_s > 3 && dubbing.app.waves.px_per_s < 401")
    page.wait_for_timeout(300)
    assert any(leaf_through(page) < 100 for _ in range(6))
    assert page.locator("#list [role=option]").count() < 60


@pytest.mark.slow
@pytest.mark.parametrize("colours", ["light", "dark"])
def test_nothing_bars_the_way(open_page: Opener, colours: str) -> None:
    project = make_project(12)
    project["lines"][1]["decision"] = {
        "verdict": "rejected",
        "note": "so",
        "base": "old",
        "at": "1",
    }
    project["lines"][2]["kept"] = "sung"
    page = open_page(project)
    page.evaluate(f"document.documentElement.dataset.theme = '{colours}'")
    page.locator("#theme").evaluate("b => document.dispatchEvent(new Event('themechange'))")
    page.keyboard.press("a")
    page.wait_for_timeout(200)
    found = Axe().run(page).response["violations"]
    page.keyboard.press("?")
    found += Axe().run(page, context="#help").response["violations"]
    grave = [
        (v["id"], v["impact"], [n["target"] for n in v["nodes"]][:3])
        for v in found
        if v["impact"] in ("serious", "critical")
    ]
    assert grave == []


def test_hostile_text_is_only_text(open_page: Opener) -> None:
    evil = "<script>window.hit=1</script><img src=x onerror='window.hit=1'>\"'`${hit}\u202e\u0000\u0007 "
    project = make_project(4)
    for line, text in zip(
        project["lines"], [evil, "W" * 10_000, evil * 100, "\u202e\u2066" * 5_000], strict=True
    ):
        line.update(text=text, says=text, kept="", flags=[text], voice=text)
        line["candidates"][0].update(text=text, origin=text, flags=[text])
        line["check"]["heard"] = text
        line["timing"].update(verdict=text, rungs=[text])
        line["emotion"]["senses"][0]["labels"][0][0] = text
        line["delivery"]["reason"] = text
        line["phonemes"][0][0] = text
    project["speakers"][0].update(name=evil, voice_reason=evil)
    project["speakers"][1].update(name="N" * 10_000)
    project["film"]["name"] = evil
    page = open_page(project)
    for _ in range(4):
        page.wait_for_timeout(60)
        assert page.evaluate(OVERFLOWING) == []
        page.keyboard.press("ArrowDown")
    page.locator("#theme").click()
    assert page.evaluate("window.hit") is None
    assert page.locator("img, main script").count() == 0


def test_the_help_lists_the_keys_and_escape_closes_it(open_page: Opener) -> None:
    page = open_page(make_project())
    page.keyboard.press("?")
    expect(page.locator("#help")).to_be_visible()
    for key in ["Space", *"JKLAREBMONUF?/", "Ctrl+Z"]:
        expect(
            page.locator("#help kbd", has_text=re.compile(rf"^{re.escape(key)}$"))
        ).to_be_visible()
    page.keyboard.press("a")
    assert page.evaluate("dubbing.app.review.decisions.length") == 0
    page.keyboard.press("Escape")
    expect(page.locator("#help")).to_be_hidden()


def test_an_earlier_review_is_merged(open_page: Opener) -> None:
    page = open_page(make_project())
    page.keyboard.press("a")
    review = download(page)
    review["decisions"] = {
        "L0000000000": {"verdict": "rejected", "at": "2020-01-01T00:00:00Z"},
        "L0000000003": {"verdict": "rejected", "note": "no", "at": "2020-01-01T00:00:00Z"},
        "L9999999999": {"verdict": "accepted", "at": "2020-01-01T00:00:00Z"},
    }
    said = take_in(page, json.dumps(review))
    assert said == (
        "Decisions taken: 1; older than ours: 1; about lines that this dub does not have: 1."
    )
    expect(page.locator("#decided-count")).to_have_text("2 of 6 decided")
    before = page.evaluate("dubbing.app.review.decisions")
    for content, why in [
        ("{", "not JSON"),
        ('{"schema": "other"}', "not a review"),
        (json.dumps({**review, "film": {"fingerprint": "x"}}), "another film"),
        (json.dumps({**review, "target_language": "fr"}), "another language"),
        (json.dumps({**review, "decisions": {"L0": {"text": 5}}}), "“text” is not"),
        (json.dumps({**review, "decisions": []}), "no decisions"),
    ]:
        assert why in take_in(page, content)
    assert page.evaluate("dubbing.app.review.decisions") == before


def test_a_page_in_a_single_file_plays(open_url: Opener, film_media: Path, tmp_path: Path) -> None:
    kinds = {".m4a": "audio/mp4", ".mp4": "video/mp4"}
    media = {
        f"media/{path.name}": f"data:{kinds[path.suffix]};base64,"
        + base64.b64encode(path.read_bytes()).decode()
        for path in (film_media / "media").iterdir()
        if path.suffix in kinds
    }
    project = project_script(make_project()) + f"window.MEDIA = {json.dumps(media)};"

    def script(found: re.Match[str]) -> str:
        text = project if found[1] == "project.js" else (PAGE / found[1]).read_text()
        assert "</script" not in text
        return f"<script>{text}</script>"

    html = (PAGE / "index.html").read_text(encoding="utf-8")
    html = re.sub(r'<script src="([^"]+)"></script>', script, html)
    html = re.sub(
        r'<link rel="stylesheet" href="([^"]+)">',
        lambda found: f"<style>{(PAGE / found[1]).read_text()}</style>",
        html,
    )
    (tmp_path / "one.html").write_text(html, encoding="utf-8")
    page = open_url((tmp_path / "one.html").as_uri())
    page.evaluate("dubbing.player.seek(6000)")
    play(page)
    assert page.evaluate("dubbing.player.time_ms") > 5900
    assert page.evaluate(LOUDEST_HZ) == pytest.approx(440, abs=8)
    assert page.evaluate("dubbing.player.tracks.dub.element.src").startswith("blob:")


def test_sound_alone_has_no_picture(open_page: Opener) -> None:
    project = make_project(has_picture=False)
    project["media"]["bed"] = None
    for line in project["lines"]:
        line.update(lips=None, phonemes=[], pace=None, timing=None, check=None, emotion=None)
        line.update(delivery=None, candidates=[], dub_start_ms=None, dub_end_ms=None)
    page = open_page(project)
    expect(page.locator("#picture-box")).to_be_hidden()
    expect(page.locator("[data-source=bed]")).to_be_disabled()
    expect(page.locator("#estimate")).to_contain_text("not known")
    play(page)
    assert page.evaluate("dubbing.player.offsets()").keys() == {"original_ms", "dub_ms", "bed_ms"}
    assert page.evaluate("dubbing.player.offsets().bed_ms") is None
    assert abs(page.evaluate("dubbing.player.offsets().original_ms")) < 40
    page.keyboard.press("ArrowDown")
    page.keyboard.press("a")
    expect(page.locator("#decided-count")).to_have_text("1 of 6 decided")


def test_a_film_without_lines_says_so(open_page: Opener) -> None:
    page = open_page(make_project(0))
    expect(page.locator("#no-lines")).to_have_text("This film has no lines: nobody speaks in it.")
    for key in ("ArrowDown", "a", "r", "e", "n", "[", "o", "u", "f", "Enter", "Control+z"):
        page.keyboard.press(key)
    play(page)


def test_right_to_left_text_has_its_direction(open_page: Opener) -> None:
    project = make_project()
    project["film"]["target"] = {"code": "ar", "name": "Arabic", "dir": "rtl"}
    project["lines"][0]["says"] = "القارب يغادر ظهرًا."
    page = open_page(project)
    expect(page.locator("#translation")).to_have_attribute("dir", "rtl")
    says = page.locator("#list [role=option] .says bdi").first
    expect(says).to_have_attribute("lang", "ar")
    expect(says).to_have_attribute("dir", "rtl")


def test_it_fits_a_tablet(open_page: Opener) -> None:
    page = open_page(make_project())
    for width, height in ((768, 1024), (820, 1180), (1920, 1080)):
        page.set_viewport_size({"width": width, "height": height})
        page.wait_for_timeout(80)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        for part in ("#accept", "#play", "#list", "#waves"):
            box = page.locator(part).bounding_box()
            assert box is not None
            assert box["x"] >= 0
            assert box["x"] + box["width"] <= width
            assert box["y"] + box["height"] <= height


def test_a_fault_that_is_meant_is_flagged_no_more(open_page: Opener) -> None:
    project = make_project()
    place = next(n for n, line in enumerate(project["lines"]) if line["flags"])
    project["lines"][place]["flags"] = ["translation: number lost", "fast"]
    page = open_page(project)
    row, meant = page.locator(f"#row-L{place:010d}"), page.locator("#words .faults button")
    row.click()
    expect(meant).to_have_text("number lost: I mean it")
    expect(row).to_contain_text("translation: number lost")
    meant.focus()
    page.keyboard.press("Space")
    expect(meant).to_have_attribute("aria-pressed", "true")
    expect(row).not_to_contain_text("number lost")
    expect(page.locator("#words .badges")).to_contain_text("fast")
    page.keyboard.press("Space")
    expect(row).to_contain_text("translation: number lost")
    page.keyboard.press("Space")
    page.locator("#accept").click()
    decision = page.evaluate(f"dubbing.app.review.decision('L{place:010d}')")
    assert (decision["verdict"], decision["flags_accepted"]) == ("accepted", ["number lost"])
    page.evaluate(f"dubbing.app.review.say(dubbing.app.review.byId.get('L{place:010d}'), '新的。')")
    decision = page.evaluate(f"dubbing.app.review.decision('L{place:010d}')")
    assert "flags_accepted" not in decision  # another text has its own faults


def test_two_tabs_of_a_page_without_a_server_ask_as_well(open_page: Opener) -> None:
    one, two = open_page(make_project()), open_page(make_project())
    two.bring_to_front()
    two.locator("#list").focus()
    two.keyboard.press("e")
    two.keyboard.type("我的")
    one.evaluate("dubbing.app.review.say(dubbing.app.selected, '他们的')")
    expect(two.locator(".contest")).to_contain_text("他们的")
    two.keyboard.press("ControlOrMeta+Enter")
    expect(two.locator("#saved")).to_have_text("Not saved: choose (line 1)")
    assert Axe().run(two, context="#words").response["violations"] == []
    two.keyboard.press("t")
    expect(two.locator("#translation")).to_have_value("他们的")
    one.evaluate("dubbing.app.review.say(dubbing.app.review.lines[1], '另一句')")
    two.evaluate("dubbing.app.review.say(dubbing.app.review.lines[2], '第三句')")
    third = open_page(make_project())
    texts = third.evaluate("dubbing.app.review.lines.map((l) => dubbing.app.review.wished(l).text)")
    assert [texts[0], texts[1], texts[2]] == ["他们的", "另一句", "第三句"]

"""No edit is lost or overwritten: two tabs, and a server that is killed, restarted or replaced."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.review_server import Review

Opener = Callable[..., Page]


@pytest.fixture
def review(tmp_path: Path) -> Iterator[Review]:
    found = Review(tmp_path / "film.dub")
    yield found
    found.kill()


@pytest.fixture
def two_tabs(review: Review, open_url: Opener) -> tuple[Page, Page]:
    """Two pages of one review that know line 1."""
    address = review.start()
    pages = open_url(address), open_url(address)
    for page in pages:
        page.evaluate("dubbing.app.server.ask('GET', '/')")
    return pages


def type_text(page: Page, text: str) -> None:
    """Type a translation without keeping it."""
    page.bring_to_front()
    page.locator("#list").focus()
    page.keyboard.press("e")
    page.keyboard.press("ControlOrMeta+A")
    page.keyboard.type(text)


def keep(page: Page) -> None:
    page.keyboard.press("ControlOrMeta+Enter")


def edit(page: Page, text: str) -> None:
    type_text(page, text)
    keep(page)


def set_mood(page: Page) -> None:
    page.locator("#mood").select_option("sad")


def set_voice(page: Page) -> None:
    page.locator("#voice").select_option(index=1)


def set_lips(page: Page) -> None:
    page.locator("#lips").fill("0.35")


def set_slot(page: Page) -> None:
    page.locator("#slot-end").fill("3300")
    page.keyboard.press("Enter")


def set_note(page: Page) -> None:
    page.locator("#note").fill("mine")
    page.keyboard.press("Enter")


def reject(page: Page) -> None:
    page.locator("#list").focus()
    page.keyboard.press("r")


def contest(page: Page) -> Any:
    return page.locator(".contest")


# -- two tabs ------------------------------------------------------------------------------------


@pytest.mark.parametrize("choice", ["mine", "theirs"])
def test_who_types_while_another_tab_saves_is_asked(
    two_tabs: tuple[Page, Page], review: Review, choice: str
) -> None:
    one, two = two_tabs
    type_text(two, "我的")
    edit(one, "他们的")
    review.wait_for(1, text="他们的")
    expect(contest(two)).to_contain_text("Changed by Ana meanwhile")
    expect(two.locator("#translation")).to_have_value("我的")
    two.bring_to_front()
    two.locator("#translation").focus()
    keep(two)
    expect(contest(two)).to_contain_text("他们的")
    expect(two.locator("#saved")).to_have_text("Not saved: choose (line 1)")
    two.wait_for_timeout(500)
    kept = review.decided(1)
    assert kept is not None
    assert kept.text == "他们的"  # not overwritten
    two.keyboard.press("y" if choice == "mine" else "t")
    text = "我的" if choice == "mine" else "他们的"
    review.wait_for(1, text=text)
    for page in (one, two):
        expect(page.locator("#translation")).to_have_value(text)
        expect(page.locator("#saved")).to_have_text("Saved")
    expect(contest(two)).to_be_hidden()
    two.keyboard.press("ControlOrMeta+z")
    expect(two.locator("#translation")).to_have_value("他们的" if choice == "mine" else "我的")


def test_who_gives_up_typing_is_shown_what_the_other_saved(
    two_tabs: tuple[Page, Page], review: Review
) -> None:
    one, two = two_tabs
    type_text(two, "我的")
    edit(one, "他们的")
    expect(contest(two)).to_be_visible()
    two.bring_to_front()
    two.locator("#translation").focus()
    two.keyboard.press("Escape")
    expect(two.locator("#translation")).to_have_value("他们的")
    expect(contest(two)).to_be_hidden()
    edit(two, "后来的")  # now they have seen it
    review.wait_for(1, text="后来的")


def test_a_field_that_is_only_focused_shows_what_the_other_saved(
    two_tabs: tuple[Page, Page], review: Review
) -> None:
    one, two = two_tabs
    two.bring_to_front()
    two.locator("#translation").focus()
    one.evaluate("dubbing.app.review.say(dubbing.app.selected, '他们的')")
    expect(two.locator("#translation")).to_have_value("他们的")


@pytest.mark.parametrize(
    ("change", "field", "value"),
    [
        (set_mood, "emotion", "sad"),
        (set_voice, "voice", None),
        (set_lips, "lip_strength", 0.35),
        (set_slot, "end_ms", 3300),
        (set_note, "note", "mine"),
        (reject, "verdict", "rejected"),
    ],
)
def test_an_edit_of_any_field_upon_an_old_state_is_asked_about(
    two_tabs: tuple[Page, Page], review: Review, change: Any, field: str, value: Any
) -> None:
    one, two = two_tabs
    hold_news(two)
    edit(one, "他们的")
    review.wait_for(1, text="他们的")
    two.bring_to_front()
    change(two)
    expect(contest(two)).to_contain_text("Changed by Ana meanwhile")
    kept = review.decided(1)
    assert kept is not None
    assert kept.text == "他们的"
    assert getattr(kept, field) in (None, "")
    two.locator("#keep-mine").click()
    expect(two.locator("#saved")).to_have_text("Saved")
    kept = review.decided(1)
    assert kept is not None
    found = getattr(kept, field)
    assert (found.label if field == "emotion" else found) == (found if value is None else value)
    assert found is not None


def hold_news(page: Page) -> None:
    """News of the server do not reach the page any more, as on a slow line."""
    page.evaluate("dubbing.app.server.emit = () => {}")


def test_a_note_and_an_edit_of_two_people_are_both_kept(
    two_tabs: tuple[Page, Page], review: Review
) -> None:
    one, two = two_tabs
    hold_news(two)
    one.bring_to_front()
    set_note(one)
    review.wait_for(1, note="mine")
    edit(two, "我的")
    expect(contest(two)).to_be_visible()
    two.keyboard.press("y")
    review.wait_for(1, text="我的", note="mine")


def test_undo_leaves_alone_what_another_tab_decided(
    two_tabs: tuple[Page, Page], review: Review
) -> None:
    one, two = two_tabs
    edit(one, "先")
    expect(two.locator("#translation")).to_have_value("先")
    edit(two, "后")
    expect(one.locator("#translation")).to_have_value("后")
    one.bring_to_front()
    one.keyboard.press("ControlOrMeta+z")
    expect(one.locator("#announcer")).to_contain_text("Changed since, so left as it is: line 1")
    one.wait_for_timeout(300)
    review.wait_for(1, text="后")
    two.bring_to_front()
    two.keyboard.press("ControlOrMeta+z")
    review.wait_for(1, text="先")
    two.keyboard.press("ControlOrMeta+y")
    review.wait_for(1, text="后")


def test_an_imported_review_asks_where_another_tab_was_faster(
    two_tabs: tuple[Page, Page], review: Review, tmp_path: Path
) -> None:
    import json

    one, two = two_tabs
    hold_news(two)
    edit(one, "他们的")
    review.wait_for(1, text="他们的")
    file = tmp_path / "review.json"
    file.write_text(json.dumps({
        "schema": "dubbing.Review/1", "film": {"name": "film.mp4", "fingerprint": "f00d"},
        "target_language": "zh", "timeline": "", "reviewer": "Ben", "written_at": "",
        "decisions": {"L1": {"text": "文件的", "at": "2099-01-01T00:00:00Z"},
                      "L2": {"text": "第二", "at": "2099-01-01T00:00:00Z"}},
    }), encoding="utf-8")  # fmt: skip
    two.locator("#import-file").set_input_files(file)
    review.wait_for(2, text="第二")
    expect(contest(two)).to_contain_text("他们的")
    kept = review.decided(1)
    assert kept is not None
    assert kept.text == "他们的"


def test_a_rejection_and_a_note_at_once_keep_the_next_candidate(
    two_tabs: tuple[Page, Page], review: Review
) -> None:
    page, _ = two_tabs
    page.bring_to_front()
    reject(page)
    page.evaluate("dubbing.app.review.edit(dubbing.app.selected, {note: 'why'})")
    review.wait_for(1, verdict="rejected", note="why", text="一吧")
    expect(page.locator("#translation")).to_have_value("一吧")


# -- a server that goes away ---------------------------------------------------------------------


@pytest.fixture
def expected_complaints() -> list[str]:
    return ["409", "403", "410", "400", "413", "503", "ERR_"]


def test_an_edit_made_while_the_server_is_away_arrives_after_its_restart(
    review: Review, open_url: Opener
) -> None:
    page = open_url(review.start())
    expect(page.locator("#row-L1")).to_be_visible()
    review.kill()
    edit(page, "不丢")
    expect(page.locator("#saved")).to_contain_text("Not saved")
    address = review.start()
    expect(page.locator("#session-ended")).to_contain_text(
        "Not saved: the session ended; open the new address that “dub review” printed"
    )
    expect(page.locator("#translation")).to_have_value("不丢")
    expect(page.locator("#saved")).to_have_text("Not saved")
    assert review.decided(1) is None
    assert Axe().run(page, context="#session-ended").response["violations"] == []
    open_url(address)  # as `dub review` does by itself
    review.wait_for(1, text="不丢")
    expect(page.locator("#saved")).to_have_text("Saved")
    expect(page.locator("#session-ended")).to_be_hidden()


@pytest.mark.parametrize("is_outrun", [False, True])
def test_an_edit_of_a_tab_that_was_closed_is_offered_and_saved(
    review: Review, open_url: Opener, is_outrun: bool
) -> None:
    page = open_url(review.start())
    review.kill()
    edit(page, "不丢")
    expect(page.locator("#saved")).to_contain_text("Not saved")
    page.close()
    again = open_url(review.start())
    left = again.locator("#left-behind")
    expect(left).to_contain_text(
        "1 edit of a closed tab or an earlier session is not saved (line 1)"
    )
    if is_outrun:
        again.evaluate("dubbing.app.review.say(dubbing.app.selected, '他们的')")
        review.wait_for(1, text="他们的")
    again.locator("#save-left").click()
    if is_outrun:
        expect(contest(again)).to_contain_text("不丢")
        again.locator("#keep-mine").click()
    review.wait_for(1, text="不丢")
    expect(left).to_be_hidden()
    expect(again.locator("#saved")).to_have_text("Saved")
    third = open_url(f"http://127.0.0.1:{review.port}/")
    third.wait_for_timeout(300)
    expect(third.locator("#left-behind")).to_be_hidden()


def test_edits_are_taken_to_a_server_at_another_address(review: Review, open_url: Opener) -> None:
    page = open_url(review.start())
    review.kill()
    edit(page, "不丢")
    old = review.port
    review.port = 0
    address = review.start()
    assert review.port != old
    other = Review(review.root.with_name("other.dub"), film="other")
    other.start(old)  # somebody else's review stands at the old address
    try:
        expect(page.locator("#session-ended")).to_be_visible(timeout=20_000)
        page.locator("#new-address").fill("https://example.org/")
        page.locator("#take-there").click()
        expect(page.locator("#announcer")).to_contain_text("not an address")
        page.locator("#new-address").fill(address)
        with page.context.expect_page() as opening:
            page.locator("#take-there").click()
        there = opening.value
        expect(there.locator("#left-behind")).to_contain_text("1 edit")
        there.locator("#save-left").click()
        review.wait_for(1, text="不丢")
    finally:
        other.kill()
    assert other.decided(1) is None


def test_an_edit_never_goes_to_another_film_at_the_same_address(
    review: Review, open_url: Opener
) -> None:
    page = open_url(review.start())
    review.kill()
    edit(page, "不丢")
    other = Review(review.root.with_name("other.dub"), film="other")
    try:
        open_url(other.start(review.port))
        expect(page.locator("#session-ended")).to_contain_text("another film", timeout=20_000)
        expect(page.locator("#saved")).to_have_text("Not saved")
        assert other.decided(1) is None
        with page.expect_download() as arriving:
            page.locator("#download").click()
        assert "不丢" in arriving.value.path().read_text(encoding="utf-8")
    finally:
        other.kill()


def test_a_refused_edit_is_kept_and_can_be_mended(
    two_tabs: tuple[Page, Page], review: Review
) -> None:
    page, _ = two_tabs
    page.bring_to_front()
    page.evaluate("dubbing.app.review.edit(dubbing.app.selected, {voice: 'nobody', text: '不丢'})")
    expect(contest(page)).to_contain_text("Not saved: There is no voice nobody")
    expect(page.locator("#translation")).to_have_value("不丢")
    expect(page.locator("#saved")).to_have_text("Not saved (line 1)")
    page.locator("#keep-mine").click()  # try again: refused again
    expect(contest(page)).to_contain_text("Not saved: There is no voice nobody")
    page.evaluate("dubbing.app.review.edit(dubbing.app.selected, {voice: undefined})")
    review.wait_for(1, text="不丢")
    expect(contest(page)).to_be_hidden()
    expect(page.locator("#saved")).to_have_text("Saved")


def test_leaving_with_what_is_not_saved_warns(review: Review, open_url: Opener) -> None:
    page = open_url(review.start())
    type_text(page, "打字")
    assert is_warned(page)
    page.keyboard.press("Escape")
    assert not is_warned(page)
    review.kill()
    edit(page, "不丢")
    expect(page.locator("#saved")).to_contain_text("Not saved")
    assert is_warned(page)


def is_warned(page: Page) -> bool:
    """Whether the browser would ask before the page is left."""
    return bool(
        page.evaluate("""() => {
      const leaving = new Event("beforeunload", { cancelable: true });
      window.dispatchEvent(leaving);
      return leaving.defaultPrevented;
    }""")
    )

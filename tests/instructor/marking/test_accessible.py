"""The pages of marking for a screen reader, on a telephone, light and dark, and by the keyboard alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.axe import on_a_telephone, violations
from tests.instructor.marking.conftest import ADDRESS, Here, configure, served_here, write_table

WRITTEN = """# A heading

| a | table | that is wider than a telephone | and goes on |
|---|---|---|---|
| 1 | 2 | 3 | 4 |

A word of some length: variancevariancevariancevariancevariancevariancevariancevariance, `code` and $\\sigma^2$.
"""


@pytest.fixture
def here(folder: Path) -> Iterator[Here]:
    """A server with something of everything: two marks, a decision to make, kept comments, and calibration."""
    write_table(folder, "bob", "eve")
    configure(folder, double_percent=100, decide_over=0.5)
    with ExitStack() as served:
        here = served.enter_context(served_here(folder))
        here.grade_again(ada=WRITTEN)
        bob, eve, instructor = map(here.client, ("bob", "eve", "instructor"))
        for client, points in ((bob, 2), (eve, 4)):
            for one in client.entries(ADDRESS)[:4]:
                client.save(client.answer(one["id"]), points, "Say what you assume.", keep=True)
        decided = instructor.entries(ADDRESS)[0]["id"]
        instructor.save(instructor.answer(decided), 3)
        instructor.ask(f"/answers/{decided}/calibration", reason="The claim alone.")
        yield here


def pages(here: Here, who: str) -> list[str]:
    kinds = {(one["role"], one["state"]): f"/answers/{one['id']}" for one in here.client(who).entries(ADDRESS)}
    found = ["/", ADDRESS, *kinds.values()]
    return found + (["/overview", "/history"] if who == "instructor" else [])


def log_in(page: Page, here: Here, who: str) -> None:
    page.goto(f"{here.address}login")
    page.keyboard.press("Tab")  # past the link to the content
    page.get_by_label("Your token").focus()
    page.keyboard.type(here.tokens[who])
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Answers to mark")).to_be_visible()


@pytest.mark.accessible(
    "The pages for marking",
    "1.3.1 Info and Relationships",
    "1.4.3 Contrast (Minimum)",
    "1.4.10 Reflow",
    "3.3.2 Labels or Instructions",
    "4.1.2 Name, Role, Value",
)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_screen_reader_and_a_narrow_screen_can_use_them(scheme: str, browser: Browser, here: Here) -> None:
    for who in ("bob", "instructor"):
        with on_a_telephone(browser, scheme) as context:
            page = context.new_page()
            page.goto(f"{here.address}login")
            assert violations(page) == []
            log_in(page, here, who)
            for path in pages(here, who):
                page.goto(here.address + path.lstrip("/"))
                assert page.evaluate("document.documentElement.scrollWidth") <= 360, path
                assert violations(page) == [], path


def test_the_policy_of_the_pages_lets_their_own_style_and_script_work(page: Page, here: Here) -> None:
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    log_in(page, here, "bob")
    page.goto(here.address + pages(here, "bob")[2].lstrip("/"))
    expect(page.get_by_label("Points, 0 to")).to_be_focused()
    assert page.locator("main").evaluate("one => getComputedStyle(one.querySelector('.sides')).display") == "grid"
    assert said == []


@pytest.mark.accessible("The pages for marking", "2.1.1 Keyboard")
def test_a_mark_with_a_kept_comment_needs_no_mouse(page: Page, here: Here, open_one: Callable[[], str]) -> None:
    log_in(page, here, "eve")
    page.goto(here.address + open_one().lstrip("/"))
    expect(page.get_by_label("Points, 0 to")).to_be_focused()
    page.keyboard.type("1")
    page.get_by_role("button", name="Add 1:").press("Enter")
    expect(page.get_by_label("Comment for the student")).to_have_value("Say what you assume.")
    expect(page.get_by_label("Comment for the student")).to_be_focused()
    page.keyboard.press("Control+Enter")
    expect(page).not_to_have_url(here.address + open_one().lstrip("/"))


@pytest.fixture
def open_one(here: Here) -> Callable[[], str]:
    client = here.client("eve")
    path = next(f"/answers/{one['id']}" for one in client.entries(ADDRESS) if one["state"] == "to mark")
    return lambda: path


def test_what_was_typed_is_there_again_after_the_page_was_loaded_anew(
    page: Page, here: Here, open_one: Callable[[], str]
) -> None:
    log_in(page, here, "eve")
    page.goto(here.address + open_one().lstrip("/"))
    page.get_by_label("Comment for the student").fill("Half a sentence")
    page.reload()
    expect(page.get_by_label("Comment for the student")).to_have_value("Half a sentence")
    expect(page.get_by_role("status")).to_contain_text("not saved yet")

"""The pages of marking in a browser: by keyboard and screen reader, on a telephone, and while the server is away."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.axe import on_a_telephone, violations
from tests.instructor.conftest import follow
from tests.instructor.marking.conftest import (
    ADDRESS,
    ASSIGNMENT,
    NAMES,
    QUESTION,
    Desk,
    Visit,
    desk_in,
    write_table,
)

WRITTEN = """# A heading

| a | table | that is wider than a telephone | and goes on |
|---|---|---|---|
| 1 | 2 | 3 | 4 |

A word of some length: variancevariancevariancevariancevariancevariancevariancevariance, `code` and $\\sigma^2$.
"""


@pytest.fixture
def desk(folder: Path) -> Iterator[Desk]:
    """A question with something of everything: answers to mark, marked ones, and one that is decided."""
    write_table(folder, "bob", "eve")
    with desk_in(folder) as desk:
        desk.grade_again(ada=WRITTEN)
        for name in ("bob", "eve"):
            for entry in desk.entries(name)[:2]:
                desk.save(name, desk.view(name, entry.id), 2, "Say what you assume.")
        desk.save("instructor", desk.view("instructor", desk.entries("bob")[0].id), 3)
        yield desk


def pages(desk: Desk, who: str) -> list[str]:
    kinds = {entry.state: f"answers/{entry.id}" for entry in desk.entries(who)}
    return ["", ADDRESS.lstrip("/"), *kinds.values(), *(["overview", "history"] if who == "instructor" else [])]


def to_mark(desk: Desk, who: str) -> str:
    return next(f"answers/{entry.id}" for entry in desk.entries(who) if entry.state == "to mark")


def log_in(page: Page, address: str, token: str) -> None:
    page.goto(f"{address}/login")
    page.get_by_label("Your token").focus()
    page.keyboard.type(token)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Answers to mark")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", pytest.param("dark", marks=pytest.mark.deep)])
def test_a_screen_reader_and_a_narrow_screen_can_use_them(
    scheme: str, browser: Browser, desk: Desk, visit: Visit
) -> None:
    for who in ("bob", "instructor"):
        with on_a_telephone(browser, scheme) as context:
            page, visitor = context.new_page(), visit(who)
            page.goto(f"{visitor.address}/login")
            assert violations(page) == []
            log_in(page, visitor.address, visitor.token)
            for path in pages(desk, who):
                page.goto(f"{visitor.address}/{path}")
                assert page.evaluate("document.documentElement.scrollWidth") <= 360, path
                assert violations(page) == [], path


def test_a_mark_needs_no_mouse_typing_survives_a_reload_and_the_policy_lets_style_and_script_work(
    page: Page, desk: Desk, visit: Visit
) -> None:
    console: list[str] = []
    page.on("console", lambda message: console.append(message.text))
    eve = visit("eve")
    address = f"{eve.address}/{to_mark(desk, 'eve')}"
    log_in(page, eve.address, eve.token)
    page.goto(address)
    expect(page.get_by_label("Points, 0 to")).to_be_focused()
    assert page.locator("main").evaluate("main => getComputedStyle(main.querySelector('.sides')).display") == "grid"
    assert console == []
    page.keyboard.type("1")
    page.keyboard.press("Tab")
    page.keyboard.type("Half a sentence")
    page.reload()
    expect(page.get_by_label("Comment for the student")).to_have_value("Half a sentence")
    expect(page.get_by_role("status")).to_contain_text("not saved yet")
    page.keyboard.press("Control+Enter")
    expect(page).not_to_have_url(address)
    assert desk.view("eve", address.rpartition("/")[2]).mark == (1.0, "Half a sentence")


def type_mark(page: Page, points: str, comment: str) -> None:
    page.get_by_label("Points, 0 to").fill(points)
    page.get_by_label("Comment for the student").fill(comment)


def type_on(page: Page, route: Route) -> None:
    """Go on typing while the server saves."""
    type_mark(page, "4", "First half. Second half.")
    route.continue_()


def at_the_first_save(page: Page, address: str, meanwhile: Callable[[Page, Route], None]) -> None:
    """Have the first save answered otherwise. Called before the page is opened: one that is open can miss it."""
    waiting = [meanwhile]

    def handle(route: Route) -> None:
        if route.request.method == "POST" and waiting:
            waiting.pop()(page, route)
        else:
            route.continue_()

    page.route(address, handle)


@pytest.mark.parametrize(
    ("meanwhile", "says", "kept", "saved"),
    [
        (lambda _, route: route.abort(), "the server does not answer", "First half.", None),
        (type_on, "Saved, but for what you typed meanwhile", "First half. Second half.", (4.0, "First half.")),
    ],
    ids=["the server is away", "typed meanwhile"],
)
def test_what_is_not_saved_yet_stays_and_can_be_saved(
    meanwhile: Callable[[Page, Route], None], says: str, kept: str, saved: object, page: Page, desk: Desk, visit: Visit
) -> None:
    eve, path = visit("eve"), to_mark(desk, "eve")
    address, answer = f"{eve.address}/{path}", path.rpartition("/")[2]
    log_in(page, eve.address, eve.token)
    at_the_first_save(page, address, meanwhile)
    page.goto(address)
    type_mark(page, "4", "First half.")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("status")).to_contain_text(says)
    expect(page.get_by_label("Comment for the student")).to_have_value(kept)
    assert desk.view("eve", answer).mark == saved
    page.keyboard.press("Control+Enter")
    expect(page).not_to_have_url(address)
    assert desk.view("eve", answer).mark == (4.0, kept)


def test_a_draft_is_shown_to_nobody_else(page: Page, desk: Desk, visit: Visit) -> None:
    path, comment = to_mark(desk, "eve"), page.get_by_label("Comment for the student")
    for name, expected in (("eve", ""), ("instructor", ""), ("eve", "Mine.")):
        visitor = visit(name)
        log_in(page, visitor.address, visitor.token)
        page.goto(f"{visitor.address}/{path}")
        expect(comment).to_have_value(expected)
        if name == "eve":
            type_mark(page, "1", "Mine.")


def test_a_refused_save_says_why_and_keeps_what_was_typed(page: Page, desk: Desk, visit: Visit) -> None:
    eve, path = visit("eve"), to_mark(desk, "eve")
    answer, comment = path.rpartition("/")[2], page.get_by_label("Comment for the student")
    log_in(page, eve.address, eve.token)
    page.goto(f"{eve.address}/{path}")
    type_mark(page, "1", "Mine.")
    desk.grade_again(**dict.fromkeys(NAMES, "Another answer."))
    save = page.get_by_role("button", name="Save", exact=True)
    save.click()
    expect(page.get_by_role("alert")).to_contain_text("the student's answer has changed since you opened it")
    expect(comment).to_have_value("Mine.")
    assert desk.view("eve", answer).mark is None
    save.click()
    expect(page.get_by_role("alert")).to_be_hidden()
    assert desk.view("eve", answer).mark == (1.0, "Mine.")
    head = "assignment,decision,question,student,points,extension"
    write_table(desk.folder, f"{ASSIGNMENT},dropped,{QUESTION.cell},,,", name="decisions.csv", head=head)
    follow(desk.folder)
    type_mark(page, "2", "Mine, too.")
    save.click()
    expect(page.get_by_role("alert")).to_contain_text("this answer need not be marked any more")
    expect(comment).to_have_value("Mine, too.")

"""Two people mark in two browsers, and the server is killed in between: a played hour, with a real gradebook."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.instructor.marking.conftest import ADDRESS, Marking, in_gradebook, text_of, write_table


@pytest.fixture
def opened(browser: Browser) -> Iterator[Callable[[Marking, str], Page]]:
    """Log somebody in, in a browser of their own."""
    with ExitStack() as contexts:

        def open_for(marking: Marking, name: str) -> Page:
            page = contexts.enter_context(browser.new_context()).new_page()
            page.goto(marking.address)
            page.get_by_label("Your token").fill(marking.tokens[name])
            page.get_by_role("button", name="Log in").click()
            expect(page.get_by_role("heading", name="Answers to mark")).to_be_visible()
            return page

        yield open_for


def type_mark(page: Page, points: str, comment: str) -> None:
    page.get_by_label("Points, 0 to").fill(points)
    page.get_by_label("Comment for the student").fill(comment)


def test_an_hour_of_marking_with_a_killed_server(
    folder: Path, serve: Callable[[], Marking], opened: Callable[[Marking, str], Page]
) -> None:
    write_table(folder, "bob,A,", "eve,B,")
    marking = serve()
    bob, eve = opened(marking, "bob"), opened(marking, "eve")
    for page, points in ((bob, "3"), (eve, "2,5")):
        page.get_by_role("link", name="next answer").click()
        expect(page.locator("#points")).to_be_focused()  # so that no mouse is needed
        page.keyboard.type(points)
        page.get_by_label("Comment for the student").fill("Say what you assume.")
        page.keyboard.press("Control+Enter")
        expect(page.get_by_text("3 of 4 still to do")).to_be_visible()
    acknowledged = in_gradebook(folder)
    assert sorted(one[0] for one in acknowledged.values() if one[0] is not None) == [2.5, 3.0]

    marking.kill()
    for page in (bob, eve):
        type_mark(page, "4", "Typed while the server was away.")
        page.get_by_role("button", name="Save, next answer").click()
        expect(page.get_by_role("status")).to_contain_text("the server does not answer")
        expect(page.get_by_label("Points, 0 to")).to_have_value("4")
    assert in_gradebook(folder) == acknowledged

    marking.start()
    for page in (bob, eve):
        page.get_by_role("button", name="Save, next answer").click()
        expect(page.get_by_text("2 of 4 still to do")).to_be_visible()
        while page.get_by_label("Points, 0 to").count():
            type_mark(page, "1", "")
            before = page.url
            page.keyboard.press("Control+Enter")
            page.wait_for_url(lambda url, before=before: url != before)
        assert page.url.endswith(ADDRESS)
        expect(page.get_by_text("0 of 4 still to do")).to_be_visible()
    found = in_gradebook(folder)
    assert not any(waits for _, _, waits in found.values())
    assert sorted(points for points, _, _ in found.values() if points) == [1, 1, 1, 1, 2.5, 3, 4, 4]


def test_two_people_on_one_answer_see_both_texts_and_lose_none(
    folder: Path, serve: Callable[[], Marking], opened: Callable[[Marking, str], Page]
) -> None:
    write_table(folder, "bob")
    marking = serve()
    first, second = opened(marking, "bob"), opened(marking, "bob")
    first.get_by_role("link", name="next answer").click()
    expect(first.locator("#points")).to_be_focused()
    second.goto(first.url)
    type_mark(first, "3", "The reason is missing.")
    type_mark(second, "1", "The limits are missing.")
    first.get_by_role("button", name="Save", exact=True).click()
    expect(first.get_by_label("Comment for the student")).to_have_value("The reason is missing.")
    second.get_by_role("button", name="Save", exact=True).click()
    notice = second.get_by_role("alert")
    expect(notice).to_contain_text("somebody has changed the mark since you opened it")
    expect(notice).to_contain_text("The reason is missing.")
    expect(second.get_by_label("Comment for the student")).to_have_value("The limits are missing.")
    assert {one[:2] for one in in_gradebook(folder).values() if one[0]} == {(3.0, "The reason is missing.")}
    second.get_by_role("button", name="Save", exact=True).click()  # with both texts before one's eyes
    expect(notice).to_be_hidden()
    assert {one[:2] for one in in_gradebook(folder).values() if one[0]} == {(1.0, "The limits are missing.")}


def test_no_name_is_on_any_page_of_a_marker(
    folder: Path, serve: Callable[[], Marking], opened: Callable[[Marking, str], Page]
) -> None:
    write_table(folder, "bob")
    marking = serve()
    page = opened(marking, "bob")
    page.goto(marking.address + ADDRESS.lstrip("/"))
    order = [row.inner_text() for row in page.locator("td.begin").all()]
    names = sorted(in_gradebook(folder))
    assert sorted(order) == sorted(map(text_of, names))
    answers = [f"{marking.address}answers/{one['id']}" for one in marking.client("bob").entries(ADDRESS)]
    for link in [page.url, *answers]:
        page.goto(link)
        shown = (page.content() + page.url).casefold()
        # A short name stands in many a random id.
        assert [name for name in names if len(name) > 4 and name in shown] == []
    page.goto(marking.address + ADDRESS.lstrip("/"))
    assert [row.inner_text() for row in page.locator("td.begin").all()] == order


def test_without_scripts_all_works_but_what_is_typed_is_the_browsers_to_keep(
    browser: Browser, folder: Path, serve: Callable[[], Marking]
) -> None:
    marking = serve()
    instructor = marking.client("instructor")
    (one, two, *_) = instructor.entries(ADDRESS)
    instructor.save(instructor.answer(one["id"]), 2, "Name the layer.", keep=True)
    with browser.new_context(java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(marking.address)
        page.get_by_label("Your token").fill(marking.tokens["instructor"])
        page.get_by_role("button", name="Log in").click()
        page.goto(f"{marking.address}answers/{two['id']}")
        type_mark(page, "1", "Mine.")
        page.get_by_role("button", name="Add 1: Name the layer.").click()
        expect(page.get_by_label("Comment for the student")).to_have_value("Mine.\nName the layer.")
        instructor.save(instructor.answer(two["id"]), 4, "Faster.")
        page.get_by_role("button", name="Save", exact=True).click()
        expect(page.get_by_role("alert")).to_contain_text("Faster.")
        expect(page.get_by_label("Comment for the student")).to_have_value("Mine.\nName the layer.")
        page.get_by_role("button", name="Save", exact=True).click()
        expect(page.get_by_role("alert")).to_be_hidden()
    assert instructor.answer(two["id"])["mark"] == [1.0, "Mine.\nName the layer."]

"""Parts of a page: the demo, wrong answers on a card, the marks of claims and the page that lists them."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from autograder.checks import checks_of
from autograder.exercises import Exercise
from autograder.judge.verdicts import LIKELY_LABELS
from book.claims import entries
from book.known_mistakes import SHOWN
from tests.book.built_pages import EACH_EXERCISE, card, words
from tests.book.built_pages import page as built
from tests.book.conftest import CHAPTER
from tests.conftest import ROOT

PAGES = ["chapters/index.html", "chapters/serving.html", "chapters/you-built-it.html"]
CARD = "#exercise-layers-Flatten .attempts"
LIKELY = re.compile("likely mistake|perhaps", re.IGNORECASE)


# ---- the demo


@pytest.mark.parametrize("name", [PAGES[0], *(pytest.param(name, marks=pytest.mark.deep) for name in PAGES[1:])])
def test_the_demo_draws_answers_photographs_and_takes_sandals_for_legs(page: Page, address: str, name: str) -> None:
    page.goto(address + name)
    demo = page.locator(".garment-demo")
    heard = demo.locator(".demo-heard")
    demo.scroll_into_view_if_needed()
    expect(heard).to_contain_text("Dress")
    for example, answer in (("Jeans", "Trouser"), ("A pair of sandals", "Trouser")):
        page.get_by_role("button", name=f"Example: {example}").click()
        expect(demo.get_by_role("application", name=f"Photo: {example}")).to_be_visible()
        expect(heard).to_contain_text(answer)
    demo.get_by_role("button", name="Clear").click()
    paper = demo.locator(".demo-paper")
    paper.hover(position={"x": 60, "y": 60})
    page.mouse.down()
    paper.hover(position={"x": 120, "y": 160})
    page.mouse.up()
    expect(paper).to_have_accessible_name("Your drawing")


@pytest.mark.parametrize("name", PAGES)
def test_without_scripts_a_still_shows_drawing_network_and_answer(
    without_scripts: Page, address: str, name: str
) -> None:
    without_scripts.goto(address + name)
    still = without_scripts.locator(".garment-demo")
    expect(still.get_by_role("img", name="A drawing of a garment: Dress")).to_be_visible()
    expect(still.get_by_role("img", name="The network, from left to right")).to_be_visible()
    expect(still.locator(".demo-verdict")).to_contain_text("Dress")
    expect(still.locator(".demo-answers li")).to_have_count(10)
    expect(still.get_by_role("button")).to_have_count(0)


def test_the_network_ends_where_its_ten_answers_end(page: Page, address: str) -> None:
    page.set_viewport_size({"width": 1440, "height": 900})
    page.goto(f"{address}chapters/index.html")
    boxes = [page.locator(part).bounding_box() for part in (".demo-units svg", ".demo-answers")]
    (top, bottom), (first, last) = ((box["y"], box["y"] + box["height"]) for box in boxes if box)
    assert (top, bottom) == pytest.approx((first, last), abs=3)


# ---- wrong answers on an exercise's card


@EACH_EXERCISE
def test_a_card_has_wrong_answers_that_the_check_names_and_no_solutions_line(site: Path, exercise: Exercise) -> None:
    *wrong, right = card(site, exercise.room, exercise.name).select(".attempt")
    assert 2 <= len(wrong) <= SHOWN
    assert "a right answer" in words(right)
    shown = [[line.get_text() for line in answer.select("summary > code")] for answer in wrong]
    assert len({tuple(lines) for lines in shown}) == len(wrong)
    lines = {line.strip() for texts in shown for text in texts for line in text.splitlines()}
    assert not lines & set(exercise.solution_lines)
    hidden = [check.title for check in checks_of(exercise.room, exercise.name) if check.hidden]
    for answer in map(words, wrong):
        assert any(label in answer for label in LIKELY_LABELS)
        assert "not yet" in answer
        assert not [title for title in hidden if title in answer]


def test_wrong_answers_unfold_one_at_a_time_and_show_what_the_check_says(chapter: Page) -> None:
    chapter.locator(f"{CARD} > summary").click()
    first, second = (chapter.locator(f"{CARD} .attempt").nth(at) for at in (0, 1))
    first.locator("summary").first.click()
    expect(first.get_by_text(LIKELY).first).to_be_visible()
    second.locator("summary").first.click()
    expect(second.get_by_text(LIKELY).first).to_be_visible()
    expect(first.get_by_text(LIKELY).first).to_be_hidden()
    last = chapter.locator(f"{CARD} .attempt").last
    last.locator("summary").first.click()
    visible = [check for check in checks_of("layers", "Flatten") if not check.hidden]
    expect(last.locator("table")).to_contain_text(f"Flatten: {len(visible)} of {len(visible)} checks passed")


def test_on_paper_two_wrong_answers_stand_for_all(chapter: Page) -> None:
    chapter.emulate_media(media="print")
    chapter.evaluate("for (const details of document.querySelectorAll('details')) details.open = true")
    assert sum(answer.is_visible() for answer in chapter.locator(f"{CARD} .attempt").all()) == 2


# ---- claims


def test_a_first_tap_shows_what_was_tried_and_a_second_follows_the_link(browser: Browser, address: str) -> None:
    with browser.new_page(viewport={"width": 360, "height": 740}, has_touch=True) as page:
        page.goto(address + CHAPTER)
        mark = page.locator("a.claim").first
        mark.tap()
        summary = page.locator(f"#{mark.get_attribute('aria-describedby')}")
        expect(summary).to_be_visible()
        box = summary.bounding_box()
        assert box and 0 <= box["x"] <= 360 - box["width"]
        mark.tap()
        page.wait_for_url("**/claims.html#claim-*")


def test_each_claim_is_listed_with_what_was_tried_and_where_its_experiment_is(site: Path) -> None:
    listed = built(site, "claims").article
    for number, (name, entry) in enumerate(entries().items(), start=1):
        shown = listed.find(id=f"claim-{name}")
        assert shown, name
        assert shown["value"] == str(number)
        for text in (entry.says, entry.tried, entry.held, entry.opposite, entry.opposite_held, entry.because):
            assert "".join(text.replace("’", "'").split()) in "".join(words(shown).split())
        path, line = entry.source
        assert (ROOT / path).read_text(encoding="utf-8").splitlines()[line - 1].startswith(("@claim", "def "))

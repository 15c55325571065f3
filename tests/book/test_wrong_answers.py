"""Wrong answers to try on an exercise's card."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from autograder.checks import checks_of, rooms
from autograder.exercises import Exercise
from autograder.verdicts import LIKELY_LABELS
from book.wrong_answers import SHOWN
from tests.book.built_pages import COURSE, card, words

EXERCISES = [exercise for room in rooms() for exercise in COURSE.exercises(room)]
CARD = "#exercise-layers-Flatten .attempts"
LIKELY = re.compile("likely mistake|perhaps", re.IGNORECASE)


@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda exercise: exercise.id)
def test_each_card_has_wrong_answers_that_the_check_names_and_no_line_of_a_solution(
    site: Path, exercise: Exercise
) -> None:
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


def test_answers_unfold_one_at_a_time_and_show_what_the_check_says(page: Page, address: str) -> None:
    page.goto(f"{address}chapters/2-layers.html")
    page.locator(f"{CARD} > summary").click()
    first, second = (page.locator(f"{CARD} .attempt").nth(at) for at in (0, 1))
    first.locator("summary").first.click()
    expect(first.get_by_text(LIKELY).first).to_be_visible()
    second.locator("summary").first.click()
    expect(second.get_by_text(LIKELY).first).to_be_visible()
    expect(first.get_by_text(LIKELY).first).to_be_hidden()
    last = page.locator(f"{CARD} .attempt").last
    last.locator("summary").first.click()
    visible = [check for check in checks_of("layers", "Flatten") if not check.hidden]
    expect(last.locator("table")).to_contain_text(f"Flatten: {len(visible)} of {len(visible)} checks passed")


def test_on_paper_two_wrong_answers_stand_for_all(page: Page, address: str) -> None:
    page.goto(f"{address}chapters/2-layers.html")
    page.emulate_media(media="print")
    page.evaluate("for (const details of document.querySelectorAll('details')) details.open = true")
    assert sum(answer.is_visible() for answer in page.locator(f"{CARD} .attempt").all()) == 2

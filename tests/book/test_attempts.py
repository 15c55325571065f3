"""Wrong answers to try on an exercise's card."""

import re

import pytest
from playwright.sync_api import Page, expect

from autograder.checks import checks_of, rooms
from autograder.course import Course
from autograder.exercises import Exercise
from autograder.verdicts import LIKELY_LABELS
from book.attempts import SHOWN, as_written, attempts, changed_lines, function_of, tells

COURSE = Course.installed()
EXERCISES = [exercise for room in rooms() for exercise in COURSE.exercises(room)]
CARD = "#exercise-layers-Flatten .attempts"

RIGHT = """class Flatten:
    def forward(self, x):
        y = x
        return y.reshape(len(x), -1)
"""
WRONG = """class Flatten:
    def forward(self, x):
        y = x.T
        return y.reshape(-1)
"""


@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda exercise: exercise.id)
def test_each_exercise_has_wrong_answers_to_try_and_the_check_names_what_is_wrong(exercise: Exercise) -> None:
    tried = attempts(exercise)
    assert 2 <= len(tried) <= SHOWN
    assert len({one.lines for one in tried}) == len(tried)
    for one in tried:
        assert any(label in one.table for label in LIKELY_LABELS)
        assert "not yet" in one.table
        for check in checks_of(exercise.room, exercise.name):
            assert not check.hidden or check.title not in one.table


@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda exercise: exercise.id)
def test_no_line_of_a_solution_is_among_them(exercise: Exercise) -> None:
    shown = [line.strip() for one in attempts(exercise) for line in one.lines.splitlines()]
    assert [line for line in shown if line in exercise.solution_lines] == []


def test_the_lines_that_are_wrong_are_found_with_the_function_in_which_they_stand() -> None:
    changed = changed_lines(RIGHT, WRONG)
    assert changed == [(3, "        y = x.T"), (4, "        return y.reshape(-1)")]
    assert as_written(changed) == "y = x.T\nreturn y.reshape(-1)"
    assert as_written([(3, "    a"), (9, "    b")]) == "a\n…\nb"
    assert function_of(WRONG, 4) == "forward"


def test_a_line_with_all_words_of_a_long_line_of_a_solution_tells_it_and_one_with_those_of_a_short_one_does_not() -> (
    None
):
    assert tells("    return x @ self.weight + self.bias + 1", ["return x @ self.weight + self.bias"])
    assert tells("    return self.bias + x @ self.weight", ["return x @ self.weight + self.bias"])
    assert not tells("    return x @ self.weight", ["return x @ self.weight + self.bias"])
    assert tells("  return x", ["return x"])
    assert not tells("return x.T", ["return x"])


LIKELY = re.compile("likely mistake|perhaps", re.IGNORECASE)


def test_one_is_unfolded_at_a_time_and_says_what_the_check_says(page: Page, address: str) -> None:
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


def test_what_a_check_sends_to_is_in_the_page(page: Page, address: str) -> None:
    page.goto(f"{address}chapters/2-layers.html")
    links = page.locator(".attempts a").all()
    assert links
    for link in links[:20]:
        anchor = re.sub(r"^.*#", "#", link.get_attribute("href") or "")
        assert page.locator(anchor).count() == 1, anchor


def test_on_paper_two_stand_for_all(page: Page, address: str) -> None:
    page.goto(f"{address}chapters/2-layers.html")
    page.emulate_media(media="print")
    page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
    assert sum(one.is_visible() for one in page.locator(f"{CARD} .attempt").all()) == 2

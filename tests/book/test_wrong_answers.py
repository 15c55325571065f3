"""Wrong answers to try on an exercise's card."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from autograder.checks import checks_of, rooms
from autograder.exercises import Exercise
from autograder.verdicts import LIKELY_LABELS
from book.wrong_answers import SHOWN, as_written, changed_lines, function_of, tells
from tests.book.built_pages import COURSE, card, words

EXERCISES = [exercise for room in rooms() for exercise in COURSE.exercises(room)]
CARD = "#exercise-layers-Flatten .attempts"
LIKELY = re.compile("likely mistake|perhaps", re.IGNORECASE)

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
def test_each_card_has_wrong_answers_that_the_check_names_and_no_line_of_a_solution(
    site: Path, exercise: Exercise
) -> None:
    *wrong, right = card(site, exercise.room, exercise.name).select(".attempt")
    assert 2 <= len(wrong) <= SHOWN
    assert "a right answer" in words(right)
    shown = [[line.get_text() for line in one.select("summary > code")] for one in wrong]
    assert len({tuple(lines) for lines in shown}) == len(wrong)
    assert not {line.strip() for lines in shown for text in lines for line in text.splitlines()} & set(
        exercise.solution_lines
    )
    hidden = [check.title for check in checks_of(exercise.room, exercise.name) if check.hidden]
    for one in map(words, wrong):
        assert any(label in one for label in LIKELY_LABELS)
        assert "not yet" in one
        assert not [title for title in hidden if title in one]


def test_the_lines_that_are_wrong_are_found_with_the_function_in_which_they_stand() -> None:
    changed = changed_lines(RIGHT, WRONG)
    assert changed == [(3, "        y = x.T"), (4, "        return y.reshape(-1)")]
    assert as_written(changed) == "y = x.T\nreturn y.reshape(-1)"
    assert as_written([(3, "    a"), (9, "    b")]) == "a\n…\nb"
    assert function_of(WRONG, 4) == "forward"


@pytest.mark.parametrize(
    ("line", "solution", "told"),
    [
        ("    return x @ self.weight + self.bias + 1", "return x @ self.weight + self.bias", True),
        ("    return self.bias + x @ self.weight", "return x @ self.weight + self.bias", True),
        ("    return x @ self.weight", "return x @ self.weight + self.bias", False),
        ("  return x", "return x", True),
        ("return x.T", "return x", False),
    ],
)
def test_a_line_with_all_words_of_a_long_line_of_a_solution_tells_it(line: str, solution: str, told: bool) -> None:
    assert tells(line, [solution]) == told


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


def test_on_paper_two_stand_for_all(page: Page, address: str) -> None:
    page.goto(f"{address}chapters/2-layers.html")
    page.emulate_media(media="print")
    page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
    assert sum(one.is_visible() for one in page.locator(f"{CARD} .attempt").all()) == 2

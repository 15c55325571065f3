"""A person marks a written answer in nbgrader's formgrader, with a real server, browser and gradebook."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
from playwright.sync_api import Browser, Page, expect

from autograder.notebooks.graft import is_written
from tests.commands import autograder
from tests.instructor.conftest import ASSIGNMENT, grade, hand_in, notebook_of, open_gradebook, submitted
from tests.instructor.nbgrader.test_nbgrader import TOKEN, get, serve_formgrader

ANSWER = "Each layer multiplies by 1.13, and fifty of them by hundreds."
FROM_CHECKS, BY_HAND, COMMENT = 16, 4, "The gradients are missing."


@pytest.fixture(scope="module")
def folder(released: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A graded course folder in which one student has answered the written question."""
    folder = tmp_path_factory.mktemp("hand") / "course"
    shutil.copytree(released, folder)
    hand_in(folder, grace="grace")
    notebook = notebook_of(folder, "john")
    (written,) = filter(is_written, notebook.cells)
    written.source = ANSWER
    nbformat.write(notebook, submitted(folder, "john"))
    grade(folder, seed=7)
    return folder


@pytest.fixture(scope="module")
def page(browser: Browser, folder: Path) -> Iterator[Page]:
    """The page of the student's notebook in the formgrader."""
    with serve_formgrader(folder) as address:
        listed = json.loads(get(f"{address}/api/submitted_notebooks/{ASSIGNMENT}/{ASSIGNMENT}"))
        (number,) = (notebook["id"] for notebook in listed if notebook["student"] == "john")
        (assignment,) = (one for one in json.loads(get(f"{address}/api/assignments")) if one["name"] == ASSIGNMENT)
        counts = [assignment[key] for key in ("num_submissions", "max_code_score", "max_written_score")]
        assert counts == [2, 20, 5]
        with browser.new_context(extra_http_headers={"Authorization": f"token {TOKEN}"}) as context:
            page = context.new_page()
            page.set_viewport_size({"width": 1200, "height": 900})
            page.route("**/mathjax/**", lambda route: route.abort())  # nbgrader's page asks another host for it
            page.goto(f"{address}/submissions/{number}/", wait_until="networkidle")
            yield page


def test_the_written_answer_comes_first_beside_its_rubric_and_each_other_above_what_its_checks_said(page: Page) -> None:
    answer = page.locator(".nbgrader_cell").first
    expect(answer).to_contain_text(ANSWER)
    beside, written = page.get_by_role("heading", name="Rubric").bounding_box(), answer.bounding_box()
    assert beside and written
    assert beside["x"] > written["x"] + written["width"]
    assert beside["y"] < written["y"] + 400
    expect(page.get_by_role("cell", name="The factor of one layer")).to_be_visible()
    expect(page.get_by_role("heading", name="Model answer")).to_be_visible()
    shown = page.get_by_role("main").inner_text()
    places = [
        shown.index(text) for text in ("class Linear", "layers-Linear-affine_map", "likely mistake: There is a bias")
    ]
    assert places == sorted(places)
    assert "Samuel" not in shown and "Further reading" not in shown  # the chapter's own text
    expect(page.locator("input#layers-Linear-parameters")).to_have_attribute("placeholder", "1")
    expect(page.locator("input#layers-Linear-affine_map")).to_have_attribute("placeholder", "0")


def test_points_and_comment_are_saved_the_total_is_right_and_the_student_reads_them(page: Page, folder: Path) -> None:
    page.locator("input#layers-written").fill(str(BY_HAND))
    page.locator("textarea#layers-written-comment").fill(COMMENT)
    with page.expect_response(lambda reply: "/api/comment/" in reply.url and reply.request.method == "PUT"):
        page.locator("input#layers-Linear-parameters").focus()  # the form saves what one leaves
    page.reload(wait_until="networkidle")
    expect(page.locator("input#layers-written")).to_have_value(str(BY_HAND))
    expect(page.locator("textarea#layers-written-comment")).to_have_value(COMMENT)
    with open_gradebook(folder) as gradebook:
        submission = gradebook.find_submission(ASSIGNMENT, "john")
        assert (submission.score, submission.written_score) == (FROM_CHECKS + BY_HAND, BY_HAND)
    assert autograder("feedback", ASSIGNMENT, cwd=folder).returncode == 0
    (written,) = (folder / "feedback" / "john" / ASSIGNMENT).glob("*.html")
    shown = written.read_text(encoding="utf-8")
    assert COMMENT in shown
    assert f"{BY_HAND} of 5" in shown
    assert "Rubric" not in shown

"""nbgrader's own commands and its formgrader, run on a course folder as an instructor runs them."""

import contextlib
import html
import json
import os
import re
import shlex
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import nbformat
import pytest
from playwright.sync_api import Browser, Page, expect

from autograder.instructor.course.decisions import Decision, write_decisions
from autograder.instructor.course.folder import CourseFolder
from autograder.instructor.course.init import FORMGRADER
from autograder.notebooks.graft import read_notebook
from tests.commands import in_process, succeeded
from tests.conftest import copy_course
from tests.instructor.conftest import (
    ASSIGNMENT,
    configure,
    everything_in_gradebook,
    grade,
    hand_in,
    open_gradebook,
    record_of,
    submitted,
    wait_until,
)
from tests.instructor.grading.broken import BROKEN, cell

BIN = Path(sys.executable).parent
TOKEN = "only-for-this-test"


def environment(home: Path) -> dict[str, str]:
    """Return the environment of an instructor whose own settings of Jupyter say nothing."""
    return os.environ | {"HOME": str(home), "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}"}


def nbgrader(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    line = [str(BIN / "nbgrader"), *arguments]
    return subprocess.run(line, cwd=cwd, capture_output=True, text=True, check=False, env=environment(cwd.parent))


# nbgrader autograde


@pytest.fixture
def ungraded(released: Path, tmp_path: Path) -> Path:
    """A small class: three came late, one of them extended, and one was marked before."""
    folder = copy_course(released, tmp_path / "course")
    hand_in(folder, right="grace", two_mistakes="john", crash="hedy", empty="dennis", extended="ada")
    write_decisions(folder / "decisions.csv", [Decision(ASSIGNMENT, "extended", student="extended", extension="+2d")])
    BROKEN["tests_changed"](submitted(folder, "empty"), read_notebook(submitted(folder, "right")))
    configure(folder, "LateSubmissionPlugin", penalty_method="zero")
    for student in ("two_mistakes", "empty", "extended"):
        submitted(folder, student).with_name("timestamp.txt").write_text("2030-01-02 00:00:00 UTC")
    with open_gradebook(folder) as gradebook:
        gradebook.update_or_create_assignment(ASSIGNMENT, duedate="2030-01-01 00:00:00 UTC")
        gradebook.update_or_create_student("right")
        gradebook.add_submission(ASSIGNMENT, "right")
        gradebook.find_grade("layers-written", ASSIGNMENT, ASSIGNMENT, "right").manual_score = 2
        gradebook.find_comment("layers-Linear", ASSIGNMENT, ASSIGNMENT, "right").manual_comment = "neat"
        gradebook.db.commit()
    return folder


@pytest.mark.deep
@pytest.mark.long("nbgrader's own command")
def test_nbgrader_autograde_gives_the_marks_penalties_comments_and_open_answers_of_autograder_grade(
    ungraded: Path,
) -> None:
    folder = copy_course(ungraded, ungraded.with_name("autograded"))
    succeeded(nbgrader("autograde", ASSIGNMENT, "--force", cwd=folder))
    succeeded(in_process("grade", cwd=ungraded))
    by_autograder = everything_in_gradebook(ungraded)
    assert everything_in_gradebook(folder) == by_autograder
    assert record_of(folder, "empty")["notes"]
    penalties = {student: work["penalties"] for student, work in by_autograder.items() if student != "rows"}
    assert penalties == {"right": [None], "two_mistakes": [17], "crash": [None], "empty": [18], "extended": [None]}
    auto_score, manual_score, *_, needs_manual_grade = by_autograder["right"]["grades"]["layers-written"]
    assert (auto_score, manual_score, needs_manual_grade) == (0, 2, True)


def test_nbgraders_own_command_leaves_the_record_that_feedback_is_made_of(ungraded: Path) -> None:
    succeeded(nbgrader("autograde", ASSIGNMENT, "--student", "two_mistakes", "--force", cwd=ungraded))
    record = record_of(ungraded, "two_mistakes")
    assert {verdict["mistake"] for verdict in record["verdicts"]} >= {"linear-bias-left-out", "flatten-batch-too"}
    succeeded(in_process("feedback", cwd=ungraded))


@pytest.mark.deep
@pytest.mark.long("nbgrader's own command, twice")
def test_nbgraders_own_command_refuses_a_notebook_of_too_many_parts_and_goes_on(
    small_folder: Path, tmp_path: Path
) -> None:
    """Of 2 MiB of empty objects nbformat makes half a gigabyte."""
    hand_in(small_folder, right="grace", crash="hedy")
    submitted(small_folder, "crash").write_text('{"cells": [' + ",".join(["{}"] * 700_000) + "]}")
    succeeded(nbgrader("autograde", ASSIGNMENT, cwd=small_folder))
    assert "more than 500,000 lists and objects" in record_of(small_folder, "crash")["unreadable"]
    assert record_of(small_folder, "right")["verdicts"]


def test_nbgraders_own_command_refuses_to_run_without_our_steps(small_folder: Path) -> None:
    config = small_folder / "nbgrader_config.py"
    config.write_text(config.read_text().replace("autograder.instructor.nbgrader.config", "autograder.not_installed"))
    refused = nbgrader("autograde", ASSIGNMENT, cwd=small_folder)
    assert refused.returncode != 0
    assert "use the environment in which autograder is installed" in refused.stderr
    assert not list((small_folder / "autograded").iterdir())


@pytest.mark.deep
@pytest.mark.long("nbgrader's own command")
def test_nbgraders_own_feedback_shows_nothing_of_hidden_checks(graded_folder: Path) -> None:
    succeeded(nbgrader("generate_feedback", ASSIGNMENT, "--student", "john", cwd=graded_folder))
    page = html.unescape(re.sub(r"<[^>]*>", "", CourseFolder(graded_folder).feedback("john", ASSIGNMENT).read_text()))
    assert "HIDDEN TESTS" not in page
    for verdict in record_of(graded_folder, "john")["verdicts"]:
        is_told = "observed:" in page.split(f": {verdict['title']}\n")[1].split("Grade cell")[0]
        assert is_told == (verdict["outcome"] != "pass" and not verdict["hidden"])


def test_a_copy_of_an_edited_source_notebook_is_not_given_to_students(course_folder: Path) -> None:
    (course_folder / "source" / ASSIGNMENT / f"{ASSIGNMENT}.ipynb.bak").write_text("### BEGIN SOLUTION")
    succeeded(nbgrader("generate_assignment", ASSIGNMENT, "--force", cwd=course_folder))
    assert [path.name for path in (course_folder / "release" / ASSIGNMENT).iterdir()] == [f"{ASSIGNMENT}.ipynb"]


# A person marks a written answer in the formgrader


@contextlib.contextmanager
def serve_formgrader(folder: Path) -> Iterator[str]:
    """Give the address of a server that was started by the command in the course folder's README."""
    home = folder.parent
    assert FORMGRADER in (folder / "README.md").read_text(encoding="utf-8")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    line = [*shlex.split(FORMGRADER), "--no-browser", "--allow-root", "--ip=127.0.0.1", f"--port={port}"]
    line += [f"--IdentityProvider.token={TOKEN}"]
    log = home / "log"
    with log.open("w") as output:
        server = subprocess.Popen(line, cwd=folder, env=environment(home), stdout=output, stderr=output)
    address = f"http://127.0.0.1:{port}/formgrader"
    try:
        wait_until(lambda: answers(address) or server.poll() is not None, 60)
        assert server.poll() is None, log.read_text()
        yield address
    finally:
        server.terminate()
        server.wait(timeout=20)


def answers(address: str) -> bool:
    with contextlib.suppress(httpx.HTTPError):
        return bool(get(f"{address}/api/assignments"))
    return False


def get(address: str) -> str:
    headers = {"Authorization": f"token {TOKEN}"}
    return httpx.get(address, headers=headers, follow_redirects=True, timeout=60).raise_for_status().text


def page_address(formgrader: str, student: str) -> str:
    """Return the address of the page on which a student's work is marked."""
    notebooks = json.loads(get(f"{formgrader}/api/submitted_notebooks/{ASSIGNMENT}/{ASSIGNMENT}"))
    (number,) = (notebook["id"] for notebook in notebooks if notebook["student"] == student)
    return f"{formgrader}/submissions/{number}/"


ANSWER = "Each layer multiplies by 1.13, and fifty of them by hundreds."
FROM_CHECKS, BY_HAND, COMMENT = 17, 4, "The gradients are missing."


@pytest.fixture
def marked_folder(released: Path, tmp_path: Path) -> Path:
    """A graded course folder in which one student has answered the written question."""
    folder = copy_course(released, tmp_path / "course")
    hand_in(folder, grace="grace", john="john")
    notebook = read_notebook(submitted(folder, "john"))
    cell(notebook, "layers-written").source = ANSWER
    nbformat.write(notebook, submitted(folder, "john"))
    grade(folder, seed=7)
    return folder


@pytest.fixture
def page(browser: Browser, marked_folder: Path) -> Iterator[Page]:
    with serve_formgrader(marked_folder) as address:
        assignments = {assignment["name"]: assignment for assignment in json.loads(get(f"{address}/api/assignments"))}
        counts = [assignments[ASSIGNMENT][key] for key in ("num_submissions", "max_code_score", "max_written_score")]
        assert counts == [2, 20, 5]
        with browser.new_context(extra_http_headers={"Authorization": f"token {TOKEN}"}) as context:
            page = context.new_page()
            page.route("**/mathjax/**", lambda route: route.abort())  # nbgrader's page asks another host for it
            page.goto(page_address(address, "john"), wait_until="networkidle")
            yield page


def test_points_and_comment_are_saved_and_the_total_is_right(page: Page, marked_folder: Path) -> None:
    expect(page.get_by_role("main")).to_contain_text(ANSWER)
    for check, points in (("parameters", "1"), ("affine_map", "0")):
        expect(page.locator(f"input#layers-Linear-{check}")).to_have_attribute("placeholder", points)
    page.locator("input#layers-written").fill(str(BY_HAND))
    page.locator("textarea#layers-written-comment").fill(COMMENT)
    with page.expect_response(lambda reply: "/api/comment/" in reply.url and reply.request.method == "PUT"):
        page.locator("input#layers-Linear-parameters").focus()  # the form saves what one leaves
    page.reload(wait_until="networkidle")
    expect(page.locator("input#layers-written")).to_have_value(str(BY_HAND))
    expect(page.locator("textarea#layers-written-comment")).to_have_value(COMMENT)
    with open_gradebook(marked_folder) as gradebook:
        submission = gradebook.find_submission(ASSIGNMENT, "john")
        assert (submission.score, submission.written_score) == (FROM_CHECKS + BY_HAND, BY_HAND)
        comment = gradebook.find_comment("layers-written", ASSIGNMENT, ASSIGNMENT, "john")
        assert comment.manual_comment == COMMENT

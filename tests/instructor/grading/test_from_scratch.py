"""`c.Grading.from_scratch`: a pass by delegation earns nothing, in our command and in nbgrader's."""

import re
from pathlib import Path

import nbformat
import pytest
from bs4 import BeautifulSoup

from autograder.course import Course
from autograder.instructor.authoring.right_answers import right_answer
from autograder.instructor.course.folder import CourseFolder, CourseFolderError
from autograder.instructor.grading.explain import explaining, explanation_text
from autograder.instructor.reports.feedback import write_feedback
from autograder.notebooks.fill import fill
from autograder.notebooks.graft import read_notebook
from tests.commands import autograder, succeeded
from tests.instructor.conftest import ASSIGNMENT, ONCE, configure, grade, gradebook_rows, points, record_of, submitted
from tests.instructor.nbgrader.test_nbgrader import nbgrader

DELEGATING = right_answer(Course.installed(), "layers", "functional")
POINTS = {"Flatten": 3, "Sequential": 3}  # what this student did not write


@pytest.fixture
def folder(small_folder: Path) -> Path:
    """The small class, and a student who hands in PyTorch's own class for two of six exercises."""
    filled = fill(read_notebook(CourseFolder(small_folder).released(ASSIGNMENT)), DELEGATING)
    nbformat.write(filled.notebook, submitted(small_folder, "functional"))
    return small_folder


def page(folder: Path) -> str:
    write_feedback(CourseFolder(folder), [ASSIGNMENT], "functional")
    shown = BeautifulSoup(CourseFolder(folder).feedback("functional", ASSIGNMENT).read_text("utf-8"), "html.parser")
    return " ".join(shown.get_text(" ").split())


def noted(folder: Path) -> set[str]:
    return {verdict["exercise"] for verdict in record_of(folder, "functional")["verdicts"] if verdict["delegated"]}


@pytest.mark.long("two runs over a class, and a sandbox of its own")
def test_a_pass_by_delegation_is_noted_and_earns_nothing_where_the_course_says_so(folder: Path) -> None:
    assert points(grade(folder, seed=7)) == ONCE | {"functional": 20}
    assert noted(folder) == {"Flatten", "Sequential"}
    text = page(folder)
    assert text.count("it passed by calling the ready-made nn.Flatten") == 3  # the hidden check, too
    assert text.count("it passed by calling the ready-made nn.Sequential") == 3
    succeeded(autograder("report", cwd=folder))
    report = CourseFolder(folder).report(None).read_text(encoding="utf-8")
    assert re.search(r"Flatten</th><td><code>nn\.Flatten</code></td><td>functional</td>", report)

    configure(folder, "Grading", from_scratch=True)
    run = grade(folder, seed=7)
    assert not any(graded.reused for graded in run.graded)
    assert points(run) == ONCE | {"functional": 20 - sum(POINTS.values())}
    assert noted(folder) == {"Flatten", "Sequential"}
    assert {v["outcome"] for v in record_of(folder, "functional")["verdicts"] if v["delegated"]} == {"fail"}
    assert page(folder).count("in this course nothing else earns points") == 6
    assert all(graded.reused for graded in grade(folder).graded)
    with explaining(CourseFolder(folder), Course.installed()) as again:
        mark = again("functional", ASSIGNMENT, "Flatten.rows")
    assert mark.reproduced
    assert "calling the ready-made nn.Flatten" in " ".join(explanation_text(mark).split())


@pytest.mark.long("nbgrader's own command")
def test_nbgraders_own_command_follows_the_same_rule(folder: Path) -> None:
    configure(folder, "Grading", from_scratch=True)
    succeeded(nbgrader("autograde", ASSIGNMENT, "--student", "functional", "--force", cwd=folder))
    earned = {cell: score for (student, cell), score in gradebook_rows(folder).items() if student == "functional"}
    assert sum(score or 0 for score in earned.values()) == 20 - sum(POINTS.values())
    assert noted(folder) == {"Flatten", "Sequential"}


def test_a_rule_that_is_neither_yes_nor_no_is_refused(folder: Path) -> None:
    configure(folder, "Grading", from_scratch="sometimes")
    with pytest.raises(CourseFolderError, match=r"nbgrader_config\.py: c\.Grading\.from_scratch is True or False"):
        grade(folder)

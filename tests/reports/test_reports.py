"""The card of a student's progress, and pages that show a student's text."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from autograder import progress
from autograder.checks import checks_of, rooms
from autograder.course import Course, chapters_of
from autograder.judge.verdicts import Verdict
from autograder.notebooks.progress import progress_in
from autograder.reports.html import render
from autograder.student import ProgressCard
from solutions.layers import Linear  # noqa: F401  as if this were a notebook
from tests.commands import ROOT, python

# It flattens the batch, too.
Flatten = type("Flatten", (nn.Module,), {"forward": lambda self, x: x.flatten()})


@pytest.fixture(scope="module")
def card() -> ProgressCard:
    """The card of a kernel in which Linear is right, Flatten is wrong, and the others are missing."""
    return progress("layers")


def test_it_says_of_each_exercise_whether_it_is_done_begun_or_open_and_counts_points(card: ProgressCard) -> None:
    assert [(exercise.exercise, exercise.state) for exercise in card.exercises] == [
        ("Linear", "done"),
        ("Flatten", "not yet"),
        *((name, "open") for name in ("Sequential", "rms_through", "scale_layers", "cross_entropy", "relative_steps")),
    ]
    visible = [check for check in checks_of("layers") if not check.hidden]
    assert card.points == sum(check.points for check in visible if check.exercise == "Linear")
    assert card.possible == sum(check.points for check in visible)
    assert card.possible + card.unseen == 25


def test_what_to_read_next_belongs_to_the_first_exercise_that_is_not_done(card: ProgressCard) -> None:
    assert card.next and card.next.exercise == "Flatten"
    assert str(card.next.read) == 'section "From a picture to a row" of 2-layers.ipynb'
    assert str(card.exercises[5].read) == 'section "What the initial loss can tell" of 2-layers.ipynb', (
        "where it is set"
    )


def test_terminal_and_notebook_say_all_in_words_exercise_by_exercise_and_the_next_thing_to_read(
    card: ProgressCard,
) -> None:
    text, html = repr(card), card._repr_html_()
    assert text.startswith("2-layers: 1 of 7 exercises done, 3 of 13 points from visible checks\n  done     Linear")
    assert 'next: Flatten, section "From a picture' in text
    for part in ("<caption", "1 of 7 exercises done", '<th scope="row"', "✓ done", "✗ not yet", "… open"):
        assert part in html
    assert '<a href="#From-a-picture-to-a-row">From a picture to a row</a>' in html


def test_when_all_is_done_there_is_nothing_to_read_next() -> None:
    scope = {**vars(Course.installed().names("layers")), "progress": progress}
    done = eval('progress("layers")', scope)
    assert (done.done, done.points, done.next) == (7, done.possible, None)


@pytest.mark.parametrize("room", rooms())
def test_exercises_stand_in_the_order_of_the_notebook(room: str) -> None:
    course = Course.installed()
    (chapter,) = (chapter for chapter in chapters_of(course) if chapter.room == room)
    in_chapter = re.findall(rf"^from solutions\.{room} import (\w+)\n```", chapter.text, re.MULTILINE)
    exercises = [name for name in in_chapter if name in {check.exercise for check in checks_of(room)}]
    verdicts = [Verdict(check, 0, "missing", None, 0.0) for check in checks_of(room) if not check.hidden]
    assert [exercise.exercise for exercise in progress_in(room, verdicts, {}).exercises] == exercises
    assert len(exercises) > 1


# Where the students' wheel is installed, the released notebook lies as a file beside the recordings.
FIRST = """
import json, sys, tempfile
from pathlib import Path
import autograder.notebooks.released as where
file = Path(tempfile.mkdtemp()) / "layers.ipynb"
about = {"grade": True, "points": 25}
file.write_text(json.dumps({"cells": [{"metadata": {"nbgrader": about}}, {"metadata": {}}]}))
where.released_file = lambda room: file
from autograder import progress
card = progress("layers")
assert card.possible + card.unseen == 25
slow = {"nbformat", "jsonschema", "torch.distributed.tensor", "torch._dynamo", "nbclient", "jupytext"}
print(sorted(slow & set(sys.modules)))
"""


def test_the_first_progress_of_a_kernel_imports_no_library_that_takes_seconds() -> None:
    done = python(FIRST, cwd=ROOT)
    assert done.stdout == "[]\n", done.stderr


# Pages of whatever a student wrote


@given(text=st.text(st.characters(codec="utf-8")))
def test_nothing_that_a_terminal_would_obey_or_a_browser_would_run_is_in_a_page(
    tmp_path_factory: pytest.TempPathFactory, text: str
) -> None:
    template = tmp_path_factory.getbasetemp() / "page.html.j2"
    template.write_text("<pre>{{ text }}</pre>")
    page = render(template, text=f"\x1b[2J\x9b31m\x7f\u202e{text}\u2066<script>")
    assert not re.search(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", page)
    assert page.count("<") == 2

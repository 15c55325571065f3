"""A course, a chapter and an exercise are begun by a command, say what they lack, and are filled."""

from __future__ import annotations

import importlib
import re
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from autograder import checks
from autograder.course import Course, UnfinishedChapter, chapters_of, names_of_source
from autograder.errors import WouldOverwrite
from autograder.expectations.live import LiveExpectations
from autograder.instructor.authoring.missing import missing
from autograder.instructor.authoring.new import BadName, new_chapter, new_course, new_exercise
from autograder.instructor.authoring.right_answers import catalogue_of, right_answers
from autograder.instructor.releasing.source import source_notebook, without_solutions
from autograder.judge import judge
from autograder.observe import observe, seed_of
from tests.conftest import ROOT

REFERENCE = '''"""The reference."""

import numpy as np


def convolve(values: np.ndarray, kernel: np.ndarray) -> np.ndarray:
    """Slide a kernel over values.

    Args:
        values: float64, shape (n,).
        kernel: float64, shape (k,), k <= n.

    Returns:
        float64, shape (n - k + 1,): at i the sum of values[i + j] * kernel[j] over j.
    """
    ### BEGIN SOLUTION
    return np.correlate(values, kernel, mode="valid")
    ### END SOLUTION
'''
CHECKS = '''"""What the exercises must do."""

from types import SimpleNamespace

import numpy as np

from autograder.checks import Observations, check


@check("convolve", points=1, title="The kernel slides over the values")
def slides(names: SimpleNamespace, rng: np.random.Generator) -> Observations:
    return {"result": names.convolve(rng.normal(size=7), rng.normal(size=3))}


@check("convolve", points=1, hidden=True, title="A kernel of one number multiplies")
def one(names: SimpleNamespace, rng: np.random.Generator) -> Observations:
    return {"result": names.convolve(rng.normal(size=4), np.array([2.0]))}
'''
MISTAKES = """
## convolve

### flipped

The kernel was turned round.

> Try a kernel whose two numbers differ.

Read: `convolve`

```diff
-    return np.correlate(values, kernel, mode="valid")
+    return np.convolve(values, kernel, mode="valid")
```
"""
WINDOWS = "np.lib.stride_tricks.sliding_window_view(values, len(kernel))"
RIGHT = {
    "windows": f"return {WINDOWS} @ kernel",
    "sums": "return np.array([values[i : i + len(kernel)] @ kernel for i in range(len(values) - len(kernel) + 1)])",
    "turned": "return np.convolve(values, kernel[::-1], mode='valid')",
    "einsum": f"return np.einsum('ij,j->i', {WINDOWS}, kernel)",
}


@pytest.fixture
def course(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Course]:
    """A copy of the second course, as if it were the one that is installed."""
    source = ROOT / "tests" / "second_course" / "averages"
    shutil.copytree(source, tmp_path / "averages", ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.syspath_prepend(tmp_path)
    found = Course("averages")
    monkeypatch.setattr(checks, "folder", lambda: found.checks)
    monkeypatch.setattr(checks, "__path__", list(checks.__path__))
    yield found
    for name in [name for name in sys.modules if name.partition(".")[0] == "averages"]:
        del sys.modules[name]
    for room in ("means", "convolution"):
        sys.modules.pop(f"autograder.checks.{room}", None)
        checks.forget(room)


def begin(course: Course) -> None:
    new_chapter(course, "7-convolution")
    new_exercise(course, "convolution.convolve")


def fill(course: Course) -> None:
    """Write what the skeleton asks for."""
    course.file("convolution").write_text(REFERENCE, encoding="utf-8")
    (course.checks / "convolution.py").write_text(CHECKS, encoding="utf-8")
    with course.catalogue("convolution").open("a", encoding="utf-8") as catalogue:
        catalogue.write(MISTAKES)
    (chapter,) = course.chapters.glob("7-*.md")
    chapter.write_text(chapter.read_text(encoding="utf-8").replace("WRITE:", "Here is"), encoding="utf-8")
    with catalogue_of(course, "convolution").open("a", encoding="utf-8") as catalogue:
        for name, line in RIGHT.items():
            answer = f"import numpy as np\n\n\ndef convolve(values, kernel):\n    {line}\n"
            catalogue.write(f"\n## {name}\n\nWritten in a line.\n\n```python\n{answer}```\n")


def of_new_chapter(said: list[str]) -> list[str]:
    return [line for line in said if line.startswith(("convolve", "7-"))]


def test_a_new_chapter_says_in_words_what_is_missing(course: Course) -> None:
    begin(course)
    assert of_new_chapter(missing(course)) == [
        "7-convolution.md: 2 passages to write",
        "convolve: its reference in averages/convolution.py is not written",
        "convolve: no checks in averages/checks/convolution.py, 2 wanted",
        "convolve: no known mistake in averages/mistakes/convolution.md, 1 wanted",
        "convolve: no right answers in tests/right/convolution.md, 4 wanted",
    ]


def test_a_filled_chapter_lacks_nothing_and_teaches(course: Course) -> None:
    begin(course)
    fill(course)
    assert of_new_chapter(missing(course)) == []
    (mine,) = (chapter for chapter in chapters_of(course) if chapter.room == "convolution")
    assert 'raise NotImplementedError("convolution: convolve")' in str(without_solutions(source_notebook(mine, course)))
    expect, asked = LiveExpectations(course), checks.checks_of("convolution")
    seeds = [seed_of(1, check) for check in asked]

    def told(source: str) -> set[str | None]:
        names = names_of_source(source, "answer")
        answers = [observe(check, names, seed) for check, seed in zip(asked, seeds, strict=True)]
        verdicts = judge(asked, answers, seeds, expect)
        return {verdict.diagnosis.mistake if verdict.diagnosis else None for verdict in verdicts if not verdict.passed}

    for answer in right_answers(course, "convolution"):
        assert told(answer.source) == set(), answer.name
    assert told(REFERENCE.replace("np.correlate(", "np.convolve(")) == {"flipped"}


@pytest.mark.parametrize("gone", ["mistakes/convolution.md", "checks/convolution.py"])
def test_a_chapter_with_exercises_and_no_mistakes_or_checks_is_an_error_that_names_the_file(
    course: Course, gone: str
) -> None:
    begin(course)
    (course.folder / gone).unlink()
    with pytest.raises(UnfinishedChapter, match=re.escape(f"7-convolution.md has exercises, and {gone}")):
        chapters_of(course)


def test_nothing_is_replaced_and_a_name_that_is_none_is_refused(course: Course) -> None:
    begin(course)
    with pytest.raises(WouldOverwrite):
        new_chapter(course, "7-convolution")
    for name in ("convolution", "7 convolution", "convolution-7"):
        with pytest.raises(BadName):
            new_chapter(course, name)
    for name in ("convolution.convolve", "pooling.Pool", "convolution", "convolution._hidden"):
        with pytest.raises(BadName):
            new_exercise(course, name)


def test_the_books_table_of_contents_names_a_new_chapter_behind_those_with_a_number(course: Course) -> None:
    contents = course.root / "_toc.yml"
    shutil.copyfile(ROOT / "_toc.yml", contents)
    before = contents.read_text(encoding="utf-8").splitlines()
    assert contents in new_chapter(course, "7-convolution")
    after = contents.read_text(encoding="utf-8").splitlines()
    at = before.index("      - file: chapters/6-deployment") + 1
    assert after == [*before[:at], "      - file: chapters/7-convolution", *before[at:]]


def test_a_new_course_has_room_for_chapters(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    new_course(tmp_path / "small-course")
    monkeypatch.syspath_prepend(tmp_path / "small-course")
    assert importlib.import_module("small_course")
    begun = Course("small_course")
    assert (begun.root, chapters_of(begun)) == (begun.folder, [])
    new_chapter(begun, "1-sums")
    new_exercise(begun, "sums.total")
    assert [chapter.assignment for chapter in chapters_of(begun)] == ["1-sums"]
    with pytest.raises(BadName):
        new_course(tmp_path / "no course")

"""A course, a chapter and an exercise are begun by a command, say what they lack, and are filled."""

import importlib
import re
import shutil
from pathlib import Path

import pytest

from autograder import checks
from autograder.course import Course, UnfinishedChapter, chapters_of, names_of_source
from autograder.errors import UsageError, WouldOverwrite
from autograder.instructor.authoring.missing import missing
from autograder.instructor.authoring.new import BadName, new_chapter, new_course, new_exercise
from autograder.instructor.authoring.right_answers import catalogue_of, right_answers
from autograder.instructor.releasing.source import source_notebook, without_solutions
from autograder.judge.judge import judge
from autograder.judge.live import LiveExpectations
from autograder.observe import observe, seed_of
from tests.conftest import ROOT
from tests.instructor.authoring.conftest import SECOND

RIGHT = {
    "a name": "centred = table - table.mean(axis=0)\n    return centred / table.std(axis=0)",
    "variance": "return (table - table.mean(axis=0)) / table.var(axis=0) ** 0.5",
    "functions": "return np.divide(table - np.mean(table, axis=0), np.std(table, axis=0))",
    "columns": "return np.stack([(column - column.mean()) / column.std() for column in table.T], axis=1)",
}


def begin(course: Course) -> None:
    new_chapter(course, "7-convolution")
    new_exercise(course, "convolution.centre")


def written(file: str) -> str:
    """Return what the second course has of its first exercise, under the name of the new one."""
    text = (SECOND / file).read_text(encoding="utf-8")
    return re.split(r"^.*moving_average", text, maxsplit=1, flags=re.M)[0].replace("standardize", "centre")


def fill(course: Course) -> None:
    """Write what the skeleton asks for."""
    course.file("convolution").write_text(written("means.py"), encoding="utf-8")
    (course.checks / "convolution.py").write_text(written("checks/means.py"), encoding="utf-8")
    with course.catalogue("convolution").open("a", encoding="utf-8") as catalogue:
        mistakes = written("mistakes/means.md")
        catalogue.write("\n" + mistakes[mistakes.index("## ") :].replace("`columns`", "`centre`"))
    (chapter,) = course.chapters.glob("7-*.md")
    chapter.write_text(chapter.read_text(encoding="utf-8").replace("WRITE:", "Here is"), encoding="utf-8")
    with catalogue_of(course, "convolution").open("a", encoding="utf-8") as catalogue:
        for name, body in RIGHT.items():
            answer = f"import numpy as np\n\n\ndef centre(table):\n    {body}\n"
            catalogue.write(f"\n## {name}\n\nWritten in a line.\n\n```python\n{answer}```\n")


def missing_in_new_chapter(course: Course) -> list[str]:
    return [line for line in missing(course) if line.startswith(("centre", "7-"))]


def test_a_new_chapter_says_in_words_what_is_missing(course: Course) -> None:
    begin(course)
    assert missing_in_new_chapter(course) == [
        "7-convolution.md: 2 passages to write",
        "centre: its reference in averages/convolution.py is not written",
        "centre: no checks in averages/checks/convolution.py, 2 wanted",
        "centre: no known mistake in averages/mistakes/convolution.md, 1 wanted",
        "centre: no first hint for an empty body in averages/mistakes/convolution.md, 1 wanted",
        "centre: no right answers in tests/right/convolution.md, 4 wanted",
    ]


def test_a_filled_chapter_lacks_nothing_and_teaches(course: Course) -> None:
    begin(course)
    fill(course)
    assert missing_in_new_chapter(course) == []
    (chapter,) = (chapter for chapter in chapters_of(course) if chapter.room == "convolution")
    released = without_solutions(source_notebook(chapter, course))
    assert 'raise NotImplementedError("convolution: centre")' in str(released)
    expect, asked = LiveExpectations(course), checks.checks_of("convolution")
    seeds = [seed_of(1, check) for check in asked]

    def mistakes_in(source: str) -> set[str | None]:
        names = names_of_source(source, "answer")
        answers = [observe(check, names, seed) for check, seed in zip(asked, seeds, strict=True)]
        verdicts = judge(asked, answers, seeds, expect)
        return {verdict.diagnosis.mistake if verdict.diagnosis else None for verdict in verdicts if not verdict.passed}

    for answer in right_answers(course, "convolution"):
        assert mistakes_in(answer.source) == set(), answer.name
    (mistake,) = course.mistakes("convolution")
    assert mistakes_in(mistake.apply(course.source("convolution"))) == {"whole-table"}


def test_a_right_answer_that_is_not_written_as_one_is_an_error_that_names_the_file(course: Course) -> None:
    catalogue = catalogue_of(course, "convolution")
    catalogue.parent.mkdir(parents=True, exist_ok=True)
    catalogue.write_text("## by slices\n\n```python\ndef centre(table):\n    return table\n```\n", encoding="utf-8")
    with pytest.raises(UsageError, match=r"convolution\.md: a right answer is a heading, a sentence, and a block"):
        right_answers(course, "convolution")


@pytest.mark.parametrize("gone", ["mistakes/convolution.md", "checks/convolution.py"])
def test_a_chapter_without_mistakes_or_checks_is_an_error_that_names_the_file(course: Course, gone: str) -> None:
    begin(course)
    (course.folder / gone).unlink()
    with pytest.raises(UnfinishedChapter, match=re.escape(f"7-convolution.md has exercises, and {gone}")):
        chapters_of(course)


def test_existing_files_and_bad_names_are_refused(course: Course) -> None:
    begin(course)
    with pytest.raises(WouldOverwrite):
        new_chapter(course, "7-convolution")
    for name in ("convolution", "7 convolution", "convolution-7"):
        with pytest.raises(BadName):
            new_chapter(course, name)
    for name in ("convolution.centre", "pooling.Pool", "convolution", "convolution._hidden"):
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

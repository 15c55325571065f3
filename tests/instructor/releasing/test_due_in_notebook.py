"""The head of a released notebook says when it is due, where the instructor wants it."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from autograder.course import Chapter
from autograder.instructor.course.about import about
from autograder.instructor.course.folder import CourseFolder
from autograder.instructor.course.new import make_course_folder
from autograder.instructor.releasing.source import source_notebook
from autograder.notebooks.graft import read_notebook
from tests.commands import autograder
from tests.instructor.releasing.conftest import ROOM
from tests.instructor.releasing.test_source import SHORT, SmallCourse

SAID = (
    "**Due Thursday, 5 November 2026, 23:59 (CET).** If you were given more time, your own date is later than this one."
)


def test_the_date_stands_under_the_title_and_only_there(tmp_path: Path) -> None:
    (tmp_path / "2-layers.md").write_text(SHORT, encoding="utf-8")
    course, one = (
        SmallCourse("solutions", "https://example.org/", book=tmp_path),
        Chapter(tmp_path / "2-layers.md", ROOM),
    )
    due = datetime(2026, 11, 5, 23, 59, tzinfo=ZoneInfo("Europe/Berlin"))
    without, with_date = source_notebook(one, course, {}), source_notebook(one, course, {}, due=due)
    assert (without.cells[0].source, with_date.cells[0].source) == ("# Short", f"# Short\n\n{SAID}")
    assert [cell.source for cell in with_date.cells[1:]] == [cell.source for cell in without.cells[1:]]


@pytest.mark.long("releases a chapter")
def test_the_setting_puts_it_there_when_the_chapter_is_released(tmp_path: Path) -> None:
    make_course_folder(tmp_path)
    folder = CourseFolder.here(tmp_path)
    assert not about(folder.nbgrader_config()).due_in_notebook
    with (tmp_path / "nbgrader_config.py").open("a", encoding="utf-8") as config:
        config.write("c.About.due_in_notebook = True\n")
    (tmp_path / "due_dates.csv").write_text("assignment,due,time zone\n2-layers,2026-11-05 23:59,Europe/Berlin\n")
    done = autograder("release", "2-layers", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    head = read_notebook(folder.released("2-layers")).cells[0].source
    assert head.startswith(f"# 2 · Layers\n\n{SAID}\n\n**Can a network")

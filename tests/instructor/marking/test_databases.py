"""Marking with the gradebook in PostgreSQL, with a real server, and in a backup of a file that was put back."""

from __future__ import annotations

import contextlib
import sqlite3
from pathlib import Path
from typing import Any

import psycopg
import pytest

from autograder.instructor.backup.restore import restore
from autograder.instructor.backup.write import write_backup
from autograder.instructor.course.folder import CourseFolder
from autograder.instructor.marking.client import Refused
from tests.conftest import copy_course
from tests.instructor.gradebook.test_postgresql import Server, database, released_there, server  # noqa: F401
from tests.instructor.gradebook.test_postgresql import configure as configure_nbgrader
from tests.instructor.marking.conftest import (
    ADDRESS,
    NAMES,
    Here,
    configure,
    enter_roster,
    hand_in_written,
    in_gradebook,
    served_here,
    text_of,
    write_table,
)

DECIDED = "For the student."


@pytest.fixture
def there(server: Server, database: str, released_there: Path, tmp_path: Path) -> Path:  # noqa: F811
    """A course folder of the test's own whose gradebook, in PostgreSQL, has the class's written answers."""
    copy_course(released_there, tmp_path / "course")
    configure_nbgrader(tmp_path / "course", db_url=server.url(database))
    enter_roster(tmp_path / "course", NAMES)
    hand_in_written(tmp_path / "course", **{name: text_of(name) for name in NAMES})
    return tmp_path / "course"


def mark_something(folder: Path) -> None:
    write_table(folder, "bob", "eve")
    configure(folder, double_percent=100, decide_over=0.5)


def do_all(here: Here) -> None:
    """Mark, refuse, decide, keep a comment and calibrate."""
    bob, eve, instructor = map(here.client, ("bob", "eve", "instructor"))
    old = bob.answer(bob.entries(ADDRESS)[0]["id"])
    assert bob.mark_all(lambda answer: (2, "from bob")) == eve.mark_all(lambda answer: (3.5, "from eve")) == 8
    with pytest.raises(Refused, match="somebody has changed"):
        bob.save(old, 1)
    answers = [instructor.answer(one["id"]) for one in instructor.entries(ADDRESS)]
    decided = next(one for one in answers if one["text"] != text_of("ada"))
    instructor.save(decided, 3, DECIDED, keep=True)
    instructor.ask(f"/answers/{decided['id']}/calibration", reason="The claim alone.")
    here.grade_again(ada="Another answer.")


def shown(here: Here) -> list[Any]:
    """Return all that the instructor's pages say, and the answers."""
    instructor = here.client("instructor")
    answers = [instructor.answer(one["id"]) for one in instructor.entries(ADDRESS)]
    return [instructor.ask("/overview"), instructor.ask("/history"), answers]


def test_all_of_it_is_done_in_postgresql(server: Server, database: str, there: Path) -> None:  # noqa: F811
    mark_something(there)
    with served_here(there) as here:
        do_all(here)
        found, tokens = shown(here), here.tokens
    marks = in_gradebook(there, server.url(database))
    assert (3.0, DECIDED, False) in marks.values() and marks["ada"][2]
    lines = "SELECT count(*) FROM marking_history"
    count = server.ask(database, lines)
    with psycopg.connect(f"host={server.folder} user=postgres dbname={database}") as connection:
        connection.execute("DELETE FROM marking_history")
    assert server.ask(database, lines) == count
    with served_here(there) as here:
        here.tokens = tokens
        assert shown(here) == found
        changed = here.client("instructor").answer(found[2][1]["id"])
        here.client("instructor").save(changed, 1, "the history goes on")


def test_a_backup_of_a_file_carries_marks_history_and_tokens(folder: Path, tmp_path: Path) -> None:
    mark_something(folder)
    with served_here(folder) as here:
        do_all(here)
        found, tokens = shown(here), here.tokens
    with contextlib.closing(sqlite3.connect(folder / "gradebook.db")) as connection:
        for statement in ("DELETE FROM marking_history", "UPDATE marking_history SET who = 'nobody'"):
            with pytest.raises(sqlite3.IntegrityError, match="the history is only added to"):
                connection.execute(statement)
    write_backup(CourseFolder(folder), tmp_path / "backup.zip")
    restore(tmp_path / "backup.zip", tmp_path / "elsewhere", replace=False)
    with served_here(tmp_path / "elsewhere") as here:
        assert here.tokens == {}  # those of before go on
        here.tokens = tokens
        assert shown(here) == found
    assert in_gradebook(tmp_path / "elsewhere") == in_gradebook(folder)

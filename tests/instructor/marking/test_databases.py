"""Marking with the gradebook in PostgreSQL, with a real server."""

from __future__ import annotations

from pathlib import Path

import pytest

from autograder.instructor.marking.saving import Stale
from tests.conftest import copy_course
from tests.instructor.gradebook.test_postgresql import PostgresServer, database, released_there, server  # noqa: F401
from tests.instructor.gradebook.test_postgresql import configure as configure_nbgrader
from tests.instructor.marking.conftest import (
    NAMES,
    Desk,
    configure,
    desk_in,
    enter_roster,
    hand_in_written,
    in_gradebook,
    text_of,
    write_table,
)

pytestmark = pytest.mark.deep


@pytest.fixture
def there(server: PostgresServer, database: str, released_there: Path, tmp_path: Path) -> Path:  # noqa: F811
    """A course folder of the test's own whose gradebook, in PostgreSQL, has the class's written answers."""
    copy_course(released_there, tmp_path / "course")
    configure_nbgrader(tmp_path / "course", db_url=server.url(database))
    enter_roster(tmp_path / "course", NAMES)
    hand_in_written(tmp_path / "course", **{name: text_of(name) for name in NAMES})
    return tmp_path / "course"


def shown(desk: Desk) -> list[object]:
    """Return all that the instructor's pages say, and the answers."""
    return [desk.overview(), desk.history(), desk.views("instructor")]


def test_all_of_it_is_done_in_postgresql(server: PostgresServer, database: str, there: Path) -> None:  # noqa: F811
    write_table(there, "bob", "eve")
    configure(there, double_percent=100, decide_over=0.5)
    with desk_in(there) as desk:
        old = desk.views("bob")["grace"]
        assert desk.mark_all("bob", 2, "from bob") == desk.mark_all("eve", 3.5, "from eve") == 8
        with pytest.raises(Stale, match="somebody has changed"):
            desk.save("bob", old, 1)
        desk.save("instructor", desk.views("instructor")["grace"], 3, "For the student.")
        desk.grade_again(ada="Another answer.")
        found = shown(desk)
    marks = in_gradebook(there, server.url(database))
    assert marks["grace"] == (3.0, "For the student.", False) and marks["ada"][2]
    with desk_in(there) as desk:
        assert shown(desk) == found
        desk.save("instructor", desk.views("instructor")["grace"], 1, "the history goes on")

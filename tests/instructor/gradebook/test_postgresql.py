"""PostgreSQL as the gradebook of grading and marking, with a real server: nbgrader's `db_url` in the configuration."""

import os
import pwd
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from nbgrader.api import Gradebook

from autograder.instructor.course.folder import CourseFolderError
from autograder.instructor.gradebook import GradebookError
from autograder.instructor.marking.saving import Stale
from sample_class.students import grade_written
from tests.commands import in_process, run, succeeded
from tests.conftest import copy_course
from tests.instructor.conftest import ASSIGNMENT, SMALL_CLASS, configure, grade, hand_in, wait_until, works_in
from tests.instructor.marking.conftest import NAMES, Desk, desk_in, enter_roster, in_gradebook, text_of, write_table

pytestmark = pytest.mark.deep
INSTALLED = Path("/usr/lib/postgresql")
BIN = max(INSTALLED.glob("*/bin"), key=lambda folder: int(folder.parent.name), default=INSTALLED)


class PostgresServer:
    """A PostgreSQL server on a socket in a folder of its own; root starts it as the user that it insists on."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.user: dict[str, Any] = {}
        if os.geteuid() == 0:
            account = pwd.getpwnam("postgres")
            self.user = {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
            os.chown(folder, account.pw_uid, account.pw_gid)
        self.run("initdb", "--auth=trust", "--username=postgres", "--encoding=UTF8", "--locale=C", "--no-sync")

    def run(self, command: str, *options: str) -> None:
        line = [BIN / command, "-D", "data", *options]  # its log lies in a file: a pipe would stay open with the server
        with (self.folder / f"{command}.log").open("w") as log:
            done = subprocess.run(line, cwd=self.folder, stdout=log, stderr=log, check=False, **self.user)
        assert done.returncode == 0, (self.folder / f"{command}.log").read_text()

    def start(self) -> None:
        options = f"-k {self.folder} -c listen_addresses= -c fsync=off"
        self.run("pg_ctl", "start", "--wait", "--log=log", "-o", options)

    def stop(self) -> None:
        """End the server at once, as a power cut would."""
        self.run("pg_ctl", "stop", "--mode=immediate")

    def do(self, statement: str) -> None:
        with psycopg.connect(f"host={self.folder} user=postgres", autocommit=True) as connection:
            connection.execute(statement)

    def ask(self, database: str, question: str) -> Any:
        with psycopg.connect(f"host={self.folder} user=postgres dbname={database}") as connection:
            return connection.execute(question).fetchone()[0]

    def url(self, database: str) -> str:
        return f"postgresql+psycopg://postgres@/{database}?host={self.folder}"


@pytest.fixture(scope="module")
def server() -> Iterator[PostgresServer]:
    # Not in pytest's own folder, which the server's user may not enter.
    with tempfile.TemporaryDirectory(prefix="postgresql-") as folder:
        server = PostgresServer(Path(folder))
        server.start()
        yield server
        server.stop()


@pytest.fixture(scope="module")
def released_there(server: PostgresServer, released: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A course folder, without submissions, whose gradebook is the database `released`. Read both only."""
    folder = copy_course(released, tmp_path_factory.mktemp("postgresql") / "course")
    (folder / "gradebook.db").unlink()
    server.do("CREATE DATABASE released")
    configure(folder, "CourseDirectory", db_url=server.url("released"), course_id="autumn")
    # What the formgrader's button for a release runs; that of `autograder release` is the same behind its notebooks.
    here = {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    succeeded(run("nbgrader", "generate_assignment", ASSIGNMENT, "--force", cwd=folder, env=os.environ | here))
    return folder


@pytest.fixture
def database(server: PostgresServer, released_there: Path, request: pytest.FixtureRequest) -> Iterator[str]:
    """The name of a database of the test's own, in which the assignment is released."""
    name = f"test_{abs(hash(request.node.name))}"
    server.do(f"CREATE DATABASE {name} TEMPLATE released")
    yield name
    server.do(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def folder(server: PostgresServer, released_there: Path, database: str, tmp_path: Path) -> Path:
    """A course folder in which the small class has handed in, and whose gradebook is `database`."""
    folder = copy_course(released_there, tmp_path / "course")
    configure(folder, "CourseDirectory", db_url=server.url(database))
    hand_in(folder, **SMALL_CLASS)
    return folder


def works(url: str) -> dict[str, Any]:
    with Gradebook(url) as gradebook:
        return works_in(gradebook)


@pytest.mark.long("two runs over a class")
def test_a_server_that_goes_away_is_one_line_and_the_same_command_goes_on_to_the_marks_that_sqlite_has(
    server: PostgresServer, database: str, folder: Path, graded_small_class: Path
) -> None:
    line = [sys.executable, "-m", "autograder.instructor.command_line", "grade", ASSIGNMENT, "--workers", "1"]
    grader = subprocess.Popen(line, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    wait_until(lambda: server.ask(database, "SELECT count(*) FROM submitted_assignment") >= 2, 120)
    assert grader.poll() is None
    server.stop()
    try:
        out, err = grader.communicate(timeout=60)
        assert (grader.returncode, out, err.count("\n")) == (1, "", 1), err
        assert err.startswith(f"autograder: the gradebook of {folder} fails: ")
        assert err.endswith("; what was graded so far is kept\n")
        refused = in_process("grade", ASSIGNMENT, cwd=folder)
        assert (refused.returncode, refused.stderr.count("\n")) == (1, 1), refused.stderr
    finally:
        server.start()
    done = succeeded(in_process("grade", ASSIGNMENT, cwd=folder))
    assert "unchanged)" in done.stdout and not (folder / "gradebook.db").exists()
    assert works(server.url(database)) == works(f"sqlite:///{graded_small_class / 'gradebook.db'}")


def test_two_courses_in_one_database_are_refused_and_so_is_a_database_that_does_not_exist(
    server: PostgresServer, database: str, folder: Path
) -> None:
    grade(folder, student="right")
    before = works(server.url(database))
    configure(folder, "CourseDirectory", course_id="spring")
    with pytest.raises(CourseFolderError, match=r"holds 2-layers of the course autumn, and this folder's is spring: "):
        grade(folder)
    assert works(server.url(database)) == before
    configure(folder, "CourseDirectory", db_url=server.url("nowhere"))
    with pytest.raises(GradebookError, match='database "nowhere" does not exist; what was graded so far is kept'):
        grade(folder)


def shown(desk: Desk) -> list[object]:
    """Return all that the instructor's pages say, and the answers."""
    return [desk.overview(), desk.history(), desk.views("instructor")]


def test_written_answers_are_marked_in_postgresql(
    server: PostgresServer, database: str, released_there: Path, tmp_path: Path
) -> None:
    folder = copy_course(released_there, tmp_path / "course")
    configure(folder, "CourseDirectory", db_url=server.url(database))
    enter_roster(folder, NAMES)
    grade_written(folder, ASSIGNMENT, {name: text_of(name) for name in NAMES})
    write_table(folder, "bob", "eve")
    with desk_in(folder) as desk:
        student, old = next(iter(desk.views("bob").items()))
        assert desk.mark_all("bob", 2, "from bob") == desk.mark_all("eve", 3.5, "from eve") == 4
        with pytest.raises(Stale, match="the mark has changed since"):
            desk.save("bob", old, 1)
        desk.save("instructor", desk.views("instructor")[student], 3, "For the student.")
        changed = next(name for name in NAMES if name != student)
        desk.grade_again(**{changed: "Another answer."})
        before = shown(desk)
    marks = in_gradebook(folder, server.url(database))
    assert marks[student] == (3.0, "For the student.", False) and marks[changed][2]
    with desk_in(folder) as desk:
        assert shown(desk) == before
        desk.save("instructor", desk.views("instructor")[student], 1, "the history goes on")

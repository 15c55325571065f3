"""A course whose gradebook is in PostgreSQL, with a real server: there, back, and killed."""

from __future__ import annotations

import random
import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy.engine import make_url

from autograder.instructor.backup import databases
from autograder.instructor.backup.databases import Postgresql
from autograder.instructor.backup.restore import restore
from autograder.instructor.backup.write import write_backup
from autograder.instructor.course.folder import CourseFolder
from tests.instructor.backup.conftest import SHORTER, killed_after, put, seconds_of, state_of
from tests.instructor.gradebook.test_postgresql import Server, configure, running
from tests.test_cli import here, refused


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    # Not in pytest's own folder, which the server's user may not enter.
    with tempfile.TemporaryDirectory(prefix="postgresql-") as folder, running(Path(folder)) as server:
        yield server


@pytest.fixture
def database(server: Server) -> Iterator[str]:
    server.do("CREATE DATABASE course")
    yield "course"
    server.do("DROP DATABASE course WITH (FORCE)")


@pytest.fixture
def course(server: Server, database: str, made_course: Path, tmp_path: Path) -> Path:
    """A course folder of the test's own, in the old state, and its gradebook in the database."""
    shutil.copytree(made_course, tmp_path / "course")
    (tmp_path / "course" / "gradebook.db").unlink()
    configure(tmp_path / "course", db_url=server.url(database))
    put(tmp_path / "course", "old")
    return tmp_path / "course"


def students(server: Server, schema: str = "public") -> list[str]:
    found: list[str] = server.ask("course", f"SELECT array_agg(id ORDER BY id) FROM {schema}.student")
    return found


def schemas_aside(server: Server) -> list[str]:
    return server.ask("course", "SELECT array_agg(nspname) FROM pg_namespace WHERE nspname LIKE 'before%'") or []


def test_folder_and_database_come_back_and_what_was_there_is_kept(server: Server, course: Path, tmp_path: Path) -> None:
    old = state_of(course)
    status, said, errors = here(course, "backup", tmp_path / "b.zip")
    assert (status, errors) == (0, "") and "and the gradebook's database, " in said
    put(course, "new")
    new = state_of(course)
    assert students(server) == ["new", "old"]
    assert "the database course holds a gradebook: --replace" in refused(tmp_path, "restore", "b.zip", "elsewhere")
    assert (state_of(course), students(server)) == (new, ["new", "old"])
    assert not [*tmp_path.glob(".*restoring*"), *tmp_path.glob("elsewhere")]
    status, said, errors = here(tmp_path, "restore", "b.zip", "--replace")
    (schema,) = schemas_aside(server)
    assert (status, errors) == (0, "") and said.endswith(f"what the database held before: its schema {schema}\n")
    assert (state_of(course), students(server), students(server, schema)) == (old, ["old"], ["new", "old"])
    put(course, "new")  # nbgrader works with the tables that were put back
    assert students(server) == ["new", "old"]
    assert here(course, "backup", tmp_path / "second.zip")[0] == 0
    (aside,) = tmp_path.glob("course-before-*")
    assert state_of(aside) == new


def test_into_an_empty_database_nothing_has_to_be_replaced(
    server: Server, course: Path, database: str, tmp_path: Path
) -> None:
    old = state_of(course)
    assert here(course, "backup", tmp_path / "b.zip")[0] == 0
    server.do(f"DROP DATABASE {database} WITH (FORCE)")
    server.do(f"CREATE DATABASE {database}")
    shutil.rmtree(course)
    assert here(tmp_path, "restore", "b.zip")[0] == 0
    assert (state_of(course), students(server), schemas_aside(server)) == (old, ["old"], [])


@pytest.mark.long("a restore, a dozen times")
def test_a_restore_that_is_killed_leaves_the_old_database_or_the_new(
    server: Server, course: Path, tmp_path: Path
) -> None:
    put(course, "old", enter=False)
    write_backup(CourseFolder(course), tmp_path / "b.zip")
    new = state_of(course)
    put(course, "new")
    old, pristine = state_of(course), tmp_path / "pristine"
    shutil.copytree(course, pristine)

    def work() -> object:
        return restore(tmp_path / "b.zip", course, replace=True)

    whole = seconds_of(work)
    draw, kills, mixed = random.Random(3), 0, 0
    for _ in range(12):
        for left in (course, *tmp_path.glob("course-before-*"), *tmp_path.glob(".course.restoring-*")):
            shutil.rmtree(left, ignore_errors=True)
        shutil.copytree(pristine, course)
        put(course, "new")
        before = students(server)
        killed = killed_after(draw.uniform(0, whole), work)
        kills, whole = kills + killed, whole if killed else whole * SHORTER
        assert state_of(course) in (old, new)
        settled(server)
        assert students(server) in (before, ["old"])
        if state_of(course) == new:
            assert students(server) == ["old"]
        mixed += state_of(course) == old and students(server) == ["old"]
    assert kills > 5
    assert mixed <= 1  # killed in the moment between the database and the folder, which the guide names


def settled(server: Server) -> None:
    """Wait until no statement runs in the database: a killed command leaves psql to end by itself."""
    others = "SELECT count(*) FROM pg_stat_activity WHERE datname = 'course' AND pid <> pg_backend_pid()"
    deadline = time.monotonic() + 60
    while server.ask("course", others):
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_a_transaction_that_fails_leaves_the_database_as_it_was(server: Server, course: Path, tmp_path: Path) -> None:
    before = students(server)
    (tmp_path / "broken.sql").write_text("CREATE TABLE half (id int);\nSELECT nothing FROM nowhere;\n")
    with pytest.raises(databases.DatabaseError, match=r'psql failed: .*relation "nowhere" does not exist'):
        Postgresql(make_url(server.url("course"))).load(tmp_path / "broken.sql", "before_x")
    assert (students(server), schemas_aside(server)) == (before, [])


def test_programs_that_are_missing_and_a_server_that_is_gone_are_one_line(
    server: Server, course: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    configure(course, db_url=server.url("nowhere"))
    assert "pg_dump failed: pg_dump: error: " in refused(course, "backup", tmp_path / "b.zip", status=1)
    monkeypatch.setattr(databases, "DEBIAN", tmp_path)
    monkeypatch.setattr(databases.shutil, "which", lambda name: None)
    assert "pg_dump is missing, which PostgreSQL needs here: apt-get install postgresql-client" in refused(
        course, "backup", tmp_path / "b.zip", status=1
    )
    assert not (tmp_path / "b.zip").exists()


def test_a_password_is_not_on_the_command_line_which_all_users_can_list() -> None:
    address = Postgresql(make_url("postgresql+psycopg://ada:secret@db.example/course"))._address
    assert address == "postgresql://ada@db.example/course"

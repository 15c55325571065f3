"""A course in one file: whole or not at all, killed or not, and beside a grader at work."""

from __future__ import annotations

import contextlib
import os
import random
import shutil
import signal
import sqlite3
import stat
import subprocess
import sys
import threading
import time
import zipfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from autograder.course import Course
from autograder.instructor.backup import write_backup
from autograder.instructor.class_facts import update_gradebook
from autograder.instructor.course.folder import LOCK, CourseFolder
from autograder.instructor.course.init import make_course_folder
from autograder.instructor.course.roster import Student
from autograder.instructor.gradebook import CourseGradebook
from tests.test_cli import here, refused

SIZE = 200_000  # bytes of a student's file: enough for a backup to take some time
SHORTER = 0.8  # of the time that work is thought to take, once it ended before its kill: its first run may have waited


@pytest.fixture(scope="session")
def made_course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A course folder with an empty gradebook. Read it only."""
    root = tmp_path_factory.mktemp("backup") / "course"
    make_course_folder(root)
    with CourseGradebook(CourseFolder(root)) as gradebook:  # nbgrader takes seconds to make one
        update_gradebook(CourseFolder(root), Course.installed(), gradebook, students=[Student("first")])
    return root


@pytest.fixture
def course(made_course: Path, tmp_path: Path) -> Path:
    """A course folder of the test's own, in the old state."""
    shutil.copytree(made_course, tmp_path / "course")
    put(tmp_path / "course", "old")
    return tmp_path / "course"


def put(course: Path, state: str, enter: bool = True) -> None:
    """Bring a course folder into a state that shows in each file and in the gradebook."""
    for at in range(20):
        file = course / "submitted" / f"{state}-{at}" / "2-layers" / "2-layers.ipynb"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(random.Random(f"{state}{at}").randbytes(SIZE))
    (course / "roster.csv").write_text(f"id\n{state}\n")
    if enter:
        with CourseGradebook(CourseFolder(course)) as gradebook:
            update_gradebook(CourseFolder(course), Course.installed(), gradebook)


def state_of(course: Path) -> dict[str, object]:
    """Return all that a course folder holds: its files, their rights, and what the gradebook says."""
    found: dict[str, object] = {}
    for path in course.rglob("*"):
        name = str(path.relative_to(course))
        if name.startswith(("gradebook.db", LOCK)):
            continue
        content: object = path.readlink() if path.is_symlink() else path.read_bytes() if path.is_file() else None
        found[name] = (oct(path.lstat().st_mode), content)
    if (course / "gradebook.db").exists():
        with contextlib.closing(sqlite3.connect(course / "gradebook.db")) as database:
            found["gradebook"] = list(database.iterdump())
    return found


def killed_after(seconds: float | None, work: Callable[[], object]) -> bool:
    """Do some work in a process, kill that after some seconds, if any, and return whether it had not ended before."""
    pid = os.fork()
    if pid == 0:
        with contextlib.suppress(BaseException):
            work()
            os._exit(0)
        os._exit(1)
    if seconds is not None:
        time.sleep(seconds)
        os.kill(pid, signal.SIGKILL)
    _, ended = os.waitpid(pid, 0)
    if not os.WIFSIGNALED(ended):
        assert os.WEXITSTATUS(ended) == 0
    return os.WIFSIGNALED(ended)


def seconds_of(work: Callable[[], object]) -> float:
    """Return how long some work takes in a process of its own."""
    began = time.monotonic()
    assert not killed_after(None, work)
    return time.monotonic() - began


def unpacked(file: Path) -> Path:
    """Unpack a zip as the usual programs do, with links and rights, and return the course folder that was in it."""
    with zipfile.ZipFile(file) as archive:
        found = [(Path(archive.extract(info, file.parent / "elsewhere")), info) for info in archive.infolist()]
    for path, info in reversed(found):
        if stat.S_ISLNK(info.external_attr >> 16):
            target = path.read_text()
            path.unlink()
            path.symlink_to(target)
        else:
            path.chmod(info.external_attr >> 16 & 0o7777)
    (folder,) = (file.parent / "elsewhere").iterdir()
    return folder


def back_up(course: Path, name: str = "backup.zip") -> Path:
    file = course.parent / name
    write_backup(CourseFolder(course), file)
    return file


# As it was


def test_a_course_comes_back_as_it_was_and_what_cannot_is_named(course: Path, tmp_path: Path) -> None:
    (course / "submitted" / "link").symlink_to("/nowhere")
    (course / "submitted" / "Jürgen 小明").mkdir()
    (course / "exports").mkdir(mode=0o700)
    (course / "roster.csv").chmod(0o600)
    os.utime(course / "README.md", (0, 0))  # before the oldest time that a zip can say
    before = state_of(course)
    for name in (".autograder.lock", ".roster.csv.draft", os.fsdecode(b"\xff")):
        (course / name).touch()
    os.mkfifo(course / "pipe")
    status, said, errors = here(course, "backup", tmp_path / "backup.zip")
    assert status == 0 and said.startswith(f"{tmp_path / 'backup.zip'}: ") and "and the gradebook, " in said
    links, left_out = errors.splitlines()
    assert links == "autograder: kept as links, without what they lead to: submitted/link"
    assert left_out.startswith("autograder: left out, as no zip can hold them: ") and "pipe" in left_out
    assert stat.S_IMODE((tmp_path / "backup.zip").stat().st_mode) == 0o600
    assert said.endswith("python -m zipfile -e backup.zip .\n")
    assert state_of(unpacked(tmp_path / "backup.zip")) == before


def test_without_a_name_it_lies_beside_the_course_and_a_missing_gradebook_is_none(course: Path) -> None:
    (course / "gradebook.db").unlink()
    assert here(course, "backup")[0] == 0
    (file,) = course.parent.glob("course-*.zip")
    with zipfile.ZipFile(file) as archive:
        assert not [name for name in archive.namelist() if name.endswith(".db")]


def test_a_gradebook_on_a_server_is_not_in_it_as_is_said_and_the_folder_comes_back(
    course: Path, tmp_path: Path
) -> None:
    """Its program, `pg_dump`, is the one that copies it."""
    (course / "gradebook.db").unlink()
    with (course / "nbgrader_config.py").open("a") as config:
        config.write('c.CourseDirectory.db_url = "postgresql+psycopg://ada@127.0.0.1:9/marks"\n')
    before = state_of(course)
    status, said, errors = here(course, "backup", tmp_path / "b.zip")
    assert status == 0 and "files and no gradebook, " in said
    assert errors.startswith("autograder: the gradebook is not in it: ") and "pg_dump" in errors
    assert state_of(unpacked(tmp_path / "b.zip")) == before


# What is refused


def test_a_backup_is_not_written_over_another_nor_into_the_course(course: Path, tmp_path: Path) -> None:
    (tmp_path / "b.zip").write_text("mine")
    assert "b.zip exists: --force replaces it" in refused(course, "backup", tmp_path / "b.zip")
    assert here(course, "backup", tmp_path / "b.zip", "--force", "-q")[0] == 0
    assert (tmp_path / "b.zip.bak").read_text() == "mine"
    assert "a backup belongs elsewhere" in refused(course, "backup", course / "b.zip")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["b.zip", "b.zip.bak", "course"]


def test_a_damaged_gradebook_is_not_backed_up_as_if_it_were_well(course: Path, tmp_path: Path) -> None:
    (course / "gradebook.db").write_bytes(b"no database" * 1000)
    assert "gradebook.db cannot be copied: file is not a database" in refused(
        course, "backup", tmp_path / "b.zip", status=1
    )
    assert [path.name for path in tmp_path.iterdir()] == ["course"]


# Killed


def test_a_backup_that_is_killed_leaves_no_half_archive_under_its_name(course: Path, tmp_path: Path) -> None:
    file = tmp_path / "killed.zip"
    whole = seconds_of(lambda: write_backup(CourseFolder(course), file))
    file.unlink()
    draw, kills = random.Random(1), 0
    for _ in range(25):
        killed = killed_after(draw.uniform(0, whole), lambda: write_backup(CourseFolder(course), file))
        kills, whole = kills + killed, whole if killed else whole * SHORTER
        if file.exists():
            with zipfile.ZipFile(file) as archive:
                assert archive.testzip() is None and "course/gradebook.db" in archive.namelist()
            file.unlink()
    assert kills > 10


# Beside a grader


@pytest.mark.long("a command that waits for another")
def test_a_backup_waits_for_the_run_that_is_at_work(course: Path, tmp_path: Path) -> None:
    line = [sys.executable, "-m", "autograder.instructor.cli", "backup", str(tmp_path / "waited.zip")]
    with CourseFolder(course).only_one_grader():
        waiting = subprocess.Popen(line, cwd=course, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        assert waiting.stderr and "waiting for the command" in waiting.stderr.readline()
        assert not (tmp_path / "waited.zip").exists()
    assert waiting.communicate(timeout=60)[0].startswith(str(tmp_path / "waited.zip"))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["course", "waited.zip"]


def test_a_gradebook_that_others_write_to_meanwhile_is_copied_as_of_one_moment(course: Path, tmp_path: Path) -> None:
    """The formgrader writes without the course's lock: here two rows that belong together, again and again."""
    with closing(sqlite3.connect(course / "gradebook.db")) as database, database:
        database.execute("CREATE TABLE pair (one INTEGER, other INTEGER)")
        database.execute("INSERT INTO pair VALUES (0, 0)")
    stop = threading.Event()

    def write() -> None:
        with closing(sqlite3.connect(course / "gradebook.db", timeout=30)) as mine:
            while not stop.is_set():
                with mine:
                    mine.execute("UPDATE pair SET one = one + 1")
                    mine.execute("UPDATE pair SET other = other + 1")
                time.sleep(0.01)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        files = [back_up(course, f"{at}.zip") for at in range(5)]
    finally:
        stop.set()
        writer.join()
    for file in files:
        with zipfile.ZipFile(file) as archive:
            copy = Path(archive.extract("course/gradebook.db", tmp_path / "copy"))
        with closing(sqlite3.connect(copy)) as database:
            ((one, other),) = database.execute("SELECT one, other FROM pair").fetchall()
            assert one == other

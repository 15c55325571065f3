"""A course in one file and back: whole or not at all, whatever is killed, and beside a grader at work."""

from __future__ import annotations

import contextlib
import json
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
from autograder.instructor.backup import FORMAT, restore, write_backup
from autograder.instructor.course.folder import LOCK, CourseFolder
from autograder.instructor.course.new import make_course_folder
from autograder.instructor.course.roster import Student
from autograder.instructor.facts import update_gradebook
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


def killed_after(seconds: float | None, work: Callable[[], object], event: Callable[[], bool] | None = None) -> bool:
    """Do some work in a process, kill that some seconds after an event, and return whether it had not ended before.

    Args:
        seconds: from the event, or else from the start; None to let it end.
        work: to do.
        event: that is asked for again and again.
    """
    pid = os.fork()
    if pid == 0:
        with contextlib.suppress(BaseException):
            work()
            os._exit(0)
        os._exit(1)
    while event and not event() and os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None:
        time.sleep(0.0005)
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


def back_up(course: Path, name: str = "backup.zip") -> Path:
    file = course.parent / name
    write_backup(CourseFolder(course), file)
    return file


# There and back


def test_a_course_comes_back_as_it_was(course: Path, tmp_path: Path) -> None:
    (course / "submitted" / "link").symlink_to("/nowhere")
    (course / "submitted" / "Jürgen 小明").mkdir()
    (course / "exports").mkdir(mode=0o700)
    (course / "roster.csv").chmod(0o600)
    os.utime(course / "README.md", (0, 0))  # before the oldest time that a zip can say
    before = state_of(course)
    status, said, errors = here(course, "backup", tmp_path / "backup.zip")
    assert status == 0 and said.startswith(f"{tmp_path / 'backup.zip'}: ") and "and the gradebook, " in said
    assert errors == "autograder: kept as links, without what they lead to: submitted/link\n"
    assert stat.S_IMODE((tmp_path / "backup.zip").stat().st_mode) == 0o600
    (tmp_path / "elsewhere").mkdir()
    status, said, _ = here(tmp_path / "elsewhere", "restore", tmp_path / "backup.zip")
    assert status == 0 and said.startswith(f"{tmp_path / 'elsewhere' / 'course'}: as it was on ")
    assert state_of(tmp_path / "elsewhere" / "course") == before
    assert sorted(path.name for path in (tmp_path / "elsewhere").iterdir()) == ["course"]


def test_without_a_name_it_lies_beside_the_course_and_says_how_to_put_it_back(course: Path) -> None:
    status, said, _ = here(course, "backup")
    (file,) = course.parent.glob("course-*.zip")
    assert status == 0 and said.splitlines()[-1].endswith(f"autograder restore {file.name}")


def test_drafts_the_lock_and_the_journal_are_left_out_and_a_missing_gradebook_is_none(course: Path) -> None:
    (course / "gradebook.db").unlink()
    for name in (".autograder.lock", ".roster.csv.draft"):
        (course / name).touch()
    with zipfile.ZipFile(back_up(course)) as archive:
        assert not [name for name in archive.namelist() if name.endswith((".lock", ".draft", ".db"))]


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
    assert here(tmp_path, "restore", "b.zip", "elsewhere")[0] == 0
    assert state_of(tmp_path / "elsewhere") == before


def test_what_no_zip_can_hold_is_named(course: Path, tmp_path: Path) -> None:
    os.mkfifo(course / "pipe")
    (course / os.fsdecode(b"\xff")).touch()
    assert "left out, as no zip can hold them: " in here(course, "backup", tmp_path / "b.zip")[2]


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


def test_a_course_that_is_there_is_replaced_only_when_told_and_is_kept(course: Path, tmp_path: Path) -> None:
    before = state_of(course)
    back_up(course)
    put(course, "new")
    after = state_of(course)
    assert "course is not empty: --replace puts" in refused(tmp_path, "restore", "backup.zip")
    assert "you are in" in refused(course, "restore", "../backup.zip", course, "--replace")
    assert "this is a course folder: run it in the folder above" in refused(course, "restore", "../backup.zip")
    assert state_of(course) == after
    status, said, _ = here(tmp_path, "restore", "backup.zip", "--replace")
    (aside,) = tmp_path.glob("course-before-*")
    assert status == 0 and said.endswith(f"what was there before: {aside}\n")
    assert state_of(course) == before
    assert state_of(aside) == after


def test_an_archive_that_leads_out_of_the_folder_writes_nothing_there(course: Path, tmp_path: Path) -> None:
    back_up(course)
    with zipfile.ZipFile(tmp_path / "backup.zip", "a") as archive:
        link = zipfile.ZipInfo("course/out")
        link.external_attr = stat.S_IFLNK << 16
        archive.writestr(link, "..")
        for name in ("../up", "/up", "course/../../up"):
            archive.writestr(name, "x")
    assert here(tmp_path, "restore", "backup.zip", "elsewhere")[0] == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["backup.zip", "course", "elsewhere"]


@pytest.mark.parametrize("spoil", [lambda b: b[: len(b) // 2], lambda b: b[:5000] + b"\xff" * 99 + b[5099:]])
def test_a_damaged_backup_changes_nothing(spoil: Callable[[bytes], bytes], course: Path, tmp_path: Path) -> None:
    file = back_up(course)
    file.write_bytes(spoil(file.read_bytes()))
    before = state_of(course)
    assert "backup.zip is no backup, or damaged: " in refused(tmp_path, "restore", file, "--replace")
    assert state_of(course) == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["backup.zip", "course"]


@pytest.mark.parametrize(
    "other",
    [
        {"format": 1},
        {"course": "../x"},
        {"course": ".."},
        {"course": ""},
        {"made": None},
    ],
    ids=str,
)
def test_what_says_something_else_of_itself_is_refused(other: dict[str, object], tmp_path: Path) -> None:
    about = {"format": FORMAT, "course": "c", "made": ""} | other
    with zipfile.ZipFile(tmp_path / "b.zip", "w") as archive:
        archive.writestr("backup.json", json.dumps(about))
    assert "is no backup that this version" in refused(tmp_path, "restore", "b.zip")
    assert [path.name for path in tmp_path.iterdir()] == ["b.zip"]


def test_what_is_no_backup_is_refused(tmp_path: Path) -> None:
    shutil.make_archive(str(tmp_path / "other"), "zip", tmp_path)
    assert "is no backup that this version" in refused(tmp_path, "restore", "other.zip")
    assert "nothing.zip: does not exist" in refused(tmp_path, "restore", "nothing.zip")


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
                assert archive.testzip() is None and "backup.json" in archive.namelist()
            file.unlink()
    assert kills > 10


@pytest.mark.long("a restore, two dozen times")
def test_a_restore_that_is_killed_loses_neither_the_old_nor_the_new(course: Path, tmp_path: Path) -> None:
    new, file = state_of(course), back_up(course)
    put(course, "new")  # newer than the backup, and the one that is to be replaced
    old, pristine = state_of(course), tmp_path / "pristine"
    shutil.copytree(course, pristine)

    def work() -> object:
        return restore(file, course, replace=True)

    whole = seconds_of(work)
    assert state_of(course) == new
    draw, kills = random.Random(2), 0
    for at in range(24):
        for left in (course, *tmp_path.glob("course-before-*"), *tmp_path.glob(".course.restoring-*")):
            shutil.rmtree(left, ignore_errors=True)
        shutil.copytree(pristine, course)
        # Of every three one is killed about when the folders are moved, which is soon over.
        event = (lambda: any(tmp_path.glob("course-before-*"))) if at % 3 == 0 else None
        killed = killed_after(draw.uniform(0, 0.002) if event else draw.uniform(0, whole), work, event)
        kills, whole = kills + killed, whole if killed else whole * SHORTER
        assert old in [state_of(folder) for folder in (*tmp_path.glob("course-before-*"), *tmp_path.glob("course"))]
        assert not course.exists() or state_of(course) in (old, new)
    assert kills > 10


# Beside a grader


@pytest.mark.long("a command that waits for another")
def test_a_backup_waits_for_the_run_that_is_at_work_and_a_restore_refuses(course: Path, tmp_path: Path) -> None:
    file, before = back_up(course), state_of(course)
    line = [sys.executable, "-m", "autograder.instructor.cli", "backup", str(tmp_path / "waited.zip")]
    with CourseFolder(course).only_one_grader():
        assert "another command, such as `autograder grade`, is at work" in refused(
            tmp_path, "restore", file, course, "--replace"
        )
        waiting = subprocess.Popen(line, cwd=course, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        assert waiting.stderr and "waiting for the command" in waiting.stderr.readline()
        assert not (tmp_path / "waited.zip").exists()
    assert waiting.communicate(timeout=60)[0].startswith(str(tmp_path / "waited.zip"))
    assert state_of(course) == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["backup.zip", "course", "waited.zip"]


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

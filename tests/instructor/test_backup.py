"""A course in one file: whole or not at all, killed or not, and beside a grader at work."""

from __future__ import annotations

import multiprocessing
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
from contextlib import closing
from pathlib import Path

import pytest

from autograder.course import Course
from autograder.instructor.backup import write_backup
from autograder.instructor.class_facts import update_gradebook
from autograder.instructor.course.folder import LOCK, CourseFolder
from autograder.instructor.course.init import make_course_folder
from autograder.instructor.gradebook import CourseGradebook
from tests.test_cli import here, refused

SIZE = 200_000  # bytes of a student's file: enough for a backup to take some time
SHORTER = 0.8  # of the time that work is thought to take, once it ended before its kill: its first run may have waited


@pytest.fixture(scope="session")
def made_course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A course folder with a student, twenty large files and a gradebook. Read it only."""
    root = tmp_path_factory.mktemp("backup") / "course"
    make_course_folder(root)
    (root / "roster.csv").write_text("id\nada\n")
    for at in range(20):
        file = root / "submitted" / f"student-{at}" / "2-layers" / "2-layers.ipynb"
        file.parent.mkdir(parents=True)
        file.write_bytes(random.Random(at).randbytes(SIZE))
    with CourseGradebook(CourseFolder(root)) as gradebook:  # nbgrader takes seconds to make one
        update_gradebook(CourseFolder(root), Course.installed(), gradebook)
    return root


@pytest.fixture
def course(made_course: Path, tmp_path: Path) -> Path:
    """The same in a folder of the test's own."""
    return Path(shutil.copytree(made_course, tmp_path / "course"))


def state_of(course: Path) -> dict[str, object]:
    """Return all that a course folder holds: its files, their rights, and what the gradebook says."""
    state: dict[str, object] = {}
    for path in course.rglob("*"):
        name = str(path.relative_to(course))
        if name.startswith(("gradebook.db", LOCK)):
            continue
        content: object = path.readlink() if path.is_symlink() else path.read_bytes() if path.is_file() else None
        state[name] = (oct(path.lstat().st_mode), content)
    if (course / "gradebook.db").exists():
        with closing(sqlite3.connect(course / "gradebook.db")) as database:
            state["gradebook"] = list(database.iterdump())
    return state


def unpacked(file: Path) -> Path:
    """Unpack a zip as the usual programs do, with links and rights, and return the course folder that was in it."""
    with zipfile.ZipFile(file) as archive:
        members = [(Path(archive.extract(info, file.parent / "elsewhere")), info) for info in archive.infolist()]
    for path, info in reversed(members):
        if stat.S_ISLNK(info.external_attr >> 16):
            target = path.read_text()
            path.unlink()
            path.symlink_to(target)
        else:
            path.chmod(info.external_attr >> 16 & 0o7777)
    (folder,) = (file.parent / "elsewhere").iterdir()
    return folder


# As it was


def test_a_course_comes_back_as_it_was_and_files_left_out_are_named(course: Path, tmp_path: Path) -> None:
    (course / "submitted" / "link").symlink_to("/nowhere")
    (course / "submitted" / "Jürgen 小明").mkdir()
    (course / "exports").mkdir(mode=0o700)
    (course / "roster.csv").chmod(0o600)
    os.utime(course / "README.md", (0, 0))  # before the oldest time that a zip can say
    before = state_of(course)
    for name in (".autograder.lock", ".roster.csv.draft", os.fsdecode(b"\xff")):
        (course / name).touch()
    os.mkfifo(course / "pipe")
    status, output, errors = here(course, "backup", tmp_path / "backup.zip")
    assert status == 0 and output.startswith(f"{tmp_path / 'backup.zip'}: ") and "and the gradebook, " in output
    links, left_out = errors.splitlines()
    assert links == "autograder: kept as links, without what they lead to: submitted/link"
    assert left_out.startswith("autograder: left out, as no zip can hold them: ") and "pipe" in left_out
    assert stat.S_IMODE((tmp_path / "backup.zip").stat().st_mode) == 0o600
    assert output.endswith("python -m zipfile -e backup.zip .\n")
    assert state_of(unpacked(tmp_path / "backup.zip")) == before


def test_without_a_name_the_zip_lies_beside_the_course_and_a_course_needs_no_gradebook(course: Path) -> None:
    (course / "gradebook.db").unlink()
    assert here(course, "backup")[0] == 0
    (file,) = course.parent.glob("course-*.zip")
    with zipfile.ZipFile(file) as archive:
        assert not [name for name in archive.namelist() if name.endswith(".db")]


def test_a_gradebook_on_a_server_is_left_out_with_a_warning(course: Path, tmp_path: Path) -> None:
    """Its program, `pg_dump`, is the one that copies it."""
    (course / "gradebook.db").unlink()
    with (course / "nbgrader_config.py").open("a") as config:
        config.write('c.CourseDirectory.db_url = "postgresql+psycopg://ada@127.0.0.1:9/marks"\n')
    before = state_of(course)
    status, output, errors = here(course, "backup", tmp_path / "b.zip")
    assert status == 0 and "files and no gradebook, " in output
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


def test_a_killed_backup_leaves_no_half_archive_under_its_name(course: Path, tmp_path: Path) -> None:
    file = tmp_path / "killed.zip"
    began = time.monotonic()
    write_backup(CourseFolder(course), file)
    whole = time.monotonic() - began
    file.unlink()
    draw, kills = random.Random(1), 0
    for _ in range(25):
        process = multiprocessing.get_context("fork").Process(target=write_backup, args=(CourseFolder(course), file))
        process.start()
        time.sleep(draw.uniform(0, whole))
        process.kill()
        process.join()
        assert process.exitcode in (0, -signal.SIGKILL)
        killed = process.exitcode != 0
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
        database.execute("CREATE TABLE pair (first INTEGER, second INTEGER)")
        database.execute("INSERT INTO pair VALUES (0, 0)")
    stop = threading.Event()

    def write() -> None:
        with closing(sqlite3.connect(course / "gradebook.db", timeout=30)) as writing:
            while not stop.is_set():
                with writing:
                    writing.execute("UPDATE pair SET first = first + 1")
                    writing.execute("UPDATE pair SET second = second + 1")
                time.sleep(0.01)

    writer = threading.Thread(target=write)
    writer.start()
    files = [tmp_path / f"{at}.zip" for at in range(5)]
    try:
        for file in files:
            write_backup(CourseFolder(course), file)
    finally:
        stop.set()
        writer.join()
    for file in files:
        with zipfile.ZipFile(file) as archive:
            copy = Path(archive.extract("course/gradebook.db", tmp_path / "copy"))
        with closing(sqlite3.connect(copy)) as database:
            ((first, second),) = database.execute("SELECT first, second FROM pair").fetchall()
            assert first == second

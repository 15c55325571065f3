"""A course in one file: whole or not at all, killed or not, and beside a grader at work."""

import os
import sqlite3
import stat
import subprocess
import sys
import threading
import time
from contextlib import closing
from pathlib import Path

import pytest

from autograder.instructor import backup
from autograder.instructor.course.folder import LOCK, CourseFolder
from autograder.instructor.course.init import make_course_folder
from tests.conftest import own_copy
from tests.instructor.conftest import configure, follow
from tests.test_cli import here, refused


@pytest.fixture(scope="session")
def made_course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A course folder with a student, a file and a gradebook. Read it only."""
    root = tmp_path_factory.mktemp("backup") / "course"
    make_course_folder(root)
    (root / "roster.csv").write_text("id\nada\n")
    (root / "submitted" / "ada" / "2-layers").mkdir(parents=True)
    (root / "submitted" / "ada" / "2-layers" / "2-layers.ipynb").write_text("{}")
    follow(root)  # nbgrader takes seconds to make a gradebook
    return root


course = own_copy("made_course")


def state_of(course: Path) -> dict[str, object]:
    """Return all that a course folder holds: its files, their rights, and what the gradebook says."""
    state: dict[str, object] = {}
    for path in set(course.rglob("*")) - {course / LOCK}:
        content: object = path.readlink() if path.is_symlink() else path.read_bytes() if path.is_file() else None
        if path.name == "gradebook.db":
            with closing(sqlite3.connect(path)) as database:
                content = list(database.iterdump())
        state[str(path.relative_to(course))] = (oct(path.lstat().st_mode), content)
    return state


def tar(*line: str | Path) -> str:
    """Run tar, which ends with an error at a file that is not whole, and return what it printed."""
    return subprocess.run(["tar", *line], check=True, capture_output=True, text=True).stdout


def unpacked(file: Path) -> Path:
    """Unpack a backup as the guide says, and return the course folder that was in it."""
    elsewhere = file.with_name(f"{file.name}-elsewhere")
    elsewhere.mkdir()
    tar("xzf", file, "-C", elsewhere)
    (folder,) = elsewhere.iterdir()
    return folder


def test_a_course_comes_back_as_it_was_without_lock_and_drafts(course: Path, tmp_path: Path) -> None:
    (course / "submitted" / "link").symlink_to("/nowhere")
    (course / "submitted" / "Jürgen 小明").mkdir()
    (course / "exports").mkdir(mode=0o700)
    for private in ("roster.csv", "gradebook.db"):
        (course / private).chmod(0o600)
    os.utime(course / "README.md", (0, 0))
    os.mkfifo(course / "pipe")
    (course / os.fsdecode(b"\xff")).touch()
    before = state_of(course)
    for name in (".autograder.lock", ".roster.csv.draft"):
        (course / name).touch()
    status, output, errors = here(course, "backup", tmp_path / "b.tar.gz")
    assert (status, errors) == (0, "") and "and the gradebook, " in output
    assert output.startswith(f"{tmp_path / 'b.tar.gz'}: ") and output.endswith("tar xzf b.tar.gz\n")
    assert stat.S_IMODE((tmp_path / "b.tar.gz").stat().st_mode) == 0o600
    assert state_of(unpacked(tmp_path / "b.tar.gz")) == before


def test_without_a_name_it_lies_beside_the_course_and_a_course_needs_no_gradebook(course: Path) -> None:
    (course / "gradebook.db").unlink()
    assert here(course, "backup")[0] == 0
    (file,) = course.parent.glob("course-*.tar.gz")
    assert "course/roster.csv" in (names := tar("tzf", file)) and ".db" not in names


def test_a_gradebook_on_a_server_is_left_out_with_a_warning(course: Path, tmp_path: Path) -> None:
    (course / "gradebook.db").unlink()
    configure(course, "CourseDirectory", db_url="postgresql+psycopg://ada@127.0.0.1:9/marks")
    before = state_of(course)
    status, output, errors = here(course, "backup", tmp_path / "b.tar.gz")
    assert status == 0 and "files and no gradebook, " in output
    assert errors.startswith("autograder: the gradebook is not in it: ") and "pg_dump" in errors
    assert state_of(unpacked(tmp_path / "b.tar.gz")) == before


def test_a_backup_is_not_written_over_another_nor_into_the_course(course: Path, tmp_path: Path) -> None:
    (tmp_path / "b.tar.gz").write_text("mine")
    assert "b.tar.gz exists: --force replaces it" in refused(course, "backup", tmp_path / "b.tar.gz")
    assert here(course, "backup", tmp_path / "b.tar.gz", "--force", "-q")[0] == 0
    assert (tmp_path / "b.tar.gz.bak").read_text() == "mine" and "gradebook.db" in tar("tzf", tmp_path / "b.tar.gz")
    assert "a backup belongs elsewhere" in refused(course, "backup", course / "b.tar.gz")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["b.tar.gz", "b.tar.gz.bak", "course"]


def test_a_damaged_gradebook_is_not_backed_up_as_if_it_were_well(course: Path, tmp_path: Path) -> None:
    (course / "gradebook.db").write_bytes(b"no database" * 1000)
    assert "gradebook.db cannot be copied: file is not a database" in refused(
        course, "backup", tmp_path / "b.tar.gz", status=1
    )
    assert [path.name for path in tmp_path.iterdir()] == ["course"]


def test_a_backup_appears_under_its_name_when_it_is_whole(
    course: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, seen = tmp_path / "b.tar.gz", list[bool]()
    monkeypatch.setattr(backup, "_copy_gradebook", lambda gradebook, copy: seen.append(file.exists()))
    backup.write_backup(CourseFolder(course), course / "gradebook.db", file)
    assert (seen, file.exists()) == ([False], True)


@pytest.mark.long("a command that waits for another")
def test_a_backup_waits_for_the_run_that_is_at_work(course: Path, tmp_path: Path) -> None:
    line = [sys.executable, "-m", "autograder.instructor.cli", "backup", str(tmp_path / "waited.tar.gz")]
    with CourseFolder(course).only_one_grader():
        waiting = subprocess.Popen(line, cwd=course, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        assert waiting.stderr and "waiting for the command" in waiting.stderr.readline()
        assert not (tmp_path / "waited.tar.gz").exists()
    assert waiting.communicate(timeout=60)[0].startswith(str(tmp_path / "waited.tar.gz"))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["course", "waited.tar.gz"]


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
    files = [tmp_path / f"{at}.tar.gz" for at in range(5)]
    try:
        for file in files:
            backup.write_backup(CourseFolder(course), course / "gradebook.db", file)
    finally:
        stop.set()
        writer.join()
    for file in files:
        with closing(sqlite3.connect(unpacked(file) / "gradebook.db")) as database:
            ((first, second),) = database.execute("SELECT first, second FROM pair").fetchall()
            assert first == second

"""Whatever is handed in gets what the honest work in it is worth, and nothing outside the sandbox changes."""

from __future__ import annotations

import hashlib
import html
import json
import os
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import nbformat
import pytest

from autograder.checks import checks_of
from autograder.course import Course
from autograder.instructor.course.folder import CourseFolder
from autograder.instructor.grading.pipeline import ClassRun, GradeRequest, grade_class
from autograder.instructor.reports.feedback import write_feedback
from autograder.notebooks.fill import fill
from autograder.notebooks.graft import read_notebook
from autograder.reports.html import CONTROLS
from autograder.sandbox import Limits
from autograder.sandbox.isolation import unique_uid
from tests.conftest import ROOT, copy_course, made_once
from tests.instructor.conftest import ASSIGNMENT, gradebook_rows, notebook_of, record_of, submitted, undated, verdicts
from tests.instructor.grading.broken import SCRIPT
from tests.instructor.grading.hostile import ATTACKS, CARELESS, MARK, hand_in, knowledge
from tests.instructor.nbgrader.test_nbgrader import get, nbgrader, notebook_page, serve_formgrader

HONEST = ["ada", "alan", "barbara", "careless", "claude", "dennis", "frances", "hedy", "john"]
SEED = 5
# A loop without an end takes so long; what is right ends in a tenth of it.
LIMITS = Limits(cell_s=2, check_s=1.5, total_s=10, memory_bytes=1 << 30, disk_bytes=64 << 20)
SECRETS = {
    "in the environment": "5ecret-of-the-environment",
    "in the home folder": "5ecret-of-the-home-folder",
    "in the course folder": "5ecret-of-the-course-folder",
    "in a friend's work": "5ecret-of-a-friend",
    "on the machine": "root:x:0:0",
}
SHARED_FOLDERS = [Path("/tmp"), Path("/var/tmp"), Path("/dev/shm"), Path("/run"), Path("/etc"), Path.home(), Path("/")]


def base_notebook(folder: Path, author: str) -> nbformat.NotebookNode:
    if author == "careless":
        return fill(read_notebook(CourseFolder(folder).released(ASSIGNMENT)), CARELESS).notebook
    return notebook_of(folder, author)


def hand_in_honest(folder: Path) -> None:
    for author in HONEST:
        notebook = base_notebook(folder, author)
        if author == "ada":
            notebook.cells[0].source += "\n" + SECRETS["in a friend's work"]
        nbformat.write(notebook, submitted(folder, author))


def grade(folder: Path) -> ClassRun:
    return grade_class(CourseFolder(folder), Course.installed(), GradeRequest([ASSIGNMENT], seed=SEED, limits=LIMITS))


# What is looked at before the run and after it


def files_in(root: Path, *, contents: bool = False) -> dict[str, str]:
    """Return kind, mode and either content or size and time of each file; compiled modules come and go."""
    found = {}
    for folder, folders, files in os.walk(root):
        folders[:] = [name for name in folders if name != "__pycache__"]
        for path in (Path(folder) / name for name in (*folders, *files)):
            status = path.lstat()
            state = f"{status.st_mode} {status.st_uid}"
            if path.is_file() and not path.is_symlink():
                state += hashlib.sha256(path.read_bytes()).hexdigest() if contents else f" {status.st_size}"
                state += "" if contents else f" {status.st_mtime_ns}"
            found[str(path.relative_to(root))] = state
    return found


def planted() -> list[str]:
    """Return what lies about on the machine under the name that attacks give to everything."""
    return [str(path) for folder in SHARED_FOLDERS for path in folder.iterdir() if MARK in path.name]


def processes() -> dict[str, list[str]]:
    """Return this process's children, and whatever runs as a submission of its or under an attack's name."""
    table = subprocess.run(["ps", "-eo", "pid=,ppid=,uid=,comm="], capture_output=True, text=True, check=True).stdout
    rows = [line.split(None, 3) for line in table.splitlines()]
    users = {str(unique_uid(number)) for number in range(64)}
    return {
        "children": [pid for pid, parent, _, name in rows if parent == str(os.getpid()) and name != "ps"],
        "of a submission": [pid for pid, _, user, name in rows if user in users or name.startswith(MARK[:15])],
    }


def state_of(everything: Path) -> dict[str, Any]:
    return {
        "course": files_in(everything / "course", contents=True),
        "home": files_in(everything / "home", contents=True),
        "interpreter": files_in(Path(sys.prefix)),
        "project": files_in(ROOT / "autograder") | files_in(ROOT / "solutions") | files_in(ROOT / "chapters"),
        "planted": planted(),
        "processes": processes(),
        "this process": [os.getpgrp(), str(Path.cwd()), Path("/proc/self/oom_score_adj").read_text(), os.nice(0)],
    }


class Listener:
    """Sockets on which nobody should knock: on loopback, with a name in the home folder, and with an abstract name."""

    def __init__(self, home: Path) -> None:
        self.visitors: list[str] = []
        self._sockets = [socket.create_server(("127.0.0.1", 0))]
        self.port = self._sockets[0].getsockname()[1]
        for name in (str(home / "socket"), f"\0{MARK}"):
            listening = socket.socket(socket.AF_UNIX)
            listening.bind(name)
            listening.listen()
            self._sockets.append(listening)
        for listening in self._sockets:
            threading.Thread(target=self._serve, args=[listening], daemon=True).start()

    def _serve(self, listening: socket.socket) -> None:
        while True:
            try:
                connection, _ = listening.accept()
            except OSError:
                return
            self.visitors.append(str(listening.getsockname()))
            connection.close()

    def close(self) -> None:
        for listening in self._sockets:
            listening.shutdown(socket.SHUT_RDWR)
            listening.close()


@contextmanager
def instructor(home: Path) -> Iterator[None]:
    """Be an instructor with a home folder and a secret of one's own."""
    before = dict(os.environ)
    os.environ |= {"HOME": str(home), "SECRET_TOKEN": SECRETS["in the environment"]}
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def grade_everything(everything: Path, released: Path) -> None:
    """Grade the honest and the hostile in one class, and write down what was there before and after."""
    course, home = everything / "course", everything / "home"
    copy_course(released, course)
    (course / "source" / "secret.txt").write_text(SECRETS["in the course folder"])
    (home / ".ipython" / "profile_default" / "startup").mkdir(parents=True)
    for name in ("canary", ".bashrc", ".profile"):
        (home / name).write_text(SECRETS["in the home folder"])
    hand_in_honest(course)
    with ExitStack() as stack:
        listener = Listener(home)
        stack.callback(listener.close)
        neighbour = subprocess.Popen(["sleep", "600"])
        stack.callback(neighbour.wait)
        stack.callback(neighbour.kill)
        stack.enter_context(instructor(home))
        known = knowledge(
            COURSE=str(course),
            HOME=str(home),
            SITE=str(Path(nbformat.__file__).parents[1]),
            PORT=listener.port,
            GRADER=os.getpid(),
            CANARY=neighbour.pid,
        )
        for student, attack in ATTACKS.items():
            hand_in(attack, submitted(course, student), base_notebook(course, attack.base), known)
        before = state_of(everything)
        run = grade(course)
        after = state_of(everything)
        seen = {
            "before": before,
            "after": after,
            "verdicts": verdicts(run),
            "visitors": listener.visitors,
            "neighbour": Path(f"/proc/{neighbour.pid}/stat").read_text().split()[2],
        }
    (everything / "seen.json").write_text(json.dumps(seen))


@pytest.fixture(scope="module")
def everything(tmp_path_factory: pytest.TempPathFactory, released: Path) -> Path:
    """A folder with the course that was graded and what was seen around it. Read it only."""
    return made_once("hostile_class", tmp_path_factory, lambda folder: grade_everything(folder, released))


@pytest.fixture(scope="module")
def course(everything: Path) -> Path:
    return everything / "course"


@pytest.fixture(scope="module")
def seen(everything: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((everything / "seen.json").read_text())
    return found


def marks(seen: dict[str, Any], student: str) -> dict[str, int]:
    return {f"{one['exercise']}: {one['title']}": one["points"] for one in seen["verdicts"][student]}


ON_THEIR_OWN = [student for student, attack in ATTACKS.items() if not attack.answers_itself]


@pytest.mark.parametrize("student", ON_THEIR_OWN)
def test_an_attack_gets_what_its_base_gets(seen: dict[str, Any], student: str) -> None:
    attack = ATTACKS[student]
    mine, base = marks(seen, student), marks(seen, attack.base)
    assert mine.keys() == base.keys()
    won = [check for check in base if mine[check] > base[check]]
    lost = [check for check in base if mine[check] < base[check]]
    assert not won, attack.says
    assert attack.at_most or not lost, attack.says


@pytest.mark.parametrize("student", [student for student in ATTACKS if student not in ON_THEIR_OWN])
def test_whoever_answers_in_the_checks_place_gets_what_the_answers_are_worth(
    seen: dict[str, Any], student: str
) -> None:
    """Nobody can be kept from that, but it takes right answers, which could be handed in: of Flatten it has none."""
    mine, base = marks(seen, student), marks(seen, ATTACKS[student].base)
    of_flatten = [check for check in base if check.startswith("Flatten: ")]
    assert [check for check in of_flatten if mine[check] > base[check]] == []


def test_bases_have_some_points_and_not_all_or_all(seen: dict[str, Any]) -> None:
    assert 0 < sum(marks(seen, "careless").values()) < 20
    assert sum(marks(seen, "ada").values()) == 20


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory, released: Path) -> dict[str, list[dict[str, Any]]]:
    """What the honest ones get in a class of their own."""
    folder = tmp_path_factory.mktemp("alone") / "course"
    copy_course(released, folder)
    hand_in_honest(folder)
    return verdicts(grade(folder))


@pytest.mark.parametrize("student", HONEST)
def test_an_honest_student_gets_what_a_class_without_attacks_gives(
    seen: dict[str, Any], alone: dict[str, list[dict[str, Any]]], student: str
) -> None:
    assert seen["verdicts"][student] == alone[student]


def test_the_gradebook_holds_the_verdicts_of_all_and_of_nobody_else(seen: dict[str, Any], course: Path) -> None:
    rows = gradebook_rows(course)
    for student in (*HONEST, *ATTACKS):
        for check, verdict in zip(checks_of("layers"), seen["verdicts"][student], strict=True):
            assert rows.pop((student, check.id)) == verdict["points"]
    assert {cell for _, cell in rows} == {"layers-written"}
    assert {student for student, _ in rows} == {*HONEST, *ATTACKS}


def test_each_graded_notebook_holds_its_own_verdicts(seen: dict[str, Any], course: Path) -> None:
    for student in (*HONEST, *ATTACKS):
        assert undated(record_of(course, student)["verdicts"]) == seen["verdicts"][student]


# Nothing outside the sandbox changes


def test_in_the_course_folder_only_marks_are_new(seen: dict[str, Any]) -> None:
    before, after = seen["before"]["course"], seen["after"]["course"]
    changed = {path for path in before.keys() | after.keys() if before.get(path) != after.get(path)}
    graded = {f"autograded/{student}/{ASSIGNMENT}" for student in (*HONEST, *ATTACKS)}
    notebooks = {f"{folder}/{ASSIGNMENT}.ipynb" for folder in graded}
    stamps = {f"{folder}/timestamp.txt" for folder in graded}
    logs = {f"logs/{student}/{ASSIGNMENT}.txt" for student in (*HONEST, *ATTACKS)}
    folders = graded | {str(Path(path).parent) for path in graded | logs} | {"logs"}
    assert changed - stamps - folders == notebooks | logs | {"gradebook.db", ".autograder.lock"}


@pytest.mark.parametrize("place", ["home", "interpreter", "project", "planted", "processes", "this process"])
def test_nothing_else_changes(seen: dict[str, Any], place: str) -> None:
    assert seen["after"][place] == seen["before"][place]


def test_nothing_lies_about_and_no_process_is_left(seen: dict[str, Any]) -> None:
    assert seen["after"]["planted"] == []
    assert seen["after"]["processes"]["of a submission"] == []


def test_nobody_knocks_at_the_graders_sockets(seen: dict[str, Any]) -> None:
    assert seen["visitors"] == []


def test_a_process_beside_the_grader_is_neither_killed_nor_stopped(seen: dict[str, Any]) -> None:
    assert seen["neighbour"] == "S"


@pytest.mark.parametrize("secret", SECRETS)
def test_a_secret_turns_up_in_nothing_that_is_written(seen: dict[str, Any], course: Path, secret: str) -> None:
    said = SECRETS[secret].encode()
    written = [path for path in (course / "autograded").rglob("*") if path.is_file()]
    assert len(written) >= len(ATTACKS)
    assert [str(path) for path in (*written, course / "gradebook.db") if said in path.read_bytes()] == []


def test_a_graded_notebook_has_no_more_than_was_handed_in_and_a_little(course: Path) -> None:
    for student in ATTACKS:
        handed_in = CourseFolder(course).submissions([ASSIGNMENT], student)[0].file
        size = handed_in.stat().st_size if handed_in.is_file() else 0
        assert CourseFolder(course).autograded(student, ASSIGNMENT).stat().st_size < size + (1 << 20)


# Markup arrives as text


def copy_without_pipes(source: Path, target: Path) -> None:
    """Copy a course folder; nothing can be copied out of a pipe."""

    def pipes(folder: str, names: list[str]) -> list[str]:
        return [name for name in names if (Path(folder) / name).is_fifo()]

    shutil.copytree(source, target, symlinks=True, ignore=pipes)


@pytest.fixture(scope="module")
def pages(course: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Our feedback page of each student."""
    folder = tmp_path_factory.mktemp("feedback") / "course"
    copy_without_pipes(course, folder)
    write_feedback(CourseFolder(folder), [ASSIGNMENT])
    students = (*HONEST, *ATTACKS)
    return {one: CourseFolder(folder).feedback(one, ASSIGNMENT).read_text(encoding="utf-8") for one in students}


MARKUP = ("<script", "<img", "<svg", "<iframe", "<b ")
NAMES = [student for student in ATTACKS if not student.isidentifier()]


@pytest.mark.parametrize("student", ["markup", "markup_in_the_written_answer", "odd_ids", *NAMES])
def test_in_our_feedback_markup_is_text(pages: dict[str, str], student: str) -> None:
    assert not [tag for tag in MARKUP if tag in pages[student]]
    assert student.translate(CONTROLS) in html.unescape(pages[student])


def test_our_feedback_is_a_page_whatever_was_handed_in(pages: dict[str, str]) -> None:
    for page in pages.values():
        assert page.startswith("<!DOCTYPE html>")
        assert page.rstrip().endswith("</html>")
        assert len(page) < 200_000


@pytest.fixture(scope="module")
def own_folder(course: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The graded course in a folder that nbgrader may write to."""
    folder = tmp_path_factory.mktemp("nbgrader") / "course"
    copy_without_pipes(course, folder)
    return folder


@pytest.fixture(scope="module")
def shown(own_folder: Path) -> dict[tuple[str, str], str]:
    """What nbgrader's two pages show of the work that holds markup."""
    done = nbgrader("generate_feedback", ASSIGNMENT, "--student", "markup*", cwd=own_folder)
    assert done.returncode == 0, done.stderr
    found = {
        ("feedback", student): CourseFolder(own_folder).feedback(student, ASSIGNMENT).read_text(encoding="utf-8")
        for student in ("markup", "markup_in_the_written_answer")
    }
    with serve_formgrader(own_folder) as address:
        for student in ("markup", "markup_in_the_written_answer", *NAMES):
            found["formgrader", student] = notebook_page(address, student)
        for table in ("gradebook", "manage_students", f"manage_submissions/{ASSIGNMENT}"):
            found["formgrader", table] = get(f"{address}/{table}")
    return found


class Alarms(HTMLParser):
    """Finds what would run in a browser and calls alert, which nobody but an attack does."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        for name, value in attributes:
            if "alert(" in (value or "") and (name.startswith("on") or (value or "").strip().startswith("javascript:")):
                self.found.append(f"{tag} {name}={value}")

    def handle_data(self, data: str) -> None:
        if self.cdata_elem == "script" and "alert(" in data:
            self.found.append(data[:200])


@pytest.mark.parametrize("page", ["feedback", "formgrader"])
@pytest.mark.parametrize("student", ["markup", "markup_in_the_written_answer"])
def test_in_nbgraders_pages_markup_is_text(shown: dict[tuple[str, str], str], page: str, student: str) -> None:
    assert Alarms(shown[page, student]).found == []
    assert SCRIPT in html.unescape(shown[page, student])


def test_in_the_formgrader_names_of_folders_are_text(shown: dict[tuple[str, str], str]) -> None:
    assert len(shown) > len(NAMES)
    for page in shown.values():
        assert Alarms(page).found == []

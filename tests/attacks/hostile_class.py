"""A class of honest and hostile students, graded behind one of the walls, and its traces."""

import hashlib
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat import NotebookNode

from autograder.checks import checks_of
from autograder.course import Course
from autograder.instructor.course.folder import CourseFolder
from autograder.instructor.course.records import GradingRecord
from autograder.instructor.grading.class_run import ClassRun
from autograder.instructor.grading.grade_class import GradeRequest, grade_class
from autograder.judge.verdicts import VerdictRecord
from autograder.notebooks.fill import fill
from autograder.notebooks.graft import grade_id_of, read_notebook
from autograder.sandbox import Limits
from autograder.sandbox.isolation import mechanism, unique_uid
from tests.attacks.corpus import ANOTHER_USER, ATTACKS, CARELESS, MARK, Attack, hand_in
from tests.conftest import ROOT, copy_course
from tests.instructor.conftest import ASSIGNMENT, notebook_of, record_of, submitted, undated, verdicts
from tests.instructor.gradescope.rig import make_bundle, run_container

HONEST = ["ada", "alan", "barbara", "careless", "claude", "dennis", "frances", "hedy", "john"]
SEED = 5
# A loop without an end takes so long; what is right ends in a tenth of it.
LIMITS = Limits(cell_s=3, check_s=3, check_processor_s=1.5, total_s=10, memory_bytes=1 << 30, disk_bytes=64 << 20)
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


@contextmanager
def behind(wall: str) -> Iterator[None]:
    """Grade behind this wall, which is what the machine has at its best, or has without bubblewrap."""
    with pytest.MonkeyPatch.context() as patched:
        if wall == "landlock":
            patched.setenv("PATH", "")
        assert mechanism() == wall
        yield


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
            with connection, suppress(OSError):
                connection.settimeout(1)
                self.visitors.append(f"{listening.getsockname()}: {connection.recv(200).decode(errors='replace')}")

    def close(self) -> None:
        for listening in self._sockets:
            listening.shutdown(socket.SHUT_RDWR)
            listening.close()


@contextmanager
def neighbours(home: Path) -> Iterator[tuple[Listener, int]]:
    """Give a listener and a process that nobody should reach."""
    with closing(Listener(home)) as listener, subprocess.Popen(["sleep", "600"]) as process:
        try:
            yield listener, process.pid
        finally:
            process.kill()


def hand_in_all(everything: Path, released: Path) -> tuple[Path, Path]:
    """Make a course folder and a home folder, each with secrets, and let the honest hand in; return both."""
    course, home = copy_course(released, everything / "course"), everything / "home"
    (course / "source" / "secret.txt").write_text(SECRETS["in the course folder"])
    (home / ".ipython" / "profile_default" / "startup").mkdir(parents=True)
    for name in ("canary", ".bashrc", ".profile"):
        (home / name).write_text(SECRETS["in the home folder"])
    hand_in_honest(course)
    return course, home


def grade_everything(everything: Path, released: Path, wall: str, attacks: Mapping[str, Attack]) -> None:
    """Grade the honest and the hostile in one class, and write down what was there before and after."""
    course, home = hand_in_all(everything, released)
    with neighbours(home) as (listener, neighbour), pytest.MonkeyPatch.context() as patched:
        patched.setenv("HOME", str(home))
        patched.setenv("SECRET_TOKEN", SECRETS["in the environment"])
        hand_in_hostile(course, attacks, what_is_known(course, home, listener.port, neighbour))
        before = state_of(everything)
        with behind(wall):
            run = grade(course)
        after = state_of(everything)
        folder = CourseFolder(course)
        records = {student: GradingRecord.from_json(record_of(course, student)) for student in attacks}
        notebooks = {student: read_notebook(folder.autograded(student, ASSIGNMENT)) for student in attacks}
        seen = {
            "before": before,
            "after": after,
            "verdicts": verdicts(run),
            "longest_s": {graded.submission.student: longest_s(graded.verdicts) for graded in run.graded},
            "read": {student: read(records[student], notebooks[student]) for student in attacks},
            "shown": {student: shown(notebooks[student]) for student in attacks},
            "left": {attack.student: own(after["planted"], attack) for attack in attacks.values()},
            "visitors": listener.visitors,
            "neighbour": Path(f"/proc/{neighbour}/stat").read_text().split()[2],
        }
    (everything / "seen.json").write_text(json.dumps(seen))


def grade_in_container(everything: Path, released: Path, attacks: Mapping[str, Attack]) -> None:
    """Grade the honest and the hostile one after the other as Gradescope would, and write down what is seen there."""
    course, home = hand_in_all(everything, released)
    container = everything / "container"
    (container / "scripts").mkdir(parents=True)
    shutil.copy(Path(__file__).parent / "in_container.py", container / "scripts" / "attacks.py")
    bundle = make_bundle(released, everything / "bundle.zip")
    with neighbours(home) as (listener, neighbour):
        known = what_is_known(course, home, listener.port, neighbour)
        known |= {"COURSE": "/autograder/source", "HOME": "/root/home", "SITE": "/autograder/venv/lib", "GRADER": 1}
        hand_in_hostile(course, attacks, known)
        inside = container / "inside"
        inside.mkdir()
        (course / "submitted").rename(inside / "submitted")
        facts = {"secrets": SECRETS, "seed": SEED, "mark": MARK, "limits": asdict(LIMITS)}
        (inside / "facts.json").write_text(json.dumps(facts))
        run_container(container, bundle)
        neighbour_state = Path(f"/proc/{neighbour}/stat").read_text().split()[2]
    graded = json.loads((container / "scripts" / "attacks.out").read_text())
    notebooks = {student: nbformat.from_dict(work["notebook"]) for student, work in graded.items()}
    records = {student: GradingRecord.from_json(work["record"]) for student, work in graded.items()}
    seen = {
        "verdicts": {student: undated(record.verdicts) for student, record in records.items()},
        "longest_s": {student: longest_s(record.verdicts) for student, record in records.items()},
        "read": {student: read(records[student], notebooks[student]) for student in attacks},
        "shown": {student: shown(notebooks[student]) for student in attacks},
        "left": {student: [*graded[student]["left"], *graded[student]["processes"]] for student in attacks},
        "visitors": listener.visitors,
        "neighbour": neighbour_state,
    }
    (everything / "seen.json").write_text(json.dumps(seen))


def grade_behind(wall: str, everything: Path, released: Path, attacks: Mapping[str, Attack] = ATTACKS) -> None:
    """Grade the honest and the hostile behind a wall, and write into a folder what was seen."""
    if wall == ANOTHER_USER:
        grade_in_container(everything, released, attacks)
    else:
        grade_everything(everything, released, wall, attacks)


def read_seen(everything: Path) -> dict[str, Any]:
    """Return what was seen of a class."""
    return json.loads((everything / "seen.json").read_text())


def what_is_known(course: Path, home: Path, port: int, neighbour: int) -> dict[str, object]:
    """Return all that an attacker could know of the machine, by the names that attacks use."""
    return {
        "COURSE": str(course),
        "HOME": str(home),
        "SITE": str(Path(nbformat.__file__).parents[1]),
        "PORT": port,
        "SOCKET": f"\0{MARK}",
        "GRADER": os.getpid(),
        "CANARY": neighbour,
        "MEMORY_BYTES": LIMITS.memory_bytes,
        "DISK_BYTES": LIMITS.disk_bytes,
        "DISK_FILES": LIMITS.disk_files,
    }


def hand_in_hostile(course: Path, attacks: Mapping[str, Attack], known: Mapping[str, object]) -> None:
    for student, attack in attacks.items():
        hand_in(attack, submitted(course, student), base_notebook(course, attack.base), known)


def longest_s(records: Sequence[VerdictRecord]) -> float:
    """Return the seconds that the longest check is said to have taken."""
    return max(record["duration_s"] for record in records)


def own(planted: Sequence[str], attack: Attack) -> list[str]:
    """Return what lies about under the name of an attack."""
    return [path for path in planted if re.search(rf"{MARK}-{attack.name}(?![a-z_])", path)]


def read(record: GradingRecord, graded: NotebookNode) -> str:
    """Return all that an instructor can read of a submission: notes, verdicts, and the outputs of every cell, uncut."""
    verdicts = [json.dumps(verdict, ensure_ascii=False) for verdict in record.verdicts]
    return "\n".join([*record.notes, record.unreadable, *verdicts, *_outputs(graded.cells)])


def shown(graded: NotebookNode) -> list[str]:
    """Return the lines that a graded notebook shows: what cells printed, and what visible checks say."""
    hidden = {check.id for check in checks_of("layers") if check.hidden}
    cells = [cell for cell in graded.cells if grade_id_of(cell) not in hidden]
    return [line.strip() for text in _outputs(cells) for line in text.splitlines()]


def _outputs(cells: Sequence[NotebookNode]) -> list[str]:
    outputs = [output for cell in cells for output in cell.get("outputs", [])]
    return [text for output in outputs for text in (output.get("text", ""), *output.get("traceback", []))]


# What is around a run, before and after it: files, processes, and connections that nobody should make


def files_in(root: Path, *, contents: bool = False) -> dict[str, str]:
    """Return kind, mode and either content or size and time of each file; compiled modules come and go."""
    states = {}
    for folder, folders, files in os.walk(root):
        folders[:] = [name for name in folders if name != "__pycache__"]
        for path in (Path(folder) / name for name in (*folders, *files)):
            status = path.lstat()
            state = f"{status.st_mode} {status.st_uid}"
            if path.is_file() and not path.is_symlink():
                state += hashlib.sha256(path.read_bytes()).hexdigest() if contents else f" {status.st_size}"
                state += "" if contents else f" {status.st_mtime_ns}"
            states[str(path.relative_to(root))] = state
    return states


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

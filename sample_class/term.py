"""Play a term, from an empty folder to exported marks: python -m sample_class.term FOLDER [--students 300].

The guide is the script: every command of chapters/running.md runs in its order, on downloads of three learning systems
that a made-up class fills. What people do in between is done here. Two written answers are marked by nbgrader's own
API, as in the formgrader, and the others by the guide's markers, over the interface of the page that they share; the
extensions are given until there are a dozen; after the marking a check is repaired; a check then counts more and a
question is dropped; and a dozen requests about marks are sent. A calculation apart from the grader's expects the
penalties, and everybody's mark in the end.
"""

import argparse
import json
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import cycle
from pathlib import Path

import platformdirs
from nbgrader.api import Gradebook
from sqlalchemy.exc import SAWarning

from autograder.instructor.course.folder import CourseFolder
from autograder.instructor.course.records import GradingRecords
from autograder.instructor.course.roster import Student
from autograder.instructor.gradebook import CourseGradebook
from autograder.instructor.marking.queries import AnswerView, entries, next_of, view
from autograder.instructor.marking.saving import MarkForm, save
from autograder.instructor.marking.state import MarkingState
from autograder.instructor.requests.form import OTHER, WRITTEN, Request
from autograder.notebooks.graft import read_notebook
from sample_class import expected
from sample_class.learning_systems import ASSIGNMENT, set_points, write_downloads
from sample_class.students import students

ROOT = Path(__file__).resolve().parents[1]
GUIDE = ROOT / "chapters" / "running.md"
BLOCK = re.compile(r"^```sh\n(.*?)^```", re.MULTILINE | re.DOTALL)
REPAIR = "The output is x @ weight + bias", "As repaired, the output is x @ weight + bias"  # of a check's title
RELEASE, FOR_GRADESCOPE = f"autograder release {ASSIGNMENT}\n", f"autograder release {ASSIGNMENT} --format gradescope"
PORT = 8899
REQUESTS = 12
COMMENT = "Say what you assume about the weights."
# A server in a container of root's, as in CI, asks for these; the guide's reader has neither.
SERVER_OPTIONS = f"--allow-root --no-browser --ip=127.0.0.1 --port={PORT} --IdentityProvider.token=term"


def blocks() -> list[str]:
    """Return the commands of the guide, block by block."""
    return BLOCK.findall(GUIDE.read_text(encoding="utf-8"))


class CommandFailed(Exception):
    """A command of the guide ended with an error."""


class Shell:
    """A terminal in which one block after the other is typed; its folder stays from one to the next."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        self.environment = os.environ | {"PATH": path, "HOME": str(folder)}
        # A release that was made before need not be computed anew.
        self.environment["XDG_CACHE_HOME"] = str(platformdirs.user_cache_path())

    def run(self, block: str) -> str:
        """Run a block and return what it printed, or raise CommandFailed."""
        with tempfile.NamedTemporaryFile("r") as went:  # where the shell tells in which folder it ends
            line = ["bash", "-c", f"set -e\n{block}\npwd > '{went.name}'"]
            done = subprocess.run(
                line, cwd=self.folder, env=self.environment, stdin=subprocess.DEVNULL, capture_output=True, text=True
            )
            if done.returncode:
                raise CommandFailed(f"{block}\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
            self.folder = Path(went.read().strip())
        return done.stdout

    @contextmanager
    def serving(self, command: str, answers: Callable[[str], bool]) -> Iterator[str]:
        """Run a server while it is needed, and give what it printed by the time it answers, or raise CommandFailed."""
        log = self.folder / "server.log"
        with log.open("w") as log_file:
            line = ["bash", "-c", f"exec {command}"]
            server = subprocess.Popen(line, cwd=self.folder, env=self.environment, stdout=log_file, stderr=log_file)
        try:
            last = time.monotonic() + 60
            while not answers(log.read_text(encoding="utf-8")):
                if server.poll() is not None or time.monotonic() > last:
                    raise CommandFailed(f"{command}\n{log.read_text()[-2000:]}")
                time.sleep(0.2)
            yield log.read_text(encoding="utf-8")
        finally:
            server.terminate()
            server.wait(timeout=20)
            log.unlink()


def formgrader_answers(_: str) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{PORT}/formgrader/api/assignments?token=term", timeout=20):
            return True
    except (ConnectionError, urllib.error.URLError):
        return False


def play(folder: Path, count: int) -> list[str]:
    """Play the term in a new folder, and return the lines of its summary, or raise CommandFailed or WrongMarks."""
    folder.mkdir(parents=True)
    everybody = students(count)
    shell, marked, worksheet = Shell(folder), list[str](), folder / "grading-worksheet.csv"
    write_downloads(folder, everybody, None)  # the roster; work is handed in after the release
    for block in blocks():
        print(f"$ {block.strip()}".replace("\n", "\n$ "), flush=True)
        if block.startswith("jupyter server"):
            with shell.serving(f"{block.strip()} {SERVER_OPTIONS}", formgrader_answers):
                marked += [f"{mark_two(shell.folder)} in the formgrader"]
            continue
        if block.startswith("autograder mark"):
            with shell.serving(f"{block.strip()} --port {PORT}", lambda printed: "marking at " in printed):
                marked += mark_together(shell.folder, ASSIGNMENT)
            continue
        if block.startswith(f"autograder grade {ASSIGNMENT} --dry-run"):
            shell.environment["PYTHONPATH"] = str(repaired_course(folder / "course"))
        if block.startswith(FOR_GRADESCOPE):
            del shell.environment["PYTHONPATH"]  # it is made of the repository
        if block.startswith("autograder requests"):
            write_requests(shell.folder, folder / "requests")
        print(shell.run(block), flush=True)
        if block.startswith("autograder extend"):
            print(shell.run(expected.more_extensions(shell.folder, worksheet, everybody)), flush=True)
        if block.startswith("autograder points"):
            print(shell.run(expected.AFTER_TERM), flush=True)
            set_points(folder, expected.TOTAL)
        if block.startswith(RELEASE):
            released = read_notebook(shell.folder / "release" / ASSIGNMENT / f"{ASSIGNMENT}.ipynb")
            write_downloads(folder, everybody, released)
    shell.run(expected.EXPORT_ALL)
    percent = expected.expected_percent(shell.folder, worksheet, everybody)
    extended = expected.check_penalties(shell.folder, percent)
    right = expected.check_marks(shell.folder, percent)
    return [
        *summary(shell.folder, everybody, marked, extended),
        f"marks      {right} of them in Canvas's file, each as calculated apart",
    ]


def repaired_course(folder: Path) -> Path:
    """Make a copy of the course in which a check was repaired, and return the folder that Python finds it in."""
    shutil.copytree(ROOT / "solutions", folder / "solutions", ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("chapters", "data", "references.bib"):
        (folder / name).symlink_to(ROOT / name)
    path = folder / "solutions" / "checks" / "layers.py"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace(*REPAIR), encoding="utf-8")
    return folder


def mark_two(course: Path) -> int:
    """Mark two written answers, as a person does in the formgrader, and return how many."""
    with Gradebook(f"sqlite:///{course / 'gradebook.db'}") as gradebook, warnings.catch_warnings():
        warnings.simplefilter("ignore", SAWarning)  # of nbgrader's models under SQLAlchemy 2
        waiting = [
            grade
            for submission in gradebook.assignment_submissions(ASSIGNMENT)
            for notebook in submission.notebooks
            for grade in notebook.grades
            if grade.needs_manual_grade
        ][:2]
        for grade in waiting:
            grade.manual_score, grade.needs_manual_grade = 4, False
            comment = gradebook.find_comment(grade.name, ASSIGNMENT, ASSIGNMENT, grade.notebook.student.id)
            comment.manual_comment = COMMENT
        gradebook.db.commit()
    return len(waiting)


def mark_together(root: Path, assignment: str) -> list[str]:
    """Let all markers mark what they have, and return lines for a summary."""
    folder = CourseFolder(root)
    with CourseGradebook(folder) as gradebook:
        state = MarkingState.opened(folder, gradebook, [assignment])
        marked = [mark_all(state, marker.name) for marker in state.team.markers]
    return [f"{sum(marked)} by {len(marked)} markers"]


def mark_all(state: MarkingState, name: str) -> int:
    """Mark everything that waits for somebody, and return how many answers that was."""
    marked = 0
    for question in state.team.questions:
        while True:
            with state.gradebook.open() as rows:
                entry = next_of(entries(rows.db, state.team, name, question))
                if entry is None:
                    break
                answer = view(rows.db, state.team, name, entry.id)
            points, comment = judged(name, answer)
            save(state, name, answer.id, MarkForm(f"{points:g}", comment, answer.base))
            marked += 1
    return marked


def judged(marker: str, answer: AnswerView) -> tuple[float, str]:
    """Return points and comment: from the text, and now and then a point more or less, by who marks."""
    points = random.Random(answer.text).randrange(1, 6)
    points += random.Random(f"{marker}/{answer.id}").choice([0, 0, 0, 0, -1, 1, -2])
    points = min(max(points, 0), int(answer.max_points))
    return points, COMMENT if points < answer.max_points else ""


def write_requests(course: Path, folder: Path) -> None:
    """Write a dozen requests about marks, as pages of feedback make them, each into its student's folder."""
    records = [
        (who, record) for (who, name), record in GradingRecords(CourseFolder(course)).all() if name == ASSIGNMENT
    ]
    for (student, record), at in zip(cycle(records), range(REQUESTS), strict=False):
        failed = [f"{v['exercise']}.{v['check']}" for v in record.verdicts if v["outcome"] != "pass"]
        check = failed[0] if failed else (WRITTEN, OTHER)[at % 2]
        asked = Request(student, ASSIGNMENT, check, "It worked when I tried it.")
        target = folder / student / f"request-{at}.txt"
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(asked.lines(), encoding="utf-8")


def summary(course: Path, everybody: list[Student], marked: list[str], extended: tuple[int, int]) -> list[str]:
    """Return what became of the term; every figure is read from what was made."""
    report = json.loads((course / "reports" / f"{ASSIGNMENT}.json").read_text(encoding="utf-8"))
    (assignment,) = report["assignments"]
    marks = assignment["marks"]
    of = f"{marks['min']:g} to {marks['max']:g} of {assignment['max_score']:g}, mean {marks['mean']:.1f}"
    common = [f"{mistake['name']} ({len(mistake['students'])})" for mistake in assignment["mistakes"][:3]]
    return [
        f"class      {len(everybody)} students, {assignment['handed_in']} handed in, {len(assignment['late'])} late",
        f"marks      {of}",
        f"more time  {extended[0]} extensions; late works that cost points, as calculated apart: {extended[1]}",
        f"by hand    {', '.join(marked)}; {len(assignment['wait_for_a_person'])} wait",
        f"checks     {', '.join(f'{number} {name}' for name, number in assignment['outcomes'].items())}",
        f"mistakes   {', '.join(common)}",
        f"look at    {len(report['needs_help'])} who need help, {len(assignment['similar'])} similar pairs",
        f"report     {course / 'reports' / f'{ASSIGNMENT}.html'}",
        f"feedback   {course / 'feedback' / f'{ASSIGNMENT}.zip'}",
        f"marks for  {', '.join(str(path) for path in sorted(course.parent.glob('*-filled.csv')))}",
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folder", type=Path, help="where; it must not be there yet")
    parser.add_argument("--students", type=int, default=300, help="how many are in the class (default: %(default)s)")
    options = parser.parse_args()
    print("\n".join(["", *play(options.folder, options.students)]))


if __name__ == "__main__":
    main()

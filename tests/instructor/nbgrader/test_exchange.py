"""nbgrader's exchange on a machine of several users, as under JupyterHub: one instructor, two students."""

import json
import os
import shutil
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pytest

from autograder.instructor.course.folder import CourseFolder
from autograder.notebooks.fill import fill
from autograder.notebooks.graft import read_notebook
from sample_class.the_ten import answers
from tests.commands import succeeded
from tests.conftest import ROOT, copy_course
from tests.instructor.conftest import ASSIGNMENT, configure

USERS = {"curie": 61001, "ada": 61002, "barbara": 61003}
NOTEBOOK = f"{ASSIGNMENT}/{ASSIGNMENT}.ipynb"
EXCHANGE = "/srv/exchange"


@dataclass(frozen=True)
class HubMachine:
    """A machine with accounts for a teacher and for students: its ``/srv``, and the course."""

    folder: Path
    course_id: str

    def run(self, user: str, *line: str | Path, where: str = "") -> subprocess.CompletedProcess[str]:
        hub = [shutil.which("bwrap") or "", "--dev-bind", "/", "/", "--tmpfs", "/root", "--chmod", "0755", "/root"]
        hub += ["--bind", str(self.folder), "/srv"]
        # Interpreter, environment and clone may lie where nobody but root passes, or below one of these two.
        for needed in dict.fromkeys(map(Path, (sys.base_prefix, sys.prefix, ROOT))):
            for parent in list(needed.parents)[-2::-1]:
                hub += ["--perms", "0755", "--dir", str(parent)]
            hub += ["--ro-bind", str(needed), str(needed)]
        hub += ["--ro-bind", str(self.folder / "passwd"), "/etc/passwd"]
        uid = str(USERS[user])
        hub += [shutil.which("setpriv") or "", "--reuid", uid, "--regid", uid, "--clear-groups", "--no-new-privs"]
        home = f"/srv/home/{user}"
        environment = {"HOME": home, "PATH": os.environ["PATH"], "JUPYTER_CONFIG_PATH": "/srv/jupyter"}
        hub += ["env", "--chdir", f"{home}/{where}", *map(str, line)]
        return subprocess.run(hub, capture_output=True, text=True, check=False, env=environment)

    def nbgrader(self, user: str, *line: str, where: str = "") -> None:
        succeeded(self.run(user, sys.executable, "-m", "nbgrader", *line, where=where))

    @property
    def exchange(self) -> Path:
        return self.folder / "exchange"

    def home(self, user: str) -> Path:
        return self.folder / "home" / user


def give(path: Path, user: str) -> None:
    """Let a folder and all in it be a user's own."""
    for entry in (path, *path.rglob("*")):
        os.chown(entry, USERS[user], USERS[user])


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory, released: Path) -> HubMachine:
    """A hub on which the course is released, and two students have fetched, filled in and submitted. Read it only."""
    assert os.geteuid() == 0, "to be several users needs root, as in CI"
    folder = tmp_path_factory.mktemp("hub")
    course_id = CourseFolder(released).nbgrader_config().CourseDirectory.course_id
    hub = HubMachine(folder, course_id)
    folder.chmod(0o755)
    hub.exchange.mkdir()
    hub.exchange.chmod(0o1777)
    (folder / "jupyter").mkdir()
    accounts = "".join(f"{user}:x:{uid}:{uid}::/srv/home/{user}:/bin/sh\n" for user, uid in USERS.items())
    (folder / "passwd").write_text(Path("/etc/passwd").read_text() + accounts)
    for user in USERS:
        hub.home(user).mkdir(parents=True)
        hub.home(user).chmod(0o700)
        give(hub.home(user), user)
    configure(copy_course(released, hub.home("curie") / "course"), "Exchange", root=EXCHANGE)
    give(hub.home("curie"), "curie")
    (folder / "jupyter" / "nbgrader_config.py").write_text("c = get_config()\n")
    configure(folder / "jupyter", "Exchange", root=EXCHANGE)
    configure(folder / "jupyter", "CourseDirectory", course_id=course_id)
    hub.nbgrader("curie", "release_assignment", ASSIGNMENT, where="course")
    for student in ("ada", "barbara"):
        hub.nbgrader(student, "fetch_assignment", ASSIGNMENT)
        notebook = hub.home(student) / NOTEBOOK
        filled = fill(read_notebook(notebook), answers("layers")[student]).notebook
        notebook.write_text(json.dumps(filled), encoding="utf-8")
        hub.nbgrader(student, "submit", ASSIGNMENT)
    return hub


@pytest.mark.deep
@pytest.mark.long("a class is graded")
def test_submitted_work_is_found_by_its_owner_with_a_proved_time_and_graded(hub: HubMachine) -> None:
    command = [sys.executable, "-m", "autograder.instructor.command_line"]
    (hub.home("curie") / "course" / "roster.csv").write_text("id\nada\nbarbara\n", encoding="utf-8")
    line = [*command, "collect", f"/srv/exchange/{hub.course_id}/inbound"]
    plan = json.loads(hub.run("curie", *line, "--dry-run", "--json", where="course").stdout)
    evidence = {work["student"]: (work["matched_by"], work["attempt"]["standing"]) for work in plan["submissions"]}
    assert evidence == dict.fromkeys(("ada", "barbara"), ("id and owner", "proved"))
    assert [file for file in plan["left_out"] if file["matters"]] == []
    hub.nbgrader("curie", "collect", ASSIGNMENT, where="course")
    line = [*command, "grade", ASSIGNMENT, "-q", "--json", "-"]
    run = json.loads(succeeded(hub.run("curie", *line, where="course")).stdout)
    points = Counter[str]()
    for verdict in run["verdicts"]:
        points[verdict["student"]] += verdict["points"]
    assert points == {"ada": 20, "barbara": 18}
    assert run["run"]["isolated"]

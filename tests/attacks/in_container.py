"""Grade a class in a container of Gradescope's, behind the only wall there: another user.

``rig.run_container`` runs it. Gradescope gives each submission a container of its own, so what one leaves in the
folders for temporary files is deleted before the next comes; what it leaves elsewhere is reported.
"""

import json
import os
import shutil
from pathlib import Path

from autograder.course import Course
from autograder.instructor.gradescope.container import BundledExpectations, submitted_notebook
from autograder.instructor.grading.submission import conclude, grade_unreadable, prepare
from autograder.notebooks.graft import MalformedNotebook, read_notebook, room_of
from autograder.sandbox import Limits, Sandbox

INSIDE = Path("/autograder/inside")
HOME = Path("/root/home")  # the interpreter of these tests may lie in /root itself, where it must be found
TEMPORARY = [Path("/tmp"), Path("/var/tmp"), Path("/dev/shm")]
WHERE_ONE_MIGHT_WRITE = [Path("/"), Path("/autograder"), HOME, Path("/etc"), Path("/run"), Path("/home")]


def processes() -> list[str]:
    """Return what runs under another user."""
    names = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if folder.stat().st_uid:
                names.append((folder / "comm").read_text().strip())
        except OSError:
            pass  # it has ended
    return names


def empty(folder: Path) -> None:
    """Delete all that lies in a folder."""
    for path in folder.iterdir():
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()


facts = json.loads((INSIDE / "facts.json").read_text())
os.environ["SECRET_TOKEN"] = facts["secrets"]["in the environment"]
HOME.mkdir(mode=0o700)
(HOME / "canary").write_text(facts["secrets"]["in the home folder"])
Path("/autograder/source/secret.txt").write_text(facts["secrets"]["in the course folder"])
(released_file,) = Path("/autograder/source").glob("*.ipynb")
released, course, seed = read_notebook(released_file), Course.installed(), facts["seed"]
expect, graded = BundledExpectations.of(course, released), {}
with Sandbox(Limits(**facts["limits"]), one_submission=True) as sandbox:
    for folder in sorted((INSIDE / "submitted").iterdir()):
        try:
            notebook, _ = submitted_notebook(folder / released_file.stem, room_of(released), released_file.name)
        except MalformedNotebook as error:
            shown, record = grade_unreadable(released, str(error), expect, seed)
        else:
            grafted, program = prepare(released, notebook, seed)
            shown, record = conclude(grafted, sandbox.run(program), expect, seed)
        left = [str(path) for place in WHERE_ONE_MIGHT_WRITE for path in place.iterdir() if facts["mark"] in path.name]
        graded[folder.name] = {"notebook": shown, "record": record.to_json(), "left": left, "processes": processes()}
        for place in TEMPORARY:
            empty(place)
print(json.dumps(graded))

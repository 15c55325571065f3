"""`autograder release --format gradescope`: the zip builds an image and grades in it, in a root without namespaces."""

import json
import re
import zipfile
from collections import defaultdict
from pathlib import Path

import jsonschema
import nbformat
import pytest

from autograder.checks import checks_of
from autograder.instructor.course.folder import CourseFolder
from autograder.instructor.gradescope.container import strongest_sandbox, submitted_notebook
from autograder.notebooks.fill import exercise_cells
from autograder.notebooks.graft import MalformedNotebook, is_written
from autograder.sandbox import NoSandbox, Program, Sandbox, isolation
from tests import warm
from tests.commands import run
from tests.conftest import made_once, shared_folder
from tests.instructor.collecting import made_downloads
from tests.instructor.conftest import ASSIGNMENT, notebook_of
from tests.instructor.exporting.test_formats import RESULTS
from tests.instructor.gradescope.rig import make_bundle, run_container
from tests.test_cli import refused

ROOM = "layers"
NAME = f"{ASSIGNMENT}.ipynb"
NOT_LINEAR = sum(check.points for check in checks_of(ROOM) if check.exercise != "Linear")

THIEF, LEAKS = re.findall(
    r"^```python\n(.*?)^```$",
    Path(__file__).with_name("programs.md").read_text(encoding="utf-8"),
    re.MULTILINE | re.DOTALL,
)


@pytest.fixture(scope="session")
def bundle(tmp_path_factory: pytest.TempPathFactory, released: Path) -> Path:
    def make(folder: Path) -> None:
        make_bundle(released, folder / "bundle.zip")

    return made_once("gradescope_bundle", tmp_path_factory, make) / "bundle.zip"


@shared_folder
def container(folder: Path, bundle: Path, released: Path) -> None:
    """A folder in which ``results/NAME/`` holds what run_autograder left for each submission. Read it only."""
    right, thief = notebook_of(released, "ada"), notebook_of(released, "ada")
    next(filter(is_written, right.cells)).source = "Layers widen the variance."
    exercise_cells(thief)["Linear"].source = THIEF
    texts = {
        "right/week 2/my work (1).ipynb": nbformat.writes(right),
        f"wrong/{NAME}": nbformat.writes(notebook_of(released, "barbara")),
        f"malformed/{NAME}": nbformat.writes(notebook_of(released, "ada"))[:5000],
        f"thief/{NAME}": nbformat.writes(thief),
    }
    hand_in(folder / "submissions", texts)
    hand_in(folder / "scripts", {"leaks.py": LEAKS})
    run_container(folder, bundle)


def hand_in(folder: Path, files: dict[str, str]) -> Path:
    return made_downloads.folder(folder, {name: text.encode() for name, text in files.items()})


def test_the_zip_holds_scripts_that_can_be_run_the_course_and_the_notebook(bundle: Path) -> None:
    with zipfile.ZipFile(bundle) as archive:
        modes = {info.filename: info.external_attr >> 16 & 0o777 for info in archive.infolist()}
        scripts = archive.read("setup.sh").decode() + archive.read("run_autograder").decode()
    (wheel,) = (name for name in modes if name.endswith(".whl"))
    assert modes == {"setup.sh": 0o755, "run_autograder": 0o755, wheel: 0o644, NAME: 0o644}
    assert not re.search(r"(?<!\$)\{\w+\}", scripts), "a placeholder was not filled in"


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ((ASSIGNMENT, "--format", "gradescope", "-o"), "--force"),
        (("9-none", "--format", "gradescope", "-o"), "there is no assignment '9-none'"),
        (("--format", "gradescope", "-o"), "Gradescope grades one assignment: name it"),
        ((ASSIGNMENT, "-o"), "add --format gradescope"),
        ((ASSIGNMENT, "--format", "canvas", "-o"), "there is no format 'canvas': there are notebooks, gradescope"),
    ],
)
def test_a_command_that_gives_no_zip_is_refused_before_the_work(
    line: tuple[str, ...], reason: str, bundle: Path, released: Path
) -> None:
    before = bundle.read_bytes()
    assert reason in refused(released, "release", *line, bundle)
    assert bundle.read_bytes() == before


@pytest.mark.parametrize(
    ("name", "points", "isolation", "shown"),
    [
        ("right", 20, "other-user", ["An answer waits for a person"]),  # who alone has written one
        ("wrong", 18, "other-user", ["likely mistake: ", f"of {NAME}"]),
        ("malformed", 0, "nothing was run", [f"{NAME} is not a notebook"]),
        ("thief", NOT_LINEAR, "other-user", ["uid other, got []"]),
    ],
)
@pytest.mark.deep
def test_a_submission_gets_the_points_of_a_course_folder_in_gradescopes_format(
    name: str, points: int, isolation: str, shown: list[str], container: Path
) -> None:
    results = json.loads((container / "results" / name / "results.json").read_text(encoding="utf-8"))
    printed = (container / "results" / name / "stdout").read_text(encoding="utf-8")
    jsonschema.validate(results, RESULTS | {"required": ["tests"]})
    tests = results["tests"]
    assert sum(test["score"] for test in tests) == points, printed
    assert sum(test["max_score"] for test in tests) == sum(check.points for check in checks_of(ROOM))
    assert "status" not in printed
    hidden = {f"{check.exercise}: {check.title} (hidden)" for check in checks_of(ROOM) if check.hidden}
    assert {test["name"] for test in tests if test["visibility"] == "after_due_date"} == hidden
    assert {test["output"] for test in tests if test["name"] in hidden} == {""}
    assert results["extra_data"]["isolation"] == isolation
    text = "\n".join([results["output"], *(test["output"] for test in tests)])
    assert [part for part in shown if part not in text] == []
    assert ("An answer waits" in text) == (name == "right")


@pytest.mark.deep
def test_these_walls_stand_without_namespaces(container: Path) -> None:
    leaks = json.loads((container / "scripts" / "leaks.out").read_text(encoding="utf-8"))
    assert leaks.pop("network") == ["a local socket"]
    assert all(left.startswith("the file ") for left in leaks.pop("nothing left behind")), "a process"
    assert list(leaks.values()) == [[]] * 7


def test_another_user_is_no_wall_around_what_everybody_may_read() -> None:
    sandbox = Sandbox(one_submission=True)
    with pytest.raises(NoSandbox, match=r"root's alone: chmod 700|only root"), sandbox:
        sandbox.run(Program((), ()))


def test_a_sandbox_that_fails_where_namespaces_can_be_made_gives_way_to_no_weaker_wall(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(isolation, "interpreter", lambda: Path("/no/such/python"))
    monkeypatch.setattr(warm, "_idle", defaultdict(list))  # no server of another test's
    with pytest.raises(NoSandbox, match="No such file"):
        strongest_sandbox()


def test_the_notebook_is_found_by_its_cells_and_the_released_name_comes_first(released: Path, tmp_path: Path) -> None:
    filled, blank = (nbformat.writes(notebook_of(released, author)) for author in ("ada", "dennis"))
    dropout = CourseFolder(released).released("3-dropout").read_text(encoding="utf-8")
    hand_in(tmp_path, {"a.ipynb": dropout, "notes.txt": "{", ".ipynb_checkpoints/x.ipynb": blank, "b/x.ipynb": filled})
    assert submitted_notebook(tmp_path, ROOM, NAME) == (nbformat.reads(filled, as_version=4), "")
    hand_in(tmp_path, {f"z/{NAME}": blank})
    note = f"z/{NAME} counts; also handed in: b/x.ipynb"
    assert submitted_notebook(tmp_path, ROOM, NAME) == (nbformat.reads(blank, as_version=4), note)


def test_without_a_notebook_of_the_assignment_the_student_reads_what_to_hand_in(released: Path, tmp_path: Path) -> None:
    with pytest.raises(MalformedNotebook, match=f"no notebook was handed in: hand in {NAME}"):
        submitted_notebook(hand_in(tmp_path, {"layers.py": "x = 1"}), ROOM, NAME)
    with pytest.raises(MalformedNotebook, match="no notebook was handed in"):
        submitted_notebook(tmp_path / "missing", ROOM, NAME)
    (tmp_path / NAME).symlink_to(released / "source" / ASSIGNMENT / NAME)
    with pytest.raises(MalformedNotebook, match="no notebook was handed in"):
        submitted_notebook(tmp_path, ROOM, NAME)
    dropout = CourseFolder(released).released("3-dropout").read_text(encoding="utf-8")
    with pytest.raises(MalformedNotebook, match=r"mine.ipynb holds none of this assignment's cells"):
        submitted_notebook(hand_in(tmp_path, {"mine.ipynb": dropout}), ROOM, NAME)


def test_an_error_of_the_grader_is_no_fault_of_the_student_and_the_instructor_sees_it(tmp_path: Path) -> None:
    (tmp_path / "results").mkdir()
    done = run("autograder.instructor.gradescope.container", tmp_path, cwd=tmp_path)
    assert done.returncode == 1
    assert "Traceback" in done.stdout
    results = json.loads((tmp_path / "results" / "results.json").read_text(encoding="utf-8"))
    assert results["score"] == 0
    assert "no fault of this work" in results["output"]
    assert "Traceback" not in results["output"]

"""Another course, without PyTorch, from its wheel to the marks, in an environment of just what its wheels ask for."""

import csv
import os
import subprocess
import tomllib
import venv
from pathlib import Path

import pytest

from autograder.instructor.releasing.bundle import pip_wheel
from tests.conftest import ROOT, files_in

COURSE = ROOT / "tests" / "second_course"
GRADER = ROOT / "autograder"
MISTAKEN = """
import numpy as np

def standardize(table):
    return (table - table.mean()) / table.std()

def moving_average(values, width):
    if width < 1 or width > len(values):
        raise ValueError("this width does not fit")
    return np.array([values[at : at + width].mean() for at in range(len(values) - width + 1)])
"""


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The interpreter of an environment that holds the grader, the second course, and what both need."""
    folder = tmp_path_factory.mktemp("second")
    grader, course = pip_wheel(GRADER, folder / "grader"), pip_wheel(COURSE, folder / "course")
    venv.create(folder / "env", with_pip=True)
    install = [folder / "env" / "bin" / "python", "-m", "pip", "install", "--quiet", f"{grader}[instructor]", course]
    subprocess.run([*map(str, install)], check=True)
    return folder / "env" / "bin" / "python"


def test_the_grader_by_itself_asks_for_what_the_whole_asks_for_but_pytorch() -> None:
    whole, alone = (
        tomllib.loads((at / "pyproject.toml").read_text(encoding="utf-8"))["project"] for at in (ROOT, GRADER)
    )
    assert alone["dependencies"] == [line for line in whole["dependencies"] if not line.startswith("torch")]
    assert alone["optional-dependencies"]["instructor"] == whole["optional-dependencies"]["instructor"]
    assert alone["requires-python"] == whole["requires-python"]


def play(python: Path, folder: Path, *arguments: object, status: int = 0) -> str:
    done = subprocess.run(
        [python, "-m", "autograder.instructor.command_line", *map(str, arguments)],
        cwd=folder,
        env={**os.environ, "PATH": f"{python.parent}{os.pathsep}{os.environ['PATH']}", "JUPYTER_PREFER_ENV_PATH": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == status, done.stderr[-2000:] + done.stdout[-2000:]
    return done.stdout


@pytest.mark.deep
@pytest.mark.long("an environment of its own, a release and a run of the grader")
def test_another_course_is_played_from_release_to_export_where_pytorch_is_not(python: Path, tmp_path: Path) -> None:
    look = "import importlib.util as u; print([n for n in ('torch', 'solutions') if u.find_spec(n)])"
    done = subprocess.run([python, "-c", look], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
    folder = tmp_path / "term"
    play(python, tmp_path, "init", folder)
    roster = "id,first name,last name,e-mail,also\nada,Ada,L,,\nbo,Bo,M,,\n"
    (folder / "roster.csv").write_text(roster, encoding="utf-8")
    assert "1-means: 6 points (6 by checks, 0 by hand)" in play(python, folder, "release")
    (bundle,) = folder.rglob("course.zip")
    held = dict(files_in(bundle.read_bytes()))
    assert "torch" not in held["course/README.md"].decode().lower()
    (metadata,) = (content.decode() for name, content in held.items() if name.endswith(".dist-info/METADATA"))
    assert "Requires-Dist: numpy" in metadata and "torch" not in metadata
    (visible,) = (content.decode() for name, content in held.items() if name.endswith("checks/means.py"))
    assert "def columns" in visible and "def untouched" not in visible
    (tmp_path / "mistaken.py").write_text(MISTAKEN, encoding="utf-8")
    released = folder / "release" / "1-means" / "1-means.ipynb"
    reference = COURSE / "averages" / "means.py"
    for student, source in (("ada", reference), ("bo", tmp_path / "mistaken.py")):
        handed_in = folder / "submitted" / student / "1-means" / "1-means.ipynb"
        handed_in.parent.mkdir(parents=True)
        play(python, folder, "fill", released, source, handed_in)
    output = play(python, folder, "check", folder / "submitted" / "bo" / "1-means" / "1-means.ipynb", status=1)
    assert "One mean was taken over the whole table" in output
    assert "float64 of shape (5, 3)" in output
    play(python, folder, "grade", "--seed", "1")
    rows = csv.DictReader(play(python, folder, "export", "-q", "-o", "-").splitlines())
    assert {row["student_id"]: (float(row["score"]), float(row["max_score"])) for row in rows} == {
        "ada": (6, 6),
        "bo": (3, 6),
    }

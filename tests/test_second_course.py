"""Another course, without PyTorch, from its wheel to the marks, in an environment of just what its wheels ask for."""

import csv
import os
import shutil
import subprocess
import sys
import sysconfig
import venv
from importlib.metadata import Distribution, distribution, requires
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from autograder.instructor.releasing.bundle import pip_wheel
from tests.conftest import ROOT, files_in

COURSE = ROOT / "tests" / "second_course"
HERE = Path(sysconfig.get_path("purelib"))
SCRIPT = "#!{python}\nimport sys\nfrom {module} import {name}\n\nsys.exit({name}())\n"
MISTAKEN = """
import numpy as np

def standardize(table):
    return (table - table.mean()) / table.std()

def moving_average(values, width):
    if width < 1 or width > len(values):
        raise ValueError("this width does not fit")
    return np.array([values[at : at + width].mean() for at in range(len(values) - width + 1)])
"""


def needed(lines: list[str], distributions: dict[str, Distribution]) -> dict[str, Distribution]:
    """Return the distributions that requirements name, and all that those need."""
    for requirement in map(Requirement, lines):
        for extra in ("", *requirement.extras):
            key = f"{requirement.name.lower()}[{extra}]"
            if key in distributions or (requirement.marker and not requirement.marker.evaluate({"extra": ""})):
                continue
            distributions[key] = distribution(requirement.name)
            for line in distributions[key].requires or []:
                if (marker := Requirement(line).marker) is None or marker.evaluate({"extra": extra}):
                    needed([line.partition(";")[0]], distributions)
    return distributions


def environment(folder: Path, distributions: dict[str, Distribution]) -> Path:
    """Make a virtual environment of links to the files of installed distributions, and return its site-packages."""
    venv.create(folder, symlinks=True)
    site = folder / HERE.relative_to(sys.prefix)
    for brought in {brought.metadata["Name"]: brought for brought in distributions.values()}.values():
        for file in brought.files or []:
            source, target = HERE / file, site / file
            if source.is_file() and source.suffix != ".pyc" and "bin" not in file.parts[:4]:
                target = Path(os.path.normpath(target))  # some lie in share, beside lib
                target.parent.mkdir(parents=True, exist_ok=True)
                if not target.exists():
                    link(source, target)
        for entry in brought.entry_points.select(group="console_scripts"):  # nbgrader calls alembic by its name
            script = folder / "bin" / entry.name
            script.write_text(SCRIPT.format(python=folder / "bin" / "python", module=entry.module, name=entry.attr))
            script.chmod(0o755)
    return site


def link(source: Path, target: Path) -> None:
    try:
        os.link(source, target)
    except OSError:  # the temporary folder lies on another disk
        shutil.copyfile(source, target)


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The interpreter of an environment that holds the grader, the second course, and what both need."""
    folder = tmp_path_factory.mktemp("second")
    build = [sys.executable, ROOT / ".ci" / "grader.py", folder / "grader", "--no-build-isolation"]
    subprocess.run([*map(str, build)], check=True)
    wheels = [*(folder / "grader").glob("checks_that_teach-*.whl"), pip_wheel(COURSE, folder / "course")]
    lines = [
        line.partition(";")[0]
        for line in requires("image-classifier-from-scratch") or []
        if "extra ==" not in line or "'instructor'" in line.replace('"', "'")
    ]
    site = environment(folder / "env", needed(["pip", *(line for line in lines if not line.startswith("torch"))], {}))
    for wheel in wheels:
        subprocess.run([sys.executable, "-m", "zipfile", "-e", str(wheel), str(site)], check=True)
    return folder / "env" / "bin" / "python"


def play(python: Path, folder: Path, *arguments: object, status: int = 0) -> str:
    done = subprocess.run(
        [python, "-m", "autograder.instructor.cli", *map(str, arguments)],
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

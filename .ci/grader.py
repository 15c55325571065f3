"""Build the wheel of the grader by itself, for another course: ``python3 .ci/grader.py FOLDER [option of pip wheel] …``

It needs a Python with pip, and nothing of this course; pip fetches what builds the wheel.
"""

import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
OF_THE_COURSE = {"torch"}  # requirements; the grader computes with what a course brings
# "autograder" is the name of somebody else's package on the index.
PYPROJECT = """
[build-system]
requires = {builders}
build-backend = "hatchling.build"

[project]
name = "checks-that-teach"
version = "{version}"
description = "Checks that teach, and a grader that cannot be talked into points"
requires-python = "{python}"
license = "Apache-2.0"
dependencies = {dependencies}

[project.optional-dependencies]
instructor = {instructor}

[project.scripts]
autograder = "autograder.instructor.command_line:main"

[project.entry-points."autograder.released"]
course = "autograder.instructor.releasing.source:open_notebook"

[tool.hatch.build]
ignore-vcs = true # whatever lies above the temporary folder

[tool.hatch.build.targets.wheel]
packages = ["autograder"]
"""


def pyproject() -> str:
    """Return the build settings of the grader, by those of the course that it comes with."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    project = settings["project"]
    needs = [line for line in project["dependencies"] if re.match(r"[\w.-]+", line)[0] not in OF_THE_COURSE]
    return PYPROJECT.format(
        builders=settings["build-system"]["requires"],
        version=project["version"],
        python=project["requires-python"],
        dependencies=needs,
        instructor=project["optional-dependencies"]["instructor"],
    )


def main() -> int:
    """Build the wheel into the folder that the command line names."""
    target, *options = sys.argv[1:]
    with tempfile.TemporaryDirectory() as folder:
        stage = Path(folder)
        shutil.copytree(ROOT / "autograder", stage / "autograder", ignore=shutil.ignore_patterns("__pycache__"))
        (stage / "pyproject.toml").write_text(pyproject(), encoding="utf-8")
        line = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", target, *options, folder]
        return subprocess.run(line, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())

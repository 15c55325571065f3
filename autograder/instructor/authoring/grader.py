"""The wheel of the grader by itself, for another course: without the course that it comes with, and so without PyTorch.

python -m autograder.instructor.authoring.grader FOLDER
"""

from __future__ import annotations

import re
import shutil
import sys
import tempfile
from pathlib import Path

from packaging.requirements import Requirement

from autograder.instructor.releasing.bundle import PACKAGE, grader_distribution, needs_of, pip_wheel, wheel_settings

OF_THIS_COURSE = {"torch"}  # requirements


def grader_wheel(target: Path) -> Path:
    """Build the wheel into a folder and return it.

    Raises:
        BundleError: it cannot be built.
    """
    target.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        stage = Path(folder)
        ignore = shutil.ignore_patterns("__pycache__", "records", "scenes")
        shutil.copytree(PACKAGE, stage / PACKAGE.name, ignore=ignore)
        scenes = Path("instructor", "viva", "scenes", "__init__.py")
        for kept in (scenes, Path("checks", "__init__.py")):
            path = stage / PACKAGE.name / kept
            shutil.rmtree(path.parent, ignore_errors=True)
            path.parent.mkdir()
            shutil.copyfile(PACKAGE / kept, path)
        (stage / "pyproject.toml").write_text(_pyproject(), encoding="utf-8")
        return pip_wheel(stage, target)


def _pyproject() -> str:
    distribution = grader_distribution()
    lines = [line for line in distribution.requires or [] if re.search(r"extra == ['\"]instructor['\"]", line)]
    instructors = [line.partition(";")[0].strip() for line in lines]
    needs = [line for line in needs_of(distribution) if Requirement(line).name not in OF_THIS_COURSE]
    description = "Checks that teach, and a grader that cannot be talked into points"
    more = f"""
[project.optional-dependencies]
instructor = {instructors!r}

[project.entry-points."autograder.released"]
course = "autograder.instructor.releasing.source:open_notebook"
"""
    return wheel_settings(distribution.metadata, description, needs, "autograder.instructor.cli:main", more)


if __name__ == "__main__":
    print(grader_wheel(Path(sys.argv[1])))

"""The zip for Gradescope's own autograder: scripts that build the image and grade, the course, one assignment.

Source: gradescope-autograders.readthedocs.io, "Autograder Specifications" (``setup.sh`` and ``run_autograder`` in the
root of the zip, unpacked in ``/autograder/source``), "Base Images" (Ubuntu 22.04 unless another is chosen), "Best
Practices" (another user for student code, a result whatever happens).

The zip holds the reference and the hidden checks: it is for the instructor and Gradescope alone.
"""

import shutil
import tempfile
from dataclasses import asdict
from pathlib import Path

import nbformat
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

from autograder.course import Course
from autograder.instructor.gradescope.container import CONTENTS
from autograder.instructor.releasing.bundle import PACKAGE, BundleError, pip_wheel, zip_folder
from autograder.notebooks.graft import RECORD, read_notebook, room_of

IMAGE = Path(__file__).parent / "image"


def write_gradescope_bundle(target: Path, released: Path, course: Course) -> None:
    """Write the zip that an instructor uploads as an assignment's autograder."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "source"
        root.mkdir()
        _build_course(course, root)
        notebook = read_notebook(released)
        notebook.metadata[RECORD][CONTENTS] = asdict(course.contents(room_of(notebook)))
        nbformat.write(notebook, root / released.name)
        for name in ("setup.sh", "run_autograder"):
            shutil.copy(IMAGE / name, root / name)
            (root / name).write_text(_filled_in((IMAGE / name).read_text(encoding="utf-8"), course), encoding="utf-8")
        zip_folder(root, target)


def _build_course(course: Course, target: Path) -> None:
    """Build the wheel of the whole course, grader and solutions, into a folder."""
    repository = course.folder.parent
    if PACKAGE.parent != repository or not (repository / "pyproject.toml").is_file():
        missing = "pyproject.toml" if PACKAGE.parent == repository else PACKAGE.name
        raise BundleError(
            "Gradescope's zip is made for a course that shares its repository with the grader: "
            f"{repository} has no {missing}"
        )
    pip_wheel(repository, target)


def _filled_in(script: str, course: Course) -> str:
    """Fill a script in from the course's own metadata."""
    distribution = course.distribution
    torch = next((line for line in distribution.requires or [] if Requirement(line).name == "torch"), None)
    if torch is None:
        raise BundleError(f"Gradescope's container is made for courses with PyTorch, and {course.package} needs none")
    bounds = SpecifierSet(distribution.metadata["Requires-Python"] or "")
    oldest = next((bound.version for bound in bounds if bound.operator == ">="), "3")
    values = {"python": oldest, "torch": torch, "course": course.package}
    for name, value in values.items():
        script = script.replace(f"{{{name}}}", value)
    return script

"""The zip for students: notebooks, and as a wheel the grader without solutions, recorded answers, sample data."""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import astuple
from importlib.metadata import Distribution, entry_points
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import autograder
from autograder.course import HIDDEN, Course, chapters_of
from autograder.dependencies import digest
from autograder.instructor.cache import cached
from autograder.instructor.releasing.execution import room_digest
from autograder.judge.expectations import FOLDER as RECORDS
from autograder.notebooks.graft import read_notebook, room_of
from autograder.student.lab import DATA_IN_WHEEL
from autograder.user_errors import TaskFailed

PACKAGE = Path(autograder.__file__).parent
WHEEL = Path(__file__).with_name("wheel.toml.txt")  # its build settings
JUPYTER = "jupyterlab>=4,<5"
WHEEL_DATE = "315532800"  # 1980, as in a zip where no date is given: the same content is the same bytes
RECORD = """
import sys
from pathlib import Path
from autograder.course import Course
from autograder.judge.expectations import record
*course, room = sys.argv[1:]
record(Course(*course), room, Path.cwd())
"""
ONLY_CHECKS = '"""The checks of a course, without its reference."""\n'
MEASURED = re.compile(r'load_measured\("(\w+)"\)')  # what a chapter's cells read


class BundleError(TaskFailed):
    """The bundle could not be built; the message holds the builder's last words."""


def write_bundle(
    target: Path,
    notebooks: Sequence[Path],
    course: Course,
    recordings: Mapping[str, bytes],
    hand_in: str,
    to_read: Mapping[str, NotebookNode],
) -> None:
    """Write the zip, with ``recordings_of`` the course, and by name the notebooks of chapters without exercises.

    ``hand_in`` says where work is handed in, as the end of a sentence, or nothing.
    """
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "course"
        root.mkdir()
        for notebook in notebooks:
            shutil.copyfile(notebook, root / notebook.name)
        for name, content in to_read.items():
            nbformat.write(content, root / f"{name}.ipynb")
        wheel = build_wheel(course, notebooks, recordings, root)
        (root / "requirements.txt").write_text(f"./{wheel.name}\n{JUPYTER}\n", encoding="utf-8")
        names = [notebook.stem for notebook in notebooks]
        (root / "README.md").write_text(guide(names, course, hand_in, list(to_read)), encoding="utf-8")
        zip_folder(root, target, inside=root.name)


def guide(assignments: Sequence[str], course: Course, hand_in: str, to_read: Sequence[str] = ()) -> str:
    """Return the page that tells students how to begin and how to hand in.

    The parts on one course alone come from its ``student_readme.md``, if it has one: a paragraph or more under each of
    the headings ``## Installing``, ``## Chapters`` and ``## Data``.
    """
    own = course.folder / "student_readme.md"
    parts = re.split(r"^## (\w+)\n", own.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:] if own.exists() else []
    passages = {name: f"{text.strip()}\n\n" for name, text in zip(parts[::2], parts[1::2], strict=True)}
    values = {
        "notebooks": "\n".join(
            [*(f"- `{name}.ipynb`, to read first" for name in to_read), *(f"- `{name}.ipynb`" for name in assignments)]
        ),
        "where": f" {hand_in}" if hand_in else "",
        "book": f"The book is at {course.book_url}. " if course.book_url else "",
        "assignment": next(iter(assignments), ""),
        "installing": passages.get("Installing", ""),
        "chapters": passages.get("Chapters", ""),
        "data": passages.get("Data", "").rstrip("\n"),
    }
    text = Path(__file__).with_name("student_readme.md").read_text(encoding="utf-8")
    for name, value in values.items():
        text = text.replace(f"{{{name}}}", value)
    return f"{text.rstrip()}\n"


def build_wheel(course: Course, notebooks: Sequence[Path], recordings: Mapping[str, bytes], target: Path) -> Path:
    """Build the students' wheel: the grader without the instructor's part, and the course's package of visible checks.

    It holds the released notebooks, too: `autograder check` takes a student's answers into them, as the grader does.
    And the data that chapters read, so that a notebook needs nothing beside it.
    """
    with tempfile.TemporaryDirectory() as folder:
        stage = Path(folder)
        (stage / PACKAGE.name).symlink_to(PACKAGE)
        checks = stage / course.package / course.checks.name
        checks.parent.mkdir()
        checks.symlink_to(course.checks)
        (checks.parent / "__init__.py").write_text(ONLY_CHECKS, encoding="utf-8")
        for name in course.given:
            shutil.copyfile(course.file(name), checks.parent / f"{name}.py")
        made = stage / "made"
        records = made / RECORDS.relative_to(PACKAGE)
        records.mkdir(parents=True)
        for room, recording in recordings.items():
            (records / f"{room}.frames").write_bytes(recording)
        for notebook in notebooks:
            room = room_of(read_notebook(notebook))
            shutil.copyfile(notebook, records / f"{room}.ipynb")
        _copy_data(course, made / DATA_IN_WHEEL.relative_to(PACKAGE))
        (stage / "pyproject.toml").write_text(_pyproject(course), encoding="utf-8")
        return pip_wheel(stage, target)


def recordings_of(course: Course) -> dict[str, bytes]:
    """Return the recorded answers of each room; those that are not cached are made by a process for each core."""

    def recording(room: str) -> bytes:
        inputs = digest((), room_digest(room, course, ["import autograder.judge.expectations"]), course.book_url)
        return cached(f"{course.package}-{room}.frames", inputs, lambda: _recorded(course, room))

    ordered = [chapter.room for chapter in reversed(chapters_of(course))]  # later ones take longer: none ends alone
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return dict(zip(ordered, pool.map(recording, ordered), strict=True))


def _recorded(course: Course, room: str) -> bytes:
    """Record in a process with a folder of its own, since this process's folder can be deleted meanwhile."""
    with tempfile.TemporaryDirectory() as folder:
        line = [sys.executable, "-c", RECORD, *astuple(course), room]
        subprocess.run(line, cwd=folder, check=True)
        return (Path(folder) / f"{room}.frames").read_bytes()


def _copy_data(course: Course, target: Path) -> None:
    """Copy the data that chapters read, if the course has any: the sample, its licence, and measurements."""
    data = course.root / "data"
    if (data / "sample").is_dir():
        only_training = shutil.ignore_patterns("t10k-*")  # notebooks load no other
        shutil.copytree(data / "sample", target / "sample", ignore=only_training)
    measured = {f"{name}.json" for chapter in chapters_of(course) for name in MEASURED.findall(chapter.text)}
    for name in [*(["LICENSE"] if (data / "LICENSE").is_file() else []), *measured]:
        target.mkdir(exist_ok=True)
        shutil.copyfile(data / name, target / name)


def pip_wheel(project: Path, target: Path) -> Path:
    """Build the wheel of a project into a folder, without asking the network."""
    line = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation"]
    built = subprocess.run(
        [*line, "--wheel-dir", str(target), str(project)],
        env={**os.environ, "SOURCE_DATE_EPOCH": WHEEL_DATE},
        capture_output=True,
        text=True,
        check=False,
    )
    if built.returncode:
        raise BundleError(f"pip wheel failed: {built.stderr.strip()[-500:]}")
    return next(target.glob("*.whl"))


def _pyproject(course: Course) -> str:
    """Return the build settings of the students' wheel: the course's version, and the packages that it needs."""
    grader = next(entry.dist for entry in entry_points(group="autograder.released") if entry.dist)
    about = course.distribution.metadata
    return WHEEL.read_text(encoding="utf-8").format(
        version=about["Version"],
        python=about["Requires-Python"] or ">=3.11",
        needs=needs_of(course.distribution, grader),
        package=course.package,
        hidden=HIDDEN,
    )


def needs_of(*distributions: Distribution) -> list[str]:
    """Return the requirements of distributions, without their extras and without each other."""
    own = {canonicalize_name(dist.metadata["Name"]) for dist in distributions}
    lines = dict.fromkeys(line for dist in distributions for line in dist.requires or [] if "extra ==" not in line)
    # The helper of an editable install is not needed anywhere else.
    return [line for line in lines if canonicalize_name(Requirement(line).name) not in own | {"editables"}]


def zip_folder(root: Path, target: Path, inside: str = "") -> None:
    """Zip a folder's files into a folder of the zip, whole or not at all; the same content is the same bytes."""
    draft = target.with_name(f".{target.name}.draft")
    with zipfile.ZipFile(draft, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(root.rglob("*")):
            if path.is_file():
                info = zipfile.ZipInfo(str(Path(inside, path.relative_to(root))))
                info.external_attr = (path.stat().st_mode & 0o111 | 0o644) << 16
                archive.writestr(info, path.read_bytes(), zipfile.ZIP_DEFLATED)
    draft.replace(target)

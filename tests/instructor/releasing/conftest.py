"""Fixtures for tests of a release: the instructor's notebook, and a student's machine."""

import os
import re
import shutil
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from importlib.metadata import PathDistribution, distribution
from importlib.util import cache_from_source
from pathlib import Path
from typing import Any

import pytest
from nbformat import NotebookNode
from packaging.requirements import Requirement

from autograder.notebooks.graft import read_notebook
from tests.commands import succeeded
from tests.conftest import made_once
from tests.notebooks.conftest import ASSIGNMENT, ROOM, right, untouched  # noqa: F401
from tests.suite import is_deep


@pytest.fixture(scope="session")
def source(released: Path) -> NotebookNode:
    """The instructor's notebook. Read it only."""
    return read_notebook(released / "source" / ASSIGNMENT / f"{ASSIGNMENT}.ipynb")


@dataclass(frozen=True)
class StudentMachine:
    """A folder with the unzipped bundle, and an environment with nothing but the installation of its README."""

    folder: Path

    @property
    def course(self) -> Path:
        return self.folder / "course"

    @property
    def python(self) -> Path:
        return self.course / ".venv" / "bin" / "python"

    def run(self, *line: str | Path, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
        command = [str(self.python), *map(str, line)]
        return subprocess.run(command, cwd=cwd or self.course, capture_output=True, text=True, check=False)

    def run_all(self, notebook: Path, into: Path) -> NotebookNode:
        """Run a notebook as *Run All* does, by the student's own Jupyter: it stops where a cell fails without leave."""
        line = ["-m", "nbconvert", "--to", "notebook", "--execute", "--output-dir", into, notebook]
        succeeded(self.run(*line, cwd=notebook.parent))
        return read_notebook(into / notebook.name)

    def autograder(self, *line: str | Path, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
        return self.run(self.python.parent / "autograder", *line, cwd=cwd)


@pytest.fixture(scope="session")
def machine(tmp_path_factory: pytest.TempPathFactory, released: Path) -> StudentMachine:
    """A student's machine, made once: unzip, and type the README's commands before JupyterLab."""

    def make(folder: Path) -> None:
        with zipfile.ZipFile(released / "release" / "course.zip") as archive:
            archive.extractall(folder)
        course = folder / "course"
        block = re.search(r"```sh\n(.*?)```", (course / "README.md").read_text(encoding="utf-8"), re.DOTALL)
        environment, install, lab = block[1].split(" &&\n")
        assert lab.strip() == ".venv/bin/jupyter lab"
        # The modules that are imported are compiled then: pip would compile all of PyTorch's.
        options: Any = {"shell": True, "cwd": course, "env": os.environ | {"PIP_NO_COMPILE": "1"}}
        succeeded(subprocess.run(environment.replace("python3", sys.executable), **options, **CAPTURED))
        if not is_deep():
            bring_what_is_needed(course)
        succeeded(subprocess.run(install, **options, **CAPTURED))

    return StudentMachine(made_once("student", tmp_path_factory, make))


CAPTURED: Any = {"capture_output": True, "text": True, "check": False}


def bring_what_is_needed(course: Path) -> None:
    """Put into a student's environment what pip would bring there, from this one; pip sees whether it is all.

    That is what the requirements name, and what each of these requires in turn: nothing else of this environment.
    """
    (wheel,) = course.glob("*.whl")
    (about,) = [path for path in zipfile.Path(wheel).iterdir() if path.name.endswith(".dist-info")]
    lines = (course / "requirements.txt").read_text(encoding="utf-8").splitlines()
    waiting = [Requirement(line) for line in lines if not line.startswith("./")]
    waiting += map(Requirement, PathDistribution(about).requires or [])
    brought = set[tuple[str, str]]()
    while waiting:
        needed = waiting.pop()
        for extra in {"", *needed.extras} - {extra for name, extra in brought if name == needed.name}:
            brought.add((needed.name, extra))
            inner = map(Requirement, distribution(needed.name).requires or [])
            waiting += [one for one in inner if one.marker is None or one.marker.evaluate({"extra": extra})]
    here, there = Path(sys.prefix), course / ".venv"
    sources = {Path(os.path.normpath(file.locate())) for name, _ in brought for file in distribution(name).files or []}
    # What is compiled here is not listed where pip did not compile it, and takes a student's first kernel 15 seconds.
    sources |= {Path(cache_from_source(str(source))) for source in sources if source.suffix == ".py"}
    for source in sources:
        target = there / source.relative_to(here)
        if source.is_file() and target.parent != there / "bin":  # whose commands name this environment's Python
            target.parent.mkdir(parents=True, exist_ok=True)
            try:
                target.hardlink_to(source)
            except OSError:  # on another disk
                shutil.copy2(source, target)


def code_cells(notebook: NotebookNode) -> list[NotebookNode]:
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def errors_in(notebook: NotebookNode) -> list[NotebookNode]:
    return [output for cell in code_cells(notebook) for output in cell.outputs if output.output_type == "error"]

"""Fixtures for tests of a release: the instructor's notebook, and a student's machine."""

import os
import re
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path

import pytest
from nbformat import NotebookNode

from autograder.notebooks.graft import read_notebook
from tests.commands import succeeded
from tests.conftest import made_once
from tests.notebooks.conftest import ASSIGNMENT, ROOM, right, untouched  # noqa: F401


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
        env = os.environ | {"PIP_NO_COMPILE": "1"}
        for line in (environment.replace("python3", sys.executable), install):
            done = subprocess.run(line, shell=True, cwd=course, env=env, capture_output=True, text=True, check=False)
            assert done.returncode == 0, done.stderr

    return StudentMachine(made_once("student", tmp_path_factory, make))


def code_cells(notebook: NotebookNode) -> list[NotebookNode]:
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def errors_in(notebook: NotebookNode) -> list[NotebookNode]:
    return [output for cell in code_cells(notebook) for output in cell.outputs if output.output_type == "error"]

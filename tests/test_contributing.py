"""An exercise is added as CONTRIBUTING shows it, to a copy of the course, and is proved there."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT

TEXT = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
PLACES = re.findall(r"`([\w/.-]+)`", "".join(line.split("|")[2] for line in TEXT.splitlines() if line.startswith("| ")))
SECTION = TEXT.split("## Add an exercise")[1].split("\n## ")[0]
STEP = re.compile(r"^In `(?P<path>[^`]+)`.*?^(?P<fence>`{3,})\w*\n(?P<code>.*?)^(?P=fence)$", re.MULTILINE | re.DOTALL)
BLOCKS = {match["path"]: match["code"] for match in STEP.finditer(SECTION)}
COPIED = ("autograder", "chapters", "solutions", "tests", "sample_class", "data")


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The course with the new exercise: one file touched in each room."""
    root = tmp_path_factory.mktemp("course")
    ignore = shutil.ignore_patterns("__pycache__", "node_modules")
    for name in COPIED:
        shutil.copytree(ROOT / name, root / name, ignore=ignore)
    for name in ("pyproject.toml", "references.bib"):
        shutil.copy(ROOT / name, root / name)
    for path, code in BLOCKS.items():
        target = root / path
        if target.is_dir():
            (target / "added.py").write_text(code, encoding="utf-8")
        elif "mistakes" in path:
            target.write_text(target.read_text(encoding="utf-8") + f"\nMISTAKES.append(\n{code})\n", encoding="utf-8")
        else:
            target.write_text(f"{target.read_text(encoding='utf-8')}\n\n{code}", encoding="utf-8")
    return root


@pytest.mark.parametrize("place", PLACES)
def test_where_a_change_goes_is_a_file_or_a_folder(place: str) -> None:
    of_a_room = place.replace("N-ROOM", "2-layers").replace("ROOM", "layers")
    path = ROOT / of_a_room
    assert path.is_dir() if place.endswith("/") else path.is_file()


def test_it_takes_one_file_in_each_room() -> None:
    assert list(BLOCKS) == [
        "solutions/layers.py",
        "chapters/2-layers.md",
        "autograder/checks/layers.py",
        "solutions/mistakes/layers.py",
        "tests/right/layers/",
    ]


def test_the_checks_prove_the_new_exercise(copy: Path) -> None:
    """Its mistake is caught by name, its right answer passes, and its stub earns nothing."""
    pytest_line = [sys.executable, "-m", "pytest", "-rA", "-p", "no:cacheprovider", "-p", "no:xdist", "tests/checks"]
    chosen = "test_every_room and (count-tensors or each_known and parameter_count or layers-added or stub and layers)"
    done = subprocess.run(
        [*pytest_line, "-k", chosen],
        cwd=copy,
        env={**os.environ, "PYTHONPATH": str(copy)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-2000:]
    passed = re.findall(r"^PASSED \S+::(\S+)$", done.stdout, re.MULTILINE)
    for behaviour in ("each_known_mistake", "untouched_stub", "right_but_different", "count-tensors"):
        assert any(behaviour in one for one in passed), passed


def test_the_notebook_holds_its_stub_and_its_checks(copy: Path) -> None:
    show = (
        "from autograder.course import Course, chapters_of; from autograder.instructor.releasing.source import *;"
        "course = Course.installed();"
        "chapter = next(one for one in chapters_of(course) if one.room == 'layers');"
        "notebook = without_solutions(source_notebook(chapter, course));"
        "print(*(cell.source for cell in notebook.cells if 'parameter_count' in cell.id), sep='\\n')"
    )
    done = subprocess.run(
        [sys.executable, "-c", show],
        cwd=copy,
        env={**os.environ, "PYTHONPATH": str(copy)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert 'raise NotImplementedError("layers: parameter_count")' in done.stdout, done.stderr
    assert done.stdout.count("# Check (1 point)") == 2
    assert done.stdout.count("# Hidden check (1 point") == 1

"""The first code cell of a notebook: it installs the course where it is missing, and is not graded."""

import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

from autograder.checks import checks_of
from autograder.course import Course, chapters_of
from autograder.instructor.releasing.source import set_up_cell
from autograder.notebooks.answers import program_of
from autograder.notebooks.graft import grade_id_of, read_notebook
from tests.commands import succeeded
from tests.conftest import serve
from tests.instructor.releasing.conftest import code_cells

COURSE = Course.installed()
NOWHERE = "http://127.0.0.1:9/"  # the port at which a machine throws away what it gets: nothing listens
USE = """
from autograder import check
from autograder.student.lab import load_sample

class Linear: ...

print(len(load_sample()[0]), repr(check(Linear)).splitlines()[0])
"""


def test_the_set_up_stands_first_in_every_notebook_and_is_not_run_when_work_is_graded(released: Path) -> None:
    for chapter in chapters_of(COURSE):
        notebook = read_notebook(released / "release" / chapter.assignment / f"{chapter.assignment}.ipynb")
        first = code_cells(notebook)[0]
        assert first.source == set_up_cell("")
        assert grade_id_of(first) is None
        run = program_of(notebook, checks_of(chapter.room), run_seed=0).cells
        assert len(run) > 1 and first.source not in [cell.source for cell in run]


@pytest.fixture
def bare(tmp_path: Path) -> Path:
    """A Python with all the course's dependencies and without its wheel."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", tmp_path / "venv"], check=True)
    (packages,) = (tmp_path / "venv" / "lib").glob("python*/site-packages")
    (packages / "needs.pth").write_text(sysconfig.get_path("purelib"), encoding="utf-8")  # its own .pth do not count
    return tmp_path / "venv" / "bin" / "python"


def run_first_cell(notebook: Path, python: Path, address: str, then: str = "") -> subprocess.CompletedProcess[str]:
    """Run the first code cell of a notebook in its folder, with downloads at another address, and more after it."""
    cell = code_cells(read_notebook(notebook))[0].source
    assert cell == set_up_cell("")
    code = f"{set_up_cell(address)}\n{then}"
    return subprocess.run([python, "-c", code], cwd=notebook.parent, capture_output=True, text=True, check=False)


@pytest.fixture
def alone(tmp_path: Path, downloads: Path) -> Path:
    """One notebook in a folder with nothing else, as in Colab."""
    (tmp_path / "alone").mkdir()
    return Path(shutil.copy(downloads / "site" / "downloads" / "2-layers.ipynb", tmp_path / "alone"))


@pytest.mark.parametrize(
    "beside",
    [*(pytest.param(beside, marks=pytest.mark.deep) for beside in ("nothing", "the wheel")), "the zip of the course"],
)
def test_a_notebook_gets_checks_and_data_from_a_file_beside_it_or_from_the_site(
    beside: str, alone: Path, bare: Path, downloads: Path, released: Path
) -> None:
    content = alone.read_bytes()
    before = subprocess.run([bare, "-c", USE], cwd=alone.parent, capture_output=True, text=True)
    assert "No module named 'autograder'" in before.stderr
    (wheel,) = (downloads / "notebooks").glob("*.whl")
    files = {"the wheel": wheel, "the zip of the course": released / "release" / "course.zip"}
    if beside in files:
        shutil.copy(files[beside], alone.parent)
    with serve(downloads / "site" / "downloads") as site:
        done = succeeded(run_first_cell(alone, bare, NOWHERE if beside in files else site, USE))
    assert done.stdout.endswith("Linear: 0 of 3 checks passed\n")
    assert alone.read_bytes() == content


@pytest.mark.parametrize("address", ["", NOWHERE])
def test_a_failed_download_is_an_error_with_the_way_out(alone: Path, bare: Path, address: str) -> None:
    done = run_first_cell(alone, bare, address)
    assert done.stderr.splitlines()[-1].startswith("FileNotFoundError: The checks are not here")
    assert "put course.zip beside this notebook" in done.stderr and "urllib" not in done.stderr


def test_the_set_up_does_nothing_where_the_course_is_installed(alone: Path) -> None:
    done = run_first_cell(alone, Path(sys.executable), NOWHERE, "print(sorted(globals().keys() - {'set_up'}))")
    nothing = subprocess.run([sys.executable, "-c", "print(sorted(globals()))"], capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr) == (0, nothing.stdout, "")
    assert [path.name for path in alone.parent.iterdir()] == [alone.name]

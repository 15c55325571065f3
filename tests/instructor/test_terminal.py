"""No command prints a character that steers a terminal."""

import json
from pathlib import Path
from unicodedata import category

import nbformat
import pytest

from autograder.notebooks.fill import exercise_cells
from autograder.notebooks.graft import is_written
from tests.commands import in_process
from tests.conftest import copy_course
from tests.instructor.collecting import made_downloads
from tests.instructor.conftest import ASSIGNMENT, notebook_of, submitted

EVIL = "\x1b[31m\x9b2J\x07\x7f\u202e"
NAME = f"e{EVIL}"
RAISES = f"print({EVIL!r}, chr(27) + '[2J')\nraise ValueError(chr(27) + '[2J' + chr(155) + '2J' + chr(0x202e))"
COMMANDS = [
    ("grade", "--seed", "1"),
    ("grade", "--dry-run"),
    ("grade", "--seed", "2", "--json", "-"),
    ("feedback",),
    ("report",),
    ("report", "--json"),
    ("export", "-o", "-"),
    ("export", "--format", "json", "-o", "-"),
    ("explain", NAME, ASSIGNMENT, "Linear.affine_map"),
    ("explain", EVIL, ASSIGNMENT, "Linear.affine_map"),
    ("check", f"submitted/{NAME}/{ASSIGNMENT}/{ASSIGNMENT}.ipynb"),
    ("check", f"submitted/no{EVIL}/{ASSIGNMENT}/{ASSIGNMENT}.ipynb"),
    ("collect", "download", "--dry-run"),
    ("collect", "download", "--dry-run", "--json"),
    ("collect", "download", "--yes"),
    ("collect", f"download/{NAME}", "--yes"),
    ("requests", "download"),
    ("status",),
]


@pytest.fixture(scope="module")
def folder(released: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A course folder with evil text in ids, names of files, answers, errors, outputs and what is no notebook."""
    folder = copy_course(released, tmp_path_factory.mktemp("terminal") / "course")
    notebook = notebook_of(folder, "ada")
    exercise_cells(notebook)["Linear"].source = RAISES
    for cell in filter(is_written, notebook.cells):
        cell.source = EVIL
    notebook.metadata["kernelspec"] = {"name": EVIL, "display_name": EVIL}
    cell = nbformat.v4.new_code_cell(EVIL, metadata={"nbgrader": {"grade_id": EVIL, "solution": True}})
    notebook.cells.append(cell)
    nbformat.write(notebook, submitted(folder, NAME))
    submitted(folder, f"no{EVIL}").write_text(EVIL, encoding="utf-8")
    places = (f"ada/{NAME}.ipynb", f"{NAME}/2-layers.ipynb", f"{NAME}.txt")
    made_downloads.folder(folder / "download", dict.fromkeys(places, submitted(folder, NAME).read_bytes()))
    (folder / "roster.csv").write_text(f"id,first name,last name\nada,Ada{EVIL},Lovelace\n", encoding="utf-8")
    return folder


@pytest.mark.deep
@pytest.mark.long("it runs each command, and three of them grade")
def test_no_command_prints_control_characters(folder: Path) -> None:
    obeyed = {}
    for line in COMMANDS:
        done = in_process(*line, cwd=folder)
        assert done.stdout or done.stderr, line
        assert "Traceback" not in done.stderr, line
        controls = {character for character in done.stdout + done.stderr if category(character) == "Cc"}
        if steering := controls - set("\t\r\n"):
            obeyed[line] = steering
        if "json" in " ".join(line):
            json.loads(done.stdout)
    assert obeyed == {}

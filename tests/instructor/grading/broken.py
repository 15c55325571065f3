"""Broken submissions: files that are no notebooks, and notebooks with forbidden changes.

What else cannot be read is in ``tests/instructor/course/test_submission.py``, and damaged cells of
other kinds are in ``tests/notebooks/test_graft.py``.
Each function gets the path to hand in at and a notebook with right answers.
"""

import json
from collections.abc import Callable
from pathlib import Path

import nbformat
from nbformat import NotebookNode

SCRIPT = "<script>alert('out')</script>"
Break = Callable[[Path, NotebookNode], object]

BROKEN: dict[str, Break] = {
    # Files that are no notebooks
    "malformed": lambda path, _: path.write_text("{"),
    "missing": lambda path, _: (path.parent / "answers.docx").touch(),
    # Notebooks that are not as they were given out
    "renamed": lambda path, notebook: nbformat.write(notebook, path.with_name("my answers (final).ipynb")),
    "other_assignment": lambda path, notebook: path.write_text(
        nbformat.writes(notebook).replace('"layers-', '"dropout-')
    ),
}


def handed_in_by(student: str) -> Callable[[Callable[[NotebookNode], None]], None]:
    """Let a student hand in a notebook after a change."""

    def declare(change: Callable[[NotebookNode], None]) -> None:
        def break_it(path: Path, notebook: NotebookNode) -> None:
            change(notebook)
            nbformat.write(notebook, path)

        BROKEN[student] = break_it

    return declare


def cell(notebook: NotebookNode, grade_id: str) -> NotebookNode:
    return next(cell for cell in notebook.cells if cell.metadata.get("nbgrader", {}).get("grade_id") == grade_id)


@handed_in_by("cell_deleted")
def _(notebook: NotebookNode) -> None:
    notebook.cells.remove(cell(notebook, "layers-Flatten"))


@handed_in_by("tests_changed")
def _(notebook: NotebookNode) -> None:
    cell(notebook, "layers-Flatten").source = "Flatten = None"
    for check in notebook.cells:
        if check.metadata.get("nbgrader", {}).get("grade") and check.cell_type == "code":
            check.source = "pass"


@handed_in_by("metadata_changed")
def _(notebook: NotebookNode) -> None:
    for any_cell in notebook.cells:
        if "nbgrader" in any_cell.metadata:
            any_cell.metadata["nbgrader"] |= {"points": 100, "locked": False, "grade": True, "solution": False}
            any_cell.metadata["tags"] = ["skip-execution"]
    notebook.metadata = {"autograder": {"room": "../../etc", "verdicts": [], "digest": 0}}


def metadata_of_no_type(path: Path, notebook: NotebookNode) -> None:
    stranger = nbformat.v4.new_code_cell("1", metadata={"nbgrader": ["grade_id"]})
    content = json.loads(nbformat.writes(notebook))
    content["cells"] += [stranger, dict(stranger) | {"metadata": {"nbgrader": {"grade_id": 5}}}]
    content["metadata"]["autograder"] = "mine"
    path.write_text(json.dumps(content))


BROKEN["metadata_of_no_type"] = metadata_of_no_type


@handed_in_by("extra_cells")
def _(notebook: NotebookNode) -> None:
    notebook.cells.insert(0, nbformat.v4.new_code_cell("import os\nos._exit(0)"))
    notebook.cells.append(nbformat.v4.new_code_cell("Linear = None"))


@handed_in_by("chatty")
def _(notebook: NotebookNode) -> None:
    talk = f"import sys, warnings\nprint({SCRIPT!r})\nprint('to stderr', file=sys.stderr)\nwarnings.warn('careful')\n"
    flatten = cell(notebook, "layers-Flatten")
    flatten.source = flatten.source + "\n" + talk


@handed_in_by("<img src=x onerror=alert(1)>")
def _(notebook: NotebookNode) -> None:
    cell(notebook, "layers-Flatten").source = (
        "class Flatten:\n    def __call__(self, x):\n"
        f'        raise RuntimeError("{SCRIPT}\\n  read: https://elsewhere.example/")'
    )

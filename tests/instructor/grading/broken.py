"""What comes in from a class: files that are no notebooks, and notebooks that were changed where they should not be.

Each function gets the path to hand in at and a notebook with right answers.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from pathlib import Path

import nbformat
from nbformat import NotebookNode

SCRIPT = "<script>alert('out')</script>"
BROKEN: dict[str, Callable[[Path, NotebookNode], None]] = {}
Break = Callable[[Path, NotebookNode], None]


def handed_in_by(student: str) -> Callable[[Break], Break]:
    def declare(break_it: Break) -> Break:
        BROKEN[student] = break_it
        return break_it

    return declare


def cell(notebook: NotebookNode, grade_id: str) -> NotebookNode:
    return next(cell for cell in notebook.cells if cell.metadata.get("nbgrader", {}).get("grade_id") == grade_id)


# Files that are no notebooks


@handed_in_by("malformed")
def _(path: Path, notebook: NotebookNode) -> None:
    path.write_text("{")


@handed_in_by("truncated")
def _(path: Path, notebook: NotebookNode) -> None:
    text = nbformat.writes(notebook)
    path.write_text(text[: len(text) // 2])


@handed_in_by("empty")
def _(path: Path, notebook: NotebookNode) -> None:
    path.touch()


@handed_in_by("picture")
def _(path: Path, notebook: NotebookNode) -> None:
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)))


@handed_in_by("utf_16")
def _(path: Path, notebook: NotebookNode) -> None:
    path.write_text(nbformat.writes(notebook), encoding="utf-16")


@handed_in_by("a_list")
def _(path: Path, notebook: NotebookNode) -> None:
    path.write_text("[]")


@handed_in_by("deep")
def _(path: Path, notebook: NotebookNode) -> None:
    path.write_text("[" * 100_000)


@handed_in_by("huge")
def _(path: Path, notebook: NotebookNode) -> None:
    path.write_text(json.dumps({"cells": [], "metadata": {"padding": "x" * (33 << 20)}}))


@handed_in_by("missing")
def _(path: Path, notebook: NotebookNode) -> None:
    (path.parent / "answers.docx").touch()


@handed_in_by("folder")
def _(path: Path, notebook: NotebookNode) -> None:
    path.mkdir()


@handed_in_by("link_to_the_solution")
def _(path: Path, notebook: NotebookNode) -> None:
    path.symlink_to(path.parents[3] / "source" / "2-layers" / "2-layers.ipynb")


# Notebooks that are not as they were given out


@handed_in_by("renamed")
def _(path: Path, notebook: NotebookNode) -> None:
    nbformat.write(notebook, path.with_name("my answers (final).ipynb"))


@handed_in_by("no_cells")
def _(path: Path, notebook: NotebookNode) -> None:
    notebook.cells = []
    nbformat.write(notebook, path)


@handed_in_by("other_assignment")
def _(path: Path, notebook: NotebookNode) -> None:
    path.write_text(nbformat.writes(notebook).replace('"layers-', '"dropout-'))


@handed_in_by("cell_deleted")
def _(path: Path, notebook: NotebookNode) -> None:
    notebook.cells.remove(cell(notebook, "layers-Flatten"))
    nbformat.write(notebook, path)


@handed_in_by("cell_doubled")
def _(path: Path, notebook: NotebookNode) -> None:
    again = copy.deepcopy(cell(notebook, "layers-Flatten"))
    again.source, again["id"] = "Flatten = None", "again"
    notebook.cells.append(again)
    nbformat.write(notebook, path)


@handed_in_by("cell_retyped")
def _(path: Path, notebook: NotebookNode) -> None:
    mine = cell(notebook, "layers-Flatten")
    at = notebook.cells.index(mine)
    notebook.cells[at] = nbformat.v4.new_markdown_cell(mine.source, metadata=mine.metadata)
    nbformat.write(notebook, path)


@handed_in_by("tests_changed")
def _(path: Path, notebook: NotebookNode) -> None:
    cell(notebook, "layers-Flatten").source = "Flatten = None"
    for check in notebook.cells:
        if check.metadata.get("nbgrader", {}).get("grade") and check.cell_type == "code":
            check.source = "pass"
    nbformat.write(notebook, path)


@handed_in_by("metadata_changed")
def _(path: Path, notebook: NotebookNode) -> None:
    for mine in notebook.cells:
        if "nbgrader" in mine.metadata:
            mine.metadata["nbgrader"] |= {"points": 100, "locked": False, "grade": True, "solution": False}
            mine.metadata["tags"] = ["skip-execution"]
    notebook.metadata = {"autograder": {"room": "../../etc", "verdicts": [], "digest": 0}}
    nbformat.write(notebook, path)


@handed_in_by("metadata_of_no_type")
def _(path: Path, notebook: NotebookNode) -> None:
    stranger = nbformat.v4.new_code_cell("1", metadata={"nbgrader": ["grade_id"]})
    nbformat.write(notebook, path)
    content = json.loads(path.read_text())
    content["cells"] += [stranger, dict(stranger) | {"metadata": {"nbgrader": {"grade_id": 5}}}]
    content["metadata"]["autograder"] = "mine"
    path.write_text(json.dumps(content))


@handed_in_by("extra_cells")
def _(path: Path, notebook: NotebookNode) -> None:
    notebook.cells.insert(0, nbformat.v4.new_code_cell("import os\nos._exit(0)"))
    notebook.cells.append(nbformat.v4.new_code_cell("Linear = None"))
    nbformat.write(notebook, path)


@handed_in_by("chatty")
def _(path: Path, notebook: NotebookNode) -> None:
    talk = f"import sys, warnings\nprint({SCRIPT!r})\nprint('to stderr', file=sys.stderr)\nwarnings.warn('careful')\n"
    mine = cell(notebook, "layers-Flatten")
    mine.source = mine.source + "\n" + talk
    nbformat.write(notebook, path)


@handed_in_by("<img src=x onerror=alert(1)>")
def _(path: Path, notebook: NotebookNode) -> None:
    cell(notebook, "layers-Flatten").source = (
        "class Flatten:\n    def __call__(self, x):\n"
        f'        raise RuntimeError("{SCRIPT}\\n  read: https://elsewhere.example/")'
    )
    nbformat.write(notebook, path)

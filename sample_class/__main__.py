"""Hand in the sample class: python -m sample_class COURSE_FOLDER.

Ten students with what can happen in a class: three right answers in three styles, known mistakes, a stub, a syntax
error, an endless loop, and a crash. Two of them answer the written question, each in a text of their name.
"""

import sys
from pathlib import Path

import nbformat

from autograder.notebooks.fill import NothingToFill, exercise_cells, fill
from autograder.notebooks.graft import is_written, read_notebook
from sample_class.the_ten import HERE, answers


def hand_in(course_folder: Path) -> list[Path]:
    """Write a notebook for each student and released assignment; return the files."""
    written = []
    for released in sorted((course_folder / "release").glob("*/*.ipynb")):
        notebook = read_notebook(released)
        room = notebook.metadata["autograder"]["room"]
        for student, source in answers(room).items():
            target = course_folder / "submitted" / student / released.parent.name / released.name
            target.parent.mkdir(parents=True, exist_ok=True)
            filled = answered(notebook, source)
            essay = HERE / room / f"{student}.md"
            if essay.exists():
                next(cell for cell in filled.cells if is_written(cell)).source = essay.read_text(encoding="utf-8")
            nbformat.write(filled, target)
            written.append(target)
    return written


def answered(notebook: nbformat.NotebookNode, source: str) -> nbformat.NotebookNode:
    """Return the notebook with a student's answers; source that no tool can place goes into the first exercise."""
    try:
        return fill(notebook, source).notebook
    except NothingToFill:
        copy = nbformat.from_dict(notebook)
        if source:
            next(iter(exercise_cells(copy).values())).source = source
        return copy


if __name__ == "__main__":
    print(f"{len(hand_in(Path(sys.argv[1])))} notebooks handed in")

"""Make a chapter the instructor's notebook: nbgrader's metadata, stable cell ids, one graded cell for each check."""

import hashlib
import inspect
import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

import nbformat
from nbformat import NotebookNode

from autograder.checks import Check, checks_of
from autograder.course import Chapter, Course, chapters_of, chapters_to_read
from autograder.exercises import BEGIN, END, Exercise, replace_solutions, stub_lines
from autograder.instructor.course.written_questions import WrittenQuestion, public_question
from autograder.instructor.releasing.glue import without_glue
from autograder.instructor.releasing.markdown import Context, citations_of, references_of, to_markdown
from autograder.notebooks.graft import RECORD, is_answer, without_hidden_tests
from autograder.sections import Contents, titles_in

ARCHIVE = "setup.zip"  # beside the book's notebooks: the wheel that `set_up` installs
SETUP_LINE = "from autograder import check, progress"
TITLE = "# @title Set up: run this first"  # as Colab shows a cell's title
BOOK_ONLY = "book-only"  # tag of a cell that computes numbers of the text from data that students do not have
# Jupyter's "Run all" goes on after a cell of this tag: one exercise that is still open does not hold up the others.
GOES_ON = "raises-exception"
# JupyterLab and Colab show the cell's first line, and unfold the rest.
FOLDED = {"jupyter": {"source_hidden": True}, "cellView": "form"}
PLUMBING = {"hide-input", "remove-cell"}  # tags of cells that draw figures and compute what the text says
QUESTION = re.compile(r"(^## Written question\n+)", re.MULTILINE)
OPEN_ANSWER = "*Your answer here.*"  # in place of a written answer
OWN_QUESTION = "*Your course asks this question in the place of the one in the book.*"
HOW_FAR = """## How far you are

Run this at any time. `autograder check {notebook}` in a terminal runs what you wrote and saved anew, as the grader
will, and shows what each check saw."""
HAND_IN = """## Hand in

Save the notebook (Ctrl+S, on a Mac ⌘S), then run this. It compares the saved file with what you ran, runs your
exercises anew, and puts a copy into the folder `hand-in`: that copy is what you hand in. In Colab it is downloaded; on
another server, such as Binder, download it from the list of files. Keep the receipt that is printed."""


def source_notebook(
    chapter: Chapter,
    course: Course,
    glued: Mapping[str, str] | None = None,
    question: WrittenQuestion | None = None,
) -> NotebookNode:
    """Return the instructor's notebook of a chapter: solutions and hidden checks included, nothing executed.

    Of a chapter without exercises it is the notebook that students get.

    Args:
        course: whose reference fills the exercise cells, and whose book, if there is one, the text links to.
        glued: values that the text shows; without them the prose is left out, which running the notebook does not need.
        question: takes the place of the chapter's written one.

    Raises:
        ValueError: the chapter holds a construct that has no form in a notebook, or an unknown exercise.
    """
    import jupytext

    read = jupytext.reads(chapter.text, fmt="md:myst")
    bibliography = course.bibliography if glued is not None else ""
    contents = Contents(chapter.assignment, course.page(chapter.room), titles_in(chapter.text))
    references = references_of(bibliography, chapter.text)
    beside = {page.path.stem for page in chapters_to_read(course)}
    context = Context(contents, glued or {}, citations_of(bibliography), references, beside)
    cells: list[NotebookNode] = []
    exercises = 0
    for cell in read.cells:
        tags = cell.metadata.get("tags", [])
        if cell.cell_type == "markdown" and "written" in tags:
            if question and glued is not None:
                cells[-1].source = _asking(cells[-1].source, question, chapter)
            answer = (question or public_question(course, chapter.room)).text.strip()
            cells.append(_written_cell(chapter.room, answer, int(cell.metadata["points"])))
        elif cell.cell_type == "markdown":
            if glued is not None and cell.source.strip():
                cells.append(nbformat.v4.new_markdown_cell(to_markdown(cell.source, context)))
        elif BOOK_ONLY in tags and glued is not None:
            continue
        elif "exercise" in tags:
            exercise, checks = course.exercise_in(chapter, cell.source), checks_of(chapter.room)
            exercises += 1
            if glued is not None:
                cells.append(_exercise_heading(exercise, f"{chapter.assignment.partition('-')[0]}.{exercises}", checks))
            cells += _exercise_cells(exercise, checks)
        elif "given" in tags:
            code = f"# Given: {cell.source.strip()}\n\n{course.given_in(cell.source)}"
            cells.append(nbformat.v4.new_code_cell(code, metadata=FOLDED))
        elif "setup" in tags:
            code = f"{SETUP_LINE}\n\n{without_glue(cell.source).strip()}"
            cells.append(_nbgrader(nbformat.v4.new_code_cell(code), f"{chapter.room}-setup", locked=True))
        elif code := without_glue(cell.source):
            kept = [*tags, GOES_ON] if "needs-exercises" in tags else tags
            folded = FOLDED if PLUMBING & set(tags) else {}
            cells.append(nbformat.v4.new_code_cell(code, metadata={"tags": kept} | folded if kept else {}))
    first_code = next((at for at, cell in enumerate(cells) if cell.cell_type == "code"), len(cells))
    cells.insert(first_code, nbformat.v4.new_code_cell(set_up_cell(course.downloads_url), metadata=FOLDED))
    metadata: dict[str, Any] = {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    if chapter.has_exercises:
        cells += _last_cells(chapter)
        metadata[RECORD] = {"assignment": chapter.assignment, "room": chapter.room}
    notebook = nbformat.v4.new_notebook(cells=cells, metadata=metadata)
    _name_cells(cells)
    nbformat.validate(notebook)
    return notebook


def open_notebook(course: Course, room: str) -> NotebookNode:
    """Return the notebook of a room's chapter, its answers as open as students get them, and its prose left out."""
    chapter = next(chapter for chapter in chapters_of(course) if chapter.room == room)
    return without_solutions(source_notebook(chapter, course))


def as_released(notebook: NotebookNode) -> NotebookNode:
    """Return a source notebook as students get it: its answers open, and hidden checks without their calls."""
    copy = without_solutions(notebook)
    for cell in copy.cells:
        cell.source = without_hidden_tests(cell.source)
    return copy


def without_solutions(notebook: NotebookNode) -> NotebookNode:
    """Return a source notebook with its answers as open as students get them."""
    copy = nbformat.from_dict(notebook)
    for cell in copy.cells:
        if is_answer(cell):
            cell.source = opened(cell)
    return copy


def opened(answer: NotebookNode) -> str:
    """Return an answer as open as students get it: without its solutions, or as a stub if it marks none."""
    room, _, name = answer.metadata.nbgrader.grade_id.partition("-")
    stub = stub_lines(room, name) if answer.cell_type == "code" else (OPEN_ANSWER,)
    return replace_solutions(answer.source, stub) if BEGIN in answer.source else "\n".join(stub)


def glued_values(executed: NotebookNode) -> dict[str, str]:
    """Return the values that an executed notebook glued, as text, by name."""
    values = {}
    for cell in executed.cells:
        for output in cell.get("outputs", []):
            name = output.get("metadata", {}).get("scrapbook", {}).get("name")
            if name is not None:
                values[name] = next(text for mime, text in output["data"].items() if mime.endswith("text/plain"))
    return values


def set_up(archive: str) -> None:
    """Where the course is not installed, as in Colab, install it and the data with it; keep lines of text short."""
    import builtins
    import subprocess
    import sys
    import urllib.request
    import zipfile
    from importlib.util import find_spec
    from pathlib import Path

    if show := getattr(builtins, "display", None):
        show({"text/html": "<style>.jp-RenderedMarkdown { max-width: 44rem }</style>"}, raw=True)
    if find_spec("autograder"):
        return
    print("Setting up: about a minute, and some more where large libraries have to be installed.")
    wheels = list(Path().glob("autograder-*.whl"))
    if not wheels:
        here = next((name for name in ("course.zip", "setup.zip") if Path(name).exists()), "")
        try:
            fetched = here or urllib.request.urlretrieve(archive)[0]
        except (OSError, ValueError):
            text = "The checks are not here and cannot be fetched: put course.zip beside this notebook, run this again."
            raise FileNotFoundError(text) from None
        with zipfile.ZipFile(fetched) as opened:
            name = next(name for name in opened.namelist() if name.endswith(".whl"))
            wheels = [Path(Path(name).name)]
            wheels[0].write_bytes(opened.read(name))
    subprocess.run([sys.executable, "-m", "pip", "install", "--quiet", wheels[-1]], check=True)


def set_up_cell(downloads: str) -> str:
    """Return a notebook's first code cell, ``set_up`` word for word; ``downloads`` ends with a slash, or is empty."""
    return f'{TITLE}\n{inspect.getsource(set_up)}\n\nset_up("{downloads and downloads + ARCHIVE}")'


def _last_cells(chapter: Chapter) -> list[NotebookNode]:
    """Return the cells at a notebook's end, for progress and for handing in."""
    # It imports for itself: a student can open the notebook only to hand it in.
    code = f'from autograder import hand_in\n\nhand_in("{chapter.room}")'
    return [
        nbformat.v4.new_markdown_cell(HOW_FAR.format(notebook=f"{chapter.assignment}.ipynb")),
        nbformat.v4.new_code_cell(f'progress("{chapter.room}")', metadata={"tags": [GOES_ON]}),
        nbformat.v4.new_markdown_cell(HAND_IN),
        nbformat.v4.new_code_cell(code, metadata={"tags": [GOES_ON]}),
    ]


def _exercise_heading(exercise: Exercise, number: str, checks: Sequence[Check]) -> NotebookNode:
    points = sum(check.points for check in checks if check.exercise == exercise.name)
    name = exercise.name.replace("_", r"\_")
    worth = f"{points} point{'s' if points > 1 else ''}"
    return nbformat.v4.new_markdown_cell(f"### Exercise {number} · {name} · {worth}")


def _exercise_cells(exercise: Exercise, checks: Sequence[Check]) -> list[NotebookNode]:
    solution = _nbgrader(nbformat.v4.new_code_cell(exercise.source), exercise.id, solution=True)
    look = nbformat.v4.new_code_cell(f"check({exercise.name})", metadata={"tags": ["look", GOES_ON]})
    return [solution, look, *(_check_cell(check) for check in checks if check.exercise == exercise.name)]


def _check_cell(check: Check) -> NotebookNode:
    call = f'check({check.exercise}, "{check.name}").require()'
    points = f"{check.points} point{'s' if check.points > 1 else ''}"
    if check.hidden:
        call = f"### BEGIN HIDDEN TESTS\n{call}\n### END HIDDEN TESTS"
        title = f"# Hidden check ({points}; it runs when your work is graded): {check.title}"
    else:
        title = f"# Check ({points}): {check.title}"
    cell = nbformat.v4.new_code_cell(f"{title}\n{call}", metadata={"tags": [GOES_ON]})
    return _nbgrader(cell, check.id, grade=True, locked=True, points=check.points)


def _asking(text: str, question: WrittenQuestion, chapter: Chapter) -> str:
    """Return the text before the written answer, with the instructor's question in the place of the chapter's."""
    before, heading, _ = QUESTION.split(text, maxsplit=1) if QUESTION.search(text) else (text, "", "")
    if not heading:
        raise ValueError(f"{chapter.path.name}: no heading 'Written question' stands before the written answer")
    return f"{before}{heading}{OWN_QUESTION}\n\n{question.asks}"


def _written_cell(room: str, answer: str, points: int) -> NotebookNode:
    cell = nbformat.v4.new_markdown_cell(f"{BEGIN}\n{answer}\n{END}")
    return _nbgrader(cell, f"{room}-written", grade=True, solution=True, points=points)


def _nbgrader(
    cell: NotebookNode, name: str, *, grade: bool = False, solution: bool = False, locked: bool = False, **points: int
) -> NotebookNode:
    cell.metadata["nbgrader"] = {
        "grade": grade,
        "grade_id": name,
        "locked": locked,
        "schema_version": 3,
        "solution": solution,
        "task": False,
        "cell_type": cell.cell_type,
        **points,
    }
    return cell


def _name_cells(cells: Sequence[NotebookNode]) -> None:
    """Give each cell an id that stays when others change: the grade id, or a digest of the text."""
    taken: dict[str, int] = {}
    for cell in cells:
        grade_id = cell.metadata.get("nbgrader", {}).get("grade_id")
        name = grade_id or hashlib.sha256(json.dumps([cell.cell_type, cell.source]).encode()).hexdigest()[:12]
        taken[name] = taken.get(name, 0) + 1
        cell["id"] = name if taken[name] == 1 else f"{name}-{taken[name]}"

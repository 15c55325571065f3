"""Release a chapter: source and release notebooks, checked by nbgrader's own rules."""

import contextlib
import hashlib
import os
import subprocess
import tempfile
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from autograder.course import Chapter, Course
from autograder.instructor.course.folder import CourseFolder
from autograder.instructor.course.written_questions import WrittenQuestion
from autograder.instructor.releasing.kept import kept
from autograder.instructor.releasing.source import glued_values, source_notebook
from autograder.notebooks.graft import grade_id_of, is_graded, is_written, read_notebook
from autograder.user_errors import TaskFailed, WouldOverwrite

CELL_TIMEOUT_S = 300


class ReleaseError(TaskFailed):
    """The chapter cannot be released; the message says which cell and why."""


def run_reference(chapter: Chapter, course: Course) -> NotebookNode:
    """Run a chapter once from top to bottom with the reference in its exercises, in a kernel of its own.

    Where nothing has changed since it last ran, that run is returned.
    """
    notebook = source_notebook(chapter, course, with_glue=True)

    def run() -> bytes:
        try:
            text: str = nbformat.writes(execute(notebook, course.root, allow_errors=False))
        except ReleaseError as error:
            raise ReleaseError(f"{chapter.assignment}: {error}") from error
        return text.encode()

    return nbformat.reads(kept(nbformat.writes(notebook), course, run).decode(), as_version=4)


def release(
    chapter: Chapter,
    executed: NotebookNode,
    course: Course,
    folder: CourseFolder,
    *,
    question: WrittenQuestion | None = None,
    force: bool = False,
) -> None:
    """Write source and release notebook of a chapter into the course folder and register it in the gradebook.

    Args:
        executed: the result of ``run_reference``: its checks have passed, and its values go into the text.
        question: the instructor's own, in the place of the chapter's written one.
        force: replace a source notebook that differs, and keep a copy of it.

    Raises:
        ReleaseError: nbgrader finds fault with a notebook, or a check of the untouched one is not open.
        WouldOverwrite: a source notebook is there that differs, and not ``force``.
    """
    source = source_notebook(chapter, course, glued_values(executed), question)
    write_source(folder.source(chapter.assignment), nbformat.writes(source), force=force)
    _generate(folder, chapter.assignment)
    _check_released(read_notebook(folder.released(chapter.assignment)), chapter.assignment, course)


def execute(notebook: NotebookNode, folder: Path, *, allow_errors: bool) -> NotebookNode:
    """Run a notebook in a kernel of this Python and return it with its outputs; raise ReleaseError if a cell fails."""
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

    copy = nbformat.from_dict(notebook)
    running = {"id": "first"}
    with tempfile.TemporaryDirectory() as empty:
        client = NotebookClient(
            copy,
            timeout=CELL_TIMEOUT_S,
            allow_errors=allow_errors,
            force_raise_errors=not allow_errors,  # whatever its tags allow in a student's notebook
            resources={"metadata": {"path": str(folder)}},
            kernel_name="python3",
            on_cell_start=lambda cell, cell_index: running.update(id=cell.id),
        )
        try:
            # One thread, as the book's: those of several kernels on one processor wait for each other, spinning.
            env = {"OMP_NUM_THREADS": "1", **os.environ, "IPYTHONDIR": empty}
            env["MPLBACKEND"] = "module://matplotlib_inline.backend_inline"
            client.execute(env=env, stderr=subprocess.DEVNULL)
        except CellTimeoutError as error:
            took = f"the cell {running['id']} did not end within {CELL_TIMEOUT_S} s"
            raise ReleaseError(f"{took}: release again while the machine is less busy") from error
        except DeadKernelError as error:
            raise ReleaseError(f"the cell {running['id']} ended the whole kernel") from error
        except CellExecutionError as error:
            reason = " ".join(error.evalue.split())
            raise ReleaseError(f"the cell {_named(running['id'], copy)} fails: {error.ename}: {reason}") from error
    return copy


def _named(cell_id: str, notebook: NotebookNode) -> str:
    """Return a cell's id, and its first line where an author would search for that."""
    cell = next(cell for cell in notebook.cells if cell.id == cell_id)
    return cell_id if grade_id_of(cell) else f"{cell_id} ({cell.source.strip().splitlines()[0]!r})"


def write_source(path: Path, text: str, *, force: bool) -> None:
    """Write the source notebook, unless the one in its place was edited; with ``force`` keep a copy of that.

    The copy's name is of its content: a later one, which need not be an edit, does not take its place.
    """
    if path.exists() and (old := path.read_bytes()) != text.encode():
        if not force:
            raise WouldOverwrite(f"{path} differs from the chapter: --force replaces it and keeps a copy beside it")
        path.with_suffix(f".{hashlib.sha256(old).hexdigest()[:8]}.ipynb.bak").write_bytes(old)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def _generate(folder: CourseFolder, assignment: str) -> None:
    """Let nbgrader make the release notebook and the gradebook's entry."""
    from nbgrader.apps import NbGraderAPI
    from nbgrader.coursedir import CourseDirectory

    config = folder.nbgrader_config()
    api = NbGraderAPI(CourseDirectory(config=config), config=config)
    with contextlib.chdir(folder.root):
        outcome = api.generate_assignment(assignment, force=True)
    if not outcome["success"]:
        lines = str(outcome["log"] or outcome["error"]).strip().splitlines()
        raise ReleaseError(f"nbgrader generate_assignment failed: {lines[-1] if lines else 'it printed nothing'}")


def _check_released(released: NotebookNode, assignment: str, course: Course) -> None:
    """Check the untouched exercises: by nbgrader's rule, visible checks and written answers are open, all else passes.

    Where nothing has changed since they were last found so, they are not run again.
    """
    graded = nbformat.from_dict(released)
    graded.cells = [cell for cell in graded.cells if grade_id_of(cell)]

    def run() -> bytes:
        with tempfile.TemporaryDirectory() as folder:
            _require_open(execute(graded, Path(folder), allow_errors=True), assignment)
        return b"open"

    kept(nbformat.writes(graded), course, run)


def _require_open(ran: NotebookNode, assignment: str) -> None:
    """Raise ReleaseError for a cell of a notebook that ran untouched and is not as ``_check_released`` says."""
    from nbgrader.utils import determine_grade, has_failed

    for cell in filter(is_graded, ran.cells):
        score, possible = determine_grade(cell)
        is_open = ".require()" in cell.source or is_written(cell)
        if is_open == (score == possible and not has_failed(cell)):  # a check can be worth no points
            how = "passes" if is_open else "fails"
            raise ReleaseError(f"the cell {cell.id} {how} on the untouched notebook of {assignment}")

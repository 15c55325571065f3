"""Release a chapter: source and release notebooks, checked by nbgrader's own rules."""

import contextlib
import hashlib
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from autograder.course import Chapter, Course, chapters_to_read
from autograder.instructor.authoring.proving import require_fitting
from autograder.instructor.course.decisions import own_due_dates_of
from autograder.instructor.course.folder import CourseFolder
from autograder.instructor.course.written_questions import WrittenQuestion, own_questions
from autograder.instructor.releasing.bundle import recordings_of, write_bundle
from autograder.instructor.releasing.execution import executed_chapter, with_outputs
from autograder.instructor.releasing.source import as_released, glued_values, source_notebook
from autograder.notebooks.graft import grade_id_of, is_graded, is_written, read_notebook
from autograder.user_errors import TaskFailed, WouldOverwrite


class ReleaseError(TaskFailed):
    """The chapter cannot be released; the message says which cell and why."""


def require_open_and_right(chapter: Chapter, course: Course) -> None:
    """Run the graded cells of a chapter's notebook as students get it, then with the reference in its exercises.

    One kernel runs both: most of the time goes into starting it, and each answer replaces what its stub defined.

    Raises:
        ReleaseError: untouched, by nbgrader's rule, a visible check or a written answer is not open, or anything else
            is; or with the reference a cell fails.
        ExecutionError: a cell does not end, or ends the kernel.
    """
    from nbgrader.utils import determine_grade, has_failed

    source = source_notebook(chapter, course)
    untouched, filled = (nbformat.from_dict(_graded(notebook)) for notebook in (as_released(source), source))
    for cell in untouched.cells:
        cell.id = f"untouched-{cell.id}"  # the end of an id can be the name of a check
    both = nbformat.v4.new_notebook(cells=[*untouched.cells, *filled.cells])
    ran = with_outputs(both, f"{chapter.assignment} graded", chapter.room, course, allow_errors=True)
    for cell in filter(is_graded, ran.cells[: len(untouched.cells)]):
        score, possible = determine_grade(cell)
        is_open = ".require()" in cell.source or is_written(cell)
        if is_open == (score == possible and not has_failed(cell)):  # a check can be worth no points
            how = "passes" if is_open else "fails"
            raise ReleaseError(f"the cell {grade_id_of(cell)} {how} on the untouched notebook of {chapter.assignment}")
    for cell in ran.cells[len(untouched.cells) :]:
        for output in cell.get("outputs", []):
            if output.output_type == "error":
                reason = " ".join(f"{output.ename}: {output.evalue}".split())
                where = f"the cell {grade_id_of(cell)} of {chapter.assignment}"
                raise ReleaseError(f"{where} fails with the reference: {reason}")


def release_chapters(
    chapters: Sequence[Chapter],
    course: Course,
    folder: CourseFolder,
    hand_in: str,
    on_release: Callable[[str], None],
    *,
    force: bool = False,
) -> None:
    """Release some chapters of a course, and make the students' zip of all that are released.

    Args:
        hand_in: says students where to hand in.
        on_release: called with the name of each assignment that has been released.
        force: as ``release``.

    Raises:
        AutograderError: as ``release``, ``require_open_and_right`` and ``write_bundle``; or the own questions or due
            dates of the course folder cannot be read, which stops it before anything is run.
    """
    require_fitting(course, chapters)
    own = own_questions(folder, course)
    own_due_dates_of(folder, course)
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        # Kernels run at the same time, each in a process of its own; files are written one after the other.
        executing = [pool.submit(executed_chapter, chapter, course) for chapter in chapters]
        reading = {chapter: pool.submit(executed_chapter, chapter, course) for chapter in chapters_to_read(course)}
        trying = [pool.submit(require_open_and_right, chapter, course) for chapter in chapters]
        recording = pool.submit(recordings_of, course)
        try:
            for chapter, executed, tried in zip(chapters, executing, trying, strict=True):
                tried.result()
                question = own.get(chapter.assignment)
                release(chapter, executed.result(), course, folder, question=question, force=force)
                on_release(chapter.assignment)
            recordings = recording.result()
            to_read = {
                chapter.path.stem: source_notebook(chapter, course, glued_values(executed.result()))
                for chapter, executed in reading.items()
            }
        finally:
            pool.shutdown(cancel_futures=True)
    notebooks = [folder.released(name) for name in folder.assignments()]
    write_bundle(folder.bundle, notebooks, course, recordings, hand_in, to_read)


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
        executed: the chapter with its outputs; the values that it glued go into the text.
        question: the instructor's own, in the place of the chapter's written one.
        force: replace a source notebook that differs, and keep a copy of it.

    Raises:
        ReleaseError: nbgrader finds fault with a notebook, or releases other cells than were tried.
        WouldOverwrite: a source notebook is there that differs, and not ``force``.
    """
    source = source_notebook(chapter, course, glued_values(executed), question)
    write_source(folder.source(chapter.assignment), nbformat.writes(source), force=force)
    _generate(folder, chapter.assignment)
    released = read_notebook(folder.released(chapter.assignment))
    for tried, cell in zip(_graded(as_released(source)).cells, _graded(released).cells, strict=True):
        if tried.source.strip() != cell.source.strip():
            raise ReleaseError(
                f"nbgrader releases the cell {cell.id} of {chapter.assignment} otherwise than it was tried"
            )


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


def _graded(notebook: NotebookNode) -> NotebookNode:
    """Return a notebook with nothing but the cells that nbgrader knows."""
    graded = nbformat.from_dict(notebook)
    graded.cells = [cell for cell in graded.cells if grade_id_of(cell)]
    return graded

"""Our steps in nbgrader: cut and read notebooks, grade with our runner, show students' texts safely."""

import atexit
import secrets
from functools import cache
from html import escape
from pathlib import Path
from typing import Any, TextIO

import nbformat
from nbconvert.exporters import NotebookExporter
from nbconvert.preprocessors import Preprocessor
from nbformat import NotebookNode
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import ClearSolutions, NbGraderPreprocessor

from autograder.course import Course
from autograder.exercises import BEGIN
from autograder.instructor.class_facts import update_student
from autograder.instructor.course.folder import CourseFolder, with_book
from autograder.instructor.course.records import GradingRecords, write_record
from autograder.instructor.gradebook import CourseGradebook
from autograder.instructor.grading.submission import completed, grade_one
from autograder.instructor.grading.verdict_digest import digest_of, grader_digest
from autograder.instructor.releasing.source import opened
from autograder.judge.expectations import LiveExpectations
from autograder.notebooks.graft import MalformedNotebook, is_answer, read_notebook, without_hidden_tests
from autograder.reports.html import CONTROLS
from autograder.sandbox import Sandbox

NAMES = ("student", "first_name", "last_name")  # the formgrader's page escapes none of them


class ClearToStub(ClearSolutions):  # type: ignore[misc]
    """Open each answer as the book and `autograder check` do, and refuse a solution outside of answers."""

    def _replace_solution_region(self, cell: NotebookNode, language: str) -> bool:
        """Return whether the cell holds a solution, which nbgrader allows in an answer only."""
        if is_answer(cell):
            cell.source = opened(cell)
            return True
        return BEGIN in cell.source


class CappedReading(NotebookExporter):  # type: ignore[misc]
    """An exporter that parses a notebook only where size and number of parts are within our limits.

    Any other file becomes an empty notebook here: our runner reads it once more, and reports the fault.
    """

    def from_file(
        self, file_stream: TextIO, resources: dict[str, Any] | None = None, **options: Any
    ) -> tuple[NotebookNode, dict[str, Any]]:
        try:
            notebook = read_notebook(Path(file_stream.name))
        except MalformedNotebook:
            notebook = nbformat.v4.new_notebook()
        converted: tuple[NotebookNode, dict[str, Any]] = self.from_notebook_node(notebook, resources, **options)
        return converted


@cache
def _shared() -> tuple[Sandbox, LiveExpectations, int]:
    """Return one sandbox, one reference and one seed for all notebooks of this process."""
    sandbox = Sandbox()
    atexit.register(sandbox.close)
    return sandbox, LiveExpectations(Course.installed()), secrets.randbits(32)


_records = cache(GradingRecords)  # of a course folder: read once for all its submissions


class RunChecks(NbGraderPreprocessor):  # type: ignore[misc]
    """Grade the file that was handed in, as ``autograder grade`` does, and not the notebook that nbgrader has read."""

    def preprocess(self, nb: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        sandbox, expect, run_seed = _shared()
        expect.course = with_book(expect.course, self.config)
        folder, where = CourseFolder(Path(CourseDirectory(parent=self).root)), resources["nbgrader"]
        submission = folder.submission(where["student"], where["assignment"])
        released, work = folder.instructor_notebook(submission.assignment), submission.read()
        notebook, record = grade_one(released, work.notebook, sandbox.run, expect, run_seed)
        depends = grader_digest(released, expect.course, (sandbox.limits, True))
        record = completed(record, work, digest_of(work, depends), sandbox.limits)
        write_record(folder.autograded(submission.student, submission.assignment), record)
        with CourseGradebook(folder) as gradebook, gradebook.writing() as rows:
            update_student(folder, rows, expect.course, _records(folder), submission.student)
        return notebook, resources


class ShowAsText(Preprocessor):  # type: ignore[misc]
    """Take control characters out of a notebook and its student's names, and escape the names."""

    def preprocess(self, nb: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        names = {name: resources.get(name) for name in NAMES}
        resources.update({name: escape(_shown(value)) for name, value in names.items() if isinstance(value, str)})
        return nbformat.from_dict(_shown(nb)), resources


def _shown(value: Any) -> Any:
    """Return a JSON value with its texts made safe for a page."""
    if isinstance(value, str):
        return value.translate(CONTROLS)
    if isinstance(value, list):
        return [_shown(part) for part in value]
    if isinstance(value, dict):
        return {_shown(name): _shown(part) for name, part in value.items()}
    return value


class HideHiddenChecks(NbGraderPreprocessor):  # type: ignore[misc]
    """Empty the cells of hidden checks: without this, nbgrader's own feedback shows them to students."""

    def preprocess_cell(self, cell: NotebookNode, resources: Any, index: int) -> tuple[NotebookNode, Any]:
        shown = without_hidden_tests(cell.source).rstrip()
        if shown != cell.source.rstrip() and cell.cell_type == "code":
            failed = any(output.output_type == "error" for output in cell.outputs)
            cell.source = shown
            cell.outputs = [nbformat.v4.new_output("stream", text="not passed\n" if failed else "passed\n")]
        return cell, resources

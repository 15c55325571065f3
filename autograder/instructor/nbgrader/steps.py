"""nbgrader's steps of ours: how it reads and cuts notebooks, and how it grades, which our runner does."""

from __future__ import annotations

import atexit
import secrets
from functools import cache
from pathlib import Path
from typing import Any, TextIO

import nbformat
from nbconvert.exporters import NotebookExporter
from nbformat import NotebookNode
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import ClearSolutions, NbGraderPreprocessor

from autograder.course import Course
from autograder.exercises import BEGIN
from autograder.expectations.live import LiveExpectations
from autograder.instructor.course.about import with_book
from autograder.instructor.course.folder import CourseFolder
from autograder.instructor.course.records import Records, write_record
from autograder.instructor.facts import update_student
from autograder.instructor.gradebook import CourseGradebook
from autograder.instructor.grading.digest import digest_of, grader_digest
from autograder.instructor.grading.log import write_log
from autograder.instructor.grading.submission import completed, grade_one, is_from_scratch
from autograder.instructor.releasing.source import opened
from autograder.notebooks.graft import MalformedNotebook, is_answer, read_notebook
from autograder.sandbox import Limits, Sandbox


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

    What is none is an empty one here: our runner reads the file once more, and says of it what it says everywhere.
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
    course = Course.installed()
    sandbox = Sandbox(Limits(), hidden=[course.folder])
    atexit.register(sandbox.close)
    return sandbox, LiveExpectations(course), secrets.randbits(32)


@cache
def _records(folder: CourseFolder) -> Records:
    """Return the records of a class, which are read once for all its submissions."""
    return Records(folder)


class RunChecks(NbGraderPreprocessor):  # type: ignore[misc]
    """Grade what was handed in, as ``autograder grade`` does: the notebook that nbgrader has read does not count."""

    def preprocess(self, nb: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        sandbox, expect, run_seed = _shared()
        expect.course = with_book(expect.course, self.config)
        folder, where = CourseFolder(Path(CourseDirectory(parent=self).root)), resources["nbgrader"]
        submission = folder.submission(where["student"], where["assignment"])
        released, work = folder.instructor_notebook(submission.assignment), submission.read()
        from_scratch = is_from_scratch(self.config)
        graded = grade_one(released, work.notebook, sandbox.run, expect, run_seed, from_scratch=from_scratch)
        depends = grader_digest(released, expect.course, (sandbox.limits, True, from_scratch))
        record = completed(graded.record, work, digest_of(work, depends))
        write_log(folder, submission, graded.notebook, record, sandbox.limits, isolated=True)
        write_record(folder.autograded(submission.student, submission.assignment), record)
        with CourseGradebook(folder) as gradebook, gradebook.writing() as rows:
            update_student(gradebook, rows, expect.course, _records(folder), submission.student)
        return graded.notebook, resources

"""nbgrader's executing step: the answers run in the sandbox, the judge decides, the cells show it."""

from __future__ import annotations

import atexit
import secrets
from functools import cache
from pathlib import Path
from typing import Any

from nbformat import NotebookNode
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import NbGraderPreprocessor

from autograder.checks import checks_of
from autograder.course import Course
from autograder.expectations.live import LiveExpectations
from autograder.instructor.course.about import with_book
from autograder.instructor.course.decisions import read_decisions
from autograder.instructor.course.folder import CourseFolder
from autograder.instructor.gradebook.adjusting import adjust
from autograder.instructor.grading.reuse import versions
from autograder.instructor.grading.submission import conclude, is_from_scratch
from autograder.notebooks.answers import program_of
from autograder.notebooks.graft import RECORD, Grafted, room_of
from autograder.sandbox import Sandbox


@cache
def _shared() -> tuple[Sandbox, LiveExpectations, int]:
    """Return one sandbox, one reference and one seed for all notebooks of this process."""
    course = Course.installed()
    sandbox = Sandbox(hidden=[course.folder])
    atexit.register(sandbox.close)
    return sandbox, LiveExpectations(course), secrets.randbits(32)


class RunChecks(NbGraderPreprocessor):  # type: ignore[misc]
    """Run and judge a grafted notebook."""

    def preprocess(self, nb: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        sandbox, expect, run_seed = _shared()
        expect.course = with_book(expect.course, self.config)
        grafted = Grafted(nb, tuple(nb.metadata[RECORD].get("notes", ())))
        program = program_of(nb, checks_of(room_of(nb)), run_seed)
        from_scratch = is_from_scratch(self.config)
        graded = conclude(grafted, sandbox.run(program), expect, run_seed, from_scratch=from_scratch)
        folder, assignment = CourseFolder(Path(CourseDirectory(parent=self).root)), resources["nbgrader"]["assignment"]
        adjust(graded.notebook.metadata[RECORD], read_decisions(folder.decisions, assignment))
        graded.notebook.metadata[RECORD]["run"] = {"seed": run_seed, "versions": versions()}
        return graded.notebook, resources

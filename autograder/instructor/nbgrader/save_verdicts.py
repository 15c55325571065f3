"""nbgrader's saving step: the verdicts that a graded notebook records go into the gradebook, and its extension."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from nbformat import NotebookNode
from nbgrader.api import Gradebook
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import NbGraderPreprocessor

from autograder.course import Course
from autograder.instructor.course.folder import CourseFolder
from autograder.instructor.gradebook.dates import own_due_dates_of, set_extension
from autograder.instructor.gradebook.saving import save_verdicts


class SaveVerdicts(NbGraderPreprocessor):  # type: ignore[misc]
    """Save the verdicts that a graded notebook records."""

    def preprocess(self, nb: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        where = resources["nbgrader"]
        with Gradebook(where["db_url"]) as gradebook:
            save_verdicts(gradebook, where["assignment"], where["student"], nb)
            folder = CourseFolder(Path(CourseDirectory(parent=self).root))
            own_due = own_due_dates_of(folder, Course.installed()).get((where["student"], where["assignment"]))
            if own_due is not None:
                set_extension(gradebook.find_submission(where["assignment"], where["student"]), own_due)
            gradebook.db.commit()
        return nb, resources

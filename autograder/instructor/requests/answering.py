"""Each request with what running its check again shows, those about one check together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from nbformat import NotebookNode

from autograder.checks import Check, checks_of
from autograder.course import Course
from autograder.errors import AutograderError
from autograder.instructor.course.attempts import kept
from autograder.instructor.course.folder import CourseFolder
from autograder.instructor.grading.explain import ExplainedMark, explaining, find_check, full_name, graded_notebook
from autograder.instructor.requests.form import OTHER, WRITTEN
from autograder.instructor.requests.reading import Asked
from autograder.notebooks.graft import is_written, record_of, room_of
from autograder.receipts import receipt_from

NO_RECEIPT = "it gives no receipt"
GRADED = "its receipt is that of the notebook that was graded"


@dataclass(frozen=True)
class Answered:
    """A request and what is known of its mark.

    Attributes:
        asked: the request.
        receipt: what its receipt says.
        mark: that is asked about, run again; None where that is no check, or cannot be run.
        written: the student's written answers, where they are asked about.
        trouble: why there is neither; or empty.
    """

    asked: Asked
    receipt: str = NO_RECEIPT
    mark: ExplainedMark | None = None
    written: Sequence[str] = ()
    trouble: str = ""


@dataclass(frozen=True)
class Group:
    """The requests about one thing.

    Attributes:
        assignment: its id, as known here; or as the requests write it.
        about: ``Exercise.check``, ``written answer`` or ``something else``.
        answered: the requests.
    """

    assignment: str
    about: str
    answered: Sequence[Answered]

    @property
    def check(self) -> Check | None:
        """The check; None where they are not about one that could be run."""
        return next((one.mark.check for one in self.answered if one.mark), None)


def answer(
    folder: CourseFolder,
    course: Course,
    asked: Sequence[Asked],
    *,
    isolated: bool = True,
    on_answer: Callable[[str], None] = lambda student: None,
) -> list[Group]:
    """Run what students ask about again and return it in groups, the largest first.

    Args:
        folder: the course folder.
        course: the reference to compare with.
        asked: the requests.
        isolated: False only for work that the instructor trusts.
        on_answer: called with each student's id.

    Raises:
        NoSandbox: isolation is asked for and cannot be had.
    """
    groups: dict[tuple[str, str], list[Answered]] = defaultdict(list)
    with explaining(folder, course, isolated=isolated) as again:
        for one in asked:
            about, answered = _answered(folder, one, again)
            groups[one.request.assignment, about].append(answered)
            on_answer(one.student.id)
    found = [Group(assignment, about, answered) for (assignment, about), answered in groups.items()]
    return sorted(found, key=lambda group: (group.check is None, -len(group.answered), group.assignment, group.about))


def _answered(
    folder: CourseFolder, asked: Asked, again: Callable[[str, str, str], ExplainedMark]
) -> tuple[str, Answered]:
    student, request = asked.student.id, asked.request
    try:
        notebook = graded_notebook(folder, student, request.assignment)
        receipt = _receipt(folder, asked, notebook)
        if request.check.casefold() == WRITTEN:
            return WRITTEN, Answered(asked, receipt, written=[c.source for c in notebook.cells if is_written(c)])
        if request.check.casefold() == OTHER:
            return OTHER, Answered(asked, receipt)
        check = check_named(checks_of(room_of(notebook)), request.check)
        return full_name(check), Answered(asked, receipt, again(student, request.assignment, full_name(check)))
    except AutograderError as error:
        return OTHER, Answered(asked, trouble=" ".join(str(error).split()))


def check_named(checks: Iterable[Check], name: str) -> Check:
    """Return the check of a title, as a student reads it, or of a name.

    Raises:
        CourseFolderError: there is none, or more than one.
    """
    known = list(checks)
    titled = [check for check in known if check.title.casefold() == name.casefold()]
    return titled[0] if len(titled) == 1 else find_check(known, name)


def _receipt(folder: CourseFolder, asked: Asked, notebook: NotebookNode) -> str:
    """Say which file a request's receipt is of. A receipt is seen by its student, and by whom the student shows it."""
    said = asked.request.receipt
    if not said:
        return NO_RECEIPT
    if said == record_of(notebook).get("receipt"):
        return GRADED
    attempts = kept(folder, asked.student.id, asked.request.assignment)
    number = next((one.number for one in attempts if receipt_from(one.digest) == said), None)
    return f"its receipt is that of attempt {number}, not graded" if number else "its receipt is of no file known here"

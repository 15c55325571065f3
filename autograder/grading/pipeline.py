"""Grade a class: sandboxes in parallel, one judge, one writer, and nothing done twice."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import dataclass, field
from typing import Any

from autograder.grading.course_folder import CourseFolder, Submission
from autograder.grading.earlier import digest_of, earlier_record, versions
from autograder.grading.gradebook import GradebookWriter
from autograder.grading.submission import RECORD, Graded, conclude, grade_unreadable, prepare, read_submitted
from autograder.grading.workers import local_sandboxes
from autograder.notebooks.graft import Grafted, MalformedNotebook
from autograder.reference import Course, LiveExpectations
from autograder.sandbox import Limits, RunResult

QUEUE = 4


@dataclass(frozen=True)
class GradeRequest:
    """What to grade, and how.

    Attributes:
        assignments: ids, each released.
        student: only this one's work; None for the class.
        workers: sandboxes at a time.
        seed: of the run; None draws a fresh one.
        isolated: False only for work that the instructor trusts.
        limits: what each submission may use.
    """

    assignments: Sequence[str]
    student: str | None = None
    workers: int = 2
    seed: int | None = None
    isolated: bool = True
    limits: Limits = field(default_factory=Limits)


@dataclass(frozen=True)
class GradedSubmission:
    """How one submission ended.

    Attributes:
        submission: whose work.
        verdicts: JSON values of contract 4.
        notes: what was left out or could not be read.
        reused: whether these verdicts are from an earlier run over the same work with the same checks.
    """

    submission: Submission
    verdicts: Sequence[dict[str, Any]]
    notes: Sequence[str]
    reused: bool

    @property
    def points(self) -> int:
        return sum(verdict["points"] for verdict in self.verdicts)

    @property
    def max_points(self) -> int:
        return sum(verdict["max_points"] for verdict in self.verdicts)


@dataclass(frozen=True)
class ClassRun:
    """A finished run over a class."""

    seed: int
    isolated: bool
    graded: Sequence[GradedSubmission]

    def to_json(self) -> dict[str, Any]:
        """Return the run and all verdicts as JSON values (contract 4)."""
        verdicts = [
            {"student": one.submission.student, "assignment": one.submission.assignment} | verdict
            for one in sorted(self.graded, key=lambda one: (one.submission.assignment, one.submission.student))
            for verdict in one.verdicts
        ]
        run = {"seed": self.seed, "isolated": self.isolated, "versions": versions(), "submissions": len(self.graded)}
        return {"run": run, "verdicts": verdicts}


def grade_class(
    folder: CourseFolder,
    course: Course,
    request: GradeRequest,
    on_start: Callable[[int], None] = lambda total: None,
    on_graded: Callable[[GradedSubmission], None] = lambda graded: None,
) -> ClassRun:
    """Grade the submissions of a course folder into its gradebook.

    A submission that was graded before, unchanged and by the same checks, keeps its verdicts, unless a seed is asked
    for. Nothing that a submission does ends the run.

    Args:
        folder: the course folder.
        course: the reference to compare with.
        request: what to grade.
        on_start: called with the number of submissions.
        on_graded: called after each has been written.

    Raises:
        NoSandbox: isolation is asked for and cannot be had.
        CourseFolderError: an assignment or a student is unknown.
    """
    with folder.only_one_grader(), GradebookWriter(folder) as writer:
        return _grade(folder, course, request, writer, on_start, on_graded)


def _grade(
    folder: CourseFolder,
    course: Course,
    request: GradeRequest,
    writer: GradebookWriter,
    on_start: Callable[[int], None],
    on_graded: Callable[[GradedSubmission], None],
) -> ClassRun:
    run_seed = secrets.randbits(32) if request.seed is None else request.seed
    expect = LiveExpectations(course)
    instructor, scores = {}, {}
    for assignment in request.assignments:
        writer.require_assignment(assignment)
        instructor[assignment] = folder.instructor_notebook(assignment)
        scores[assignment] = writer.scores(assignment)
    work = folder.submissions(request.assignments, request.student)
    on_start(len(work))
    graded: list[GradedSubmission] = []

    def keep(one: GradedSubmission) -> None:
        graded.append(one)
        on_graded(one)

    def finish(submission: Submission, digest: str, done: Graded) -> None:
        done.notebook.metadata[RECORD] |= {"digest": digest, "run": {"seed": run_seed, "versions": versions()}}
        writer.write(submission, done.notebook)
        keep(GradedSubmission(submission, [v.record() for v in done.verdicts], done.notes, reused=False))

    workers = max(1, min(request.workers, len(work)))
    with local_sandboxes(workers, request.limits, isolated=request.isolated, hidden=[course.folder]) as run:
        running: dict[Future[RunResult], tuple[Submission, str, Grafted]] = {}

        def finish_some() -> None:
            """Judge and write what is ready, so that whenever the run is stopped, little is lost."""
            wait(running, return_when=FIRST_COMPLETED)
            for future in [future for future in running if future.done()]:
                submission, digest, grafted = running.pop(future)
                finish(submission, digest, conclude(grafted, future.result(), expect, run_seed))

        for submission in work:
            released = instructor[submission.assignment]
            digest = digest_of(submission, released, course, (request.limits, request.isolated))
            earlier = earlier_record(folder, submission, digest, request.seed, scores[submission.assignment])
            if earlier is not None:
                keep(GradedSubmission(submission, earlier["verdicts"], earlier["notes"], reused=True))
                continue
            try:
                grafted, program = prepare(released, read_submitted(submission.file), run_seed)
            except MalformedNotebook as error:
                finish(submission, digest, grade_unreadable(released, str(error), expect, run_seed))
                continue
            running[run(program)] = (submission, digest, grafted)
            if len(running) > QUEUE * request.workers:  # so that memory does not grow with the class
                finish_some()
        while running:
            finish_some()
    return ClassRun(run_seed, request.isolated, graded)

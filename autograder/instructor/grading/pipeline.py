"""Grade a class: sandboxes in parallel, one judge, one writer, and nothing done twice."""

from __future__ import annotations

import errno
import secrets
import traceback
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from nbformat import NotebookNode

from autograder.checks import checks_of
from autograder.course import Course
from autograder.expectations.live import LiveExpectations
from autograder.instructor.course.decisions import Decision, read_decisions
from autograder.instructor.course.folder import CourseFolder, CourseFolderError, HandedIn, Submission
from autograder.instructor.gradebook.adjusting import adjust, worth_now
from autograder.instructor.gradebook.cells import changed_cells, write_cells
from autograder.instructor.gradebook.dates import due_dates_of, own_due_dates_of
from autograder.instructor.gradebook.term import enter_term, students_of
from autograder.instructor.gradebook.writer import CourseGradebook, GradebookError, RowRefused
from autograder.instructor.grading.class_run import ClassRun, GradedSubmission, RunProgress, Ungraded
from autograder.instructor.grading.log import write_log
from autograder.instructor.grading.reuse import Scores, digest_of, earlier_record, versions
from autograder.instructor.grading.submission import Graded, conclude, grade_unreadable, is_from_scratch, prepare
from autograder.instructor.grading.workers import ClusterError, Sandboxes, local_sandboxes
from autograder.notebooks.graft import RECORD, Grafted, MalformedNotebook, room_of
from autograder.receipts import receipt_of
from autograder.sandbox import Limits, NoSandbox, RunResult

QUEUE = 4
POLL_S = 0.1
# What is nobody's submission's fault, and would befall the next one, too.
ENDS_THE_RUN = (GradebookError, NoSandbox, ClusterError, CourseFolderError)
MACHINE_FAILS = {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO, errno.EMFILE, errno.ENFILE}


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
        dry_run: only say what would change, and write nothing.
        scheduler: address of a dask scheduler whose workers run the submissions; None for sandboxes of this machine.
    """

    assignments: Sequence[str]
    student: str | None = None
    workers: int = 2
    seed: int | None = None
    isolated: bool = True
    limits: Limits = field(default_factory=Limits)
    dry_run: bool = False
    scheduler: str | None = None


def grade_class(
    folder: CourseFolder,
    course: Course,
    request: GradeRequest,
    progress: RunProgress | None = None,
) -> ClassRun:
    """Grade the submissions of a course folder into its gradebook.

    A submission that was graded before, unchanged and by the same checks, keeps its verdicts, unless a seed is asked
    for. Nothing that a submission does ends the run.

    Args:
        folder: the course folder.
        course: the reference to compare with.
        request: what to grade.
        progress: follows the run; once it asks to stop, only what is in flight is finished and written.

    Raises:
        NoSandbox: isolation is asked for and cannot be had.
        ClusterError: the scheduler or its workers cannot be used.
        CourseFolderError: an assignment or a student is unknown.
        GradebookError: the gradebook cannot be read or written.
        OSError: the disk is full, read-only or broken.
    """
    students, due = students_of(folder), due_dates_of(folder, course)
    own_due = own_due_dates_of(folder, course)
    with nullcontext() if request.dry_run else folder.only_one_grader(), CourseGradebook(folder) as gradebook:
        if not request.dry_run:
            enter_term(gradebook, students, due, own_due)
        return _Grading(folder, course, request, gradebook, progress or RunProgress()).run()


class _Grading:
    """A run over a class, under way."""

    def __init__(
        self,
        folder: CourseFolder,
        course: Course,
        request: GradeRequest,
        gradebook: CourseGradebook,
        progress: RunProgress,
    ) -> None:
        self.folder, self.course, self.request = folder, course, request
        self.gradebook, self.progress = gradebook, progress
        self.seed = secrets.randbits(32) if request.seed is None else request.seed
        self.expect = LiveExpectations(course)
        self.from_scratch = is_from_scratch(gradebook.config)
        self.instructor: dict[str, NotebookNode] = {}
        self.scores: dict[str, Scores] = {}
        self.decisions: dict[str, tuple[Decision, ...]] = {}
        self.graded: list[GradedSubmission] = []
        self.ungraded: list[Ungraded] = []
        self.running: dict[Future[RunResult], _Begun] = {}
        self.told_to_stop = False
        self.cells_changed: list[str] = []

    def run(self) -> ClassRun:
        for assignment in self.request.assignments:
            self.gradebook.require_assignment(assignment)
            self.instructor[assignment] = self.folder.instructor_notebook(assignment)
            self.scores[assignment] = self.gradebook.scores(assignment)
            self.decisions[assignment] = read_decisions(self.folder.decisions, assignment)
            self.follow_points(assignment)
        work = self.folder.submissions(self.request.assignments, self.request.student)
        self.progress.begin(len(work))
        with self.sandboxes(len(work)) as sandboxes:
            for submission in work:
                if self.progress.should_stop():
                    break
                self.finish_ready()  # first, as nobody knows what the next one does
                with self.alone(submission):
                    self.begin(submission, sandboxes)
                while len(self.running) > QUEUE * sandboxes.at_a_time():  # so that memory does not grow with the class
                    self.finish_some()
            while self.running:
                self.finish_some()
        if not self.request.dry_run:
            self.gradebook.settle_late_days({one.submission.student for one in self.graded})
        waiting = len(work) - len(self.graded) - len(self.ungraded)
        return ClassRun(
            self.seed,
            self.request.isolated,
            self.graded,
            self.ungraded,
            waiting,
            self.request.dry_run,
            self.cells_changed,
        )

    def follow_points(self, assignment: str) -> None:
        """Let the gradebook's cells have the points of the checks, which may be others than when it was released."""
        checks = worth_now(checks_of(room_of(self.instructor[assignment])), self.decisions[assignment])
        changes = changed_cells(self.gradebook, assignment, checks)
        said = [str(change) for change in changes]
        if changes and self.request.student is not None:
            raise CourseFolderError(
                f"points of {assignment} have changed ({', '.join(said)}): grade it without --student, "
                "so that the same points count for all"
            )
        if changes and not self.request.dry_run:
            write_cells(self.gradebook, assignment, changes)
        self.cells_changed += said

    def sandboxes(self, submissions: int) -> AbstractContextManager[Sandboxes]:
        """Return where submissions run: on a cluster's workers, or here in no more sandboxes than there is work."""
        request = self.request
        if request.scheduler is not None:
            from autograder.instructor.grading.cluster import cluster_workers  # here alone: dask is an extra

            return cluster_workers(request.scheduler, request.limits, isolated=request.isolated)
        workers = max(1, min(request.workers, submissions))
        return local_sandboxes(workers, request.limits, isolated=request.isolated, hidden=[self.course.folder])

    def begin(self, submission: Submission, sandboxes: Sandboxes) -> None:
        """Let a submission run in a sandbox, unless its verdicts are known without."""
        work, released = submission.read(), self.instructor[submission.assignment]
        digest = digest_of(work, released, self.course, (self.request.limits, self.request.isolated, self.from_scratch))
        scores = self.scores[submission.assignment]
        decisions = self.decisions[submission.assignment]
        earlier = earlier_record(self.folder, submission, digest, self.request.seed, scores, decisions)
        if earlier is not None:
            if not self.request.dry_run:
                self.gradebook.update_penalty(submission, released)
            self.keep(submission, earlier, reused=True)
            return
        try:
            grafted, program = prepare(released, work.notebook(), self.seed)
        except MalformedNotebook as error:
            self.write(submission, work, digest, grade_unreadable(released, str(error), self.expect, self.seed))
            return
        self.running[sandboxes.run(program)] = _Begun(submission, work, digest, grafted)

    def finish_some(self) -> None:
        """Wait for what ends next, and write it, so that whenever the run is stopped, little is lost."""
        wait(self.running, timeout=POLL_S, return_when=FIRST_COMPLETED)
        if self.progress.should_stop() and not self.told_to_stop:
            self.told_to_stop = True
            self.running = {future: begun for future, begun in self.running.items() if not future.cancel()}
            self.progress.stopping(len(self.running))
        self.finish_ready()

    def finish_ready(self) -> None:
        """Judge and write what has ended."""
        for future in [future for future in self.running if future.done()]:
            begun = self.running.pop(future)
            with self.alone(begun.submission):
                result = future.result()
                done = conclude(begun.grafted, result, self.expect, self.seed, from_scratch=self.from_scratch)
                self.write(begun.submission, begun.work, begun.digest, done)

    def write(self, submission: Submission, work: HandedIn, digest: str, done: Graded) -> None:
        record = done.notebook.metadata[RECORD]
        record |= {"digest": digest, "run": {"seed": self.seed, "versions": versions()}}
        record["receipt"] = receipt_of(work.content) if work.content else ""
        adjust(record, self.decisions[submission.assignment])
        if isinstance(work.timestamp, str):
            record["notes"] = [*record["notes"], "timestamp.txt holds no time; it counts as handed in in time"]
        if not self.request.dry_run:
            timestamp = None if isinstance(work.timestamp, str) else work.timestamp
            write_log(self.folder, submission, done.notebook, self.request.limits, isolated=self.request.isolated)
            self.gradebook.write(submission, done.notebook, timestamp)
        self.keep(submission, record, reused=False)

    def keep(self, submission: Submission, record: Mapping[str, Any], *, reused: bool) -> None:
        scores = self.scores[submission.assignment].get(submission.student, {})
        before = {(check.exercise, check.name): scores.get(check.id) for check in checks_of(record["room"])}
        verdicts, notes, run = record["verdicts"], record["notes"], record["run"]
        one = GradedSubmission(submission, verdicts, notes, reused, run["seed"], run["versions"], before)
        self.graded.append(one)
        self.progress.graded(one)

    @contextmanager
    def alone(self, submission: Submission) -> Iterator[None]:
        """Let what fails in the block cost this submission alone, unless it would befall the next one, too."""
        try:
            yield
        except (Exception, SystemExit) as error:  # nbgrader ends the process where it gives up
            if isinstance(error, ENDS_THE_RUN) and not isinstance(error, RowRefused):
                raise
            if isinstance(error, OSError) and error.errno in MACHINE_FAILS:
                raise
            self.ungraded.append(Ungraded(submission, _reason(error, self.folder)))
            if not self.request.dry_run:
                self.gradebook.withdraw(submission)


@dataclass(frozen=True)
class _Begun:
    """A submission whose program runs."""

    submission: Submission
    work: HandedIn
    digest: str
    grafted: Grafted


def _reason(error: BaseException, folder: CourseFolder) -> str:
    """Say in one line what failed; of an error of ours also where, for whoever mends it."""
    if isinstance(error, OSError) and error.filename is not None:
        return f"{error.filename}: {error.strerror}".replace(f"{folder.root}/", "")
    where = traceback.extract_tb(error.__traceback__)[-1]
    said = " ".join(f"{type(error).__name__}: {error}".split())[:200]
    return f"{said} ({Path(where.filename).name}, line {where.lineno})"

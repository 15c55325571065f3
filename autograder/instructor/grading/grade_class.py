"""Grade a class: sandboxes in parallel, one judge, one writer, and nothing done twice."""

import errno
import logging
import secrets
import signal
import threading
import traceback
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbgrader.preprocessors import LimitOutput

from autograder.checks import Check, checks_of
from autograder.console import progress
from autograder.course import Course
from autograder.instructor.class_facts import facts_of, update_gradebook
from autograder.instructor.course.due_dates import Work
from autograder.instructor.course.files import write_atomically
from autograder.instructor.course.folder import TIMESTAMP, CourseFolder, CourseFolderError, HandedIn, Submission
from autograder.instructor.course.records import VERDICTS_FILE, GradingRecord, GradingRecords, write_record
from autograder.instructor.course.roster import Student
from autograder.instructor.gradebook import CourseGradebook, GradebookError, RowRefused
from autograder.instructor.grading.class_run import ClassRun, GradedSubmission, MarkChange, UngradedSubmission
from autograder.instructor.grading.submission import completed, conclude, grade_unreadable, prepare
from autograder.instructor.grading.verdict_digest import digest_of, grader_digest
from autograder.instructor.grading.workers import ClusterError, Sandboxes, local_sandboxes
from autograder.instructor.marks import Facts, marks_of
from autograder.judge.expectations import LiveExpectations
from autograder.mistakes import BadCatalogue
from autograder.notebooks.graft import GraftedNotebook, MalformedNotebook, room_of
from autograder.sandbox import Limits, NoSandbox, RunResult
from autograder.user_errors import AutograderError

QUEUE = 4
LOOKS_EVERY_S = 0.5  # whether Ctrl-C was pressed
# Errors that no submission caused: the next one would fail in the same way.
ENDS_THE_RUN = (GradebookError, NoSandbox, ClusterError, CourseFolderError, BadCatalogue)
MACHINE_FAILS = {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO, errno.EMFILE, errno.ENFILE}


@dataclass(frozen=True)
class GradeRequest:
    """Options of a run over a class."""

    assignments: Sequence[str]  # ids, each released
    student: str | None = None  # the only one whose work is graded; None for the class
    workers: int = 2  # sandboxes at a time
    seed: int | None = None  # of the run; None draws a fresh one
    isolated: bool = True  # False only for work that the instructor trusts
    limits: Limits = field(default_factory=Limits)
    dry_run: bool = False  # whether to say only what would change, and write nothing
    scheduler: str | None = None  # address of a dask scheduler whose workers run the work; None for sandboxes here
    again: bool = False  # whether to grade unchanged work anew, too
    quiet: bool = True  # whether to show no progress bar


def grade_class(folder: CourseFolder, course: Course, request: GradeRequest) -> ClassRun:
    """Grade the submissions of a course folder into its gradebook.

    A submission that was graded before, unchanged and by the same checks, keeps its verdicts, unless a seed is asked
    for, or to grade again. Nothing that a submission does ends the run.

    Raises:
        NoSandbox: isolation is asked for and cannot be had.
        ClusterError: the scheduler or its workers cannot be used.
        CourseFolderError: an assignment or a student is unknown.
        GradebookError: the gradebook cannot be read or written.
        OSError: the disk is full, read-only or broken.
    """
    with nullcontext() if request.dry_run else folder.only_one_grader(), CourseGradebook(folder) as gradebook:
        return _Grading(folder, course, request, gradebook).run()


@dataclass
class _Grading:
    """A run over a class, under way."""

    folder: CourseFolder
    course: Course
    request: GradeRequest
    gradebook: CourseGradebook

    def __post_init__(self) -> None:
        self.seed = secrets.randbits(32) if self.request.seed is None else self.request.seed
        self.expect = LiveExpectations(self.course)
        self.limit_output = LimitOutput(config=self.gradebook.config)
        self.limit_output.log.setLevel(logging.ERROR)  # that an output was cut is no news in a class run
        self.records = GradingRecords(self.folder)
        self.instructor: dict[str, NotebookNode] = {}
        self.graded: dict[Work, tuple[Submission, GradingRecord]] = {}
        self.reused: set[Work] = set()
        self.ungraded: list[UngradedSubmission] = []
        self.running: dict[Future[RunResult], tuple[Submission, HandedIn, str, GraftedNotebook]] = {}
        self.interrupted = threading.Event()
        self.show_graded: Callable[[str], None]

    def run(self) -> ClassRun:
        for assignment in self.request.assignments:
            self.gradebook.require_assignment(assignment)
            self.instructor[assignment] = self.folder.instructor_notebook(assignment)
        rules = self.request.limits, self.request.isolated
        self.digests = {name: grader_digest(released, self.course, rules) for name, released in self.instructor.items()}
        with self.gradebook.open() as rows:
            self.facts = facts_of(self.folder, self.course, rows, self.records)
        for assignment, released in self.instructor.items():
            _require_released_checks(self.facts, assignment, checks_of(room_of(released)))
        work = self.folder.submissions(self.request.assignments, self.request.student)
        with (
            progress("Grading", len(work), self.request.quiet) as self.show_graded,
            _interrupts_set(self.interrupted),
        ):
            try:
                with self.sandboxes(len(work)) as sandboxes:
                    self.grade(work, sandboxes)
            except (Exception, KeyboardInterrupt):
                self.update_gradebook(quietly=True)
                raise
            self.update_gradebook()
        return self.compared()

    def grade(self, work: Sequence[Submission], sandboxes: Sandboxes) -> None:
        for submission in work:
            self.finish_ready()  # before the next submission can fail
            with self.alone(submission):
                self.begin(submission, sandboxes)
            while len(self.running) > QUEUE * sandboxes.at_a_time:  # so that memory does not grow with the class
                self.finish_some()
        while self.running:
            self.finish_some()

    def update_gradebook(self, *, quietly: bool = False) -> None:
        """Update nbgrader's gradebook; after an error quietly, since that error is the one to report."""
        if self.request.dry_run:
            return
        with suppress(AutograderError, OSError) if quietly else nullcontext():
            update_gradebook(self.folder, self.course, self.gradebook, self.records)

    def compared(self) -> ClassRun:
        """Return the run with the marks of the class before and after it, each computed from all facts."""
        known = {student.id for student in self.facts.students}
        newcomers = sorted({student for student, _ in self.graded} - known)
        records = {work: record for work, (_, record) in self.graded.items()}
        withdrawn = {(work.submission.student, work.submission.assignment) for work in self.ungraded}
        facts = replace(
            self.facts,
            students=[*self.facts.students, *map(Student, newcomers)],
            records={work: kept for work, kept in {**self.facts.records, **records}.items() if work not in withdrawn},
        )
        before, after = (
            {(mark.student.id, mark.assignment): mark for mark in marks_of(either) if mark.record}
            for either in (self.facts, facts)
        )
        graded = [
            GradedSubmission(submission, after[work], before.get(work), reused=work in self.reused)
            for work, (submission, _) in self.graded.items()
        ]
        changes = [MarkChange(before.get(work), mark) for work, mark in after.items()]
        return ClassRun(
            self.seed,
            self.request.isolated,
            graded,
            self.ungraded,
            [change for change in changes if change.questions or change.score_before != change.mark.score],
            dry=self.request.dry_run,
        )

    def sandboxes(self, submissions: int) -> AbstractContextManager[Sandboxes]:
        """Return the sandboxes of a cluster, or of this machine and no more than there is work."""
        request = self.request
        if request.scheduler is not None:
            from autograder.instructor.grading.cluster import cluster_workers  # here alone: dask is an extra

            return cluster_workers(request.scheduler, request.limits, isolated=request.isolated)
        workers = max(1, min(request.workers, submissions))
        return local_sandboxes(workers, request.limits, isolated=request.isolated)

    def begin(self, submission: Submission, sandboxes: Sandboxes) -> None:
        """Start a submission in a sandbox, unless its verdicts are known already."""
        work, released = submission.read(), self.instructor[submission.assignment]
        digest = digest_of(work, self.digests[submission.assignment])
        earlier = None if self.request.again else self.records.of(submission.student, submission.assignment)
        if earlier and earlier.digest == digest and self.request.seed in (None, earlier.seed):
            self.keep(submission, earlier, reused=True)
            return
        try:
            grafted, program = prepare(released, work.notebook(), self.seed)
        except MalformedNotebook as error:
            self.write(submission, work, digest, *grade_unreadable(released, str(error), self.expect, self.seed))
            return
        self.running[sandboxes.run(program)] = submission, work, digest, grafted

    def finish_some(self) -> None:
        """Wait for the next result, and write it, so that a stopped run loses little."""
        wait(self.running, timeout=LOOKS_EVERY_S, return_when=FIRST_COMPLETED)
        self.finish_ready()

    def finish_ready(self) -> None:
        """Judge and write the submissions that have ended; raise KeyboardInterrupt after Ctrl-C."""
        if self.interrupted.is_set():
            raise KeyboardInterrupt
        for future in [future for future in self.running if future.done()]:
            submission, work, digest, grafted = self.running.pop(future)
            with self.alone(submission):
                result = future.result()
                done = conclude(grafted, result, self.expect, self.seed)
                self.write(submission, work, digest, *done)

    def write(
        self, submission: Submission, work: HandedIn, digest: str, notebook: NotebookNode, record: GradingRecord
    ) -> None:
        """Write notebook and record, in this order: the record's arrival says that a submission is done."""
        record = completed(record, work, digest, self.request.limits, isolated=self.request.isolated)
        if not self.request.dry_run:
            with self.gradebook.writing() as rows:
                rows.enter(submission.student, submission.assignment)
            notebook, _ = self.limit_output.preprocess(notebook, {})
            target = self.folder.autograded(submission.student, submission.assignment)
            target.parent.mkdir(parents=True, exist_ok=True)
            if record.handed_in is not None:
                stamp = record.handed_in.replace(tzinfo=None)
                write_atomically(target.with_name(TIMESTAMP), f"{stamp} UTC\n")
            write_atomically(target, nbformat.writes(notebook))
            write_record(target, record)
        self.keep(submission, record, reused=False)

    def keep(self, submission: Submission, record: GradingRecord, *, reused: bool) -> None:
        work = submission.student, submission.assignment
        self.graded[work] = submission, record
        if reused:
            self.reused.add(work)
        self.show_graded(submission.student)

    def withdraw(self, submission: Submission) -> None:
        """Delete earlier verdicts on work that could not be graded."""
        notebook = self.folder.autograded(submission.student, submission.assignment)
        with suppress(OSError, ValueError):  # under a name that no file can have there are none
            notebook.with_name(VERDICTS_FILE).unlink(missing_ok=True)
            notebook.unlink(missing_ok=True)

    @contextmanager
    def alone(self, submission: Submission) -> Iterator[None]:
        """Confine an error in the block to this submission; re-raise it if every later one would hit it."""
        try:
            yield
        except (Exception, SystemExit) as error:  # nbgrader ends the process where it gives up
            if isinstance(error, ENDS_THE_RUN) and not isinstance(error, RowRefused):
                raise
            if isinstance(error, OSError) and error.errno in MACHINE_FAILS:
                raise
            self.ungraded.append(UngradedSubmission(submission, _reason(error, self.folder)))
            if not self.request.dry_run:
                self.withdraw(submission)


def _require_released_checks(facts: Facts, assignment: str, checks: Sequence[Check]) -> None:
    """Raise CourseFolderError where checks and release differ, and no decision says what counts."""
    released = facts.cells[assignment]
    decided = {line.cell for line in facts.decisions if (line.assignment, line.what) == (assignment, "points")}
    for check in checks:
        name = f"{check.exercise}.{check.name}"
        if check.id not in released:
            raise CourseFolderError(
                f"{assignment} has no cell for {name}: run `autograder release {assignment} --force`, which can add "
                "one as long as nothing has been graded"
            )
        worth, decide = released[check.id].points, f"autograder points {assignment} {name}"
        if worth != check.points and check.id not in decided:
            raise CourseFolderError(
                f"{name} counts {worth:g} in {assignment} as released, and {check.points} in the course now: "
                f"`{decide} {check.points}` lets it count {check.points} for everybody, `{decide} {worth:g}` as before"
            )
    gone = {cell for cell, graded in released.items() if not graded.by_hand} - {check.id for check in checks} - decided
    if gone:
        name = ".".join(min(gone).split("-")[1:])
        raise CourseFolderError(
            f"{assignment} was released with {name}, which the course no longer has: put the check back; "
            f"`autograder points {assignment} {name} 0` then lets it count nothing"
        )


@contextmanager
def _interrupts_set(event: threading.Event) -> Iterator[None]:
    """Let Ctrl-C set an event: raised wherever the judge is at work, it could be lost, or become an observation."""
    if threading.current_thread() is not threading.main_thread():  # which alone is sent signals
        yield
        return
    before = signal.signal(signal.SIGINT, lambda *_: event.set())
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _reason(error: BaseException, folder: CourseFolder) -> str:
    """Return an error in one line; for a fault of our own software with its place."""
    if isinstance(error, OSError) and error.filename is not None:
        return f"{error.filename}: {error.strerror}".replace(f"{folder.root}/", "")
    where = traceback.extract_tb(error.__traceback__)[-1]
    text = " ".join(f"{type(error).__name__}: {error}".split())[:200]
    return f"{text} ({Path(where.filename).name}, line {where.lineno})"

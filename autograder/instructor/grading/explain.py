"""Reproduce one verdict, with the same answers, check and seed, and show how it came about."""

import inspect
import textwrap
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from nbformat import NotebookNode

from autograder.arrays import as_numpy, is_array
from autograder.checks import Check, Observation, Sample, checks_of
from autograder.course import Course
from autograder.instructor.course.decisions import decisions_in_words, read_decisions
from autograder.instructor.course.folder import CourseFolder, CourseFolderError
from autograder.instructor.course.records import GradingRecord, GradingRecords
from autograder.judge.comparison import same
from autograder.judge.expectations import LiveExpectations
from autograder.judge.judge import describe, judge
from autograder.judge.verdicts import Verdict, VerdictRecord
from autograder.notebooks.answers import answer_in, planned, program_of
from autograder.notebooks.graft import MalformedNotebook, read_notebook
from autograder.observe import Answer
from autograder.reports.text import WIDTH, capped, diagnosis_rows
from autograder.sandbox import Program, Sandbox
from autograder.user_errors import plain

# Fields in which two runs of the same work agree; their durations, and the addresses of objects, differ.
REPRODUCED = ("outcome", "points", "max_points", "mistake")


@dataclass(frozen=True)
class ExplainedMark:
    """A check's observations of a student's work, once more, beside the recorded verdict."""

    student: str
    assignment: str
    check: Check
    record: GradingRecord
    recorded: VerdictRecord
    verdict: Verdict
    observed: Answer  # the answers of the student's names now
    expected: Answer  # the reference's answers
    decided: Sequence[str]  # what has been decided since on this check for everybody, each a sentence

    @property
    def reproduced(self) -> bool:
        """Whether the verdict now is the recorded one."""
        now, then = dict(self.verdict.record()), dict(self.recorded)
        return all(now[name] == then[name] for name in REPRODUCED)

    @property
    def check_source(self) -> str:
        return inspect.getsource(self.check.observe)


@contextmanager
def explaining(
    folder: CourseFolder, course: Course, *, isolated: bool = True
) -> Iterator[Callable[[str, str, str], ExplainedMark]]:
    """Yield a function that explains a mark, by student, assignment and check; one sandbox serves all its calls.

    The check is judged anew, on the work as graded and at the seed of then. It is called ``Exercise.check``, by the id
    of its cell, or by its own name where no other has it.

    Raises:
        CourseFolderError: there is no such assignment, graded submission or check, or the check is newer.
        NoSandbox: isolation is asked for and cannot be had.
    """
    expect = LiveExpectations(course)
    with Sandbox(isolated=isolated) as sandbox:

        def again(student: str, assignment: str, name: str) -> ExplainedMark:
            notebook, record = graded_work(folder, student, assignment)
            check = find_check(checks_of(record.room), name)
            recorded = {
                verdict["check"]: verdict for verdict in record.verdicts if verdict["exercise"] == check.exercise
            }
            if check.name not in recorded:
                raise CourseFolderError(f"{full_name(check)} is newer than this mark: run `autograder grade` again")
            # The likely mistake shows over all checks of an exercise.
            checks = [sibling for sibling in checks_of(check.room, check.exercise) if sibling.name in recorded]
            seeds = [recorded[sibling.name]["seed"] for sibling in checks]
            if record.unreadable:
                answers = [Answer("invalid", {}, record.unreadable)] * len(checks)
            else:
                cells = program_of(notebook, (), run_seed=0).cells
                result = sandbox.run(Program(cells, tuple(map(planned, checks, seeds))))
                answers = [answer_in(result, sibling) for sibling in checks]
            at = checks.index(check)
            verdict = judge(checks, answers, seeds, expect)[at]
            decided = [line for line in read_decisions(folder.decisions, assignment) if line.cell == check.id]
            return ExplainedMark(
                student=student,
                assignment=assignment,
                check=check,
                record=record,
                recorded=recorded[check.name],
                verdict=verdict,
                observed=answers[at],
                expected=expect.reference(check, seeds[at]),
                decided=decisions_in_words(decided),
            )

        yield again


def graded_work(folder: CourseFolder, student: str, assignment: str) -> tuple[NotebookNode, GradingRecord]:
    """Return a graded notebook and its record; raise CourseFolderError where there is none."""
    folder.chosen(assignment)
    record, path = GradingRecords(folder).of(student, assignment), folder.autograded(student, assignment)
    if record is None or not path.exists():
        folder.submissions([assignment], student)  # says so where nothing was handed in either
        again = f"run `autograder grade {assignment} --student {student}`"
        raise CourseFolderError(f"{assignment} of {student} has not been graded: {again}")
    try:
        return read_notebook(path), record
    except MalformedNotebook as error:
        raise CourseFolderError(str(error)) from error


def find_check(checks: Sequence[Check], name: str) -> Check:
    """Return the check that an instructor means; raise CourseFolderError, which lists them, for none or several."""
    full = [check for check in checks if name in (check.id, full_name(check), f"{check.exercise}-{check.name}")]
    fitting = full or [check for check in checks if name == check.name]
    if len(fitting) == 1:
        return fitting[0]
    known = ", ".join(map(full_name, fitting or checks))
    raise CourseFolderError(f"{'more than one' if fitting else 'no'} check is called {name!r}: there are {known}")


def full_name(check: Check) -> str:
    return f"{check.exercise}.{check.name}"


def explanation_text(mark: ExplainedMark) -> str:
    """Describe a mark: seed, check, each observation beside the expected one, and the verdict."""
    check, verdict = mark.check, mark.verdict
    hidden = " (hidden)" if check.hidden else ""
    lines = [f"{mark.student}, {mark.assignment}, {check.exercise}.{check.name}{hidden}: {check.title}", ""]
    lines += [f"seed {mark.recorded['seed']}"]
    if mark.record.versions:
        lines += ["graded with " + ", ".join(f"{name} {version}" for name, version in mark.record.versions.items())]
    if mark.record.limits:
        limits = ", ".join(f"{name} {value:,}" for name, value in mark.record.limits.items())
        lines += [f"graded {'shut in' if mark.record.isolated else 'NOT ISOLATED (--no-sandbox)'}, limits: {limits}"]
    lines += [f"decided since: {decision}" for decision in mark.decided]
    lines += ["", "The check", *capped(mark.check_source, "    "), ""]
    lines += ["Observed and expected", *_observation_lines(mark), ""]
    lines += [f"Verdict: {verdict.outcome}, {verdict.points} of {check.points} points"]
    for name, text in diagnosis_rows(verdict, hint=2):
        if verdict.delegated or name not in ("observed", "expected"):  # they stand above, in full
            lines += textwrap.wrap(
                f"{name}: {text}", WIDTH, initial_indent="  ", subsequent_indent=" " * 4, break_long_words=False
            )
    recorded = f"{mark.recorded['outcome']}, {mark.recorded['points']} of {mark.recorded['max_points']} points"
    lines += ["This is the recorded verdict." if mark.reproduced else f"THE RECORDED VERDICT IS ANOTHER: {recorded}"]
    return "\n".join(plain(line.expandtabs()) for line in lines)


def _observation_lines(mark: ExplainedMark) -> list[str]:
    """Return each observation beside the expected one, as lines."""
    observed, expected = mark.observed, mark.expected
    rows = [[f"  no observation: {observed.kind}, {observed.detail}"]] if not observed.observations else []
    for name in dict.fromkeys([*expected.observations, *observed.observations]):
        has, wants = name in observed.observations, name in expected.observations
        right = has and wants and same(observed.observations[name], expected.observations[name])
        rows.append([f"  {name}: {'as expected' if right else 'not as expected'}"])
        for label, answer, there in (("observed", observed, has), ("expected", expected, wants)):
            value = answer.observations[name] if there else None
            rows[-1] += [f"    {label}: {describe(value) if there else 'nothing'}", *_in_full(value)]
    return [line for row in rows for line in row]


def _in_full(value: Observation) -> list[str]:
    """Return the numbers as their library shows them, which leaves the middle of a large array out."""
    array = value.draws if isinstance(value, Sample) else value
    return capped(str(array), " " * 8) if is_array(array) and as_numpy(array).size > 1 else []

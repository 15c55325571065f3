"""The log of one submission as plain text, for the instructor alone: it has hidden checks and their messages, too."""

from collections.abc import Sequence
from dataclasses import asdict

from nbformat import NotebookNode

from autograder.errors import plain
from autograder.instructor.course.files import write_atomically
from autograder.instructor.course.folder import CourseFolder, Submission
from autograder.instructor.course.grading_records import GradingRecord
from autograder.judge.verdicts import VerdictRecord, labelled_lines
from autograder.notebooks.graft import grade_id_of, room_of
from autograder.reports.text import capped
from autograder.sandbox import Limits


def write_log(
    folder: CourseFolder,
    submission: Submission,
    notebook: NotebookNode,
    record: GradingRecord,
    limits: Limits,
    *,
    isolated: bool,
) -> None:
    """Write the log of a submission that has been graded and not yet been saved, in the place of an earlier one.

    It comes before the record, so that no mark is ever without its log, or beside the log of an earlier one. A run that
    is killed between them leaves a log that the next run overwrites, as it grades that submission again.
    """
    log = folder.log(submission.student, submission.assignment)
    log.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(log, submission_log(submission, notebook, record, limits, isolated=isolated))


def submission_log(
    submission: Submission, notebook: NotebookNode, record: GradingRecord, limits: Limits, *, isolated: bool
) -> str:
    """Return the log of a graded submission; its notebook has the outputs and errors of its cells."""
    student, assignment, verdicts = submission.student, submission.assignment, record.verdicts
    points = sum(verdict["points"] for verdict in verdicts), sum(verdict["max_points"] for verdict in verdicts)
    facts = {
        "graded": record.graded.isoformat(" ", "seconds") if record.graded else "",
        "file": f"submitted/{student}/{assignment}/{submission.file.name}",
        "digest": record.digest,
        "seed": record.seed,
        "versions": ", ".join(f"{name} {version}" for name, version in record.versions.items()),
        "sandbox": "shut in" if isolated else "NOT ISOLATED (--no-sandbox)",
        "limits": ", ".join(f"{name} {value:,}" for name, value in asdict(limits).items()),
    }
    lines = [f"{student}, {assignment}: {points[0]} of {points[1]} points from checks", ""]
    lines += [f"{name + ':':<10}{value}" for name, value in facts.items()]
    lines += ["", "Noticed", *(f"  {note}" for note in record.notes or ["nothing"])]
    lines += ["", "Checks", *(line for verdict in verdicts for line in _check(verdict))]
    lines += ["", "What the cells printed, and the errors they ended with", *_cells(notebook, verdicts)]
    return "\n".join(plain(line.expandtabs()) for line in lines) + "\n"


def _check(verdict: VerdictRecord) -> list[str]:
    name = f"{verdict['exercise']}.{verdict['check']}" + (" (hidden)" if verdict["hidden"] else "")
    points = f"{verdict['points']}/{verdict['max_points']}"
    head = f"  {verdict['outcome']:<8} {points:>5}  {name}  {verdict['duration_s']:.3f} s  seed {verdict['seed']}"
    return [head, *capped("\n".join(labelled_lines(verdict["diagnosis"])), indent=" " * 15)]


def _cells(notebook: NotebookNode, verdicts: Sequence[VerdictRecord]) -> list[str]:
    room = room_of(notebook)
    checks = {f"{room}-{verdict['exercise']}-{verdict['check']}" for verdict in verdicts}
    lines = []
    for cell in notebook.cells:
        grade_id = grade_id_of(cell)
        if grade_id in checks or not cell.get("outputs"):
            continue
        lines.append(f"  {grade_id}")
        for output in cell.outputs:
            text = "\n".join(output.traceback) if output.output_type == "error" else output.text
            lines += capped(text, indent=" " * 4)
    return lines or ["  nothing"]

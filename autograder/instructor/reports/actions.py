"""Students of a class who need help."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from autograder.instructor.course.roster import Student
from autograder.instructor.exporting.spreadsheet import csv_text
from autograder.instructor.marks import Mark

HALF = 0.5
COLUMNS = (
    *("student_id", "last_name", "first_name", "email", "section", "behind"),
    *("below_half", "not_handed_in", "unreadable"),
)


@dataclass(frozen=True)
class NeedsHelp:
    """A student to offer help, and why."""

    student: str
    missing: Sequence[str]  # the assignments that half of the class handed in and this student did not
    weak: Sequence[tuple[str, float]]  # those with less than half of the decided points, with the share
    behind: float  # the points that are lacking in all of these, in assignments: 1.5 is one missing and one with half


def by_assignment(marks: Iterable[Mark]) -> Mapping[str, Sequence[Mark]]:
    by_name: dict[str, list[Mark]] = {}
    for mark in marks:
        by_name.setdefault(mark.assignment, []).append(mark)
    return by_name


def students_in_need(marks: Iterable[Mark]) -> list[NeedsHelp]:
    """Return the students with less than half of an assignment's decided points, or without one that half handed in.

    The first lacks most. A file that could not be read counts as neither: it is another kind of trouble.
    """
    missing, weak = defaultdict(list), defaultdict(list)
    for assignment, class_marks in by_assignment(marks).items():
        is_due = sum(mark.handed_in for mark in class_marks) >= HALF * len(class_marks)
        for mark in class_marks:
            if not mark.handed_in and not mark.excused and is_due:
                missing[mark.student.id].append(assignment)
            elif mark.decided_share is not None and mark.decided_share < HALF:
                weak[mark.student.id].append((assignment, mark.decided_share))
    in_need = []
    for student in sorted({*missing, *weak}):
        behind = len(missing[student]) + sum(1 - share for _, share in weak[student])
        in_need.append(NeedsHelp(student, missing[student], weak[student], behind))
    return sorted(in_need, key=lambda student: -student.behind)


def need_csv(in_need: Sequence[NeedsHelp], unreadable: Sequence[Mark], students: Mapping[str, Student]) -> str:
    """Return the students in need and those with unreadable files, with addresses, as CSV: the first lacks most."""
    files = defaultdict(list)
    for mark in unreadable:
        files[mark.student.id].append(mark.assignment)
    needs = {need.student: need for need in in_need}
    rows = []
    for id_ in dict.fromkeys([*needs, *files]):
        student, need = students[id_], needs.get(id_, NeedsHelp(id_, (), (), 0.0))
        weak = "; ".join(f"{assignment} ({100 * share:.0f}%)" for assignment, share in need.weak)
        person = (student.id, student.last_name, student.first_name, student.email, student.section)
        rows.append((*person, f"{need.behind:.2f}", weak, "; ".join(need.missing), "; ".join(files[id_])))
    return csv_text([COLUMNS, *rows])

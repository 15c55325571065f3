"""The numbers of a class report: the spread of marks, the discrimination of checks, mistakes, who needs help."""

import statistics
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from autograder.instructor.marks import Mark, by_assignment
from autograder.judge.verdicts import VerdictRecord, mistakes_in

# A correlation of 0 comes out as ±0.36 in one of twenty classes of 30, and as ±0.63 in one of twenty of 10.
MIN_STUDENTS = 30
MIN_EACH_SIDE = 5
MAX_BINS, MAX_NAME = 20, 120
HALF = 0.5
LIMITS = ("timeout", "memory", "crash", "invalid")


@dataclass(frozen=True)
class Spread:
    """The distribution of some numbers."""

    count: int
    mean: float
    std: float
    five: tuple[float, float, float, float, float]  # least, lower quartile, median, upper quartile, greatest
    bins: Sequence[tuple[float, float, int]]  # from, to, count; the last one contains its upper end, too

    @property
    def median(self) -> float:
        return self.five[2]

    def record(self) -> dict[str, Any]:
        names = ("min", "lower_quartile", "median", "upper_quartile", "max")
        bins = [{"from": low, "to": high, "students": count} for low, high, count in self.bins]
        return {
            "students": self.count,
            "mean": self.mean,
            "std": self.std,
            **dict(zip(names, self.five, strict=True)),
            "bins": bins,
        }


def spread(numbers: Sequence[float], largest: float) -> Spread | None:
    """Return the distribution of numbers between 0 and ``largest``; None without numbers."""
    if not numbers:
        return None
    quartiles = statistics.quantiles(numbers, n=4, method="inclusive") if len(numbers) > 1 else [numbers[0]] * 3
    lower, median, upper = quartiles
    five = (min(numbers), lower, median, upper, max(numbers))
    std = statistics.stdev(numbers) if len(numbers) > 1 else 0.0
    return Spread(len(numbers), statistics.fmean(numbers), std, five, _bins(numbers, largest))


def _bins(numbers: Sequence[float], largest: float) -> list[tuple[float, float, int]]:
    top = max(largest, *numbers) or 1  # where no check counts any more
    width = next(width for width in (1, 2, 5, 10, 20, 25, 50, 100, top) if top / width <= MAX_BINS)
    bins = max(1, -int(-top // width))
    counts = Counter(min(int(number // width), bins - 1) for number in numbers)
    return [(at * width, min((at + 1) * width, top), counts[at]) for at in range(bins)]


@dataclass(frozen=True)
class CheckStatistics:
    """One check over the students who were judged; discrimination correlates passing with the other points."""

    exercise: str
    check: str
    title: str
    hidden: bool
    passed: int
    of: int
    discrimination: float | None
    why_none: str

    @property
    def share(self) -> float:
        return self.passed / self.of


def check_statistics(marks: Iterable[Mark]) -> list[CheckStatistics]:
    """Return each check's success, and its discrimination: the corrected item-total point-biserial correlation.

    That is Pearson's correlation between passing the check, 0 or 1, and the points of all other checks. Corrected means
    that the check's own points are left out of the total, with which it would correlate in any case.
    """
    by_check: dict[tuple[str, str], list[tuple[VerdictRecord, float]]] = defaultdict(list)
    for mark in marks:
        total = sum(verdict["points"] for verdict in mark.verdicts)
        for verdict in mark.verdicts:
            by_check[verdict["exercise"], verdict["check"]].append((verdict, total - verdict["points"]))
    return [_check(rows) for rows in by_check.values()]


def _check(rows: Sequence[tuple[VerdictRecord, float]]) -> CheckStatistics:
    first = rows[0][0]
    passed = [verdict["outcome"] == "pass" for verdict, _ in rows]
    why, value = _why_no_discrimination(passed), None
    if not why:
        try:
            value = statistics.correlation(list(map(float, passed)), [rest for _, rest in rows])
        except statistics.StatisticsError:
            why = "the rest of the mark is the same for all"
    return CheckStatistics(
        exercise=first["exercise"],
        check=first["check"],
        title=first["title"],
        hidden=first["hidden"],
        passed=sum(passed),
        of=len(rows),
        discrimination=value,
        why_none=why,
    )


def _why_no_discrimination(passed: Sequence[bool]) -> str:
    if len(passed) < MIN_STUDENTS:
        return f"fewer than {MIN_STUDENTS} students"
    if sum(passed) < MIN_EACH_SIDE:
        return f"fewer than {MIN_EACH_SIDE} passed"
    if len(passed) - sum(passed) < MIN_EACH_SIDE:
        return f"fewer than {MIN_EACH_SIDE} did not pass"
    return ""


@dataclass(frozen=True)
class ExerciseStatistics:
    """One exercise over a class: the number who passed all of its checks, and the share of its points earned."""

    exercise: str
    passed: int
    of: int
    share: float


def exercise_statistics(marks: Iterable[Mark]) -> list[ExerciseStatistics]:
    """Return each exercise's success, in the order of the assignment."""
    rows: dict[str, list[tuple[bool, float, float]]] = defaultdict(list)
    for mark in marks:
        by_exercise: dict[str, list[VerdictRecord]] = defaultdict(list)
        for verdict in mark.verdicts:
            by_exercise[verdict["exercise"]].append(verdict)
        for exercise, verdicts in by_exercise.items():
            points, possible = (sum(verdict[key] for verdict in verdicts) for key in ("points", "max_points"))
            rows[exercise].append((all(verdict["outcome"] == "pass" for verdict in verdicts), points, possible))
    statistics_ = []
    for exercise, works in rows.items():
        passed, points, possible = map(sum, zip(*works, strict=True))
        share = points / possible if possible else 0.0  # the instructor can take all points away
        statistics_.append(ExerciseStatistics(exercise, int(passed), len(works), share))
    return statistics_


@dataclass(frozen=True)
class Failure:
    """A way to fail that several students can have in common, with an example."""

    name: str  # id of the known mistake, or where it has none, ``Exercise.check``, or the exercise and the error
    says: str  # the mistake's explanation, or the check's title, or empty for an error
    students: Sequence[str]
    checks: Sequence[str]
    example: str  # the student whose output is shown; the last three fields are of this student's check
    observed: str
    expected: str
    hidden: bool


def failures(marks: Iterable[Mark]) -> tuple[list[Failure], list[Failure]]:
    """Return the known mistakes that were made, and the failures without a name; the most common first.

    An exercise that was not begun, met a limit or called a ready-made part is neither.
    """
    known: dict[str, list[tuple[str, VerdictRecord]]] = defaultdict(list)
    unknown: dict[str, list[tuple[str, VerdictRecord]]] = defaultdict(list)
    for mark in marks:
        for verdict in mark.verdicts:
            named = mistakes_in(verdict)
            for mistake in named:
                known[mistake].append((mark.student.id, verdict))
            if named:
                continue
            if verdict["outcome"] == "fail" and not verdict.get("delegated"):
                unknown[f"{verdict['exercise']}.{verdict['check']}"].append((mark.student.id, verdict))
            elif verdict["outcome"] == "error":  # one error fails all checks of an exercise
                diagnosis = verdict["diagnosis"]
                error = (diagnosis["observed"] if diagnosis else "an error").partition("\n")[0][:MAX_NAME]
                unknown[f"{verdict['exercise']}: {error}"].append((mark.student.id, verdict))
    return _ranked(known), _ranked(unknown)


def _ranked(rows_by_name: Mapping[str, Sequence[tuple[str, VerdictRecord]]]) -> list[Failure]:
    ranked = [_failure(name, rows) for name, rows in rows_by_name.items()]
    return sorted(ranked, key=lambda failure: (-len(failure.students), failure.name))


def _failure(name: str, rows: Sequence[tuple[str, VerdictRecord]]) -> Failure:
    student, verdict = min(rows, key=lambda row: row[1]["hidden"])  # a visible check's, if there is one
    diagnosis = verdict["diagnosis"]
    title = "" if verdict["outcome"] == "error" else verdict["title"]
    return Failure(
        name=name,
        says=mistakes_in(verdict).get(name, title),
        students=list(dict.fromkeys(student for student, _ in rows)),
        checks=list(dict.fromkeys(f"{failed['exercise']}.{failed['check']}" for _, failed in rows)),
        example=student,
        observed=diagnosis["observed"] if diagnosis else "",
        expected=diagnosis["expected"] if diagnosis else "",
        hidden=verdict["hidden"],
    )


def limits_met(marks: Iterable[Mark]) -> list[dict[str, Any]]:
    """Return the exercises that ended in a limit or a crash, with the outcome and the students, as JSON values."""
    return _by_exercise(marks, "outcome", lambda verdict: verdict["outcome"] if verdict["outcome"] in LIMITS else "")


def delegations(marks: Iterable[Mark]) -> list[dict[str, Any]]:
    """Return the exercises in which a ready-made part did the work, with that part and the students, as JSON values."""
    return _by_exercise(marks, "called", lambda verdict: verdict.get("delegated", ""))


def _by_exercise(marks: Iterable[Mark], name: str, read: Callable[[VerdictRecord], str]) -> list[dict[str, Any]]:
    """Return the texts that some verdicts give, under a name, by exercise, and their students, each once."""
    students: dict[tuple[str, str], dict[str, None]] = defaultdict(dict)
    for mark in marks:
        for verdict in mark.verdicts:
            if text := read(verdict):
                students[verdict["exercise"], text][mark.student.id] = None
    return [{"exercise": exercise, name: text, "students": list(ids)} for (exercise, text), ids in students.items()]


def outcomes(marks: Iterable[Mark]) -> dict[str, int]:
    """Return the number of checks by outcome, the most common first."""
    return dict(Counter(verdict["outcome"] for mark in marks for verdict in mark.verdicts).most_common())


@dataclass(frozen=True)
class NeedsHelp:
    """A student to offer help, and why."""

    student: str
    missing: Sequence[str]  # the assignments that half of the class handed in and this student did not
    weak: Sequence[tuple[str, float]]  # those with less than half of the decided points, with the share
    behind: float  # the points that are lacking in all of these, in assignments: 1.5 is one missing and one with half


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

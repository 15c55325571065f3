"""A class's report: one page that needs nothing else, and the same as JSON. From records alone; runs nobody's code."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

from markupsafe import Markup, escape

from autograder.instructor.course.roster import Student
from autograder.instructor.course.standing import CLAIMED
from autograder.instructor.gradebook.marks import Mark, number
from autograder.instructor.reports import class_figures, class_statistics
from autograder.instructor.reports.equal_answers import equal_groups, equal_pairs
from autograder.instructor.reports.public_code import Public
from autograder.instructor.reports.similar import (
    EVERYTHING,
    MIN_EVIDENCE,
    MIN_SHARE,
    MIN_WORDS,
    WRITTEN,
    K,
    SimilarPair,
    Span,
    similar_pairs,
)
from autograder.instructor.reports.written_words import written_words
from autograder.reports.html import render

# Beyond these, a page would be long and not say more; the JSON has all.
PAIRS_IN_FULL, PAIRS, FAILURES = 20, 200, 15


@dataclass(frozen=True)
class ClassReport:
    """A report.

    Attributes:
        html: the page.
        numbers: as JSON values.
    """

    html: str
    numbers: dict[str, Any]


def class_report(
    course: str,
    marks: Sequence[Mark],
    public: Callable[[str], Public],
    made: str,
    on_assignment: Callable[[str], None] = lambda assignment: None,
) -> ClassReport:
    """Describe a class.

    Args:
        course: its name.
        marks: one for each student and assignment.
        public: returns what everybody has read, for an assignment.
        made: when, for the reader.
        on_assignment: called after each assignment.
    """
    by_assignment: dict[str, list[Mark]] = {}
    for mark in marks:
        by_assignment.setdefault(mark.assignment, []).append(mark)
    students = {mark.student.id: mark.student for mark in marks}
    sections = []
    for assignment, mine in by_assignment.items():
        sections.append(_Section(assignment, mine, public(assignment)))
        on_assignment(assignment)
    in_need = class_statistics.students_in_need(marks)
    numbers = {
        "course": course,
        "made": made,
        "students": len(students),
        "assignments": [section.record() for section in sections],
        "needs_help": [asdict(student) for student in in_need],
    }
    shares = [(section.assignment, section.shares) for section in sections if section.shares]
    html = render(
        Path(__file__).with_name("class_report.html.j2"),
        course=course,
        made=made,
        students=students,
        sections=[section.values(students) for section in sections if section.has_begun],
        waiting=[section.assignment for section in sections if not section.has_begun],
        progress=class_figures.progress(shares) if len(shares) > 1 else None,
        shares=shares,
        in_need=in_need,
        min_students=class_statistics.MIN_STUDENTS,
        min_each_side=class_statistics.MIN_EACH_SIDE,
        run=K,
        min_evidence=number(MIN_EVIDENCE),
        min_share=MIN_SHARE,
        min_words=number(MIN_WORDS),
        number=number,
    )
    return ClassReport(html, numbers)


class _Section:
    """What is said of one assignment."""

    def __init__(self, assignment: str, marks: Sequence[Mark], public: Public) -> None:
        self.assignment, self.marks = assignment, marks
        self.max_score = max(mark.max_score for mark in marks)
        graded = [mark for mark in marks if mark.score is not None]
        self.spread = class_statistics.spread([mark.score for mark in graded if mark.score is not None], self.max_score)
        self.shares = class_statistics.spread([mark.share for mark in graded if mark.share is not None], 1)
        self.checks = class_statistics.check_statistics(marks)
        self.exercises = class_statistics.exercise_statistics(marks)
        self.mistakes, self.others = class_statistics.failures(marks)
        self.limits = class_statistics.limits_met(marks)
        self.delegations = class_statistics.delegations(marks)
        self.outcomes = class_statistics.outcomes(marks)
        self.answers = {mark.student.id: mark.answers for mark in graded}
        self.equal = equal_groups(self.answers, public.answers)
        self.pairs = [*equal_pairs(self.answers, self.equal, public.answers), *self._partly_similar(graded, public)]

    def _partly_similar(self, graded: Sequence[Mark], public: Public) -> list[SimilarPair]:
        """Return who shares some of their programs or written answers, those with most evidence first."""
        code = {mark.student.id: _code(mark) for mark in graded}
        written = {mark.student.id: _written(mark) for mark in graded}
        by_words = similar_pairs(written, public.text, min_evidence=MIN_WORDS, tokenise=written_words)
        pairs = [*similar_pairs(code, public.code), *(replace(pair, what=WRITTEN) for pair in by_words)]
        equal = [set(group) for group in self.equal]
        unequal = [pair for pair in pairs if not any(set(pair.students) <= group for group in equal)]
        return sorted(unequal, key=lambda pair: (-pair.evidence, pair.students))

    @property
    def has_begun(self) -> bool:
        """Whether somebody has handed it in or has a mark for it."""
        return self.spread is not None or any(mark.handed_in for mark in self.marks)

    def who(self, is_meant: Callable[[Mark], bool]) -> list[str]:
        return [mark.student.id for mark in self.marks if is_meant(mark)]

    def record(self) -> dict[str, Any]:
        return {
            "assignment": self.assignment,
            "max_score": self.max_score,
            "handed_in": sum(mark.handed_in for mark in self.marks),
            "missing": self.who(lambda mark: not (mark.handed_in or mark.instead or mark.excused)),
            "excused": self.who(lambda mark: mark.excused),
            "handed_in_instead": {mark.student.id: mark.instead for mark in self.marks if mark.instead},
            "not_graded": self.who(lambda mark: mark.status == "not graded"),
            "late": self.who(lambda mark: mark.is_late),
            "late_since_unknown": self.who(lambda mark: mark.late_since_unknown),
            "time_claimed": self.who(lambda mark: mark.standing == CLAIMED),
            "wait_for_a_person": self.who(lambda mark: mark.needs_manual_grade),
            "marks": self.spread.record() if self.spread else None,
            "exercises": [asdict(exercise) for exercise in self.exercises],
            "checks": [asdict(check) | {"share": check.share} for check in self.checks],
            "outcomes": self.outcomes,
            "limits": [{"exercise": what, "outcome": how, "students": who} for what, how, who in self.limits],
            "delegations": [
                {"exercise": what, "called": part, "students": who} for what, part, who in self.delegations
            ],
            "mistakes": [asdict(mistake) for mistake in self.mistakes],
            "failures_without_a_name": [asdict(failure) for failure in self.others],
            "similar": [pair.record() for pair in self.pairs],
        }

    def values(self, students: Mapping[str, Student]) -> dict[str, Any]:
        """Return what the template needs."""
        pairs = [pair for pair in self.pairs if pair.what != EVERYTHING]
        return self.record() | {
            "id": f"assignment-{self.assignment}",
            "spread": self.spread,
            "histogram": class_figures.histogram(self.spread, self.max_score) if self.spread else None,
            "checks": self.checks,
            "exercises": self.exercises,
            "mistakes": self.mistakes[:FAILURES],
            "others": self.others[:FAILURES],
            "left_out": max(0, len(self.mistakes) - FAILURES) + max(0, len(self.others) - FAILURES),
            "late": [mark for mark in self.marks if mark.is_late],
            "marks": self.marks,
            "compared": len(self.answers),
            "equal": [(group, list(self.answers[group[0]].items())) for group in self.equal[:PAIRS_IN_FULL]],
            "more_equal": self.equal[PAIRS_IN_FULL:],
            "pairs": [(pair, self._sides(pair)) for pair in pairs[:PAIRS_IN_FULL]],
            "more_pairs": pairs[PAIRS_IN_FULL:PAIRS],
            "pairs_left_out": max(0, len(pairs) - PAIRS),
        }

    def _sides(self, pair: SimilarPair) -> list[tuple[str, list[tuple[str, Markup]]]]:
        """Return for each of the two their answers that share something, what is shared marked."""
        sides = zip(pair.students, pair.spans, strict=True)
        return [
            (student, [(answer, marked(self.answers[student][answer], spans[answer])) for answer in spans])
            for student, spans in sides
        ]


def _code(mark: Mark) -> dict[str, str]:
    """Return the answers that a check looks at; a written one is no program."""
    exercises = {verdict["exercise"] for verdict in mark.verdicts}
    return {name: source for name, source in mark.answers.items() if name.partition("-")[2] in exercises}


def _written(mark: Mark) -> dict[str, str]:
    """Return the answers that no check looks at."""
    code = _code(mark)
    return {name: text for name, text in mark.answers.items() if name not in code}


def marked(source: str, spans: Sequence[Span]) -> Markup:
    """Return a program as HTML with what lies in the spans marked; nothing in it is markup of its own."""
    lines = source.splitlines(keepends=True)
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line))
    ends = [at for span in spans for at in (starts[row - 1] + column for row, column in span)]
    cuts = [0, *ends, len(source)]
    pieces = [escape(source[low:high]) for low, high in pairwise(cuts)]
    return Markup("").join(
        Markup("<mark>{}</mark>").format(piece) if at % 2 and piece else piece for at, piece in enumerate(pieces)
    )

"""A class's report, from records alone: one page that needs nothing else, and the same as JSON."""

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

from markupsafe import Markup, escape

from autograder.instructor.course.records import CLAIMED
from autograder.instructor.marks import Mark, by_assignment, number
from autograder.instructor.reports import class_statistics, similar
from autograder.instructor.reports.code_tokens import written_words
from autograder.instructor.reports.public_code import Public
from autograder.instructor.reports.similar import SimilarPair, Span, equal_groups, similar_pairs
from autograder.reports.html import render

# With more of these a page would only be longer; the JSON has all.
PAIRS_IN_FULL, PAIRS, FAILURES = 20, 200, 15

Answers = Mapping[str, Mapping[str, str]]  # by student and answer


@dataclass(frozen=True)
class ClassReport:
    """A page, and its numbers as JSON values."""

    html: str
    numbers: dict[str, Any]


def class_report(
    course: str,
    marks: Sequence[Mark],
    public: Callable[[str], Public],
    made: str,
    on_assignment: Callable[[str], None] = lambda assignment: None,
) -> ClassReport:
    """Describe a class by its marks, one for each student and assignment, for a reader who sees when it was made.

    ``public`` returns the material of an assignment that everybody has read; ``on_assignment`` is called after each.
    """
    students = {mark.student.id: mark.student for mark in marks}
    same_name = Counter(student.name for student in students.values())
    in_need = class_statistics.students_in_need(marks)
    unreadable = [mark for mark in marks if mark.unreadable]
    sections = []
    for assignment, class_marks in by_assignment(marks).items():
        sections.append(_Section(assignment, class_marks, public(assignment)))
        on_assignment(assignment)
    numbers = {
        "course": course,
        "made": made,
        "students": len(students),
        "assignments": [section.record for section in sections],
        "needs_help": [asdict(student) for student in in_need],
        "unreadable": [
            {"student": mark.student.id, "assignment": mark.assignment, "reason": mark.unreadable}
            for mark in unreadable
        ],
    }
    shares = [(section.assignment, section.shares) for section in sections if section.shares]
    html = render(
        Path(__file__).with_name("class_report.html.j2"),
        course=course,
        made=made,
        students=students,
        called={id_: f"{who.name} ({id_})" if same_name[who.name] > 1 else who.name for id_, who in students.items()},
        sections=[section.values() for section in sections if section.has_begun],
        waiting=[section.assignment for section in sections if not section.has_begun],
        shares=shares,
        in_need=in_need,
        unreadable=unreadable,
        has_sections=any(student.section for student in students.values()),
        min_students=class_statistics.MIN_STUDENTS,
        min_each_side=class_statistics.MIN_EACH_SIDE,
        run=similar.K,
        min_evidence=number(similar.MIN_EVIDENCE),
        min_share=similar.MIN_SHARE,
        min_words=number(similar.MIN_WORDS),
        number=number,
    )
    return ClassReport(html, numbers)


# The lists of students in the record of an assignment, and its statistics.
STUDENTS: Mapping[str, Callable[[Mark], bool]] = {
    "missing": lambda mark: not (mark.handed_in or mark.excused),
    "excused": lambda mark: mark.excused,
    "not_graded": lambda mark: mark.status == "not graded",
    "late": lambda mark: mark.is_late,
    "late_since_unknown": lambda mark: mark.late_since_unknown,
    "time_claimed": lambda mark: mark.standing == CLAIMED,
    "not_isolated": lambda mark: mark.record is not None and not mark.record.isolated,
    "wait_for_a_person": lambda mark: mark.needs_manual_grade,
}
STATISTICS: Mapping[str, Callable[[Sequence[Mark]], Any]] = {
    "exercises": lambda marks: list(map(asdict, class_statistics.exercise_statistics(marks))),
    "checks": lambda marks: [asdict(one) | {"share": one.share} for one in class_statistics.check_statistics(marks)],
    "outcomes": class_statistics.outcomes,
    "limits": class_statistics.limits_met,
    "delegations": class_statistics.delegations,
}


class _Section:
    """The part of a report on one assignment."""

    def __init__(self, assignment: str, marks: Sequence[Mark], public: Public) -> None:
        self.assignment, self.marks = assignment, marks
        max_score = max(mark.max_score for mark in marks)
        graded = [mark for mark in marks if mark.score is not None]
        self.spread = class_statistics.spread([mark.score for mark in graded if mark.score is not None], max_score)
        self.shares = class_statistics.spread([mark.share for mark in graded if mark.share is not None], 1)
        self.answers = {mark.student.id: mark.answers for mark in graded}
        self.equal = equal_groups(self.answers, public.answers)
        programs = {verdict["exercise"] for mark in graded for verdict in mark.verdicts}
        self.pairs = _partly_similar(self.answers, self.equal, public, programs)
        known, unnamed = class_statistics.failures(marks)
        self.record: dict[str, Any] = {
            "assignment": assignment,
            "max_score": max_score,
            "handed_in": sum(mark.handed_in for mark in marks),
            **{name: [mark.student.id for mark in marks if is_meant(mark)] for name, is_meant in STUDENTS.items()},
            "marks": self.spread.record() if self.spread else None,
            **{name: statistic(marks) for name, statistic in STATISTICS.items()},
            "mistakes": list(map(asdict, known)),
            "failures_without_a_name": list(map(asdict, unnamed)),
            "same_answers": list(map(list, self.equal)),
            "similar": [pair.record() for pair in self.pairs],
        }

    @property
    def has_begun(self) -> bool:
        """Whether a student has handed it in or has a mark for it."""
        return self.spread is not None or any(mark.handed_in for mark in self.marks)

    def values(self) -> dict[str, Any]:
        """Return the record with what the page shows besides."""
        mistakes, unnamed = self.record["mistakes"], self.record["failures_without_a_name"]
        return self.record | {
            "id": f"assignment-{self.assignment}",
            "spread": self.spread,
            "checks": sorted(self.record["checks"], key=lambda check: check["share"]),
            "mistakes": mistakes[:FAILURES],
            "unnamed": unnamed[:FAILURES],
            "left_out": max(0, len(mistakes) - FAILURES) + max(0, len(unnamed) - FAILURES),
            "late": [mark for mark in self.marks if mark.is_late],
            "incomplete": [mark.student.id for mark in self.marks if mark.unmarked and not mark.excused],
            "marks": self.marks,
            "compared": len(self.answers),
            "equal": [(group, list(self.answers[group[0]].items())) for group in self.equal[:PAIRS_IN_FULL]],
            "more_equal": self.equal[PAIRS_IN_FULL:],
            "pairs": [(pair, self._sides(pair)) for pair in self.pairs[:PAIRS_IN_FULL]],
            "more_pairs": self.pairs[PAIRS_IN_FULL:PAIRS],
            "pairs_left_out": max(0, len(self.pairs) - PAIRS),
        }

    def _sides(self, pair: SimilarPair) -> list[tuple[str, list[tuple[str, Markup]]]]:
        """Return, for each of the two, the answers with shared places, which are marked."""
        sides = zip(pair.students, pair.spans, strict=True)
        return [
            (student, [(answer, marked(self.answers[student][answer], spans[answer])) for answer in spans])
            for student, spans in sides
        ]


def _partly_similar(
    answers: Answers, equal: Sequence[Sequence[str]], public: Public, programs: Collection[str]
) -> list[SimilarPair]:
    """Return the pairs who share some of their programs or written answers, those with most evidence first.

    Programs are the answers to exercises that a check looks at. Groups who share everything are not among the pairs.
    """

    def chosen(*, code: bool) -> Answers:
        """Return the answers that a check looks at, or the others."""
        return {
            student: {name: text for name, text in texts.items() if (name.partition("-")[2] in programs) == code}
            for student, texts in answers.items()
        }

    written = chosen(code=False)
    by_words = similar_pairs(written, public.text, similar.MIN_WORDS, tokenise=written_words)
    by_code = similar_pairs(chosen(code=True), public.code)
    together = [set(group) for group in equal]
    pairs = [*by_code, *(replace(pair, what=similar.WRITTEN) for pair in by_words)]
    unequal = [pair for pair in pairs if not any(set(pair.students) <= group for group in together)]
    return sorted(unequal, key=lambda pair: (-pair.evidence, pair.students))


def marked(source: str, spans: Sequence[Span]) -> Markup:
    """Return a program as HTML with the spans marked; nothing in it is markup of its own."""
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

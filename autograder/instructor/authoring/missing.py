"""List the missing parts of a course: each sentence names the exercise, the file and how many are wanted."""

from __future__ import annotations

from autograder.checks import checks_of
from autograder.course import Course, chapters_of
from autograder.exercises import Exercise
from autograder.instructor.authoring.right_answers import catalogue_of, right_answers
from autograder.instructor.authoring.ways import way_of
from autograder.mistakes import UNWRITTEN

RIGHT_ANSWERS = 4
CHECKS, CHECKS_OF_A_LINE = 3, 2  # of an exercise, and of one whose solution is a single line


def missing(course: Course) -> list[str]:
    """Return the missing parts of all chapters with exercises; none for a complete course.

    Raises:
        UnfinishedChapter: a chapter has exercises, and no file of mistakes or checks.
    """
    gaps = []
    for chapter in chapters_of(course):
        if UNWRITTEN in chapter.text:
            gaps.append(f"{chapter.path.name}: {_count(chapter.text.count(UNWRITTEN), 'passage')} to write")
        for exercise in course.exercises(chapter.room):
            gaps += missing_of(course, exercise)
    return gaps


def missing_of(course: Course, exercise: Exercise) -> list[str]:
    """Return the missing parts of one exercise."""
    room, name = exercise.room, exercise.name
    checks = checks_of(room, name)
    mistakes = [mistake for mistake in course.mistakes(room) if mistake.exercise == name]
    right = len(right_ways(course, room, name))
    wanted = CHECKS_OF_A_LINE if len(exercise.solution_lines) == 1 else CHECKS
    places = (course.checks / f"{room}.py", course.catalogue(room), catalogue_of(course, room))
    at_checks, at_mistakes, at_right = map(course.name_of, places)
    gaps = []
    if UNWRITTEN in exercise.source:
        gaps.append(f"{name}: its reference in {course.name_of(course.file(room))} is not written")
    if len(checks) < wanted:
        gaps.append(f"{name}: {_count(len(checks), 'check')} in {at_checks}, {wanted} wanted")
    if checks and not any(check.hidden for check in checks):
        gaps.append(f"{name}: no hidden check in {at_checks}, 1 wanted")
    if not mistakes:
        gaps.append(f"{name}: no known mistake in {at_mistakes}, 1 wanted")
    if not course.first_hints(room, name):
        gaps.append(f"{name}: no first hint for an empty body in {at_mistakes}, 1 wanted")
    if right < RIGHT_ANSWERS:
        gaps.append(f"{name}: {_count(right, 'right answer')} in {at_right}, {RIGHT_ANSWERS} wanted")
    return gaps


def right_ways(course: Course, room: str, name: str) -> set[str]:
    """Return the ways of right answers that differ from the reference and from each other in what they do."""
    ways = {way_of(answer.source, name) for answer in right_answers(course, room)}
    return ways - {way_of(course.source(room), name), way_of("", name)}


def _count(number: int, what: str) -> str:
    return f"{number or 'no'} {what}{'' if number == 1 else 's'}"

"""When work is due, for everybody and for those who have an extension, as the tables of a course folder say."""

from __future__ import annotations

from datetime import UTC, datetime

from autograder.course import Course, chapters_of
from autograder.instructor.course.decisions import extensions_in, read_decisions
from autograder.instructor.course.due_dates import read_due_dates, read_release_dates
from autograder.instructor.course.extensions import Work, own_due_dates
from autograder.instructor.course.folder import CourseFolder


def due_dates_of(folder: CourseFolder, course: Course) -> dict[str, datetime]:
    """Return when the assignments of a course are due in a course folder, with their time zones.

    Raises:
        TableError: the table of dates cannot be read.
    """
    return read_due_dates(folder.due_dates, assignments_of(course))


def release_dates_of(folder: CourseFolder, course: Course) -> dict[str, datetime]:
    """Return since when students have the assignments of a course; as ``due_dates_of``."""
    return read_release_dates(folder.due_dates, assignments_of(course))


def own_due_dates_of(folder: CourseFolder, course: Course) -> dict[Work, datetime]:
    """Return until when those have time who were given more, by student and assignment, with their time zones.

    Raises:
        TableError: a table cannot be read.
        NoReleaseDate: an extension needs the release date of an assignment that has none.
    """
    given = extensions_in(read_decisions(folder.decisions))
    return own_due_dates(due_dates_of(folder, course), release_dates_of(folder, course), given)


def last_dates_of(folder: CourseFolder, course: Course) -> dict[str, datetime]:
    """Return until when the last student may hand in each assignment in time; one without a due date is left out.

    Raises:
        TableError: a table cannot be read.
        NoReleaseDate: an extension needs the release date of an assignment that has none.
    """
    last = due_dates_of(folder, course)
    for (_, assignment), own in own_due_dates_of(folder, course).items():
        last[assignment] = max(last[assignment], own, key=lambda when: when.astimezone(UTC))
    return last


def assignments_of(course: Course) -> list[str]:
    return [chapter.assignment for chapter in chapters_of(course)]

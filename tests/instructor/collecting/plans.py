"""Files of a download and a course folder's situation, as a plan takes them."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from autograder.instructor.collecting.archive import DownloadEntry
from autograder.instructor.collecting.downloaded import DownloadedFile
from autograder.instructor.collecting.plan import Plan, Situation, make_plan
from autograder.instructor.collecting.systems import read_all
from autograder.instructor.course.attempts import Attempt
from autograder.instructor.course.directory import Clue
from autograder.instructor.course.roster import Student
from tests.instructor.collecting.made_downloads import entry

NOON, HOUR, DAY = datetime(2026, 11, 5, 12, tzinfo=UTC), timedelta(hours=1), timedelta(days=1)
ADA, BOB = Student("ada"), Student("bob")
EMPTY = Situation((ADA, BOB), {}, {}, NOON + 9 * DAY)


def notebook(
    digest: str = "d", owner: str = "ada", when: datetime | None = None, assignment: str = "2-layers", **facts: object
) -> DownloadedFile:
    """Return a student's file of the download of some system."""
    file = DownloadedFile(entry(f"{owner}/{digest}"), "test", ((Clue("id", owner),),), when)
    return replace(file, assignment=assignment, digest=digest, **facts)  # type: ignore[arg-type]


def other_file(name: str, owner: str = "ada", refused: str = "") -> DownloadedFile:
    """Return a student's file that is no notebook of the course."""
    file = DownloadedFile(entry(f"{owner}/{name}", refused=refused), "test", ((Clue("id", owner),),))
    return replace(file, note=refused or "it is no notebook")


def attempt(number: int = 1, digest: str = "d", when: datetime | None = None, system: str = "test") -> Attempt:
    return Attempt(number, digest, when, False, NOON, "path", system)


def plan_of(entries: Sequence[DownloadEntry], students: Sequence[Student]) -> Plan:
    """Return the plan for a download all of whose files are notebooks of one assignment."""
    files = [
        replace(
            file,
            assignment="" if file.entry.refused else "2-layers",
            digest=file.entry.name,
            note=file.entry.refused,
        )
        for file in read_all(entries)
    ]
    return make_plan(files, Situation(students, {}, {}, NOON))

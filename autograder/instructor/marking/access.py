"""Login tokens of the instructor and of each marker. The gradebook keeps only their digests."""

import hashlib
import secrets
from collections.abc import Collection

from sqlalchemy import delete, insert, select

from autograder.instructor.course.folder import CourseFolderError
from autograder.instructor.gradebook import CourseGradebook
from autograder.instructor.hand_marks import markers, note
from autograder.instructor.marking.team import INSTRUCTOR, Team

TOKEN_BYTES = 18  # of randomness: too many to guess, and 24 characters


def admit(gradebook: CourseGradebook, team: Team, anew: Collection[str] = ()) -> dict[str, str]:
    """Give new markers a token, and lock out those who have left the table; return the new tokens by name.

    They cannot be read again. The instructor is always admitted, and names under ``anew`` have their present token
    replaced. Raises CourseFolderError where one of these is no marker's, and GradebookError.
    """
    wanted = [INSTRUCTOR, *(marker.name for marker in team.markers)]
    if strange := sorted(set(anew) - set(wanted)):
        raise CourseFolderError(f"there is no marker {strange[0]!r}: there are {', '.join(wanted)}")
    made = {}
    with gradebook.writing() as rows:
        session = rows.db
        known = set(session.execute(select(markers.c.name)).scalars())
        gone = known.difference(wanted)
        session.execute(delete(markers).where(markers.c.name.in_(gone.union(anew))))
        for name in sorted(gone):
            note(session, INSTRUCTOR, "is no marker any more", after=name)
        for name in wanted:
            if name not in known or name in anew:
                made[name] = secrets.token_urlsafe(TOKEN_BYTES)
                session.execute(insert(markers).values(name=name, token=digest_of(made[name])))
                note(session, INSTRUCTOR, "new token", after=name)
    return made


def owner_of(gradebook: CourseGradebook, token: str) -> str | None:
    """Return the name of a token's owner, or None if it is unknown."""
    with gradebook.open() as rows:
        name: str | None = rows.db.execute(select(markers.c.name).where(markers.c.token == digest_of(token))).scalar()
    return name


def digest_of(token: str) -> str:
    # Unlike a password, a token is long and random: salt and a slow function would make it no harder to guess.
    return hashlib.sha256(token.encode()).hexdigest()

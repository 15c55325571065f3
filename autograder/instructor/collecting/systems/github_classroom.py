"""Clones of students' repositories on GitHub, as ``gh classroom clone student-repos`` left them.

GitHub Classroom closed on 28 August 2026. What was cloned before is read as ever, and so are clones that you make
yourself in the same layout: in ``ASSIGNMENT-submissions/``, each in a folder called as its repository,
``ASSIGNMENT-USER``. The user's name on GitHub is found in the roster's column ``also``. In a folder of another name
nothing says where the assignment's part of the name ends, and a student may have taken a name on GitHub that ends as
another's; a repository is looked up by its whole name there.

Source: ``cmd/gh-classroom/clone/student-repos/student-repos.go`` in github.com/github/gh-classroom; GitHub Docs,
"Create an assignment" (repository names).
"""

from __future__ import annotations

from collections.abc import Sequence

from autograder.instructor.collecting.archive import Entry
from autograder.instructor.collecting.clones import Repository, repository_of
from autograder.instructor.collecting.downloaded import DownloadedFile
from autograder.instructor.collecting.systems.classroom50 import FOLDER
from autograder.instructor.course.matching import Clue

SYSTEM, SUBMISSIONS = "GitHub", "-submissions"


def read(entries: Sequence[Entry], depth: int) -> list[DownloadedFile]:
    """Return the files in clones, and in the folders below ``…-submissions``."""
    found = [(entry, repository_of(entry, depth)) for entry in entries]
    return [
        DownloadedFile(entry, SYSTEM, ((Clue("id", _user(one)),),), one.committed(entry))
        for entry, one in found
        if one and (one.clone or one.above.endswith(SUBMISSIONS)) and not FOLDER.fullmatch(one.above)
    ]


def _user(repository: Repository) -> str:
    assignment = repository.above.removesuffix(SUBMISSIONS)
    return repository.name.removeprefix(f"{assignment}-") if assignment != repository.above else repository.name

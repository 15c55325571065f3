"""CS50's Classroom 50: the clones of ``gh teacher download``.

They lie in ``CLASSROOM-ASSIGNMENT_submissions_2026_11_06_T_09_30_00/``, each in a folder called as its repository,
``CLASSROOM-ASSIGNMENT-USER``, all in lower case. The user's name on GitHub is found in the roster's column ``also``. Of
a group, the repository is called after the one who began it. ``scores.csv``, and the ``result.json`` and
``results.json`` of each repository, come from Classroom 50's own grader and are not read. Where ``--dir`` gave the
folder another name, it has to be given one like that again.

Source: ``cli/gh-teacher/internal/download/download.go`` and the wiki's "gh teacher" reference in
github.com/foundation50/classroom50.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from autograder.instructor.collecting.archive import Entry
from autograder.instructor.collecting.clones import repository_of
from autograder.instructor.collecting.downloaded import DownloadedFile
from autograder.instructor.course.matching import Clue

SYSTEM = "Classroom 50"
FOLDER = re.compile(r"(?P<all_begin>.+)_submissions_\d{4}_\d\d_\d\d_T_\d\d_\d\d_\d\d", re.DOTALL)


def read(entries: Sequence[Entry], depth: int) -> list[DownloadedFile]:
    """Return the files in the repositories of a download."""
    found = []
    for entry in entries:
        one = repository_of(entry, depth)
        folder = FOLDER.fullmatch(one.above) if one else None
        if one and folder:
            user = one.name.removeprefix(f"{folder['all_begin']}-")
            found.append(DownloadedFile(entry, SYSTEM, ((Clue("id", user),),), one.committed(entry)))
    return found

"""Clones of students' repositories on GitHub: each file's repository, owner and time of commit.

CS50's Classroom 50 (``gh teacher download``) puts them into
``CLASSROOM-ASSIGNMENT_submissions_2026_11_06_T_09_30_00/``, each in a folder called as its repository,
``CLASSROOM-ASSIGNMENT-USER``, all in lower case. Of a group, the repository is called after the one who began it.
``scores.csv``, and the ``result.json`` and ``results.json`` of each repository, come from Classroom 50's own grader and
are not read. Where ``--dir`` gave the folder another name, it has to be given one like that again.

GitHub Classroom (``gh classroom clone student-repos``) closed on 28 August 2026. Clones from before are read as ever,
and so are clones that you make yourself in the same layout: in ``ASSIGNMENT-submissions/``, each in a folder called as
its repository, ``ASSIGNMENT-USER``. In a folder of another name nothing says where the assignment's part of the name
ends, and a student's name on GitHub can end as another's; a repository is looked up by its whole name there.

The user's name on GitHub is found in the roster's column ``also``. The time is that of the last commit that changed the
file, as its author's machine says it: a student can set it, and the time of the push is in no clone. It is claimed,
therefore.

Source: ``cli/gh-teacher/internal/download/download.go`` and the wiki's "gh teacher" reference in
github.com/foundation50/classroom50; ``cmd/gh-classroom/clone/student-repos/student-repos.go`` in
github.com/github/gh-classroom; GitHub Docs, "Create an assignment" (repository names).
"""

from __future__ import annotations

import os
import re
import subprocess
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from autograder.instructor.collecting.archive import DownloadEntry
from autograder.instructor.collecting.downloaded import DownloadedFile, outermost_folders
from autograder.instructor.course.directory import Clue

CLASSROOM_50 = re.compile(r"(?P<assignment>.+)_submissions_\d{4}_\d\d_\d\d_T_\d\d_\d\d_\d\d", re.DOTALL)
SUBMISSIONS = "-submissions"
COMMIT = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
GIT_S = 20


def read(entries: Sequence[DownloadEntry], depth: int, system: str) -> list[DownloadedFile]:
    """Return the files in repositories that Classroom 50 has downloaded, or in other clones and ``…-submissions``."""
    files = []
    for entry in entries:
        clone = _clone_of(entry)
        names = (clone.parent.name, clone.name) if clone else outermost_folders(entry, depth)[:2]
        if len(names) < 2:
            continue
        above, repository = names
        layout, user = "GitHub", repository
        if folder := CLASSROOM_50.fullmatch(above):
            layout, user = "Classroom 50", repository.removeprefix(f"{folder['assignment']}-")
        elif above.endswith(SUBMISSIONS):
            user = repository.removeprefix(f"{above.removesuffix(SUBMISSIONS)}-")
        elif clone is None:
            continue
        if layout == system:
            files.append(DownloadedFile(entry, system, ((Clue("id", user),),), _commit_time(entry, clone)))
    return files


def _clone_of(entry: DownloadEntry) -> Path | None:
    """Return the clone that a file is in: the outermost folder with a ``.git``; None in a zip, which has no history."""
    if entry.path is None:
        return None
    above = entry.path.parents[: len(entry.parts) - 1]
    return next((folder for folder in reversed(above) if (folder / ".git").is_dir()), None)


def _commit_time(entry: DownloadEntry, clone: Path | None) -> datetime | None:
    """Return when a notebook was committed last; None where nothing says it.

    Git runs in an empty repository of its own that only borrows the clone's objects: a clone's configuration, which can
    come from a student's zip, can name programs that git would start.
    """
    # Asking git takes some milliseconds; a clone can hold thousands of other files.
    if clone is None or entry.path is None or ".ipynb" not in entry.path.name:
        return None
    commit = _head(clone / ".git")
    if commit is None:
        return None
    path = entry.path.relative_to(clone).as_posix()
    try:
        with tempfile.TemporaryDirectory() as empty:
            environment = {
                "PATH": os.environ.get("PATH", os.defpath),
                "HOME": empty,
                "GIT_CONFIG_NOSYSTEM": "1",
                "GIT_TERMINAL_PROMPT": "0",
            }
            _git(["--git-dir", empty, "init", "--quiet", "--bare"], environment)
            environment["GIT_OBJECT_DIRECTORY"] = str((clone / ".git" / "objects").resolve())
            log = ["--literal-pathspecs", "log", "-1", "--format=%ct", commit, "--", path]
            return datetime.fromtimestamp(int(_git(["--git-dir", empty, *log], environment)), UTC)
    except (OSError, ValueError, OverflowError, subprocess.SubprocessError):
        return None  # no git on this machine, or no clone that it can read: the time is not known


def _git(arguments: Sequence[str], environment: dict[str, str]) -> str:
    run = subprocess.run(
        ["git", *arguments], env=environment, capture_output=True, text=True, check=True, timeout=GIT_S
    )
    return run.stdout


def _head(git: Path) -> str | None:
    """Return the commit that is checked out."""
    try:
        head = (git / "HEAD").read_text(encoding="utf-8").strip()
        if head.startswith("ref: refs/") and ".." not in head:
            reference = head.removeprefix("ref: ")
            loose = git / reference
            if loose.is_file():
                head = loose.read_text(encoding="utf-8").strip()
            else:
                packed = (git / "packed-refs").read_text(encoding="utf-8").splitlines()
                head = next((line.split()[0] for line in packed if line.endswith(f" {reference}")), "")
    except (OSError, UnicodeDecodeError):
        return None
    return head if COMMIT.fullmatch(head) else None

"""GitHub Classroom: the clones of ``gh classroom clone student-repos``.

They lie in ``ASSIGNMENT-submissions/``, each in a folder called as its repository, ``ASSIGNMENT-USER``. The user's name
on GitHub is found in the roster's column ``also``. The time is that of the last commit that changed the file, as its
author's machine says it: a student can set it, and GitHub's time of the push is in no clone.

Source: ``cmd/gh-classroom/clone/student-repos/student-repos.go`` in github.com/github/gh-classroom; GitHub Docs,
"Create an assignment" (repository names).
"""

from __future__ import annotations

import os
import re
import subprocess
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

from autograder.instructor.collecting.archive import Entry
from autograder.instructor.collecting.downloaded import DownloadedFile, outermost
from autograder.instructor.collecting.matching import Clue

SYSTEM, SUBMISSIONS = "GitHub Classroom", "-submissions"
COMMIT = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
GIT_S = 20


def read(entries: Sequence[Entry], depth: int) -> list[DownloadedFile]:
    """Return the files in clones: below a folder that has a ``.git``, or in one below ``…-submissions``."""
    return [one for entry in entries if (one := _read(entry, depth))]


def _read(entry: Entry, depth: int) -> DownloadedFile | None:
    clone = _clone(entry)
    if clone is not None and entry.path is not None:
        above, path = clone.parent.name, entry.path.relative_to(clone)
        # Asking git takes some milliseconds; a clone may hold thousands of files that are no notebooks.
        when = _committed(clone, path.as_posix()) if ".ipynb" in path.name else None
        return DownloadedFile(entry, SYSTEM, (_clues(clone.name, above),), when)
    names = outermost(entry, depth)
    for above, repository in pairwise(names):
        if above.endswith(SUBMISSIONS):
            return DownloadedFile(entry, SYSTEM, (_clues(repository, above),))
    return None


def _clone(entry: Entry) -> Path | None:
    """Return the clone below the folder of the download that holds a file, the outermost of several."""
    if entry.path is None:
        return None
    above = entry.path.parents[: len(entry.parts) - 1]
    return next((folder for folder in reversed(above) if (folder / ".git").is_dir()), None)


def _clues(repository: str, above: str) -> tuple[Clue, ...]:
    """Return the user names that a repository's name may end with, the longest first: both parts may hold dashes."""
    assignment = above.removesuffix(SUBMISSIONS)
    if assignment != above and repository.startswith(f"{assignment}-"):
        return (Clue("id", repository.removeprefix(f"{assignment}-")),)
    parts = repository.split("-")
    return tuple(Clue("id", "-".join(parts[at:])) for at in range(len(parts)))


def _committed(clone: Path, path: str) -> datetime | None:
    """Return when a file was committed last.

    Git runs in an empty repository of its own that only borrows the clone's objects: a clone's configuration, which may
    come from a student's zip, can name programs that git would start.
    """
    commit = _head(clone / ".git")
    if commit is None:
        return None
    try:
        with tempfile.TemporaryDirectory() as empty:
            git = ["git", "--git-dir", empty]
            where = {
                "PATH": os.environ.get("PATH", os.defpath),
                "HOME": empty,
                "GIT_CONFIG_NOSYSTEM": "1",
                "GIT_TERMINAL_PROMPT": "0",
            }
            subprocess.run(
                [*git, "init", "--quiet", "--bare"], env=where, capture_output=True, check=True, timeout=GIT_S
            )
            where["GIT_OBJECT_DIRECTORY"] = str((clone / ".git" / "objects").resolve())
            line = [*git, "--literal-pathspecs", "log", "-1", "--format=%ct", commit, "--", path]
            said = subprocess.run(line, env=where, capture_output=True, text=True, check=True, timeout=GIT_S).stdout
        return datetime.fromtimestamp(int(said), UTC)
    except (OSError, ValueError, OverflowError, subprocess.SubprocessError):
        return None  # no git on this machine, or no clone that it can read: the time is not known


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

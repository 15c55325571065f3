"""Clones of students' repositories: which one a file lies in, and when it was committed.

The time is that of the last commit that changed the file, as its author's machine says it: a student can set it, and
the time of the push is in no clone. It is claimed, therefore.
"""

from __future__ import annotations

import os
import re
import subprocess
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from autograder.instructor.collecting.archive import Entry
from autograder.instructor.collecting.downloaded import outermost_folders

COMMIT = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
GIT_S = 20


@dataclass(frozen=True)
class Repository:
    """One student's repository in a download.

    Attributes:
        above: the name of the folder in which all of them lie.
        name: its own.
        clone: its folder on this machine; None in a zip, which holds no history.
    """

    above: str
    name: str
    clone: Path | None = None

    def committed(self, entry: Entry) -> datetime | None:
        """Return when a notebook in it was committed last; None where nothing says it."""
        # Asking git takes some milliseconds; a clone may hold thousands of files that are no notebooks.
        if self.clone is None or entry.path is None or ".ipynb" not in entry.path.name:
            return None
        return _committed(self.clone, entry.path.relative_to(self.clone).as_posix())


def repository_of(entry: Entry, depth: int) -> Repository | None:
    """Return the repository that a file lies in: the outermost folder with a ``.git``, or the second of a zip."""
    if entry.path is not None:
        above = entry.path.parents[: len(entry.parts) - 1]
        clone = next((folder for folder in reversed(above) if (folder / ".git").is_dir()), None)
        if clone is not None:
            return Repository(clone.parent.name, clone.name, clone)
    names = outermost_folders(entry, depth)[:2]
    return Repository(*names) if len(names) == 2 else None


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

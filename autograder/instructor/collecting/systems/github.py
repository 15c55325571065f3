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

import os
import re
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from autograder.instructor.collecting.archive import DownloadEntry
from autograder.instructor.collecting.downloaded import DownloadedFile, outermost_folders
from autograder.instructor.course.directory import Clue
from autograder.instructor.course.folder import has_a_date_everywhere
from autograder.notebooks.graft import MalformedNotebook, read_capped

CLASSROOM_50 = re.compile(r"(?P<assignment>.+)_submissions_\d{4}_\d\d_\d\d_T_\d\d_\d\d_\d\d", re.DOTALL)
SUBMISSIONS = "-submissions"
SYSTEMS = ("Classroom 50", "GitHub")
COMMIT = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
GIT_S = 20
GIT_MEMORY = "256m"  # for one object: a tree of gigabytes packs to a few megabytes


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
            files.append(DownloadedFile(entry, system, ((Clue("id", user),),)))
    return files


def _clone_of(entry: DownloadEntry) -> Path | None:
    """Return the clone that a file is in: the outermost folder with a ``.git``; None in a zip, which has no history."""
    if entry.path is None:
        return None
    above = entry.path.parents[: len(entry.parts) - 1]
    return next((folder for folder in reversed(above) if (folder / ".git").is_dir()), None)


def with_commit_time(file: DownloadedFile) -> DownloadedFile:
    """Return a file in a clone with the time when it was committed last; as it is where nothing says that.

    Git runs in an empty repository of its own that only borrows the clone's objects: a clone's configuration, which can
    come from a student's zip, can name programs that git would start. It walks the history, of any length, so it is
    asked for notebooks of the course alone.
    """
    clone = _clone_of(file.entry) if file.system in SYSTEMS else None
    commit = _head(clone / ".git") if clone else None
    if clone is None or commit is None or file.entry.path is None:
        return file
    path = file.entry.path.relative_to(clone).as_posix()
    try:
        with tempfile.TemporaryDirectory() as empty:
            environment = {
                "PATH": os.environ.get("PATH", os.defpath),
                "HOME": empty,
                "GIT_CONFIG_NOSYSTEM": "1",
                "GIT_TERMINAL_PROMPT": "0",
                "GIT_ALLOC_LIMIT": GIT_MEMORY,
            }
            _git(["--git-dir", empty, "init", "--quiet", "--bare"], environment)
            environment["GIT_OBJECT_DIRECTORY"] = str((clone / ".git" / "objects").resolve())
            log = ["--literal-pathspecs", "log", "-1", "--format=%ct", commit, "--", path]
            when = datetime.fromtimestamp(int(_git(["--git-dir", empty, *log], environment)), UTC)
            return replace(file, when=when) if has_a_date_everywhere(when) else file
    except (OSError, ValueError, OverflowError, subprocess.SubprocessError):
        return file  # no git on this machine, or no clone that it can read: the time is not known


def _git(arguments: Sequence[str], environment: dict[str, str]) -> str:
    run = subprocess.run(
        ["git", *arguments], env=environment, capture_output=True, text=True, check=True, timeout=GIT_S
    )
    return run.stdout


def _head(git: Path) -> str | None:
    """Return the commit that is checked out."""
    try:
        head = read_capped(git / "HEAD").decode().strip()
        if head.startswith("ref: refs/") and ".." not in head:
            reference = head.removeprefix("ref: ")
            loose = git / reference
            if loose.is_file():
                head = read_capped(loose).decode().strip()
            else:
                packed = read_capped(git / "packed-refs").decode().splitlines()
                head = next((line.split()[0] for line in packed if line.endswith(f" {reference}")), "")
    except (OSError, UnicodeDecodeError, MalformedNotebook):
        return None
    return head if COMMIT.fullmatch(head) else None

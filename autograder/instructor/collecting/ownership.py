"""Which accounts own a submission in nbgrader's exchange: all that a student who names its folder cannot choose.

Defends: that a folder called after one student, or a file in it, is taken for that student's work where another account
of this machine has made it. Stock ``nbgrader collect`` compares the same two (``check_owner``), warns, and collects;
here it is refused. Does not defend: where a machine cannot tell students apart. A zip and a copy that you made keep no
owners, and in containers all students may have one number; then the name is all there is, and it is called a claim.
Assumes: accounts have the names by which nbgrader calls students, or the roster knows both.
"""

from __future__ import annotations

import os
import pwd
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from autograder.instructor.course.matching import Clue, Directory
from autograder.instructor.course.roster import Student


@dataclass(frozen=True)
class Ownership:
    """Who owns a submission on this machine's disk.

    Attributes:
        named: the student whom its folder, or where there is no other clue its file, names.
        accounts: those that own the folder and what is in it; empty where the download does not say.
        is_account: says whether this machine has an account of some name.
        ours: accounts that are no student's: root's, and that of whoever collects, as after making a copy.
    """

    named: str
    accounts: tuple[str, ...]
    is_account: Callable[[str], bool]
    ours: tuple[str, ...]

    @property
    def is_proved(self) -> bool:
        """Whether it is the named student's, by nbgrader's own rule."""
        return set(self.accounts) == {self.named}

    def refusal(self, theirs: Collection[Student], directory: Directory) -> str:
        """Return why it is not the work of the student whom its folder names; empty where nothing shows that.

        Args:
            theirs: whom the roster knows by that name.
            directory: the class.
        """
        known = any(self.is_account(name) for student in theirs for name in (student.id, *student.also))
        for account in self.accounts:
            if account in (self.named, *self.ours):
                continue
            owner = directory.find([Clue("id", account)]).student
            if owner not in theirs if owner else known:
                who = f" ({owner.id})" if owner and owner.id != account else ""
                theft = f"its folder names {self.named}, and it belongs to the account {account}{who}"
                return f"{theft}: ask them, and if that is right, copy it and collect the copy"
        return ""


def owned(named: str, paths: Sequence[Path]) -> Ownership:
    """Return who owns a submission.

    Args:
        named: the student whom its folder names.
        paths: of the folder and of what is in it; none where the download is no folder of this machine.

    Raises:
        OSError: one of them cannot be looked at.
    """
    accounts = tuple(sorted({_name(path.lstat().st_uid) for path in paths}))
    return Ownership(named, accounts, _is_account, (_name(0), _name(os.geteuid())))


def _name(number: int) -> str:
    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:
        return f"number {number}"


def _is_account(name: str) -> bool:
    try:
        pwd.getpwnam(name)
    except (KeyError, ValueError):  # a name may hold what no account's can
        return False
    return True

"""What a person can put right, told in one line. A command's exit status follows from the class.

    AutograderError
      WrongUse       2    a folder, file, name or option that cannot be used; the message says what to do
      WorkFailed     1    the work was begun, or could have been, and did not succeed
      Interrupted  130    somebody pressed Ctrl-C, as shells say it

Each is raised by a class of its own, which stands where it is raised.
"""

from __future__ import annotations

import sys
from typing import ClassVar


class AutograderError(Exception):
    """The head of the family; a message of several lines is told as one."""

    exit_status: ClassVar[int]


class WrongUse(AutograderError):
    """What the user asked for cannot be done so; the message says what to do."""

    exit_status = 2


class WorkFailed(AutograderError):
    """The work did not succeed; the message says why."""

    exit_status = 1


class Interrupted(AutograderError):
    """Somebody pressed Ctrl-C while work was done that can be taken up again."""

    exit_status = 130


class WouldOverwrite(WrongUse):
    """A file is in the way that somebody may have changed; the message names it."""


def complain(message: str) -> None:
    """Print one line on standard error; names of files and what they hold cannot command the terminal."""
    print("autograder:", plain(" ".join(message.split())), file=sys.stderr)


def plain(text: str) -> str:
    """Return a line without what a terminal would obey: names of folders, notes and outputs may hold anything."""
    return "".join(character if character.isprintable() else "�" for character in text)

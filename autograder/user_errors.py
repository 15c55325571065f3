"""Errors that a person can put right, told in one line. The class gives the command's exit status.

    AutograderError
      UsageError     2    a folder, file, name or option that cannot be used; the message says what to do
      TaskFailed     1    the work was begun, or could have been, and did not succeed
      Interrupted  130    Ctrl-C, as shells say it

Each module defines its own subclass, next to the code that raises it.
"""

import json
import sys
from typing import Any, ClassVar


class AutograderError(Exception):
    """The base class of our errors; a message of several lines is told as one."""

    exit_status: ClassVar[int]


class UsageError(AutograderError):
    """The request cannot be carried out as it is; the message says what to do."""

    exit_status = 2


class TaskFailed(AutograderError):
    """The work did not succeed; the message says why."""

    exit_status = 1


class Interrupted(AutograderError):
    """Ctrl-C ended work that can be taken up again."""

    exit_status = 130


class WouldOverwrite(UsageError):
    """A file in the way could hold the user's changes; the message names it."""


def complain(message: str) -> None:
    """Print one line on standard error, without control characters from names or contents of files."""
    print("autograder:", plain(" ".join(message.split())), file=sys.stderr)


def plain(text: str, but: str = "") -> str:
    """Return a text without control characters, which names, notes and outputs can hold, but for some, as line ends."""
    return "".join(character if character.isprintable() or character in but else "�" for character in text)


def plain_json(value: Any) -> str:
    """Return a value as indented JSON with its control characters escaped."""
    text = json.dumps(value, indent=1, ensure_ascii=False)
    return "".join(char if char.isprintable() or char == "\n" else json.dumps(char)[1:-1] for char in text)

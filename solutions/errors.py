"""Errors of the command line. Each message is one line: the fault, and what to do."""

import sys


class WrongUse(Exception):
    """A wrong option or an unusable file, which the user can correct. Exit status 2."""


class WorkFailed(Exception):
    """The work began and failed. Exit status 1."""


class DataError(WrongUse):
    """The data are unusable."""


def complain(message: str) -> None:
    """Print an error as one line, even where a file's name contains a line break."""
    print("error:", message.replace("\n", " "), file=sys.stderr)

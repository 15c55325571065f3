"""How the command line's work can end badly. Each message is one line: what is wrong, and what to do."""


class WrongUse(Exception):
    """The user can put it right: a wrong option, or a file that cannot be used. Exit status 2."""


class WorkFailed(Exception):
    """The work was started and did not succeed. Exit status 1."""


class DataError(WrongUse):
    """The data cannot be used. The message is one line: what is wrong, and what to do."""

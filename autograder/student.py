"""What a student calls in a notebook: ``check(Linear)``."""

from __future__ import annotations

_graded = False


def be_graded() -> None:
    """Let ``check`` do nothing from now on: the grader runs the checks itself."""
    global _graded
    _graded = True

"""The released notebook, filled: a student's own."""

from tests.notebooks.conftest import right, untouched  # noqa: F401

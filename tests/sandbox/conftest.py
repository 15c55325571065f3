"""A sandbox with each outer wall, and the results of a hostile cell in front of right work."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from autograder.checks import checks_of
from autograder.course import Course
from autograder.notebooks.answers import planned
from autograder.observe import seed_of
from autograder.sandbox import Cell, Limits, Program, RunResult, Sandbox
from autograder.sandbox.isolation import mechanism

# By their headings.
PROGRAMS = dict(
    re.findall(
        r"^## (\w+)\n.*?^```python\n(.*?)^```$",
        Path(__file__).with_name("programs.md").read_text(encoding="utf-8"),
        re.MULTILINE | re.DOTALL,
    )
)
COURSE = Course.installed()
RIGHT = Cell("right", COURSE.source("layers"))
CHECKS = checks_of("layers", "Flatten")
PLAN = tuple(planned(check, seed_of(1, check)) for check in CHECKS)
LIMITS = Limits(
    cell_s=4,
    cell_processor_s=2,
    check_s=4,
    check_processor_s=2,
    total_s=30,
    memory_bytes=1 << 30,
    disk_bytes=16 << 20,
    file_bytes=8 << 20,
)


@pytest.fixture(scope="module", params=["bubblewrap", pytest.param("landlock", marks=pytest.mark.deep)])
def sandbox(request: pytest.FixtureRequest) -> Iterator[Sandbox]:
    """A sandbox with either outer wall; a machine without bubblewrap gets the second."""
    with pytest.MonkeyPatch.context() as patched, Sandbox(LIMITS) as running:
        if request.param == "landlock":
            patched.setenv("PATH", "")
        assert mechanism() == request.param
        running.run(Program((), ()))
        patched.undo()
        yield running


def flattening(by: str) -> Cell:
    """Return right work whose Flatten does something else."""
    return Cell("flatten", RIGHT.source.replace("return x.flatten(start_dim=1)", by))


def run(sandbox: Sandbox, source: str) -> RunResult:
    return sandbox.run(Program((Cell("hostile", source), RIGHT), PLAN))


def says(sandbox: Sandbox, source: str) -> str:
    cell = run(sandbox, source).cells["hostile"]
    return cell.stdout.strip() or cell.error


def kinds(result: RunResult) -> set[str]:
    return {answer.kind for answer in result.answers.values()}

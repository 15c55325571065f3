"""How waits are measured: versions take turns, and what fails is not counted."""

import subprocess
import sys
from pathlib import Path

import pytest

from bench.waits import Command, Row, Wait, measured, timed


def taking(seconds: list[float], order: list[str], name: str) -> Command:
    def command() -> Wait:
        order.append(name)
        return Wait(seconds.pop(0), 0.0)

    return command


def failing() -> Wait:
    raise subprocess.CalledProcessError(1, "autograder")


def test_versions_take_turns_and_who_began_a_round_ends_the_next() -> None:
    order: list[str] = []
    versions = {name: {"init": taking([3.0, 1.0, 2.0], order, name)} for name in ("before", "now")}
    rows = measured(versions, rounds=3)
    assert order == ["before", "now", "now", "before", "before", "now"]
    assert [(row.version, row.median("wall_s"), row.spread("wall_s")) for row in rows] == [
        (name, 2.0, "2.00 (1.00 to 3.00)") for name in ("before", "now")
    ]


def test_what_an_earlier_version_cannot_do_has_no_row() -> None:
    versions = {"before": {"viva": failing}, "now": {"viva": lambda: Wait(1.0, 1.0)}}
    assert measured(versions, rounds=2) == [Row("viva", "now", [Wait(1.0, 1.0)] * 2)]


def test_a_command_of_this_version_that_fails_stops_the_bench() -> None:
    with pytest.raises(subprocess.CalledProcessError):
        measured({"before": {"viva": lambda: Wait(1.0, 1.0)}, "now": {"viva": failing}}, rounds=1)


def test_what_a_command_starts_counts_as_its_own(tmp_path: Path) -> None:
    work = "import time; end = time.process_time() + 0.3\nwhile time.process_time() < end: pass"
    parent = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {work!r}], check=True)"
    wait = timed([sys.executable, "-c", parent], tmp_path)
    assert wait.processor_s >= 0.3

"""`autograder mark` from the command line: tokens, what it refuses, and what it notices while it serves."""

from __future__ import annotations

import re
import socket
from pathlib import Path

import pytest

from tests.commands import autograder
from tests.instructor.marking.conftest import (
    ADDRESS,
    ASSIGNMENT,
    NAMES,
    configure,
    hand_in_written,
    served_here,
    wait_until,
    write_table,
)
from tests.test_cli import here, refused

TOKEN = re.compile(r"^token of (\w+): [\w-]{24}$", re.MULTILINE)


def test_a_token_is_printed_once_and_a_new_one_for_who_asks(folder: Path) -> None:
    write_table(folder, "bob", "eve")
    status, printed, _ = here(folder, "mark", "--new-token", "bob")
    assert (status, TOKEN.findall(printed)) == (0, ["instructor", "bob", "eve"])
    status, printed, _ = here(folder, "mark", "--new-token", "bob")
    assert (status, TOKEN.findall(printed)) == (0, ["bob"])
    assert "nobody can see it again" in printed


def test_what_cannot_be_served_is_refused_in_a_line(folder: Path) -> None:
    write_table(folder, "bob")
    assert here(folder, "mark", "--new-token", "bob")[0] == 0
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        done = autograder("mark", "--port", port, cwd=folder)  # a process of its own, as it runs an event loop
        assert (done.returncode, done.stdout) == (2, "")
        assert f"cannot serve at 127.0.0.1, port {port}: Address already in use" in done.stderr
    (folder / "none.pem").write_text("no certificate")
    for file in ("none.pem", "nothing.pem"):
        said = refused(folder, "mark", "--certificate", file)
        assert f"{file} is no certificate with its key in PEM" in said
    assert "there is no assignment '9-none'" in refused(folder, "mark", "9-none")
    assert "there is no marker 'zoe': there are instructor, bob" in refused(folder, "mark", "--new-token", "zoe")
    write_table(folder, "bob,C")
    assert "markers.csv, line 2: there is no section 'C': there are A, B" in refused(folder, "mark")
    configure(folder, double_percent=101)
    write_table(folder, "bob")
    assert "c.Marking takes numbers" in refused(folder, "mark")


def test_while_it_serves_it_takes_in_what_is_graded_and_says_once_what_it_cannot_read(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_table(folder, "bob")
    with served_here(folder, every_s=0.05) as served:
        bob = served.client("bob")
        assert {one["state"] for one in bob.entries(ADDRESS)} == {"to mark"}
        bob.mark_all(lambda answer: (3, ""))
        hand_in_written(folder, ada="Another answer.")
        wait_until(lambda: sum(one["state"] == "look again" for one in bob.entries(ADDRESS)) == 1)
        (folder / "markers.csv").write_text("")  # as an editor leaves it for a moment
        wait_until(lambda: "names nobody" in capsys.readouterr().err)
        write_table(folder, "bob,nowhere")
        said = ""

        def complained() -> bool:
            nonlocal said
            said += capsys.readouterr().err
            return "there is no section 'nowhere'" in said

        wait_until(complained)
        assert len(bob.entries(ADDRESS)) == len(NAMES)  # those who mark go on
        write_table(folder, "bob,A")
        bob.save(bob.answer(bob.entries(ADDRESS)[0]["id"]), 2)
    said += capsys.readouterr().err
    assert said.count("nowhere") == 1


def test_an_assignment_can_be_marked_alone_or_with_all_others(folder: Path) -> None:
    with served_here(folder) as served:
        (one,) = served.client("instructor").questions()
        assert one == {"name": ASSIGNMENT, "address": ADDRESS, "answers": len(NAMES), "to_do": len(NAMES)}

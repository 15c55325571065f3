"""`autograder mark` from the command line: tokens, refusals, and changes while it serves."""

import re
import socket
import time
from pathlib import Path

import pytest

from sample_class.students import grade_written
from tests.commands import autograder
from tests.instructor.conftest import ASSIGNMENT, configure, wait_until
from tests.instructor.marking.conftest import NAMES, Desk, served, write_table
from tests.test_cli import here, refused

TOKEN = re.compile(r"^token of (\w+): [\w-]{24}$", re.MULTILINE)


def test_a_token_is_printed_once_and_a_new_one_on_request(folder: Path) -> None:
    write_table(folder, "bob", "eve")
    status, printed, _ = here(folder, "mark", "--new-token", "bob")
    assert (status, TOKEN.findall(printed)) == (0, ["instructor", "bob", "eve"])
    status, printed, _ = here(folder, "mark", "--new-token", "bob")
    assert (status, TOKEN.findall(printed)) == (0, ["bob"])
    assert "it cannot be shown again" in printed


def test_a_server_that_cannot_start_is_refused_in_one_line(folder: Path) -> None:
    write_table(folder, "bob")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        done = autograder("mark", "--port", port, cwd=folder)  # a process of its own, as it runs an event loop
        assert (done.returncode, done.stdout) == (2, "")
        assert f"cannot serve at 127.0.0.1, port {port}: Address already in use; --port takes another" in done.stderr
    assert TOKEN.findall(here(folder, "mark", "--new-token", "bob")[1]) == ["instructor", "bob"]
    (folder / "none.pem").write_text("no certificate")
    for file in ("none.pem", "nothing.pem"):
        assert f"{file} is not a certificate with its key in PEM" in refused(folder, "mark", "--certificate", file)
    assert "there is no assignment '9-none'" in refused(folder, "mark", "9-none")
    assert "there is no marker 'zoe': there are instructor, bob" in refused(folder, "mark", "--new-token", "zoe")
    write_table(folder, "bob,C")
    assert "markers.csv, line 2: there is no section 'C': there are A, B" in refused(folder, "mark")
    configure(folder, "Marking", double_percent=101)
    write_table(folder, "bob")
    assert "c.Marking takes numbers" in refused(folder, "mark")


def test_the_server_takes_in_new_answers_and_reports_an_unreadable_table_once(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    desk.mark_all("bob", 3)
    complaints = ""

    def complained(of: str) -> bool:
        nonlocal complaints
        complaints += capsys.readouterr().err
        return of in complaints

    with served(desk, every_s=0.05):
        grade_written(desk.folder, ASSIGNMENT, {"ada": "Another answer."})
        wait_until(lambda: desk.states("bob")["look again"] == 1)
        (desk.folder / "markers.csv").write_text("")  # as an editor leaves it for a moment
        wait_until(lambda: complained("has no markers"))
        write_table(desk.folder, "bob,nowhere")
        wait_until(lambda: complained("there is no section 'nowhere'"))
        assert len(desk.entries("bob")) == len(NAMES)  # those who mark go on
        time.sleep(0.2)
    complained("")
    assert complaints.count("nowhere") == 1

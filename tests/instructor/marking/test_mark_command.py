"""`autograder mark` from the command line: tokens and refusals."""

import re
import socket
from pathlib import Path

from tests.commands import autograder, begin
from tests.instructor.conftest import wait_until
from tests.instructor.marking.conftest import Visitor, write_table
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
    assert "there is no assignment '9-none'" in refused(folder, "mark", "9-none")
    assert "there is no marker 'zoe': there are instructor, bob" in refused(folder, "mark", "--new-token", "zoe")
    write_table(folder, "bob,C")
    assert "markers.csv, line 2: there is no section 'C': there are A, B" in refused(folder, "mark")


def test_it_says_where_it_serves_and_serves_there(folder: Path) -> None:
    write_table(folder, "bob")
    printed, errors = folder.parent / "printed", folder.parent / "errors"
    process = begin("autograder.instructor.command_line", "mark", "--port", "0", cwd=folder, said=(printed, errors))
    try:
        wait_until(lambda: (printed.exists() and "marking at" in printed.read_text()) or not process.is_alive())
        assert process.is_alive(), errors.read_text()
        (token,) = re.findall(r"^token of bob: (\S+)$", printed.read_text(), re.MULTILINE)
        (address,) = re.findall(r"^marking at (http://127\.0\.0\.1:\d+/)$", printed.read_text(), re.MULTILINE)
        assert Visitor(address, token).get("/").path == "/"
    finally:
        process.kill()
        process.join(30)

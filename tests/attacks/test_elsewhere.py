"""Attacks that are no code in a cell: by frames, files, connections and names; each got something once."""

import hashlib
import os
import re
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from unittest import mock
from urllib.parse import urlsplit

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from autograder import arrays, wire
from autograder.instructor.collecting import archive
from autograder.instructor.collecting.archive import EntryRefused, open_download
from autograder.instructor.course import opening
from autograder.instructor.marking import http_server
from autograder.instructor.reports.code_tokens import code_tokens
from autograder.notebooks.graft import MAX_ANSWER_CHARACTERS
from autograder.observe import Answer
from autograder.receipts import receipt_from, receipt_of
from autograder.sandbox import Collector, Limits, Program
from autograder.sandbox.program import PlannedCheck
from tests.conftest import copy_course
from tests.instructor.collecting.made_downloads import folder, zipped
from tests.instructor.marking.conftest import Desk, desk_in, served, write_table

# By frames of its own: the checks are never read, and answers bring what nobody asked for


def test_a_program_that_does_not_read_its_checks_ends_in_time() -> None:
    checks = tuple(PlannedCheck("layers", "Linear", f"{at:0999}", 1) for at in range(1000))  # more than a socket holds
    receiver, sender = socket.socketpair()
    with receiver, sender:
        wire.send(sender, {"ready": True})
        assert Collector(Program((), checks)).read_all(receiver, Limits(total_s=0.5)) == "timeout"


def test_an_answer_with_more_than_any_check_observes_is_refused() -> None:
    many = wire.pack_answer(Answer("observed", {str(at): 1 for at in range(201)}, "", 0.1))
    header, _ = wire.pack_answer(Answer("observed", {}, "", 0.1))
    arrays_beside = header, arrays.to_bytes({str(at): torch.zeros(0) for at in range(2000)})
    for header, body in (many, arrays_beside):
        with pytest.raises(wire.WireError):
            wire.unpack_answer(header, body)


# By files: others' work is collected all the same


@pytest.mark.parametrize("make", [zipped, folder])
@pytest.mark.parametrize("above", ["", "hw_submissions/"])
def test_of_one_students_too_many_files_one_is_named_for_the_rest_and_all_others_are_read(
    make: Callable[[Path, dict[str, bytes]], Path], above: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archive, "MAX_FILES", 2)
    names = ["Eve/1.ipynb", "Eve/2.ipynb", "Eve/x/3", "Eve/x/4", "bob/1.ipynb", "z.ipynb"]
    with open_download(make(tmp_path / "x", {above + name: b"{}" for name in names})) as entries:
        read = {entry.name.removeprefix(above): entry.refused for entry in entries}
        assert [entry.name for entry in entries if not entry.parts] == [f"{above}Eve/x/3"]
    rest = "after 2 files of its folder it and the rest are not read"
    assert read == {name: rest if name == "Eve/x/3" else "" for name in names if name != "Eve/x/4"}


def put_a_link(mine: Path, theirs: Path) -> None:
    mine.unlink()
    mine.symlink_to(theirs)


def put_a_link_to_the_folder(mine: Path, theirs: Path) -> None:
    mine.parent.rename(mine.parent.with_name("aside"))
    mine.parent.symlink_to(theirs.parent)


def put_the_file(mine: Path, theirs: Path) -> None:
    mine.unlink()
    os.link(theirs, mine)


def put_a_pipe(mine: Path, theirs: Path) -> None:
    mine.unlink()
    os.mkfifo(mine)


@pytest.mark.parametrize("swap", [put_a_link, put_a_link_to_the_folder, put_the_file, put_a_pipe])
def test_what_takes_the_place_of_a_file_between_the_look_and_the_read_is_not_read(
    swap: Callable[[Path, Path], None], tmp_path: Path
) -> None:
    """An instructor's solution, or a classmate's answer, was handed in so: 28 times in 32."""
    theirs = folder(tmp_path / "theirs", {"2-layers.ipynb": b"the solution"}) / "2-layers.ipynb"
    name, open_before = "eve+2-layers+2026-11-05 22:41:07 UTC", len([*Path("/proc/self/fd").iterdir()])
    with open_download(folder(tmp_path / "inbound", {f"{name}/2-layers.ipynb": b"{}"})) as (entry,):
        swap(tmp_path / "inbound" / name / "2-layers.ipynb", theirs)
        with pytest.raises(EntryRefused, match="cannot be read"):
            entry.read(100)
    assert len([*Path("/proc/self/fd").iterdir()]) == open_before


def test_a_link_to_a_file_of_another_account_is_refused_also_where_it_is_no_symbolic_one(tmp_path: Path) -> None:
    root = folder(tmp_path / "inbound", {"eve/1.ipynb": b"{}", "bob/2.ipynb": b"{}"})
    os.chown(root / "eve", 61999, -1)
    os.link(root / "bob" / "2.ipynb", root / "eve" / "2.ipynb")
    with open_download(root) as entries:
        read = {entry.name: entry.refused for entry in entries}
    says = "it is a link to a file of another account"
    assert read == {"bob/2.ipynb": "", "eve/1.ipynb": "", "eve/2.ipynb": says}


def test_folders_in_folders_without_an_end_cost_their_owner_alone(tmp_path: Path) -> None:
    root = folder(tmp_path / "inbound", {f"eve/{'x/' * opening.MAX_DEPTH}1.ipynb": b"{}", "bob/2.ipynb": b"{}"})
    with open_download(root) as entries:
        refused = {entry.parts[0]: entry.refused for entry in entries}
    assert refused == {"bob": "", "eve": f"it cannot be read: it lies in more than {opening.MAX_DEPTH} folders"}


def test_a_folder_of_more_files_than_anybody_has_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A million links to one file took a gigabyte to list."""
    monkeypatch.setattr(opening, "MOST_CHILDREN", 2)
    names = ["bob/2.ipynb", *(f"eve/{at}.ipynb" for at in range(3))]
    with open_download(folder(tmp_path / "inbound", dict.fromkeys(names, b"{}"))) as entries:
        assert {entry.name: entry.refused for entry in entries} == {
            "bob/2.ipynb": "",
            "eve": "it cannot be read: it holds more than 2 files",
        }


# By an answer over which a comparison of programs would sit for an hour


@pytest.mark.parametrize("line", ["1\n", "x:int=1\n", "x:int=1;", "def f(a:int)->int:0\n", "'é';"])
def test_an_answer_without_counted_tokens_is_read_as_fast_as_any(line: str) -> None:
    """To look through all such stretches for each token took minutes; the longest answer has four times as many."""
    answer, begun = line * (MAX_ANSWER_CHARACTERS // 4 // len(line)), time.process_time()
    texts = {token.text for piece in code_tokens(answer) for token in piece}
    assert texts <= {"name", "0", "=", ":", "def"}
    assert time.process_time() - begun < 20


# By connections to the page on which answers are marked


@pytest.fixture
def desk(released: Path, tmp_path: Path) -> Iterator[Desk]:
    """A course folder open for marking by one marker, Bob."""
    folder = copy_course(released, tmp_path / "course")
    write_table(folder, "bob")
    with desk_in(folder) as desk:
        yield desk


def test_a_visit_without_an_end_is_given_up(desk: Desk) -> None:
    with mock.patch.object(http_server, "PATIENCE_S", 0.2), served(desk) as visit:
        address = urlsplit(visit("bob").address)
        with socket.create_connection((str(address.hostname), address.port or 0), timeout=60) as visitor:
            visitor.sendall(b"GET /login HTTP/1.1\r\nHost:")
            assert visitor.recv(100) == b""


def test_who_holds_connections_keeps_nobody_out(desk: Desk) -> None:
    with mock.patch.object(http_server, "MOST_CONNECTIONS", 5), served(desk) as visit, ExitStack() as held:
        marker = visit("bob")
        address = urlsplit(marker.address)
        visitors = [
            held.enter_context(socket.create_connection((str(address.hostname), address.port or 0), timeout=60))
            for _ in range(10)
        ]
        assert visitors[0].recv(100) == b""
        visitors[-1].settimeout(0.2)
        with pytest.raises(TimeoutError):
            visitors[-1].recv(100)
        assert marker.get("/login").status == 200


# By a second file of the same receipt


@given(st.binary(max_size=100))
def test_a_receipt_is_the_beginning_of_the_files_sha_256_in_groups(content: bytes) -> None:
    assert re.fullmatch(r"[0-9a-f]{4}(-[0-9a-f]{4}){7}", receipt_of(content))
    assert hashlib.sha256(content).hexdigest().startswith(receipt_of(content).replace("-", ""))
    assert receipt_of(content) == receipt_from(hashlib.sha256(content).hexdigest())

"""The file that a student handed in: its time, and the reason where it cannot be read."""

import contextlib
import os
import socket
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest

from autograder.instructor.course.folder import CourseFolder, Submission
from autograder.notebooks.graft import MalformedNotebook

NO_FILE = "2-layers.ipynb is not a file; hand in the notebook itself"
LINK = "2-layers.ipynb is a link to another file; hand in the notebook itself"


@pytest.fixture
def work(tmp_path: Path) -> Submission:
    submission = CourseFolder(tmp_path).submission("ada", "2-layers")
    submission.notebook.parent.mkdir(parents=True)
    return submission


def put_socket(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as unix, contextlib.chdir(path.parent):  # as its whole path is too long
        unix.bind(path.name)


def link_folder(path: Path) -> None:
    path.parent.rmdir()
    path.parent.symlink_to(path.parents[2])


@pytest.mark.parametrize(
    ("put", "reason"),
    [
        (os.mkfifo, NO_FILE),
        (put_socket, NO_FILE),
        (Path.mkdir, NO_FILE),
        (lambda path: path.symlink_to("nowhere.ipynb"), LINK),
        (lambda path: path.symlink_to("/dev/zero"), LINK),
        (link_folder, "its folder is a link to another folder"),
        (lambda path: path.with_name("answers.docx").touch(), "2-layers.ipynb is missing"),
        (lambda path: path.write_bytes(bytes(33 << 20)), "2-layers.ipynb has more than 32 MiB"),
        (lambda path: path.write_text("{"), "2-layers.ipynb is not a notebook"),
    ],
    ids=["pipe", "socket", "folder", "dangling link", "device", "linked folder", "missing", "huge", "malformed"],
)
def test_what_cannot_be_read_has_a_reason_for_the_student(
    put: Callable[[Path], object], reason: str, work: Submission
) -> None:
    put(work.notebook)
    with pytest.raises(MalformedNotebook) as refused:
        work.read().notebook()
    assert str(refused.value).startswith(reason)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("text", "when"),
    [
        ("2030-01-02 03:04:05 UTC", datetime(2030, 1, 2, 3, 4, 5)),
        ("the day after", "the day after"),
        ("9999-12-31 23:59:59 UTC", "9999-12-31 23:59:59 UTC"),  # Berlin has no such date
        ("", None),
    ],
)
def test_a_time_is_read_or_kept_as_it_is_written(text: str, when: datetime | str | None, work: Submission) -> None:
    work.notebook.touch()
    work.notebook.with_name("timestamp.txt").write_text(f"{text}\n")
    assert work.read().timestamp == when


def test_a_pipe_in_the_place_of_the_time_is_none(work: Submission) -> None:
    work.notebook.touch()
    os.mkfifo(work.notebook.with_name("timestamp.txt"))
    assert work.read().timestamp is None

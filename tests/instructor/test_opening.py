"""What students own is opened in one way, by all that reads it."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import nbformat

from autograder.instructor.course import opening
from tests.instructor.conftest import notebook_of
from tests.test_cli import here

_watched: list[tuple[Path, list[str]]] = []


def _hear(event: str, arguments: tuple[object, ...]) -> None:
    """Note who opens a file below a watched folder by its path: ``opening`` goes there folder by folder."""
    if event == "open" and _watched and isinstance(arguments[0], str) and arguments[1] in ("r", "rb", None):
        folder, heard = _watched[0]
        if Path(arguments[0]).is_relative_to(folder) and Path(arguments[0]) != folder:
            caller = sys._getframe(1)
            while "autograder" not in caller.f_code.co_filename and caller.f_back:
                caller = caller.f_back
            heard.append(f"{arguments[0]} by {caller.f_code.co_filename}:{caller.f_lineno}")


sys.addaudithook(_hear)  # for good: none can be taken away


@contextmanager
def opened_by_path(folder: Path) -> Iterator[list[str]]:
    heard: list[str] = []
    _watched.append((folder, heard))
    try:
        yield heard
    finally:
        _watched.clear()


def test_each_command_opens_submissions_folder_by_folder(course_folder: Path, tmp_path: Path) -> None:
    (course_folder / "roster.csv").write_text("id,first name,last name\nada,Ada,Lovelace\n", encoding="utf-8")
    inbound = tmp_path / "inbound"
    stamp = datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S.%f UTC")
    work = inbound / f"ada+2-layers+{stamp}"
    work.mkdir(parents=True)
    nbformat.write(notebook_of(course_folder, "ada"), work / "2-layers.ipynb")
    (work / "timestamp.txt").write_text(stamp, encoding="utf-8")
    with opened_by_path(inbound) as heard:
        assert here(course_folder, "collect", inbound, "--yes")[0] == 0
    assert heard == []
    with opened_by_path(course_folder / "submitted") as heard:
        for line in ("collect {} --yes", "grade", "feedback", "status", "report", "export 2-layers"):
            assert here(course_folder, *line.format(inbound).split())[0] == 0, line
    assert heard == []


def test_a_reader_by_path_would_be_heard(tmp_path: Path) -> None:
    (tmp_path / "2-layers.ipynb").touch()
    with opened_by_path(tmp_path) as heard:
        (tmp_path / "2-layers.ipynb").read_bytes()
        opening.Place.at(tmp_path, "2-layers.ipynb").read(1)
    assert len(heard) == 1

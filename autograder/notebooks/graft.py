"""Graft a student's answers into the instructor's notebook; nothing else of the student's is used."""

import os
import re
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
import nbformat.reader
from nbformat import NotebookNode

from autograder.user_errors import UsageError

RECORD = "autograder"  # under which a notebook's metadata says whose it is
MAX_NOTEBOOK_BYTES = 32 << 20
MAX_PARTS = 500_000  # lists and objects: read, each takes half a kilobyte, however short it is in the file
NONBLOCK = getattr(os, "O_NONBLOCK", 0)  # Windows has none, nor pipes among its files
MAX_OLD_CELLS = 2000  # to convert one takes a third of a millisecond
MAX_ANSWER_CHARACTERS = 256 << 10
HIDDEN = re.compile(r"^### BEGIN HIDDEN TESTS$.*?^### END HIDDEN TESTS$", re.MULTILINE | re.DOTALL)


class MalformedNotebook(UsageError):
    """A file should be a notebook and cannot be read as one."""


@dataclass(frozen=True)
class GraftedNotebook:
    """The instructor's notebook with a student's answers."""

    notebook: NotebookNode  # the instructor's cells, ids and metadata; only the answers are the student's
    notes: tuple[str, ...]  # a sentence on each part that was left out
    blank: frozenset[str] = frozenset()  # the grade ids of answers that are still as released
    is_stranger: bool = False  # whether the student's notebook holds none of the instructor's cells


def read_notebook(path: Path) -> NotebookNode:
    """Read a notebook of any format that nbformat knows, as format 4.

    Raises:
        MalformedNotebook: it is too large, not JSON, not UTF-8, or not a notebook; the message names the file.
        OSError: it cannot be read, or there is no such file.
    """
    return parse_notebook(read_capped(path), str(path))


def read_capped(path: Path) -> bytes:
    """Return a file's content, up to one byte more than a notebook can have.

    Raises:
        MalformedNotebook: it is a pipe or a device; the message names it.
        OSError: it cannot be read, or there is no such file.
    """
    # Without blocking: opening a pipe would wait for its other end.
    with open(path, "rb", opener=lambda name, flags: os.open(name, flags | NONBLOCK)) as file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise MalformedNotebook(f"{path} is not a file")
        return file.read(MAX_NOTEBOOK_BYTES + 1)


def parse_notebook(content: bytes, name: str) -> NotebookNode:
    """Parse the content of a notebook, as ``read_capped`` returns it, of any format that nbformat knows, as format 4.

    Raises:
        MalformedNotebook: it is too large, of too many parts, not JSON, not UTF-8, or not a notebook.
    """
    if len(content) > MAX_NOTEBOOK_BYTES:
        raise MalformedNotebook(f"{name} has more than {MAX_NOTEBOOK_BYTES >> 20} MiB: clear its outputs and save it")
    if content.count(b"{") + content.count(b"[") > MAX_PARTS:
        raise MalformedNotebook(f"{name} has more than {MAX_PARTS:,} lists and objects: clear its outputs and save it")
    if not content.strip():
        raise MalformedNotebook(f"{name} is empty")
    if re.search(rb"^(<{7}|>{7}) ", content, re.MULTILINE):
        raise MalformedNotebook(f"{name} holds a conflict of git, two versions at once: hand in one of them")
    try:
        return _as_format_4(content.decode("utf-8-sig"))
    except Exception as error:
        # nbformat's readers raise errors of many kinds; for the reader of this message they are one.
        reason = str(error).strip().splitlines()[0][:120] if str(error).strip() else type(error).__name__
        raise MalformedNotebook(f"{name} is not a notebook: {reason}; save it again in Jupyter") from error


def _as_format_4(text: str) -> NotebookNode:
    """Parse a notebook's text, and ensure that its metadata and cells have the types that others rely on."""
    # Not nbformat.reads: it validates, and complains on standard error of faults that do no harm here.
    notebook = nbformat.reader.reads(text)
    if "worksheets" in notebook and sum(len(sheet.get("cells", ())) for sheet in notebook.worksheets) > MAX_OLD_CELLS:
        raise ValueError(f"more than {MAX_OLD_CELLS:,} cells in a format of before 2015")
    notebook = nbformat.convert(notebook, 4)
    if not isinstance(notebook.metadata, dict):
        raise ValueError("its metadata is not an object")
    for cell in notebook.cells:
        if cell.cell_type not in ("code", "markdown", "raw"):
            raise ValueError(f"a cell of the type {cell.cell_type!r}")
        if isinstance(cell.source, list):
            cell.source = "".join(cell.source)
        if not isinstance(cell.source, str) or not isinstance(cell.metadata, dict):
            raise ValueError("a cell without text")
        # JSON can hold halves of characters, which no file can.
        cell.source = cell.source.encode("utf-8", "replace").decode("utf-8")
    return notebook


def room_of(notebook: NotebookNode) -> str:
    return str(notebook.metadata[RECORD]["room"])


def _nbgrader(cell: NotebookNode) -> Mapping[str, Any]:
    metadata = cell.metadata.get("nbgrader")
    return metadata if isinstance(metadata, dict) else {}


def grade_id_of(cell: NotebookNode) -> str | None:
    """Return the cell's grade id, or None if it has none that is a text."""
    grade_id = _nbgrader(cell).get("grade_id")
    return grade_id if isinstance(grade_id, str) else None


def is_answer(cell: NotebookNode) -> bool:
    """Return whether a cell is an answer of the student."""
    return bool(_nbgrader(cell).get("solution"))


def is_graded(cell: NotebookNode) -> bool:
    """Return whether a cell earns points: a check, or an answer that a person marks."""
    return bool(_nbgrader(cell).get("grade"))


def is_written(cell: NotebookNode) -> bool:
    """Return whether a cell is an answer that a person marks."""
    return is_answer(cell) and is_graded(cell)


def graft(instructor: NotebookNode, submitted: NotebookNode) -> GraftedNotebook:
    """Take the student's answers by grade id into a copy of the instructor's notebook; others stay as released."""
    by_grade_id: dict[str, list[NotebookNode]] = {}
    for cell in submitted.cells:
        grade_id = grade_id_of(cell)
        if grade_id is not None:
            by_grade_id.setdefault(grade_id, []).append(cell)
    copy = nbformat.from_dict(instructor)
    notes: list[str] = []
    for cell in copy.cells:
        grade_id = grade_id_of(cell)
        if grade_id is None:
            continue
        versions = by_grade_id.get(grade_id, [])
        if not is_answer(cell):
            if any(version.source.strip() != _as_released(cell) for version in versions):
                notes.append(f"the cell {grade_id} differs from the released one, which counts")
            continue
        if not versions:
            notes.append(f"the cell {grade_id} is missing; it counts as not answered")
            continue
        if len(versions) > 1:
            notes.append(f"the cell {grade_id} occurs {len(versions)} times; the first one counts")
        answer = versions[0]
        if len(answer.source) > MAX_ANSWER_CHARACTERS:
            limit = f"{MAX_ANSWER_CHARACTERS >> 10} thousand characters"
            notes.append(f"the cell {grade_id} has more than {limit}; it counts as not answered")
            continue
        if answer.cell_type != cell.cell_type:
            notes.append(f"the cell {grade_id} was turned into {answer.cell_type}; it counts as {cell.cell_type}")
        cell.source = answer.source
    answers = {grade_id_of(cell) for cell in copy.cells if is_answer(cell)}
    is_stranger = not answers & by_grade_id.keys()
    if is_stranger:
        notes = ["it holds none of this assignment's cells; is it the notebook of another one?"]
    extra = [cell for cell in _strangers(submitted, copy) if cell.cell_type == "code" and cell.source.strip()]
    if extra:
        notes.append(f"{len(extra)} code cell{'s' if len(extra) > 1 else ''} outside the exercises did not count")
    return GraftedNotebook(copy, tuple(notes), _unanswered(instructor, copy), is_stranger)


def _unanswered(instructor: NotebookNode, grafted: NotebookNode) -> frozenset[str]:
    pairs = zip(instructor.cells, grafted.cells, strict=True)
    return frozenset(
        str(grade_id_of(cell)) for before, cell in pairs if is_answer(cell) and cell.source == before.source
    )


def _as_released(cell: NotebookNode) -> str:
    """Return an instructor's cell as students see it."""
    return without_hidden_tests(cell.source).strip()


def without_hidden_tests(source: str) -> str:
    """Return an instructor's cell without the call of a hidden check."""
    return HIDDEN.sub("", source)


def _strangers(submitted: NotebookNode, instructor: NotebookNode) -> list[NotebookNode]:
    """Return the submitted cells with neither the grade id nor the text of a released cell."""
    known = {grade_id_of(cell) for cell in instructor.cells} - {None}
    released = {cell.source for cell in instructor.cells}
    return [cell for cell in submitted.cells if grade_id_of(cell) not in known and cell.source not in released]

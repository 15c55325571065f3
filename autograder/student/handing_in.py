"""Hand in: copy the saved notebook, compare it with the cells that ran, check it, and print its receipt."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from autograder.receipts import PACKED, receipt_of
from autograder.student.inputs import inputs_as_typed, newest_that_defines, variables_of_notebook
from autograder.student.names import UnknownName, known_room

if TYPE_CHECKING:
    from nbformat import NotebookNode

FRONT_END_S = 30  # for Colab to give the notebook
SAVE = "press Ctrl+S (on a Mac ⌘S) and run this cell again"
CLOSING = (
    "Hand in {packed}, and keep the receipt: it is worked out from the bytes of that file, so your instructor can tell "
    "whether that very file was collected. It proves no mark: {what} still to come."
)


@dataclass(frozen=True)
class SavedNotebook:
    """A notebook as its front end has saved it."""

    path: Path  # of its file; in Colab, which has none, the place where it would be
    content: bytes
    saved: datetime  # the time, by the clock of the disk


@dataclass(frozen=True)
class HandIn:
    """The file to hand in, and warnings about it; shown as text."""

    packed: str = ""  # the file, relative to the notebook; empty if none could be written
    receipt: str = ""  # of that file
    at: datetime | None = None  # time of packing, by this machine's clock
    passed: Mapping[str, tuple[int, int]] | None = None  # by exercise, the visible checks that passed, and all
    written: int | None = None  # number of words in the written answer; None where the chapter asks for none
    warnings: Sequence[str] = ()  # each a sentence or more, with what to do

    def __repr__(self) -> str:
        lines = []
        if self.packed and self.at:
            lines.append(f"Receipt {self.receipt}: {self.packed}, packed {self.at:%A %d %B %Y, %H:%M:%S %Z}")
        rows = {name: f"{passed} of {count} checks passed" for name, (passed, count) in (self.passed or {}).items()}
        if rows:
            rows |= {} if self.written is None else {"written answer": f"{self.written or 'no'} words"}
            lines += [f"  {name:<{max(map(len, rows))}}  {result}" for name, result in rows.items()]
        if self.warnings:
            lines += ["Look at this first:", *(f"  - {warning}" for warning in self.warnings)]
        if self.packed:
            what = "hidden checks are" if self.written is None else "hidden checks and the written answer are"
            lines.append(CLOSING.format(packed=self.packed, what=what))
        return "\n".join(lines)


def hand_in(room: str, notebook: str | Path = "") -> HandIn:
    """Pack this notebook to be handed in: a copy in the folder ``hand-in``, and its receipt.

    The copy is the notebook as you saved it. It is compared with the cells that ran in this kernel, and its exercises
    are run anew in a fresh process, as the grader will. The copy is packed in any case, and you are told of problems.

    Args:
        room: the chapter's short name, such as ``layers``.
        notebook: the notebook's file, if it is not found by itself.

    Raises:
        UnknownName: there is no such chapter or file.
    """
    from autograder.notebooks.graft import MalformedNotebook, parse_notebook
    from autograder.notebooks.released import released_notebook
    from autograder.sandbox.limits import is_graded

    if is_graded():
        return HandIn()
    room = known_room(room)
    if notebook and not Path(notebook).is_file():
        raise UnknownName(f"there is no file {str(notebook)!r}")
    try:
        saved = _on_disk(room, notebook) if notebook or "google.colab" not in sys.modules else _in_colab(room)
    except (OSError, MalformedNotebook) as error:
        return HandIn(warnings=[f"Nothing was packed: {error}."])
    if saved is None:
        return HandIn(warnings=[_not_found(room)])
    packed, warnings = _pack(saved)
    newest = None if notebook else _newest_here(room)
    if newest and newest.saved > saved.saved:  # after "Save Notebook As", the kernel still knows the old name
        name = newest.path.name
        warnings.append(f'A newer file of this chapter is {name}: if you work in it, hand_in("{room}", "{name}").')
    parsed, released = parse_notebook(saved.content, saved.path.name), released_notebook(room)
    warnings += unlike_what_ran(parsed, released, inputs_as_typed(), saved.saved)
    print(f"Packed {packed or 'nothing'}. Now its exercises are run anew, which can take a minute.")
    passed, notes = _checked(saved.path, parsed)
    words = _written_words(parsed, released)
    warnings += notes
    unfinished = [f"{name} ({count[0]} of {count[1]})" for name, count in passed.items() if count[0] < count[1]]
    warnings += [f"Not finished: {', '.join(unfinished)}. You can hand in now and again later."] if unfinished else []
    warnings += [] if words or words is None else [f"The file holds no written answer. If you wrote one, {SAVE}."]
    return HandIn(packed, receipt_of(saved.content), datetime.now().astimezone(), passed, words, warnings)


def _on_disk(room: str, named: str | Path) -> SavedNotebook | None:
    """Return the file of this notebook: named by the student, or by the front end, or else in this folder.

    Raises:
        MalformedNotebook: a named file cannot be handed in; another one would be an older one.
        OSError: it cannot be read.
    """
    from autograder.notebooks.graft import MalformedNotebook

    front_end = [os.environ.get("JPY_SESSION_NAME", ""), variables_of_notebook().get("__vsc_ipynb_file__", "")]
    # Jupytext's notebook can be a text with an .ipynb beside it.
    names = [named] if named else [name for name in front_end if name.endswith(".ipynb")]
    for path in filter(Path.is_file, map(Path, names)):
        if saved := _read(path, room):
            return saved
        if named:
            raise MalformedNotebook(f"{path.name} is not the notebook of the chapter {room}")
    return _newest_here(room)


def _newest_here(room: str) -> SavedNotebook | None:
    from autograder.notebooks.graft import MalformedNotebook

    here = filter(Path.is_file, Path.cwd().glob("[!.]*.ipynb"))  # without editors' locks, and links to nowhere
    for path in sorted(here, key=lambda path: path.stat().st_mtime, reverse=True):
        with suppress(OSError, MalformedNotebook):
            if saved := _read(path, room):
                return saved
    return None


def _read(path: Path, room: str) -> SavedNotebook | None:
    from autograder.notebooks.graft import read_capped

    content, saved = read_capped(path), datetime.fromtimestamp(path.stat().st_mtime).astimezone()
    return SavedNotebook(path, content, saved) if _room_in(content, path.name) == room else None


def _room_in(content: bytes, name: str) -> str | None:
    from autograder.notebooks.answers import room_by_grade_ids
    from autograder.notebooks.graft import parse_notebook

    return room_by_grade_ids(parse_notebook(content, name))


def _in_colab(room: str) -> SavedNotebook | None:
    """Return the notebook in the browser: Colab's kernel sees no file, but can ask for it."""
    try:
        _message = import_module("google.colab._message")
        notebook: dict[str, Any] = _message.blocking_request("get_ipynb", request="", timeout_sec=FRONT_END_S)["ipynb"]
        name = Path(notebook.get("metadata", {}).get("colab", {}).get("name") or f"{room}.ipynb").name
        content = json.dumps(notebook, indent=1, ensure_ascii=False).encode()
        is_ours = _room_in(content, name) == room
    except Exception:  # Colab does not document this, and can change it
        return None
    return SavedNotebook(Path.cwd() / name, content, datetime.now().astimezone()) if is_ours else None


def _not_found(room: str) -> str:
    return (
        f"Nothing was packed: no file of this notebook ({room}) was found in {Path.cwd()}. Save it, download it (File, "
        f'Download), and hand in that file. If it lies elsewhere: hand_in("{room}", "FOLDER/NOTEBOOK.ipynb"). If it is '
        "there, an editor may have dropped the ids of its cells: `autograder fill RELEASED.ipynb YOURS.ipynb "
        "NEW.ipynb` puts your answers into the notebook as it was released."
    )


def _pack(saved: SavedNotebook) -> tuple[str, list[str]]:
    """Write the copy, whole or not at all, and return its name and warnings."""
    target = saved.path.parent / PACKED / saved.path.name
    draft = target.with_name(f".{target.name}.draft")
    try:
        target.parent.mkdir(exist_ok=True)
        draft.write_bytes(saved.content)
        draft.replace(target)
        if "google.colab" in sys.modules:  # whose disk is gone tomorrow
            import_module("google.colab.files").download(str(target))
    except OSError as error:
        return "", [f"Nothing was packed ({error.strerror}): download the notebook itself and hand that in."]
    return f"{PACKED}/{target.name}", []


def unlike_what_ran(
    notebook: NotebookNode, released: NotebookNode, inputs: Sequence[str], saved: datetime
) -> list[str]:
    """Return warnings about exercises of a saved notebook that differ from those that ran.

    The inputs are the cells that were run, in order. An exercise that is still as released need not have been run.
    """
    from autograder.notebooks.fill import exercise_cells

    ran = [text.strip() for text in inputs]
    cells = {name: cell.source.strip() for name, cell in exercise_cells(notebook).items()}
    still_open = {name for name, cell in exercise_cells(released).items() if cells.get(name) == cell.source.strip()}
    given = {cell.source.strip() for cell in notebook.cells} - set(cells.values())
    # A lab may define a name of an exercise, too; one cell may hold several exercises.
    typed = ["" if text in given else text for text in ran]
    newest = {name: newest_that_defines(typed, name) for name in cells}
    differing = [name for name, at in newest.items() if at is not None and typed[at] not in cells.values()]
    not_saved = [name for name in differing if cells[name] in ran]
    changed = [name for name in differing if name not in not_saved]
    not_run = [name for name, at in newest.items() if at is None and cells[name] not in ran]
    never = [name for name in not_run if name not in still_open]
    # Each file of the course's zip has the oldest date that a zip can store.
    when = f"saved at {saved:%H:%M:%S}" if saved.year > 1980 else "not saved since it was unzipped"
    warnings = []
    if not_saved:
        which = " and ".join(not_saved)
        warnings.append(f"The file, {when}, holds an older version of {which} than ran last: {SAVE}.")
    if changed:
        which = " and ".join(changed)
        warnings.append(f"The file, {when}, holds another {which} than ran last. Run the cell of {which}, then {SAVE}.")
    if len(not_run) == len(cells):
        warnings.append(
            f"No exercise was run in this kernel, so nothing here shows whether the file is what you see. It was "
            f"{when}. If you have changed something since, {SAVE}."
        )
    elif never:
        warnings.append(
            f"Not run since the kernel started: {', '.join(never)}. Packed is the file, {when}. If you have "
            f"changed something since, {SAVE}."
        )
    return warnings


def _checked(path: Path, notebook: NotebookNode) -> tuple[dict[str, tuple[int, int]], list[str]]:
    """Return for each exercise the numbers of checks passed and of all, and notes on the notebook."""
    from autograder.notebooks.check import check_read
    from autograder.user_errors import AutograderError

    try:
        report = check_read(path, notebook)
    except (KeyboardInterrupt, AutograderError) as error:
        why = "you stopped them" if isinstance(error, KeyboardInterrupt) else str(error)
        return {}, [f"The checks did not run: {why}. What was packed stays packed."]
    passed: dict[str, list[bool]] = {}
    for verdict in report.verdicts:
        passed.setdefault(verdict.check.exercise, []).append(verdict.passed)
    notes = [f"{note[:1].upper()}{note[1:]}." for note in report.notes]
    notes += [f"{name}: {remark}." for name, remarks in report.remarks.items() for remark in remarks]
    return {name: (sum(results), len(results)) for name, results in passed.items()}, notes


def _written_words(notebook: NotebookNode, released: NotebookNode) -> int | None:
    """Return the number of words in the written answer, 0 if it is still as released; None where none is asked for."""
    from autograder.notebooks.graft import grade_id_of, is_written

    before = {grade_id_of(cell): cell.source.strip() for cell in released.cells if is_written(cell)}
    if not before:
        return None
    answers = [cell for cell in notebook.cells if grade_id_of(cell) in before]
    return sum(len(cell.source.split()) for cell in answers if cell.source.strip() != before[grade_id_of(cell)])

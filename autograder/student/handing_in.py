"""The last step: a copy of the notebook as it lies on disk, compared with what ran, checked, and named by a receipt."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from autograder.receipts import PACKED, receipt_of
from autograder.student.cells import inputs_as_typed, newest_that_defines, variables_of_notebook
from autograder.student.names import UnknownName, known_room

if TYPE_CHECKING:
    from nbformat import NotebookNode

    from autograder.verdicts import Verdict

FRONT_END_S = 30  # for Colab to give the notebook
SAVE = "press Ctrl+S (on a Mac ⌘S) and run this cell again"
CLOSING = (
    "Hand in {packed}, and keep the receipt: it is worked out from the bytes of that file, so your instructor can tell "
    "whether that very file was collected. It proves no mark: hidden checks and the written answer are still to come."
)


@dataclass(frozen=True)
class Live:
    """A notebook as its front end has saved it."""

    path: Path  # of its file; in Colab, where there is none, where it would lie
    content: bytes
    saved: datetime  # when, by the clock of the disk
    downloads: bool = False  # whether the browser has to be given what is packed


@dataclass(frozen=True)
class HandIn:
    """What is to be handed in, and what was noticed; shown as text.

    Attributes:
        packed: the file, seen from the notebook; empty where none could be written.
        receipt: of that file.
        at: when it was packed, by this machine's clock.
        passed: by exercise, how many of its visible checks passed, and how many there are.
        written: how many words the written answer has.
        warnings: each a sentence or more, with what to do.
    """

    packed: str = ""
    receipt: str = ""
    at: datetime | None = None
    passed: Mapping[str, tuple[int, int]] | None = None
    written: int = 0
    warnings: Sequence[str] = ()

    def __repr__(self) -> str:
        lines = []
        if self.packed and self.at:
            lines.append(f"Receipt {self.receipt}: {self.packed}, packed {self.at:%A %d %B %Y, %H:%M:%S %Z}")
        rows = {name: f"{passed} of {count} checks passed" for name, (passed, count) in (self.passed or {}).items()}
        if rows:
            rows["written answer"] = f"{self.written} words" if self.written else "none"
            lines += [f"  {name:<{max(map(len, rows))}}  {said}" for name, said in rows.items()]
        if self.warnings:
            lines += ["Look at this first:", *(f"  - {warning}" for warning in self.warnings)]
        if self.packed:
            lines.append(CLOSING.format(packed=self.packed))
        return "\n".join(lines)


def hand_in(room: str, notebook: str | Path = "") -> HandIn:
    """Pack this notebook to be handed in: a copy in the folder ``hand-in``, and its receipt.

    What is packed is the notebook as it was saved. It is compared with what ran in this kernel, and its exercises are
    run anew in a fresh process, as the grader will. Whatever is found, the copy is packed, and you are told.

    Args:
        room: the chapter's short name, such as ``layers``.
        notebook: the notebook's file, where it is not found by itself.

    Raises:
        UnknownName: there is no such chapter or file.
    """
    from autograder.notebooks.graft import parse_notebook
    from autograder.notebooks.released import released_notebook
    from autograder.sandbox.limits import is_graded

    if is_graded():
        return HandIn()
    room = known_room(room)
    if notebook and not Path(notebook).is_file():
        raise UnknownName(f"there is no file {str(notebook)!r}")
    live = _in_colab(room) if "google.colab" in sys.modules else _on_disk(room, notebook)
    if live is None:
        return HandIn(warnings=[_not_found(room)])
    packed, warnings = _pack(live)
    read, released = parse_notebook(live.content, live.path.name), released_notebook(room)
    warnings += unlike_what_ran(read, released, inputs_as_typed(), live.saved)
    print(f"Packed {packed or 'nothing'}. Now its exercises are run anew, which can take a minute.")
    passed, noticed = _checked(live.path, read)
    words = _written_words(read, released)
    warnings += noticed
    unfinished = [f"{name} ({count[0]} of {count[1]})" for name, count in passed.items() if count[0] < count[1]]
    warnings += [f"Not finished: {', '.join(unfinished)}. You can hand in now and again later."] if unfinished else []
    warnings += [] if words else [f"The file holds no written answer. If you wrote one, {SAVE}."]
    return HandIn(packed, receipt_of(live.content), datetime.now().astimezone(), passed, words, warnings)


def _on_disk(room: str, named: str | Path) -> Live | None:
    """Return the file of this notebook: the one that is named, or that the front end names, or else lies here."""
    from autograder.notebooks.graft import MalformedNotebook, read_capped

    told = [named, os.environ.get("JPY_SESSION_NAME", ""), variables_of_notebook().get("__vsc_ipynb_file__", "")]
    beside = sorted(Path.cwd().glob("*.ipynb"), key=lambda path: path.stat().st_mtime, reverse=True)
    for path in [*(Path(one) for one in told if one), *beside]:
        try:
            content, saved = read_capped(path), path.stat().st_mtime
        except (OSError, MalformedNotebook):
            continue
        if _room_in(content) == room:
            return Live(path, content, datetime.fromtimestamp(saved).astimezone())
    return None


def _room_in(content: bytes) -> str | None:
    from autograder.notebooks.answers import room_by_grade_ids
    from autograder.notebooks.graft import MalformedNotebook, parse_notebook

    try:
        return room_by_grade_ids(parse_notebook(content, ""))
    except MalformedNotebook:
        return None


def _in_colab(room: str) -> Live | None:
    """Return what the browser shows: Colab's kernel sees no file of it, but may ask."""
    try:
        _message = import_module("google.colab._message")
        notebook: dict[str, Any] = _message.blocking_request("get_ipynb", request="", timeout_sec=FRONT_END_S)["ipynb"]
        name = Path(notebook.get("metadata", {}).get("colab", {}).get("name") or f"{room}.ipynb").name
        content = json.dumps(notebook, indent=1, ensure_ascii=False).encode()
    except Exception:  # it is no part of what Colab documents, and may go or change
        return None
    live = Live(Path.cwd() / name, content, datetime.now().astimezone(), downloads=True)
    return live if _room_in(content) == room else None


def _not_found(room: str) -> str:
    return (
        f"Nothing was packed: no file of this notebook ({room}) was found in {Path.cwd()}. Save it, download it (File, "
        f'Download), and hand in that file. If it lies elsewhere: hand_in("{room}", "FOLDER/NOTEBOOK.ipynb")'
    )


def _pack(live: Live) -> tuple[str, list[str]]:
    """Write the copy, whole or not at all, and return its name and what went wrong."""
    target = live.path.parent / PACKED / live.path.name
    draft = target.with_name(f".{target.name}.draft")
    try:
        target.parent.mkdir(exist_ok=True)
        draft.write_bytes(live.content)
        draft.replace(target)
        if live.downloads:
            import_module("google.colab.files").download(str(target))
    except OSError as error:
        return "", [f"Nothing was packed ({error.strerror}): download the notebook itself and hand that in."]
    return f"{PACKED}/{target.name}", []


def unlike_what_ran(
    notebook: NotebookNode, released: NotebookNode, inputs: Sequence[str], saved: datetime
) -> list[str]:
    """Return how the exercises of a saved notebook differ from those that ran, each with what to do.

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
    others = [name for name in differing if name not in not_saved]
    not_run = [name for name, at in newest.items() if at is None and cells[name] not in ran]
    never = [name for name in not_run if name not in still_open]
    return list(_said(not_saved, others, never, len(not_run) == len(cells), _as_saved(saved)))


def _as_saved(when: datetime) -> str:
    """Say when a file was saved; all in the course's zip has the oldest date that a zip can say."""
    return f"saved at {when:%H:%M:%S}" if when.year > 1980 else "not saved since it was unzipped"


def _said(
    not_saved: Sequence[str], others: Sequence[str], never: Sequence[str], nothing_ran: bool, saved: str
) -> Iterator[str]:
    if not_saved:
        yield f"The file, {saved}, holds an older version of {' and '.join(not_saved)} than ran last: {SAVE}."
    if others:
        which = " and ".join(others)
        yield f"The file, {saved}, holds another {which} than ran last. Run the cell of {which}, then {SAVE}."
    if nothing_ran:
        yield (
            f"No exercise was run in this kernel, so nothing here shows whether the file is what you see. It was "
            f"{saved}. If you have changed something since, {SAVE}."
        )
    elif never:
        yield (
            f"Not run since the kernel started: {', '.join(never)}. Packed is the file, {saved}. If you have "
            f"changed something since, {SAVE}."
        )


def _checked(path: Path, notebook: NotebookNode) -> tuple[dict[str, tuple[int, int]], list[str]]:
    """Return for each exercise how many checks passed and how many there are, and what was noticed."""
    from autograder.errors import AutograderError
    from autograder.notebooks.check import check_read

    try:
        report = check_read(path, notebook)
    except (KeyboardInterrupt, AutograderError) as error:
        why = "somebody stopped them" if isinstance(error, KeyboardInterrupt) else str(error)
        return {}, [f"The checks did not run: {why}. What was packed stays packed."]
    of: dict[str, list[Verdict]] = {}
    for verdict in report.verdicts:
        of.setdefault(verdict.check.exercise, []).append(verdict)
    noticed = [f"{note[:1].upper()}{note[1:]}." for note in report.notes]
    noticed += [f"{name}: {remark}." for name, remarks in report.remarks.items() for remark in remarks]
    return {name: (sum(one.passed for one in mine), len(mine)) for name, mine in of.items()}, noticed


def _written_words(notebook: NotebookNode, released: NotebookNode) -> int:
    """Return how many words the written answer has, 0 where it is as it was released."""
    from autograder.notebooks.graft import grade_id_of, is_written

    before = {grade_id_of(cell): cell.source.strip() for cell in released.cells if is_written(cell)}
    mine = [cell for cell in notebook.cells if grade_id_of(cell) in before]
    return sum(len(cell.source.split()) for cell in mine if cell.source.strip() != before[grade_id_of(cell)])

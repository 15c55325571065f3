"""A student's own parts of earlier chapters, for use in a later chapter's notebook."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any, TypeVar, cast

from autograder import student
from autograder.sandbox.limits import is_graded, time_limit
from autograder.student import report_on
from autograder.student.inputs import source_of

Part = TypeVar("Part")


class NotUsable(Exception):
    """A part cannot be used; the message ends the sentence that says so."""


def own(name: str, otherwise: Part) -> Part:
    """Return your own part from an earlier notebook in this folder if it passes its checks, and say which you got.

    When your work is graded it is always ``otherwise``: no chapter's mark depends on another chapter.

    Args:
        name: of the exercise, such as ``Linear``.
        otherwise: the part to use if there is none of your own, or it does not pass.

    Raises:
        CheckInterrupted: you stopped it.
    """
    try:
        if is_graded():
            raise NotUsable("as always when your work is graded")
        with student.stoppable():
            path, part = _own(name)
    except NotUsable as reason:
        print(f"{name}: PyTorch's, {reason}")
        return otherwise
    print(f"{name}: yours, from {path.name}")
    return cast(Part, part)


def _own(name: str) -> tuple[Path, Any]:
    """Return the notebook with a part, and the part, if it is finished and passes."""
    room = student.room_of(name)
    path = next(iter(sorted(Path.cwd().glob(f"[!.]*-{room}.ipynb"))), None)
    if path is None:
        raise NotUsable(f"because there is no notebook of the chapter {room} beside this one")
    names = _names_in(path, room)
    if not hasattr(names, name):
        raise NotUsable(f"because the cell of yours in {path.name} does not run")
    report = report_on(name, names)
    waiting = [verdict for verdict in report.verdicts if not verdict.passed]
    if any(verdict.outcome == "missing" for verdict in waiting):
        raise NotUsable(f"because yours in {path.name} is not written yet")
    if waiting:
        raise NotUsable(f"because yours in {path.name} does not pass: {waiting[0].check.title}")
    from autograder.notebooks.remarks import remarks_on

    remarks = remarks_on(room, {name: source_of(getattr(names, name))}, ()).get(name)
    if remarks:
        raise NotUsable(f"because yours in {path.name} is not finished, {remarks[0]}")
    return path, getattr(names, name)


def _names_in(path: Path, room: str) -> SimpleNamespace:
    """Run the setup and the answers of a notebook, without its labs, and return their names."""
    from autograder.notebooks.answers import program_of
    from autograder.notebooks.graft import MalformedNotebook, read_notebook
    from autograder.sandbox.cells import names_of, new_module, run_cell

    try:
        program = program_of(read_notebook(path), (), run_seed=0)
    except MalformedNotebook as error:
        raise NotUsable(f"because {path.name} cannot be read as a notebook") from error
    module = new_module(f"own_{room}")
    for cell in program.cells:
        with time_limit(student.CHECK_S):
            run_cell(cell, module)
    return names_of(module)

"""Grade the one submission of a Gradescope container.

``python -m autograder.instructor.gradescope.container /autograder``

Source: gradescope-autograders.readthedocs.io, "Autograder Specifications" (the folders ``source``, ``submission`` and
``results``, ``results.json``; standard output is the instructor's) and "Best Practices" (a result whatever happens).

Defends: reference, hidden checks and results, as ``sandbox`` does, or where the container may make no namespaces, which
is usual there, as ``isolation.OTHER_USER`` says. Another submission is in another container.
"""

import json
import secrets
import sys
import traceback
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any, Self

from nbformat import NotebookNode

from autograder.course import Course
from autograder.instructor.course.files import write_atomically
from autograder.instructor.course.opening import Place
from autograder.instructor.course.records import GradingRecord
from autograder.instructor.course.roster import Student
from autograder.instructor.exporting.formats import results
from autograder.instructor.grading.submission import grade_one
from autograder.instructor.marks import Facts, GradedCell, Mark, marks_of
from autograder.judge.expectations import LiveExpectations
from autograder.notebooks.answers import room_by_grade_ids
from autograder.notebooks.graft import (
    MAX_NOTEBOOK_BYTES,
    RECORD,
    MalformedNotebook,
    grade_id_of,
    is_graded,
    is_written,
    parse_notebook,
    read_notebook,
    room_of,
)
from autograder.sandbox import NoSandbox, Program, RunResult, Sandbox, isolation
from autograder.sections import Contents
from autograder.user_errors import plain

CONTENTS = "contents"  # of the chapter, in the notebook's record: no chapters lie beside an installed course
HIDDEN_CHECKS_ARE_SHOWN = "after_due_date"
MAX_FILES = 200
NOT_THEIRS = {".ipynb_checkpoints", "__MACOSX", ".git"}
FAILED = "The grader itself failed, through no fault of this work. Please tell your instructor."


@dataclass
class BundledExpectations(LiveExpectations):
    """Expectations from an installed course beside which no chapter lies."""

    bundled: Contents | None = None

    @classmethod
    def of(cls, course: Course, released: NotebookNode) -> Self:
        """Return the expectations of a course, with the contents that were bundled into a released notebook."""
        return cls(course, bundled=Contents(**released.metadata[RECORD][CONTENTS]))

    def contents(self, room: str) -> Contents:
        return self.bundled or super().contents(room)


def main() -> None:
    """Grade and write ``results.json``, whatever happens; exit status 1 where the grader itself failed."""
    root = Path(sys.argv[1])
    status = 0
    try:
        report = grade(root / "source", root / "submission")
    except Exception:
        traceback.print_exc(file=sys.stdout)
        report, status = {"score": 0, "output": FAILED, "output_format": "text", "stdout_visibility": "hidden"}, 1
    write_atomically(root / "results" / "results.json", json.dumps(report, indent=1, ensure_ascii=False) + "\n")
    sys.exit(status)


def grade(source: Path, submission: Path) -> dict[str, Any]:
    """Grade a submission by an unpacked bundle, and return Gradescope's results as JSON values, or raise NoSandbox."""
    (path,) = source.glob("*.ipynb")
    released, course, seed = read_notebook(path), Course.installed(), secrets.randbits(32)
    expect, walls, notes = BundledExpectations.of(course, released), "nothing was run", list[str]()

    def submitted() -> NotebookNode:
        notebook, note = submitted_notebook(submission, room_of(released), path.name)
        notes.extend([note] if note else [])
        return notebook

    def run(program: Program) -> RunResult:
        nonlocal walls
        with strongest_sandbox() as sandbox:
            walls = isolation.OTHER_USER if sandbox.one_submission else isolation.mechanism()
            return sandbox.run(program)

    _, record = grade_one(released, submitted, run, expect, seed)
    for verdict in record.verdicts:
        print(plain(f"{verdict['outcome']:<8} {verdict['exercise']}: {verdict['title']}"))
    report = results(mark_of(released, record, notes), hidden=HIDDEN_CHECKS_ARE_SHOWN)
    del report["score"]  # the tests' sum says it, and a sum with hidden ones in it is not for students before they are
    return report | {"extra_data": {"seed": seed, "versions": dict(record.versions), "isolation": walls}}


def strongest_sandbox() -> Sandbox:
    """Return a sandbox that starts here: with namespaces, or as another user where the kernel allows none.

    Raises:
        NoSandbox: it fails to start for another reason.
    """
    first = Sandbox()
    try:
        first.run(Program((), ()))
    except NoSandbox as error:
        if isolation.walls_stand():
            raise
        print(f"no namespaces here, so student code runs as another user: {error}")
        return Sandbox(one_submission=True)
    return first


def mark_of(released: NotebookNode, record: GradingRecord, notes: Sequence[str]) -> Mark:
    """Return a graded submission as a mark without student and penalty, both of which Gradescope adds."""
    assignment, nobody = released.metadata[RECORD]["assignment"], Student("")
    graded = [cell for cell in released.cells if is_graded(cell)]
    cells = {str(grade_id_of(cell)): GradedCell(cell.metadata.nbgrader.points, is_written(cell)) for cell in graded}
    facts = Facts([nobody], {assignment: cells}, {(nobody.id, assignment): record})
    (mark,) = marks_of(facts)
    return replace(mark, notes=[*notes, *mark.notes])


def submitted_notebook(submission: Path, room: str, name: str) -> tuple[NotebookNode, str]:
    """Find the notebook of a room by its cells, whatever its file is called; the released name comes first.

    Where several were handed in, which one counts is said, too. Without any, MalformedNotebook tells the student.
    """
    fitting, complaints = dict[str, NotebookNode](), list[str]()
    notebooks = _notebooks(Place.at(submission)) if submission.is_dir() else iter(())
    for place in islice(notebooks, MAX_FILES):
        shown = "/".join(place.names)
        try:
            notebook = parse_notebook(place.read(MAX_NOTEBOOK_BYTES + 1), shown)
        except MalformedNotebook as error:
            complaints.append(str(error))
            continue
        if room_by_grade_ids(notebook) == room:
            fitting[shown] = notebook
        else:
            complaints.append(f"{shown} holds none of this assignment's cells: hand in {name}")
    if not fitting:
        raise MalformedNotebook([*complaints, f"no notebook was handed in: hand in {name}"][0])
    chosen = min(fitting, key=lambda shown: (Path(shown).name != name, shown.count("/"), shown))
    uncounted = ", ".join(shown for shown in fitting if shown != chosen)
    return fitting[chosen], f"{chosen} counts; also handed in: {uncounted}" if uncounted else ""


def _notebooks(folder: Place) -> Iterator[Place]:
    """Yield the notebooks of a submission, outer ones first; without links, which could lead to the reference."""
    inside = folder.children()
    yield from (place for place in inside if place.is_file and place.names[-1].endswith(".ipynb"))
    for place in inside:
        if place.is_folder and place.names[-1] not in NOT_THEIRS:
            yield from _notebooks(place)


if __name__ == "__main__":
    main()

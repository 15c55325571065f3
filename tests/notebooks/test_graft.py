"""Grafting takes only the answers of a student's notebook, by grade id, and reports the parts that it leaves out."""

import json
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest
from hypothesis import given
from hypothesis import strategies as st
from nbformat import NotebookNode

from autograder.checks import checks_of
from autograder.notebooks.answers import program_of, room_by_grade_ids
from autograder.notebooks.graft import (
    MAX_ANSWER_CHARACTERS,
    MAX_PARTS,
    GraftedNotebook,
    MalformedNotebook,
    graft,
    is_answer,
    parse_notebook,
    read_notebook,
)
from tests.commands import python


def answer(name: str, source: str, **about: object) -> NotebookNode:
    nbgrader = {"grade_id": f"layers-{name}", "solution": True, "grade": False, "locked": False, **about}
    return nbformat.v4.new_code_cell(source, metadata={"nbgrader": nbgrader}, id=f"layers-{name}")


LOCKED = {"solution": False, "grade": True, "locked": True, "points": 1}


HIDDEN = "# Hidden check\n### BEGIN HIDDEN TESTS\ncheck(Linear, 'secret')\n### END HIDDEN TESTS"


def instructor() -> NotebookNode:
    cells = [
        nbformat.v4.new_markdown_cell("# 2 · Layers", id="title"),
        nbformat.v4.new_code_cell("figure()", id="figure"),
        answer("Linear", "class Linear: ..."),
        answer("Linear-shape", "check(Linear)", **LOCKED),
        answer("Linear-secret", HIDDEN, **LOCKED),
        answer("Flatten", "class Flatten: ..."),
    ]
    return nbformat.v4.new_notebook(cells=cells, metadata={"autograder": {"room": "layers"}})


def handed_in() -> NotebookNode:
    """Return the student's notebook: as released, with two answers."""
    notebook = instructor()
    notebook.cells[2].source = "class Linear: mine = 1"
    notebook.cells[4].source = "# Hidden check"
    notebook.cells[5].source = "class Flatten: mine = 2"
    return notebook


def cell_of(grafted: GraftedNotebook, name: str) -> NotebookNode:
    return next(cell for cell in grafted.notebook.cells if cell.id == f"layers-{name}")


def test_the_answers_are_taken_there_is_nothing_to_say_and_neither_notebook_is_changed() -> None:
    released, submitted = instructor(), handed_in()
    grafted = graft(released, submitted)
    assert cell_of(grafted, "Linear").source == "class Linear: mine = 1"
    assert cell_of(grafted, "Flatten").source == "class Flatten: mine = 2"
    assert grafted.notes == ()
    assert (released, submitted) == (instructor(), handed_in())


def change(index: int, **values: Any) -> Callable[[NotebookNode], None]:
    return lambda notebook: notebook.cells[index].update(values)


def retag(index: int, **values: Any) -> Callable[[NotebookNode], None]:
    return lambda notebook: notebook.cells[index].metadata.nbgrader.update(values)


@pytest.mark.parametrize(
    ("damage", "linear", "note"),
    [
        (lambda n: n.cells.pop(2), "class Linear: ...", "layers-Linear is missing; it counts as not answered"),
        (
            lambda n: n.cells.insert(3, answer("Linear", "class Linear: copied = 1")),
            "class Linear: mine = 1",
            "layers-Linear occurs 2 times; the first one counts",
        ),
        (change(2, cell_type="markdown"), "class Linear: mine = 1", "was turned into markdown; it counts as code"),
        (change(3, source="pass"), "class Linear: mine = 1", "Linear-shape differs from the released one"),
        (change(4, source="give(100)"), "class Linear: mine = 1", "layers-Linear-secret differs"),
        (
            lambda n: n.cells.append(nbformat.v4.new_code_cell("import helper")),
            "class Linear: mine = 1",
            "1 code cell outside the exercises did not count",
        ),
        (retag(2, grade_id=7), "class Linear: ...", "layers-Linear is missing"),
        (lambda n: n.cells[2].metadata.update(nbgrader="gone"), "class Linear: ...", "layers-Linear is missing"),
        (
            change(2, source="#" * (MAX_ANSWER_CHARACTERS + 1)),
            "class Linear: ...",
            "layers-Linear has more than 256 thousand characters; it counts as not answered",
        ),
    ],
    ids=["deleted", "doubled", "now Markdown", "check changed", "hidden check filled", "extra cell",
         "grade id a number", "metadata no object", "too long"],
)  # fmt: skip
def test_a_part_that_is_left_out_is_reported(damage: Callable[[NotebookNode], object], linear: str, note: str) -> None:
    submitted = handed_in()
    damage(submitted)
    grafted = graft(instructor(), submitted)
    assert cell_of(grafted, "Linear").source == linear
    assert cell_of(grafted, "Flatten").source == "class Flatten: mine = 2"
    assert note in "\n".join(grafted.notes)


@pytest.mark.parametrize(
    "damage",
    [
        retag(2, grade=True, points=100, solution=False, locked=True),
        retag(3, points=100),
        lambda n: n.metadata.update(autograder={"room": "elsewhere"}, kernelspec={"name": "bash"}),
        lambda n: n.cells.reverse(),
        lambda n: n.cells[2].metadata.update(tags=["skip-execution"]),
    ],
    ids=["answer made a check", "more points", "other metadata", "other order", "tagged to be skipped"],
)
def test_changed_metadata_and_order_change_nothing(damage: Callable[[NotebookNode], object]) -> None:
    submitted = handed_in()
    damage(submitted)
    assert graft(instructor(), submitted).notebook == graft(instructor(), handed_in()).notebook


def test_a_note_on_cells_beside_the_answers_counts_only_code_in_the_time_of_a_breath() -> None:
    submitted = handed_in()
    submitted.cells += [nbformat.v4.new_markdown_cell("my notes"), nbformat.v4.new_code_cell("  ")]
    submitted.cells += [nbformat.v4.new_code_cell("x = 1")] * 10_000
    assert graft(instructor(), submitted).notes == ("10000 code cells outside the exercises did not count",)


def test_the_notebook_of_another_assignment_gets_one_sentence() -> None:
    submitted = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("x = 1") for _ in range(3)])
    assert graft(instructor(), submitted).notes == (
        "it holds none of this assignment's cells; is it the notebook of another one?",
        "3 code cells outside the exercises did not count",
    )


def write(path: Path, content: object) -> Path:
    if isinstance(content, bytes):
        path.write_bytes(content)
    else:
        path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return path


def test_a_notebook_of_format_3_is_read(tmp_path: Path) -> None:
    cell = {"cell_type": "code", "input": ["class Linear:\n", "    mine = 3"], "outputs": [], "language": "python"}
    cell["metadata"] = {"nbgrader": {"grade_id": "layers-Linear"}}
    old = {"nbformat": 3, "nbformat_minor": 0, "metadata": {"name": "x"}, "worksheets": [{"cells": [cell]}]}
    grafted = graft(instructor(), read_notebook(write(tmp_path / "old.ipynb", old)))
    assert cell_of(grafted, "Linear").source == "class Linear:\n    mine = 3"


@pytest.mark.parametrize(
    ("source", "read"), [(["class Linear:\n", "    x = 1"], "class Linear:\n    x = 1"), ("a = '\ud83d'", "a = '?'")]
)
def test_lines_are_joined_and_half_a_character_is_replaced_so_that_the_graded_notebook_can_be_written(
    tmp_path: Path, source: object, read: str
) -> None:
    submitted = json.loads(nbformat.writes(handed_in()))
    submitted["cells"][2]["source"] = source
    nbformat.write(graft(instructor(), read_notebook(write(tmp_path / "a.ipynb", submitted))).notebook, tmp_path / "b")
    assert read_notebook(tmp_path / "b").cells[2].source == read


def test_harmless_faults_are_read_without_a_message(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    submitted = json.loads(nbformat.writes(handed_in()))
    for cell in submitted["cells"]:
        del cell["id"]
        cell["unheard of"] = 1
    with warnings.catch_warnings(action="error"):
        read_notebook(write(tmp_path / "a.ipynb", submitted))
    assert capfd.readouterr() == ("", "")


def with_cells(cells: object) -> dict[str, object]:
    return {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells}


@pytest.mark.parametrize(
    "content",
    [
        b"\xff\xfe\x00{",  # not UTF-8
        "",
        "not JSON",
        "[]",
        "{}",
        "[" * 100_000,
        {"nbformat": 4, "nbformat_minor": 5, "metadata": [], "cells": []},
        with_cells(7),
        with_cells(["x"]),
        with_cells([{"cell_type": "code", "source": "x"}]),
        with_cells([{"cell_type": "?", "source": "", "metadata": {}}]),
        with_cells([{"cell_type": "code", "source": 1, "metadata": {}}]),
        {"nbformat": 99, "nbformat_minor": 0, "metadata": {}, "cells": []},
        {"nbformat": "four", "metadata": {}, "cells": []},
    ],
)
def test_a_file_that_is_not_a_notebook_is_refused_in_one_line_that_names_it(content: object, tmp_path: Path) -> None:
    path = write(tmp_path / "mine.ipynb", content)
    with pytest.raises(MalformedNotebook) as refused:
        read_notebook(path)
    assert str(path) in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("part", ["{}", "[]", '{"cell_type":"raw","metadata":{},"source":""}'])
def test_a_notebook_of_too_many_parts_is_refused_unread_with_the_way_out(part: str) -> None:
    """Of 32 MiB of braces nbformat makes 6 GB."""
    cells = ",".join([part] * MAX_PARTS)
    content = f'{{"cells": [{cells}], "metadata": {{}}, "nbformat": 4, "nbformat_minor": 5}}'
    with pytest.raises(MalformedNotebook, match="more than 500,000 lists and objects: clear its outputs"):
        parse_notebook(content.encode(), "a.ipynb")


@pytest.mark.deep
@pytest.mark.long("the largest notebook is read")
def test_the_largest_notebook_that_is_read_takes_less_than_a_gigabyte_of_memory() -> None:
    code = (
        "import re\n"
        "from autograder.notebooks.graft import MAX_NOTEBOOK_BYTES, MAX_PARTS, parse_notebook\n"
        "parts = '{},' * (MAX_PARTS - 9)\n"
        'head = \'{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5, "x": [\'\n'
        "texts = '\"ab\",' * ((MAX_NOTEBOOK_BYTES - len(head) - len(parts)) // 5 - 9)\n"
        "parse_notebook(f'{head}{parts}{texts}1]}}'.encode(), 'a.ipynb')\n"
        "print(re.search(r'VmHWM:\\s+(\\d+) kB', open('/proc/self/status').read())[1])"
    )
    assert int(python(code).stdout) < 1 << 20  # kilobytes


STRANGE = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.just("\ud800"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
KEYS = ["source", "metadata", "cell_type", "id", "outputs", "nbgrader", "grade_id", "solution", "cells", "worksheets"]


def places_in(value: Any) -> Iterator[Any]:
    """Yield a list or an object, and all lists and objects in it."""
    yield value
    for inner in value.values() if isinstance(value, dict) else value:
        if isinstance(inner, dict | list):
            yield from places_in(inner)


@st.composite
def mutated(draw: st.DrawFn) -> Any:
    """A student's notebook as JSON, with a few places deleted, doubled, moved, or overwritten by anything."""
    notebook = json.loads(nbformat.writes(handed_in()))
    if draw(st.integers(0, 3)) == 0:  # as formats 1 to 3 have it
        cells = [cell | {"input": cell["source"]} for cell in notebook.pop("cells")]
        notebook |= {"nbformat": draw(st.integers(0, 6)), "worksheets": [{"cells": cells, "metadata": {}}]}
    for _ in range(draw(st.integers(1, 6))):
        place = draw(st.sampled_from(list(places_in(notebook))))
        if isinstance(place, dict):
            place[draw(st.sampled_from(sorted({*place, *KEYS})))] = draw(STRANGE)
        elif place:
            moved = place.pop(draw(st.integers(0, len(place) - 1)))
            for _ in range(draw(st.integers(0, 2))):
                place.insert(draw(st.integers(0, len(place))), json.loads(json.dumps(moved)))
    return notebook


@given(mutated())
def test_no_submission_raises_anything_but_malformed_or_changes_a_cell_that_is_no_answer(
    tmp_path_factory: pytest.TempPathFactory, mutant: Any
) -> None:
    path = write(tmp_path_factory.getbasetemp() / "mutated.ipynb", mutant)
    try:
        submitted = read_notebook(path)
    except MalformedNotebook as error:
        assert len(str(error)) < 400 and "\n" not in str(error)
        return
    released = instructor()
    grafted = graft(released, submitted)
    assert grafted.notebook.metadata == released.metadata
    for cell, before in zip(grafted.notebook.cells, released.cells, strict=True):
        assert cell | {"source": ""} == before | {"source": ""}
        assert is_answer(before) or cell.source == before.source
    nbformat.validate(grafted.notebook)
    room_by_grade_ids(submitted)
    cells = program_of(grafted.notebook, checks_of("layers"), 1).cells
    "".join([*grafted.notes, *(cell.source for cell in cells)]).encode("utf-8")

"""Whatever is handed in as a notebook is refused as none, or grafted and turned into a program."""

from __future__ import annotations

import json
import tempfile
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from hypothesis import strategies as st

from autograder.checks import checks_of
from autograder.notebooks.answers import program_of, room_by_grade_ids
from autograder.notebooks.graft import MalformedNotebook, graft, read_notebook
from tests.fuzzing import fuzz
from tests.notebooks.test_graft import handed_in, instructor

KEYS = [
    *("cells", "cell_type", "source", "metadata", "nbgrader", "grade_id", "solution", "grade", "outputs", "id"),
    *("nbformat", "nbformat_minor", "worksheets", "input", "level", "attachments", "execution_count", "autograder"),
]
texts = (
    st.sampled_from([*KEYS, "code", "markdown", "raw", "heading", "layers-Linear", "\ud800", "\x00", ""]) | st.text()
)
scalars = st.none() | st.booleans() | st.integers(-1, 6) | st.integers() | st.floats() | texts
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4), max_leaves=12
)


def places(value: Any) -> list[tuple[Any, Any]]:
    """Return each place in JSON values, as what holds it and where in that."""
    inner = (
        list(value.items()) if isinstance(value, dict) else list(enumerate(value)) if isinstance(value, list) else []
    )
    return [(value, key) for key, _ in inner] + [place for _, each in inner for place in places(each)]


@st.composite
def notebooks(draw: st.DrawFn) -> bytes:
    """The bytes of a notebook in which some parts were replaced, left out, added or moved, or of what is none."""
    notebook = json.loads(json.dumps(handed_in()))
    if draw(st.integers(0, 3)) == 0:  # as formats 1 to 3 have it
        cells = notebook.pop("cells")
        notebook |= {"nbformat": draw(st.integers(0, 6)), "worksheets": [{"cells": cells, "metadata": {}}]}
        for cell in cells:
            cell["input"] = cell.pop("source")
    for _ in range(draw(st.integers(0, 4))):
        holder, key = draw(st.sampled_from(places(notebook)))
        change = draw(st.sampled_from(["replace", "leave out", "add", "move"]))
        if change == "replace":
            holder[key] = draw(values)
        elif change == "leave out":
            del holder[key]
        elif isinstance(holder, dict):
            holder[draw(texts)] = draw(values) if change == "add" else deepcopy(holder[key])
        else:
            holder.insert(draw(st.integers(0, 9)), draw(values) if change == "add" else deepcopy(holder[key]))
        if not places(notebook):
            break
    data = json.dumps(notebook, ensure_ascii=draw(st.integers(0, 3)) > 0).encode("utf-8", "surrogatepass")
    for _ in range(draw(st.sampled_from([0, 0, 0, 1, 3]))):
        at = draw(st.integers(0, len(data)))
        data = data[:at] + draw(st.binary(max_size=9)) + data[at + draw(st.integers(0, 9)) :]
    return data


@pytest.mark.deep
@pytest.mark.long("a fuzzer takes all the time that it is given")
def test_whatever_is_handed_in_is_refused_or_grafted() -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "2-layers.ipynb")

        def holds(data: bytes) -> None:
            path.write_bytes(data)
            try:
                notebook = read_notebook(path)
            except MalformedNotebook as error:
                assert len(str(error)) < 400 and "\n" not in str(error)
                return
            room_by_grade_ids(notebook)
            grafted = graft(instructor(), notebook)
            assert [cell.id for cell in grafted.notebook.cells] == [cell.id for cell in instructor().cells]
            for cell in program_of(grafted.notebook, checks_of("layers"), 1).cells:
                cell.source.encode()
            for note in grafted.notes:
                note.encode()

        assert fuzz(holds, notebooks() | st.binary(max_size=60) | values.map(lambda value: json.dumps(value).encode()))

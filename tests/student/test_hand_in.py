"""The last cell packs the notebook to hand in, in any case, and warns of problems."""

import os
import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import nbformat
import pytest
from nbformat import NotebookNode

from autograder.checks import checks_of
from autograder.course import Course
from autograder.notebooks import check as checking
from autograder.notebooks import released
from autograder.notebooks.fill import exercise_cells, fill
from autograder.notebooks.graft import MAX_NOTEBOOK_BYTES, grade_id_of, is_written, without_hidden_tests
from autograder.notebooks.released import released_notebook
from autograder.receipts import PACKED, receipt_of
from autograder.sandbox import NoSandbox
from autograder.student.handing_in import HandIn, hand_in, unlike_what_ran
from autograder.student.names import UnknownName
from tests.conftest import ROOT
from tests.notebooks.conftest import half_written, with_answers

NOON = datetime(2026, 11, 5, 12)
UNTOUCHED = released_notebook("layers")
for cell in UNTOUCHED.cells:  # as students get it
    cell.source = without_hidden_tests(cell.source).strip()
RIGHT = fill(UNTOUCHED, Course.installed().source("layers")).notebook
NAME = "2-layers.ipynb"
Write = Callable[..., bytes]


def sources(notebook: NotebookNode) -> list[str]:
    return [cell.source for cell in exercise_cells(notebook).values()]


FLATTEN = exercise_cells(RIGHT)["Flatten"].source
WRONG = FLATTEN.replace("start_dim=1", "start_dim=0")


# The file and what ran


LAB = "Flatten = nn.Flatten"
WITH_A_LAB = nbformat.from_dict(RIGHT)
WITH_A_LAB.cells.append(nbformat.v4.new_code_cell(LAB))
IN_ONE_CELL = fill(UNTOUCHED, "\n\n".join(reversed(sources(RIGHT)))).notebook  # in another order: all in the first cell
SAVED = "The file, saved at 12:00:00, holds"
NOTHING_RAN = "No exercise was run in this kernel, so nothing here shows"
# A notebook, what ran, and how the only warning begins, if there is one.
COMPARED: dict[str, tuple[NotebookNode, list[str], str]] = {
    "as it ran": (RIGHT, sources(RIGHT), ""),
    "as it ran last": (RIGHT, [*sources(UNTOUCHED), WRONG, *sources(RIGHT), "check(Flatten)", "1 +"], ""),
    "others are still open": (with_answers(UNTOUCHED, Flatten=FLATTEN), [FLATTEN], ""),
    "a lab defines the name, too": (WITH_A_LAB, [*sources(RIGHT), LAB], ""),
    "one cell holds the exercises of others": (IN_ONE_CELL, sources(IN_ONE_CELL), ""),
    "ran and not saved": (
        with_answers(RIGHT, Flatten=WRONG),
        [*sources(RIGHT), WRONG, FLATTEN],
        f"{SAVED} an older version of Flatten than ran last: press Ctrl+S (on a Mac ⌘S) and run this cell again.",
    ),
    "never run": (
        with_answers(RIGHT, Flatten=WRONG),
        sources(RIGHT),
        f"{SAVED} another Flatten than ran last. Run the cell of Flatten",
    ),
    "run yesterday": (
        RIGHT,
        [source for source in sources(RIGHT) if source != FLATTEN],
        "Not run since the kernel started: Flatten. Packed is the file, saved at 12:00:00.",
    ),
    "in a new kernel": (RIGHT, [], NOTHING_RAN),
    "in the kernel of another notebook": (RIGHT, ["x = 1", "class Momentum: ..."], NOTHING_RAN),
}


@pytest.mark.parametrize("case", COMPARED)
def test_a_file_that_differs_from_the_last_run_is_reported(case: str) -> None:
    notebook, ran, begins = COMPARED[case]
    warnings = unlike_what_ran(notebook, UNTOUCHED, ["", *ran], NOON)
    assert len(warnings) == bool(begins)
    assert "".join(warnings).startswith(begins)


def test_a_file_that_is_as_it_came_out_of_the_zip_has_no_hour_of_saving() -> None:
    (warning,) = unlike_what_ran(UNTOUCHED, UNTOUCHED, ["", FLATTEN], datetime(1980, 1, 1))
    assert warning.startswith("The file, not saved since it was unzipped, holds another Flatten than ran last.")


# Packing


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Write:
    """Save a notebook in the kernel's folder, and set the cells that ran; return the file's bytes."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("JPY_SESSION_NAME", raising=False)
    (tmp_path / "data").symlink_to(ROOT / "data")  # students have it in their wheel

    def save(notebook: NotebookNode, *ran: str, name: str = NAME, **variables: str) -> bytes:
        nbformat.write(notebook, tmp_path / name)
        shell = SimpleNamespace(user_ns={"In": ["", *ran], **variables})
        ipython = SimpleNamespace(get_ipython=lambda: shell)
        monkeypatch.setitem(sys.modules, "IPython", ipython)  # type: ignore[arg-type]
        return (tmp_path / name).read_bytes()

    return save


@pytest.fixture
def unchecked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Spare the run of the exercises, which takes seconds, where it is not the point."""
    monkeypatch.setattr(checking, "check_read", lambda path, notebook: checking.NotebookReport("layers", (), ()))
    monkeypatch.setattr(released, "released_notebook", lambda room: UNTOUCHED)  # for students it is a file


@pytest.mark.deep
@pytest.mark.long("a sandbox runs the exercises anew")
def test_unfinished_work_is_packed_with_a_receipt_and_warnings(write: Write, tmp_path: Path) -> None:
    row = "row = nn.Flatten()"
    written, stubs = (exercise_cells(notebook)["Sequential"].source for notebook in (RIGHT, UNTOUCHED))
    uses = FLATTEN.replace("x.flatten(start_dim=1)", "row(x)")
    notebook = with_answers(RIGHT, Flatten=uses, Sequential=half_written(written, stubs))
    notebook.cells = [cell for cell in notebook.cells if grade_id_of(cell) != "layers-rms_through"]
    notebook.cells.append(nbformat.v4.new_code_cell(row))
    content = write(notebook, *sources(notebook), row)
    done = hand_in("layers")
    assert [path.name for path in (tmp_path / PACKED).iterdir()] == [NAME]
    assert (tmp_path / PACKED / NAME).read_bytes() == content
    number = sum(check.exercise == "Linear" and not check.hidden for check in checks_of("layers"))
    shown = repr(done)
    assert shown.startswith(f"Receipt {receipt_of(content)}: {PACKED}/{NAME}, packed ")
    for part in (
        "Flatten         0 of 2 checks passed",
        f"Linear          {number} of {number} checks passed",
        f"Hand in {PACKED}/{NAME}, and keep the receipt",
        "It proves no mark: hidden checks and the written answer are still",
    ):
        assert part in shown
    unfinished = next(warning for warning in done.warnings if warning.startswith("Not finished: "))
    assert "Flatten (0 of 2)" in unfinished and "rms_through (0 of 1)" in unfinished
    assert unfinished.endswith("You can hand in now and again later.")
    assert "The cell layers-rms_through is missing; it counts as not answered." in done.warnings
    assert "Sequential: still to write: `__len__`, `__iter__`, `__getitem__`." in done.warnings
    (remark,) = [warning for warning in done.warnings if warning.startswith("Flatten: ")]
    assert remark.startswith("Flatten: `row` is defined in a cell that does not count")
    assert remark.endswith("move it into the cell of Flatten.")
    assert any(warning.startswith("The file holds no written answ") for warning in done.warnings)


@pytest.mark.usefixtures("unchecked")
def test_the_words_of_the_written_answer_are_counted_and_an_empty_answer_is_warned_of(write: Write) -> None:
    def warned(text: str | None) -> HandIn:
        notebook = nbformat.from_dict(RIGHT)
        (written,) = [cell for cell in notebook.cells if is_written(cell)]
        written.source = written.source if text is None else text
        write(notebook, *sources(notebook))
        return hand_in("layers")

    assert "no written answer" in " ".join(warned(None).warnings)
    assert "no written answer" in " ".join(warned(" \n").warnings)
    assert (warned("Fifty layers multiply.").written, warned("Fifty layers multiply.").warnings) == (3, [])


@pytest.mark.usefixtures("unchecked")
def test_a_chapter_without_a_written_question_asks_for_none(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    notebook = nbformat.from_dict(RIGHT)
    notebook.cells = [cell for cell in notebook.cells if not is_written(cell)]
    monkeypatch.setattr(released, "released_notebook", lambda room: notebook)
    write(notebook, *sources(notebook))
    done = hand_in("layers")
    assert (done.written, done.warnings) == (None, [])
    assert "hidden checks are still to come" in repr(done)


@pytest.mark.usefixtures("unchecked")
def test_the_file_is_the_one_that_the_front_end_names_whatever_its_name_is(
    write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(UNTOUCHED)
    named = write(RIGHT, name="ada's work.ipynb")
    for name, content in {NAME: UNTOUCHED, "ada's work.ipynb": RIGHT}.items():
        monkeypatch.setenv("JPY_SESSION_NAME", str(tmp_path / name))
        assert hand_in("layers").receipt == receipt_of((tmp_path / name).read_bytes()), content
    write(UNTOUCHED, __vsc_ipynb_file__=str(tmp_path / "ada's work.ipynb"))
    monkeypatch.setenv("JPY_SESSION_NAME", str(tmp_path / "renamed since.ipynb"))
    assert hand_in("layers").receipt == receipt_of(named)


@pytest.mark.usefixtures("unchecked")
def test_the_kernel_of_another_chapters_notebook_finds_this_one_beside_it(
    write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    nbformat.write(released_notebook("dropout"), tmp_path / "3-dropout.ipynb")
    (tmp_path / "broken.ipynb").write_text("{")
    (tmp_path / f".#{NAME}").symlink_to("ada@laptop.7")  # Emacs's lock
    (tmp_path / "moved.ipynb").symlink_to("nowhere")
    content = write(RIGHT, "class Dropout: ...")
    os.utime(tmp_path / NAME, (0, 0))  # the older one, and still the right one
    monkeypatch.setenv("JPY_SESSION_NAME", str(tmp_path / "3-dropout.ipynb"))
    done = hand_in("layers")
    assert done.receipt == receipt_of(content)
    assert done.warnings[0].startswith("No exercise was run in this kernel")
    monkeypatch.setenv("JPY_SESSION_NAME", str(tmp_path / "2-layers.py"))  # Jupytext's text of it
    (tmp_path / "2-layers.py").write_text("# %%")
    assert hand_in("layers").receipt == receipt_of(content)
    named = hand_in("layers", "3-dropout.ipynb")
    assert (named.packed, named.warnings) == (
        "",
        ["Nothing was packed: 3-dropout.ipynb is not the notebook of the chapter layers."],
    )


@pytest.mark.usefixtures("unchecked")
def test_a_newer_file_of_the_chapter_than_the_packed_one_is_warned_of(
    write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After *Save Notebook As* the kernel still knows the old name."""
    monkeypatch.setenv("JPY_SESSION_NAME", str(tmp_path / NAME))
    write(RIGHT, name="ada.ipynb")
    write(RIGHT, *sources(RIGHT))
    os.utime(tmp_path / "ada.ipynb", (0, 0))
    assert "ada" not in repr(hand_in("layers"))
    os.utime(tmp_path / NAME, (-1, -1))
    done = hand_in("layers")
    assert done.packed == f"{PACKED}/{NAME}"
    assert done.warnings[0] == (
        'A newer file of this chapter is ada.ipynb: if you work in it, hand_in("layers", "ada.ipynb").'
    )
    assert "ada" not in repr(hand_in("layers", NAME))


# What a file holds, and why it is refused.
UNREADABLE = {
    "large": (b" " * (MAX_NOTEBOOK_BYTES + 1), "has more than 32 MiB: clear its outputs and save it."),
    "in conflict": (b'{\n<<<<<<< HEAD\n "cells": [', "holds a conflict of git, two versions at once"),
}


@pytest.mark.usefixtures("unchecked")
@pytest.mark.parametrize("case", UNREADABLE)
def test_in_place_of_a_named_file_that_cannot_be_read_no_older_copy_is_packed(
    case: str, write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    content, reason = UNREADABLE[case]
    write(RIGHT, name="2-layers-Copy1.ipynb")
    (tmp_path / NAME).write_bytes(content)
    by_student = hand_in("layers", NAME)
    monkeypatch.setenv("JPY_SESSION_NAME", str(tmp_path / NAME))
    for done in (by_student, hand_in("layers")):
        assert done.packed == ""
        assert done.warnings[0].startswith(f"Nothing was packed: {NAME} {reason}")


@pytest.mark.usefixtures("unchecked")
def test_without_a_file_it_says_how_to_get_one(write: Write, tmp_path: Path) -> None:
    write(RIGHT)
    (tmp_path / NAME).rename(tmp_path / "2-layers.txt")
    done = hand_in("layers")
    assert (done.packed, list(tmp_path.glob(f"{PACKED}*"))) == ("", [])
    assert "download it" in repr(done) and 'hand_in("layers", ' in repr(done)
    assert hand_in("layers", "2-layers.txt").packed == f"{PACKED}/2-layers.txt"
    with pytest.raises(UnknownName, match="there is no file 'elsewhere'"):
        hand_in("layers", "elsewhere")


@pytest.mark.parametrize("error", [KeyboardInterrupt(), NoSandbox("the sandbox did not start")])
def test_a_notebook_is_packed_even_if_its_checks_do_not_run(
    error: BaseException, write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise error

    content = write(RIGHT, *sources(RIGHT))
    monkeypatch.setattr(checking, "check_read", fail)
    done = hand_in("layers")
    assert (tmp_path / PACKED / NAME).read_bytes() == content
    assert any(warning.startswith("The checks did not run: ") for warning in done.warnings)
    assert repr(done).startswith(f"Receipt {receipt_of(content)}")


@pytest.mark.usefixtures("unchecked")
def test_a_folder_that_cannot_be_written_is_reported(write: Write, tmp_path: Path) -> None:
    write(RIGHT, *sources(RIGHT))
    (tmp_path / PACKED).write_text("a file of this name")
    done = hand_in("layers")
    assert done.packed == ""
    assert "download the notebook itself and hand that in" in done.warnings[0]
    assert "Receipt" not in repr(done)


# Colab, with stand-ins for its two functions: no real one was tried


class Colab:
    def __init__(self, monkeypatch: pytest.MonkeyPatch, answer: Any) -> None:
        self.downloaded: list[bytes] = []
        self.answer = answer
        modules = {
            "google": SimpleNamespace(),
            "google.colab": SimpleNamespace(),
            "google.colab._message": SimpleNamespace(blocking_request=self.ask),
            "google.colab.files": SimpleNamespace(
                download=lambda path: self.downloaded.append(Path(path).read_bytes())
            ),
        }
        for name, module in modules.items():
            monkeypatch.setitem(sys.modules, name, module)  # type: ignore[arg-type]

    def ask(self, kind: str, request: str, timeout_sec: int) -> Any:
        assert kind == "get_ipynb"
        if isinstance(self.answer, Exception):
            raise self.answer
        return {"ipynb": self.answer}


@pytest.mark.usefixtures("unchecked")
def test_in_colab_the_notebook_in_the_browser_is_packed_and_downloaded(
    write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(UNTOUCHED, *sources(RIGHT))
    shown = nbformat.from_dict(RIGHT)
    shown.metadata["colab"] = {"name": "../My layers.ipynb"}
    colab = Colab(monkeypatch, shown)
    done = hand_in("layers")
    assert done.packed == f"{PACKED}/My layers.ipynb"
    assert [receipt_of(content) for content in colab.downloaded] == [done.receipt]
    assert sources(nbformat.read(tmp_path / PACKED / "My layers.ipynb", as_version=4)) == sources(RIGHT)
    assert [warning for warning in done.warnings if "Ctrl+S" in warning and "written" not in warning] == []


@pytest.mark.usefixtures("unchecked")
@pytest.mark.parametrize("answer", [TimeoutError("no answer"), {"cells": []}])
def test_if_colab_does_not_give_the_notebook_the_student_has_to_download_it_or_to_name_a_file(
    answer: Any, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = write(RIGHT)
    colab = Colab(monkeypatch, answer)
    assert "download it (File, Download)" in repr(hand_in("layers"))
    assert colab.downloaded == []
    assert hand_in("layers", NAME).packed == f"{PACKED}/{NAME}"
    assert colab.downloaded == [content]

"""The last cell in a real JupyterLab and a real browser, with cells that were not saved, not run, or deleted."""

import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest
from playwright.sync_api import Locator, Page, expect

from autograder.notebooks.fill import exercise_cells
from autograder.notebooks.graft import grade_id_of, is_answer
from autograder.receipts import PACKED, receipt_of
from tests.conftest import ROOT
from tests.student.test_hand_in import NAME, RIGHT

TOKEN = "only-for-this-test"
START_S = 60
PATIENCE_MS = 240_000  # a kernel that imports torch, and a fresh process that does so, too
PRESSED_MS = 10_000  # until a cell shows that it runs
pytestmark = [pytest.mark.deep, pytest.mark.long("a JupyterLab, and a kernel that imports torch")]


def ask(address: str, path: str, body: object = None) -> Any:
    request = urllib.request.Request(
        f"{address}/api/{path}",
        headers={"Authorization": f"token {TOKEN}"},
        data=json.dumps(body).encode() if body else None,
    )
    with urllib.request.urlopen(request, timeout=START_S) as answer:
        return json.load(answer)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A student's folder with the notebook, filled in and never run; without labs all of it fits into a window."""
    (tmp_path / "work").mkdir()
    (tmp_path / "data").symlink_to(ROOT / "data")  # students have it in their wheel
    notebook = nbformat.from_dict(RIGHT)
    kept = [cell for cell in notebook.cells if is_answer(cell) or grade_id_of(cell) == "layers-setup"]
    notebook.cells = [*kept, notebook.cells[-1]]
    nbformat.write(notebook, tmp_path / "work" / NAME)
    return tmp_path / "work"


@pytest.fixture
def lab(folder: Path, tmp_path: Path) -> Iterator[str]:
    """Serve the folder as JupyterLab does, but that it saves nothing by itself."""
    home = tmp_path / "home"
    settings = home / "settings" / "@jupyterlab" / "docmanager-extension"
    settings.mkdir(parents=True)
    (settings / "plugin.jupyterlab-settings").write_text('{"autosave": false}')
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    line = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", f"--port={port}", "--ip=127.0.0.1"]
    line += [f"--IdentityProvider.token={TOKEN}", f"--ServerApp.root_dir={folder}", "--ServerApp.port_retries=0"]
    environment = os.environ | {
        "HOME": str(home),
        "JUPYTERLAB_SETTINGS_DIR": str(home / "settings"),
        "JUPYTERLAB_WORKSPACES_DIR": str(home / "workspaces"),
        "PYTHONPATH": str(ROOT),
    }
    with (home / "log").open("w") as log:
        server = subprocess.Popen(line, cwd=folder, env=environment, stdout=log, stderr=log)
    try:
        address, deadline = f"http://127.0.0.1:{port}", time.monotonic() + START_S
        while True:
            try:
                ask(address, "status")
                break
            except (urllib.error.URLError, ConnectionError):
                assert server.poll() is None and time.monotonic() < deadline, (home / "log").read_text()
                time.sleep(0.2)
        yield address
    finally:
        server.terminate()
        server.wait(timeout=30)


class Notebook:
    """The notebook in the browser."""

    def __init__(self, page: Page, address: str) -> None:
        self.page = page
        page.set_viewport_size({"width": 1400, "height": 6000})
        page.set_default_timeout(PATIENCE_MS)
        page.goto(f"{address}/lab/tree/{NAME}?token={TOKEN}")
        expect(self.cell("hand_in(")).to_be_visible(timeout=PATIENCE_MS)
        expect(page.locator(".jp-NotebookPanel-toolbar [data-status='idle']")).to_be_visible(timeout=PATIENCE_MS)

    def cell(self, text: str) -> Locator:
        return self.page.locator(".jp-Notebook .jp-Cell", has_text=text).last

    def run_all(self) -> None:
        self.page.get_by_role("menuitem", name="Run", exact=True).click()
        self.page.get_by_role("menuitem", name="Run All Cells", exact=True).click()

    def save(self, file: Path) -> None:
        before = file.stat().st_mtime_ns
        self.page.keyboard.press("Control+s")
        deadline = time.monotonic() + 30
        while file.stat().st_mtime_ns == before:
            assert time.monotonic() < deadline
            self.page.wait_for_timeout(50)

    def begin(self, cell: Locator) -> None:
        """Run a cell, as somebody would: JupyterLab loses the keys pressed while its page is not all there."""
        deadline = time.monotonic() + START_S
        while True:
            cell.locator(".cm-content").first.click()
            self.page.keyboard.press("Escape")
            self.page.keyboard.press("Control+Enter")
            try:
                return expect(cell.locator(".jp-InputPrompt")).to_have_text("[*]:", timeout=PRESSED_MS)
            except AssertionError:
                assert time.monotonic() < deadline, "JupyterLab does not run the cell"

    def hand_in(self, *, run: bool = True) -> str:
        cell = self.cell("hand_in(")
        if run:
            self.begin(cell)
        expect(cell.locator(".jp-OutputArea-executeResult")).to_be_visible(timeout=PATIENCE_MS)
        expect(cell.locator(".jp-InputPrompt")).not_to_have_text("[*]:", timeout=PATIENCE_MS)
        return cell.locator(".jp-OutputArea-executeResult .jp-OutputArea-output").inner_text()


def packed(folder: Path) -> bytes:
    return (folder / PACKED / NAME).read_bytes()


def test_never_run_then_run_then_changed_and_not_saved_then_saved_then_a_cell_deleted(
    page: Page, lab: str, folder: Path
) -> None:
    notebook = Notebook(page, lab)
    shown = notebook.hand_in()
    assert "No exercise was run in this kernel, so nothing here shows whether the file is what you see" in shown
    assert shown.startswith(f"Receipt {receipt_of(packed(folder))}: {PACKED}/{NAME}, packed ")

    notebook.run_all()
    page.wait_for_timeout(500)
    shown = notebook.hand_in(run=False)
    assert "than ran last" not in shown and "No exercise was run" not in shown and "Not run since" not in shown

    notebook.cell("class Flatten").locator(".cm-content").first.click()
    page.keyboard.press("Control+End")
    page.keyboard.type("\n# changed")
    page.keyboard.press("Control+Enter")
    shown = notebook.hand_in()
    assert (
        "holds an older version of Flatten than ran last: press Ctrl+S (on a Mac ⌘S) and run this cell again" in shown
    )
    assert b"# changed" not in packed(folder)
    assert receipt_of(packed(folder)) in shown

    notebook.save(folder / NAME)
    shown = notebook.hand_in()
    assert "than ran last" not in shown
    assert b"# changed" in packed(folder)
    assert receipt_of(packed(folder)) in shown

    notebook.cell("class Flatten").locator(".cm-content").first.click()
    page.keyboard.press("Escape")
    page.keyboard.press("d")
    page.keyboard.press("d")
    notebook.save(folder / NAME)
    shown = notebook.hand_in()
    assert "The cell layers-Flatten is missing; it counts as not answered." in shown
    assert "class Flatten" not in "".join(
        cell.source for cell in exercise_cells(nbformat.reads(packed(folder).decode(), as_version=4)).values()
    )


def test_with_the_kernel_of_another_notebook_it_packs_this_one_and_says_that_nothing_of_it_ran(
    page: Page, lab: str, folder: Path
) -> None:
    session = {"path": "3-dropout.ipynb", "name": "3-dropout.ipynb", "type": "notebook"}
    running = ask(lab, "sessions", session | {"kernel": {"name": "python3"}})
    ask(lab, "sessions", {"path": NAME, "name": NAME, "type": "notebook", "kernel": {"id": running["kernel"]["id"]}})
    shown = Notebook(page, lab).hand_in()
    assert "No exercise was run in this kernel" in shown
    assert packed(folder) == (folder / NAME).read_bytes()
    assert receipt_of(packed(folder)) in shown

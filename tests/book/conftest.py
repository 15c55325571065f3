"""The book, built once as its readers get it."""

import os
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from playwright.sync_api import Browser, CDPSession, Page

from book.pdf import waiting
from tests.commands import run, succeeded
from tests.conftest import ROOT, Silent, listen, made_once

CHAPTER = "chapters/2-layers.html"
# Where the site would be published.
ADDRESSES = {"BOOK_URL": "https://book.example/", "REPOSITORY_URL": "https://github.com/owner/course"}


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site, built as `make` builds it: every warning is an error. Read it only."""

    def make(folder: Path) -> None:
        command = [Path(sys.executable).with_name("jupyter-book"), "build", "--warningiserror", "--nitpick"]
        command += ["--keep-going", "--path-output", folder, "."]
        done = subprocess.run(
            command, cwd=ROOT, env=os.environ | ADDRESSES, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, f"{done.stdout[-3000:]}\n{done.stderr[-5000:]}"

    return made_once("book", tmp_path_factory, make) / "_build" / "html"


@pytest.fixture(scope="session")
def pdf_file(tmp_path_factory: pytest.TempPathFactory, site: Path) -> Path:
    """The whole book as `make pdf` prints it. Read it only."""

    def make(folder: Path) -> None:
        succeeded(run("book.pdf", site, folder / "book.pdf", cwd=ROOT))

    return made_once("pdf", tmp_path_factory, make) / "book.pdf"


class Patient(Silent):
    """Let a browser wait for typefaces: a machine that is busy with tests can be slower than a reader's line."""

    def do_GET(self) -> None:
        path = Path(self.translate_path(self.path))
        if path.suffix != ".css":
            super().do_GET()
            return
        style_sheet = waiting(path.read_text(encoding="utf-8")).encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/css; charset=utf-8")
        self.send_header("Content-Length", str(len(style_sheet)))
        self.end_headers()
        self.wfile.write(style_sheet)


@pytest.fixture(scope="session")
def address(site: Path) -> Iterator[str]:
    """The address of the served site, with a slash at the end."""
    with listen(partial(Patient, directory=str(site))) as address:
        yield address


@pytest.fixture(scope="session")
def _open_page(browser: Browser) -> Iterator[tuple[Page, CDPSession]]:
    with browser.new_context() as window:
        page = window.new_page()
        yield page, window.new_cdp_session(page)


@pytest.fixture
def page(_open_page: tuple[Page, CDPSession], address: str) -> Page:
    """A page as a new reader opens it, with nothing stored. One window serves all: a new one costs a second.

    A test that listens, or that stands between the page and its files, takes a ``new_page``.
    """
    page, window = _open_page
    page.goto("about:blank")  # what a page stores when it is left goes, too
    window.send("Storage.clearDataForOrigin", {"origin": address.removesuffix("/"), "storageTypes": "all"})
    page.set_viewport_size({"width": 1280, "height": 720})
    page.emulate_media(media="screen", color_scheme="light", reduced_motion="no-preference")
    page.mouse.move(0, 0)
    return page


@pytest.fixture
def new_page(browser: Browser) -> Iterator[Page]:
    with browser.new_page() as page:
        yield page


@pytest.fixture
def chapter(page: Page, address: str) -> Page:
    page.goto(address + CHAPTER)
    return page

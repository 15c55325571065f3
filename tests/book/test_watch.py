"""`make watch` serves the book and builds a page anew when its file is saved."""

import os
import re
import shutil
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_S = 120
PAGE = "# A page\n\nIt says {word}.\n"


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The course with a book of one page."""
    for name in ("Makefile", "pyproject.toml", "_config.yml", "references.bib"):
        shutil.copy(ROOT / name, tmp_path / name)
    shutil.copytree(ROOT / "book", tmp_path / "book", ignore=shutil.ignore_patterns("node_modules", "__pycache__"))
    for name in (".venv", "book/node_modules", "data", "solutions", "autograder"):
        (tmp_path / name).symlink_to(ROOT / name)
    (tmp_path / "_toc.yml").write_text("format: jb-book\nroot: chapters/index\n", encoding="utf-8")
    (tmp_path / "chapters").mkdir()
    (tmp_path / "chapters" / "index.md").write_text(PAGE.format(word="before"), encoding="utf-8")
    return tmp_path


@pytest.fixture
def address(copy: Path) -> Iterator[str]:
    port = free_port()
    # Nothing is to be installed here: what stands in the links is there.
    line = ["make", "--assume-old=.venv/installed", "--assume-old=book/node_modules/installed", "watch", f"PORT={port}"]
    with (copy / "log").open("w") as log:
        server = subprocess.Popen(line, cwd=copy, stdout=log, stderr=log, start_new_session=True)
    yield f"http://127.0.0.1:{port}/chapters/index.html"
    os.killpg(server.pid, signal.SIGTERM)
    server.wait()


def word_on(address: str, other_than: str = "") -> str:
    """Return the word that the page says, as soon as it says another one than it did."""
    last = time.monotonic() + PATIENCE_S
    while time.monotonic() < last:
        try:
            with urllib.request.urlopen(address) as page:
                found = re.search(r"It says (\w+)\.", page.read().decode())
            if found and found[1] != other_than:
                return found[1]
        except (urllib.error.URLError, ConnectionError):
            pass
        time.sleep(0.2)
    return "nothing new"


@pytest.mark.deep
@pytest.mark.long("two builds of a book")
def test_a_page_is_served_and_built_anew_when_it_is_saved(copy: Path, address: str) -> None:
    assert word_on(address) == "before", (copy / "log").read_text(encoding="utf-8")
    (copy / "chapters" / "index.md").write_text(PAGE.format(word="after"), encoding="utf-8")
    assert word_on(address, other_than="before") == "after", (copy / "log").read_text(encoding="utf-8")

"""What the tests of several rooms share. Costly things are made once for all workers of a run."""

import io
import os
import shutil
import sys
import threading
import zipfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from http.server import BaseHTTPRequestHandler, SimpleHTTPRequestHandler, ThreadingHTTPServer
from inspect import Parameter, Signature, signature
from pathlib import Path

import pytest
from filelock import FileLock
from hypothesis import settings
from playwright.sync_api import Browser, Page, sync_playwright

from autograder.course import Course
from autograder.judge.expectations import LiveExpectations
from tests.commands import ROOT, autograder, run, succeeded

pytest_plugins = ["tests.suite"]

SCREENSHOTS = ROOT / "_build" / "screenshots"  # what a deep run keeps for people to look at

# One thread for each process that a test starts, as several run on each processor: threads that wait for each other
# there take twice the time. Set before PyTorch is imported.
os.environ["OMP_NUM_THREADS"] = "1"

# The same examples in every run, and no deadline: a busy machine is no fault of the code.
settings.register_profile("course", deadline=None, derandomize=True)
settings.load_profile("course")


def files_in(archive: bytes, prefix: str = "") -> Iterator[tuple[str, bytes]]:
    """Yield every file in a zip, and in the zips in it."""
    with zipfile.ZipFile(io.BytesIO(archive)) as opened:
        for name in opened.namelist():
            content = opened.read(name)
            yield prefix + name, content
            if name.endswith((".whl", ".zip")):
                yield from files_in(content, f"{prefix}{name}/")


def made_once(name: str, tmp_path_factory: pytest.TempPathFactory, make: Callable[[Path], None]) -> Path:
    """Return a folder that the first worker who asks for it makes."""
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    folder, done = shared / name, shared / f"{name}.done"
    with FileLock(shared / f"{name}.lock"):
        if not done.exists():
            shutil.rmtree(folder, ignore_errors=True)  # another worker's, whose failure is met here anew
            folder.mkdir()
            make(folder)
            done.touch()
    return folder


def shared_folder(make: Callable[..., None]) -> object:
    """Let what fills a folder, with what other fixtures give, be a fixture: that folder, made once for all workers."""
    _, *needed = signature(make).parameters

    def made(tmp_path_factory: pytest.TempPathFactory, **given: Path) -> Path:
        return made_once(make.__name__, tmp_path_factory, lambda folder: make(folder, **given))

    made.__doc__ = make.__doc__
    return pytest.fixture(scope="session", name=make.__name__)(asking_for(made, *needed))


def asking_for(fixture: Callable[..., Path], *names: str) -> Callable[..., Path]:
    """Request other fixtures by keyword, so that pytest knows what each test waits for before any runs."""
    own = [one for one in signature(fixture).parameters.values() if one.kind is not Parameter.VAR_KEYWORD]
    asked = [Parameter(name, Parameter.KEYWORD_ONLY) for name in names]
    fixture.__signature__ = Signature([*own, *asked])  # type: ignore[attr-defined]
    return fixture


def copy_course(source: Path, target: Path) -> Path:
    return shutil.copytree(source, target, dirs_exist_ok=True, symlinks=True)


def own_copy(fixture: str) -> object:
    """Make a fixture of a folder that may only be read: a copy of it, of the test's own."""

    def copied(tmp_path: Path, **source: Path) -> Path:
        return shutil.copytree(source[fixture], tmp_path / "course", symlinks=True)

    return pytest.fixture(asking_for(copied, fixture))


class Server(ThreadingHTTPServer):
    """A server whose visitors may leave before they have heard all."""

    def handle_error(self, request: object, client_address: object) -> None:
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class Silent(SimpleHTTPRequestHandler):
    def log_message(self, *args: object) -> None:
        """Say nothing: pytest's output is for pytest."""


def serve(folder: Path) -> AbstractContextManager[str]:
    """Serve a folder, and give its address with a slash at the end."""
    return listen(partial(Silent, directory=str(folder)))


@contextmanager
def listen(handler: Callable[..., BaseHTTPRequestHandler]) -> Iterator[str]:
    """Let a handler answer, and give its address with a slash at the end."""
    server = Server(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))  # seconds until it sees that it has to end
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A real browser; one for the whole session, as Playwright runs only once in a thread."""
    installed = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=installed, args=["--no-sandbox"])
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    with browser.new_context() as context:
        yield context.new_page()


@pytest.fixture(scope="session")
def without_scripts(browser: Browser) -> Iterator[Page]:
    """A small page in a browser whose scripts are switched off: one for all, as nothing in it can be stored."""
    with browser.new_page(java_script_enabled=False, viewport={"width": 360, "height": 740}) as page:
        yield page


@pytest.fixture(scope="session")
def course() -> Course:
    return Course.installed()


@pytest.fixture(scope="session")
def live(course: Course) -> LiveExpectations:
    return LiveExpectations(course)


@shared_folder
def released(folder: Path) -> None:
    """A course folder with every assignment released. Read it only; `course_folder` gives a copy to change."""
    succeeded(autograder("init", folder, cwd=ROOT))
    assert succeeded(autograder("release", cwd=folder)).stderr == ""


@shared_folder
def downloads(folder: Path, released: Path) -> None:
    """Readers' downloads: `site/downloads`, beside the book's pages, and `notebooks`, the branch. Read it only."""
    succeeded(run("book.publish", released / "release", folder / "site", folder / "notebooks", cwd=ROOT))


@shared_folder
def graded(folder: Path, released: Path) -> None:
    """A course folder in which the sample class was graded with seed 1. Read it only."""
    copy_course(released, folder)
    succeeded(run("sample_class", folder, cwd=ROOT))
    succeeded(autograder("grade", "--seed", "1", "--json", "verdicts.json", cwd=folder))


course_folder = own_copy("released")
graded_folder = own_copy("graded")

"""``python -m solutions serve``: the page, asked by its client and visited in a real browser."""

import http.client
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import httpx2
import pytest
from PIL import Image
from playwright.sync_api import Browser, Locator, Page, expect

from solutions.data import Dataset
from solutions.deploy.answers import UNSURE_BELOW
from solutions.deploy.images import LARGEST_FILE
from solutions.deployment import classify, load_model
from solutions.dropout import Classifier
from solutions.runs.folders import MODEL
from tests.conftest import listen
from tests.solutions.deploy.bad_images import CASES, write
from tests.solutions.deploy.pages import ask, asking, free_port, photograph_of, until_it_answers

Cli = Callable[..., subprocess.CompletedProcess[str]]
expect.set_options(timeout=30_000)  # a busy machine is no fault of the page


@contextmanager
def serving(model: Path, folder: Path, *options: str, proxy: str = "") -> Iterator[tuple[str, subprocess.Popen]]:
    """Serve the page as a user does, with a folder for all temporary files."""
    port = free_port()
    environment = os.environ | {"TMPDIR": str(folder)}
    if proxy:
        environment |= {"HTTP_PROXY": proxy, "HTTPS_PROXY": proxy, "NO_PROXY": "127.0.0.1"}
    command = ["-m", "solutions", "serve", "--no-open", "--port", str(port), "--model", str(model), *options]
    with subprocess.Popen([sys.executable, *command], env=environment) as process:
        try:
            yield until_it_answers(f"http://127.0.0.1:{port}/", process), process
        finally:
            process.terminate()


@pytest.fixture(scope="module")
def way_out() -> Iterator[socket.socket]:
    """The only way to other hosts that the server is told of."""
    with socket.socket() as proxy:
        proxy.bind(("127.0.0.1", 0))
        proxy.listen()
        proxy.setblocking(False)
        yield proxy


@pytest.fixture(scope="module")
def address(
    trained: tuple[Path, str], way_out: socket.socket, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    proxy = f"http://127.0.0.1:{way_out.getsockname()[1]}"
    with serving(trained[0] / MODEL, tmp_path_factory.mktemp("serve"), proxy=proxy) as (address, _):
        yield address


@pytest.fixture(scope="module")
def model(trained: tuple[Path, str]) -> Classifier:
    return load_model(trained[0] / MODEL)


@pytest.fixture
def photograph(sample: Dataset, tmp_path: Path) -> Path:
    """An ankle boot."""
    photograph_of(sample.test_images[0]).save(tmp_path / "boot.jpg")
    return tmp_path / "boot.jpg"


# --- asked by its client


def test_the_page_answers_as_python_does(address: str, model: Classifier, photograph: Path) -> None:
    found = ask(address, photograph)
    answers = {row["label"]: row["probability"] for row in found["answers"]}
    expected = classify(model, Image.open(photograph))
    assert answers == pytest.approx(dict(expected), abs=1e-6)
    assert found["unsure"] == (expected[0][1] < UNSURE_BELOW)


def test_the_server_asks_no_other_host(address: str, way_out: socket.socket, photograph: Path) -> None:
    assert "answers" in ask(address, photograph)
    with pytest.raises(BlockingIOError):
        way_out.accept()


def test_every_file_is_answered_or_refused_in_one_line_and_the_page_goes_on(
    address: str, photograph: Path, tmp_path: Path
) -> None:
    """The same files as at the command line, with the same words."""
    with asking(address) as ask:
        for name, case in CASES.items():
            file = write(tmp_path, name)
            if file.stat().st_size > LARGEST_FILE:
                continue  # not even taken, as the test of that shows
            found = ask(file)
            if case.refused:
                assert case.refused in found["error"], name
                assert "\n" not in found["error"], name
            else:
                assert len(found["answers"]) == 10, name
                assert case.remark in found["remark"], name
        assert "answers" in ask(photograph)


def test_twenty_people_are_answered_at_the_same_time(address: str, photograph: Path) -> None:
    with ThreadPoolExecutor(20) as people:
        found = list(people.map(lambda _: ask(address, photograph), range(20)))
    assert all(answer == found[0] for answer in found)
    assert "answers" in found[0]


def test_a_file_that_is_too_large_is_not_taken(address: str) -> None:
    files = {"files": ("photo.png", bytes(LARGEST_FILE + 1))}
    assert httpx2.post(f"{address}gradio_api/upload", files=files, timeout=60).status_code == 413


def test_no_file_of_this_machine_can_be_asked_for(address: str) -> None:
    for path in ("/etc/passwd", os.fspath(Path(__file__))):
        assert httpx2.get(f"{address}gradio_api/file={path}", timeout=60).status_code == 403


def test_what_was_uploaded_is_gone_when_the_server_ends(
    trained: tuple[Path, str], photograph: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "temporary"
    folder.mkdir()
    with serving(trained[0] / MODEL, folder) as (address, process):
        ask(address, photograph)
        assert list(folder.rglob("boot.jpg"))
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=60) == 0
    assert not [path for path in folder.rglob("*") if path.is_file()]


@pytest.mark.parametrize("is_named", [True, False], ids=["with a named model", "with the course's own"])
def test_a_port_that_is_taken_is_refused(cli: Cli, trained: tuple[Path, str], is_named: bool) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        result = cli("serve", "--no-open", "--port", port, *(["--model", trained[0] / MODEL] if is_named else []))
    assert result.returncode == 2
    assert result.stderr == f"error: --port {port}: taken, or not for you; give another one, or none\n"


# --- in a browser


class Visit:
    """A page, and everything about it that a reader should not meet."""

    def __init__(self, page: Page, address: str) -> None:
        self.page, self.complaints = page, []
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", lambda message: message.type == "error" and self.complaints.append(message.text))
        page.on("request", lambda request: self.check(request.url, address))
        page.on("response", lambda answer: answer.status > 399 and self.complaints.append(answer.url))
        page.goto(address)
        expect(self.status).to_contain_text("The answer will be here")

    def check(self, url: str, address: str) -> None:
        if not url.startswith((address, "data:", "blob:")):
            self.complaints.append(f"outside: {url}")

    @property
    def status(self) -> Locator:
        """Where the answer is; screen readers tell when it changes."""
        return self.page.locator(".answer[role=status]")

    def send(self, photograph: Path) -> None:
        self.page.locator("input[type=file]").first.set_input_files(photograph)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_photograph_is_answered_and_no_other_host_is_asked(
    browser: Browser, address: str, model: Classifier, photograph: Path, theme: str
) -> None:
    with browser.new_context(color_scheme=theme) as context:
        visit = Visit(context.new_page(), address)
        visit.send(photograph)
        rows = visit.status.get_by_role("listitem")
        expect(rows).to_have_count(5)
        expected = [f"{label} {share:.1%}" for label, share in classify(model, Image.open(photograph))[:5]]
        assert [" ".join(row.inner_text().split()) for row in rows.all()] == expected
        assert visit.complaints == []


def test_the_page_shows_the_28_by_28_pixels_that_the_network_sees(page: Page, address: str, photograph: Path) -> None:
    visit = Visit(page, address)
    visit.send(photograph)
    seen = visit.status.get_by_role("img", name="28 by 28 pixels")
    expect(seen).to_be_visible()
    assert seen.evaluate("image => [image.naturalWidth, image.naturalHeight]") == [28, 28]
    assert seen.evaluate("image => getComputedStyle(image).imageRendering") == "pixelated"
    assert seen.bounding_box()["width"] == 7 * 28


def test_an_unsure_answer_says_so_and_what_to_try(
    page: Page, address: str, model: Classifier, sample: Dataset, tmp_path: Path
) -> None:
    photographs = map(photograph_of, sample.test_images)
    doubtful = next(image for image in photographs if classify(model, image)[0][1] < UNSURE_BELOW - 0.1)
    doubtful.save(tmp_path / "doubtful.png")
    visit = Visit(page, address)
    visit.send(tmp_path / "doubtful.png")
    (first, _), (second, _) = classify(model, doubtful)[:2]
    expect(visit.status).to_contain_text(f"Not sure: {first} or {second}?")
    expect(visit.status).to_contain_text("Try a plain ground")


def test_a_picture_without_a_garment_is_refused_in_words(page: Page, address: str, tmp_path: Path) -> None:
    Image.new("RGB", (200, 200), "white").save(tmp_path / "blank.png")
    visit = Visit(page, address)
    visit.send(tmp_path / "blank.png")
    expect(visit.status).to_contain_text("This picture cannot be used: nothing stands out from the background")


def test_a_drawing_is_answered(page: Page, address: str) -> None:
    visit = Visit(page, address)
    page.get_by_role("tab", name="Drawing").click()
    box = page.get_by_role("application").bounding_box()
    for share in (0.4, 0.5, 0.6):
        page.mouse.move(box["x"] + share * box["width"], box["y"] + 0.2 * box["height"])
        page.mouse.down()
        page.mouse.move(box["x"] + share * box["width"], box["y"] + 0.8 * box["height"])
        page.mouse.up()
    page.get_by_role("button", name="Ask the network").click()
    expect(visit.status.get_by_role("listitem")).to_have_count(5)
    assert visit.complaints == []


def test_an_empty_sheet_is_refused_also_after_it_was_cleared(page: Page, address: str) -> None:
    visit = Visit(page, address)
    page.get_by_role("tab", name="Drawing").click()
    page.get_by_role("application").click()
    page.get_by_role("button", name="Clear the sheet").click()
    page.get_by_role("button", name="Ask the network").click()
    expect(visit.status).to_contain_text("nothing stands out")


def test_everything_can_be_done_with_the_keyboard(page: Page, address: str) -> None:
    visit = Visit(page, address)
    page.get_by_role("tab", name="Photograph").focus()
    reached = set()
    for _ in range(8):
        page.keyboard.press("Tab")
        reached.add(page.evaluate("document.activeElement.ariaLabel"))
    assert any(name and "upload" in name.lower() for name in reached), reached
    page.get_by_role("tab", name="Drawing").focus()
    page.keyboard.press("Enter")
    page.get_by_role("application").focus()
    for key in ("Space", *["ArrowDown"] * 8, *["ArrowRight"] * 3, *["ArrowUp"] * 8, "Space"):
        page.keyboard.press(key)
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Ask the network")).to_be_focused()
    page.keyboard.press("Enter")
    expect(visit.status.get_by_role("listitem")).to_have_count(5)


def test_nothing_is_wider_than_a_small_screen(browser: Browser, address: str, photograph: Path) -> None:
    with browser.new_context(viewport={"width": 360, "height": 740}) as context:
        visit = Visit(context.new_page(), address)
        visit.send(photograph)
        expect(visit.status.get_by_role("listitem")).to_have_count(5)
        assert visit.page.evaluate("document.documentElement.scrollWidth") <= 360


# --- behind a proxy


@contextmanager
def proxy(prefix: str, port: int) -> Iterator[str]:
    """Show a server of this machine under a path, as nginx would, and return the address."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if not self.path.startswith(prefix):
                # Gradio's page names these two without the prefix: the other server's own.
                self.send_response(204 if self.path in ("/favicon.ico", "/manifest.json") else 404)
                self.end_headers()
                return
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            behind = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
            behind.request(self.command, self.path.removeprefix(prefix), body, dict(self.headers))
            answer = behind.getresponse()
            self.send_response(answer.status)
            for name, value in answer.getheaders():
                if name.lower() not in ("transfer-encoding", "connection", "date", "server"):
                    self.send_header(name, value)
            self.end_headers()
            while part := answer.read1(10_000):
                self.wfile.write(part)
                self.wfile.flush()
            behind.close()

        do_POST = do_HEAD = do_GET

        def log_message(self, *args: object) -> None:
            """Say nothing: pytest's output is for pytest."""

    with listen(Handler) as address:
        yield f"{address.rstrip('/')}{prefix}/"


def test_it_works_under_a_path_of_another_server(
    page: Page, trained: tuple[Path, str], photograph: Path, tmp_path: Path
) -> None:
    with (
        serving(trained[0] / MODEL, tmp_path, "--root-path", "/garments") as (address, _),
        proxy("/garments", int(re.search(r":(\d+)/", address)[1])) as shown,
    ):
        visit = Visit(page, shown)
        visit.send(photograph)
        expect(visit.status.get_by_role("listitem")).to_have_count(5)
        assert visit.complaints == []
        page.goto("about:blank")  # it would ask a server that is gone

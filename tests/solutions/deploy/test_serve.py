"""``python -m solutions serve``: the exported page, asked by any client and visited in a real browser."""

import http.client
import json
import os
import signal
import socket
import struct
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit

import psutil
import pytest
from playwright.sync_api import Page, expect

from solutions import data
from solutions.data import Dataset
from solutions.deploy import web
from solutions.deploy.serve import Handler, listen
from solutions.deployment import classify, load_model
from solutions.runs.folders import MODEL
from tests.solutions.deploy.pages import free_port, photograph_of, until_it_answers

Cli = Callable[..., subprocess.CompletedProcess[str]]
expect.set_options(timeout=30_000)  # a busy machine is no fault of the page


@contextmanager
def serving(model: Path, folder: Path) -> Iterator[tuple[str, subprocess.Popen]]:
    """Serve the page as a user does, with a folder for all temporary files."""
    port = free_port()
    command = ["-m", "solutions", "serve", "--no-open", "--port", str(port), "--model", str(model)]
    environment = os.environ | {"TMPDIR": str(folder)}
    with subprocess.Popen([sys.executable, *command], env=environment, stderr=subprocess.PIPE) as process:
        try:
            yield until_it_answers(f"http://127.0.0.1:{port}/", process), process
        finally:
            process.terminate()


@pytest.fixture(scope="module")
def address(trained: tuple[Path, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with serving(trained[0] / MODEL, tmp_path_factory.mktemp("serve")) as (address, _):
        yield address


@pytest.fixture
def photograph(trained: tuple[Path, str], sample: Dataset, tmp_path: Path) -> Path:
    """One about which the model is sure."""
    model = load_model(trained[0] / MODEL)
    photographs = map(photograph_of, sample.test_images)
    next(image for image in photographs if classify(model, image)[0][1] > 0.95).save(tmp_path / "photo.png")
    return tmp_path / "photo.png"


def ask(address: str, method: str, path: str, body: bytes = b"") -> tuple[http.client.HTTPResponse, bytes]:
    """Ask for a path as it is: other clients tidy it up before they send it."""
    connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=60)
    connection.request(method, path, body)
    answer = connection.getresponse()
    content = answer.read()
    connection.close()
    return answer, content


# --- in a browser


def test_the_page_names_the_garment_that_predict_names_and_no_picture_leaves_the_browser(
    page: Page, cli: Cli, trained: tuple[Path, str], address: str, photograph: Path
) -> None:
    asked: list[tuple[str, str]] = []
    complaints: list[str] = []
    page.on("request", lambda request: asked.append((request.method, request.url)))
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(address)
    page.locator("input[type=file]").set_input_files(photograph)
    (said,) = json.loads(cli("predict", photograph, "--model", trained[0] / MODEL, "--json").stdout)
    expect(page.get_by_role("status").locator("strong")).to_have_text(said["answers"][0]["label"])
    expect(page.locator(".demo-answers li")).to_have_count(5)
    assert complaints == []
    assert {method for method, _ in asked} == {"GET"}
    assert [url for _, url in asked if not url.startswith((address, "data:", "blob:"))] == []


# --- the files


def test_what_is_served_is_what_export_web_writes(address: str, trained: tuple[Path, str], tmp_path: Path) -> None:
    web.write_page(trained[0] / MODEL, data.load(data.SAMPLE_FOLDER), tmp_path)
    for file in tmp_path.iterdir():
        assert ask(address, "GET", f"/{file.name}")[1] == file.read_bytes(), file.name


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/", "text/html"),
        ("/demo.js", "text/javascript"),
        ("/demo.css", "text/css"),
        ("/examples.json", "application/json"),
        ("/example-0.jpg", "image/jpeg"),
        ("/weights.safetensors", "application/octet-stream"),
        ("/none", "text/html"),
    ],
)
def test_every_answer_says_what_it_is_and_is_not_kept(address: str, path: str, kind: str) -> None:
    answer, _ = ask(address, "GET", path)
    assert answer.headers.get_content_type() == kind
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_the_server_takes_nothing(address: str, method: str) -> None:
    assert ask(address, method, "/photo.png", b"a picture")[0].status == 501
    assert ask(address, "GET", "/photo.png")[0].status == 404


@pytest.mark.parametrize("way", ["{}", "/..{}", "/../../../..{}", "/%2e%2e/%2e%2e/%2e%2e{}", "/..%2f..%2f..{}"])
def test_no_other_file_of_this_machine_can_be_asked_for(address: str, way: str) -> None:
    assert ask(address, "GET", way.format(Path(__file__).resolve()))[0].status == 404


@pytest.mark.parametrize(
    "path", ["http://{}/", "//{}/", "/http://{}/", "/?url=http://{}/", "/gradio_api/file=http://{}/"]
)
def test_no_address_that_a_client_sends_is_asked(address: str, path: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        other.settimeout(0.2)
        ask(address, "GET", path.format(f"127.0.0.1:{other.getsockname()[1]}"))
        with pytest.raises(TimeoutError):
            other.accept()


# --- under load

MOST_MEMORY = 60 << 20  # bytes that a load may add
ABSURD = [
    b"GET /" + b"a" * 1_000_000 + b" HTTP/1.1\r\n\r\n",
    b"GET / HTTP/1.1\r\n" + b"a: b\r\n" * 100_000 + b"\r\n",
    b"GET / HTTP/1.1\r\nA: " + b"b" * 1_000_000 + b"\r\n\r\n",
    b"GET /\0 HTTP/1.1\r\n\r\n",
    b"GET /%00%ff HTTP/1.1\r\n\r\n",
    b"GET / HTTP/99999999999999999999\r\n\r\n",
    b"\r\n\r\n\0\xff\x16\x03\x01\r\n",
    b"HEAD /../.. HTTP/1.0\r\n\r\n",
    b"",
]


def send(address: str, content: bytes) -> None:
    """Send bytes as they are and go, as soon as the server has answered, or closed the connection on what it got."""
    with connect(address) as connection, suppress(OSError):
        connection.sendall(content)
        connection.shutdown(socket.SHUT_WR)
        while connection.recv(1 << 16):
            pass


def connect(address: str) -> socket.socket:
    host = urlsplit(address)
    return socket.create_connection((str(host.hostname), host.port), timeout=60)


@pytest.fixture
def loaded(trained: tuple[Path, str], tmp_path: Path) -> Iterator[str]:
    """A server that a test loads; after it the server answers, has hardly grown, and said nothing."""
    with serving(trained[0] / MODEL, tmp_path) as (address, process):
        watched = psutil.Process(process.pid)
        before = watched.memory_info().rss
        yield address
        assert watched.memory_info().rss - before < MOST_MEMORY
        assert ask(address, "GET", "/")[0].status == 200
        process.terminate()
        assert process.communicate(timeout=60)[1] == b""


@pytest.mark.parametrize("method", ["POST", "PUT"])
def test_large_bodies_are_refused_unread(method: str, loaded: str) -> None:
    body = f"{method} / HTTP/1.1\r\nContent-Length: 200000000\r\n\r\n".encode() + bytes(20_000_000)
    with ThreadPoolExecutor(8) as people:
        list(people.map(send, [loaded] * 16, [body] * 16))


@pytest.mark.parametrize("request_", ABSURD, ids=range(len(ABSURD)))
@pytest.mark.rotates(4)
def test_absurd_requests_do_no_harm(request_: bytes, loaded: str) -> None:
    for _ in range(5):
        send(loaded, request_)


def test_many_who_say_nothing_more_keep_nobody_from_an_answer(loaded: str) -> None:
    with ExitStack() as open_ones:
        for start in (b"", b"GET", b"POST / HTTP/1.1\r\nContent-Length: 1000\r\n\r\n1") * 100:
            open_ones.enter_context(connect(loaded)).sendall(start)
        assert ask(loaded, "GET", "/")[0].status == 200


def test_a_visitor_who_leaves_before_the_answer_does_no_harm(loaded: str) -> None:
    for _ in range(50):
        with connect(loaded) as connection:
            connection.sendall(b"GET /weights.safetensors HTTP/1.1\r\n\r\n")
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


# --- the process


INTERRUPTED = """
import os, signal, socket, sys
from pathlib import Path
from urllib.parse import urlsplit
from solutions.deploy import serve


class Last:
    def __del__(self):
        os.kill(os.getpid(), signal.SIGINT)
        for _ in range(1000):
            pass


serve.Server.verify_request = lambda *_: Last() is not None  # in the loop of the server, as a visitor comes
at = lambda address: (urlsplit(address).hostname, urlsplit(address).port)
ask = lambda address: socket.create_connection(at(address)).close()  # waits for no answer, which may not come
serve.serve(Path(sys.argv[1]), "127.0.0.1", None, False, ask)
"""


def test_an_interrupt_is_not_lost_where_python_ignores_exceptions(trained: tuple[Path, str]) -> None:
    """As in a method that takes an object down: there one that the signal raises would be printed and forgotten."""
    done = subprocess.run([sys.executable, "-c", INTERRUPTED, trained[0] / MODEL], capture_output=True, timeout=30)
    assert (done.returncode, done.stderr) == (0, b"")


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM])
def test_it_ends_quietly_and_leaves_no_file(trained: tuple[Path, str], tmp_path: Path, sent: signal.Signals) -> None:
    with serving(trained[0] / MODEL, tmp_path) as (_, process):
        assert list(tmp_path.rglob("index.html"))
        process.send_signal(sent)
        _, complaints = process.communicate(timeout=60)
    assert (process.returncode, complaints) == (0, b"")
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


@pytest.mark.parametrize("is_named", [True, False], ids=["with a named model", "with the course's own"])
def test_a_port_that_is_taken_is_refused(cli: Cli, trained: tuple[Path, str], is_named: bool) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        result = cli("serve", "--no-open", "--port", port, *(["--model", trained[0] / MODEL] if is_named else []))
    assert result.returncode == 2
    assert result.stderr == f"error: --port {port}: taken, or not for you; give another one, or none\n"


def test_a_second_page_takes_the_next_port() -> None:
    with listen("127.0.0.1", None, Handler) as first, listen("127.0.0.1", None, Handler) as second:
        assert second.server_port > first.server_port


@pytest.mark.parametrize("host", ["192.0.2.1", "no such name"])
def test_an_address_of_another_machine_is_refused(here: Cli, trained: tuple[Path, str], host: str) -> None:
    result = here("serve", "--no-open", "--host", host, "--model", trained[0] / MODEL)
    assert result.returncode == 2
    assert result.stderr.startswith(f"error: --host {host}: not an address of this machine (")
    assert result.stderr.count("\n") == 1


def test_serving_needs_nothing_that_an_extra_brings() -> None:
    code = "import sys, solutions.deploy.serve; sys.exit('gradio' in sys.modules or 'huggingface_hub' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0

"""``python -m solutions serve``: the exported page, asked by any client; ``test_page`` visits it in a real browser."""

import http.client
import os
import re
import select
import signal
import socket
import struct
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit

import psutil
import pytest

from solutions.deploy import web
from solutions.deploy.serve import PageHandler, listen
from tests.commands import python
from tests.solutions.conftest import cli, error_of

Served = tuple[str, subprocess.Popen[str]]


@contextmanager
def serving(model: Path, folder: Path) -> Iterator[Served]:
    """Serve the page as a user does, with a folder for all temporary files, from when it prints its address."""
    command = [sys.executable, "-u", "-m", "solutions", "serve", "--no-open", "--model", model]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen(command, text=True, env=os.environ | {"TMPDIR": str(folder)}, **pipes) as process:
        try:
            address = next(url[0] for line in process.stdout if (url := re.search(r"http://[\d.]+:\d+", line)))
            yield f"{address}/", process
        finally:
            process.terminate()


@pytest.fixture(scope="module")
def served(model_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving(model_file, tmp_path_factory.mktemp("serve")) as served:
        yield served


@pytest.fixture(scope="module")
def address(served: Served) -> str:
    return served[0]


def ask(address: str, method: str, path: str, body: bytes = b"") -> tuple[http.client.HTTPResponse, bytes]:
    """Ask for a path as it is: other clients tidy it up before they send it."""
    connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=60)
    connection.request(method, path, body)
    answer = connection.getresponse()
    content = answer.read()
    connection.close()
    return answer, content


# --- the files


KINDS = {
    ".html": "text/html",
    ".js": "text/javascript",
    ".css": "text/css",
    ".json": "application/json",
    ".jpg": "image/jpeg",
    ".safetensors": "application/octet-stream",
}


def test_files_are_those_of_export_web_with_types_and_uncached(address: str, model_file: Path, tmp_path: Path) -> None:
    web.write_page(model_file, tmp_path)
    files = {f"/{file.name}": file for file in tmp_path.iterdir() if file.suffix in KINDS}
    for path, file in (files | {"/": tmp_path / "index.html", "/none": None}).items():
        answer, content = ask(address, "GET", path)
        if file:
            assert content == file.read_bytes(), path
        assert answer.headers.get_content_type() == KINDS[file.suffix if file else ".html"], path
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        *[(method, "/photo.png", 501) for method in ("POST", "PUT", "DELETE", "PATCH")],
        ("GET", "/photo.png", 404),
        ("GET", "/%00%ff", 404),
        # No other file of this machine, and no other address.
        *[("GET", way.format(Path(__file__).resolve()), 404) for way in ("{}", "/..{}", "/../../../..{}")],
        ("GET", f"/%2e%2e/%2e%2e/%2e%2e{Path(__file__).resolve()}", 404),
        ("GET", "http://127.0.0.1:1/elsewhere", 404),
        ("GET", "//127.0.0.1:1/elsewhere", 404),
    ],
)
def test_it_accepts_no_uploads_and_serves_only_the_page(address: str, method: str, path: str, status: int) -> None:
    assert ask(address, method, path, b"a picture" if method != "GET" else b"")[0].status == status


# --- under load

MOST_MEMORY = 60 << 20  # bytes that a load may add
LOADS = {
    "large bodies": b"POST / HTTP/1.1\r\nContent-Length: 200000000\r\n\r\n" + bytes(20_000_000),
    "a long path": b"GET /" + b"a" * 1_000_000 + b" HTTP/1.1\r\n\r\n",
    "many headers": b"GET / HTTP/1.1\r\n" + b"a: b\r\n" * 100_000 + b"\r\n",
    "no request": b"\r\n\r\n\0\xff\x16\x03\x01\r\n",
    "a visitor who leaves before the answer": b"GET /weights.safetensors HTTP/1.1\r\n\r\n",
}


def connect(address: str) -> socket.socket:
    host = urlsplit(address)
    return socket.create_connection((str(host.hostname), host.port), timeout=60)


def send(address: str, content: bytes) -> None:
    """Send bytes as they are, and go at once."""
    with connect(address) as connection, suppress(OSError):
        connection.sendall(content)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def test_hostile_requests_do_no_harm(served: Served) -> None:
    """After all of it, and beside visitors who say nothing more, it answers, has hardly grown, and said nothing."""
    address, process = served
    before = psutil.Process(process.pid).memory_info().rss
    with ExitStack() as silent:
        for content in LOADS.values():
            with ThreadPoolExecutor(8) as people:
                list(people.map(send, [address] * 16, [content] * 16))
        for start in (b"", b"GET", b"POST / HTTP/1.1\r\nContent-Length: 1000\r\n\r\n1") * 400:
            silent.enter_context(connect(address)).sendall(start)
        assert ask(address, "GET", "/")[0].status == 200
        assert psutil.Process(process.pid).memory_info().rss - before < MOST_MEMORY
        assert select.select([process.stderr], [], [], 0)[0] == []


# --- the process


INTERRUPTED = """
import os, signal, sys
from pathlib import Path
from solutions.deploy import serve


class Last:
    def __del__(self):
        os.kill(os.getpid(), signal.SIGINT)
        for _ in range(1000):
            pass


serve.serve(Path(sys.argv[1]), "127.0.0.1", None, False, lambda address: Last())
"""


@pytest.mark.deep
def test_an_interrupt_is_not_lost_where_python_ignores_exceptions(model_file: Path) -> None:
    """As in a method that takes an object down: there one that the signal raises would be printed and forgotten."""
    done = python(INTERRUPTED, model_file, timeout=120)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("sent", [signal.SIGINT, pytest.param(signal.SIGTERM, marks=pytest.mark.deep)])
def test_it_ends_quietly_and_leaves_no_file(model_file: Path, tmp_path: Path, sent: signal.Signals) -> None:
    with serving(model_file, tmp_path) as (_, process):
        assert list(tmp_path.rglob("index.html"))
        process.send_signal(sent)
        _, complaints = process.communicate(timeout=60)
    assert (process.returncode, complaints) == (0, "")
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


@pytest.mark.parametrize("is_named", [True, False], ids=["with a named model", "with the course's own"])
def test_a_port_that_is_taken_is_refused(
    model_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_named: bool
) -> None:
    monkeypatch.chdir(tmp_path)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        result = cli("serve", "--no-open", "--port", port, *(["--model", model_file] if is_named else []))
    assert error_of(result) == f"error: --port {port}: taken, or not for you; give another one, or none\n"


def test_a_second_page_takes_the_next_port() -> None:
    with listen("127.0.0.1", None, PageHandler) as first, listen("127.0.0.1", None, PageHandler) as second:
        assert second.server_port > first.server_port


@pytest.mark.parametrize("host", ["192.0.2.1", "no such name"])
def test_an_address_of_another_machine_is_refused(model_file: Path, host: str) -> None:
    says = error_of(cli("serve", "--no-open", "--host", host, "--model", model_file))
    assert says.startswith(f"error: --host {host}: not an address of this machine (")

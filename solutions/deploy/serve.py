"""Serve the page of ``export-web`` on this machine: its files, and nothing is accepted."""

import errno
import io
import signal
import socket
import sys
import tempfile
import threading
import webbrowser
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from http import HTTPStatus
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, BinaryIO

from solutions.deploy.web import write_page
from solutions.errors import WrongUse

PORTS = range(7860, 7960)  # the first free one, where none is named
MOST_CONNECTIONS = 256  # a quarter of the files that a process may usually open


class PageServer(ThreadingHTTPServer):
    """A server that nobody keeps shut by connections: who was connected first gives way to who comes."""

    allow_reuse_port = False  # some versions of Python would let two servers share a port
    request_queue_size = 128  # a visitor who finds it full waits for seconds before the system asks again
    has_to_end = False
    connections: tuple[socket.socket, ...] = ()

    def end(self, *_: object) -> None:
        """Handle a signal. An exception could be lost here: Python ignores those raised within ``__del__``."""
        self.has_to_end = True

    def service_actions(self) -> None:
        if self.has_to_end:
            raise KeyboardInterrupt

    def process_request(self, request: Any, client_address: Any) -> None:
        self.connections = (*(other for other in self.connections if other.fileno() >= 0), request)
        for first in self.connections[:-MOST_CONNECTIONS]:
            with suppress(OSError):  # it has ended meanwhile
                first.shutdown(socket.SHUT_RDWR)
        super().process_request(request, client_address)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Ignore visitors who left before the answer."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class PageHandler(SimpleHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 60  # seconds; a connection on which nothing comes is closed
    # The system's own table can be wrong about scripts, and then a browser refuses to run them.
    extensions_map = SimpleHTTPRequestHandler.extensions_map | {".js": "text/javascript", ".css": "text/css"}

    def send_head(self) -> BinaryIO | io.BytesIO | None:
        try:
            return super().send_head()
        except ValueError:  # not a possible name of a file
            self.send_error(HTTPStatus.NOT_FOUND)
            return None

    def end_headers(self) -> None:
        self.send_header("Cache-Control", "no-store")  # the next model's page has the same address
        self.send_header("X-Content-Type-Options", "nosniff")
        super().end_headers()

    def log_message(self, *args: object) -> None:
        """Print nothing: the terminal shows the address of the page."""


def serve(model: Path, host: str, port: int | None, open_browser: bool, started: Callable[[str], None]) -> None:
    """Serve the page of a verified model file until the process is interrupted or terminated.

    Where no port is named it takes the first free one of ``PORTS``; then it calls ``started`` with the page's address.

    Raises:
        WrongUse: the port is taken, or the address is not one of this machine.
    """
    with (
        tempfile.TemporaryDirectory(prefix="garments-") as folder,
        listen(host, port, partial(PageHandler, directory=folder)) as server,
    ):
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        try:
            write_page(model, Path(folder))
            address = f"http://{'localhost' if host == '0.0.0.0' else host}:{server.server_port}/"
            for sent in (signal.SIGINT, signal.SIGTERM):
                signal.signal(sent, server.end)
            started(address)
            if open_browser:  # a browser for terminals would keep us from answering it
                threading.Thread(target=webbrowser.open, args=(address,), daemon=True).start()
            server.serve_forever()
        except KeyboardInterrupt:
            pass


def listen(host: str, port: int | None, handler: Callable[..., SimpleHTTPRequestHandler]) -> PageServer:
    """Return a server at the port, or at the first free one of ``PORTS``; its errors are those of ``serve``."""
    for candidate in PORTS if port is None else (port,):
        try:
            return PageServer((host, candidate), handler)
        except OSError as error:
            if error.errno not in (errno.EADDRINUSE, errno.EACCES):
                raise WrongUse(f"--host {host}: not an address of this machine ({error.strerror})") from error
    if port is None:
        raise WrongUse(f"{PORTS[0]} to {PORTS[-1]}: all taken; name a port with --port")
    raise WrongUse(f"--port {port}: taken, or not for you; give another one, or none")

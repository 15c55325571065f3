"""Server of the pages on which several people mark.

Handlers take some milliseconds each and run one after the other; a thread beside them reads the graded notebooks.
"""

import asyncio
import socket
import ssl
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from tornado.httpserver import HTTPServer
from tornado.iostream import IOStream
from tornado.web import Application

from autograder.errors import AutograderError, complain
from autograder.instructor.course.folder import CourseFolderError
from autograder.instructor.marking import handlers
from autograder.instructor.marking.state import MarkingState

MAX_REQUEST_BYTES = 1 << 20
EVERY_S = 10.0  # how often it looks for newly graded answers
PATIENCE_S = 20.0  # with a visitor who sends nothing, or sends a request without an end
MOST_CONNECTIONS = 256  # a quarter of the files that a process may usually open


class MarkingServer(HTTPServer):
    """A server that nobody keeps shut by connections: who was connected first gives way to who comes."""

    def initialize(self, *arguments: Any, **options: Any) -> None:
        super().initialize(*arguments, **options)
        self.streams: list[IOStream] = []

    def handle_stream(self, stream: IOStream, address: tuple[Any, ...]) -> None:
        self.streams = [*(other for other in self.streams if not other.closed()), stream]
        for first in self.streams[:-MOST_CONNECTIONS]:
            first.close()
        super().handle_stream(stream, address)


def application(state: MarkingState) -> Application:
    part, arguments = r"([^/]+)", {"state": state}
    routes: list[tuple[str, type[handlers.MarkingHandler]]] = [
        (r"/", handlers.Start),
        (r"/login", handlers.Login),
        (r"/logout", handlers.Logout),
        (rf"/questions/{part}/{part}", handlers.QuestionPage),
        (rf"/questions/{part}/{part}/next", handlers.Next),
        (rf"/answers/{part}", handlers.AnswerPage),
        (r"/overview", handlers.OverviewPage),
        (r"/history", handlers.HistoryPage),
        (r"/script\.js", handlers.Script),
    ]
    return Application(
        [(route, handler, arguments) for route, handler in routes],
        default_handler_class=handlers.Missing,
        default_handler_args=arguments,
        log_function=lambda _: None,
        xsrf_cookies=True,
        xsrf_cookie_name=handlers.XSRF_COOKIE,
        xsrf_cookie_kwargs={"httponly": True, "samesite": "Strict"},
    )


def https_with(certificate: Path) -> ssl.SSLContext:
    """Return the context for https with a PEM file of certificate and key; raise CourseFolderError where it is none."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    try:
        context.load_cert_chain(certificate)
    except OSError as error:
        reason = error.strerror or str(error)
        raise CourseFolderError(f"{certificate} is not a certificate with its key in PEM: {reason}") from error
    return context


async def serve(
    state: MarkingState, host: str, port: int, https: ssl.SSLContext | None, on_ready: Callable[[str], None]
) -> None:
    """Serve the pages until interrupted.

    Args:
        port: of the host, which is this machine; 0 for a free one.
        on_ready: called with the address when it answers.

    Raises:
        OSError: the port is taken.
    """
    server = MarkingServer(
        application(state),
        ssl_options=https,
        max_body_size=MAX_REQUEST_BYTES,
        max_buffer_size=MAX_REQUEST_BYTES,
        idle_connection_timeout=PATIENCE_S,
        body_timeout=PATIENCE_S,
    )
    listening = socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    listening.setblocking(False)
    server.add_socket(listening)
    shown_host = f"[{host}]" if ":" in host else host
    on_ready(f"{'https' if https else 'http'}://{shown_host}:{listening.getsockname()[1]}/")
    complaint = ""
    try:
        with ThreadPoolExecutor(1) as pool:
            while True:
                await asyncio.sleep(EVERY_S)
                try:
                    await asyncio.get_running_loop().run_in_executor(pool, state.look_again)
                    complaint = ""
                except (AutograderError, OSError) as error:  # markers go on with the answers of before
                    if str(error) != complaint:  # once, and not every time
                        complain(complaint := str(error))
    finally:
        server.stop()
        await server.close_all_connections()

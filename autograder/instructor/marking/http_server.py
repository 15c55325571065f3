"""Server of the pages on which several people mark. Handlers take milliseconds each, and run one after the other."""

import asyncio
import socket
from collections.abc import Callable
from typing import Any

from tornado.httpserver import HTTPServer
from tornado.iostream import IOStream
from tornado.web import Application

from autograder.instructor.marking import handlers
from autograder.instructor.marking.state import MarkingState

MAX_REQUEST_BYTES = 1 << 20
HOST = "127.0.0.1"
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
        (r"/style\.css", handlers.Style),
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


async def serve(state: MarkingState, port: int, on_ready: Callable[[str], None]) -> None:
    """Serve the pages to this machine until interrupted.

    Args:
        port: 0 for a free one.
        on_ready: called with the address when it answers.

    Raises:
        OSError: the port is taken.
    """
    server = MarkingServer(
        application(state),
        xheaders=True,  # so that a web server in front can say that visitors come by https
        max_body_size=MAX_REQUEST_BYTES,
        max_buffer_size=MAX_REQUEST_BYTES,
        idle_connection_timeout=PATIENCE_S,
        body_timeout=PATIENCE_S,
    )
    listening = socket.create_server((HOST, port))
    listening.setblocking(False)
    server.add_socket(listening)
    on_ready(f"http://{HOST}:{listening.getsockname()[1]}/")
    try:
        await asyncio.Event().wait()
    finally:
        server.stop()
        await server.close_all_connections()

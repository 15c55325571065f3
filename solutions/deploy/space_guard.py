"""In front of Gradio: it would fetch what a request names by an address, and read any body into memory."""

import json
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from solutions.deploy.images import LARGEST_FILE

LARGEST_UPLOAD = LARGEST_FILE + (64 << 10)  # with what a form adds to a file
LARGEST_REQUEST = 256 << 10  # any other: a picture is uploaded first and then named by its path
UPLOAD = "/gradio_api/upload"
NO_ADDRESS = "no address is fetched here: upload the file, and name it by the path that you are told"

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Message, Receive, Send], Awaitable[None]]


class Guard:
    """Refuses what is too large and what names a file by an address; lets the rest through."""

    def __init__(self, app: App) -> None:
        self.app = app

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
        elif "://" in scope["path"]:
            await refuse(send, 403, NO_ADDRESS)
        elif scope["method"] in ("GET", "HEAD", "OPTIONS"):
            await self.app(scope, receive, send)
        else:
            await self._with_body(scope, receive, send)

    async def _with_body(self, scope: Message, receive: Receive, send: Send) -> None:
        is_upload = scope["path"].rstrip("/") == UPLOAD
        length = dict(scope["headers"]).get(b"content-length")
        if length is None:
            await refuse(send, 411, "the length of what is sent has to be told")
        elif int(length) > (LARGEST_UPLOAD if is_upload else LARGEST_REQUEST):
            await refuse(send, 413, "this is too large")
        elif is_upload:
            await self.app(scope, receive, send)
        else:
            read = await body_of(receive)
            if names_an_address(read):
                await refuse(send, 403, NO_ADDRESS)
            else:
                await self.app(scope, replaying(read, receive), send)


def names_an_address(body: bytes) -> bool:
    """Whether a body is JSON in which the path of a file is none; what is no JSON, Gradio cannot read either."""
    named: list[object] = []
    try:
        json.loads(body, object_pairs_hook=lambda pairs: named.extend(value for name, value in pairs if name == "path"))
    except (ValueError, RecursionError):
        return False
    return any(isinstance(path, str) and not path.startswith("/") for path in named)


async def body_of(receive: Receive) -> bytes:
    """Return the body of a request, whose length the server has seen to."""
    parts = []
    while True:
        message = await receive()
        parts.append(message.get("body", b""))
        if not message.get("more_body"):
            return b"".join(parts)


def replaying(body: bytes, receive: Receive) -> Receive:
    """Return what gives a body that was read already, and then what comes."""
    waiting = [{"type": "http.request", "body": body, "more_body": False}]

    async def again() -> Message:
        return waiting.pop() if waiting else await receive()

    return again


async def refuse(send: Send, status: int, reason: str) -> None:
    headers = [(b"content-type", b"application/json"), (b"connection", b"close")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": json.dumps({"detail": reason}).encode()})

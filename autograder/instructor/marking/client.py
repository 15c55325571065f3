"""Mark by a program, over the same addresses as the page."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote, urlencode

from autograder.errors import WorkFailed

TIMEOUT_S = 60


class Refused(WorkFailed):
    """The server does not do it.

    Attributes:
        status: of HTTP.
        reply: what it says, with the ``reason``.
    """

    def __init__(self, message: str, status: int = 0, reply: Mapping[str, Any] | None = None) -> None:
        super().__init__(message)
        self.status, self.reply = status, reply or {}


class MarkingClient:
    """One marker, or the instructor, at the page of marking."""

    def __init__(self, address: str, token: str) -> None:
        """Remember where the page is, and the token.

        Args:
            address: as `autograder mark` prints it.
            token: of the one who marks.
        """
        self.address, self.token = address.rstrip("/"), token

    def questions(self) -> list[dict[str, Any]]:
        """Return the questions with answers to mark: ``name``, ``address``, ``answers`` and ``to_do``."""
        found: list[dict[str, Any]] = self.ask("/")["questions"]
        return found

    def entries(self, question: str) -> list[dict[str, Any]]:
        """Return the answers to the question at an address: ``id``, ``role``, ``state``, ``points`` and more."""
        found: list[dict[str, Any]] = self.ask(question)["entries"]
        return found

    def answer(self, answer_id: str) -> dict[str, Any]:
        """Return an answer: ``text``, ``max_points``, ``role``, ``mark``, ``base`` and more."""
        found: dict[str, Any] = self.ask(f"/answers/{quote(answer_id, safe='')}")["answer"]
        return found

    def save(
        self, answer: Mapping[str, Any], points: float, comment: str = "", *, keep: bool = False
    ) -> dict[str, Any]:
        """Save a mark of an answer as it was read; the reply says under ``next`` where to go on.

        Raises:
            Refused: with status 409 where it was changed meanwhile.
        """
        fields = {"points": f"{points:g}", "comment": comment, "base": answer["base"], "then": "next"}
        return self.ask(f"/answers/{quote(answer['id'], safe='')}", **fields, **({"keep": "yes"} if keep else {}))

    def mark_all(self, decide: Callable[[Mapping[str, Any]], tuple[float, str]]) -> int:
        """Mark all that waits, as somebody does who always goes to the next answer; return how many.

        Args:
            decide: returns points and comment for an answer.
        """
        marked = 0
        for question in self.questions():
            while (place := self.ask(f"{question['address']}/next")["next"]).startswith("/answers/"):
                answer = self.answer(place.removeprefix("/answers/"))
                self.save(answer, *decide(answer))
                marked += 1
        return marked

    def ask(self, path: str, **fields: str) -> dict[str, Any]:
        """Return the reply to a question, or to a form where there are fields.

        Raises:
            Refused: the server does not do it.
            OSError: it does not answer.
        """
        found: dict[str, Any] = json.loads(self._answer(path, "application/json", fields))
        return found

    def page(self, path: str) -> str:
        """Return a page as a browser gets it.

        Raises:
            Refused: the server does not give it.
            OSError: it does not answer.
        """
        return self._answer(path, "text/html", {})

    def _answer(self, path: str, kind: str, fields: Mapping[str, str]) -> str:
        headers = {"Authorization": f"Bearer {self.token}", "Accept": kind}
        body = urlencode(fields).encode() if fields else None
        request = urllib.request.Request(self.address + path, body, headers)
        try:
            with urllib.request.urlopen(request, timeout=TIMEOUT_S) as reply:
                return str(reply.read().decode())
        except urllib.error.HTTPError as error:
            with error:
                said = error.read().decode()
                reply = json.loads(said) if said.startswith("{") else {}
                reason = f"{reply.get('reason', error.reason)} ({error.code})"
                raise Refused(reason, error.code, reply) from None

"""Each page of marking, and the same as JSON for programs: every address answers both.

Whoever asks shows a token, as a cookie or in the header ``Authorization: Bearer TOKEN``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from http import HTTPStatus
from typing import Any, ClassVar
from urllib.parse import quote, urlencode

from markupsafe import Markup
from tornado.web import HTTPError, RequestHandler

from autograder.errors import AutograderError, complain
from autograder.instructor.gradebook.marks import number
from autograder.instructor.gradebook.writer import GradebookError
from autograder.instructor.marking import pages
from autograder.instructor.marking.access import Who, who_has
from autograder.instructor.marking.marked import Marked
from autograder.instructor.marking.markers import Question
from autograder.instructor.marking.reading import Shown, entries, next_of, overview, past, shown
from autograder.instructor.marking.saving import (
    NotSaved,
    NotTheirs,
    Stale,
    Typed,
    calibrate_on,
    forget_comment,
    save,
)

COOKIE = "autograder-mark"
JSON = "application/json"


def status_of(error: AutograderError) -> int:
    """Return what HTTP calls an error of ours."""
    known = {NotTheirs: 403, Stale: 409, GradebookError: 503}
    return next((status for kind, status in known.items() if isinstance(error, kind)), 422)


def address_of(question: Question) -> str:
    return f"/questions/{quote(question.assignment, safe='')}/{quote(question.cell, safe='')}"


class Handler(RequestHandler):
    """What all pages share: who asks, headers, and errors in words."""

    marked: Marked
    is_open: ClassVar[bool] = False  # whether one need not be logged in

    def initialize(self, marked: Marked) -> None:
        self.marked = marked
        self.who: Who | None = None

    def set_default_headers(self) -> None:
        self.set_header("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
        self.set_header("Cache-Control", "no-store")
        self.set_header("Referrer-Policy", "no-referrer")
        self.set_header("X-Content-Type-Options", "nosniff")
        self.set_header("Cross-Origin-Opener-Policy", "same-origin")
        self.clear_header("Server")

    def prepare(self) -> None:
        self.who = who_has(self.marked.gradebook, self._bearer() or self.get_cookie(COOKIE) or "")
        if self.who is None and not self.is_open:
            if self.wants_json or self.request.method != "GET":
                raise HTTPError(401, reason="log in first, with your token")
            self.redirect("/login")

    def check_xsrf_cookie(self) -> None:
        if not self._bearer():  # a page of somebody else's cannot send this header
            super().check_xsrf_cookie()

    def _bearer(self) -> str:
        kind, _, token = self.request.headers.get("Authorization", "").partition(" ")
        return token.strip() if kind == "Bearer" else ""

    @property
    def wants_json(self) -> bool:
        return JSON in self.request.headers.get("Accept", "")

    def whom(self) -> Who:
        assert self.who is not None  # prepare has seen to it
        return self.who

    def show(self, template: str, data: Mapping[str, Any], **values: Any) -> None:
        """Send data as JSON to who asks for that, and else a page of it."""
        if self.wants_json:
            self.finish(dict(data))
            return
        xsrf = Markup(self.xsrf_form_html())
        text, policy = pages.page(template, who=self.who, xsrf=xsrf, **{**data, **values})
        self.set_header("Content-Security-Policy", policy)
        self.finish(text)

    def go(self, address: str, **data: Any) -> None:
        """Send somebody on, and to a program say where."""
        if self.wants_json:
            self.finish({**data, "next": address})
        else:
            self.redirect(address, status=HTTPStatus.SEE_OTHER)

    def write_error(self, status_code: int, **details: Any) -> None:
        _, error, _ = details.get("exc_info", (None, None, None))
        reason = "something went wrong here; what you typed is not saved"
        if isinstance(error, GradebookError):  # what fails is for whoever runs the server, and printed there
            reason = "the gradebook does not take it just now: save again in a moment, or tell whoever runs the server"
        elif isinstance(error, AutograderError):
            reason = str(error)
        elif isinstance(error, HTTPError):
            reason = error.reason or error.log_message or HTTPStatus(status_code).phrase
        self.set_status(status_of(error) if isinstance(error, AutograderError) else status_code)
        self.who = self.who if hasattr(self, "who") else None
        self.show("message.html.j2", {"reason": reason}, title="That did not work")

    def log_exception(self, kind: Any, error: Any, trace: Any) -> None:
        if not isinstance(error, HTTPError | NotSaved):
            complain(f"{self.request.method} {self.request.path}: {kind.__name__}: {error}")

    def question(self, assignment: str, cell: str) -> Question:
        """Return the question of an address."""
        question = Question(assignment, cell)
        if question not in self.marked.team.questions:
            raise HTTPError(404, reason="there is no such question")
        return question

    def standing(self, question: Question, found: Sequence[Any]) -> dict[str, Any]:
        return {
            "name": self.marked.name(question),
            "address": address_of(question),
            "answers": len(found),
            "to_do": sum(one.is_to_do for one in found),
        }


class Login(Handler):
    is_open = True

    def get(self) -> None:
        self.show("login.html.j2", {"reason": ""})

    def post(self) -> None:
        token = self.get_body_argument("token", "").strip()
        who = who_has(self.marked.gradebook, token)
        if who is None:
            self.set_status(401)
            self.show("login.html.j2", {"reason": "This token opens nothing: look whether you have copied all of it."})
            return
        is_https = self.request.protocol == "https"
        self.set_cookie(COOKIE, token, httponly=True, samesite="Strict", secure=is_https, path="/")
        self.go("/", name=who.name)


class Logout(Handler):
    is_open = True

    def post(self) -> None:
        self.clear_cookie(COOKIE, path="/")
        self.go("/login")


class Start(Handler):
    def get(self) -> None:
        with self.marked.gradebook.open() as rows:
            found = {one: entries(rows.db, self.marked.team, self.whom(), one) for one in self.marked.team.questions}
        listed = [self.standing(question, mine) for question, mine in found.items() if mine]
        self.show("start.html.j2", {"questions": listed})


class QuestionPage(Handler):
    def get(self, assignment: str, cell: str) -> None:
        question = self.question(assignment, cell)
        with self.marked.gradebook.open() as rows:
            found = entries(rows.db, self.marked.team, self.whom(), question)
        data = {"question": self.standing(question, found), "entries": [asdict(one) for one in found]}
        self.show("question.html.j2", data, about=pages.about(self.marked.asked[assignment]))


class Next(Handler):
    def get(self, assignment: str, cell: str) -> None:
        question = self.question(assignment, cell)
        self.go(next_address(self.marked, self.whom(), question, self.get_query_argument("after", "")))


def next_address(marked: Marked, who: Who, question: Question, after: str) -> str:
    """Return where the next answer to a question is, or the list where all is done."""
    with marked.gradebook.open() as rows:
        entry = next_of(entries(rows.db, marked.team, who, question), after)
    return address_of(question) if entry is None else f"/answers/{entry.id}"


class AnswerPage(Handler):
    def get(self, answer_id: str) -> None:
        self._show(answer_id)

    def _show(
        self, answer_id: str, typed: Typed | None = None, conflict: Mapping[str, Any] | None = None, said: str = ""
    ) -> None:
        marked, who = self.marked, self.whom()
        with marked.gradebook.open() as rows:
            answer = shown(rows.db, marked.team, who, answer_id)
            found = entries(rows.db, marked.team, who, answer.question)
        place = next(one.number for one in found if one.id == answer.id)
        if typed is None:
            points, comment = answer.mark or (None, "")
            typed = Typed("" if points is None else number(points), comment, answer.base)
        self.show(
            "answer.html.j2",
            {"answer": asdict(answer), "question": self.standing(answer.question, found), "number": place},
            text=pages.shown(answer.text),
            about=pages.about(marked.asked[answer.question.assignment]),
            typed=typed,
            conflict=conflict,
            said=said,
        )

    def post(self, answer_id: str) -> None:
        marked, who, then = self.marked, self.whom(), self.get_body_argument("then", "next")
        typed = Typed(
            self.get_body_argument("points", ""),
            self.get_body_argument("comment", "", strip=False),
            self.get_body_argument("base", ""),
            bool(self.get_body_argument("keep", "")),
        )
        if then.startswith("use:"):
            self._show(answer_id, self._with_kept(answer_id, typed, then.removeprefix("use:")), said="Not saved yet.")
            return
        try:
            save(marked.gradebook, marked.team, who, answer_id, typed)
        except NotSaved as error:
            self._refuse(answer_id, typed, error)
            return
        with marked.gradebook.open() as rows:
            answer = shown(rows.db, marked.team, who, answer_id)
        # Whoever has just marked to calibrate should read what the instructor says.
        stays = then == "stay" or answer.role == "trial"
        address = f"/answers/{answer_id}" if stays else next_address(marked, who, answer.question, answer_id)
        self.go(address, saved=True)

    def _with_kept(self, answer_id: str, typed: Typed, kept_id: str) -> Typed:
        with self.marked.gradebook.open() as rows:
            answer = shown(rows.db, self.marked.team, self.whom(), answer_id)
        text = next((text for one, text, _ in answer.kept if one == kept_id), "")
        return Typed(typed.points, "\n".join(filter(None, [typed.comment.rstrip(), text])), typed.base, typed.keep)

    def _refuse(self, answer_id: str, typed: Typed, error: NotSaved) -> None:
        """Say why a mark was not saved, and show what is there beside what was typed."""
        self.set_status(status_of(error))
        conflict: dict[str, Any] = {"reason": str(error), "theirs": None, "base": ""}
        try:
            with self.marked.gradebook.open() as rows:
                answer: Shown | None = shown(rows.db, self.marked.team, self.whom(), answer_id)
        except NotTheirs:
            answer = None
        if answer is not None and isinstance(error, Stale):
            conflict |= {"theirs": answer.decided or answer.mark, "base": answer.base, "text": answer.text}
        if self.wants_json:
            self.finish(conflict)
        elif answer is None:
            data = {"reason": f"{error}. You typed: {typed.points} points; {typed.comment}"}
            self.show("message.html.j2", data, title="Not saved")
        else:
            self._show(answer_id, typed, conflict)


class Calibration(Handler):
    def post(self, answer_id: str) -> None:
        ends = self.get_body_argument("then", "set") == "end"
        reason = None if ends else self.get_body_argument("reason", "", strip=False)
        calibrate_on(self.marked.gradebook, self.marked.team, self.whom(), answer_id, reason)
        self.go(f"/answers/{answer_id}", saved=True)


class Forget(Handler):
    def post(self, comment_id: str) -> None:
        forget_comment(self.marked.gradebook, self.whom(), comment_id)
        back = self.get_body_argument("back", "")
        self.go(f"/answers/{quote(back, safe='')}" if back else "/", saved=True)


class InstructorsPage(Handler):
    def prepare(self) -> None:
        super().prepare()
        if self.who is not None and not self.who.is_instructor:
            raise HTTPError(403, reason="this page is the instructor's")


class OverviewPage(InstructorsPage):
    def get(self) -> None:
        marked = self.marked
        with marked.gradebook.open() as rows:
            found = [(one, overview(rows.db, marked.team, one)) for one in marked.team.questions]
        listed = [{"name": marked.name(one), "address": address_of(one), "seen": asdict(seen)} for one, seen in found]
        self.show("overview.html.j2", {"questions": listed, "over": marked.team.settings.decide_over})


class HistoryPage(InstructorsPage):
    def get(self) -> None:
        answer, before = self.get_query_argument("answer", ""), self.get_query_argument("before", "0")
        with self.marked.gradebook.open() as rows:
            found = past(rows.db, answer, int(before) if before.isdecimal() else 0)
        fields = ("id", "who", "what", "answer", "before", "after", "student", "assignment")
        lines = [{name: getattr(one, name) for name in fields} | {"at": f"{one.at:%Y-%m-%d %H:%M:%S}"} for one in found]
        older = {"before": lines[-1]["id"]} | ({"answer": answer} if answer else {}) if lines else {}
        self.show("history.html.j2", {"lines": lines, "older": older and f"/history?{urlencode(older)}"})


class Script(Handler):
    is_open = True

    def prepare(self) -> None:
        pass

    def get(self) -> None:
        self.set_header("Content-Type", "text/javascript; charset=utf-8")
        self.finish(pages.SCRIPT)


class Missing(Handler):
    is_open = True

    def prepare(self) -> None:
        raise HTTPError(404, reason="there is no such page")

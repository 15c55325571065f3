"""Request handlers of the marking pages. A cookie holds the visitor's token."""

import json
import re
from collections.abc import Mapping, Sequence
from functools import cache
from http import HTTPStatus
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import quote

from markupsafe import Markup
from tornado.web import HTTPError, RequestHandler

from autograder.instructor.course.written_questions import QuestionError, WrittenQuestion
from autograder.instructor.gradebook import GradebookError
from autograder.instructor.marking.access import owner_of
from autograder.instructor.marking.queries import ListEntry, entries, next_of, overview, past, view
from autograder.instructor.marking.saving import MarkForm, NotSaved, NotTheirs, Stale, save
from autograder.instructor.marking.state import MarkingState
from autograder.instructor.marking.team import INSTRUCTOR, QuestionKey
from autograder.instructor.marks import number
from autograder.instructor.reports.safe_markdown import TextRenderer, markdown_as_text
from autograder.reports.html import environment, render
from autograder.user_errors import AutograderError, complain

COOKIE = "autograder-mark-{}"  # with the port: each course that is marked on this host keeps its visitors
XSRF_COOKIE = "autograder-mark-xsrf"  # a port has no cookies of its own, and the formgrader's script reads `_xsrf`
HERE = Path(__file__).parent
POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
STATUS: dict[type[AutograderError], int] = {NotTheirs: 403, Stale: 409, NotSaved: 422, GradebookError: 503}


class AnswerRenderer(TextRenderer):
    """Renders Markdown within a page: its headings are bold text without anchors."""

    def heading(self, text: str, level: int, **attrs: Any) -> str:
        return f"<p><strong>{text}</strong></p>\n"


def rendered(markdown: str) -> Markup:
    """Return Markdown as HTML that does nothing but show it."""
    return Markup(markdown_as_text(markdown, AnswerRenderer))


@cache
def explained(question: WrittenQuestion | None) -> Markup:
    """Return question, rubric and model answer, as far as the course has them."""
    if question is None:
        return Markup("<p>The course has none.</p>")
    parts = (("Question", question.asks), ("Rubric", question.rubric), ("Model answer", question.model_answer))
    return Markup().join(Markup("<h2>{}</h2>{}").format(title, rendered(text)) for title, text in parts)


def in_words(value: str | None) -> str:
    """Return a value of the history as people read it."""
    entry = json.loads(value) if value else None
    if isinstance(entry, dict):
        points = "no points" if entry["points"] is None else f"{number(entry['points'])} points"
        return points + (f": {entry['comment']}" if entry["comment"] else "")
    return "" if entry is None else str(entry)


def address_of(question: QuestionKey) -> str:
    return f"/questions/{quote(question.assignment, safe='')}/{quote(question.cell, safe='')}"


class MarkingHandler(RequestHandler):
    """Parts that all pages share: login, headers, and errors in words."""

    state: MarkingState
    is_open: ClassVar[bool] = False  # whether it needs no login

    def initialize(self, state: MarkingState) -> None:
        self.state = state
        self.name = ""

    def set_default_headers(self) -> None:
        self.set_header("Content-Security-Policy", POLICY)
        self.set_header("Cache-Control", "no-store")
        self.set_header("Referrer-Policy", "no-referrer")
        self.set_header("X-Content-Type-Options", "nosniff")
        self.set_header("Cross-Origin-Opener-Policy", "same-origin")
        self.clear_header("Server")

    def prepare(self) -> None:
        self.name = owner_of(self.state.gradebook, self.get_cookie(self.cookie) or "") or ""
        if not self.name and not self.is_open:
            if self.request.method != "GET":
                raise HTTPError(401, reason="log in first, with your token")
            self.redirect("/login")

    @property
    def cookie(self) -> str:
        return COOKIE.format(re.sub(r".*:|\D", "", self.request.host))

    def show(self, template: str, **values: Any) -> None:
        values |= {"name": self.name, "is_instructor": self.name == INSTRUCTOR, "xsrf": Markup(self.xsrf_form_html())}
        environment(HERE).filters |= {"number": number, "in_words": in_words}
        self.finish(render(HERE / template, **values))

    def go(self, address: str) -> None:
        self.redirect(address, status=HTTPStatus.SEE_OTHER)

    def write_error(self, status_code: int, **details: Any) -> None:
        _, error, _ = details.get("exc_info", (None, None, None))
        reason = "something went wrong here; what you typed is not saved"
        if isinstance(error, GradebookError):  # its message is for the server's terminal
            reason = "the gradebook does not take it just now: save again in a moment, or tell the instructor"
        elif isinstance(error, AutograderError):
            reason = str(error)
        elif isinstance(error, HTTPError):
            reason = error.reason or error.log_message or HTTPStatus(status_code).phrase
        self.set_status(next((status for kind, status in STATUS.items() if isinstance(error, kind)), status_code))
        self.show("message.html.j2", title="That did not work", reason=reason)

    def log_exception(self, kind: Any, error: Any, trace: Any) -> None:
        if not isinstance(error, HTTPError | NotSaved):
            complain(f"{self.request.method} {self.request.path}: {kind.__name__}: {error}")

    def entries(self, question: QuestionKey) -> list[ListEntry]:
        """Return the visitor's answers to a question."""
        if question not in self.state.team.questions:
            raise HTTPError(404, reason="there is no such question")
        with self.state.gradebook.open() as rows:
            return entries(rows.db, self.state.team, self.name, question)

    def about(self, assignment: str) -> Markup:
        """Return an assignment's question with its rubric, or why it cannot be read just now."""
        try:
            return explained(self.state.question(assignment))
        except QuestionError as error:
            return Markup("<p>{}</p>").format(error)

    def next_address(self, question: QuestionKey, after: str) -> str:
        """Return the address of the next answer to a question, or of its list if all is done."""
        entry = next_of(self.entries(question), after)
        return address_of(question) if entry is None else f"/answers/{entry.id}"

    def progress(self, question: QuestionKey, listed: Sequence[ListEntry]) -> dict[str, Any]:
        return {
            "name": self.state.team.title(question),
            "address": address_of(question),
            "answers": len(listed),
            "to_do": sum(not entry.is_done for entry in listed),
        }


class Login(MarkingHandler):
    is_open = True

    def get(self) -> None:
        self.show("login.html.j2", reason="")

    def post(self) -> None:
        token = self.get_body_argument("token", "").strip()
        if owner_of(self.state.gradebook, token) is None:
            self.set_status(401)
            self.show("login.html.j2", reason="Unknown token. Check that you copied all of it.")
            return
        is_https = self.request.protocol == "https"
        self.set_cookie(self.cookie, token, httponly=True, samesite="Strict", secure=is_https, path="/")
        self.go("/")


class Logout(MarkingHandler):
    is_open = True

    def post(self) -> None:
        self.clear_cookie(self.cookie, path="/")
        self.go("/login")


class Start(MarkingHandler):
    def get(self) -> None:
        lists = {question: self.entries(question) for question in self.state.team.questions}
        self.show("start.html.j2", questions=[self.progress(*listed) for listed in lists.items() if listed[1]])


class QuestionPage(MarkingHandler):
    def get(self, assignment: str, cell: str) -> None:
        question = QuestionKey(assignment, cell)
        listed, about = self.entries(question), self.about(assignment)
        self.show("question.html.j2", question=self.progress(question, listed), entries=listed, about=about)


class Next(MarkingHandler):
    def get(self, assignment: str, cell: str) -> None:
        self.go(self.next_address(QuestionKey(assignment, cell), self.get_query_argument("after", "")))


class AnswerPage(MarkingHandler):
    def get(self, answer_id: str) -> None:
        self._show(answer_id)

    def post(self, answer_id: str) -> None:
        typed = MarkForm(
            self.get_body_argument("points", ""),
            self.get_body_argument("comment", "", strip=False),
            self.get_body_argument("base", ""),
        )
        try:
            if (opener := self.get_body_argument("marker", self.name)) != self.name:  # a login in another tab
                raise NotTheirs(f"{self.name} is logged in, and {opener} opened this page: log in as {opener} again")
            question = save(self.state, self.name, answer_id, typed)
        except NotTheirs as error:
            raise NotTheirs(f"{error}. You typed: {typed.points} points; {typed.comment}") from None
        except NotSaved as error:
            self.set_status(STATUS[Stale] if isinstance(error, Stale) else STATUS[NotSaved])
            self._show(answer_id, typed, error)
        else:
            stays = self.get_body_argument("then", "next") == "stay"
            self.go(self.request.path if stays else self.next_address(question, answer_id))

    def _show(self, answer_id: str, typed: MarkForm | None = None, error: NotSaved | None = None) -> None:
        """Show an answer; after a failed save with the reason, and the saved mark beside the typed one."""
        with self.state.gradebook.open() as rows:
            answer = view(rows.db, self.state.team, self.name, answer_id)
        listed = self.entries(answer.question)
        conflict: Mapping[str, Any] | None = None
        if typed is None:
            typed = MarkForm(number(answer.mark[0]) if answer.mark else "", answer.comment, answer.base)
        elif isinstance(error, Stale):  # the page shows what has changed, so saving again replaces it
            conflict = {"reason": str(error), "theirs": answer.decided or answer.mark}
            typed = MarkForm(typed.points, typed.comment, answer.base)
        else:
            conflict = {"reason": str(error), "theirs": None}
        self.show(
            "answer.html.j2",
            answer=answer,
            question=self.progress(answer.question, listed),
            # Whoever has it open goes on when it comes into another list, as it does when others hand in.
            number=next((entry.number for entry in listed if entry.id == answer.id), ""),
            text=rendered(answer.text),
            about=self.about(answer.question.assignment),
            typed=typed,
            conflict=conflict,
        )


class InstructorsPage(MarkingHandler):
    def prepare(self) -> None:
        super().prepare()
        if self.name not in ("", INSTRUCTOR):
            raise HTTPError(403, reason="this page is the instructor's")


class OverviewPage(InstructorsPage):
    def get(self) -> None:
        team = self.state.team
        with self.state.gradebook.open() as rows:
            seen = [(team.title(key), address_of(key), overview(rows.db, team, key)) for key in team.questions]
        self.show("overview.html.j2", questions=seen)


class HistoryPage(InstructorsPage):
    def get(self) -> None:
        with self.state.gradebook.open() as rows:
            lines = past(rows.db, self.get_query_argument("answer", ""))
        self.show("history.html.j2", lines=lines, names=self.state.names)


class Script(MarkingHandler):
    is_open = True

    def get(self) -> None:
        self.set_header("Content-Type", "text/javascript; charset=utf-8")
        self.finish((HERE / "script.js").read_bytes())


class Style(MarkingHandler):
    is_open = True

    def get(self) -> None:
        self.set_header("Content-Type", "text/css; charset=utf-8")
        self.finish(render(HERE / "style.css.j2"))


class Missing(MarkingHandler):
    is_open = True

    def prepare(self) -> None:
        raise HTTPError(404, reason="there is no such page")

"""The form on a page of feedback, in a browser, from a file: the request that it makes, and the page without it."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from autograder.instructor.course.grading_records import GradingRecord
from autograder.instructor.course.late import LatePenalty
from autograder.instructor.course.roster import Student
from autograder.instructor.marks import CellMark, Mark
from autograder.instructor.reports.feedback import feedback_page
from autograder.instructor.requests.form import Request, parse_request
from tests.instructor.conftest import a_verdict

STUDENT = 'ada "<i>'
TITLE = "The output is <x> @ weight"
LABEL = f"Linear: {TITLE}"


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A page of feedback as a file."""
    failed = a_verdict("fail", check="affine_map", worth=2, title=TITLE)
    verdicts = [a_verdict("pass", check="other", title="Other"), failed]
    work = {
        "answers": {"layers-written": "It grows."},
        "cells": {"layers-written": CellMark(5, given=3, comment="The reason is missing.\nSay it.")},
        "record": GradingRecord("layers"),
    }
    mark = Mark(Student(STUDENT), "2-layers", 8, raw_score=4, handed_in=True, verdicts=verdicts, **work)
    path = tmp_path_factory.mktemp("form") / "page.html"
    path.write_text(feedback_page(mark, LatePenalty(), closed=False), encoding="utf-8")
    return f"file://{path}"


def test_the_form_makes_a_request_file_and_nothing_leaves_the_machine(page: Page, address: str) -> None:
    addresses, messages = [], []
    page.on("request", lambda request: addresses.append(request.url))
    page.on("console", lambda message: messages.append(message.text))
    page.goto(address)
    assert not page.get_by_text("Mail these lines").is_visible()
    assert "The reason is missing.\nSay it." in page.inner_text("main")
    options = page.locator("#request-check option").all_inner_texts()
    assert options == [LABEL, "Linear: Other", "Written answer", "Something else"], "what lost points comes first"
    page.get_by_role("button", name="Make a file").click()  # without a reason: nothing is made
    assert page.locator("textarea:invalid").count() == 1
    assert page.get_by_role("status").inner_text() == ""
    page.get_by_label("What is it about?").select_option(label=LABEL)
    page.get_by_label("Why do you think so?").fill("  It is right.\n\ncheck: it again ")
    with page.expect_download() as download:
        page.get_by_role("button", name="Make a file").click()
    made = download.value
    assert made.suggested_filename == "request-ada-i-2-layers-Linear.affine_map.txt"
    content = Path(made.path()).read_bytes()
    why = "It is right.\n\ncheck: it again"
    assert parse_request(content) == Request(STUDENT, "2-layers", "Linear.affine_map", why)
    assert "is among your downloads. Nothing has been sent." in page.get_by_role("status").inner_text()
    assert [url for url in addresses if not url.startswith(("file:", "blob:"))] == []
    assert messages == []  # of the page's policy, among others


def test_without_scripts_the_page_shows_lines_to_mail(browser: Browser, address: str) -> None:
    with browser.new_context(java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(address)
        assert not page.locator("form").is_visible()
        mail = page.locator("#request-by-mail pre")
        assert mail.is_visible()
        asked = mail.inner_text().replace("(its title)", TITLE).replace("(why)", "It is right.")
        assert parse_request(asked.encode()) == Request(STUDENT, "2-layers", TITLE, "It is right.")

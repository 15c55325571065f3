"""The form on a page of feedback, in a browser, from a file: the request that it makes, and the page without it."""

from pathlib import Path

import pytest
from markupsafe import Markup
from playwright.sync_api import Browser, Page

from autograder.instructor.reports import feedback
from autograder.instructor.reports.feedback import SCRIPT, SCRIPT_HASH
from autograder.instructor.requests.form import Request, parse_request
from autograder.reports.html import render

STUDENT = 'ada "<i>'
TITLE = "The output is <x> @ weight"
RECEIPT = "3f9a-0c27-e1b4-88d2-5c01-77fe-a9d3-0b46"
LABEL = f"Linear: {TITLE}"


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A page of feedback as a file."""
    verdict = {"exercise": "Linear", "check": "affine_map", "title": TITLE, "hidden": False, "outcome": "fail"}
    verdicts = [verdict | {"check": "other", "title": "Other", "points": 1, "max_points": 1, "outcome": "pass"}]
    verdicts += [verdict | {"points": 0, "max_points": 2}]
    text = render(
        Path(feedback.__file__).with_name("feedback.html.j2"),
        **dict.fromkeys(("lateness", "dates", "waiting", "chapter", "notes", "exercises", "sections"), ""),
        written=[
            {"text": "", "score": "3", "max_score": "5", "changed": False, "comment": "The reason is missing.\nSay it."}
        ],
        student=STUDENT,
        assignment="2-layers",
        points="1",
        max_points="3",
        receipt=RECEIPT,
        asked_about=feedback._asked_about(verdicts, has_written=True),  # type: ignore[arg-type]
        by_mail=Request(STUDENT, "2-layers", "(its title)", RECEIPT, "(why)").lines(),
        script=Markup(SCRIPT),
        script_hash=SCRIPT_HASH,
    )
    path = tmp_path_factory.mktemp("form") / "page.html"
    path.write_text(text, encoding="utf-8")
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
    assert parse_request(content) == Request(STUDENT, "2-layers", "Linear.affine_map", RECEIPT, why)
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
        assert parse_request(asked.encode()) == Request(STUDENT, "2-layers", TITLE, RECEIPT, "It is right.")

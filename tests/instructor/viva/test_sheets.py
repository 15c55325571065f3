"""The sheets: the student's holds no answer, each fits on one page, and nothing in them is markup of a student's."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from autograder.instructor.course.folder import CourseFolder
from autograder.instructor.viva import sheets
from autograder.instructor.viva.edits import edits_of
from autograder.instructor.viva.question import TalkQuestion, scenes_of
from autograder.instructor.viva.round import Talk
from tests.axe import on_a_telephone, violations
from tests.instructor.viva.conftest import COURSE

ANSWER, MESSAGE, LINE = "the-answer-itself", "what-the-error-says", "where-it-arises"


def question(room: str = "layers", exercise: str = "Linear", source: str | None = None, at: int = -1) -> TalkQuestion:
    """Return a question about the reference, or other code, with an answer that stands in nothing else."""
    source = COURSE.source(room) if source is None else source
    edit = edits_of(source, exercise)[at]
    scene = scenes_of(room)[exercise][0]
    return TalkQuestion(
        room, exercise, source, edit, 0, scene.given, scene.asked[0], "before", ANSWER, MESSAGE, LINE, 0
    )


def shown(question: TalkQuestion) -> str:
    return "\n".join(f"{line.mark}{line.text}" for line in sheets.excerpt(question))


def sheets_of(asked: TalkQuestion) -> tuple[str, str]:
    """Return the sheet of the student, and the instructor's with the answer."""
    return sheets.student_sheet("ada", "2-layers", asked), sheets.answer_sheet("ada", "2-layers", asked)


def test_the_students_sheet_never_holds_the_answer() -> None:
    sheet, answer = sheets_of(question())
    for part in (ANSWER, MESSAGE, LINE):
        assert part not in sheet
        assert part in answer
    for part in ("Linear", "layer(x)", "without the edit", "What comes out now"):
        assert part.lower() in sheet.lower()
        assert part.lower() in answer.lower()


def test_the_excerpt_is_the_function_around_the_edit_without_its_docstring() -> None:
    lines = shown(question()).splitlines()
    assert lines[0] == " class Linear(nn.Module):"
    assert "     def forward(self, x: Tensor) -> Tensor:" in lines
    assert [line for line in lines if line.startswith("-")] == ["-        return x @ self.weight + self.bias"]
    assert sum(line.startswith("+") for line in lines) == 1
    assert "Args" not in "\n".join(lines)


LONG = "def rms_through(n):\n" + "".join(f"    x{i} = n + {i}{' ' * 200}# {'word ' * 50}\n" for i in range(30))
WIDE = "def rms_through(n):\n    return " + " + ".join(f"n * {i}" for i in range(900)) + "\n"
MARKUP = "def rms_through(n):\n    x = '<script>alert(1)</script></pre>'  # <b>&\n    return n + 1\n"


def fits_on_one_page(page: Page, sheet: str) -> bool:
    page.set_content(sheet)
    return len(re.findall(rb"/Type\s*/Page\b", page.pdf(prefer_css_page_size=True))) == 1


@pytest.mark.parametrize("source", [LONG, WIDE, MARKUP], ids=["long", "wide", "markup"])
@pytest.mark.parametrize("at", [0, 1, -1])
def test_any_code_fits_on_one_page(page: Page, source: str, at: int) -> None:
    asked = question("layers", "rms_through", source, at)
    assert all(len(line.text) <= sheets.MAX_LINE + 2 for line in sheets.excerpt(asked))
    assert len(sheets.excerpt(asked)) <= sheets.MAX_ROWS
    assert asked.edit.text[:20] in shown(asked)
    for sheet in sheets_of(asked):
        assert fits_on_one_page(page, sheet)
        assert page.locator("script, b").count() == 0


def test_the_longest_scene_fits_on_one_page_too(page: Page) -> None:
    for place in range(0, 60, 9):
        assert fits_on_one_page(page, sheets_of(question("training", "Learner", at=place))[1])


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_screen_reader_and_a_narrow_screen_can_use_the_pages(scheme: str, browser: Browser, tmp_path: Path) -> None:
    folder, asked = CourseFolder(tmp_path), question(source=COURSE.source("layers"))
    talks = [Talk("ada", asked), Talk("dennis", None, "no exercise of dennis passed")]
    index = sheets.write_index(folder, "2-layers", talks, {"ada": "ada Ada Lovelace"})
    assert "ada Ada Lovelace</a>" in index.read_text(encoding="utf-8")
    pages = [*sheets.write_sheets(folder, "2-layers", talks[0]), index]
    assert sheets.write_sheets(folder, "2-layers", talks[1]) == []
    with on_a_telephone(browser, scheme) as context:
        for path in pages:
            shown = context.new_page()
            shown.goto(f"file://{path}")
            assert shown.evaluate("document.documentElement.scrollWidth") <= 360
            assert violations(shown) == []


def test_an_end_of_line_that_python_does_not_know_takes_no_line_from_the_excerpt() -> None:
    source = "def rms_through(n):\n    a = n + len('\u2028')\n    b = a\n    return b\n"
    edit = next(edit for edit in edits_of(source, "rms_through") if edit.line == 2)
    asked = TalkQuestion("layers", "rms_through", source, edit, 0, "", "", "", "", "", "", 0)
    assert shown(asked).endswith("\n     b = a\n     return b")


def test_an_edit_over_several_lines_shows_all_of_them() -> None:
    source = "def rms_through(n):\n    a = max(\n        n,\n        2,\n    )\n    return a\n"
    (edit,) = [edit for edit in edits_of(source, "rms_through") if edit.kind == "statement"]
    asked = TalkQuestion("layers", "rms_through", source, edit, 0, "", "", "", "", "", "", 0)
    assert shown(asked).splitlines() == [
        " def rms_through(n):",
        "-    a = max(",
        "-        n,",
        "-        2,",
        "-    )",
        "+    pass",
        "     return a",
    ]

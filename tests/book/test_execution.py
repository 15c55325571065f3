"""The book executes a chapter once, and a release reads the same execution."""

from unittest.mock import patch

import pytest
from nbformat import NotebookNode

from autograder.course import Course
from autograder.instructor.releasing import execution
from book.execution import pages_with_cells, read_executed

pytestmark = pytest.mark.timeout(1800)  # the first test waits for the fixture of all, the whole book


def sources(notebook: NotebookNode) -> list[str]:
    return [cell.source for cell in notebook.cells if cell.cell_type == "code"]


@pytest.mark.usefixtures("site")
def test_a_release_executes_no_page_that_the_book_has_executed(course: Course) -> None:
    with patch.object(execution, "execute", side_effect=AssertionError("executed twice")):
        for page in pages_with_cells():
            shown = read_executed(page.text, page.path.stem)
            released = execution.executed_chapter(page, course)
            assert sources(shown) == sources(released)
            assert any(cell.outputs for cell in shown.cells if cell.cell_type == "code")


def test_every_page_with_cells_is_executed_before_it_is_read() -> None:
    pages = {page.path.stem for page in pages_with_cells()}
    assert {"0-start", "2-layers", "you-built-it", "grading"} <= pages
    assert "glossary" not in pages

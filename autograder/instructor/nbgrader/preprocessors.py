"""Our steps in nbgrader: cut and read notebooks, grade with our runner, show students' texts safely."""

import atexit
import re
import secrets
from functools import cache
from html import escape, unescape
from pathlib import Path
from typing import Any, TextIO
from xml.etree import ElementTree

import nbformat
from nbconvert.exporters import NotebookExporter
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from nbconvert.preprocessors import Preprocessor
from nbformat import NotebookNode
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import ClearSolutions, NbGraderPreprocessor

from autograder.course import Course
from autograder.exercises import BEGIN
from autograder.instructor.class_facts import update_student
from autograder.instructor.course.folder import CourseFolder, with_book
from autograder.instructor.course.records import GradingRecords, write_record
from autograder.instructor.gradebook import CourseGradebook
from autograder.instructor.grading.submission import completed, grade_one
from autograder.instructor.grading.verdict_digest import digest_of, grader_digest
from autograder.instructor.releasing.source import opened
from autograder.judge.live import LiveExpectations
from autograder.notebooks.graft import MalformedNotebook, is_answer, read_notebook, without_hidden_tests
from autograder.reports.html import CONTROLS
from autograder.sandbox import Sandbox

NAMES = ("student", "first_name", "last_name")  # the formgrader's page escapes none of them
MAX_FORMULA = 2000  # characters
MAX_MARKDOWN = 20_000  # characters
# nbconvert looks for the end of each of these up to the text's end.
BEGINNING = re.compile(r"\\\\[(\[]|\\begin\{")
MAX_BEGINNINGS = 200
FORMULA_LAYOUT = {
    *("accent", "columnalign", "columnspacing", "display", "displaystyle", "fence", "form", "linethickness"),
    *("mathvariant", "movablelimits", "rowspacing", "scriptlevel", "separator", "stretchy", "width"),
}


class ClearToStub(ClearSolutions):  # type: ignore[misc]
    """Open each answer as the book and `autograder check` do, and refuse a solution outside of answers."""

    def _replace_solution_region(self, cell: NotebookNode, language: str) -> bool:
        """Return whether the cell holds a solution, which nbgrader allows in an answer only."""
        if is_answer(cell):
            cell.source = opened(cell)
            return True
        return BEGIN in cell.source


class CappedReading(NotebookExporter):  # type: ignore[misc]
    """An exporter that parses a notebook only where size and number of parts are within our limits.

    Any other file becomes an empty notebook here: our runner reads it once more, and reports the fault.
    """

    def from_file(
        self, file_stream: TextIO, resources: dict[str, Any] | None = None, **options: Any
    ) -> tuple[NotebookNode, dict[str, Any]]:
        try:
            notebook = read_notebook(Path(file_stream.name))
        except MalformedNotebook:
            notebook = nbformat.v4.new_notebook()
        converted: tuple[NotebookNode, dict[str, Any]] = self.from_notebook_node(notebook, resources, **options)
        return converted


@cache
def _shared() -> tuple[Sandbox, LiveExpectations, int]:
    """Return one sandbox, one reference and one seed for all notebooks of this process."""
    sandbox = Sandbox()
    atexit.register(sandbox.close)
    return sandbox, LiveExpectations(Course.installed()), secrets.randbits(32)


_records = cache(GradingRecords)  # of a course folder: read once for all its submissions


class RunChecks(NbGraderPreprocessor):  # type: ignore[misc]
    """Grade the file that was handed in, as ``autograder grade`` does, and not the notebook that nbgrader has read."""

    def preprocess(self, nb: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        sandbox, expect, run_seed = _shared()
        expect.course = with_book(expect.course, self.config)
        folder, where = CourseFolder(Path(CourseDirectory(parent=self).root)), resources["nbgrader"]
        submission = folder.submission(where["student"], where["assignment"])
        released, work = folder.instructor_notebook(submission.assignment), submission.read()
        notebook, record = grade_one(released, work.notebook, sandbox.run, expect, run_seed)
        depends = grader_digest(released, expect.course, (sandbox.limits, True))
        record = completed(record, work, digest_of(work, depends), sandbox.limits)
        write_record(folder.autograded(submission.student, submission.assignment), record)
        with CourseGradebook(folder) as gradebook, gradebook.writing() as rows:
            update_student(folder, rows, expect.course, _records(folder), submission.student)
        return notebook, resources


def formula(tex: str, *, block: bool = False) -> str | None:
    """Return TeX as a ``math`` element, or None for a text that is no formula, which is shown as it was typed.

    Browsers show MathML by themselves, without a script and without a network. A student's formula shows something and
    does nothing: the library passes markup, links and styles on; here all text is escaped, and of the attributes only
    those that lay a formula out remain.
    """
    from latex2mathml.converter import convert_to_element

    if len(tex) > MAX_FORMULA:
        return None
    try:
        root = convert_to_element(tex, display="block" if block else "inline")
    except Exception:  # whatever a student types between two dollars
        return None
    for element in root.iter():
        element.text = unescape(element.text or "").translate(CONTROLS)
        for name in element.attrib.keys() - FORMULA_LAYOUT:
            del element.attrib[name]
    return ElementTree.tostring(root, encoding="unicode")


class TextRenderer(IPythonRenderer):  # type: ignore[misc]
    """Renders students' Markdown: markup and scripts appear as text, pictures as their names, formulas as formulas."""

    def __init__(self) -> None:
        super().__init__(escape=True, allow_harmful_protocols=False)

    def image(self, text: str, url: str, title: str | None = None) -> str:
        return str(self.text(text))

    def inline_math(self, body: str) -> str:
        is_price = body != body.strip()  # as in "between $5 and $6"
        return (not is_price and formula(body)) or str(super().inline_math(body))

    def block_math(self, body: str) -> str:
        return formula(body, block=True) or str(super().block_math(body))

    def latex_environment(self, name: str, body: str) -> str:
        tex = f"\\begin{{{name}}}{body}\\end{{{name}}}"
        return formula(tex, block=True) or str(super().latex_environment(name, body))


def markdown_as_text(source: str, renderer: type[TextRenderer] = TextRenderer) -> str:
    """Return Markdown as HTML that does nothing but show it.

    What would take long to read, with the square of its length, is shown as it was typed: meanwhile nobody could mark.
    """
    if len(source) > MAX_MARKDOWN or len(BEGINNING.findall(source)) > MAX_BEGINNINGS:
        return f"<pre>{escape(source)}</pre>"
    return str(MarkdownWithMath(renderer=renderer()).render(source))


class ShowAsText(Preprocessor):  # type: ignore[misc]
    """Take control characters out of a notebook and its student's names, and escape the names."""

    def preprocess(self, nb: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        names = {name: resources.get(name) for name in NAMES}
        resources.update({name: escape(_shown(value)) for name, value in names.items() if isinstance(value, str)})
        return nbformat.from_dict(_shown(nb)), resources


def _shown(value: Any) -> Any:
    """Return a JSON value with its texts made safe for a page."""
    if isinstance(value, str):
        return value.translate(CONTROLS)
    if isinstance(value, list):
        return [_shown(part) for part in value]
    if isinstance(value, dict):
        return {_shown(name): _shown(part) for name, part in value.items()}
    return value


class HideHiddenChecks(NbGraderPreprocessor):  # type: ignore[misc]
    """Empty the cells of hidden checks: without this, nbgrader's own feedback shows them to students."""

    def preprocess_cell(self, cell: NotebookNode, resources: Any, index: int) -> tuple[NotebookNode, Any]:
        shown = without_hidden_tests(cell.source).rstrip()
        if shown != cell.source.rstrip() and cell.cell_type == "code":
            failed = any(output.output_type == "error" for output in cell.outputs)
            cell.source = shown
            cell.outputs = [nbformat.v4.new_output("stream", text="not passed\n" if failed else "passed\n")]
        return cell, resources

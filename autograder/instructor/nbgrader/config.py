"""Configure nbgrader's own commands to run our steps: the ordered lists, in one place.

A course folder's ``nbgrader_config.py`` calls ``configure``; so ``nbgrader generate_assignment``, ``nbgrader
autograde`` and the formgrader's buttons lead here.
"""

from typing import Any

from nbconvert.preprocessors import CSSHTMLHeaderPreprocessor
from nbgrader.preprocessors import (
    CheckCellMetadata,
    ClearHiddenTests,
    ClearOutput,
    ComputeChecksums,
    GetGrades,
    LimitOutput,
    LockCells,
    SaveCells,
)

from autograder.instructor.nbgrader.preprocessors import (
    CappedReading,
    ClearToStub,
    HideHiddenChecks,
    RunChecks,
    ShowAsText,
)
from autograder.instructor.reports.safe_markdown import markdown_as_text

GENERATE = [
    LockCells,
    ClearToStub,
    ClearOutput,
    CheckCellMetadata,
    ComputeChecksums,
    SaveCells,
    ClearHiddenTests,
    ComputeChecksums,
    CheckCellMetadata,
]
AUTOGRADE = [RunChecks, LimitOutput, CheckCellMetadata]
FEEDBACK = [HideHiddenChecks, GetGrades, CSSHTMLHeaderPreprocessor]
# nbgrader copies what else stands in a source folder to the students: a copy of a notebook holds its solutions.
NEVER_COPIED = ["*.bak", "*.draft"]


def configure(config: Any) -> None:
    """Put our steps into nbgrader's configuration."""
    config.GenerateAssignment.preprocessors = GENERATE
    config.Autograde.sanitize_preprocessors = []  # of what was handed in the runner takes nothing but the answers
    config.Autograde.autograde_preprocessors = AUTOGRADE
    config.GenerateFeedback.preprocessors = FEEDBACK
    config.Autograde.exporter_class = CappedReading
    config.CourseDirectory.ignore = [".ipynb_checkpoints", "*.pyc", "__pycache__", "feedback", *NEVER_COPIED]
    # nbgrader's formgrader and feedback pages show written answers by this; theirs lets scripts through.
    config.HTMLExporter.filters = {"markdown2html": markdown_as_text}
    config.HTMLExporter.preprocessors = [ShowAsText]

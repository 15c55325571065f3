"""Export marks: in the formats of other systems, or into a file that such a system gave out."""

from __future__ import annotations

from autograder.errors import UsageError


class ExportError(UsageError):
    """Marks cannot be written in this form; the message says why, and what to do."""

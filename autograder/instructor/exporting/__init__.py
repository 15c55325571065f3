"""Marks in the formats that other systems take: one module for each, and one that fills a file which they gave out."""

from __future__ import annotations

from autograder.errors import WrongUse


class ExportError(WrongUse):
    """The marks cannot be written in this form; the message says why, and what to do."""

"""Sections of a chapter: headings and, if the course has a book, their addresses there."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote

LABEL = re.compile(r"\((?P<label>[\w-]+)\)=\s*")
HEADING = re.compile(r"#{1,6} +(?P<title>.+)")
FENCE = re.compile(r"\s*(?:```|~~~)")
EXERCISE = re.compile(r"from \w+\.(?P<room>\w+) import (?P<name>\w+)")  # all that an exercise's cell holds
MARKUP = re.compile(r"\{[\w:]+\}`(?P<said>[^`<]+?)(?:\s*<[^>]*>)?`|[`*]")


@dataclass(frozen=True)
class Section:
    """A section of a chapter."""

    title: str  # its heading, as text
    chapter: str = ""  # the assignment's id, also the name of its notebook, such as ``2-layers``; or empty
    address: str = ""  # in the book; empty if the course has no book

    def __str__(self) -> str:
        return f"{self.title}, {self.address}" if self.address else f'section "{self.title}" of {self.chapter}.ipynb'

    @property
    def anchor(self) -> str:
        """The link to the heading from within its notebook, by the id that Jupyter makes of it.

        Jupyter compares the two without decoding, so only necessary characters are encoded.
        """
        return "#" + quote(self.title.replace(" ", "-"), safe="!$%&'()*+,/:;=?@")


@dataclass(frozen=True)
class Contents:
    """The sections of a chapter."""

    chapter: str  # the assignment's id, such as ``2-layers``
    page: str  # address of the chapter in the book; empty if the course has no book
    titles: Mapping[str, str]  # headings of sections, by the labels in them

    def section(self, label: str) -> Section:
        """Return the section with a label; raise KeyError if the chapter has no such label."""
        return Section(self.titles[label], self.chapter, f"{self.page}#{label}" if self.page else "")


def titles_in(text: str) -> dict[str, str]:
    """Return the heading of the section of each label, exercise and heading of a chapter, by label.

    A label right above a heading belongs to that one. Exercises have the labels of the book, such as
    ``exercise-layers-Linear``, and so have headings, as words with dashes.
    """
    titles: dict[str, str] = {}
    title, above, in_code = "", list[str](), False
    for line in text.splitlines():
        if FENCE.match(line):
            in_code = not in_code
        elif in_code:
            if match := EXERCISE.fullmatch(line.strip()):
                titles[f"exercise-{match['room']}-{match['name']}"] = title
        elif match := LABEL.fullmatch(line):
            above.append(match["label"])
            titles[match["label"]] = title
        elif match := HEADING.fullmatch(line):
            title = MARKUP.sub(lambda mark: mark["said"] or "", match["title"]).strip()
            titles |= dict.fromkeys([*above, re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")], title)
            above = []
        elif line.strip():
            above = []
    return titles

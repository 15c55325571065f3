"""The code that every student of a chapter has read, or that whoever understood it writes."""

from __future__ import annotations

import re

from autograder.course import Course

FENCE = re.compile(r"^(`{3,})(?:\{code-cell\}|\{code-block\})? *(?:i?python3?)\b[^\n]*\n(.*?)^\1 *$", re.M | re.S)
TOP_LEVEL = re.compile(r"\n(?=class |def |@)")
CELL_OPTIONS = re.compile(r"\A(?:---\n.*?^---\n|(?::[\w-]+:[^\n]*\n)+)", re.M | re.S)


def public_code(course: Course, room: str) -> list[str]:
    """Return stubs, the chapter's code, the reference, and what each known mistake makes of a definition in it."""
    source = course.source(room)
    stubs = [exercise.stub for exercise in course.exercises(room)]
    chapters = [path.read_text(encoding="utf-8") for path in course.chapters.glob(f"*-{room}.md")]
    cells = [CELL_OPTIONS.sub("", code) for text in chapters for _, code in FENCE.findall(text)]
    mistaken = (mistake.apply(source) for mistake in course.mistakes(room))
    # A mistake changes one definition or two; the others need not be read again.
    parts = dict.fromkeys(part for text in (source, *mistaken) for part in TOP_LEVEL.split(text))
    return [*stubs, *cells, *parts]

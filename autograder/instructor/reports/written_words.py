"""A written answer as words, to be compared as programs are: case, signs and layout do not count."""

from __future__ import annotations

import re

from autograder.instructor.reports.code_tokens import CodeToken

WORD = re.compile(r"\w+")


def written_words(text: str) -> list[list[CodeToken]]:
    """Return the words of a text in one list, each with its place."""
    words = [
        CodeToken(word[0].casefold(), (row, word.start()), (row, word.end()))
        for row, line in enumerate(text.splitlines(), 1)
        for word in WORD.finditer(line)
    ]
    return [words] if words else []

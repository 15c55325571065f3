"""Paragraphs of a chapter's source as they should be on its page, parsed without the book's own code."""

from __future__ import annotations

import re
from collections.abc import Iterator

from markdown_it import MarkdownIt
from markdown_it.token import Token
from mdit_py_plugins.colon_fence import colon_fence_plugin
from mdit_py_plugins.dollarmath import dollarmath_plugin
from mdit_py_plugins.front_matter import front_matter_plugin

COMPUTED = "\N{OBJECT REPLACEMENT CHARACTER}"  # in the place of what the source does not say
WRITTEN_CELL = re.compile(r"^\+\+\+ .*?^\+\+\+$", re.MULTILINE | re.DOTALL)
OPTIONS = re.compile(r"\A(?:(?::[\w-]+:.*|[ \t]*)(?:\n|\Z))+")
SAID_BY_ITS_BODY = {"predict", "recall", "opening", "widget", "note", "tip", "warning", "important", "admonition"}
SAID_BY_ITS_BODY |= {"dropdown", "card", "glossary", "grid", "grid-item-card", "margin"}
LABEL = re.compile(r"^\([\w-]+\)=\s*")
ROLE = re.compile(r"\{(?P<name>[\w:]+)\}$")
PARSER = MarkdownIt().enable("table").use(colon_fence_plugin).use(dollarmath_plugin).use(front_matter_plugin)


def paragraphs(text: str) -> Iterator[list[str]]:
    """Yield each paragraph, heading, list item and table cell of a source, as the pieces between computed parts.

    To MyST a percent sign at the head of a line begins a comment. Here it does not: the line is expected on the page.
    """
    for token in PARSER.parse(OPTIONS.sub("", WRITTEN_CELL.sub("", text))):
        if token.type == "inline":
            yield [piece for piece in (words(part) for part in _said(token.children or []).split(COMPUTED)) if piece]
        elif token.type in ("fence", "colon_fence"):
            directive = re.match(r"\{([\w-]+)\}\s*(.*)", token.info)
            if directive and directive[1] in SAID_BY_ITS_BODY:
                title = "" if directive[1] == "widget" else directive[2]
                body = OPTIONS.sub("", token.content)
                if directive[1] == "glossary":  # a word, and its meaning indented below it
                    body = re.sub(r"^(\S.*)\n(?= )", r"\1\n\n", body, flags=re.MULTILINE)
                yield from paragraphs(f"{title}\n\n{body}")


def _said(tokens: list[Token]) -> str:
    """Return the words of a paragraph's parts, with a sign for each part that a build computes.

    An option of a question and its reason stand apart on a page.
    """
    text, is_option = "", bool(tokens) and re.match(r"\[[ x]\] ", tokens[0].content) is not None
    for token in tokens:
        if token.type == "code_inline" and (role := ROLE.search(text)):
            term = re.sub(r"\s*<[^>]+>$", "", token.content)
            text = text[: role.start()] + (term if role["name"] == "term" else COMPUTED)
        elif token.type in ("text", "code_inline"):
            text += token.content
        elif token.type in ("softbreak", "hardbreak"):
            text += COMPUTED if is_option else " "
        elif token.type in ("math_inline", "math_inline_double", "image", "html_inline"):
            text += COMPUTED
    text = text.removeprefix("[ ] ").removeprefix("[x] ")
    return LABEL.sub("", re.sub(r"\{[#.][^}]*\}", "", text))


def words(text: str) -> str:
    """Return a text as it is compared: straight quotes, one space between words, none before a point."""
    plain = text.translate(str.maketrans("’‘“”\N{NO-BREAK SPACE}", "''\"\" "))
    return " ".join(plain.split())


def is_told(pieces: list[str], page: str, room: int = 600) -> bool:
    """Return whether a page contains the pieces of a paragraph in order, with at most ``room`` characters between."""
    pattern = rf".{{0,{room}}}?".join(map(re.escape, pieces))
    return re.search(pattern, page) is not None

"""MyST Markdown to the plain Markdown of a notebook. What it does not know is an error, never a leftover."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Mapping

from autograder.notebooks.questions import KINDS, question_markdown

FENCE = re.compile(r"^(?P<fence>:{3,}|`{3,})\{(?P<name>[\w:-]+)\}[ \t]*(?P<argument>.*)$")
OPTION = re.compile(r"^:[\w-]+:.*$")
LABEL = re.compile(r"^\((?P<label>[\w-]+)\)=\s*$", re.MULTILINE)
ROLE = re.compile(r"\{(?P<name>[\w:]+)\}`(?P<body>[^`]+)`")
REFERENCE = re.compile(r"\[(?P<text>[^\]]*)\]\((?P<target>#[\w-]+)\)")
CODE_SPAN = re.compile(r"(?<!\})(`+)(?!`).+?(?<!`)\1(?!`)", re.DOTALL)
ADMONITIONS = {"note": "Note", "tip": "Tip", "warning": "Warning", "important": "Important"}


class UnknownMarkup(ValueError):
    """A piece of MyST that no rule turns into plain Markdown."""


def to_markdown(text: str, glued: Mapping[str, str], book_url: str) -> str:
    """Return the text of one cell as plain Markdown.

    Args:
        text: MyST.
        glued: values by name, as the chapter's cells computed them.
        book_url: address of the chapter's page, for references into it.

    Raises:
        UnknownMarkup: a directive, role or value that is not known.
    """
    lines = text.splitlines()
    out: list[str] = []
    at = 0
    while at < len(lines):
        match = FENCE.match(lines[at])
        if match is None:
            out.append(lines[at])
            at += 1
            continue
        end = _closing(lines, at, match["fence"])
        out.append(_directive(match["name"], match["argument"].strip(), lines[at + 1 : end], glued, book_url))
        at = end + 1
    return _inline("\n".join(out), glued, book_url).strip()


def _closing(lines: list[str], opening: int, fence: str) -> int:
    for at in range(opening + 1, len(lines)):
        if lines[at].rstrip() == fence:
            return at
    raise UnknownMarkup(f"the directive {lines[opening]!r} is never closed")


def _directive(name: str, argument: str, body: list[str], glued: Mapping[str, str], book_url: str) -> str:
    while body and (OPTION.match(body[0]) or not body[0].strip()):
        body = body[1:]
    content = "\n".join(body).strip("\n")
    if name in KINDS:
        return question_markdown(name, argument, content)
    if name == "math":
        return f"$$\n{content}\n$$"
    if name == "bibliography":
        return f"The list of references is [in the book]({book_url})."
    if name == "dropdown":
        return f"<details><summary>{argument}</summary>\n\n{to_markdown(content, glued, book_url)}\n\n</details>"
    if name in ADMONITIONS or name == "admonition":
        title = ADMONITIONS.get(name) or argument
        quoted = to_markdown(content, glued, book_url).splitlines()
        return "\n".join([f"> **{title}**", ">", *(f"> {line}".rstrip() for line in quoted)])
    raise UnknownMarkup(f"the directive {name!r} has no form in a notebook")


def _inline(text: str, glued: Mapping[str, str], book_url: str) -> str:
    text = LABEL.sub("", text)
    text = ROLE.sub(lambda match: _role(match["name"], match["body"], glued, book_url), text)
    text = REFERENCE.sub(lambda match: _reference(match["text"], match["target"], book_url), text)
    prose = CODE_SPAN.sub("", re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL))
    leftover = re.search(r":::|\{[a-z:]+\}`|^\([\w-]+\)=|^\+\+\+", prose, re.MULTILINE)
    if leftover:
        raise UnknownMarkup(f"{leftover.group()!r} is left over in {prose[leftover.start() :][:60]!r}")
    return re.sub(r"\n{3,}", "\n\n", text)


def _reference(text: str, target: str, book_url: str) -> str:
    return f"[{text or _words(target)}]({book_url}{target})"


def _words(target: str) -> str:
    """Name a label in words: exercise-layers-Linear is the exercise Linear."""
    kind, _, rest = target.lstrip("#").partition("-")
    return f"exercise {rest.rpartition('-')[2]}" if kind == "exercise" else target.lstrip("#").replace("-", " ")


def _role(name: str, body: str, glued: Mapping[str, str], book_url: str) -> str:
    roles: Mapping[str, Callable[[], str]] = {
        "glue:text": lambda: _glued(body, glued),
        "ref": lambda: _titled(body, book_url),
        "cite:p": lambda: f"([{_citation(body)}]({book_url}#references))",
        "cite:t": lambda: f"[{_citation(body)}]({book_url}#references)",
        "math": lambda: f"${body}$",
        "term": lambda: body,
    }
    if name not in roles:
        raise UnknownMarkup(f"the role {name!r} has no form in a notebook")
    return roles[name]()


def _citation(keys: str) -> str:
    """Put citation keys into words: he2015 is He 2015."""
    return ", ".join(re.sub(r"(\d{4})", r" \1", key.strip()).title() for key in keys.split(","))


def _titled(body: str, book_url: str) -> str:
    match = re.fullmatch(r"(?P<title>.+?)\s*<(?P<label>[\w-]+)>", body)
    return _reference(match["title"], "#" + match["label"], book_url) if match else _reference("", "#" + body, book_url)


def _glued(body: str, glued: Mapping[str, str]) -> str:
    name, _, form = body.partition(":")
    if name not in glued:
        raise UnknownMarkup(f"no cell glues the value {name!r}")
    try:
        return format(ast.literal_eval(glued[name]), form)
    except (ValueError, SyntaxError, TypeError) as error:
        raise UnknownMarkup(f"the value {name} = {glued[name]} does not take the format {form!r}") from error

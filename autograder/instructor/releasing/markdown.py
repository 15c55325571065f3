"""MyST Markdown to the plain Markdown of a notebook. Unknown markup is an error, never a leftover."""

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from urllib.parse import urljoin

from markdown_it import MarkdownIt
from markdown_it.token import Token
from mdit_py_plugins.colon_fence import colon_fence_plugin

from autograder.instructor.releasing.choice_questions import KINDS, question_markdown
from autograder.parsing import literal
from autograder.sections import Contents
from autograder.user_errors import TaskFailed

PARSER = MarkdownIt().use(colon_fence_plugin)
DIRECTIVE = re.compile(r"\{(?P<name>[\w:-]+)\}\s*(?P<argument>.*)")
OPTIONS = re.compile(r"\A(?:(?::[\w-]+:.*|[ \t]*)\n)+")
# Labels for references, and comments: a reader sees neither.
UNSEEN = re.compile(r"^(?:\([\w-]+\)=[ \t]*|%.*)\n", re.MULTILINE)
# In the order in which they are tried at each place: nothing inside a code span or math is any of the others.
INLINE = re.compile(
    r"(?P<role>\{(?P<name>[\w:]+)\}`(?P<body>[^`]+)`)"
    r"|(?P<code>(?<!`)(?P<ticks>`+)(?!`)(?:(?!\n\s*\n).)+?(?<!`)(?P=ticks)(?!`))"
    r"|(?P<math>\$\$.+?\$\$|(?<![\\$\w])\$(?=\S)(?:(?!\n\s*\n)[^$])+?(?<=\S)\$(?!\w))"
    r"|(?P<link>!?\[(?P<text>[^\]]*)\]\((?P<target>[^)\s]+)\))",
    re.DOTALL,
)
CITATION = re.compile(r"\{cite:[pt]\}`([^`]+)`")
LEFTOVER = re.compile(r":::|\{[\w:]+\}`|^\([\w-]+\)=|^\+\+\+|\[\^|[\])]\{[.#:\w]", re.MULTILINE)
REFERENCES = "further-reading"  # the id that the section of this heading has, in the book, too
ADMONITIONS = {"note": "Note", "tip": "Tip", "warning": "Warning", "important": "Important"}


class UnknownMarkup(TaskFailed):
    """A piece of MyST that no rule turns into plain Markdown."""


@dataclass(frozen=True)
class Context:
    """The values and places that a chapter's text refers to."""

    contents: Contents  # the chapter's sections, and the address of its page, empty where the course names no book
    glued: Mapping[str, str] = field(default_factory=dict)  # values by name, as the chapter's cells computed them
    citations: Mapping[str, str] = field(default_factory=dict)  # such as "He et al. 2015", by the key of the work
    references: Sequence[str] = ()  # a line for each work that the chapter cites, for the list at its end
    beside: Collection[str] = ()  # pages that are notebooks themselves, in the folder of this one

    def link(self, text: str, page: str, place: str = "") -> str:
        """Return a link to a label on a page of the book, or to a notebook beside this one, or the text alone.

        ``page`` is a path from the chapter's folder, empty for the chapter's own page.
        """
        if not self.contents.page:
            stem = page.removesuffix(".html")
            return f"[{text}]({stem}.ipynb)" if stem in self.beside else text
        return f"[{text}]({urljoin(self.contents.page, page)}{place and '#' + place})"

    def section(self, text: str, label: str) -> str:
        """Return a link to a label of this chapter: in the book, or else to the section of this notebook."""
        if self.contents.page or label not in self.contents.titles:
            return self.link(text, "", label)
        return f"[{text}]({self.contents.section(label).anchor})"


def to_markdown(text: str, context: Context) -> str:
    """Return the text of one cell as plain Markdown; raise UnknownMarkup for a piece that has no form in a notebook."""
    lines = [f"{line}\n" for line in text.split("\n")]
    made, at = [], 0
    for fence in PARSER.parse(text):
        if fence.map and fence.type in ("fence", "colon_fence"):
            start, end = fence.map
            made += [_inline("".join(lines[at:start]), context), _fenced(fence, "".join(lines[start:end]), context)]
            at = end
    return "".join([*made, _inline("".join(lines[at:]), context)]).strip()


def _fenced(fence: Token, text: str, context: Context) -> str:
    directive = DIRECTIVE.fullmatch(fence.info.strip())
    if text.count("\n") == 1 or not text.rstrip().endswith(fence.markup):
        raise UnknownMarkup(f"the block {fence.markup + fence.info!r} is never closed")
    if fence.type == "fence" and not directive:
        return text
    if fence.level or not directive:
        raise UnknownMarkup(f"{fence.markup + fence.info!r} is left over")
    content = OPTIONS.sub("", fence.content).strip("\n")
    return _directive(directive["name"], directive["argument"], content, context) + "\n"


def _directive(name: str, argument: str, content: str, context: Context) -> str:
    if name in KINDS:
        return to_markdown(question_markdown(name, argument, content), context)
    if name == "opening":
        return to_markdown(f"**{argument}**\n\n{content}", context)
    if name == "math":
        return f"$$\n{content}\n$$"
    if name == "bibliography":
        return "\n".join(f"- {line}" for line in context.references)
    if name == "demo":
        return f"Draw a garment, or drop a photograph: {context.link('the demo is in the book', '', 'garment-demo')}."
    if name == "widget":
        return f"{to_markdown(content, context)} {context.link('Try it in the book', '', f'widget-{argument}')}."
    if name == "dropdown":
        return f"<details><summary>{argument}</summary>\n\n{to_markdown(content, context)}\n\n</details>"
    if name in ADMONITIONS or name == "admonition":
        title = ADMONITIONS.get(name) or argument
        quoted = to_markdown(content, context).splitlines()
        return "\n".join([f"> **{title}**", ">", *(f"> {line}".rstrip() for line in quoted)])
    raise UnknownMarkup(f"the directive {name!r} has no form in a notebook")


def _inline(text: str, context: Context) -> str:
    """Convert roles and links, keep code and math as they are, and refuse leftovers of MyST."""
    text = re.sub(r"\n{3,}", "\n\n", UNSEEN.sub("", text))
    made, at = [], 0
    for match in INLINE.finditer(text):
        made.append(_prose(text[at : match.start()]))
        if match["role"]:
            made.append(_role(match["name"], match["body"], context))
        else:
            made.append(_link(match, context) if match["link"] else match.group())
        at = match.end()
    return "".join([*made, _prose(text[at:])])


def _prose(text: str) -> str:
    leftover = LEFTOVER.search(text)
    if leftover:
        raise UnknownMarkup(f"{leftover.group()!r} is left over in {text[leftover.start() :][:60]!r}")
    return text


def _link(match: re.Match[str], context: Context) -> str:
    target = match["target"]
    _prose(match["text"])
    if re.match(r"https?://|mailto:", target):
        return match.group()
    if target.startswith("downloads:"):
        return context.link(match["text"], f"../downloads/{target.partition(':')[2]}")
    page = re.fullmatch(r"(?P<stem>[\w-]+)\.md(?:#(?P<place>[\w-]+))?", target)
    if page and not match["link"].startswith("!"):
        return context.link(match["text"] or page["stem"], f"{page['stem']}.html", page["place"] or "")
    if re.fullmatch(r"#[\w-]+", target):
        return context.section(match["text"] or _words(target[1:]), target[1:])
    raise UnknownMarkup(f"the link to {target!r} leads nowhere from a notebook")


def _words(label: str) -> str:
    """Return a label in words: exercise-layers-Linear is the exercise Linear."""
    kind, _, rest = label.partition("-")
    return f"exercise {rest.rpartition('-')[2]}" if kind == "exercise" else label.replace("-", " ")


def _role(name: str, body: str, context: Context) -> str:
    roles: Mapping[str, Callable[[], str]] = {
        "glue:text": lambda: _glued(body, context.glued),
        "ref": lambda: _titled(body, context),
        "cite:p": lambda: f"({context.section(_cited(body, context), REFERENCES)})",
        "cite:t": lambda: context.section(_cited(body, context), REFERENCES),
        "math": lambda: f"${body}$",
        "term": lambda: _term(body, context),
        "claim": lambda: f" ({context.link('tried', 'claims.html', f'claim-{body}')})" if context.contents.page else "",
    }
    if name not in roles:
        raise UnknownMarkup(f"the role {name!r} has no form in a notebook")
    return roles[name]()


def _term(body: str, context: Context) -> str:
    match = re.fullmatch(r"(?P<text>.+?)\s*<(?P<term>[^>]+)>", body, re.DOTALL)
    text, term = (match["text"], match["term"]) if match else (body, body)
    return context.link(text, "glossary.html", f"term-{re.sub(r'[^A-Za-z0-9]+', '-', term)}")


def _cited(keys: str, context: Context) -> str:
    unknown = [key.strip() for key in keys.split(",") if key.strip() not in context.citations]
    if unknown:
        raise UnknownMarkup(f"no reference has the key {unknown[0]!r}")
    return "; ".join(context.citations[key.strip()] for key in keys.split(","))


def _titled(body: str, context: Context) -> str:
    match = re.fullmatch(r"(?P<title>.+?)\s*<(?P<label>[\w-]+)>", body, re.DOTALL)
    title, label = (match["title"], match["label"]) if match else (_words(body), body)
    return context.section(title, label)


def _glued(body: str, glued: Mapping[str, str]) -> str:
    name, _, form = body.partition(":")
    if name not in glued:
        raise UnknownMarkup(f"no cell glues the value {name!r}")
    try:
        return format(literal(glued[name]), form)
    except (ValueError, SyntaxError, TypeError) as error:
        raise UnknownMarkup(f"the value {name} = {glued[name]} does not take the format {form!r}") from error


@cache
def _entries(bibliography: str) -> Mapping[str, Any]:
    from pybtex.database import parse_string

    entries: Mapping[str, Any] = parse_string(bibliography, "bibtex").entries
    return entries


def citations_of(bibliography: str) -> dict[str, str]:
    """Return the citation of each entry of a BibTeX file, author and year, by its key."""
    citations = {}
    for key, entry in _entries(bibliography).items():
        people = entry.persons.get("author", ())
        names = [" ".join(map(str, (*author.rich_prelast_names, *author.rich_last_names))) for author in people]
        names = names or [key]
        authors = " and ".join(names) if len(names) < 3 else f"{names[0]} et al."
        citations[key] = f"{authors} {entry.fields.get('year', '')}".strip()
    return citations


def references_of(bibliography: str, text: str) -> list[str]:
    """Return a line for each entry of a BibTeX file that a text cites: authors, year, title, publisher and address."""
    from pybtex.richtext import Text

    cited = {key.strip() for keys in CITATION.findall(text) for key in keys.split(",")}
    lines, names = [], citations_of(bibliography)
    for key, entry in _entries(bibliography).items():
        if key not in cited:
            continue
        fields = {name: str(Text.from_latex(value)) for name, value in entry.fields.items()}
        publisher = fields.get("journal") or fields.get("booktitle") or fields.get("publisher")
        doi, url = entry.fields.get("doi"), entry.fields.get("url")
        parts = [f"{names[key]}: *{fields.get('title', key)}*", publisher]
        link = f"https://doi.org/{doi}" if doi else url
        lines.append(", ".join(filter(None, parts)) + "." + (f" <{link}>" if link else ""))
    return sorted(lines)

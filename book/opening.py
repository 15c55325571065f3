"""Directives that present chapters: `opening`, `start`, `path`, `outcomes`.

    :::{opening} Can a network be lost before it has seen an image?
    You need products of matrices, and [the ReLU](1-approximation.md#hinges).

    At the end you own three classes.
    :::

    :::{outcomes}
    1-approximation: Say what the theorem promises and what it does not.
    :::

The argument of `opening` is the chapter's question. Its time, points and exercises are counted by `book/chapters.py`.
The module that draws the network loads PyTorch, so it is imported only where a page is read.
"""

import yaml
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from book.chapters import BookChapter, chapter_of, chapters, course_minutes, hours, note_chapters


class OpeningDirective(SphinxDirective):
    required_arguments = 1
    final_argument_whitespace = True
    has_content = True

    def run(self) -> list[nodes.Node]:
        from book import network

        chapter = chapter_of(self.env.docname)
        box = nodes.container(classes=["opening"])
        box += nodes.paragraph("", self.arguments[0], classes=["opening-question"])
        box += nodes.paragraph("", f"{time_of(chapter)} · {chapter.points} points", classes=["opening-facts"])
        box += nodes.raw("", network.grown(chapter.room), format="html")
        box += self.parse_content_to_nodes()
        return [box]


class StartDirective(SphinxDirective):
    """The book's readers and the time it takes, from the directive's content, and where to start, as buttons."""

    has_content = True

    def run(self) -> list[nodes.Node]:
        time = f"{len(chapters())} chapters, about {round(course_minutes() / 60)} hours with all exercises."
        parsed = self.parse_text_to_nodes("\n".join([*self.content, time]), offset=self.content_offset)
        return [nodes.container("", *parsed, classes=["start"])]


class PathDirective(SphinxDirective):
    """A step for each chapter of the book: the network as far as it is built, the question, the time."""

    def run(self) -> list[nodes.Node]:
        from book import network

        note_chapters(self.env)
        steps = nodes.container(classes=["path"])
        for chapter in chapters():
            docname = self.env.path2doc(str(chapter.path))
            if docname not in self.env.found_docs:
                continue
            written = ", ".join(f"`{exercise.name}`" for exercise in chapter.exercises)
            step = nodes.container(classes=["path-step"])
            step += nodes.raw("", network.grown(chapter.room), format="html")
            words = nodes.container(classes=["path-words"])
            words += self.parsed(f"[{chapter.title}]({chapter.path.name})", "path-title")
            words += self.parsed(chapter.question, "path-question")
            words += self.parsed(f"Adds {network.ADDS[chapter.room]}. You write {written}.", "path-adds")
            words += self.parsed(time_of(chapter), "path-time")
            step += words
            steps += step
        return [steps]

    def parsed(self, text: str, name: str) -> nodes.Node:
        """Return a line of Markdown as a paragraph."""
        (paragraph,) = self.parse_text_to_nodes(text, offset=self.content_offset)
        return nodes.paragraph("", "", *paragraph.children, classes=[name])


class OutcomesDirective(SphinxDirective):
    """A table of the chapters: what a student can do after each, its time and its points."""

    has_content = True

    def run(self) -> list[nodes.Node]:
        note_chapters(self.env)
        outcomes = outcomes_of("\n".join(self.content))
        lines = ["| Chapter | Afterwards a student can | Time and points |", "|:---|:---|:---|"]
        for chapter in chapters():
            time = f"{time_of(chapter)}; {chapter.points} points"
            lines.append(f"| [{chapter.title}]({chapter.path.name}) | {outcomes[chapter.assignment]} | {time} |")
        return self.parse_text_to_nodes("\n".join(lines), offset=self.content_offset)


def outcomes_of(content: str) -> dict[str, str]:
    """Return the outcome of each chapter, by assignment.

    Raises:
        LookupError: a chapter is left out, or something else is named.
    """
    outcomes: dict[str, str] = yaml.safe_load(content)
    differing = outcomes.keys() ^ {chapter.assignment for chapter in chapters()}
    if differing:
        raise LookupError(f"the outcomes of {', '.join(sorted(differing))} are left out, or are those of no chapter")
    return outcomes


def time_of(chapter: BookChapter) -> str:
    return f"{chapter.reading_minutes} minutes of reading, {hours(chapter.work_minutes)} of work"


def setup(app: Sphinx) -> None:
    app.add_directive("opening", OpeningDirective)
    app.add_directive("outcomes", OutcomesDirective)
    app.add_directive("path", PathDirective)
    app.add_directive("start", StartDirective)

"""The directives `opening`, at the head of a chapter, `path`, the way through all of them, `start`, the way in, and
`network`, what is built.

    :::{opening} Can a network be lost before it has seen an image?
    You need products of matrices, and [the ReLU](1-approximation.md#hinges).

    At the end you own three classes.
    :::

The argument is the chapter's question. Its time, points and exercises are counted; `book/chapters.py` has the rules.
What draws the network is imported where a page is read: a build in which none has changed need not load PyTorch.
"""

from docutils import nodes
from docutils.statemachine import StringList
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
        self.state.nested_parse(self.content, self.content_offset, box)
        return [box]


class StartDirective(SphinxDirective):
    """For whom the book is and how long it takes, its content; and where to start, as buttons."""

    has_content = True

    def run(self) -> list[nodes.Node]:
        box = nodes.container(classes=["start"])
        time = f"{len(chapters())} chapters, about {round(course_minutes() / 60)} hours with all exercises."
        lines = StringList([*self.content, time], self.get_source_info()[0])
        self.state.nested_parse(lines, self.content_offset, box)
        return [box]


class PathDirective(SphinxDirective):
    """A step for each chapter that is in the book: the network as far as it is built, the question, the time."""

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
            said = nodes.container(classes=["path-words"])
            said += self.parsed(f"[{chapter.title}]({chapter.path.name})", "path-title")
            said += self.parsed(chapter.question, "path-question")
            said += self.parsed(f"Adds {network.ADDS[chapter.room]}. You write {written}.", "path-adds")
            said += self.parsed(time_of(chapter), "path-time")
            step += said
            steps += step
        return [steps]

    def parsed(self, text: str, name: str) -> nodes.Node:
        """Return the paragraph that a line of Markdown is."""
        block = nodes.container()
        self.state.nested_parse(StringList([text], self.get_source_info()[0]), self.content_offset, block)
        (paragraph,) = block.findall(nodes.paragraph)
        paragraph["classes"].append(name)
        return paragraph


class NetworkDirective(SphinxDirective):
    """The whole network, with its names."""

    def run(self) -> list[nodes.Node]:
        from book import network

        return [nodes.raw("", network.labelled(), format="html")]


def time_of(chapter: BookChapter) -> str:
    return f"{chapter.reading_minutes} minutes of reading, {hours(chapter.work_minutes)} of work"


def setup(app: Sphinx) -> None:
    app.add_directive("network", NetworkDirective)
    app.add_directive("opening", OpeningDirective)
    app.add_directive("path", PathDirective)
    app.add_directive("start", StartDirective)

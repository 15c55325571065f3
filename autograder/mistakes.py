"""Known mistakes: edits of the reference, each with an explanation for a student who made it.

One catalogue for each room, ``mistakes/ROOM.md``, in which a sentence can be mended without knowing Python::

    ## Linear

    > A first hint for a student who has written nothing yet: the question that finds the first line.

    > One for a second look, where it takes two.

    ### linear-doubled

    The explanation for a student, in a sentence or two, never the solution.

    > The hint of a second look: a step further, and still not the solution.

    Read: `a-label-of-the-chapter`

    ```diff
    -        a line of the reference, which must occur once
    +        its replacement
    ```

A line that begins with a space stays and gives the place; an edit in several places has a block for each.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from autograder.user_errors import TaskFailed

HEADING = re.compile(r"^(###?) (.+)\n", re.MULTILINE)
BLOCK = re.compile(r"^```diff\n((?:[-+ ].*\n|\n)+)```$", re.MULTILINE)
HINTS = re.compile(r"(?:^>.*\n)+", re.MULTILINE)
SAYS, HINT, READ = (re.compile(line, re.MULTILINE) for line in (r"^(?!>|Read:).+", r"^>(.*)", r"^Read: `(.+)`$"))
UNWRITTEN = "WRITE:"  # begins each part that an author has still to write


class BadCatalogue(TaskFailed):
    """A known mistake cannot be read, or no longer fits the reference; the message names its file and line."""


@dataclass(frozen=True)
class Hunk:
    """Whole lines of the reference, and their replacement by a mistake."""

    place: str  # in the catalogue, such as ``layers.md:12: linear-zeros``
    old: str  # consecutive lines that occur once in the reference
    new: str

    def apply(self, source: str) -> str:
        """Return a source with the lines replaced.

        Raises:
            BadCatalogue: they do not stand there exactly once, so that the catalogue no longer fits the reference.
        """
        edited, places = re.subn(rf"^{re.escape(self.old)}", lambda _: self.new, source, flags=re.MULTILINE)
        if places != 1:
            raise BadCatalogue(f"{self.place}: {places} places for {self.old!r}, where there should be one")
        return edited


@dataclass(frozen=True)
class Mistake:
    """One way to get an exercise wrong."""

    id: str  # unique in its room, such as ``linear-transposed-weight``
    exercise: str  # the public name that it spoils
    says: str  # one or two sentences to the student, never the solution
    hint: str  # what a second look adds, a step further than ``says`` and still not the solution
    read: str  # the label of the section that helps, in the chapter of its room
    hunks: Sequence[Hunk]  # its edit of the room's reference

    def apply(self, source: str) -> str:
        """Return the room's source with this mistake in it; raise BadCatalogue if its edit does not fit."""
        for hunk in self.hunks:
            source = hunk.apply(source)
        return source

    @property
    def place(self) -> tuple[str, str]:
        """The file and line of its first edit, such as ``layers.md:12``, and its id."""
        return self.hunks[0].place.removesuffix(f": {self.id}"), self.id


@cache
def known_mistakes(catalogue: str, reference: str, file: str) -> Sequence[Mistake]:
    """Return the known mistakes in the text of a room's catalogue, in order; the reference is the room's source.

    Raises:
        BadCatalogue: an exercise is not in the reference, or a mistake lacks a part.
    """
    before, *parts = HEADING.split(catalogue)
    line, exercise, mistakes = 1 + before.count("\n"), "", list[Mistake]()
    for level, name, body in zip(parts[::3], parts[1::3], parts[2::3], strict=True):
        if UNWRITTEN in body:
            at = line + 1 + body.count("\n", 0, body.index(UNWRITTEN))
            raise BadCatalogue(f"{file}:{at}: {name}: {UNWRITTEN} is still to be filled in")
        if level == "###":
            mistakes.append(_mistake(name, exercise, body, file, line))
        elif re.search(rf"^(class|def) {re.escape(name)}\b", reference, re.MULTILINE):
            exercise = name
        else:
            raise BadCatalogue(f"{file}:{line}: there is no exercise {name} in the reference")
        line += 1 + body.count("\n")
    return tuple(mistakes)


@cache
def first_hints(catalogue: str) -> Mapping[str, Sequence[str]]:
    """Return by exercise, from the text of a room's catalogue, the hints for a student who has written nothing yet."""
    _, *parts = HEADING.split(catalogue)
    bodies = {
        name: body for level, name, body in zip(parts[::3], parts[1::3], parts[2::3], strict=True) if level == "##"
    }
    return {
        name: tuple(" ".join(hint.replace("\n>", "\n")[1:].split()) for hint in HINTS.findall(body))
        for name, body in bodies.items()
    }


def _mistake(name: str, exercise: str, body: str, file: str, line: int) -> Mistake:
    """Return a mistake from the text below its heading, which is in this line of a file."""

    def place(at: int) -> str:
        number = line + 1 + body.count("\n", 0, at)
        return f"{file}:{number}: {name}"

    hunks = [_hunk(place(block.start()), block[1]) for block in BLOCK.finditer(body)]
    text = BLOCK.sub("", body)
    says, hint, read = (" ".join(" ".join(part.findall(text)).split()) for part in (SAYS, HINT, READ))
    wanted = {
        "exercise, in a heading that begins with ##, above it": exercise,
        "sentence for the student": says,
        "hint: lines that begin with >": hint,
        "section to read: a line Read: `label`": read,
        "edit: ```diff, lines that begin with -, + or a space, and ```": hunks and "```" not in text,
        "line of the reference in a block of its edit": all(hunk.old for hunk in hunks),
    }
    for what, is_there in wanted.items():
        if not is_there:
            raise BadCatalogue(f"{file}:{line}: {name}: there is no {what}")
    return Mistake(name, exercise, says, hint, read, tuple(hunks))


def _hunk(place: str, block: str) -> Hunk:
    lines = [line if line.strip() else " \n" for line in block.splitlines(keepends=True)]
    old, new = ("".join(line[1:] for line in lines if line[0] in signs) for signs in (" -", " +"))
    return Hunk(place, old, new)

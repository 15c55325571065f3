"""Whose work something is: clues that a learning system gives, against the class. Pure.

A clue is tried in the order in which it is given, and the first that finds somebody decides. One that finds two decides
that nobody is found: a person does.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from autograder.instructor.course.roster import Student

Kind = Literal["number", "id", "e-mail", "name"]
# Letters that Unicode does not take apart into a letter and its accent.
PLAIN_LETTERS = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i"})
BETWEEN_NAMES = re.compile(r"[\s,._\-‐‑–]+")


@dataclass(frozen=True)
class Clue:
    """What a learning system says of a student: a text, and what it is."""

    kind: Kind
    text: str


def any_of(text: str) -> tuple[Clue, ...]:
    """Return the clues that a text is where nobody says what it is: an id, an e-mail address, or a name."""
    return Clue("id", text), Clue("e-mail", text), Clue("name", text)


@dataclass(frozen=True)
class Match:
    """Who was found.

    Attributes:
        student: or None.
        by: the kind of the clue that decided; empty where none did.
        reason: why nobody was found, in words for the instructor; or empty.
        stranger: whether that is because nobody in the class is called so.
        several: whether it is because more than one is.
    """

    student: Student | None
    by: str = ""
    reason: str = ""
    stranger: bool = False
    several: bool = False


class Directory:
    """The class, by all that its students are known by."""

    def __init__(self, students: Iterable[Student]) -> None:
        self._found: dict[tuple[str, str], dict[str, Student]] = defaultdict(dict)
        for student in students:
            self._enter("number", [student.lms_user_id], student)
            # An id as it is written comes before one that only looks like it.
            self._enter("exact id", [student.id, *student.also], student)
            self._enter("id", map(same_id, [student.id, *student.also]), student)
            self._enter("e-mail", [same_id(student.email)], student)
            for fold in (spelled, unaccented):
                self._enter(fold.__name__, _forms(student.first_name, student.last_name, fold), student)

    def _enter(self, how: str, keys: Iterable[str], student: Student) -> None:
        for key in keys:
            if key:
                self._found[how, key][student.id] = student

    def find(self, clues: Sequence[Clue]) -> Match:
        """Return whose work it is, by the first clue that finds somebody."""
        for clue in clues:
            for how, key in _lookups(clue):
                found = self._found.get((how, key), {})
                if len(found) == 1:
                    return Match(next(iter(found.values())), clue.kind)
                if found:
                    who = " and ".join(sorted(found))
                    return Match(None, reason=f"{clue.text!r} fits {who}", several=True)
        said = dict.fromkeys(clue.text for clue in clues if clue.text)
        if not said:
            return Match(None, reason="it names nobody")
        return Match(None, reason=f"nobody in the roster is {' or '.join(map(repr, said))}", stranger=True)


def _lookups(clue: Clue) -> list[tuple[str, str]]:
    if clue.kind == "number":
        return [("number", clue.text)]
    if clue.kind == "id":
        return [("exact id", clue.text), ("id", same_id(clue.text))]
    if clue.kind == "e-mail":
        return [("e-mail", same_id(clue.text))]
    folds = (spelled, unaccented)
    names = [(fold.__name__, form) for fold in folds for form in (_sorted(clue.text, fold), _squeezed(clue.text, fold))]
    return [*names, ("id", same_id(clue.text))]  # as which a roster may have another name of the student


def _forms(first: str, last: str, fold: Callable[[str], str]) -> list[str]:
    """Return the forms in which a name is met: in any order, and in both orders without anything between its parts."""
    return [
        _sorted(f"{first} {last}", fold),
        *(_squeezed(name, fold) for name in (f"{first} {last}", f"{last} {first}")),
    ]


def _sorted(name: str, fold: Callable[[str], str]) -> str:
    return " ".join(sorted(_parts(name, fold)))


def _squeezed(name: str, fold: Callable[[str], str]) -> str:
    return "".join(_parts(name, fold))


def _parts(name: str, fold: Callable[[str], str]) -> list[str]:
    # Systems leave out what they do not want in file names: O'Brien arrives as OBrien.
    parts = ("".join(filter(_is_letter, part)) for part in BETWEEN_NAMES.split(fold(name)))
    return [part for part in parts if part]


def _is_letter(character: str) -> bool:
    return unicodedata.category(character)[0] in "LMN"


def same_id(text: str) -> str:
    """Return an id or an e-mail address without regard to case and to how its accents are encoded."""
    return unicodedata.normalize("NFKC", text.strip()).casefold()


def spelled(name: str) -> str:
    """Return a name without regard to case and to how its accents are encoded."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())


def unaccented(name: str) -> str:
    """Return a name without case and accents."""
    apart = unicodedata.normalize("NFKD", spelled(name).translate(PLAIN_LETTERS))
    return "".join(character for character in apart if not unicodedata.combining(character))

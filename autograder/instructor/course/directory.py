"""Find the student to whom a learning system's clues point, in the class. Pure.

Collecting, requests and exporting ask here and match nobody on their own, so one rule says what a student can choose.

Numbers, ids and addresses that a system states come before a name, which in many systems students choose themselves.
All of them that find somebody have to find the same one; where that is only a login or a number that students enter,
the name must not find another. A name does not make up for an id or an address that the roster lacks, nor for a number
if the roster has numbers of that system. Else the first clue that finds somebody decides. What fits two finds nobody: a
person decides.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from autograder.instructor.course.folder import CourseFolder
from autograder.instructor.course.roster import Student, students_of
from autograder.user_errors import UsageError

Kind = Literal["submission", "number", "id", "e-mail", "name"]
# Letters that Unicode does not take apart into a letter and its accent.
PLAIN_LETTERS = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i"})
BETWEEN_NAMES = re.compile(r"[\s,._\-‐‑–]+")


class UnknownStudent(UsageError):
    """A text names several students of the class, which the message lists, or none."""


@dataclass(frozen=True)
class Clue:
    """A statement of a learning system about a student."""

    kind: Kind
    text: str
    guessed: bool = False  # whether its kind is unknown, and this one is tried
    chosen: bool = False  # whether students can choose it, as they can a name: a login, or a number that they enter

    @property
    def is_stated(self) -> bool:
        """Whether it is the system's own statement on an account, other than a name."""
        return bool(self.text) and not self.guessed and self.kind != "name"


def any_of(text: str) -> tuple[Clue, ...]:
    """Return a text of unknown kind as clues: an id, an e-mail address, or a name."""
    return Clue("id", text, guessed=True), Clue("e-mail", text, guessed=True), Clue("name", text, guessed=True)


@dataclass(frozen=True)
class Match:
    """The student to whom clues point, or the reason why they point to none."""

    student: Student | None
    by: str = ""  # the kind of the deciding clue; empty without one
    reason: str = ""  # why no student was found, in words for the instructor; or empty
    stranger: bool = False  # whether the class has no such student
    several: bool = False  # whether more than one is
    account: tuple[Clue, ...] = ()  # the system's statements about the person; two accounts are two people
    certainty: int = 0  # 0 by a name alone, 1 by a statement, 2 where the roster knows all statements
    chosen: bool = False  # whether nothing decided but names, logins and numbers that students choose
    doubted: Student | None = None  # whom a name alone fits, where that is not enough


class Directory:
    """The class, by ids, addresses, numbers and names of its students."""

    def __init__(self, students: Iterable[Student]) -> None:
        self._students = tuple(students)
        self._known: dict[tuple[str, str], dict[str, Student]] = defaultdict(dict)
        for student in self._students:
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
                self._known[how, key][student.id] = student

    def known_kinds(self, clues: Iterable[Clue]) -> frozenset[Kind]:
        """Return the kinds of stated clues that find a student."""
        return frozenset(clue.kind for clue in clues if clue.is_stated and self._known_by(clue))

    def find(self, clues: Sequence[Clue], known_kinds: Collection[Kind] = ()) -> Match:
        """Return whose work it is; a number, or an id beside a guess, of an unknown kind can be of another list."""
        known = [(clue, students) for clue in clues if (students := self._known_by(clue))]
        if not known:
            texts = " or ".join(map(repr, dict.fromkeys(clue.text for clue in clues if clue.text)))
            reason = f"nobody in the roster is {texts}" if texts else "it names nobody"
            return Match(None, reason=reason, stranger=bool(texts))
        stated = [(clue, students) for clue, students in known if clue.is_stated]
        is_chosen = all(clue.chosen for clue, _ in stated)
        names = [(clue, students) for clue, students in known if clue.kind == "name" and stated and is_chosen]
        deciding = [*stated, *names] or known[:1]
        (by, students), *more = deciding
        common = set(students).intersection(*(fitting for _, fitting in more))
        if len(common) != 1:
            fits = [f"{clue.text!r} fits {' and '.join(sorted(who))}" for clue, who in deciding]
            return Match(None, reason=", ".join(fits), several=True)
        student, statements = students[common.pop()], [clue for clue in clues if clue.is_stated]
        unlike = (clue for clue in statements if _contradicts(clue, student, known_kinds, by_name=by.kind == "name"))
        if not by.is_stated and (contrary := next(unlike, None)):
            alone = f"the {by.kind} {by.text!r} alone does not make it the work of {student.id}"
            reason = f"nobody in the roster is {contrary.text!r}, and {alone}"
            return Match(None, reason=reason, stranger=True, doubted=student)
        # One of several readings of a number has found somebody: the others were none.
        account = tuple(clue for clue in statements if clue == by or clue.kind != by.kind)
        certainty = by.is_stated * (2 if len(stated) == len(account) else 1)
        return Match(student, by.kind, account=account, certainty=certainty, chosen=is_chosen)

    def named(self, written: str) -> Student:
        """Return the student whom an instructor means by id, address or name; raise UnknownStudent for none or two."""
        for student in self._students:
            if student.id == written:
                return student
        match = self.find(any_of(written))
        if match.student is not None:
            return match.student
        raise UnknownStudent(f"{match.reason}: write an id" if match.several else match.reason)

    def _known_by(self, clue: Clue) -> Mapping[str, Student]:
        return next((students for at in _lookups(clue) if (students := self._known.get(at))), {})


def _contradicts(clue: Clue, student: Student, known_kinds: Collection[Kind], *, by_name: bool) -> bool:
    """Whether an unmatched clue speaks against a student whom only a name or a guess fits."""
    if by_name and clue.kind in ("id", "e-mail"):
        return True
    if clue.kind == "e-mail":
        return bool(student.email)
    return clue.kind in known_kinds and (clue.kind == "id" or bool(student.lms_user_id))


def _lookups(clue: Clue) -> list[tuple[str, str]]:
    as_id = [("exact id", clue.text), ("id", same_id(clue.text))]
    if clue.kind == "submission":
        return []
    if clue.kind == "number":
        return [("number", clue.text)]
    if clue.kind == "id":
        return as_id
    if clue.kind == "e-mail":
        return [("e-mail", same_id(clue.text)), *as_id]  # many log in with an address
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
    letters = [
        [one for one in part if unicodedata.category(one)[0] in "LMN"] for part in BETWEEN_NAMES.split(fold(name))
    ]
    return ["".join(part) for part in letters if part]


def share_a_part(name: str, other: str) -> bool:
    """Whether two names have a part in common, such as a last name."""
    return not set(_parts(name, unaccented)).isdisjoint(_parts(other, unaccented))


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


def known_students(folder: CourseFolder) -> list[Student]:
    """Return the roster of a course folder, and after it others who handed in; raise TableError for a broken roster."""
    students = {student.id: student for student in students_of(folder)}
    for name in ("submitted", "autograded"):
        for path in sorted((folder.root / name).glob("*")):
            if path.is_dir():
                students.setdefault(path.name, Student(path.name))
    return list(students.values())


def find_student(folder: CourseFolder, written: str) -> Student:
    """Return the student of a course folder whom an instructor means, as ``Directory.named`` and ``known_students``."""
    return Directory(known_students(folder)).named(written)

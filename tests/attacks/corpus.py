"""The attacks: a file for each aim, ``AIM.md``, and in it a heading for each attack, its name.

Below the heading stands what the attack does, then in a list ``Would gain`` (who, and what) and what else is true of
it. Then the code that is put into the last answer of a notebook; or a function ``change(path, notebook)`` that changes
notebook, files or names, and hands in at ``path`` itself; or nothing, where the name of the folder is the attack.

The file ``download.md`` is apart: names that end before anything is graded, tried in ``tests/instructor/collecting``.

Code that got something prints a line ``WON: …``. Points, secrets, and what lies about outside are looked for as well.
"""

import ast
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from nbformat import NotebookNode

from sample_class.the_ten import answers
from tests.instructor.grading.broken import cell
from tests.suite import is_deep

HERE = Path(__file__).parent
# What an attack is after, by the folder it lies in.
AFTER = {
    "points": "points without the work",
    "work": "somebody else's work",
    "class": "a class that is not graded",
    "machine": "the machine that grades",
    "secrets": "what only you should read",
    "page": "what a page, a terminal or a spreadsheet shows",
}
ANOTHER_USER = "another user"
WALLS = ("bubblewrap", "landlock", ANOTHER_USER)
FIELDS = {"would gain", "student", "base", "at most", "answers itself", "forges", "noticed", "known"}
FIELDS |= {f"known behind {wall}" for wall in WALLS}
# In the name of whatever an attack leaves: files, processes, sockets.
MARK = "planted-by-a-student"
# Work that loses points on what is easiest to forge; and what an attack knows that answers in the place of checks.
CARELESS, FORGERY = re.findall(
    r"^```python\n(.*?)^```$", (HERE / "known.md").read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL
)


ENTRY = re.compile(r"^## (\w+)\n\n(.+?)\n\n((?:- [^\n]+\n)+)(?:\n(`{3,})python\n(.*?)^\4\n)?", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Attack:
    """One hostile submission."""

    name: str  # its heading
    after: str  # what it is after, a key of ``AFTER``
    says: str  # what it does, as a sentence
    student: str  # the folder that it is handed in under
    source: str  # its code, or empty
    base: str = "careless"  # whose work it is built on, and whose points it gets
    at_most: bool = False  # it ends its own process, uses up its time or spoils its own answers, and may have less
    answers_itself: bool = False  # it takes the place of the checks, right but for those of Flatten, and may have less
    forges: bool = False  # it needs what ``known.md`` has under *forgery*
    noticed: str = ""  # what its record or an output tells an instructor, where it gets something; or empty
    known: Mapping[str, str] = field(
        default_factory=dict
    )  # by the wall behind which it gets something, the guide's word of it


def read_attacks(path: Path) -> list[Attack]:
    """Return the attacks of a file, by name.

    Raises:
        ValueError: the header of one does not say what it has to, or says what nobody reads.
    """
    text = path.read_text(encoding="utf-8")
    attacks = [_attack(path.stem, *parts) for parts in ENTRY.findall(text)]
    if len(attacks) != text.count("\n## "):
        raise ValueError(f"{path}: an attack is a heading, what it does, a list, and perhaps a block of Python")
    return sorted(attacks, key=lambda attack: attack.name)


def _attack(after: str, name: str, says: str, lines: str, fence: str, source: str) -> Attack:
    fields = {key.lower(): value for key, _, value in (line[2:].partition(": ") for line in lines.splitlines())}
    if "would gain" not in fields or fields.keys() - FIELDS:
        raise ValueError(f"{after}, {name}: does not say who would gain what, or says {fields.keys() - FIELDS}")
    return Attack(
        name=name,
        after=after,
        says=" ".join(says.split()),
        student=ast.literal_eval(fields.get("student", repr(name))),
        source=source,
        base=fields.get("base", "careless"),
        at_most="at most" in fields,
        answers_itself="answers itself" in fields,
        forges="forges" in fields,
        noticed=fields.get("noticed", ""),
        known={wall: text for wall in WALLS if (text := fields.get(f"known behind {wall}", fields.get("known")))},
    )


ATTACKS: Mapping[str, Attack] = {
    attack.student: attack for after in AFTER for attack in read_attacks(HERE / f"{after}.md")
}


# Some of each kind are handed in with every commit; a deep run tries all behind each wall.
WITH_EVERY_COMMIT = {
    *("answers_first", "stands_in", "fork_bomb", "kills", "memory_of_a_chain", "network", "writes_everywhere"),
    *("children_left_behind", "closed_output", "closes_everything", "right_but_patches_torch", "segmentation_fault"),
    *("two_folders_of_one_disk", "warnings_on_standard_error", "early_plan", "thread_takes_the_plan"),
    *("hidden_checks_in_a_message",),
    *("markup", "markup_in_the_written_answer", "odd_ids", "name_of_a_formula", "name_with_markup"),
}


def tried() -> Mapping[str, Attack]:
    """Return the attacks that take part in this run of the tests, by student."""
    if is_deep():
        return ATTACKS
    return {student: attack for student, attack in ATTACKS.items() if attack.name in WITH_EVERY_COMMIT}


def hand_in(attack: Attack, path: Path, notebook: NotebookNode, known: Mapping[str, object]) -> None:
    """Hand in an attack in its student's folder, with all that its author knows of the machine, by name."""
    functions = [node for node in ast.parse(attack.source).body if isinstance(node, ast.FunctionDef)]
    if any(function.name == "change" for function in functions):
        names: dict[str, Any] = {}
        exec(compile(attack.source, f"{attack.after}, {attack.name}", "exec"), names)
        names["change"](path, notebook)
        return
    if attack.source:
        cell(notebook, "layers-Sequential").source += "\n\n" + _knowledge(attack, known) + attack.source
    write(path, notebook)


def _knowledge(attack: Attack, known: Mapping[str, object]) -> str:
    facts = {**known, "MARK": f"{MARK}-{attack.name}"}
    if attack.forges:
        facts["FRIENDS_ANSWERS"] = answers("layers")["ada"]
    lines = "".join(f"{name} = {value!r}\n" for name, value in facts.items())
    return lines + (FORGERY if attack.forges else "")


def write(path: Path, notebook: NotebookNode) -> None:
    """Write a notebook as it is, right or wrong."""
    path.write_text(json.dumps(notebook), encoding="utf-8")

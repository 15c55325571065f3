"""A name that students choose takes nobody's place: the attacks of tests/attacks/download.md, and honest work."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from autograder.instructor.collecting.collect import CollectRequest, planned_collection
from autograder.instructor.course.folder import CourseFolder
from autograder.instructor.course.roster import Student
from autograder.instructor.requests.answering import read_requests
from autograder.instructor.requests.form import Request
from tests.attacks.corpus import HERE, read_attacks
from tests.instructor.collecting.made_downloads import entries_of, gradescope_metadata, notebook, zipped
from tests.instructor.collecting.plans import plan_of
from tests.instructor.conftest import COURSE

HIS, HERS = notebook(answer="his"), notebook(answer="hers")


def attacks() -> Iterator[Any]:
    """Give the names that each attack tries, with what the attack says of the class and of the download."""
    for attack in read_attacks(HERE / "download.md"):
        scenario: dict[str, Any] = {}
        exec(compile(attack.source, attack.name, "exec"), scenario)
        yield from (pytest.param(scenario, name, id=f"{attack.name}: {name}") for name in scenario["NAMES"])


@pytest.mark.parametrize("order", [1, -1], ids=["his first", "hers first"])
@pytest.mark.parametrize(("attack", "name"), list(attacks()))
def test_a_name_that_a_student_chooses_takes_nobodys_place(
    attack: dict[str, Any], name: str, order: int, course: Path
) -> None:
    files = dict(list(attack["files"](name, HIS, HERS).items())[::order])
    (course / "roster.csv").write_text(attack["ROSTER"], encoding="utf-8")
    request = CollectRequest(zipped(course.parent / "x.zip", files), "2-layers")
    with planned_collection(CourseFolder(course), COURSE, request) as collection:
        plan = collection.plan
    theirs = {work.student.id: {files[attempt.path] for attempt in work.attempts} for work in plan.submissions}
    kept = {HIS} if attack["BOB_KEEPS_HIS"] else set()
    assert theirs.get("bob", set()) == kept
    left = {path for path, content in files.items() if content in {HIS, HERS} - kept - theirs.get("eve", set())}
    assert {file.path for file in plan.excluded if file.matters} == left
    assert plan.complete == (not left)


# Whose each file is, by the class and the clues of its system


ADA = Student("ada", "Ada", "King", "ada@x.org", "1000")
BOB = Student("bob", "Bob", "Build", "bob@x.org", "1001")
NAMED = Student("bob", "Bob", "Build")
ALONE = "nobody in the roster is '{}', and the name 'Bob Build' alone does not make it the work of bob"
RIVAL = "its name alone says bob Bob Build, and so does another account's"


def moodle(name: str, participant: int, file: str = "2-layers.ipynb") -> str:
    return f"{name}_{participant}_assignsubmission_file/{file}"


def gradescope(*accounts: tuple[str, str, str]) -> dict[str, bytes]:
    """Return an export with one file of each account, by name, number and address."""
    when = "2026-11-01 10:00:00.000000000 Z"
    people = [(f"submission_{at}", [account], when) for at, account in enumerate(accounts, 1)]
    files = {f"submission_{at}/2-layers.ipynb": b"" for at in range(1, len(accounts) + 1)}
    return {"submission_metadata.yml": gradescope_metadata(*people)} | files


def named(*names: str) -> dict[str, bytes]:
    return dict.fromkeys(names, b"")


WITH_ADDRESS = gradescope(("Ada King", "ada", "ada@x.org"), ("Bob Build", "", "b@x.org"))
WITH_NUMBER = gradescope(("Ada King", "ada", "ada@x.org"), ("Bob Build", "0815", ""))
# The class, the download, and whose each of its notebooks is, or why it is nobody's.
WHOSE: dict[str, tuple[list[Student], dict[str, bytes], list[str]]] = {
    "an address of nobody's": ([ADA, BOB], WITH_ADDRESS, ["ada", ALONE.format("b@x.org")]),
    "a number of nobody's": ([ADA, BOB], WITH_NUMBER, ["ada", ALONE.format("0815")]),
    "an address in the column also": ([ADA, replace(BOB, also=("b@x.org",))], WITH_ADDRESS, ["ada", "bob"]),
    "an address where the roster has none": ([ADA, replace(BOB, email="")], WITH_ADDRESS, ["ada", "bob"]),
    "a stranger of a student's name in Canvas": (
        [ADA, BOB],
        named("kingada_1000_5001_2-layers.ipynb", "buildbob_77_5002_2-layers.ipynb"),
        ["ada", ALONE.format("77").replace("Bob Build", "buildbob")],
    ),
    "numbers of another list than the roster's": (
        # Moodle numbers participants anew in each assignment, and the roster may be the worksheet of an earlier one.
        [ADA, BOB],
        named(moodle("Ada King", 2000), moodle("Bob Build", 2001)),
        ["ada", "bob"],
    ),
    "two accounts of one name": ([NAMED], named(moodle("Bob Build", 1), moodle("Bob Build", 2)), [RIVAL, RIVAL]),
    "numbers in the name of a file": (
        [ADA, BOB],
        named("buildbob_1001_5001_2-layers.ipynb", "buildbob_1001_5002_2_layers.ipynb"),
        ["bob", "bob"],
    ),
    "names of Blackboard's": (
        [ADA, BOB],
        named("Layers_ada_attempt_2026-11-05-22-41-07_bob.ipynb", "bob/Layers_ada_attempt_2026-11-05-22-41-07_x.ipynb"),
        ["nothing that folder gave says whose it is: collect it by itself", "bob"],
    ),
    "a folder that says otherwise": (
        [ADA, BOB],
        named("bob/kingada_1000_5001_2-layers.ipynb"),
        ["by its name it is of ada (Canvas) and of bob (folder)"],
    ),
    "two accounts of one student": (
        [Student("bob", also=("b-uild",))],
        named(*(f"{account}+2-layers+2026-11-05 22:41:07 UTC/2-layers.ipynb" for account in ("bob", "b-uild"))),
        ["bob", "bob"],
    ),
}
TWICE = {
    "Moodle": [moodle("Bob Build", 1), moodle("Bob Build", 1, "x.ipynb")],
    "Canvas": ["buildbob_1_5001_2-layers.ipynb", "buildbob_LATE_1_5002_2-layers-1.ipynb"],
    "folders": ["Bob Build/2-layers.ipynb", "bob/2-layers.ipynb"],
}
WHOSE |= {f"twice in {system}": ([NAMED], named(*names), ["bob", "bob"]) for system, names in TWICE.items()}


@pytest.mark.parametrize(("students", "files", "expected"), WHOSE.values(), ids=WHOSE)
def test_all_clues_decide_whose_a_file_is_and_a_name_alone_does_not(
    students: list[Student], files: dict[str, bytes], expected: list[str]
) -> None:
    plan = plan_of(entries_of(files), students)
    whose = {attempt.path: owned.student.id for owned in plan.submissions for attempt in owned.attempts}
    whose |= {file.path: file.reason for file in plan.excluded}
    assert [whose[path] for path in files if path.endswith(".ipynb")] == expected


def test_a_request_from_two_accounts_of_one_name_is_refused(course: Path) -> None:
    (course / "roster.csv").write_text("id,name\nbob,Bob Build\neve,Eve Evil\n", encoding="utf-8")
    text = Request("bob", "2-layers", "Linear.affine_map", "Why?").lines().encode()
    names = [moodle("Bob Build", 1001, "request.txt"), moodle("Bob Build", 1002, "request.txt")]
    asked, left = read_requests(CourseFolder(course), [zipped(course.parent / "x.zip", dict.fromkeys(names, text))])
    assert (asked, left) == ([], [f"{name}: {RIVAL}" for name in names])

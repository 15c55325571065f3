"""The plan of a collection: recognised files, attempts, actions, excluded files, and the preview. Pure."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from autograder.instructor.collecting import preview
from autograder.instructor.collecting.downloaded import NO_NOTEBOOK, DownloadedFile, Ownership, recognise
from autograder.instructor.collecting.plan import (
    PlacedWork,
    Situation,
    SubmissionPlan,
    action_for,
    make_plan,
    with_new,
)
from autograder.instructor.course.directory import Clue
from autograder.instructor.course.records import CLAIMED, ENTERED, PROVED, Attempt
from autograder.instructor.course.roster import Student
from autograder.receipts import PACKED
from tests.instructor.collecting import made_downloads
from tests.instructor.collecting.made_downloads import CELLS, entry

NOON, HOUR, DAY = datetime(2026, 11, 5, 12, tzinfo=UTC), timedelta(hours=1), timedelta(days=1)
ADA, BOB = Student("ada"), Student("bob")
EMPTY = Situation((ADA, BOB), {}, {}, NOON + 9 * DAY)


def notebook(
    digest: str = "d", owner: str = "ada", when: datetime | None = None, assignment: str = "2-layers", **facts: Any
) -> DownloadedFile:
    file = DownloadedFile(entry(f"{owner}/{digest}"), "test", ((Clue("id", owner),),), when)
    return replace(file, assignment=assignment, digest=digest, **facts)


def other_file(name: str, refused: str = "") -> DownloadedFile:
    file = DownloadedFile(entry(f"ada/{name}", refused=refused), "test", ((Clue("id", "ada"),),))
    return replace(file, note=refused or "it is no notebook")


def attempt(number: int = 1, digest: str = "d", when: datetime | None = None, system: str = "test") -> Attempt:
    return Attempt(number, digest, when, False, NOON, "path", system)


def situation(**facts: Any) -> Situation:
    return replace(EMPTY, **facts)


def submission(*files: DownloadedFile, at: Situation = EMPTY) -> SubmissionPlan:
    (planned,) = make_plan(files, at).submissions
    return planned


def carried_out(planned: SubmissionPlan) -> Situation:
    work, placed = (planned.student.id, planned.assignment), PlacedWork(planned.chosen.digest, planned.chosen.stamp)
    return situation(kept={work: planned.attempts}, submitted={work: placed})


# The assignment of a file, by its cells and then by its name

OTHERS_NOTEBOOK = b'{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}'
LAYERS, DROPOUT = made_downloads.notebook(), made_downloads.notebook("3-dropout")
BOTH = json.dumps(
    json.loads(LAYERS) | {"cells": [json.loads(content)["cells"][0] for content in (LAYERS, DROPOUT)]}
).encode()


@pytest.mark.parametrize(
    ("name", "content", "assignment", "note"),
    [
        *((name, LAYERS, "2-layers", "") for name in ("2-layers (1).ipynb", "2-layers.ipynb.txt", "work", "a.json")),
        ("a byte order mark", b"\xef\xbb\xbf" + LAYERS, "2-layers", ""),
        ("2-layers.ipynb", DROPOUT, "3-dropout", "it is called 2-layers"),
        ("2-layers.ipynb", b"", "2-layers", "is empty"),
        ("2-layers.ipynb", OTHERS_NOTEBOOK, "2-layers", "it holds none of the cells of 2-layers"),
        *(
            ("ada_2-layers (1).ipynb", content, "2-layers", "is not a notebook")
            for content in (b"{", b"{}", LAYERS[:100], b"\x00" * 9)
        ),
        ("notes.txt", b"hello", "", NO_NOTEBOOK),
        ("data.json", b'{"a": 1}', "", NO_NOTEBOOK),
        *((name, OTHERS_NOTEBOOK, "", NO_NOTEBOOK) for name in ("a.ipynb", "12-layers.ipynb", "2-layersish.ipynb")),
        ("2-layers.pdf", b"%PDF", "", NO_NOTEBOOK),
        ("deep.json", b'{"a":' + b"[" * 100_000, "", NO_NOTEBOOK),
        ("x.ipynb", BOTH, "", "it holds as much of 2-layers as of 3-dropout"),
    ],
)
def test_a_file_is_recognised_by_its_cells_and_then_by_its_name(
    name: str, content: bytes, assignment: str, note: str
) -> None:
    answers = {assignment: frozenset(cells) for assignment, cells in CELLS.items()}
    file = recognise(DownloadedFile(entry(name, content), "test", ()), answers, lambda digest, content: None)
    assert (file.assignment, file.digest) == (assignment, hashlib.sha256(content).hexdigest() if assignment else "")
    assert file.note.startswith(note) and bool(file.note) == bool(note)


# Attempts, and which of them is graded

SAVED = notebook("b", entry=entry("ada/b", modified=1.0))
PACKED_LATER = notebook("a", entry=entry(f"ada/{PACKED}/a", modified=2.0))
ATTEMPTS: dict[str, tuple[list[DownloadedFile], str]] = {
    "by time": ([notebook("b", when=NOON), notebook("a", when=NOON - HOUR)], "ab"),
    "by upload": ([notebook("b", upload=20), notebook("a", upload=10)], "ab"),
    "one file twice": ([notebook("a"), notebook("a")], "a"),
    "one file in two uploads": ([notebook(name, upload=at) for at, name in enumerate("aba", 1)], "aba"),
    "one file at two times": ([notebook(name, when=NOON + at * DAY) for at, name in enumerate("aba")], "aba"),
    "a packed copy": ([SAVED, PACKED_LATER], "ab"),
}


@pytest.mark.parametrize(("files", "digests"), ATTEMPTS.values(), ids=ATTEMPTS)
def test_all_attempts_are_kept_and_the_last_is_graded(files: list[DownloadedFile], digests: str) -> None:
    planned = submission(*(replace(file, note=f"odd {file.digest}") for file in files))
    assert [(kept.digest, kept.number) for kept in planned.attempts] == [
        (name, at) for at, name in enumerate(digests, 1)
    ]
    assert (planned.chosen, planned.action) == (planned.attempts[-1], "new")
    assert planned.note == f"odd {planned.chosen.digest}"


FIRST, SECOND, AT_NOON = notebook("a"), notebook("b"), notebook(when=NOON)
EARLIER = notebook("a", when=NOON - DAY)
UPLOADS = [notebook("b", upload=2), notebook("a", upload=1)]
RESCUED = replace(EARLIER, standing=ENTERED, system="by hand")
PROVED_AT_NOON, CORRECTED = replace(AT_NOON, standing=PROVED), notebook(when=NOON - DAY, standing=ENTERED)
# Two downloads, the standing of each attempt, what happens to the submission, and whether something was learned.
LATER: dict[str, tuple[list[DownloadedFile], dict[str, str], str, bool]] = {
    "more work": ([FIRST, SECOND], {"a": CLAIMED, "b": CLAIMED}, "newer", True),
    "older work": ([SECOND, EARLIER], {"b": CLAIMED, "a": CLAIMED}, "as it is", True),
    "an older upload": (UPLOADS, {"b": CLAIMED, "a": CLAIMED}, "as it is", True),
    "by hand": ([SECOND, RESCUED], {"b": CLAIMED, "a": ENTERED}, "newer", True),
    "a time is learned": ([FIRST, notebook("a", when=NOON)], {"a": CLAIMED}, "newer", True),
    "a time is proved": ([AT_NOON, PROVED_AT_NOON], {"d": PROVED}, "as it is", True),
    "and stays so": ([PROVED_AT_NOON, AT_NOON], {"d": PROVED}, "as it is", False),
    "a time is corrected": ([AT_NOON, CORRECTED], {"d": ENTERED}, "newer", True),
}


@pytest.mark.parametrize(("downloads", "attempts", "action", "learned"), LATER.values(), ids=LATER)
def test_a_later_download_adds_to_the_kept_attempts(
    downloads: list[DownloadedFile], attempts: dict[str, str], action: str, learned: bool
) -> None:
    first, second = downloads
    planned = submission(second, at=carried_out(submission(first)))
    assert [(kept.digest, kept.standing) for kept in planned.attempts] == [*attempts.items()]
    assert (planned.action, planned.learned) == (action, learned)


@given(st.lists(st.tuples(st.sampled_from("abc"), st.none() | st.integers(0, 3), st.integers(0, 3))))
def test_collecting_twice_changes_nothing_and_loses_no_attempt(drawn: list[tuple[str, int | None, int]]) -> None:
    files = [notebook(name, when=None if at is None else NOON + at * HOUR, upload=upload) for name, at, upload in drawn]
    for planned in make_plan(files, EMPTY).submissions:
        again = make_plan(files, carried_out(planned))
        assert (again.submissions[0].action, again.submissions[0].attempts) == ("as it is", planned.attempts)
        assert again.to_write == []
    attempts = with_new((), files, NOON)
    assert {kept.digest for kept in attempts} == {file.digest for file in files}
    assert len({kept.number for kept in attempts}) == len(attempts)


@pytest.mark.parametrize(
    ("placed", "force", "action"),
    [
        (PlacedWork(), False, "new"),
        (PlacedWork("b", attempt(when=NOON).stamp), False, "as it is"),
        (PlacedWork("b", ""), False, "newer"),
        (PlacedWork("b", "by hand"), False, "as it is"),
        (PlacedWork("a", ""), False, "newer"),
        (PlacedWork("a", "by hand"), False, "blocked"),
        (PlacedWork("a", "by hand"), True, "newer"),
        (PlacedWork("c", ""), False, "newer"),
        (PlacedWork("other", ""), False, "blocked"),
        (PlacedWork("other", ""), True, "newer"),
        (PlacedWork("", "by hand"), False, "blocked"),
    ],
)
def test_work_placed_by_hand_is_replaced_only_by_force(placed: PlacedWork, force: bool, action: str) -> None:
    attempts = (attempt(1, "a"), attempt(2, "b", NOON), attempt(3, "c"))
    assert action_for(attempts[1], attempts, placed, force=force) == action


LATE, UNKNOWN, KNOWN = notebook(late=True), "late by an unknown time", "late, says test"


@pytest.mark.parametrize(
    ("file", "facts", "when", "remark"),
    [
        (LATE, {}, None, UNKNOWN),
        (LATE, {"submitted": {("ada", "2-layers"): PlacedWork("d")}}, None, UNKNOWN),
        (LATE, {"submitted": {("ada", "2-layers"): PlacedWork("d", "by hand")}}, None, KNOWN),
        (LATE, {"times": {"ada": NOON + HOUR}}, NOON + HOUR, KNOWN),
        (replace(LATE, when=NOON), {}, NOON, KNOWN),
        (notebook(when=NOON + HOUR), {"times": {"ada": NOON - HOUR}}, NOON + HOUR, ""),
        (notebook(), {}, None, ""),
    ],
)
def test_lateness_is_shown_as_far_as_it_is_known(
    file: DownloadedFile, facts: Mapping[str, object], when: datetime | None, remark: str
) -> None:
    planned = submission(file, at=situation(**facts))
    assert (planned.chosen.when, planned.late_since_unknown) == (when, remark == UNKNOWN)
    assert preview.remark(planned) == remark


# Students without work, and files that are left out


def test_one_students_many_files_do_not_hide_the_others() -> None:
    many = [notebook(f"{at}.ipynb", owner="eve") for at in range(50)]
    lines = preview.notices(make_plan([*many, notebook("1.ipynb", owner="dan")], EMPTY))
    assert [line.count("eve/") for line in lines[: preview.MOST_LINES]] == [1] * preview.MOST_LINES
    assert lines[preview.MOST_LINES].startswith("not collected: dan/1.ipynb: ")
    assert lines[preview.MOST_LINES + 1] == "not collected: 30 more files in eve"


@pytest.mark.parametrize(
    ("files", "facts", "missing"),
    [
        ([notebook(), notebook(owner="bob", assignment="3-dropout")], {}, {"2-layers": (BOB,), "3-dropout": (ADA,)}),
        ([notebook()], {"kept": {("bob", "2-layers"): (attempt(),)}}, {"2-layers": ()}),
        ([notebook()], {"submitted": {("bob", "2-layers"): PlacedWork("x")}}, {"2-layers": ()}),
    ],
    ids=["of each assignment", "collected before", "placed by hand"],
)
def test_students_without_work_are_named(
    files: Sequence[DownloadedFile], facts: Mapping[str, object], missing: dict[str, tuple[Student, ...]]
) -> None:
    assert make_plan(files, situation(**facts)).missing == missing


TWINS = (Student("ada", "Ada", "Lee"), Student("bob", "Ada", "Lee"))
LEE = ((Clue("name", "Ada Lee"),),)
GROUP = tuple((Clue("id", name),) for name in ("ada", "bob", "eve"))
SCRIPTS, RAR = [other_file("a.py"), other_file("b.py")], other_file("a.rar", refused="it is a rar")
TEST_KEPT, HAND_KEPT = ({("ada", "2-layers"): (attempt(system=system),)} for system in ("test", "by hand"))
NO_CELL = "ada handed in a.ipynb, which has no cell of this course"
# The files of a download, what is special about the course folder, and the reasons, with whether they matter.
EXCLUDED: dict[str, tuple[list[DownloadedFile], dict[str, object], list[tuple[str, bool]]]] = {
    "a stranger in a group": ([notebook(owners=GROUP)], {}, [("nobody in the roster is 'eve'", True)]),
    "another assignment": ([notebook(assignment="3-dropout")], {}, [("it is a notebook of 3-dropout", False)]),
    "beside a notebook": ([notebook(), other_file("notes.txt")], {}, [("it is no notebook", False)]),
    "an archive beside one": ([notebook(), RAR], {}, [("it is a rar", True)]),
    "no notebook": (SCRIPTS, {}, [("ada handed in a.py, and no notebook", True), ("it is no notebook", False)]),
    "of a group": (
        [replace(SCRIPTS[0], owners=GROUP)],
        {},
        [("ada and bob handed in a.py, and no notebook", True)],
    ),
    "a notebook without our cells": ([other_file("a.ipynb")], {}, [(NO_CELL, True)]),
    "an archive and no notebook": ([RAR], {}, [("ada handed in a.rar, and no notebook: it is a rar", True)]),
    "a name that two have": (
        [notebook(owners=LEE)],
        {"students": TWINS, "kept": TEST_KEPT},
        [("'Ada Lee' fits ada and bob", True)],
    ),
    "one of the two collected by hand": (
        [notebook(owners=LEE), notebook(owners=LEE)],
        {"students": TWINS, "kept": HAND_KEPT},
        [("collected by hand for ada Ada Lee", False), ("'Ada Lee' fits ada and bob", True)],
    ),
}


@pytest.mark.parametrize(("files", "facts", "excluded"), EXCLUDED.values(), ids=EXCLUDED)
def test_an_excluded_file_has_a_reason_and_can_matter(
    files: list[DownloadedFile], facts: Mapping[str, object], excluded: list[tuple[str, bool]]
) -> None:
    plan = make_plan(files, situation(**facts), only="2-layers")
    assert [(file.reason, file.matters) for file in plan.excluded] == excluded
    assert plan.complete != any(matters for _, matters in excluded)


def test_group_work_is_planned_for_each_member_by_assignment_and_student() -> None:
    plan = make_plan([notebook(assignment="3-dropout"), notebook(owners=GROUP)], EMPTY)
    works = [(planned.assignment, planned.student) for planned in plan.submissions]
    assert works == [("2-layers", ADA), ("2-layers", BOB), ("3-dropout", ADA)]


# The preview: matters for a person first, and all of it in a terminal of 80 columns

BY_HAND = "autograder collect FILE ASSIGNMENT --student ID"
NO_CELLS = "it holds none of the cells of 2-layers"
FILL = "for a notebook without a cell of this course"
NOTICES = {
    "a stranger": (notebook(owner="eve"), EMPTY, "write that name or address into its column “also”"),
    "two of one name": (
        notebook(owners=LEE),
        situation(students=TWINS),
        f"--worksheet FILE; for one file: {BY_HAND}",
    ),
    "an anonymous one": (notebook(owners=((),)), EMPTY, "switch anonymous grading off, and download again"),
    "no notebook": (SCRIPTS[0], EMPTY, "“What you handed in holds no notebook. Please send the file that ends"),
    "a notebook without our cells": (other_file("a.ipynb"), EMPTY, f"{FILL}, if its cells have only lost their ids: "),
    "lost ids": (notebook(note=NO_CELLS), EMPTY, f"{FILL}, as of ada, if its cells have only lost"),
    "late, not since when": (LATE, EMPTY, "1 late, and the download does not say since when, so no"),
}


@pytest.mark.parametrize(("file", "at", "notice"), NOTICES.values(), ids=NOTICES)
def test_a_notice_names_the_way_out(file: DownloadedFile, at: Situation, notice: str) -> None:
    *refused, line = preview.notices(make_plan([file], at))
    assert notice in line
    assert all(line.startswith("not collected: ") for line in refused)


NAMED = notebook(ownership=Ownership("ada"))
NAMELESS = replace(notebook(owner="eve"), assignment="", digest="", note="it is no notebook")
REMARKS = {
    "a claimed time": (notebook(when=NOON), "times claimed, which a student can set: 1 of 1"),
    "an entered time": (notebook(when=NOON, standing=ENTERED), "times entered by the instructor: 1 of 1"),
    "a name": (notebook(owners=LEE), "found by name alone, which students can choose in many systems: 1 of 1"),
    "a claimed name": (NAMED, "claimed by a name that students choose, with no account as owner: 1"),
    "nobody's work": (NAMELESS, "left out: eve/d: "),
    "nothing": (notebook(), "no notebook for 2-layers from bob"),
}


@pytest.mark.parametrize(("file", "remark"), REMARKS.values(), ids=REMARKS)
def test_the_evidence_behind_a_plan_is_summed_up(file: DownloadedFile, remark: str) -> None:
    at = situation(students=[replace(ADA, first_name="Ada", last_name="Lee"), BOB])
    assert any(line.startswith(remark) for line in preview.remarks(make_plan([file], at)))


def test_at_most_20_excluded_files_are_listed() -> None:
    files = [notebook(), notebook(owner="bob"), *(other_file(f"{at}.txt") for at in range(25))]
    lines = preview.remarks(make_plan(files, EMPTY))
    assert len(lines) == 21
    assert lines[-1] == "left out: 5 more files; --json names all"


def table(files: Sequence[DownloadedFile], students: Sequence[Student]) -> list[str]:
    console = Console(width=80)
    with console.capture() as capture:
        console.print(preview.table(make_plan(files, situation(students=students))))
    return [line.rstrip() for line in capture.get().splitlines()]


def test_each_student_has_a_line_and_odd_work_comes_first() -> None:
    students = [Student(f"{at:07}", "Nguyễn Thị Hồng", f"Ánh-Müller {at}") for at in range(4)]
    facts: list[dict[str, object]] = [{}, {}, {"late": True}, {"note": NO_CELLS}]
    files = [
        notebook(f"müllernguyen_{at}_5001_2-layers (final version).ipynb", students[at].id, NOON, **fact)
        for at, fact in enumerate(facts)
    ]
    head, *lines = table(files, students)
    assert head.split() == ["student", "name", "what", "happens"]
    assert [line.partition(" ")[0] for line in lines[:2]] == ["0000002", "0000003"]
    assert lines[0].endswith("new; late, says test")
    assert len(lines) == len(students) + 1  # the note alone takes another line
    assert [line.partition(" ")[0] for line in lines if line.endswith(" new")] == ["0000000", "0000001"]


def test_a_long_name_is_cut_before_the_action_is() -> None:
    student = Student("somebody.with.a.long.address@students.example.edu", "A" * 40, "B" * 40)
    lines = table([notebook(assignment, student.id, assignment=assignment) for assignment in CELLS], [student])
    assert [line.split()[-2:] for line in lines if ": new" in line] == [["2-layers:", "new"], ["3-dropout:", "new"]]
    assert len(lines) <= 1 + 2 * 3

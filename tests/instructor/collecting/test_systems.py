"""The facts in the names of each system: owner, time and attempt. No file's name takes another's place."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.instructor.collecting.archive import open_download
from autograder.instructor.collecting.downloaded import DownloadedFile
from autograder.instructor.collecting.systems import read_all
from autograder.instructor.collecting.systems.moodle import read_worksheet, with_worksheet
from autograder.instructor.course.directory import Clue, Directory
from autograder.instructor.course.folder import CourseFolderError
from autograder.instructor.course.records import CLAIMED, PROVED
from autograder.instructor.course.roster import Student
from autograder.user_errors import UsageError
from tests.instructor.collecting.made_downloads import entries_of, folder, gradescope_metadata, plan_of
from tests.suite import is_deep

EVENING = datetime(2026, 11, 5, 22, 41, 7, tzinfo=UTC)
ADA = Student("007", "Ada", "Lovelace", "ada@example.org", "101", ("octo-ada",))
BOB = Student("bob", "Bob", "Smith", "bob@example.org", "102")


def of_zip(*names: str, **files: bytes) -> dict[str, DownloadedFile]:
    return {file.entry.name: file for file in read_all(entries_of(dict.fromkeys(names, b"{}") | files))}


def owners(files: Mapping[str, DownloadedFile]) -> dict[str, list[str | None]]:
    directory = Directory([ADA, BOB])
    matches = {name: [directory.find(clues).student for clues in file.owners] for name, file in files.items()}
    return {name: [student and student.id for student in students] for name, students in matches.items()}


# The system, a file's path in a zip, whose it is, and what else the path says.
NAMES = [
    ("Canvas", "lovelaceada_101_5001_2-layers.ipynb", "007", {"upload": 5001}),
    ("Canvas", "lovelaceada_LATE_101_5003_2-layers-2.ipynb", "007", {"upload": 5003, "late": True}),
    ("Canvas", "lovelaceada_101_text.html", "007", {"upload": 0}),
    ("Canvas", "lovelaceada_LATE_101_link.html", "007", {"late": True}),
    ("Canvas", "lovelaceada_101_5001_x_102_text.html", None, {}),
    ("Canvas", "anon_x7Kq2_5001_2-layers.ipynb", None, {"owners": ((),)}),
    ("Canvas", "LATE_anon_q8Rs1_5002_2-layers.ipynb", None, {"owners": ((),), "late": True}),
    ("Moodle", "Ada Lovelace_101_assignsubmission_file_/2-layers.ipynb", "007", {}),
    ("Moodle", "CS1-Layers-77/Ada Lovelace_101_assignsubmission_file_/2-layers.ipynb", "007", {}),
    ("Moodle", "Ada Lovelace_101_assignsubmission_file_2-layers.ipynb", "007", {}),
    ("Moodle", "Ada Lovelace_101_assignsubmission_onlinetext_/onlinetext.html", "007", {}),
    ("Moodle", "Participant_102_assignsubmission_file_x.ipynb", "bob", {"owners": ((Clue("number", "102"),),)}),
    *(
        ("nbgrader", f"inbound/007+2-layers+2026-11-05 {time} UTC{random}/2-layers.ipynb", "007", {"when": EVENING})
        for time in ("22:41:07", "22:41:07.000000")
        for random in ("", "+aB3_-x")
    ),
    ("nbgrader", "inbound/007+2-layers+2026-11-05 25:00:00 UTC/2-layers.ipynb", "007", {"when": None}),
    *(
        ("folder", name, "007", {})
        for name in (
            "007/2-layers.ipynb",
            "class/007/2-layers/2-layers.ipynb",
            "007_2-layers.ipynb",
            "2-layers_007.ipynb",
            "octo-ada_final_2.ipynb",
            "week 1/Lovelace, Ada/final.ipynb.txt",
            "ada@example.org/2-layers.ipynb",
            "Ada Lovelace_2-layers.ipynb",
            "Ada Lovelace - 2-layers_bob.ipynb",
        )
    ),
]


@pytest.mark.parametrize(("system", "name", "owner", "facts"), NAMES)
def test_a_name_gives_system_student_attempt_and_lateness(
    system: str, name: str, owner: str | None, facts: dict[str, object]
) -> None:
    file = of_zip(name, *(["other/readme.md"] if system == "folder" else []))[name]
    assert (file.system, owners({name: file})) == (system, {name: [owner]})
    assert {fact: getattr(file, fact) for fact in facts} == facts
    assert (file.when, file.late, file.standing) == (facts.get("when"), facts.get("late", False), CLAIMED)


def test_a_other_systemss_timestamp_is_a_claim() -> None:
    stamps = {"007/timestamp.txt": b"2026-11-05 22:41:07 UTC\n", "bob/timestamp.txt": b"soon\n"}
    files = of_zip("007/2-layers.ipynb", "bob/2-layers.ipynb", **stamps)
    assert [(file.when, file.standing) for file in files.values()] == [(EVENING, CLAIMED), (None, CLAIMED)]


@pytest.mark.parametrize(
    ("time", "when"),
    [("2026-11-05 22:41:07.000000000 Z", EVENING), ("2026-11-05 22:41:07", None), ("soon", None), ("[]", None)],
)
def test_gradescope_gives_people_and_time(time: str, when: datetime | None) -> None:
    both = [("Ada Lovelace", "007", "ada@example.org"), ("Bob Smith", "0815", "bob@example.org")]
    export = {"export/submission_metadata.yml": gradescope_metadata(("submission_1", both, time))}
    name = "export/submission_1/2-layers.ipynb"
    file = of_zip(name, **export)[name]
    assert (file.system, file.when, file.standing) == ("Gradescope", when, PROVED if when else CLAIMED)
    assert owners({name: file}) == {name: ["007", "bob"]}
    assert file.owners[0][0] == Clue("id", "007", chosen=True)


def test_unreadable_gradescope_metadata_is_one_line() -> None:
    with pytest.raises(CourseFolderError, match=r"submission_metadata.yml cannot be read .*: export") as raised:
        of_zip("s/2-layers.ipynb", **{"submission_metadata.yml": b"a: [\n"})
    assert "\n" not in str(raised.value)


def test_moodles_worksheet_adds_times_and_addresses(tmp_path: Path) -> None:
    (tmp_path / "w.csv").write_text(
        "Identifier,Full name,Email address,Last modified (submission)\n"
        'Participant 101,Ada,ada@example.org,"Thursday, 5 November 2026, 10:41 PM"\n'
        "Participant 102,Bob,bob@example.org,-\n"
    )
    participants = read_worksheet(tmp_path / "w.csv", UTC)
    folders = ("Ada_101", "Bob_102", "Eve_103", "Team Red_102")
    files = of_zip(*(f"{who}_assignsubmission_file_/x.ipynb" for who in folders))
    timed = [with_worksheet(file, participants) for file in files.values()]
    times = [(EVENING.replace(second=0), PROVED), *[(None, CLAIMED)] * 3]
    assert [(file.when, file.standing) for file in timed] == times
    assert owners({"a team's": timed[3]}) == {"a team's": [None]}
    assert [clue.text for clue in timed[0].owners[0]] == ["101", "ada@example.org", "Ada"]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("id,name\n", "not a worksheet of Moodle"),
        ("Identifier,Last modified (submission)\nx,heute\n", "line 2: 'heute' is not a time"),
    ],
)
def test_another_table_than_a_worksheet_is_one_line(text: str, reason: str, tmp_path: Path) -> None:
    (tmp_path / "w.csv").write_text(text)
    with pytest.raises(UsageError, match=reason):
        read_worksheet(tmp_path / "w.csv", UTC)


# Names that a student can give a file, each of which another system gives to Bob's.
POSING = [
    "bob/2-layers.ipynb",
    "smithbob_102_5001_2-layers.ipynb",
    "Bob Smith - 2-layers.ipynb",
    "x_bob_attempt_2026-11-05-22-41-07_2-layers.ipynb",
]


@pytest.mark.parametrize("name", [*POSING, "2-layers.ipynb", "bob_2-layers.ipynb", "bob/.git/2-layers.ipynb"])
@pytest.mark.parametrize("others", [[], ["bob", "octo-ada"]])
def test_nothing_inside_a_clone_says_whose_it_is(name: str, others: list[str], tmp_path: Path) -> None:
    work = [f"hw-eve/{name}", *(f"{other}/2-layers.ipynb" for other in others)]
    history = [f"{clone}/.git/{file}" for clone in ("hw-eve", *others) for file in ("HEAD", "2-layers.ipynb")]
    with open_download(folder(tmp_path / "clones", dict.fromkeys([*work, *history], b"{}"))) as entries:
        files = {file.entry.name: file for file in read_all(entries)}
    whose = {f"{other}/2-layers.ipynb": ["007" if "ada" in other else other] for other in others}
    assert owners({path: file for path, file in files.items() if file.owners}) == whose | (
        {} if ".git" in name else {f"hw-eve/{name}": [None]}
    )
    assert all(".git" not in path for path in files)


@pytest.mark.parametrize(
    "name",
    [
        *POSING,
        "Bob Smith_102_assignsubmission_file_/2-layers.ipynb",
        "bob+2-layers+2026-11-05 22:41:07 UTC/2-layers.ipynb",
        "submission_metadata.yml",
    ],
)
@pytest.mark.parametrize(
    ("above", "beside"),
    [("007", "somebody else"), ("Ada Lovelace_101_assignsubmission_file_", "Somebody Else_9_assignsubmission_file_")],
)
def test_a_name_inside_a_students_folder_poses_as_nobody_else(name: str, above: str, beside: str) -> None:
    assert owners(of_zip(f"{above}/{name}", f"{beside}/2-layers.ipynb"))[f"{above}/{name}"] == ["007"]


def test_files_named_as_by_another_system_have_no_owner() -> None:
    own = [f"lovelaceada_101_{upload}_2-layers.ipynb" for upload in (5001, 5002)]
    strange = ["x_bob_attempt_2026-11-05-22-41-07_2-layers.ipynb", "bob/2-layers.ipynb"]
    files = of_zip(*own, *strange)
    assert {file.system for file in files.values()} == {"Canvas"}
    assert [name for name, file in files.items() if file.owners] == own


def test_a_few_files_named_as_by_a_system_do_not_make_a_folder_its_download() -> None:
    names = ("007/2-layers.ipynb", "bob/2-layers.ipynb", "smithbob_102_5001_2-layers.ipynb")
    assert {file.system for file in of_zip(*names).values()} == {"folder"}


# What each system puts before the name that a student has given a file, for Ada and for Bob, or instead of it.
PREFIXES = {
    "Canvas": ("lovelaceada_101_5001_", "smithbob_102_5002_"),
    "Moodle": ("Ada Lovelace_101_assignsubmission_file_", "Bob Smith_102_assignsubmission_file_"),
    "Moodle in folders": ("Ada Lovelace_101_assignsubmission_file_/", "Bob Smith_102_assignsubmission_file_/"),
    "nbgrader": ("007+2-layers+2026-11-05 22:41:07 UTC/", "bob+2-layers+2026-11-05 22:41:07 UTC/"),
    "folder": ("007/", "bob/"),
}
PIECES = [
    *("bob", "smithbob", "Bob Smith", "102", "5009", "2-layers", "x", "_", "-", " - ", "+", "LATE_", "anon_"),
    *("_assignsubmission_file_", "_attempt_2099-01-01-00-00-00", "+2099-01-01 00:00:00 UTC"),
]
CHOSEN = st.one_of(
    st.text(st.characters(codec="utf-8", exclude_characters="/\\\0", exclude_categories=["Cc"]), max_size=20),
    st.lists(st.sampled_from(PIECES), max_size=9).map("".join),
)


@given(system=st.sampled_from(sorted(PREFIXES)), chosen=CHOSEN, alone=st.booleans())
@settings(max_examples=400 if is_deep() else 100)
def test_no_name_of_a_file_changes_anothers_work(system: str, chosen: str, alone: bool) -> None:
    ada, bob = PREFIXES[system]
    nothing_changes_for_bob([] if alone else [f"{bob}2-layers.ipynb", f"{bob}2-layers-1.ipynb"], f"{ada}{chosen}.ipynb")


@given(system=st.sampled_from(["Canvas", "Moodle", "Moodle in folders"]), chosen=CHOSEN)
@settings(max_examples=400 if is_deep() else 100)
def test_no_name_of_a_student_changes_anothers_work_where_the_roster_has_numbers(system: str, chosen: str) -> None:
    # Canvas leaves out all signs and writes in lower case, and Moodle leaves out what is between its parts of the name.
    name = re.sub(r"\W", "", chosen).strip("_").lower() if system == "Canvas" else chosen.replace("_", " ")
    ada, bob = PREFIXES[system]
    nothing_changes_for_bob([f"{bob}2-layers.ipynb"], f"{name}{ada[ada.index('_') :]}2-layers.ipynb")


def nothing_changes_for_bob(bobs: list[str], adas: str) -> None:
    """Compare Bob's attempts where his files are alone, and beside a file of Ada's."""
    plans = [plan_of(entries_of(dict.fromkeys(names, b"{}")), [ADA, BOB]) for names in (bobs, [*bobs, adas])]
    alone, beside = ([work.attempts for work in plan.submissions if work.student is BOB] for plan in plans)
    assert alone == beside

"""What each system's names say: whose work it is, when it came, which attempt. And nobody can pose as another."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.errors import WrongUse
from autograder.instructor.collecting.archive import Entry, opened
from autograder.instructor.collecting.downloaded import DownloadedFile
from autograder.instructor.collecting.given import read_worksheet, with_worksheet
from autograder.instructor.collecting.plan import make_plan
from autograder.instructor.collecting.planned import RecognisedFile, Situation
from autograder.instructor.collecting.systems import read_all
from autograder.instructor.course.folder import CourseFolderError
from autograder.instructor.course.matching import Clue, Directory
from autograder.instructor.course.roster import Student
from tests.instructor.collecting.downloads import clone, folder, gradescope_metadata, zipped

EVENING = datetime(2026, 11, 5, 22, 41, 7, tzinfo=UTC)
ADA = Student("007", "Ada", "Lovelace", "ada@example.org", "101", ("octo-ada",))
BOB = Student("bob", "Bob", "Smith", "bob@example.org", "102")


def read(path: Path) -> dict[str, DownloadedFile]:
    with opened(path) as entries:
        return {one.entry.name: one for one in read_all(entries)}


def of_zip(tmp_path: Path, *names: str, **files: bytes) -> dict[str, DownloadedFile]:
    return read(zipped(tmp_path / "x.zip", dict.fromkeys(names, b"{}") | files))


def owners(found: Mapping[str, DownloadedFile]) -> dict[str, list[str | None]]:
    """Return whose the files are, of Ada and Bob."""
    directory = Directory([ADA, BOB])
    matches = {name: [directory.find(clues).student for clues in one.owners] for name, one in found.items()}
    return {name: [student and student.id for student in students] for name, students in matches.items()}


def test_canvas_says_user_upload_attempt_and_lateness(tmp_path: Path) -> None:
    names = ("lovelaceada_101_5001_2-layers.ipynb", "lovelaceada_LATE_101_5003_2-layers-2.ipynb")
    first, late = of_zip(tmp_path, *names).values()
    assert [clue.text for clue in first.owners[0]] == ["101", "lovelaceada"]
    assert (first.system, first.when, first.late, first.number, first.upload) == ("Canvas", None, False, 1, 5001)
    assert (late.late, late.number, late.upload) == (True, 3, 5003)


def test_an_anonymous_download_of_canvas_names_nobody(tmp_path: Path) -> None:
    found = of_zip(tmp_path, "anon_x7Kq2_5001_2-layers.ipynb", "LATE_anon_q8Rs1_5002_2-layers.ipynb")
    assert [(one.system, one.owners, one.late) for one in found.values()] == [
        ("Canvas", ((),), False),
        ("Canvas", ((),), True),
    ]


@pytest.mark.parametrize("name", ["Ada Lovelace_101_assignsubmission_file_/2-layers.ipynb"])
@pytest.mark.parametrize("above", ["", "CS1-Layers-77/"])
def test_moodle_says_participant_and_name(name: str, above: str, tmp_path: Path) -> None:
    (found,) = of_zip(tmp_path, above + name).values()
    assert (found.system, found.when) == ("Moodle", None)
    assert found.owners == ((Clue("number", "101"), Clue("name", "Ada Lovelace")),)


def test_moodle_without_folders_and_with_blind_marking_is_read_too(tmp_path: Path) -> None:
    names = ("Ada Lovelace_101_assignsubmission_file_2-layers.ipynb", "Participant_102_assignsubmission_file_x.ipynb")
    assert list(owners(of_zip(tmp_path, *names)).values()) == [["007"], ["bob"]]


def test_moodles_worksheet_says_when(tmp_path: Path) -> None:
    worksheet = tmp_path / "worksheet.csv"
    worksheet.write_text(
        "Identifier,Full name,Status,Last modified (submission)\n"
        'Participant 101,Ada Lovelace,Submitted,"Thursday, 5 November 2026, 10:41 PM"\n'
        "Participant 102,Bob Smith,No submission,-\n"
    )
    name = "Ada Lovelace_101_assignsubmission_file_/2-layers.ipynb"
    found = of_zip(tmp_path, name, "Bob Smith_102_assignsubmission_file_/2-layers.ipynb")
    ada, bob = with_worksheet(list(found.values()), read_worksheet(worksheet, UTC))
    assert (ada.when, bob.when) == (EVENING.replace(second=0), None)
    assert (ada.proved, bob.proved) == (True, False)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("id,name\n", "no grading worksheet"),
        ("Identifier,Last modified (submission)\nx,heute\n", "line 2: 'heute' is no time"),
    ],
)
def test_what_is_no_worksheet_is_said_in_a_line(text: str, reason: str, tmp_path: Path) -> None:
    (tmp_path / "w.csv").write_text(text)
    with pytest.raises(WrongUse, match=reason):
        read_worksheet(tmp_path / "w.csv", UTC)


def test_blackboard_says_user_and_order(tmp_path: Path) -> None:
    (found,) = of_zip(tmp_path, "Chapter 2_octo-ada_attempt_2026-11-05-22-41-07_2-layers.ipynb").values()
    assert (found.system, found.when, found.upload) == ("Blackboard", None, 20261105224107)
    assert owners({"": found}) == {"": ["007"]}


def test_gradescope_says_people_and_time(tmp_path: Path) -> None:
    both = [("Ada Lovelace", "007", "ada@example.org"), ("Bob Smith", "0815", "bob@example.org")]
    metadata = gradescope_metadata(("submission_1", both, "2026-11-05 22:41:07.000000000 Z"))
    names = {"assignment_9_export/submission_1/2-layers.ipynb": b"{}"}
    found = read(zipped(tmp_path / "x.zip", {"assignment_9_export/submission_metadata.yml": metadata} | names))
    one = found["assignment_9_export/submission_1/2-layers.ipynb"]
    assert (one.system, one.when, one.proved) == ("Gradescope", EVENING, True)
    assert owners({"": one}) == {"": ["007", "bob"]}
    assert one.owners[0][0] == Clue("id", "007")


def test_metadata_of_gradescope_that_cannot_be_read_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(CourseFolderError, match=r"submission_metadata.yml cannot be read .*: export") as raised:
        of_zip(tmp_path, "s/2-layers.ipynb", **{"submission_metadata.yml": b"a: [\n"})
    assert "\n" not in str(raised.value)


def test_google_classroom_says_the_name(tmp_path: Path) -> None:
    (found,) = of_zip(tmp_path, "Layers/Ada Lovelace - 2-layers.ipynb").values()
    assert found.system == "Google Classroom"
    assert owners({"": found}) == {"": ["007"]}
    (planned,) = make_plan(
        [RecognisedFile(found, "2-layers", "d", "")], Situation([ADA, BOB], {}, {}, {}, EVENING)
    ).planned
    assert planned.matched_by == "name, as claimed"  # a file that she brought may be called so, too


def test_clones_of_classroom_50_say_user_and_commit(tmp_path: Path) -> None:
    clones = tmp_path / "cs-2-layers_submissions_2026_11_06_T_09_30_00"
    files = {"2-layers.ipynb": b"{}", "result.json": b"{}"}
    clone(clones / "cs-2-layers-octo-ada", files, "2026-11-05T23:41:07+0100")
    clone(clones / "cs-2-layers-bob", files, "2026-11-05T23:41:07+0100")
    (clones / "scores.csv").write_text("username,score\nocto-ada,1\n")
    found = {name: one for name, one in read(clones).items() if name.endswith(".ipynb")}
    assert {(one.system, one.when, one.proved) for one in found.values()} == {("Classroom 50", EVENING, False)}
    assert [whose for (whose,) in owners(found).values()] == ["bob", "007"]


def test_classroom_50_is_read_from_a_zip_of_the_clones_too(tmp_path: Path) -> None:
    above = "cs-2-layers_submissions_2026_11_06_T_09_30_00"
    found = of_zip(tmp_path, f"{above}/cs-2-layers-octo-ada/2-layers.ipynb", f"{above}/cs-2-layers-bob/2-layers.ipynb")
    assert {(one.system, one.when) for one in found.values()} == {("Classroom 50", None)}
    assert list(owners(found).values()) == [["007"], ["bob"]]


@pytest.mark.parametrize("above", ["cs-hw_submissions_2026_11_06_T_09_30_00", "cs-hw-submissions", "clones"])
@pytest.mark.parametrize("user", ["x-bob", "hw-bob", "bob-bob"])
def test_a_name_on_github_that_ends_as_anothers_is_not_taken_for_it(user: str, above: str, tmp_path: Path) -> None:
    clone(tmp_path / above / f"cs-hw-{user}", {"2-layers.ipynb": b"{}"}, "2026-11-05T23:41:07+0100")
    assert owners(read(tmp_path / above)) == {f"cs-hw-{user}/2-layers.ipynb": [None]}


def test_a_clone_of_github_classroom_says_user_and_commit(tmp_path: Path) -> None:
    clones = tmp_path / "2-layers-submissions"
    clone(clones / "2-layers-octo-ada", {"2-layers.ipynb": b"{}", "notes/x.txt": b""}, "2026-11-05T23:41:07+0100")
    (one,) = (one for name, one in read(clones).items() if name.endswith(".ipynb"))
    assert (one.system, one.when, one.proved) == ("GitHub", EVENING, False)
    assert owners({"": one}) == {"": ["007"]}
    assert all(".git" not in name for name in read(clones))


def test_a_clone_in_a_folder_of_another_name_is_found_by_its_own(tmp_path: Path) -> None:
    clone(tmp_path / "clones" / "octo-ada", {"2-layers.ipynb": b"{}"}, "2026-11-05T22:41:07+0000")
    assert owners(read(tmp_path / "clones")) == {"octo-ada/2-layers.ipynb": ["007"]}


def test_asking_a_clone_for_its_time_runs_nothing_that_its_configuration_names(tmp_path: Path) -> None:
    repository = clone(tmp_path / "x" / "a-bob", {"2-layers.ipynb": b"{}"}, "2026-11-05T22:41:07+0000")
    trap = f"touch {tmp_path}/sprung; false"
    with (repository / ".git" / "config").open("a") as config:
        config.write(f'[core]\n pager = "{trap}"\n fsmonitor = "{trap}"\n[gpg]\n program = "{trap}"\n')
        config.write("[log]\n showSignature = true\n[alias]\n log = !" + trap + "\n")
    assert read(tmp_path / "x")["a-bob/2-layers.ipynb"].when == EVENING
    assert not (tmp_path / "sprung").exists()


@pytest.mark.parametrize("head", ["", "ref: refs/../../../etc/passwd", "ref: refs/heads/gone", "0" * 40, "--output=x"])
def test_of_a_broken_clone_the_time_is_not_known(head: str, tmp_path: Path) -> None:
    repository = clone(tmp_path / "x" / "a-bob", {"2-layers.ipynb": b"{}"}, "2026-11-05T22:41:07+0000")
    (repository / ".git" / "HEAD").write_text(head)
    assert read(tmp_path / "x")["a-bob/2-layers.ipynb"].when is None


@pytest.mark.parametrize("time", ["2026-11-05 22:41:07 UTC", "2026-11-05 22:41:07.000000 UTC"])
@pytest.mark.parametrize("random", ["", "+aB3_-x"])
def test_nbgraders_exchange_says_id_and_time(time: str, random: str, tmp_path: Path) -> None:
    name = f"007+2-layers+{time}{random}"
    found = read(folder(tmp_path / "inbound", {f"{name}/2-layers.ipynb": b"{}", f"{name}/timestamp.txt": b""}))
    one = found[f"{name}/2-layers.ipynb"]
    assert (one.system, one.when, one.owners) == ("nbgrader", EVENING, ((Clue("id", "007"),),))


@pytest.mark.parametrize(
    "name",
    [
        "007/2-layers.ipynb",
        "class/007/2-layers/2-layers.ipynb",
        "007_2-layers.ipynb",
        "2-layers_007.ipynb",
        "octo-ada_final_2.ipynb",
        "week 1/Lovelace, Ada/final.ipynb.txt",
        "ada@example.org/2-layers.ipynb",
        "Ada Lovelace_2-layers.ipynb",
    ],
)
def test_a_plain_folder_names_a_student_in_many_ways(name: str, tmp_path: Path) -> None:
    assert owners(of_zip(tmp_path, name, "other/readme.md"))[name] == ["007"]


def test_beside_a_notebook_in_a_plain_folder_timestamp_txt_says_when(tmp_path: Path) -> None:
    files = {"007/timestamp.txt": b"2026-11-05 22:41:07 UTC\n", "bob/timestamp.txt": b"soon\n"}
    found = read(folder(tmp_path / "x", files | {"007/2-layers.ipynb": b"{}", "bob/2-layers.ipynb": b"{}"}))
    assert {name: (one.when, one.proved) for name, one in found.items()} == {
        "007/2-layers.ipynb": (EVENING, False),
        "bob/2-layers.ipynb": (None, False),
    }


@pytest.mark.parametrize(
    "name",
    [
        "bob/2-layers.ipynb",
        "smithbob_102_5001_2-layers.ipynb",
        "Bob Smith - 2-layers.ipynb",
        "Bob Smith_102_assignsubmission_file_/2-layers.ipynb",
        "bob+2-layers+2026-11-05 22:41:07 UTC/2-layers.ipynb",
        "x-submissions/x-bob/2-layers.ipynb",
        "x_submissions_2026_11_06_T_09_30_00/x-bob/2-layers.ipynb",
        "x_bob_attempt_2026-11-05-22-41-07_2-layers.ipynb",
        "submission_metadata.yml",
    ],
)
@pytest.mark.parametrize(
    ("above", "beside"),
    [("007", "somebody else"), ("Ada Lovelace_101_assignsubmission_file_", "Somebody Else_9_assignsubmission_file_")],
)
def test_a_file_that_a_student_has_named_poses_as_nobody_else(
    name: str, above: str, beside: str, tmp_path: Path
) -> None:
    found = of_zip(tmp_path, f"{above}/{name}", f"{beside}/2-layers.ipynb")
    assert owners(found)[f"{above}/{name}"] == ["007"]


def test_a_download_is_of_one_system_and_what_another_would_have_named_is_nobodys(tmp_path: Path) -> None:
    mine = [f"lovelaceada_101_{upload}_2-layers.ipynb" for upload in (5001, 5002)]
    strange = "x_bob_attempt_2026-11-05-22-41-07_2-layers.ipynb"
    found = of_zip(tmp_path, *mine, strange, "bob/2-layers.ipynb")
    assert {name: (one.system, one.owners != ()) for name, one in found.items()} == {
        **dict.fromkeys(mine, ("Canvas", True)),
        **dict.fromkeys([strange, "bob/2-layers.ipynb"], ("Canvas", False)),
    }


CLASSROOM_50 = "cs-hw_submissions_2026_11_06_T_09_30_00"
# What each system puts before the name that a student has given a file, for Ada and for Bob, or instead of it.
PREFIXES = {
    "Canvas": ("lovelaceada_101_5001_", "smithbob_102_5002_"),
    "Moodle": ("Ada Lovelace_101_assignsubmission_file_", "Bob Smith_102_assignsubmission_file_"),
    "Moodle in folders": ("Ada Lovelace_101_assignsubmission_file_/", "Bob Smith_102_assignsubmission_file_/"),
    "Blackboard": ("Layers_007_attempt_2026-11-05-22-41-07_", "Layers_bob_attempt_2026-11-05-22-41-07_"),
    "nbgrader": ("007+2-layers+2026-11-05 22:41:07 UTC/", "bob+2-layers+2026-11-05 22:41:07 UTC/"),
    "folder": ("007/", "bob/"),
    "GitHub": ("hw-submissions/hw-octo-ada/", "hw-submissions/hw-bob/"),
    "Classroom 50": (f"{CLASSROOM_50}/cs-hw-octo-ada/", f"{CLASSROOM_50}/cs-hw-bob/"),
}
NAMES = st.one_of(
    st.text(st.characters(codec="utf-8", exclude_characters="/\\\0", exclude_categories=["Cc"]), max_size=20),
    st.lists(
        st.sampled_from(
            [
                *(
                    "bob",
                    "smithbob",
                    "Bob Smith",
                    "102",
                    "5009",
                    "2-layers",
                    "x",
                    "_",
                    "-",
                    " - ",
                    "+",
                    "LATE_",
                    "anon_",
                ),
                *("_assignsubmission_file_", "_attempt_2099-01-01-00-00-00", "+2099-01-01 00:00:00 UTC"),
            ]
        ),
        max_size=9,
    ).map("".join),
)


@given(system=st.sampled_from(sorted(PREFIXES)), chosen=NAMES, alone=st.booleans())
@settings(max_examples=400)
def test_whatever_a_student_calls_a_file_nothing_changes_for_another(system: str, chosen: str, alone: bool) -> None:
    ada, bob = PREFIXES[system]
    nothing_changes_for_bob([] if alone else [f"{bob}2-layers.ipynb", f"{bob}2-layers-1.ipynb"], f"{ada}{chosen}.ipynb")


@given(system=st.sampled_from(["Canvas", "Moodle", "Moodle in folders"]), chosen=NAMES)
@settings(max_examples=400)
def test_whatever_a_student_is_called_nothing_changes_for_another_where_the_roster_has_numbers(
    system: str, chosen: str
) -> None:
    # Canvas leaves out all signs, and Moodle what is between its own parts of the name.
    name = re.sub(r"\W", "", chosen).strip("_") if system == "Canvas" else chosen.replace("_", " ")
    ada, bob = PREFIXES[system]
    nothing_changes_for_bob([f"{bob}2-layers.ipynb"], f"{name}{ada[ada.index('_') :]}2-layers.ipynb")


def nothing_changes_for_bob(his: list[str], hers: str) -> None:
    """Compare Bob's attempts where his files are alone, and beside a file of Ada's."""
    students = Situation([ADA, BOB], {}, {}, {}, EVENING)
    plans = []
    for names in (his, [*his, hers]):
        files = read_all([Entry(name, tuple(name.split("/")), "", lambda size: b"{}") for name in names])
        plan = make_plan((RecognisedFile(file, "2-layers", file.entry.name, "") for file in files), students)
        plans.append([one.attempts for one in plan.planned if one.student is BOB])
    assert plans[0] == plans[1]

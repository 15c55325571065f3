"""`autograder init --roster` and `autograder collect` on a course folder, with nbgrader's real gradebook."""

from __future__ import annotations

import json
import os
import pty
import sys
import warnings
from pathlib import Path

import pytest
from nbgrader.api import Gradebook
from sqlalchemy.exc import SAWarning

from autograder.course import Course
from autograder.instructor.collecting.collect import CollectRequest, carry_out, planned_collection
from autograder.instructor.course.folder import CourseFolder, CourseFolderError
from tests.instructor.collecting.downloads import folder, notebook, zipped
from tests.test_cli import here, refused

DUE = "assignment,due,time zone\n2-layers,2026-11-05 23:59,Europe/Berlin\n"
CANVAS = {
    "lovelaceada_1_5001_2-layers.ipynb": notebook(answer="first"),
    "lovelaceada_1_5003_2-layers-1.ipynb": notebook(answer="second"),
    "obriennúñezjosé_LATE_2_5004_anna_final.ipynb": notebook(answer="josé"),
    "turingalan_9_5005_2-layers.ipynb": notebook(answer="a stranger"),
    "../../evil.ipynb": notebook(),
    "lovelaceada_1_5006_notes.txt": b"hello",
}


def files(root: Path) -> dict[str, bytes]:
    """Return all that lies in a course folder but the gradebook and its lock."""
    paths = (path for path in root.rglob("*") if path.is_file() and path.suffix != ".db" and path.name[0] != ".")
    return {str(path.relative_to(root)): path.read_bytes() for path in paths}


def work(course: Path, student: str, name: str = "2-layers.ipynb") -> Path:
    return course / "submitted" / student / "2-layers" / name


@pytest.fixture
def canvas(tmp_path: Path) -> Path:
    return zipped(tmp_path / "canvas.zip", CANVAS)


# collect


def test_a_download_goes_where_nbgrader_looks_for_it(course: Path, canvas: Path) -> None:
    status, said, errors = here(course, "collect", canvas, "2-layers", "--yes")
    assert status == 1  # a stranger's work is in it
    assert work(course, "007").read_bytes() == notebook(answer="second")
    assert work(course, "0042").read_bytes() == notebook(answer="josé")
    kept = sorted(path.read_bytes() for path in (course / "collected" / "007" / "2-layers").glob("*.ipynb"))
    assert kept == [notebook(answer="first"), notebook(answer="second")]
    assert sorted(path.name for path in (course / "submitted").iterdir()) == ["0042", "007"]
    assert "nothing for 2-layers from xm 小明 王, grace Grace Hopper" in said
    assert "left out: lovelaceada_1_5006_notes.txt: it is no notebook of this course" in said
    assert "2 submissions: 2 new, 2 NOT COLLECTED" in said
    assert [line.partition(": ")[2].partition(" (")[0] for line in errors.splitlines()][:2] == [
        "not collected: turingalan_9_5005_2-layers.ipynb: nobody in the roster is '9' or 'turingalan'",
        "not collected: ../../evil.ipynb: its path leads out of the archive",
    ]
    assert "1 late, and the download does not say since when" in errors
    assert "no penalty is counted: 0042 José O'Brien-Núñez. Put the times into a table" in errors


def test_a_row_of_the_preview_says_file_attempt_lateness_and_why(course: Path, canvas: Path) -> None:
    said = here(course, "collect", canvas, "--dry-run")[1]
    rows = {row.split()[0]: row for row in said.splitlines() if row}
    assert "lovelaceada_1_5003_2-layers-1.ipynb" in rows["007"]
    assert "2 (2 kept)" in rows["007"]
    assert " name " in rows["007"]
    assert " yes " in rows["0042"]


def test_to_collect_twice_changes_nothing(course: Path, canvas: Path) -> None:
    here(course, "collect", canvas, "--yes")
    before = files(course)
    said = here(course, "collect", canvas, "--yes")[1]
    assert said.endswith("2 as it is, 2 NOT COLLECTED\nnothing was written\n")
    assert files(course) == before
    zipped(canvas, {name: CANVAS[name] for name in list(CANVAS)[:3]})
    assert here(course, "collect", canvas, "--yes")[1].endswith("everything is collected already\n")
    assert files(course) == before


def test_a_dry_run_writes_nothing(course: Path, canvas: Path) -> None:
    before = files(course)
    assert "nothing was written" in here(course, "collect", canvas, "--dry-run")[1]
    assert files(course) == before


def test_where_nobody_can_be_asked_nothing_is_written(course: Path, canvas: Path) -> None:
    before = files(course)
    assert "add --yes to write, or --dry-run to look" in refused(course, "collect", canvas)
    assert files(course) == before


@pytest.mark.parametrize(("answer", "written"), [("y", True), ("n", False)])
def test_on_a_terminal_the_instructor_is_asked(
    answer: str, written: bool, course: Path, canvas: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours, theirs = pty.openpty()
    os.write(ours, f"{answer}\n".encode())
    with os.fdopen(theirs) as terminal:
        monkeypatch.setattr(sys, "stdin", terminal)
        _, said, _ = here(course, "collect", canvas)
    os.close(ours)
    assert "Write this into submitted/ and collected/?" in said
    assert work(course, "007").exists() == written


def test_json_is_one_value_and_names_everything(course: Path, canvas: Path) -> None:
    _, said, _ = here(course, "collect", canvas, "--yes", "--json")
    plan = json.loads(said)
    assert plan["written"]
    by_student = {one["student"]: one for one in plan["submissions"]}
    assert by_student["007"]["attempt"]["number"] == 2
    assert (by_student["0042"]["matched_by"], by_student["0042"]["late_since_unknown"]) == ("name", True)
    assert [one["path"] for one in plan["left_out"] if one["matters"]] == list(CANVAS)[3:5]
    assert plan["absent"] == {"2-layers": ["xm", "grace"]}


def test_work_that_was_put_there_by_hand_is_kept_unless_forced_and_then_a_copy_is(course: Path, tmp_path: Path) -> None:
    work(course, "007").parent.mkdir(parents=True)
    work(course, "007").write_bytes(notebook(answer="by hand"))
    work(course, "007", "timestamp.txt").write_text("2026-11-01 00:00:00 UTC")
    download = folder(tmp_path / "x", {"007/2-layers.ipynb": notebook(answer="download")})
    status, said, _ = here(course, "collect", download, "--yes")
    assert (status, work(course, "007").read_bytes()) == (1, notebook(answer="by hand"))
    assert "not written: another file is there, --force replaces it and keeps a copy" in said
    assert here(course, "collect", download, "--yes", "--force")[0] == 0
    assert work(course, "007").read_bytes() == notebook(answer="download")
    assert not work(course, "007", "timestamp.txt").exists()
    copies = {path.name[18:]: path.read_bytes() for path in (course / "collected").glob("*/*/replaced-*")}
    assert copies == {"2-layers.ipynb": notebook(answer="by hand"), "timestamp.txt": b"2026-11-01 00:00:00 UTC"}


def test_a_time_that_was_written_by_hand_stays(course: Path, canvas: Path) -> None:
    here(course, "collect", canvas, "--yes")
    work(course, "0042", "timestamp.txt").write_text("2026-11-06 12:00:00 UTC")
    _, _, errors = here(course, "collect", canvas, "--yes")
    assert work(course, "0042", "timestamp.txt").read_text() == "2026-11-06 12:00:00 UTC"
    assert "no penalty" not in errors


def test_an_earlier_attempt_can_be_put_in_the_place_of_a_later_one_and_back(course: Path, canvas: Path) -> None:
    for choice, answer in (("last", "second"), ("first", "first"), ("2", "second")):
        here(course, "collect", canvas, "--yes", "--attempt", choice)
        assert work(course, "007").read_bytes() == notebook(answer=answer)


def test_a_run_that_was_killed_goes_on(course: Path, canvas: Path) -> None:
    here(course, "collect", canvas, "--yes")
    whole = files(course)
    work(course, "007").unlink()
    (course / "collected" / "0042" / "2-layers" / "attempts.json").unlink()
    work(course, "0042").unlink()
    here(course, "collect", canvas, "--yes")
    after = files(course)
    assert set(after) == set(whole)
    assert all(after[name] == whole[name] for name in whole if name.endswith(".ipynb"))


def test_a_time_of_handing_in_is_written_as_nbgrader_reads_it(course: Path, tmp_path: Path) -> None:
    name = "007+2-layers+2026-11-05 23:30:00 UTC+x"
    (course / "due_dates.csv").write_text(DUE)
    download = folder(tmp_path / "inbound", {f"{name}/2-layers.ipynb": notebook(answer="late")})
    status, said, errors = here(course, "collect", download, "--yes")
    assert (status, errors) == (0, "")
    assert " 31 min " in said
    assert "2026-11-06 00:30, claimed" in said  # in the time zone of the due date
    assert "claimed times, which a student can set: 1 of 1" in said
    assert work(course, "007", "timestamp.txt").read_text() == "2026-11-05 23:30:00.000000 UTC\n"


def test_no_zip_writes_outside_of_the_course_folder(course: Path, tmp_path: Path) -> None:
    before = {path for path in tmp_path.rglob("*") if not path.is_relative_to(course)}
    names = ("../007/2-layers.ipynb", "/tmp/007_2-layers.ipynb", "007/../../2-layers.ipynb", "007\\2-layers.ipynb")
    download = zipped(tmp_path / "x.zip", {name: notebook(answer=name) for name in names})
    here(course, "collect", download, "--yes")
    assert {path for path in tmp_path.rglob("*") if not path.is_relative_to(course)} == before | {download}
    assert work(course, "007").read_bytes() == notebook(answer="007\\2-layers.ipynb")


def test_a_file_that_changes_while_the_plan_is_looked_at_is_not_taken_for_what_was_planned(
    course: Path, tmp_path: Path
) -> None:
    download = folder(tmp_path / "x", {"007/2-layers.ipynb": notebook()})
    with planned_collection(CourseFolder(course), Course.installed(), CollectRequest(download)) as collection:
        (download / "007" / "2-layers.ipynb").write_bytes(notebook(answer="other"))
        with pytest.raises(CourseFolderError, match="has changed since it was read"):
            carry_out(CourseFolder(course), collection)
    assert not (course / "submitted" / "007").exists()


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (("nowhere.zip",), "nowhere.zip: does not exist"),
        (("submitted",), "submitted is part of the course folder"),
        (("x.zip", "7-poetry"), "there is no assignment '7-poetry': there are 2-layers, 3-dropout"),
        (("x.zip", "--attempt", "best"), "--attempt best: write first, last or a number"),
        (("x.zip", "--roster", "nobody.csv"), "nobody.csv: does not exist"),
        (("README.md", "--roster", "README.md"), "README.md"),
        (("x.tar.gz",), "x.tar.gz is no zip: unpack it"),
    ],
    ids=["no file", "own folder", "no assignment", "no choice", "no roster", "roster of prose", "tar"],
)
def test_wrong_use_is_one_line_and_writes_nothing(line: tuple[str, ...], reason: str, course: Path) -> None:
    zipped(course / "x.zip", {})
    (course / "x.tar.gz").write_bytes(b"")
    before = files(course)
    assert reason in refused(course, "collect", *line, "--yes")
    assert files(course) == before


def test_without_a_class_it_is_said_where_to_put_it(course: Path, canvas: Path) -> None:
    (course / "roster.csv").write_text("id,first name\n")
    assert "roster.csv names nobody: put your learning system's export in its place" in refused(
        course, "collect", canvas, "--yes"
    )


def test_another_roster_can_be_given(course: Path, canvas: Path, tmp_path: Path) -> None:
    (tmp_path / "class.csv").write_text("id,name\nturing,Alan Turing\n")
    here(course, "collect", canvas, "--yes", "--roster", tmp_path / "class.csv")
    assert [path.name for path in (course / "submitted").iterdir()] == ["turing"]


# The gradebook


def test_class_and_due_dates_enter_nbgraders_gradebook(course: Path, canvas: Path) -> None:
    with warnings.catch_warnings(), Gradebook(f"sqlite:///{course / 'gradebook.db'}") as gradebook:
        warnings.simplefilter("ignore", SAWarning)
        gradebook.add_assignment("2-layers")
        gradebook.update_or_create_student("007", first_name="A.", email="by-hand@example.org")
        gradebook.add_student("left", first_name="Left")
    (course / "due_dates.csv").write_text(DUE)
    here(course, "collect", canvas, "--yes")
    with Gradebook(f"sqlite:///{course / 'gradebook.db'}") as gradebook:
        students = {one.id: (one.first_name, one.last_name, one.email) for one in gradebook.students}
        assert str(gradebook.find_assignment("2-layers").duedate) == "2026-11-05 22:59:00"
    assert students == {
        "007": ("Ada", "Lovelace", "ada@example.org"),
        "0042": ("José", "O'Brien-Núñez", "jose@example.org"),
        "xm": ("小明", "王", "xm@example.org"),
        "grace": ("Grace", "Hopper", "grace@example.org"),
        "left": ("Left", None, None),
    }


def test_a_new_course_takes_an_export_as_its_roster_byte_for_byte(tmp_path: Path) -> None:
    export = 'Student,ID,SIS User ID,SIS Login ID,Section\n"Lovelace, Ada",101,007,ada,CS 1\n'.encode("utf-16")
    (tmp_path / "export.csv").write_bytes(export)
    status, said, errors = here(tmp_path, "init", "course", "--roster", "export.csv")
    assert (status, errors) == (0, "")
    assert "in the gradebook: 1 student" in said
    assert (tmp_path / "course" / "roster.csv").read_bytes() == export
    with Gradebook(f"sqlite:///{tmp_path / 'course' / 'gradebook.db'}") as gradebook:
        assert [(one.id, one.last_name, one.lms_user_id) for one in gradebook.students] == [("007", "Lovelace", "101")]


def test_a_roster_that_is_there_stays_and_another_is_refused(course: Path, tmp_path: Path) -> None:
    (tmp_path / "export.csv").write_text("id,name\nada,Ada\n")
    before = files(course)
    assert "roster.csv is there already: edit it, or move it away" in refused(
        tmp_path, "init", course, "--roster", "export.csv"
    )
    assert files(course) == before


def test_a_roster_that_cannot_be_read_makes_no_course(tmp_path: Path) -> None:
    (tmp_path / "export.csv").write_text("name\nAda\n")
    assert "has no column for ids" in refused(tmp_path, "init", "course", "--roster", "export.csv")
    assert not (tmp_path / "course").exists()

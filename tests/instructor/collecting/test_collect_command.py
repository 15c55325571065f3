"""`autograder init --roster` and `collect` on a course folder with a gradebook."""

import json
import os
import pty
import sys
from pathlib import Path

import pytest

from autograder.course import Course
from autograder.instructor.collecting import collect
from autograder.instructor.collecting.collect import CollectRequest, carry_out, planned_collection
from autograder.instructor.course.folder import CourseFolder
from autograder.instructor.course.records import ENTERED, PROVED, attempts_of
from autograder.instructor.course.reminders import reminders
from autograder.receipts import receipt_of
from tests.instructor.collecting.conftest import ROSTER
from tests.instructor.collecting.made_downloads import folder, notebook, zipped
from tests.instructor.conftest import open_gradebook
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
    """Return all files of a course folder but the gradebook and its lock."""
    paths = (path for path in root.rglob("*") if path.is_file() and path.suffix != ".db" and path.name[0] != ".")
    return {str(path.relative_to(root)): path.read_bytes() for path in paths}


def work(course: Path, student: str, name: str = "2-layers.ipynb") -> Path:
    return course / "submitted" / student / "2-layers" / name


@pytest.fixture
def canvas(tmp_path: Path) -> Path:
    return zipped(tmp_path / "canvas.zip", CANVAS)


@pytest.fixture
def mailed(course: Path, tmp_path: Path) -> Path:
    (course / "due_dates.csv").write_text(DUE, encoding="utf-8")
    (tmp_path / "Untitled.ipynb").write_bytes(notebook(answer="mailed"))
    return tmp_path / "Untitled.ipynb"


def test_slow_files_of_one_student_stop_nobody_else(
    course: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow = notebook()[:-1] + b', "x": [' + b"{}," * 50_000 + b"{}]}"
    theirs = {"007/1/2-layers.ipynb": slow, "007/2/x.ipynb": slow, "007/3/x.ipynb": slow}
    download = folder(tmp_path / "x", theirs | {"grace/2-layers.ipynb": notebook()})
    monkeypatch.setattr(collect, "READING_S", 0.01)
    status, _, errors = here(course, "collect", download, "2-layers", "--yes")
    assert (status, work(course, "grace").is_file(), work(course, "007").is_file()) == (1, True, True)
    assert errors.splitlines() == [
        "autograder: not collected: 007/2/x.ipynb: the files of 007 took 0.01 seconds to read: this one and the rest "
        "are not read"
    ]


def test_a_download_goes_where_nbgrader_looks_for_it(course: Path, canvas: Path) -> None:
    status, printed, errors = here(course, "collect", canvas, "2-layers", "--yes")
    assert status == 1  # a stranger's work is in it
    assert work(course, "007").read_bytes() == notebook(answer="second")
    assert work(course, "0042").read_bytes() == notebook(answer="josé")
    attempts = sorted(path.read_bytes() for path in (course / "collected" / "007" / "2-layers").glob("*.ipynb"))
    assert attempts == [notebook(answer="first"), notebook(answer="second")]
    assert sorted(path.name for path in (course / "submitted").iterdir()) == ["0042", "007"]
    assert "no notebook for 2-layers from xm 小明 王, grace Grace Hopper" in printed
    assert "left out: lovelaceada_1_5006_notes.txt: it is not a notebook of this course" in printed
    assert "2 submissions: 2 new, 2 NOT COLLECTED" in printed
    assert [line.partition(": ")[2].partition(" (")[0] for line in errors.splitlines()][:2] == [
        "not collected: turingalan_9_5005_2-layers.ipynb: nobody in the roster is '9' or 'turingalan'",
        "not collected: ../../evil.ipynb: its path leads out of the archive",
    ]
    assert "no penalty is counted: 0042 José O'Brien-Núñez. Put the times into a table" in errors


def test_json_is_complete_and_collecting_twice_changes_nothing(course: Path, canvas: Path) -> None:
    plan = json.loads(here(course, "collect", canvas, "--yes", "--json")[1])
    assert plan["written"]
    by_student = {submission["student"]: submission for submission in plan["submissions"]}
    assert by_student["007"]["attempt"]["number"] == 2
    assert by_student["007"]["attempt"]["receipt"] == receipt_of(notebook(answer="second"))
    assert (by_student["0042"]["matched_by"], by_student["0042"]["late_since_unknown"]) == ("name", True)
    assert [file["path"] for file in plan["left_out"] if file["matters"]] == list(CANVAS)[3:5]
    assert plan["missing"] == {"2-layers": ["xm", "grace"]}
    before = files(course)
    printed = here(course, "collect", canvas, "--yes")[1]
    assert printed.endswith("2 as it is, 2 NOT COLLECTED\nnothing was written\n")
    zipped(canvas, {name: CANVAS[name] for name in list(CANVAS)[:3]})
    assert here(course, "collect", canvas, "--yes")[1].endswith("everything is collected already\n")
    assert files(course) == before


def test_without_consent_nothing_is_written(course: Path, canvas: Path) -> None:
    before = files(course)
    assert "nothing was written" in here(course, "collect", canvas, "--dry-run")[1]
    assert "add --yes to write, or --dry-run to look" in refused(course, "collect", canvas)
    other = zipped(canvas.with_name("x.zip"), {"Ada Lovelace_7_assignsubmission_file_/x.ipynb": notebook("3-dropout")})
    assert here(course, "collect", other, "2-layers", "--yes")[1].endswith("nothing was written\n")
    assert files(course) == before


@pytest.mark.parametrize(("answer", "written"), [("y", True), ("n", False)])
def test_on_a_terminal_the_instructor_is_asked(
    answer: str, written: bool, course: Path, canvas: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keyboard, screen = pty.openpty()
    os.write(keyboard, f"{answer}\n".encode())
    with os.fdopen(screen) as terminal:
        monkeypatch.setattr(sys, "stdin", terminal)
        _, printed, _ = here(course, "collect", canvas)
    os.close(keyboard)
    assert "Write this into submitted/ and collected/?" in printed
    assert work(course, "007").exists() == written


def test_work_placed_by_hand_is_kept_or_copied(course: Path, tmp_path: Path) -> None:
    work(course, "007").parent.mkdir(parents=True)
    work(course, "007").write_bytes(notebook(answer="by hand"))
    work(course, "007", "timestamp.txt").write_text("2026-11-01 00:00:00 UTC")
    download = folder(tmp_path / "x", {"007/2-layers.ipynb": notebook(answer="download")})
    status, printed, _ = here(course, "collect", download, "--yes")
    assert (status, work(course, "007").read_bytes()) == (1, notebook(answer="by hand"))
    assert "NOT WRITTEN: another file is there, --force replaces it and keeps a copy" in printed
    assert here(course, "collect", download, "--yes", "--force")[0] == 0
    assert work(course, "007").read_bytes() == notebook(answer="download")
    assert not work(course, "007", "timestamp.txt").exists()
    copies = {path.name[18:]: path.read_bytes() for path in (course / "collected").glob("*/*/replaced-*")}
    assert copies == {"2-layers.ipynb": notebook(answer="by hand"), "timestamp.txt": b"2026-11-01 00:00:00 UTC"}


def test_a_killed_run_is_finished_by_the_next(course: Path, canvas: Path) -> None:
    here(course, "collect", canvas, "--yes")
    whole = files(course)
    work(course, "007").unlink()
    (course / "collected" / "0042" / "2-layers" / "attempts.json").unlink()
    work(course, "0042").unlink()
    here(course, "collect", canvas, "--yes")
    after = files(course)
    assert set(after) == set(whole)
    assert all(after[name] == whole[name] for name in whole if name.endswith(".ipynb"))


def test_an_inner_zip_keeps_the_clues_of_its_name(course: Path, tmp_path: Path) -> None:
    inner = {"homework/2-layers.ipynb": notebook(answer="zipped"), "homework/plot.png": b"png"}
    packed = zipped(tmp_path / "inner.zip", inner).read_bytes()
    canvas = zipped(tmp_path / "canvas.zip", {"hoppergrace_2_5004_homework.zip": packed})
    status, *_ = here(course, "collect", canvas, "2-layers", "--yes")
    assert (status, work(course, "grace").read_bytes()) == (0, notebook(answer="zipped"))
    (attempt,) = attempts_of(CourseFolder(course), "grace", "2-layers")
    assert attempt.path == "hoppergrace_2_5004_homework.zip/homework/2-layers.ipynb"


def test_what_is_collected_is_what_was_read_whatever_its_owner_does_meanwhile(course: Path, tmp_path: Path) -> None:
    download = folder(tmp_path / "x", {"007/2-layers.ipynb": notebook()})
    with planned_collection(CourseFolder(course), Course.installed(), CollectRequest(download)) as collection:
        (download / "007" / "2-layers.ipynb").write_bytes(notebook(answer="other"))
        carry_out(CourseFolder(course), collection)
    assert work(course, "007").read_bytes() == notebook()


def test_the_instructor_can_enter_owner_and_time_and_correct_them(course: Path, mailed: Path) -> None:
    line = ("collect", mailed, "2-layers", "--student", "007", "--yes")
    for at in ("2026-11-06 22:10", "2026-11-05T22:10+01:00"):
        status, _, errors = here(course, *line, "--at", at)
        assert (status, errors) == (0, "")
    assert work(course, "007").read_bytes() == notebook(answer="mailed")
    assert work(course, "007", "timestamp.txt").read_text() == "2026-11-05 21:10:00.000000 UTC\n"
    (attempt,) = attempts_of(CourseFolder(course), "007", "2-layers")
    assert (attempt.system, attempt.path, attempt.standing) == ("by hand", "Untitled.ipynb", ENTERED)
    assert (course / "collected" / "007" / "2-layers" / attempt.file).read_bytes() == notebook(answer="mailed")
    assert attempt.file == f"01-{receipt_of(notebook(answer='mailed')).replace('-', '')[:8]}.ipynb"
    assert here(course, *line)[1].endswith("everything is collected already\n")


def test_times_in_a_table_end_the_lateness_of_unknown_length(course: Path, mailed: Path, canvas: Path) -> None:
    here(course, "collect", canvas, "2-layers", "--yes")
    (line,) = reminders(CourseFolder(course), ["2-layers"])
    assert line.startswith("1 late for 2-layers at an unknown time, so no penalty is counted: 0042 José O'Brien-Núñez.")
    assert line.endswith("autograder collect DOWNLOAD 2-layers --times FILE")
    (course / "times.csv").write_text("student,time\njose@example.org,2026-11-06 01:59\n", encoding="utf-8")
    here(course, "collect", canvas, "2-layers", "--yes", "--times", "times.csv")
    assert work(course, "0042", "timestamp.txt").read_text() == "2026-11-06 00:59:00.000000 UTC\n"
    assert not work(course, "007", "timestamp.txt").exists()
    assert reminders(CourseFolder(course), ["2-layers"]) == []


def test_moodles_worksheet_is_read_in_the_time_zone_of_the_due_dates(course: Path, tmp_path: Path) -> None:
    download = zipped(tmp_path / "x.zip", {"Ada Lovelace_7_assignsubmission_file_/2-layers.ipynb": notebook()})
    modified = '"Thursday, 5 November 2026, 11:41 PM"'
    (course / "w.csv").write_text(f"Identifier,Last modified (submission)\nParticipant 7,{modified}\n")
    line = ("collect", download, "2-layers", "--yes", "--worksheet", "w.csv")
    assert "Moodle's worksheet has no time zone: set yours in due_dates.csv first" in refused(course, *line)
    (course / "due_dates.csv").write_text(DUE)
    for due in (DUE, "assignment,due\n1-approximation,2026-10-01 12:00+02:00\n2-layers,2026-11-05 23:59+01:00\n"):
        (course / "due_dates.csv").write_text(due)
        assert here(course, *line)[0] == 0
        assert work(course, "007", "timestamp.txt").read_text() == "2026-11-05 22:41:00.000000 UTC\n"
    assert [attempt.standing for attempt in attempts_of(CourseFolder(course), "007", "2-layers")] == [PROVED]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (("nowhere.zip",), "nowhere.zip: does not exist"),
        (("submitted",), "submitted is part of the course folder"),
        (("x.zip", "7-poetry"), "there is no assignment '7-poetry': there are 2-layers, 3-dropout"),
        (("x.zip", "2-layers", "--student", "nobody"), "nobody in the roster is 'nobody'"),
        (("x.zip", "--student", "007"), "name its assignment, too"),
        (("x.zip", "2-layers", "--at", "2026-11-05 22:10"), "name the student with --student"),
        (("x.zip", "2-layers", "--student", "007", "--at", "yesterday"), "is not a time: write “2026-11-05 23:59”"),
        (("x.zip", "2-layers", "--student", "007", "--at", "2026-11-05"), "is not a time: write “2026-11-05 23:59”"),
        (("x.zip", "2-layers", "--times", "times.csv"), "times.csv, line 2: nobody in the roster is 'x'"),
        (("x.zip", "2-layers", "--times", "soon.csv"), "soon.csv, line 2: 'soon' is not a time: write 2026-11-05"),
        (("x.zip", "2-layers", "--times", "roster.csv"), "roster.csv lacks a column student"),
        (("x.zip",), "roster.csv has no students: put your learning system's export"),
        (
            ("x.zip", "2-layers", "--student", "007", "--at", "2026-11-05 22:10"),
            "write “2026-11-05 23:59+01:00, with its time zone, since due_dates.csv has none”",
        ),
    ],
)
def test_wrong_use_is_one_line_and_writes_nothing(line: tuple[str, ...], reason: str, course: Path) -> None:
    if "no students" in reason:
        (course / "roster.csv").write_text("id,first name\n")
    (course / "due_dates.csv").write_text("" if "has none" in reason else DUE)
    (course / "times.csv").write_text("student,time\nx,2026-11-05 22:10\n")
    (course / "soon.csv").write_text("student,time\n007,soon\n")
    zipped(course / "x.zip", {})
    before = files(course)
    assert reason in refused(course, "collect", *line, "--yes")
    assert files(course) == before


def test_a_time_out_of_range_is_none(course: Path, tmp_path: Path) -> None:
    (course / "due_dates.csv").write_text(DUE)
    stamp = b"9999-12-31 23:59:59 UTC\n"
    work = {"007/2-layers.ipynb": notebook(), "007/timestamp.txt": stamp, "0042/2-layers.ipynb": notebook()}
    status, *_ = here(course, "collect", zipped(tmp_path / "x.zip", work), "--yes")
    assert (status, sorted(path.name for path in (course / "submitted").iterdir())) == (0, ["0042", "007"])
    inbound = folder(tmp_path / "inbound", {"grace+2-layers+9999-12-31 23:59:59 UTC/2-layers.ipynb": notebook()})
    assert here(course, "collect", inbound, "--yes")[0] == 0


def test_class_and_due_dates_enter_nbgraders_gradebook(course: Path, canvas: Path) -> None:
    with open_gradebook(course) as gradebook:
        gradebook.add_assignment("2-layers")
        gradebook.update_or_create_student("007", first_name="A.", email="by-hand@example.org")
        gradebook.add_student("left", first_name="Left")
    (course / "due_dates.csv").write_text(DUE)
    here(course, "collect", canvas, "--yes")
    with open_gradebook(course) as gradebook:
        students = {row.id: (row.first_name, row.last_name, row.email) for row in gradebook.students}
        assert str(gradebook.find_assignment("2-layers").duedate) == "2026-11-05 22:59:00"
    assert students.keys() == {"007", "0042", "xm", "grace", "left"}
    assert students["007"] == ("Ada", "Lovelace", "ada@example.org")
    assert students["left"] == ("Left", None, None)


def test_init_takes_an_export_as_the_roster_byte_for_byte(empty_course: Path) -> None:
    assert (empty_course / "roster.csv").read_bytes() == ROSTER
    with open_gradebook(empty_course) as gradebook:
        rows = {row.id: (row.last_name, row.lms_user_id) for row in gradebook.students}
    assert (len(rows), rows["grace"]) == (4, ("Hopper", "104"))


def test_init_replaces_no_roster_and_refuses_an_unreadable_one(course: Path, tmp_path: Path) -> None:
    (tmp_path / "export.csv").write_text("id,name\nada,Ada\n")
    before = files(course)
    assert "roster.csv is there already: edit it, or move it away" in refused(
        tmp_path, "init", course, "--roster", "export.csv"
    )
    assert files(course) == before
    (tmp_path / "export.csv").write_text("name\nAda\n")
    assert "has no column for ids" in refused(tmp_path, "init", "new", "--roster", "export.csv")
    assert not (tmp_path / "new").exists()

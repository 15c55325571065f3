"""Failing machines, odd files and odd names: one line, and the rest is graded."""

import contextlib
import os
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any
from unittest import mock

import nbformat
import pytest

from autograder.instructor.course.folder import CourseFolder
from autograder.instructor.gradebook import GradebookError
from autograder.instructor.grading import grade_class
from autograder.instructor.grading.class_run import ClassRun
from autograder.notebooks.graft import read_notebook
from tests.instructor.conftest import (
    ASSIGNMENT,
    ONCE,
    everything_in_gradebook,
    grade,
    gradebook_rows,
    hand_in,
    hand_in_with,
    points,
)

GRADE = f"{sys.executable} -m autograder.instructor.command_line grade --workers 1"

GRADED = {"2-layers.ipynb", "verdicts.json"}


def in_namespace(*options: str, script: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run a shell script where bubblewrap's options have changed the file system."""
    capabilities = ["--cap-add", "ALL"] if os.geteuid() == 0 else []
    line = ["bwrap", "--dev-bind", "/", "/", *options, *capabilities, "--chdir", str(cwd), "sh", "-c", script]
    return subprocess.run(line, capture_output=True, text=True, check=False, cwd=cwd)


@pytest.mark.deep
@pytest.mark.long("three runs over a class")
def test_a_full_disk_is_one_line_and_with_room_again_the_same_command_goes_on(small_folder: Path) -> None:
    size = sum(path.stat().st_size for path in small_folder.rglob("*"))
    full = small_folder.parent / "full"
    full.mkdir()
    script = f"""
cp -r {small_folder}/. . && rm release/course.zip
dd if=/dev/zero of=filler bs=4k 2>/dev/null; truncate -s -110k filler
{GRADE}; echo status $?
ls autograded | wc -l; find . -name '*.draft'
rm filler
{GRADE} -q; echo status $?; cp -r . {small_folder.parent}/done
"""
    done = in_namespace("--size", str(size + (2 << 20)), "--tmpfs", str(full), script=script, cwd=full)
    assert "status 1" in done.stdout, done.stdout + done.stderr
    first, graded, *_ = done.stdout.splitlines()
    assert (first, 0 < int(graded) < 4) == ("status 1", True)
    assert ".draft" not in done.stdout
    (line,) = done.stderr.splitlines()
    assert line.startswith("autograder: ")
    assert "full" in line or "no space left" in line
    assert done.stdout.splitlines()[-1] == "status 0"
    grade(small_folder, seed=1)
    assert everything_in_gradebook(small_folder.parent / "done") == everything_in_gradebook(small_folder)


@pytest.mark.deep
@pytest.mark.long("the gradebook is waited for")
def test_a_gradebook_that_another_program_holds_is_waited_for_only_shortly(small_folder: Path) -> None:
    with contextlib.closing(sqlite3.connect(small_folder / "gradebook.db")) as program:
        program.execute("BEGIN EXCLUSIVE")
        says = "is locked .*close that, and run this again.*what was graded so far is kept"
        with pytest.raises(GradebookError, match=says):
            grade(small_folder)
    assert points(grade(small_folder)) == ONCE


ODD_NAMES = ("new\nline", "[a-z]*", "émile ünïcode", "x" * 200, "50%; rm -rf", "'; DROP TABLE grade; --", "-q")
NOT_UTF_8 = os.fsdecode(b"caf\xe9")
IN_THE_WAY = "autograded/target_is_a_folder/2-layers/2-layers.ipynb"


@pytest.fixture(scope="module")
def odd_class(small_class: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, ClassRun]:
    """A class in which each submission is odd in its own way, and the run that graded it."""
    folder = shutil.copytree(small_class, tmp_path_factory.mktemp("odd") / "course")
    shutil.rmtree(folder / "submitted")
    right = ["draft_left_over", "target_is_a_link", "target_is_a_folder"]
    hand_in(folder, **dict.fromkeys([*right, *ODD_NAMES, NOT_UTF_8, "zz_vanishes"], "ada"))
    hand_in_with(folder, "prints_halves", "print('half of a character: \\ud83d and a zero: \\0')")
    targets = CourseFolder(folder)
    for student in ("draft_left_over", "target_is_a_link", "target_is_a_folder"):
        targets.autograded(student, ASSIGNMENT).parent.mkdir(parents=True)
    targets.autograded("draft_left_over", ASSIGNMENT).with_name(f".{ASSIGNMENT}.ipynb.draft").write_text("{")
    targets.autograded("target_is_a_link", ASSIGNMENT).symlink_to(folder / "README.md")
    targets.autograded("target_is_a_folder", ASSIGNMENT).mkdir()
    finish = grade_class._Grading.finish_ready

    def finish_as_one_vanishes(grading: Any) -> None:  # after the class has been listed
        shutil.rmtree(folder / "submitted" / "zz_vanishes", ignore_errors=True)
        finish(grading)

    with mock.patch.object(grade_class._Grading, "finish_ready", finish_as_one_vanishes):
        return folder, grade(folder, seed=2)


@pytest.mark.deep
def test_odd_names_odd_output_and_files_in_the_way_cost_no_points(odd_class: tuple[Path, ClassRun]) -> None:
    folder, run = odd_class
    fine = (*ODD_NAMES, "draft_left_over", "target_is_a_link", "prints_halves")
    assert {name: points(run)[name] for name in fine} == dict.fromkeys(fine, 20)
    assert {student for student, _ in gradebook_rows(folder)} >= set(fine)
    for student in ("draft_left_over", "target_is_a_link"):
        assert {path.name for path in (folder / "autograded" / student / ASSIGNMENT).iterdir()} == GRADED
    assert "course folder" in (folder / "README.md").read_text(encoding="utf-8")
    notebook = read_notebook(CourseFolder(folder).autograded("prints_halves", ASSIGNMENT))
    assert "half of a character: ? and a zero" in nbformat.writes(notebook)


@pytest.mark.deep
def test_an_error_of_the_grader_is_reported_and_leaves_no_score(odd_class: tuple[Path, ClassRun]) -> None:
    folder, run = odd_class
    reasons = {work.submission.student: work.reason for work in run.ungraded}
    assert reasons.keys() == {NOT_UTF_8, "target_is_a_folder", "zz_vanishes"}
    assert reasons["target_is_a_folder"] == f"{IN_THE_WAY}: Is a directory"
    assert reasons["zz_vanishes"] == "submitted/zz_vanishes: No such file or directory"
    assert "UnicodeEncodeError" in reasons[NOT_UTF_8]
    assert {score for (name, _), score in gradebook_rows(folder).items() if name in reasons} == {None}
    assert len(run.graded) == len(ODD_NAMES) + 3


@pytest.mark.deep
def test_after_the_cause_is_gone_the_next_run_grades_those_alone(odd_class: tuple[Path, ClassRun]) -> None:
    folder, _ = odd_class
    (folder / IN_THE_WAY).rmdir()
    (folder / "submitted" / NOT_UTF_8).rename(folder / "submitted" / "café")
    run = grade(folder)
    assert {graded.submission.student for graded in run.graded if not graded.reused} == {"café", "target_is_a_folder"}
    assert not run.ungraded


@pytest.mark.deep
def test_a_score_of_before_does_not_stand_for_new_work_that_cannot_be_graded(small_folder: Path) -> None:
    grade(small_folder, student="right")
    hand_in(small_folder, right="john")
    target = CourseFolder(small_folder).autograded("right", ASSIGNMENT)
    target.unlink()
    target.mkdir()
    run = grade(small_folder, student="right")
    assert [work.submission.student for work in run.ungraded] == ["right"]
    assert set(gradebook_rows(small_folder).values()) == {None}

"""The command line of the grader: what it prints, refuses, and with which exit status."""

import io
import json
import os
import re
import shutil
import sys
from pathlib import Path

import pytest
from typer import Typer
from typer.main import get_command
from typer.testing import CliRunner

from autograder import __version__
from autograder.cli import app as students_app
from autograder.cli import exit_status, message_of, refuse_or_copy, run
from autograder.instructor import command_line
from autograder.sandbox import landlock
from sample_class.the_ten import answers
from tests import commands
from tests.commands import ROOT, autograder, in_a_terminal, in_process
from tests.instructor.conftest import record_of, submitted, warm_servers  # noqa: F401  a fixture

LAYERS = ROOT / "solutions" / "layers.py"
EMPTY = b'{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}'
NOTEBOOK = Path("release/2-layers/2-layers.ipynb")
SHOW_MARKS = ("feedback", "report", "export")
UNKNOWN = "there is no assignment '7-poetry': there are 1-approximation, 2-layers"
COMMANDS = sorted(get_command(command_line.app).commands)  # type: ignore[attr-defined]


def here(folder: Path, *arguments: str | Path) -> tuple[int, str, str]:
    """Run a command in this process; return exit status, output and errors."""
    done = in_process(*arguments, cwd=folder)
    return done.returncode, done.stdout, done.stderr


def refused(folder: Path, *arguments: str | Path, status: int = 2) -> str:
    """Run a command that has to fail, and return its one line on standard error."""
    ended, out, err = here(folder, *arguments)
    assert (ended, out) == (status, ""), err
    assert err.startswith("autograder: "), err
    assert err.count("\n") == 1, err
    return err


def files(folder: Path) -> dict[Path, bytes]:
    """Return all files of a course folder but the lock, with their content."""
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file() and path.name[0] != "."}


# Help


@pytest.mark.parametrize("app", [command_line.app, students_app], ids=["instructor", "student"])
def test_the_list_of_commands_is_whole_in_80_columns(app: Typer) -> None:
    shown = CliRunner().invoke(app, ["-h"], env={"COLUMNS": "80"}).output
    commands = get_command(app).commands  # type: ignore[attr-defined]
    listed = re.findall(r"^  (\w+) +(\S.*\.)$", shown.partition("Show this message and exit.")[2], re.MULTILINE)
    assert sorted(name for name, _ in listed) == sorted(commands)
    for name, text in listed:
        assert commands[name].help.startswith(text)
        assert len(text) <= 45
    assert max(map(len, shown.splitlines())) <= 80


@pytest.mark.parametrize("command", COMMANDS)
def test_help_of_a_command_has_an_example(command: str) -> None:
    shown = CliRunner().invoke(command_line.app, [command, "-h"])
    assert shown.exit_code == 0
    assert f"Example: autograder {command}" in shown.output
    assert not re.search(r"<\w+|list\[|[{}]", shown.output), "no types of Python"


def test_a_locale_in_which_names_of_files_are_lost_is_refused_with_the_reason(tmp_path: Path) -> None:
    ascii_alone = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    done = commands.run("autograder.instructor.command_line", "status", cwd=tmp_path, env=os.environ | ascii_alone)
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "locale is not UTF-8" in done.stderr


def test_the_version_is_printed() -> None:
    assert CliRunner().invoke(command_line.app, ["--version"]).output == f"autograder {__version__}\n"


# Wrong use


@pytest.mark.parametrize(
    "line", ["release", "grade", *SHOW_MARKS, "explain ada 2-layers affine_map", "viva 2-layers", "requests ."]
)
def test_outside_a_course_folder_a_command_says_how_to_make_one(line: str, tmp_path: Path) -> None:
    assert "is not a course folder: make one with `autograder init DIR`" in refused(tmp_path, *line.split())
    assert not list(tmp_path.iterdir())


@pytest.fixture
def begun(tmp_path: Path) -> Path:
    """A course folder in which nothing has been released."""
    assert here(tmp_path, "init", "course")[0] == 0
    return tmp_path / "course"


REFUSED = [
    *[("begun", command, "run `autograder release` first") for command in ("grade", "feedback")],
    *[("released", f"{command} 7-poetry", UNKNOWN) for command in ("release", "grade", "export")],
    *[("released", f"{command} 2-layers --student nobody", "nobody") for command in ("grade", "feedback")],
    *[("released", f"{command} 2-layers", "run `autograder grade 2-layers`") for command in SHOW_MARKS],
    ("graded", "explain ada 7-poetry affine_map", UNKNOWN),
    ("graded", "explain nobody 2-layers affine_map", "nobody in the roster is 'nobody'"),
    ("graded", "explain ada 2-layers poetry", "no check is called 'poetry': there are Linear.parameters, Linear."),
]


@pytest.mark.usefixtures("graded")  # or pytest would not know what it waits for
@pytest.mark.parametrize(("state", "line", "reason"), REFUSED)
def test_an_unknown_name_or_a_missing_step_is_refused(
    state: str, line: str, reason: str, request: pytest.FixtureRequest
) -> None:
    assert reason in refused(request.getfixturevalue(state), *line.split())


def test_work_that_waits_for_grading_cannot_be_explained_yet(course_folder: Path) -> None:
    (course_folder / "submitted" / "ada" / "2-layers").mkdir(parents=True)
    message = refused(course_folder, "explain", "ada", "2-layers", "affine_map")
    assert "has not been graded: run `autograder grade 2-layers --student ada`" in message


@pytest.mark.parametrize(
    ("content", "reason"),
    [(None, "does not exist"), (b"{", "is not a notebook"), (b"", "is empty"), (EMPTY, ""), ("folder", "")],
    ids=["missing", "malformed", "empty", "no exercises", "folder"],
)
@pytest.mark.parametrize("command", ["check", "fill"])
def test_what_is_no_notebook_is_named(command: str, content: bytes | str | None, reason: str, tmp_path: Path) -> None:
    if content == "folder":
        (tmp_path / "mine.ipynb").mkdir()
    elif isinstance(content, bytes):
        (tmp_path / "mine.ipynb").write_bytes(content)
    before = files(tmp_path)
    more = [LAYERS, "out.ipynb"] if command == "fill" else []
    message = refused(tmp_path, command, "mine.ipynb", *more)
    assert "mine.ipynb" in message
    assert reason in message
    assert files(tmp_path) == before


@pytest.mark.parametrize(
    ("source", "out", "reason"),
    [
        (None, "out.ipynb", "mine.py: does not exist"),
        ("class Linear(:", "out.ipynb", "mine.py: line 1"),
        ("class Linear: ...", "nowhere/out.ipynb", "nowhere: does not exist"),
    ],
)
def test_what_fill_refuses_is_named(source: str | None, out: str, reason: str, released: Path, tmp_path: Path) -> None:
    if source is not None:
        (tmp_path / "mine.py").write_text(source)
    assert reason in refused(tmp_path, "fill", released / NOTEBOOK, "mine.py", out)
    assert not list(tmp_path.rglob("*.ipynb"))


@pytest.mark.parametrize("target", ["nowhere/marks.json", "release"])
def test_where_marks_cannot_be_written_is_said_before_the_work(target: str, graded: Path) -> None:
    before = files(graded)
    assert target.partition("/")[0] in refused(graded, "grade", "--json", target)
    assert files(graded) == before


def test_a_course_folder_of_any_name_is_one(tmp_path: Path) -> None:
    name = """Ada's "best" course"""
    assert here(tmp_path, "init", name)[0] == 0
    assert here(tmp_path / name, "status")[0] == 0


# Nobody's file is overwritten


def test_a_copy_is_as_private_as_the_file_from_its_first_byte(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file, copy, copymode = tmp_path / "marks.json", tmp_path / "marks.json.bak", shutil.copymode
    modes = []

    def seen(*paths: Path, **options: bool) -> None:
        modes.append(copy.stat().st_mode & 0o777)
        copymode(*paths, **options)
        modes.append(copy.stat().st_mode & 0o777)

    monkeypatch.setattr(shutil, "copymode", seen)
    for mode in (0o640, 0o600):  # the second time over the copy of before
        file.write_text("mine")
        file.chmod(mode)
        refuse_or_copy(file, force=True)
    assert (copy.read_text(), modes) == ("mine", [0o600, 0o640, 0o600, 0o600])


def test_an_existing_notebook_is_replaced_only_by_force_and_then_kept(released: Path, tmp_path: Path) -> None:
    (tmp_path / "out.ipynb").write_text("mine")
    line = ("fill", released / NOTEBOOK, LAYERS, "out.ipynb")
    assert "out.ipynb exists: --force replaces it and keeps a copy" in refused(tmp_path, *line)
    assert (tmp_path / "out.ipynb").read_text() == "mine"
    assert here(tmp_path, *line, "--force")[0] == 0
    assert (tmp_path / "out.ipynb.bak").read_text() == "mine"
    assert "class Linear" in (tmp_path / "out.ipynb").read_text()


def test_by_force_unchanged_work_is_graded_again_and_a_file_of_marks_is_replaced_and_kept(graded_folder: Path) -> None:
    marks = graded_folder / "verdicts.json"
    before = marks.read_text()
    line = ("grade", "--student", "ada", "--json", "verdicts.json")
    assert "verdicts.json exists" in refused(graded_folder, *line)
    assert marks.read_text() == before
    assert here(graded_folder, *line, "--force")[0] == 0
    assert (graded_folder / "verdicts.json.bak").read_text() == before
    verdicts = json.loads(marks.read_text())["verdicts"]
    assert {verdict["student"] for verdict in verdicts} == {"ada"}
    assert {verdict["run_seed"] for verdict in verdicts} != {1}, "--force grades unchanged work again"


def test_making_a_course_folder_again_changes_nothing_in_it(course_folder: Path) -> None:
    (course_folder / "README.md").write_text("mine")
    before = files(course_folder)
    status, output, _ = here(course_folder, "init", course_folder)
    assert status == 0
    assert "everything is there already" in output
    assert files(course_folder) == before


# What a command prints


def test_output_of_a_run_without_new_work(graded_folder: Path) -> None:
    """As JSON, as a table that counts what was not graded anew, or nothing."""
    status, output, errors = here(graded_folder, "grade", "--json", "-")
    assert (status, errors) == (0, "")
    written = json.loads((graded_folder / "verdicts.json").read_text())
    assert json.loads(output)["verdicts"] == written["verdicts"]
    status, output, errors = here(graded_folder, "grade")
    assert (status, errors) == (0, "")
    *table, summary = output.splitlines()
    assert summary.startswith("10 submissions (10 unchanged); 140 pass, ")
    assert not [row for row in table if row.split()[:1] in [[student] for student in answers("layers")]]
    assert here(graded_folder, "grade", "-q") == (0, "", "")


@pytest.mark.deep
@pytest.mark.long("a class is graded on a terminal")
def test_on_a_terminal_a_run_shows_progress_unless_silenced(graded_folder: Path) -> None:
    def shown(*options: str) -> str:
        line = ["autograder.instructor.command_line", "grade", *options]
        return in_a_terminal("stderr", *line, cwd=graded_folder)

    assert [shown("-q"), shown("--json", "-")] == ["", ""]
    for student, author in (("claude", "john"), ("ada", "grace")):
        shutil.copyfile(submitted(graded_folder, author), submitted(graded_folder, student))
    assert re.search(r"Grading.*10/10.*\d:\d\d:\d\d", shown(), re.DOTALL)


@pytest.mark.deep
@pytest.mark.long("two marks are run again")
def test_the_status_of_explain_says_whether_the_mark_is_reproduced(graded_folder: Path) -> None:
    line = "explain", "john", "2-layers", "Linear.affine_map"
    assert here(graded_folder, *line)[0] == 0
    record = graded_folder / "autograded" / "john" / "2-layers" / "verdicts.json"
    record.write_text(record.read_text().replace('"outcome": "fail"', '"outcome": "timeout"'))
    assert here(graded_folder, *line)[0] == 1


def test_a_new_grading_lets_nothing_of_nbgrader_or_sqlalchemy_onto_the_terminal(course_folder: Path) -> None:
    long_name = "a-student-with-a-very-long-name-" * 4
    shutil.copyfile(course_folder / NOTEBOOK, submitted(course_folder, f"{long_name}\x1b[31m"))
    done = autograder("grade", cwd=course_folder)
    assert (done.returncode, done.stderr) == (0, "")
    assert any(row.startswith(long_name[:9]) and " 0/20 " in row for row in done.stdout.splitlines())
    assert "\x1b" not in done.stdout


@pytest.mark.parametrize(
    ("file", "content", "command", "message", "status"),
    [
        ("gradebook.db", b"no database" * 1000, "feedback", "file is not a database", 1),
        ("nbgrader_config.py", b"this is no Python\n", "grade", "nbgrader_config.py cannot be read", 2),
    ],
    ids=["gradebook", "configuration"],
)
def test_a_broken_gradebook_or_configuration_is_one_line_and_stays_as_it_is(
    file: str, content: bytes, command: str, message: str, status: int, graded_folder: Path
) -> None:
    (graded_folder / file).write_bytes(content)
    before = files(graded_folder)
    assert message in refused(graded_folder, command, status=status)
    assert files(graded_folder) == before


def test_where_no_sandbox_can_be_had_nothing_is_graded_unless_trusted(
    course_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copyfile(course_folder / NOTEBOOK, submitted(course_folder, "ada"))
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(landlock, "version", lambda: 0)
    assert "apt-get install bubblewrap" in refused(course_folder, "grade", status=1)
    status, output, errors = here(course_folder, "grade", "--no-sandbox")
    assert (status, errors) == (0, "")
    assert "NOT ISOLATED (--no-sandbox)" in output
    assert record_of(course_folder, "ada")["isolated"] is False


def test_a_pipe_gets_a_question_mark_for_a_sign_that_it_cannot_take(monkeypatch: pytest.MonkeyPatch) -> None:
    pipe, app = io.BytesIO(), Typer()
    app.command()(lambda: print("✗"))
    monkeypatch.setattr(sys, "argv", ["show"])
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(pipe, encoding="cp1252"))
    with pytest.raises(SystemExit):
        run(app)
    sys.stdout.flush()
    assert pipe.getvalue().strip() == b"?"


@pytest.mark.parametrize(
    ("error", "status", "message"),
    [
        (FileNotFoundError(2, "No such file or directory", "x.ipynb"), 2, "x.ipynb: does not exist"),
        (IsADirectoryError(21, "Is a directory", "x"), 2, "x: is a directory"),
        (PermissionError(13, "Permission denied", "x"), 1, "x: permission denied"),
        (OSError(28, "No space left on device"), 1, "no space left on device"),
        (KeyError("a fault of ours"), None, "'a fault of ours'"),
    ],
)
def test_errors_of_the_system_are_told_file_first_and_faults_of_ours_are_not_hidden(
    error: Exception, status: int | None, message: str
) -> None:
    assert (exit_status(error), message_of(error)) == (status, message)

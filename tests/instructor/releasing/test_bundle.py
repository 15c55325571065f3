"""The zip for students: what is in it, what is nowhere in it, and what happens on a student's own machine."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from autograder.checks import checks_of, rooms
from autograder.course import Course
from autograder.instructor.releasing.bundle import guide
from tests.conftest import ROOT, files_in
from tests.instructor.releasing.conftest import ASSIGNMENT, ROOM, StudentMachine

COURSE = Course.installed()
MISTAKES = COURSE.mistakes(ROOM)
# Lines of the reference that anybody writes, and that the chapter itself shows.
TRIVIAL = {"super().__init__()", "return x", "with torch.no_grad():"}


@pytest.fixture(scope="module")
def bundle(released: Path) -> dict[str, bytes]:
    return dict(files_in((released / "release" / "course.zip").read_bytes()))


def test_the_zip_holds_data_and_a_finished_readme_in_ten_megabytes(bundle: dict[str, bytes], released: Path) -> None:
    """Wheel and recordings, too: `machine` installs them, and checks by them."""
    assert (released / "release" / "course.zip").stat().st_size < 10e6
    data = ("sample/train-images-idx3-ubyte.gz", "photographs.json", "LICENSE")
    for part in (f"course/{ASSIGNMENT}.ipynb", *(f".whl/autograder/student/data/{name}" for name in data)):
        assert any(part in name for name in bundle)
    assert "{" not in bundle["course/README.md"].decode()


@pytest.fixture(scope="module")
def texts(bundle: dict[str, bytes]) -> dict[str, str]:
    """The files as text, the escapes of JSON undone; the images are no text."""
    decoded = {name: content.decode("utf-8", "replace") for name, content in bundle.items()}
    unescaped = {name: text.replace('\\"', '"').replace("\\n", "\n") for name, text in decoded.items()}
    return {name: text for name, text in unescaped.items() if not name.endswith((".gz", ".whl"))}


def shipped(needle: str, texts: dict[str, str]) -> list[str]:
    return [name for name, text in texts.items() if needle in text]


def test_the_zip_holds_no_line_of_a_solution(texts: dict[str, str]) -> None:
    lines = {line for exercise in COURSE.exercises(ROOM) for line in exercise.solution_lines} - TRIVIAL
    assert len(lines) > 10
    for name, text in texts.items():
        # Whole lines: the assignment itself says `x @ weight + bias`.
        assert not lines & {line.strip() for line in re.split(r'[\n"]', text)}, name
    assert not [name for name, text in texts.items() for line in lines if len(line) > 40 and line in text]


def test_the_zip_holds_no_model_answer_to_the_written_question(texts: dict[str, str]) -> None:
    answer = (ROOT / "solutions" / "answers" / f"{ROOM}.md").read_text(encoding="utf-8")
    for sentence in [line.strip() for line in answer.splitlines() if len(line) > 40]:
        assert not shipped(sentence, texts)


def test_the_zip_holds_of_a_hidden_check_only_its_title(texts: dict[str, str]) -> None:
    recording = {name: text for name, text in texts.items() if name.endswith(".frames")}
    for check in checks_of(ROOM):
        function = f"def {check.observe.__name__}("
        assert bool(shipped(function, texts)) != check.hidden
        assert bool(shipped(f'"{check.id}"', recording)) != check.hidden
        if check.hidden:
            assert {Path(name).suffix for name in shipped(check.title, texts)} == {".ipynb"}


def test_the_zip_holds_no_edit_of_a_known_mistake(texts: dict[str, str]) -> None:
    for mistake in MISTAKES:
        for hunk in mistake.hunks:
            lines = {line.strip() for line in hunk.new.splitlines()} - {line.strip() for line in hunk.old.splitlines()}
            assert not [line for line in lines if len(line) > 30 and shipped(line, texts)]


def test_the_grader_in_it_is_the_students_half_and_the_whole_of_it_without_solutions(bundle: dict[str, bytes]) -> None:
    grader = (path for path in (ROOT / "autograder").rglob("*") if path.suffix not in (".pyc", ".toml"))
    names = {str(path.relative_to(ROOT)) for path in grader if path.is_file()}
    half = {name for name in names if not name.startswith("autograder/instructor/")}
    wheel = {name.partition(".whl/")[2] for name in bundle if ".whl/" in name and ".dist-info/" not in name}
    of_the_course = {name for name in wheel if name.startswith("solutions/")}
    shared = ("../__init__", "__init__", "_far_device", "_traced")
    modules = (*(f"../{name}" for name in COURSE.given), *shared, *rooms())
    assert of_the_course == {os.path.normpath(f"solutions/checks/{name}.py") for name in modules}
    recorded = {name for name in wheel if name.startswith("autograder/judge/records/")}
    data = {name for name in wheel if name.startswith("autograder/student/data/")}
    assert wheel - recorded - data - of_the_course == half
    assert len(recorded) == 2 * len(rooms())
    assert not [name for name in bundle if "mistakes/" in name]


# Its README says what the book says, and how this course wants work handed in


PLAIN = guide(["2-layers", "3-dropout"], Course("solutions"), "")


def code_in(text: str) -> list[str]:
    return re.findall(r"```(?:sh|powershell)\n(.*?)```", text, re.DOTALL)


def test_the_readme_gives_the_commands_of_the_book() -> None:
    book = (ROOT / "chapters" / "0-start.md").read_text(encoding="utf-8")
    assert len(code_in(PLAIN)) == 3
    assert [code for code in code_in(PLAIN) if code not in code_in(book)] == []
    assert "whl/cpu" in PLAIN


def test_the_readme_says_where_to_hand_in_if_the_instructor_did() -> None:
    readme = guide(["2-layers"], Course("solutions", "https://book.example/"), "on the page of the course")
    assert "Hand in that copy on the page of the course. Keep its name, and the receipt." in readme
    assert "The book is at https://book.example/. " in readme


def test_the_readme_without_settings_leaves_nothing_to_fill_in_and_names_no_book() -> None:
    assert not re.search(r"\{(where|book|notebooks)\}|\bbook\b", PLAIN)
    assert "Hand in that copy. Keep its name, and the receipt.\n" in PLAIN


# From here on: a new environment with the wheel and nothing else of ours.


def test_a_students_machine_holds_no_solutions_and_every_module_imports(machine: StudentMachine) -> None:
    ours = ("solutions.layers", "solutions.mistakes", "solutions.checks.hidden", "autograder.instructor.grading")
    for module in (*ours, "nbgrader"):
        assert "ModuleNotFoundError" in machine.run("-c", f"import {module}").stderr
    walk = "import autograder, pkgutil, importlib\n"
    walk += "for m in pkgutil.walk_packages(autograder.__path__, 'autograder.'): importlib.import_module(m.name)"
    assert machine.run("-c", walk).stderr == ""


REPORTS = """
import json, sys, types
from autograder.student import report_on

for name, (exercise, source) in json.load(open(sys.argv[1], encoding="utf-8")).items():
    module = types.ModuleType(name)
    sys.modules[name] = module
    exec(source, vars(module))
    report = report_on(exercise, types.SimpleNamespace(**vars(module)))
    print(name, report.passed, repr(report), report._repr_html_())
"""


@pytest.mark.deep
@pytest.mark.long("every known mistake of a chapter is checked there and here")
def test_check_gives_the_same_report_there_as_beside_the_reference(machine: StudentMachine, tmp_path: Path) -> None:
    reference = COURSE.source(ROOM)
    header = re.split(r"^(?:class|def) ", reference, maxsplit=1, flags=re.MULTILINE)[0]
    exercises = COURSE.exercises(ROOM)
    stubs = header + "\n\n".join(exercise.stub for exercise in exercises)
    asked = {f"stub {exercise.name}": (exercise.name, stubs) for exercise in exercises}
    asked |= {f"right {exercise.name}": (exercise.name, reference) for exercise in exercises}
    asked |= {mistake.id: (mistake.exercise, mistake.apply(reference)) for mistake in MISTAKES}
    (tmp_path / "asked.json").write_text(json.dumps(asked), encoding="utf-8")
    there = machine.run("-c", REPORTS, tmp_path / "asked.json")
    here = subprocess.run([sys.executable, "-c", REPORTS, tmp_path / "asked.json"], capture_output=True, text=True)
    assert (there.stdout, there.stderr) == (here.stdout, "")
    assert all(f"right {exercise.name} True " in there.stdout for exercise in exercises)
    assert "stub Linear False Linear is not written yet.\n  Where to begin: " in there.stdout


WITHOUT_UNIX = """
import os, signal, sys
for module in ("fcntl", "grp", "pwd", "resource", "termios"):
    sys.modules[module] = None
for name in ("SIGALRM", "SIGPROF", "SIGXCPU", "setitimer", "ITIMER_REAL", "ITIMER_PROF"):
    delattr(signal, name)
del os.fork
"""


@pytest.mark.parametrize(
    ("code", "printed"),
    [
        ("from autograder import check\nclass Linear: ...\nprint(check(Linear))", "Linear: 0 of 3 checks passed"),
        pytest.param(
            f"sys.argv = ['autograder', 'check', '{ASSIGNMENT}.ipynb']\nfrom autograder.cli import main\nmain()",
            "0 of 13 points",
            marks=pytest.mark.deep,
        ),
    ],
    ids=["in a notebook", "in a terminal"],
)
def test_checks_work_without_unix(code: str, printed: str, machine: StudentMachine) -> None:
    """Stands in for Windows: the modules and calls that it lacks are taken away."""
    done = machine.run("-c", f"{WITHOUT_UNIX}\n{code}")
    assert printed in done.stdout, done.stderr
    assert done.stderr == ""

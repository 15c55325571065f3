"""The installed course, and its exercises: each is cut from the reference, without its solution."""

import ast
from pathlib import Path

import pytest

from autograder.checks import checks_of, rooms
from autograder.course import Course, NoCourse, SeveralCourses
from autograder.exercises import Exercise, exercises_of, replace_solutions

COURSE = Course.installed()
EXERCISES = [exercise for room in rooms() for exercise in COURSE.exercises(room)]


@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda exercise: exercise.id)
def test_a_stub_is_python_that_keeps_the_assignment_and_holds_no_line_of_the_solution(exercise: Exercise) -> None:
    stub, source = (ast.parse(text).body[0] for text in (exercise.stub, exercise.source))
    assert (assignment := ast.get_docstring(stub)) and assignment == ast.get_docstring(source)
    assert f'NotImplementedError("{exercise.room}: {exercise.name}")' in exercise.stub
    assert not {line.strip() for line in exercise.stub.splitlines()} & set(exercise.solution_lines)


def test_only_public_names_with_a_solution_are_exercises() -> None:
    source = """
def helper():
    return 1

def _private():
    ### BEGIN SOLUTION
    return 2
    ### END SOLUTION

@decorated
def task(x):
    "What to do."
    ### BEGIN SOLUTION
    return x
    ### END SOLUTION


SOMETHING = 3
"""
    (task,) = exercises_of("room", source)
    assert (task.name, task.solution_lines) == ("task", ["return x"])
    assert task.source.startswith("@decorated")
    assert task.source.endswith("### END SOLUTION")


@pytest.mark.parametrize("text", ["### BEGIN SOLUTION\nx = 1", "### END SOLUTION", "### BEGIN SOLUTION\n" * 2])
def test_a_marker_without_its_partner_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"partner|never closed"):
        replace_solutions(text, ("pass",))


def test_ids_of_checks_and_mistakes_are_unique() -> None:
    for room in rooms():
        for ids in ([check.id for check in checks_of(room)], [mistake.id for mistake in COURSE.mistakes(room)]):
            assert len(ids) == len(set(ids))


def test_a_room_without_checks_is_named() -> None:
    with pytest.raises(LookupError, match="no checks for 'attic'"):
        checks_of("attic")


def test_a_missing_course_is_an_error_with_the_command_that_installs_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.path", [str(tmp_path)])
    with pytest.raises(NoCourse, match="pip install"):
        Course.installed()


def install(folder: Path, distribution: str, package: str) -> None:
    info = folder / f"{distribution}-1.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {distribution}\nVersion: 1\n", encoding="utf-8")
    (info / "entry_points.txt").write_text(f"[autograder.course]\ncourse = {package}\n", encoding="utf-8")


def test_two_courses_are_an_error_that_names_both(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install(tmp_path, "numbers-from-scratch", "numbers_course")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(SeveralCourses) as caught:
        Course.installed()
    for word in ("solutions", "image-classifier-from-scratch", "numbers_course", "numbers-from-scratch", "uninstall"):
        assert word in str(caught.value)


def test_a_course_is_found_by_its_distribution_and_without_its_reference_has_checks_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.path", [str(tmp_path)])
    install(tmp_path, "numbers-from-scratch", "numbers_course")
    reference = tmp_path / "numbers_course" / "sums.py"
    for file in (reference, reference.parent / "__init__.py", reference.parent / "checks" / "sums.py"):
        file.parent.mkdir(exist_ok=True)
        file.touch()
    assert Course.installed().package == "numbers_course"
    assert Course.installed().distribution.metadata["Name"] == "numbers-from-scratch"
    reference.unlink()
    assert Course.announced().rooms == ("sums",)
    with pytest.raises(NoCourse, match="without its reference"):
        Course.installed()

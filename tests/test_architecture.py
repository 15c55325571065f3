"""The plan of the house, read from its imports: one line between student and instructor, and no way back up."""

import ast
from collections.abc import Iterator, Mapping
from functools import cache
from graphlib import TopologicalSorter

import pytest

from tests.conftest import ROOT

HOUSES = ("autograder", "bench", "book", "sample_class", "solutions")
INSTRUCTOR = "autograder.instructor"


@cache
def modules() -> Mapping[str, ast.Module]:
    """Return all modules of the repository by their full names."""
    files = [file for house in HOUSES for file in (ROOT / house).rglob("*.py")]
    return {
        ".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): ast.parse(file.read_text())
        for file in files
        if "node_modules" not in file.parts
    }


def imports(tree: ast.Module) -> Iterator[str]:
    """Give the modules of the repository that a module imports, at its head, in its functions, or for its types."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in modules())
        elif isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                yield from (name for name in [inner if inner in modules() else node.module] if name in modules())


@cache
def arrows() -> Mapping[str, set[str]]:
    return {name: set(imports(tree)) - {name} for name, tree in modules().items()}


def is_below(module: str, house: str) -> bool:
    return module == house or module.startswith(f"{house}.")


def arrows_up(house: str, stranger: str) -> set[tuple[str, str]]:
    """Return the modules of a house that import something of another, each with what it imports."""
    return {
        (name, used)
        for name in arrows()
        if is_below(name, house)
        for used in arrows()[name]
        if is_below(used, stranger)
    }


@pytest.mark.parametrize(
    ("house", "stranger"),
    [
        ("autograder", "solutions"),
        *((house, top) for house in ("autograder", "solutions", "sample_class") for top in ("book", "bench")),
        *(("solutions", INSTRUCTOR), ("autograder", "sample_class"), ("solutions", "sample_class")),
    ],
)
def test_a_lower_house_imports_nothing_of_a_higher_one(house: str, stranger: str) -> None:
    assert arrows_up(house, stranger) == set()


def test_what_a_student_has_imports_nothing_of_what_only_an_instructor_has() -> None:
    assert {arrow for arrow in arrows_up("autograder", INSTRUCTOR) if not is_below(arrow[0], INSTRUCTOR)} == set()


def test_no_modules_import_each_other_in_a_circle() -> None:
    TopologicalSorter(arrows()).prepare()  # its error names the circle


def rooms(house: str) -> Mapping[str, set[str]]:
    """Return a house's files and folders, each with those that it imports; the two halves are houses of their own."""

    def room(name: str) -> str:
        is_inside = is_below(name, house) and is_below(name, INSTRUCTOR) == is_below(house, INSTRUCTOR)
        return name.removeprefix(house).removeprefix(".").partition(".")[0] if is_inside else ""

    imported: dict[str, set[str]] = {room(name): set() for name in arrows()}
    for name, used in arrows().items():
        imported[room(name)] |= {room(other) for other in used} - {room(name)}
    return {name: used - {""} for name, used in imported.items() if name}


@pytest.mark.parametrize("house", [*HOUSES, INSTRUCTOR])
def test_no_room_stands_below_one_that_it_imports_and_there_are_ten_floors_at_most(house: str) -> None:
    sorter, floors = TopologicalSorter(rooms(house)), 0
    sorter.prepare()
    while sorter.is_active():
        sorter.done(*sorter.get_ready())
        floors += 1
    assert 1 < floors <= 10


def test_one_module_alone_knows_the_tables_of_nbgrader() -> None:
    known = {
        name
        for name, tree in modules().items()
        for node in ast.walk(tree)
        if name.startswith("autograder") and isinstance(node, ast.ImportFrom) and node.module == "nbgrader.api"
    }
    assert known == {"autograder.instructor.gradebook"}

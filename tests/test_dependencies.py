"""What is imported is declared, where the one who installs it gets it; what is declared is used."""

import ast
import re
import subprocess
import sys
import tomllib
from functools import cache
from importlib.metadata import packages_distributions

import pytest

from tests.conftest import ROOT

SETTINGS = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PROJECT = SETTINGS["project"]
OPTIONAL = PROJECT["optional-dependencies"] | SETTINGS["dependency-groups"]
OURS = {"autograder", "bench", "book", "sample_class", "solutions", "tests"}
WRITTEN_BY_TESTS = {"torchaudio_of_somebody"}
# Which extras and groups one has who runs a folder; all have what a student needs.
EXTRAS = {
    "autograder/instructor": {"instructor", "cluster"},
    "autograder": set(),
    "solutions/claims": {"all", "dev"},
    "solutions": {"train", "deploy"},
    "book": {"instructor", "book"},
    "bench": {"all", "dev", "bench"},
    "sample_class": {"instructor"},
    "tests/notebooks": {"instructor", "test"},
    "tests/reports": {"instructor", "test"},
    "tests/student": {"instructor", "test"},
    "tests": {"all", "dev"},
}
# Commands, plugins and data, which no line imports.
UNIMPORTED = {
    *("brotli", "coverage", "hatchling", "ipykernel", "jupyter-book", "mypy", "pytest-timeout"),
    *("pytest-xdist", "ruff", "sphinx-autobuild", "types-docutils", "tzdata"),
}


def named(requirement: str) -> str:
    """Return the name of a distribution, as the index compares names."""
    return re.sub(r"[-_.]+", "-", re.match(r"[\w.-]+", requirement)[0]).lower()  # type: ignore[index]


def declared(extras: set[str]) -> set[str]:
    names = {named(requirement) for requirement in PROJECT["dependencies"]}
    for extra in extras:
        for requirement in OPTIONAL[extra]:
            inner = re.search(r"^image-classifier-from-scratch\[(.+)\]", str(requirement))
            if isinstance(requirement, dict):
                names |= declared({requirement["include-group"]})
            else:
                names |= declared(set(inner[1].split(","))) if inner else {named(requirement)}
    return names


@cache
def imports() -> set[tuple[str, frozenset[str]]]:
    """Return of each import of somebody else's module the file and the distributions that bring it."""
    distributions, imported = packages_distributions(), set()
    listed = subprocess.run(["git", "ls-files", *OURS], cwd=ROOT, capture_output=True, text=True, check=True)
    for file in listed.stdout.splitlines():
        if not file.endswith(".py") or "/copies/" in file:
            continue
        for node in ast.walk(ast.parse((ROOT / file).read_text(encoding="utf-8"))):
            modules = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and not node.level:
                modules = [node.module or ""]
            for module in (
                {module.partition(".")[0] for module in modules} - sys.stdlib_module_names - OURS - WRITTEN_BY_TESTS
            ):
                imported.add((file, frozenset(map(named, distributions.get(module, [module])))))
    return imported


@pytest.mark.parametrize("folder", EXTRAS)
def test_what_a_folder_imports_is_declared_for_those_who_run_it(folder: str) -> None:
    here = {pair for pair in imports() if next(room for room in EXTRAS if pair[0].startswith(f"{room}/")) == folder}
    assert {(file, brought) for file, brought in here if not brought & declared(EXTRAS[folder])} == set()


def test_what_is_declared_is_imported_or_said_to_be_used_otherwise() -> None:
    used = {distribution for _, brought in imports() for distribution in brought}
    assert declared(set(OPTIONAL)) - used == UNIMPORTED

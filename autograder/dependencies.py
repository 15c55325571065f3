"""Hash all inputs of a stored result: the result is reused while its hash is unchanged."""

import ast
import hashlib
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.util import resolve_name
from pathlib import Path

from autograder.parsing import parse


def digest(files: Iterable[Path], *facts: object) -> str:
    """Return the SHA-256 of files, by name and content, and of facts, by their ``repr``.

    The folders above a file do not count, so that the same tree in another place has the same digest.
    """
    parts = [repr((path.name, hashlib.sha256(path.read_bytes()).hexdigest())) for path in sorted(files)]
    return hashlib.sha256("\n".join([*parts, *map(repr, facts)]).encode()).hexdigest()


def files_in(*folders: Path) -> list[Path]:
    """Return the files in and below folders, without compiled Python."""
    files = (path for folder in folders for path in folder.rglob("*"))
    return [path for path in files if path.is_file() and path.suffix != ".pyc"]


def imported_by(files: Iterable[Path], packages: Mapping[str, Path]) -> set[Path]:
    """Return files and everything that they import from packages, given by name and folder, directly or not."""
    read, waiting = set[Path](), set(files)
    while waiting:
        path = waiting.pop()
        read.add(path)
        waiting |= module_files(_imports(path, _package_of(path, packages)), packages) - read
    return read


def module_files(modules: Iterable[str], packages: Mapping[str, Path]) -> set[Path]:
    """Return the files of those modules that belong to packages, given by name and folder."""
    found = set[Path]()
    for module in modules:
        package, *names = module.split(".")
        if package in packages:
            place = packages[package].joinpath(*names)
            found |= {file for file in (place.with_suffix(".py"), place / "__init__.py") if file.is_file()}
    return found


def modules_in(code: str | bytes, package: str = "") -> set[str]:
    """Return the modules that code of a package imports anywhere; an imported name can be a module, too."""
    modules = set[str]()
    for node in ast.walk(parse(code)):
        if isinstance(node, ast.Import):
            modules |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and (node.module or package):
            module = resolve_name("." * node.level + (node.module or ""), package)
            modules |= {module, *(f"{module}.{alias.name}" for alias in node.names)}
    return modules


def _package_of(path: Path, packages: Mapping[str, Path]) -> str:
    """Return the package of a file, to which its relative imports lead; empty for an unknown one."""
    for name, folder in packages.items():
        if path.is_relative_to(folder):
            return ".".join([name, *path.relative_to(folder).parent.parts])
    return ""


@cache
def _imports(path: Path, package: str) -> set[str]:
    return modules_in(path.read_bytes(), package)

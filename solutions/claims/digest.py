"""What a claim's numbers depend on, as one digest: experiment, the course's code that it uses, data, settings.

Only code counts: another comment, docstring or wording of the claim leaves its measurements as they are.
"""

from __future__ import annotations

import ast
import hashlib
import json
from functools import cache
from importlib import import_module
from inspect import getsource

from solutions.claims import Claim
from solutions.data import SAMPLE

PACKAGE = "solutions"
Definition = tuple[str, str]  # a module, and a name that it defines


def digest_of(claim: Claim) -> str:
    """Return the SHA-256 of what the claim's numbers depend on."""
    code = [f"{module}.{name} {_definitions(module)[name]}" for module, name in sorted(_closure(claim.measure))]
    content = json.dumps([code, claim.settings, SAMPLE])
    return hashlib.sha256(content.encode()).hexdigest()


def _closure(function: object) -> set[Definition]:
    """Return all definitions of the course that a function uses, directly or through others."""
    todo: list[Definition] = [(function.__module__, function.__name__)]  # type: ignore[attr-defined]
    found: set[Definition] = set()
    while todo:
        module, name = todo.pop()
        if (module, name) in found or name not in _definitions(module):
            continue
        found.add((module, name))
        for used in _names_in(module, name):
            todo.append(_imports(module).get(used, (module, used)))
    return found


@cache
def _tree(module: str) -> ast.Module:
    return ast.parse(getsource(import_module(module)))


@cache
def _definitions(module: str) -> dict[str, str]:
    """Return what a module defines at its top, by name, as text without docstrings."""
    found: dict[str, str] = {}
    for node in _tree(module).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            found[node.name] = _bare(node)
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            found |= {
                one.id: ast.dump(node) for target in targets for one in ast.walk(target) if isinstance(one, ast.Name)
            }
    return found


def _without_claim(node: ast.stmt) -> ast.stmt:
    """Return a copy without the decorator that registers a claim: it measures nothing."""
    copy = ast.parse(ast.unparse(node)).body[0]
    if isinstance(copy, ast.FunctionDef):
        copy.decorator_list = [one for one in copy.decorator_list if not ast.unparse(one).startswith("claim(")]
    return copy


def _bare(node: ast.FunctionDef | ast.ClassDef) -> str:
    copy = _without_claim(node)
    for inner in ast.walk(copy):
        if not isinstance(inner, ast.FunctionDef | ast.ClassDef):
            continue
        if ast.get_docstring(inner, clean=False) is not None:
            inner.body = inner.body[1:] or [ast.Pass()]
    return ast.dump(copy)


@cache
def _names_in(module: str, name: str) -> frozenset[str]:
    nodes = [_without_claim(node) for node in _tree(module).body if _defines(node, name)]
    return frozenset(inner.id for node in nodes for inner in ast.walk(node) if isinstance(inner, ast.Name))


def _defines(node: ast.stmt, name: str) -> bool:
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        return node.name == name
    return isinstance(node, ast.Assign | ast.AnnAssign) and any(
        isinstance(inner, ast.Name) and inner.id == name and isinstance(inner.ctx, ast.Store)
        for inner in ast.walk(node)
    )


@cache
def _imports(module: str) -> dict[str, Definition]:
    """Return where the names come from that a module imports of the course."""
    return {
        alias.asname or alias.name: (node.module, alias.name)
        for node in _tree(module).body
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith(PACKAGE)
        for alias in node.names
    }

"""List the missing parts of an exercise: each sentence names the exercise, the file and how many are wanted."""

import ast

from autograder.checks import checks_of
from autograder.course import Course
from autograder.exercises import Exercise
from autograder.instructor.authoring.right_answers import catalogue_of, right_answers
from autograder.instructor.viva.source_text import defining
from autograder.parsing import parse

RIGHT_ANSWERS = 4
CHECKS, CHECKS_OF_A_LINE = 3, 2  # of an exercise, and of one whose solution is a single line
# Where a node keeps the name that it gives or looks up.
NAMED: dict[type[ast.AST], str] = {
    ast.Name: "id",
    ast.Attribute: "attr",
    ast.arg: "arg",
    ast.ClassDef: "name",
    ast.FunctionDef: "name",
}


def missing_of(course: Course, exercise: Exercise) -> list[str]:
    room, name = exercise.room, exercise.name
    checks = checks_of(room, name)
    mistakes = [mistake for mistake in course.mistakes(room) if mistake.exercise == name]
    ways = {way_of(answer.source, name) for answer in right_answers(course, room)}
    right = len(ways - {way_of(course.source(room), name), way_of("", name)})  # not the reference's, nor an empty one
    wanted = CHECKS_OF_A_LINE if len(exercise.solution_lines) == 1 else CHECKS
    places = (course.checks / f"{room}.py", course.catalogue(room), catalogue_of(course, room))
    at_checks, at_mistakes, at_right = map(course.name_of, places)
    gaps = []
    if len(checks) < wanted:
        gaps.append(f"{name}: {_count(len(checks), 'check')} in {at_checks}, {wanted} wanted")
    if checks and not any(check.hidden for check in checks):
        gaps.append(f"{name}: no hidden check in {at_checks}, 1 wanted")
    if not mistakes:
        gaps.append(f"{name}: no known mistake in {at_mistakes}, 1 wanted")
    if not course.first_hints(room, name):
        gaps.append(f"{name}: no first hint for an empty body in {at_mistakes}, 1 wanted")
    if right < RIGHT_ANSWERS:
        gaps.append(f"{name}: {_count(right, 'right answer')} in {at_right}, {RIGHT_ANSWERS} wanted")
    return gaps


def _count(number: int, what: str) -> str:
    return f"{number or 'no'} {what}{'' if number == 1 else 's'}"


def way_of(source: str, name: str) -> str:
    """Return how a program defines a name, as text that is equal for answers that differ in wording alone.

    Wording is: docstrings and annotations, the names of variables and attributes, messages of errors, what is refused
    and how, and an ``__init__`` that only calls its parent's. Helpers that the definition uses belong to it.
    """
    module = ast.Module([_Bare().visit(statement) for statement in defining(parse(source), name)], [])
    _rename(module)
    return ast.dump(module)


class _Bare(ast.NodeTransformer):
    """Takes away the parts of a program without effect on its job."""

    def visit_Expr(self, node: ast.Expr) -> ast.AST | None:
        call = ast.unparse(node)
        is_text = isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
        return None if is_text or call in ("super().__init__()", "nn.Module.__init__(self)") else node

    def visit_If(self, node: ast.If) -> ast.AST | None:
        refuses = len(node.body) == 1 and isinstance(node.body[0], ast.Raise)
        return None if refuses and not node.orelse else self.generic_visit(node)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST | None:
        plain = ast.Assign([node.target], node.value) if node.value else None
        return self.generic_visit(plain) if plain else None

    def visit_arg(self, node: ast.arg) -> ast.AST:
        return ast.arg(node.arg)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST | None:
        node.returns = None
        self.generic_visit(node)
        return node if node.body else None


def _rename(module: ast.Module) -> None:
    """Number the names that a program itself gives, in the order in which they are met, and empty its texts."""
    own, numbers = set[str](), dict[str, str]()
    for node in ast.walk(module):
        if type(node) in NAMED and isinstance(getattr(node, "ctx", ast.Store()), ast.Store):
            own.add(getattr(node, NAMED[type(node)]))
    for node in ast.walk(module):
        field = NAMED.get(type(node), "")
        if field and getattr(node, field) in own:
            setattr(node, field, numbers.setdefault(getattr(node, field), f"n{len(numbers)}"))
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            node.value = ""

"""Code as a page shows it: without calls that only put numbers into the text, and without cells of nothing else."""

import ast
from collections.abc import Callable

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.transforms.post_transforms import SphinxPostTransform


def without_plumbing(code: str) -> str:
    """Return code without its calls of ``glue``, and without loops and branches that contain nothing else.

    Code that Python alone cannot read, such as a line of IPython's, is returned unchanged.
    """
    try:
        tree = ast.parse(code)
    except SyntaxError:
        return code
    lines: list[str | None] = list(code.splitlines())
    for statement in _plumbing(tree.body):
        first, last = statement.lineno - 1, statement.end_lineno or statement.lineno
        lines[first:last] = [None] * (last - first)
    for statement in _emptied(tree.body):
        lines[statement.lineno - 1] = f"{' ' * statement.col_offset}pass"
    return "\n".join(line for line in lines if line is not None).strip("\n")


def _plumbing(body: list[ast.stmt]) -> list[ast.stmt]:
    """Return the outermost statements, at any depth, that contain nothing but calls of ``glue``."""
    return [
        plumbing
        for statement in body
        for plumbing in ([statement] if _is_plumbing(statement) else _within(statement, _plumbing))
    ]


def _emptied(body: list[ast.stmt]) -> list[ast.stmt]:
    """Return the first statement of each block that loses all of them while the statement around it stays."""
    around = [statement for statement in body if not _is_plumbing(statement)]
    first = [block[0] for statement in around for block in _blocks(statement) if all(map(_is_plumbing, block))]
    return first + [emptied for statement in around for emptied in _within(statement, _emptied)]


def _is_plumbing(statement: ast.stmt) -> bool:
    if blocks := _blocks(statement):
        return all(_is_plumbing(inner) for block in blocks for inner in block)
    call = statement.value if isinstance(statement, ast.Expr) else None
    return isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "glue"


def _within(statement: ast.stmt, find: Callable[[list[ast.stmt]], list[ast.stmt]]) -> list[ast.stmt]:
    return [inner for block in _blocks(statement) for inner in find(block)]


def _blocks(statement: ast.stmt) -> list[list[ast.stmt]]:
    return [block for name in ("body", "orelse", "finalbody") if (block := getattr(statement, name, []))]


class ShowNoPlumbing(SphinxPostTransform):
    """Remove the calls of ``glue`` from the code that is shown, and cells in which nothing remains to be shown."""

    default_priority = 15  # after myst-nb has chosen what is shown of an output, before figures are drawn

    def run(self, **kwargs: object) -> None:
        cells = (node for node in self.document.findall(nodes.container) if node.get("nb_element") == "cell_code")
        for cell in list(cells):
            for code in list(cell.findall(nodes.literal_block)):
                if "cell_input" not in code.parent["classes"]:
                    continue
                text = without_plumbing(code.astext())
                if text != code.astext():
                    code.children, code.rawsource = [nodes.Text(text)], text
                is_folded = bool(cell.get("hide_mode"))
                if (not text or is_folded) and not _shows_something(cell):
                    cell.parent.remove(cell)


def _shows_something(cell: nodes.Element) -> bool:
    """Return whether a cell has an output that a reader sees."""
    outputs = [part for part in cell.children if isinstance(part, nodes.Element) and "cell_output" in part["classes"]]
    return any(not isinstance(node, nodes.container) for part in outputs for node in part.findall() if node is not part)


def setup(app: Sphinx) -> None:
    app.add_post_transform(ShowNoPlumbing)

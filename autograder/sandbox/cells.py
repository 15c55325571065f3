"""Run the cells of a notebook without a kernel.

Text that Python can read runs as it is. In other text the code under magics that run Python, such as %%time, runs once,
and IPython's own transformer turns other magics, shell escapes and help calls into Python; those that only make sense
in a live front end are skipped, and the cell's output says so. Top-level await works; the last expression is shown.
"""

import ast
import asyncio
import builtins
import contextlib
import inspect
import io
import linecache
import sys
import traceback
from collections.abc import Callable
from textwrap import dedent
from types import ModuleType, SimpleNamespace

from IPython.core import inputtransformer2

from autograder.parsing import code_under_magics
from autograder.sandbox.limits import OutOfTime, is_graded
from autograder.sandbox.program import Cell, CellResult

MAX_OUTPUT = 20_000
MAX_ERROR = 4_000
OUT_OF_TIME = "OutOfTime: the cell did not end in time"


class CappedText(io.StringIO):
    """A text buffer that keeps only the beginning of long output."""

    def write(self, text: str) -> int:
        room = MAX_OUTPUT - self.tell()
        if room > 0:
            super().write(text[:room] if len(text) <= room else text[:room] + "\n… (the rest was cut)")
        return len(text)

    def close(self) -> None:
        """Stay open: output is read after the cell, which can close its stream."""


class FrontEnd:
    """Stands in for the live notebook: every magic that comes here is skipped."""

    def __getattr__(self, name: str) -> object:
        def skip(*arguments: object, **_: object) -> None:
            print(f"(skipped, it needs a live notebook: {' '.join(str(argument) for argument in arguments)[:80]})")

        return skip


def display(*values: object, **_: object) -> None:
    for value in values:
        print(repr(value))


def new_module(name: str) -> ModuleType:
    """Return a module with the names that every notebook has."""
    module = ModuleType(name)
    sys.modules[name] = module  # dataclasses look their annotations up there
    vars(module).update(__builtins__=builtins, get_ipython=FrontEnd, display=display)
    return module


def names_of(module: ModuleType) -> SimpleNamespace:
    """Return the names that the cells have defined, as the namespace for checks."""
    return SimpleNamespace(**{name: value for name, value in vars(module).items() if not name.startswith("__")})


def run_cell(cell: Cell, module: ModuleType, put_back: Callable[[], None] = lambda: None) -> CellResult:
    """Run one cell in the module and return its output and its error, whatever it raises; let a person's Stop through.

    ``put_back`` is called whenever code of the cell has run, before ours goes on.
    """
    name = f"<cell {cell.id}>"
    output = CappedText()
    error = ""
    with contextlib.redirect_stdout(output), contextlib.redirect_stderr(output):
        try:
            _execute(_parsed(cell.source, name), name, module, put_back)
        except OutOfTime:
            error = OUT_OF_TIME
        except BaseException as raised:
            put_back()
            if isinstance(raised, KeyboardInterrupt) and not is_graded():
                raise  # a person stops it, not the cell
            error = _traceback(raised)
        finally:
            put_back()
    return CellResult(output.getvalue(), error[:MAX_ERROR])


def _parsed(source: str, name: str) -> ast.Module:
    with contextlib.suppress(SyntaxError, ValueError):
        return _tree(source, name)
    manager = inputtransformer2.TransformerManager()
    # Versions of IPython disagree on the indent of a cell, and the grader's need not be the student's.
    manager.cleanup_transforms.remove(inputtransformer2.leading_indent)
    return _tree(manager.transform_cell(code_under_magics(dedent(source))), name)


def _tree(source: str, name: str) -> ast.Module:
    linecache.cache[name] = (len(source), None, source.splitlines(keepends=True), name)
    return ast.parse(source, name)


def _execute(tree: ast.Module, name: str, module: ModuleType, put_back: Callable[[], None]) -> None:
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    parts: list[tuple[ast.Module | ast.Expression, str]] = [(tree, "exec")]
    parts += [(ast.Expression(last.value), "eval")] if isinstance(last, ast.Expr) else []
    flags = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
    codes = [compile(part, name, mode, flags=flags, dont_inherit=True) for part, mode in parts]
    for code in codes:
        value = eval(code, vars(module))
        put_back()
        if inspect.iscoroutine(value):
            value = asyncio.run(value)
            put_back()
        if value is not None:
            display(value)


def _traceback(raised: BaseException) -> str:
    """Return the traceback from the student's first line on."""
    frames = raised.__traceback__
    while frames is not None and not frames.tb_frame.f_code.co_filename.startswith("<cell "):
        frames = frames.tb_next
    return "".join(traceback.format_exception(type(raised), raised, frames))

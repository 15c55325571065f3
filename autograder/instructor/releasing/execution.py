"""Execute a chapter or a notebook once for everybody who needs its outputs: the book, a release, the tests.

Outputs are kept in a jupyter-cache, which identifies a notebook by its code cells and the description of its kernel.
The description receives a digest of the files that the cells depend on, so that what no longer holds is not found.
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from functools import cache
from importlib.metadata import entry_points, version
from pathlib import Path
from typing import Any

import nbformat
from jupyter_cache import get_cache
from jupyter_cache.base import CacheBundleIn
from nbformat import NotebookNode
from packaging.requirements import Requirement

import autograder
from autograder.course import Chapter, Course
from autograder.dependencies import digest, files_in, imported_by, module_files, modules_in
from autograder.instructor.cache import cache_folder, locked
from autograder.notebooks.graft import grade_id_of
from autograder.parsing import code_under_magics
from autograder.sections import titles_in
from autograder.user_errors import TaskFailed

CELL_TIMEOUT_S = 300
MAX_NOTEBOOKS = 200  # in the cache; the one that was not used for longest leaves first
BESIDE = "../"  # where the book's page of another chapter is, seen from a page


class ExecutionError(TaskFailed):
    """A notebook cannot be executed; the message says which cell and why."""


def executed_chapter(chapter: Chapter, course: Course) -> NotebookNode:
    """Return a chapter as a notebook with the outputs of its cells, executed with the reference.

    Raises:
        ExecutionError: a cell fails, does not end, or ends the kernel.
    """
    import jupytext

    notebook = jupytext.reads(chapter.text, fmt="md:myst")
    return with_outputs(notebook, chapter.path.stem, chapter.room, course)


def with_outputs(
    notebook: NotebookNode, name: str, room: str, course: Course, *, allow_errors: bool = False
) -> NotebookNode:
    """Return a notebook with the outputs of its code cells: those of an earlier execution, or of one now.

    Args:
        name: of the notebook, in messages; two of the same name are not executed side by side.
        room: whose checks the notebook runs.
        allow_errors: run all cells, whatever they raise.

    Raises:
        ExecutionError: a cell fails without ``allow_errors``, does not end, or ends the kernel.
    """
    notebook = nbformat.from_dict(notebook)
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    uses = digest([Path(__file__)], room_digest(room, course, [cell.source for cell in cells]), allow_errors)
    bare = [_without_words(cell) for cell in cells]
    keyed = nbformat.v4.new_notebook(cells=bare, metadata={"kernelspec": _kernel(uses)})
    with locked(f"{course.package}-{name}"):
        ran = _cached(keyed)
        if ran is None:
            try:
                ran = execute(keyed, course.root / "data", allow_errors=allow_errors)
            except ExecutionError as error:
                raise ExecutionError(f"{name}: {error}") from error
            _keep(ran, name)
    for cell, done in zip(cells, ran.cells, strict=True):
        cell.outputs, cell.execution_count = done.outputs, done.execution_count
    return notebook


def _without_words(cell: NotebookNode) -> NotebookNode:
    """Return a code cell without what can be edited and changes no output, such as the description of a figure."""
    kept = {name: value for name, value in cell.metadata.items() if name == "nbgrader"}
    return nbformat.v4.new_code_cell(cell.source, id=cell.id, metadata=kept)


def room_digest(room: str, course: Course, sources: Sequence[str]) -> str:
    """Return a digest of everything that the outputs of a chapter's cells depend on, found by their imports.

    ``check`` and its kin load a room's checks, reference and mistakes by its name, and link to the chapter's headings.
    Cells that can do so depend on all of these: on those of every room, if they are of no room themselves.
    """
    packages = {"autograder": Path(autograder.__file__).parent, course.package: course.folder}
    try:
        modules = set[str]().union(*(modules_in(code_under_magics(source)) for source in sources))
    except SyntaxError:  # another magic: it can load anything
        modules = {"autograder.course"}
    files, chapters = imported_by(module_files(modules, packages), packages), list[Path]()
    if packages["autograder"] / "course.py" in files:
        if room in course.rooms:
            files |= imported_by([*course.check_files(room), course.file(room)], packages)
            files.add(course.catalogue(room))
        else:
            files |= set(files_in(*packages.values()))
        chapters = sorted(course.chapters.glob(f"[0-9]*-{room if room in course.rooms else '*'}.md"))
    titles = [titles_in(path.read_text(encoding="utf-8")) for path in chapters]
    return digest({*files, *files_in(course.root / "data")}, titles, sys.version, library_versions(course))


@cache
def library_versions(course: Course) -> dict[str, str]:
    """Return the versions of the libraries that a course and the grader require, by name."""
    grader = next(entry.dist for entry in entry_points(group="autograder.released") if entry.dist)
    lines = {line for dist in (course.distribution, grader) for line in dist.requires or []}
    needs = [needed for needed in map(Requirement, sorted(lines)) if "extra" not in str(needed.marker)]
    return {need.name: version(need.name) for need in needs if need.marker is None or need.marker.evaluate()}


def _kernel(uses: str) -> dict[str, str]:
    return {"name": "python3", "display_name": "Python 3", "language": "python", "uses": uses}


def _cached(notebook: NotebookNode) -> NotebookNode | None:
    with locked("jupyter-cache"):
        cache = _cache()
        try:
            return cache.get_cache_bundle(cache.match_cache_notebook(notebook).pk).nb
        except KeyError:
            return None


def _keep(ran: NotebookNode, name: str) -> None:
    with locked("jupyter-cache"):
        _cache().cache_notebook_bundle(CacheBundleIn(ran, name), check_validity=False, overwrite=True)


def _cache() -> Any:
    opened = get_cache(cache_folder("executed"))
    if opened.get_cache_limit() != MAX_NOTEBOOKS:
        opened.change_cache_limit(MAX_NOTEBOOKS)
    return opened


def execute(notebook: NotebookNode, data: Path, *, allow_errors: bool) -> NotebookNode:
    """Run a notebook in a kernel of this Python and return it with its outputs.

    It runs in a folder of its own, with nothing in it but ``data``, if that is a folder.

    Raises:
        ExecutionError: a cell fails without ``allow_errors``, does not end, or ends the kernel.
    """
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

    copy = nbformat.from_dict(notebook)
    running = {"id": "first"}
    with tempfile.TemporaryDirectory() as folder:
        if data.is_dir():
            Path(folder, "data").symlink_to(data.absolute())
        client = NotebookClient(
            copy,
            timeout=CELL_TIMEOUT_S,
            allow_errors=allow_errors,
            coalesce_streams=True,  # how output is cut into messages depends on how busy the machine is
            record_timing=False,  # the times would be part of what the cache looks for
            resources={"metadata": {"path": folder}},
            kernel_name="python3",
            on_cell_start=lambda cell, cell_index: running.update(id=cell.id),
        )
        try:
            # One thread: those of several kernels on one processor wait for each other, spinning.
            env = {"OMP_NUM_THREADS": "1", **os.environ, "IPYTHONDIR": f"{folder}/.ipython", "BOOK_URL": BESIDE}
            env["MPLBACKEND"] = "module://matplotlib_inline.backend_inline"
            client.execute(env=env, stderr=subprocess.DEVNULL)
        except CellTimeoutError as error:
            took = f"the cell {running['id']} did not end within {CELL_TIMEOUT_S} s"
            raise ExecutionError(f"{took}: release again while the machine is less busy") from error
        except DeadKernelError as error:
            raise ExecutionError(f"the cell {running['id']} ended the whole kernel") from error
        except CellExecutionError as error:
            reason = " ".join(error.evalue.split())
            raise ExecutionError(f"the cell {_named(running['id'], copy)} fails: {error.ename}: {reason}") from error
    return copy


def _named(cell_id: str, notebook: NotebookNode) -> str:
    """Return a cell's id, and its first line where an author would search for that."""
    cell = next(cell for cell in notebook.cells if cell.id == cell_id)
    return cell_id if grade_id_of(cell) else f"{cell_id} ({cell.source.strip().splitlines()[0]!r})"

"""The students' commands, and the parts that all command lines share: options, help, exit status.

A command imports its needs when it runs, so that --help answers at once.
"""

import errno
import shutil
import sys
from collections.abc import Mapping, Sequence
from io import TextIOWrapper
from pathlib import Path
from typing import Annotated, Any, ClassVar

import typer
from typer.core import TyperCommand, TyperGroup

from autograder import __version__
from autograder.user_errors import AutograderError, WouldOverwrite, complain, plain

Json = Annotated[bool, typer.Option("--json", help="Print JSON and nothing else.")]
Force = Annotated[bool, typer.Option("--force", help="Replace a file that is there, and keep a copy of it.")]

commands = typer.Typer()


@commands.command(epilog="Example: autograder check ASSIGNMENT.ipynb")
def check(
    notebook: Annotated[Path, typer.Argument(metavar="NOTEBOOK", help="Your notebook.")],
) -> None:
    """Run all answers and show the visible checks.

    They run from top to bottom, as the grader will run them. The exit status is 1 unless every check passes.
    """
    from autograder.notebooks.check import check_notebook
    from autograder.reports.text import notebook_text

    report = check_notebook(notebook)
    print(plain(notebook_text(report.notes, report.verdicts, report.remarks), but="\n"))
    raise typer.Exit(0 if report.passed else 1)


@commands.command(epilog="Example: autograder progress")
def progress(
    where: Annotated[Path, typer.Argument(metavar="PATH", help="A notebook, or the folder of them.")] = Path(),
) -> None:
    """Say how far you are and what to read next.

    Lists the exercises that are done and open, with the points of their visible checks.
    """
    from autograder.console import progress as progress_bar
    from autograder.notebooks.check import notebooks_in, progress_of_notebook, runner
    from autograder.reports.text import progress_text

    paths = notebooks_in(where)
    notebooks = []
    with progress_bar("Checking", len(paths), quiet=False) as step, runner() as run:
        for path in paths:
            notebooks.append(progress_of_notebook(path, run))
            step(path.name)
    print("\n\n".join(map(progress_text, notebooks)))
    if len(notebooks) > 1:
        points, possible = sum(done.points for done in notebooks), sum(done.possible for done in notebooks)
        print(f"\n{points} of {possible} points from the visible checks of {len(notebooks)} notebooks")


@commands.command(epilog="Example: autograder fill RELEASED.ipynb my_answers.py filled.ipynb")
def fill(
    notebook: Annotated[Path, typer.Argument(metavar="NOTEBOOK", help="A released notebook.")],
    source: Annotated[Path, typer.Argument(metavar="SOURCE", help="A Python file, or a notebook, with answers.")],
    out: Annotated[Path, typer.Argument(metavar="FILE", help="Where to write the filled notebook.")],
    force: Force = False,
) -> None:
    """Put answers from a Python file in a notebook.

    Each name that the file defines goes to the exercise of that name. The file can also be a notebook whose cells have
    lost their ids, as some editors save it; a written answer is not taken over.
    """
    import nbformat

    from autograder.notebooks.fill import NothingToFill, answers_in, exercise_cells
    from autograder.notebooks.fill import fill as fill_notebook
    from autograder.notebooks.graft import MalformedNotebook, read_notebook

    released = read_notebook(notebook)
    if not exercise_cells(released):
        raise MalformedNotebook(f"{notebook} holds no exercise: fill a released notebook")
    try:
        is_notebook = source.suffix == ".ipynb"
        text = answers_in(read_notebook(source), released) if is_notebook else source.read_text(encoding="utf-8-sig")
        filled = fill_notebook(released, text)
    except (NothingToFill, UnicodeDecodeError) as error:
        raise NothingToFill(f"{source}: {error}") from error
    refuse_or_copy(out, force)
    nbformat.write(filled.notebook, out)
    absent = f"; not in {source.name}: {', '.join(filled.missing)}" if filled.missing else ""
    print(f"{out}: filled {', '.join(filled.defined)}{absent}")


class Commands(TyperGroup):
    """A command line whose help lists its commands by section; without sections, all of them together."""

    sections: ClassVar[Mapping[str, str]] = {}

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        width = max(map(len, self.commands))
        for heading, names in (self.sections or {"Commands": " ".join(self.commands)}).items():
            with formatter.section(heading):
                listed = [name for name in names.split() if name in self.commands]
                formatter.write_dl([(name.ljust(width), self.commands[name].get_short_help_str()) for name in listed])


class Command(TyperCommand):
    """A command whose help shows one placeholder for each argument, and no types of Python's."""

    def collect_usage_pieces(self, ctx: Any) -> list[str]:
        pieces = ["[OPTIONS]"]
        for parameter in self.params:
            if parameter.param_type_name == "argument":
                name = str(parameter.metavar) if parameter.nargs == 1 else f"{parameter.metavar}..."
                pieces.append(name if parameter.required else f"[{name}]")
        return pieces

    def format_options(self, ctx: Any, formatter: Any) -> None:
        for kind in ("argument", "option"):
            rows = [
                (str(parameter.metavar) if kind == "argument" else record[0], record[1])
                for parameter in self.get_params(ctx)
                if parameter.param_type_name == kind and (record := parameter.get_help_record(ctx))
            ]
            if rows:
                with formatter.section(f"{kind.capitalize()}s"):
                    formatter.write_dl(rows)


def show_version(asked: bool) -> None:
    if asked:
        print(f"autograder {__version__}")
        raise typer.Exit


def top(
    version: Annotated[
        bool, typer.Option("--version", is_eager=True, callback=show_version, help="Print the version and end.")
    ] = False,
) -> None:
    """Take the options of the command line itself."""


def command_line(help_: str, groups: Sequence[typer.Typer], cls: type[Commands] = Commands) -> typer.Typer:
    """Return a command line with the commands of some groups."""
    line = typer.Typer(
        cls=cls,
        help=help_,
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    line.callback()(top)
    for group in groups:
        for command in group.registered_commands:
            command.cls = Command
        line.add_typer(group)
    return line


def refuse_or_copy(path: Path, force: bool) -> None:
    """Refuse to overwrite a file without --force, and with it copy the file first, rights and all."""
    if path.is_dir():
        raise IsADirectoryError(errno.EISDIR, "is a folder: name a file", str(path))
    if not path.parent.is_dir():
        raise FileNotFoundError(errno.ENOENT, "does not exist", str(path.parent))
    if path.exists():
        if not force:
            raise WouldOverwrite(f"{path} exists: --force replaces it and keeps a copy beside it")
        copy = path.with_name(path.name + ".bak")
        copy.unlink(missing_ok=True)  # it may be one that others can read
        copy.touch(0o600)
        shutil.copy(path, copy)  # the content, and only then the rights


app = command_line("Check your answers to the exercises of a course.", [commands])


def main() -> None:
    run(app)


def run(line: typer.Typer) -> None:
    """Run a command line; tell an error that a user can mend in one line, and end with the status of its class."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")  # a pipe on Windows cannot take every sign of a report
    if sys.getfilesystemencoding() != "utf-8":
        complain("this terminal's locale is not UTF-8, so files of some names cannot be opened: export LC_ALL=C.UTF-8")
        sys.exit(2)
    try:
        line()
    except Exception as error:
        status = exit_status(error)
        if status is None:
            raise
        complain(message_of(error))
        sys.exit(status)


def exit_status(error: Exception) -> int | None:
    """Return the exit status for an error; None for a fault of this program."""
    if isinstance(error, AutograderError):
        return error.exit_status
    if isinstance(error, FileNotFoundError | IsADirectoryError | NotADirectoryError):
        return 2
    if isinstance(error, ModuleNotFoundError):
        return None if (error.name or "").startswith("autograder") else 1
    return 1 if isinstance(error, OSError) else None


def message_of(error: Exception) -> str:
    """Return an error's message, the file first if it names one."""
    if isinstance(error, ModuleNotFoundError):
        return f"{error.name} is not installed: run pip install -e '.[all]' in the course's repository"
    if isinstance(error, OSError) and error.filename is not None:
        reason = "does not exist" if isinstance(error, FileNotFoundError) else str(error.strerror)
        return f"{error.filename}: {reason[:1].lower()}{reason[1:]}"
    if isinstance(error, OSError) and error.strerror:
        return error.strerror[:1].lower() + error.strerror[1:]
    return str(error)


if __name__ == "__main__":
    main()

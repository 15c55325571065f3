"""``autograder mark``: written answers, marked by several people."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from autograder.commands.options import Assignment, examples
from autograder.errors import Interrupted, plain

app = typer.Typer()


@app.command(
    epilog=examples(
        "autograder mark 2-layers",
        "autograder mark --new-token bob",
        "autograder mark --host 0.0.0.0 --certificate server.pem",
    )
)
def mark(
    assignment: Assignment = None,
    host: Annotated[str, typer.Option(help="On which name or address of this machine to listen.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Likewise; 0 for a free one.")] = 8765,
    certificate: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Certificate and key in one PEM file, for https.")
    ] = None,
    new_token: Annotated[
        list[str] | None, typer.Option(metavar="MARKER", help="Give somebody another token, and end.")
    ] = None,
) -> None:
    """Serve a page on which several people mark written answers, question by question, with the names hidden.

    Who marks stands in markers.csv: marker, and optionally section and question. Each gets a token to log in with, and
    so do you; it is printed once. c.Marking.double_percent in nbgrader_config.py lets two people mark some answers. The
    points and comments go into the gradebook at once. Ctrl-C ends it, and everybody can go on where they were.
    """
    from autograder.instructor.course.folder import CourseFolder, CourseFolderError
    from autograder.instructor.gradebook.writer import CourseGradebook
    from autograder.instructor.marking.access import admit
    from autograder.instructor.marking.server import https_with, serve
    from autograder.instructor.marking.state import MarkingState

    folder = CourseFolder.here()
    assignments = folder.chosen(assignment)
    https = https_with(certificate) if certificate else None
    with folder.in_use_for_marking(), CourseGradebook(folder) as gradebook:
        state = MarkingState.opened(folder, gradebook, assignments)
        tokens = admit(gradebook, state.team, new_token or ())
        for name, token in tokens.items():
            print(plain(f"token of {name}: {token}"))
        if tokens:
            print("Give each marker theirs. The gradebook keeps a digest of it alone, so nobody can see it again.")
        if new_token:
            return
        try:
            asyncio.run(serve(state, host, port, https, lambda at: print(f"marking at {at}", flush=True)))
        except KeyboardInterrupt:
            raise Interrupted("ended; what was saved is in the gradebook") from None
        except OSError as error:
            raise CourseFolderError(f"cannot serve at {host}, port {port}: {error.strerror or error}") from error

"""``autograder mark``."""

import asyncio
from collections.abc import Mapping
from typing import Annotated

import typer

from autograder.instructor.commands import Assignment, examples
from autograder.user_errors import Interrupted, plain

app = typer.Typer()


@app.command(epilog=examples("autograder mark ASSIGNMENT", "autograder mark --new-token bob"))
def mark(
    assignment: Assignment = None,
    port: Annotated[int, typer.Option(metavar="PORT", min=0, max=65535, help="Port; 0 for a free one.")] = 8765,
    new_token: Annotated[
        list[str] | None, typer.Option(metavar="MARKER", help="Give a marker a new token, and end.")
    ] = None,
) -> None:
    """Mark written answers together, names hidden.

    Serves a page on which several people mark, question by question. The markers come from markers.csv: marker, and
    optionally section and question. Each gets a token to log in with, and so do you; it is printed once. The points
    and comments go into the gradebook at once. Ctrl-C ends it, and everybody can go on where they were.
    """
    from autograder.instructor.course.folder import CourseFolder, CourseFolderError
    from autograder.instructor.gradebook import CourseGradebook
    from autograder.instructor.marking.access import admit
    from autograder.instructor.marking.http_server import HOST, serve
    from autograder.instructor.marking.state import MarkingState

    folder = CourseFolder.here()
    assignments = folder.chosen(assignment)
    with CourseGradebook(folder) as gradebook:
        state = MarkingState.opened(folder, gradebook, assignments)
        if new_token:
            _tell_tokens(admit(gradebook, state.team, new_token))
            return

        def on_ready(address: str) -> None:
            _tell_tokens(admit(gradebook, state.team))  # not before the port is known to be free
            print(f"marking at {address}", flush=True)

        try:
            asyncio.run(serve(state, port, on_ready))
        except KeyboardInterrupt:
            raise Interrupted("ended; what was saved is in the gradebook") from None
        except OSError as error:
            reason = (error.strerror or str(error)).partition(" (")[0]
            message = f"cannot serve at {HOST}, port {port}: {reason}; --port takes another one"
            raise CourseFolderError(message) from error


def _tell_tokens(tokens: Mapping[str, str]) -> None:
    for name, token in tokens.items():
        print(plain(f"token of {name}: {token}"))
    if tokens:
        print("Give each marker theirs. The gradebook keeps only its digest, so it cannot be shown again.")

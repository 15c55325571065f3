"""An interactive Python in which an instructor looks at one mark."""

from __future__ import annotations

import code
import contextlib
from types import SimpleNamespace

from autograder.instructor.grading.explain import ExplainedMark
from autograder.observe import observe

SHUT_OUT = """The student's code is not here: it would run in your process, with your rights. `student` is its text.
For work that you trust, --no-sandbox brings what it defines, as `names`."""
LET_IN = "`names` is what the student's code defines; it ran in this process, with your rights (--no-sandbox)."


def banner(mark: ExplainedMark, *, trusted: bool) -> str:
    """Return what the session says first."""
    first = "observe(check, names, seed)" if trusted else "observe(check, reference, seed)"
    return "\n".join(
        [
            f"{mark.student}, {mark.assignment}, {mark.check.exercise}.{mark.check.name}",
            "observed, expected: by name. reference: the right answers. Also check, seed, student, observe.",
            LET_IN if trusted else SHUT_OUT,
            f"Run the check: {first}. Leave with Ctrl-D.",
        ]
    )


def open_python(mark: ExplainedMark, reference: SimpleNamespace, names: SimpleNamespace | None) -> None:
    """Open Python with a mark's parts in it, and return when the instructor leaves it.

    Args:
        mark: to look at.
        reference: the names of the right answers.
        names: the student's, where the instructor trusts them; None keeps them out.
    """
    inside = {
        "observed": dict(mark.observed.observations),
        "expected": dict(mark.expected.observations),
        "reference": reference,
        "check": mark.check,
        "seed": mark.seed,
        "student": mark.student_source,
        "observe": observe,
    }
    if names is not None:
        inside["names"] = names
    with contextlib.suppress(ImportError):  # where Python was built without it, there is no line editing
        import readline
        import rlcompleter

        readline.set_completer(rlcompleter.Completer(inside).complete)
        readline.parse_and_bind("tab: complete")
    code.interact(banner(mark, trusted=names is not None), local=inside, exitmsg="")

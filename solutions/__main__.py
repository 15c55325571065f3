"""The classifier's command line: ``python -m solutions --help`` lists what it can do."""

import sys

import typer

from solutions.commands import deployment, training
from solutions.errors import WorkFailed, WrongUse, complain

app = typer.Typer(
    help="Train the course's classifier on Fashion-MNIST, measure it, and use it.",
    epilog="Example: python -m solutions train --set epochs=5, then python -m solutions predict photo.jpg",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.add_typer(training.app)
app.add_typer(deployment.app)


def main(arguments: list[str] | None = None) -> int:
    """Run the command line and return its exit status; an error is one line."""
    try:
        return app(arguments, prog_name="python -m solutions", standalone_mode=False) or 0
    except WrongUse as error:
        complain(str(error))
        return 2
    except (WorkFailed, OSError) as error:
        complain(str(error))
        return 1
    except (KeyboardInterrupt, typer.Abort):
        complain("interrupted")
        return 1
    except Exception as error:
        # Wrong options: typer's own exceptions, which it does not export, all have this method.
        if not hasattr(error, "format_message"):
            raise
        complain(f"{error.format_message()}; --help shows what there is")
        return 2


if __name__ == "__main__":
    sys.exit(main())

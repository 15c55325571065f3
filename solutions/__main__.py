"""The classifier's command line: ``python -m solutions train | evaluate | predict | export-web``."""

import json
import sys
import time
from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from solutions.errors import WorkFailed, WrongUse

if TYPE_CHECKING:
    from rich.console import Console

    from solutions.data import Dataset

app = typer.Typer(
    help="Train the course's classifier on Fashion-MNIST, measure it, and use it.",
    epilog="Example: python -m solutions train --epochs 5, then python -m solutions predict photo.jpg",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


class Device(StrEnum):
    """Where to compute."""

    auto = "auto"
    cpu = "cpu"
    cuda = "cuda"
    mps = "mps"


Data = Annotated[Path | None, typer.Option(help="Folder with the four IDX files; otherwise the usual places.")]
Runs = Annotated[Path, typer.Option("--out", help="Folder that holds the runs.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON value and nothing else.")]


@app.command(epilog="Example: python -m solutions train --epochs 5 --name first")
def train(
    data: Data = None,
    download: Annotated[bool, typer.Option("--download", help="Fetch the full set first, with torchvision.")] = False,
    epochs: Annotated[int, typer.Option(help="Passes through the training images, at most.")] = 25,
    batch_size: Annotated[int, typer.Option(help="Images in a mini-batch.")] = 32,
    lr: Annotated[float, typer.Option(help="Learning rate.")] = 0.005,
    dropout: Annotated[float, typer.Option(help="Probability that a hidden unit is dropped.")] = 0.2,
    patience: Annotated[int | None, typer.Option(help="Stop after so many epochs without improvement.")] = None,
    max_seconds: Annotated[float | None, typer.Option(help="Stop after the epoch in which these are over.")] = None,
    seed: Annotated[int, typer.Option(min=0, help="The same seed gives the same model.")] = 0,
    device: Annotated[Device, typer.Option(help="Where to compute.")] = Device.auto,
    name: Annotated[str | None, typer.Option(help="Name of the run; otherwise date and time.")] = None,
    out: Runs = Path("runs"),
    force: Annotated[bool, typer.Option("--force", help="Take a name again; the old run is kept as NAME.1.")] = False,
    as_json: Json = False,
    quiet: Annotated[bool, typer.Option("-q", "--quiet", help="Print only the path of the model.")] = False,
) -> None:
    """Train the classifier, measure it on the test images, and write model, log and figures into a folder."""
    from solutions import data as sources
    from solutions import folders, runs, terminal

    console = terminal.open_console(quiet or as_json)
    runs.use_one_thread()
    recipe = runs.Recipe(epochs, batch_size, lr, dropout, patience, max_seconds, seed, runs.choose_device(device.value))
    config = runs.configure(recipe)
    dataset = sources.load(data, download)
    _say_which(console, dataset)
    folder = folders.claim_folder(out, name or time.strftime("%Y%m%d-%H%M%S"), force)
    chosen, held_out = runs.divide(dataset, seed)
    console.print(f"Training on {len(chosen):,} of the training images, validation on the other {len(held_out):,}.\n")
    view = terminal.TrainingView(console, epochs, len(chosen))
    with view.shown():
        run = runs.train(recipe, config, dataset, folder, view.after_batch, view.after_epoch)

    console.print(f"Kept: the weights of epoch {run.kept}, with the lowest validation loss.\n")
    console.print(terminal.class_table(run.test), "", terminal.confusion_table(run.test), "")
    console.print(f"Test accuracy {run.test.accuracy:.2%} on {len(dataset.test_labels):,} images\n", style="bold")
    for file, meaning in folders.FILES.items():
        console.print(f"{folder / file}  {meaning}")
    console.print(f"\nTry it: python -m solutions predict --model {run.model_file} PHOTO")
    if as_json:
        print(json.dumps({"folder": str(folder), "model": str(run.model_file), **run.results}))
    elif quiet:
        print(run.model_file)


@app.command(epilog="Example: python -m solutions evaluate runs/first/model.safetensors")
def evaluate(
    model: Annotated[Path | None, typer.Argument(help="Model file; otherwise that of the newest run.")] = None,
    data: Data = None,
    out: Runs = Path("runs"),
    as_json: Json = False,
) -> None:
    """Measure a model on the test images."""
    from solutions import data as sources
    from solutions import folders, runs, terminal

    console = terminal.open_console(as_json)
    runs.use_one_thread()
    path = model or folders.newest_model(out)
    classifier, training = folders.open_model(path)
    dataset = sources.load(data)
    test = runs.measure(classifier, dataset.test_images, dataset.test_labels)
    console.print(f"Model: {path}")
    _say_which(console, dataset)
    if training.get("data") != runs.describe(dataset):
        console.print("The model was trained on other data than these.", style="yellow")
    console.print("", terminal.class_table(test), "", terminal.confusion_table(test), "")
    console.print(f"Test accuracy {test.accuracy:.2%} on {len(dataset.test_labels):,} images", style="bold")
    if as_json:
        result = {"model": str(path), "data": runs.describe(dataset), "test_accuracy": test.accuracy}
        print(json.dumps({**result, **test.details}))


@app.command(epilog="Example: python -m solutions predict shirt.jpg boot.png")
def predict(
    images: Annotated[list[Path], typer.Argument(metavar="IMAGE…", help="Photographs of one garment each.")],
    model: Annotated[Path | None, typer.Option(help="Model file; otherwise that of the newest run.")] = None,
    out: Runs = Path("runs"),
    as_json: Json = False,
) -> None:
    """Say what garment is in each photograph, with probabilities."""
    from solutions import folders, runs, terminal
    from solutions.deployment import classify
    from solutions.images import ImageError, open_image

    console = terminal.open_console(as_json)
    runs.use_one_thread()
    classifier, _ = folders.open_model(model or folders.newest_model(out))
    results: list[dict[str, object]] = []
    for path in images:
        try:
            answers = classify(classifier, open_image(path))
        except (ImageError, ValueError) as error:
            results.append({"image": str(path), "error": str(error)})
            _complain(f"{path}: {error}")
            continue
        ranked = [{"label": label, "probability": probability} for label, probability in answers]
        results.append({"image": str(path), "answers": ranked})
        console.print(str(path), style="bold")
        console.print(terminal.answer_table(answers[:5]), "")
    if as_json:
        print(json.dumps(results))
    if any("error" in result for result in results):
        raise typer.Exit(2)


@app.command(epilog="Example: python -m solutions export-web runs/first/model.safetensors page")
def export_web(
    model: Annotated[Path, typer.Argument(help="Model file.")],
    folder: Annotated[Path, typer.Argument(metavar="OUT", help="Folder for the page.")],
    data: Data = None,
    force: Annotated[bool, typer.Option("--force", help="Replace the page that is there.")] = False,
    as_json: Json = False,
) -> None:
    """Write a page that answers in the browser, for any static host, and say what its int8 weights cost."""
    from solutions import data as sources
    from solutions import folders, runs, terminal
    from solutions.deploy import web

    console = terminal.open_console(as_json)
    runs.use_one_thread()
    classifier, _ = folders.open_model(model)
    web.claim_page(folder, force)
    dataset = sources.load(data)
    _say_which(console, dataset)
    web.write_page(model, dataset, folder)
    found = web.compare(classifier, dataset)
    size = sum(path.stat().st_size for path in folder.iterdir())
    console.print(f"\nTest accuracy {found.accuracy:.2%}, with int8 weights {found.int8_accuracy:.2%}", style="bold")
    console.print(f"The same answer for {found.same:.2%} of {found.images:,} images\n")
    console.print(f"{folder}  the page, {size / 1000:,.0f} kB")
    console.print(f"\nTry it: python -m http.server --directory {folder}, then open http://localhost:8000")
    if as_json:
        print(json.dumps({"folder": str(folder), "bytes": size, **asdict(found)}))


def _say_which(console: "Console", dataset: "Dataset") -> None:
    """Say what data are used."""
    from solutions.data import HOW_TO_GET

    name = "the sample of Fashion-MNIST" if dataset.is_sample else "Fashion-MNIST, the full set"
    counts = f"{len(dataset.train_labels):,} training and {len(dataset.test_labels):,} test images"
    console.print(f"Data: {name}, {counts}, from {dataset.source}")
    if dataset.is_sample:
        console.print(f"For the full set, {HOW_TO_GET}.")


def _complain(message: str) -> None:
    """Print an error as one line, even where a file's name has two."""
    print("error:", message.replace("\n", " "), file=sys.stderr)


def main(arguments: list[str] | None = None) -> int:
    """Run the command line and return its exit status; an error is one line."""
    try:
        return app(arguments, prog_name="python -m solutions", standalone_mode=False) or 0
    except WrongUse as error:
        _complain(str(error))
        return 2
    except (WorkFailed, OSError) as error:
        _complain(str(error))
        return 1
    except (KeyboardInterrupt, typer.Abort):
        _complain("interrupted")
        return 1
    except Exception as error:
        # Wrong options: typer's own exceptions, which it does not export, all have this method.
        if not hasattr(error, "format_message"):
            raise
        _complain(f"{error.format_message()}; --help shows what there is")
        return 2


if __name__ == "__main__":
    sys.exit(main())

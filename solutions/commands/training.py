"""Commands that look at the data, train and measure."""

import json
import shutil
from dataclasses import asdict
from typing import Annotated

import typer

from solutions.commands.options import Data, Device, Json, Model, RecipeName
from solutions.errors import WorkFailed

app = typer.Typer()


@app.command(epilog="Example: python -m solutions train --recipe best --name first --set epochs=20")
def train(
    recipe: Annotated[RecipeName, typer.Option(help="How to train; classic is the chapter's.")] = RecipeName.classic,
    changes: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            metavar="NAME=VALUE",
            help="Change the recipe, such as epochs=5 or lr=0.05; or set threads; or compute the steps in C++ "
            "with way=compiled.",
        ),
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="The same seed gives the same model.")] = 0,
    device: Annotated[Device, typer.Option(help="Where to compute; auto is the fastest.")] = Device.auto,
    name: Annotated[
        str | None, typer.Option(help="The run's name in runs, or another folder for it; otherwise date and time.")
    ] = None,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Train the classifier, measure it on the test images, and write model and log into a folder."""
    from solutions import data as sources
    from solutions.accelerate import device as machine
    from solutions.commands import terminal
    from solutions.runs import folders
    from solutions.runs import run as runs

    console = terminal.open_console(as_json)
    settings = runs.configure(recipe, changes or [], seed, device)
    machine.use_threads(settings.threads)
    dataset = sources.load(data)
    terminal.say_which(console, dataset)
    chosen, held_out = runs.divide(dataset, settings.seed)
    threaded = f" with {settings.threads} threads" if settings.threads > 1 else ""
    by_steps = ", by steps compiled for this machine" if settings.compiled else ""
    console.print(
        f"Training{threaded} on {len(chosen):,} of the training images{by_steps}, "
        f"validation on the other {len(held_out):,}.\n"
    )
    view = terminal.TrainingView(console, settings.recipe.epochs, len(chosen))
    folder, earlier = folders.claim_folder(name)
    if earlier:
        console.print(f"The earlier run of this name is now {earlier}.")
    try:
        with view.shown():
            run = runs.train(settings, dataset, folder, view.after_batch, view.after_epoch, view.after_teacher)
    except (KeyboardInterrupt, WorkFailed) as error:
        if (model := folder / folders.MODEL).is_file():
            raise WorkFailed(f"{folder}: interrupted, but the run is finished; its model is {model}") from None
        shutil.rmtree(folder)  # so that its name is free
        if isinstance(error, WorkFailed):
            raise
        raise WorkFailed(f"{folder}: interrupted; nothing was kept") from None

    console.print(f"Kept: the weights of epoch {run.progress.kept}.")
    console.print(f"Speed: {run.images_per_second:,.0f} images/s, validation included.\n")
    console.print(terminal.class_table(run.test), "", terminal.confusion_table(run.test), "")
    console.print(f"Test accuracy {run.test.accuracy:.2%} on {len(dataset.test_labels):,} images\n", style="bold")
    for file, meaning in folders.FILES.items():
        console.print(f"{folder / file}  {meaning}")
    console.print(f"\nTry it: python -m solutions predict --model {run.model_file} PHOTO")
    if as_json:
        print(json.dumps({"folder": str(folder), "model": str(run.model_file), **run.results}))


@app.command(epilog="Example: python -m solutions evaluate runs/first/model.safetensors")
def evaluate(model: Model = None, data: Data = None, as_json: Json = False) -> None:
    """Measure a model on the test images."""
    from solutions import data as sources
    from solutions.accelerate import device as machine
    from solutions.commands import terminal
    from solutions.runs import folders, measurement
    from solutions.runs import run as runs

    console = terminal.open_console(as_json)
    machine.use_threads()
    path = model or folders.newest_model()
    classifier, training = folders.open_model(path)
    dataset = sources.load(data)
    test = measurement.measure(classifier, dataset.test_images, dataset.test_labels)
    terminal.say_model(console, path)
    terminal.say_which(console, dataset)
    if training.get("data") != runs.describe(dataset):
        console.print("The model was trained on other data than these.", style="yellow")
    console.print("", terminal.class_table(test), "", terminal.confusion_table(test), "")
    console.print(f"Test accuracy {test.accuracy:.2%} on {len(dataset.test_labels):,} images", style="bold")
    if as_json:
        result = {"model": str(path), "data": runs.describe(dataset), "test_accuracy": test.accuracy}
        print(json.dumps({**result, **test.details}))


@app.command("data", epilog="Example: python -m solutions data --data data/sample")
def show_data(
    data: Data = None,
    download: Annotated[bool, typer.Option("--download", help="Fetch the full set first, with torchvision.")] = False,
    as_json: Json = False,
) -> None:
    """Show the data: their place, whether they are intact, and how many there are of each class."""
    from solutions import data as sources
    from solutions.commands import terminal
    from solutions.dropout import Classifier

    console = terminal.open_console(as_json)
    dataset = sources.load(data, download)
    sets = {"train": dataset.train_labels, "test": dataset.test_labels}
    images = {
        label: {part: int((labels == number).sum()) for part, labels in sets.items()}
        for number, label in enumerate(Classifier.labels)
    }
    terminal.say_which(console, dataset)
    console.print(f"Why from there: {dataset.reason}\n")
    console.print(terminal.file_table(dataset), f"The set as a whole: {dataset.digest}\n")
    counts = (f"{label} {of['train']:,} and {of['test']:,}" for label, of in images.items())
    console.print(f"Training and test images of each class: {', '.join(counts)}")
    if as_json:
        facts = {"source": str(dataset.source), "reason": dataset.reason, "is_sample": dataset.is_sample}
        files = [{**asdict(file), "path": str(file.path)} for file in dataset.files]
        print(json.dumps({**facts, "digest": dataset.digest, "files": files, "images": images}))

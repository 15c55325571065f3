"""Commands that use or publish a trained model."""

import importlib
import importlib.util
import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from solutions.commands.options import Data, Json, Model, ModelOrCourses
from solutions.errors import WrongUse, complain

if TYPE_CHECKING:
    from types import ModuleType

app = typer.Typer()


@app.command(epilog="Example: python -m solutions predict shirt.jpg boot.png")
def predict(
    images: Annotated[list[Path], typer.Argument(metavar="IMAGE…", help="Photographs of one garment each.")],
    model: ModelOrCourses = None,
    as_json: Json = False,
) -> None:
    """Name the garment in each photograph, with probabilities."""
    from solutions.accelerate import device as machine
    from solutions.commands import terminal
    from solutions.deploy.garment_answer import GarmentAnswer, doubt
    from solutions.deploy.images import ImageError, open_image, remark
    from solutions.deployment import classify
    from solutions.runs import folders

    console = terminal.open_console(as_json)
    machine.use_threads()
    path = model or folders.newest_model(folders.COURSE_MODEL)
    classifier, _ = folders.open_model(path)
    if model is None:
        terminal.say_model(console, path)
    results: list[dict[str, object]] = []
    for photo in images:
        try:
            image = open_image(photo)
            answer = GarmentAnswer(classify(classifier, image), remark(image), doubt(image))
        except (ImageError, ValueError) as error:
            results.append({"image": str(photo), "error": str(error)})
            complain(f"{photo}: {error}")
            continue
        results.append({"image": str(photo), "model": str(path), **answer.as_json})
        console.print(str(photo), style="bold")
        if answer.remark:
            console.print(answer.remark, style="yellow")
        console.print(terminal.answer_table(answer.ranked[:5]))
        if answer.is_unsure:
            console.print(f"Not sure. {answer.reason}", style="yellow")
        console.print()
    if as_json:
        print(json.dumps(results))
    if any("error" in result for result in results):
        raise typer.Exit(2)


@app.command(epilog="Example: python -m solutions serve --model runs/first/model.safetensors --port 8080")
def serve(
    model: ModelOrCourses = None,
    host: Annotated[str, typer.Option(help="Address to listen at; 0.0.0.0 for the whole network.")] = "127.0.0.1",
    port: Annotated[int | None, typer.Option(min=1, max=65535, help="Otherwise the first free one from 7860.")] = None,
    open_browser: Annotated[bool, typer.Option("--open/--no-open", help="Show the page in a browser.")] = True,
) -> None:
    """Show a page where you draw or choose a garment and get an answer; your pictures stay in the browser."""
    from solutions.accelerate import device as machine
    from solutions.commands import terminal
    from solutions.deploy import serve as serving
    from solutions.runs import folders

    machine.use_threads()
    path = model or folders.newest_model(folders.COURSE_MODEL)
    folders.open_model(path)
    console = terminal.open_console(False)

    def started(address: str) -> None:
        terminal.say_model(console, path)
        console.print(f"The page is at {address} (Ctrl-C ends it)")

    serving.serve(path, host, port, open_browser, started)


@app.command(epilog="Example: python -m solutions push ada/garments --dry-run")
def push(
    name: Annotated[str, typer.Argument(metavar="USER/NAME", help="The Space; it is made where there is none.")],
    model: Annotated[Path | None, typer.Option(help="Model file; otherwise that of the newest run.")] = None,
    data: Data = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be uploaded, and upload nothing.")] = False,
) -> None:
    """Put the classifier on Hugging Face, as a Space of its own: the page of export-web, and the model.

    The token is HF_TOKEN, or that of hf auth login.
    """
    from solutions.commands import terminal
    from solutions.deploy import web
    from solutions.runs import folders

    hub = _import_extra("deploy", "solutions.deploy.push", "huggingface_hub")
    hub.check_name(name)
    path = model or folders.newest_model()
    files = web.space_files(path, _card_of(path, data))
    api = hub.HfApi(token=True)
    console = terminal.open_console(False)
    if dry_run:
        for file, content in files.items():
            console.print(f"{len(content):9,}  {file}")
        size = sum(map(len, files.values()))
        console.print(f"{size:9,}  bytes in {len(files)} files would go to {hub.page_of(api, name)}")
    elif hub.push(api, files, name):
        console.print(f"Uploaded {len(files)} files; the page is at {hub.page_of(api, name)}")
    else:
        console.print(f"Nothing changed: {hub.page_of(api, name)} has all of it")


@app.command(epilog="Example: python -m solutions card runs/first/model.safetensors > MODEL_CARD.md")
def card(model: Model = None, data: Data = None) -> None:
    """Measure a model on the test images and print its model card: Markdown, with every number computed."""
    from solutions.runs import folders

    print(_card_of(model or folders.newest_model(), data), end="")


@app.command(epilog="Example: python -m solutions export-web runs/first/model.safetensors page")
def export_web(
    model: Annotated[Path, typer.Argument(help="Model file.")],
    folder: Annotated[Path, typer.Argument(metavar="OUT", help="Folder for the page.")],
    data: Data = None,
    force: Annotated[bool, typer.Option("--force", help="Replace the page that is there.")] = False,
    as_json: Json = False,
) -> None:
    """Write a page that answers in the browser, for any static host, and measure the cost of int8 weights."""
    from solutions import data as sources
    from solutions.accelerate import device as machine
    from solutions.commands import terminal
    from solutions.deploy import web
    from solutions.runs import folders

    console = terminal.open_console(as_json)
    machine.use_threads()
    classifier, _ = folders.open_model(model)
    web.claim_page(folder, force)
    dataset = sources.load(data)
    terminal.say_which(console, dataset)
    web.write_page(model, folder)
    comparison = web.compare(classifier, dataset)
    size = sum(path.stat().st_size for path in folder.iterdir())
    accuracies = f"Test accuracy {comparison['accuracy']:.2%}, with int8 weights {comparison['int8_accuracy']:.2%}"
    console.print(f"\n{accuracies}", style="bold")
    console.print(f"The same answer for {comparison['same']:.2%} of {comparison['images']:,} images\n")
    console.print(f"{folder}  the page, {size / 1000:,.0f} kB")
    console.print(f"\nTry it: python -m http.server --directory {folder}, then open http://localhost:8000")
    if as_json:
        print(json.dumps({"folder": str(folder), "bytes": size, **comparison}))


def _card_of(model: Path, data: Path | None) -> str:
    """Measure a model on the test images of the data and return its card."""
    from solutions import data as sources
    from solutions.accelerate import device as machine
    from solutions.commands import terminal
    from solutions.deploy.model_card import make_card
    from solutions.runs import folders, measurement

    machine.use_threads()
    classifier, training = folders.open_model(model)
    dataset = sources.load(data)
    test = measurement.measure(classifier, dataset.test_images, dataset.test_labels)
    return make_card(test, dataset.test_labels, terminal.name_of(dataset), training)


def _import_extra(extra: str, module: str, *needed: str) -> "ModuleType":
    """Import a module of ours that needs packages which only an extra brings."""
    missing = [name for name in needed if importlib.util.find_spec(name) is None]
    if missing:
        raise WrongUse(f"{', '.join(missing)}: not installed; pip install 'image-classifier-from-scratch[{extra}]'")
    return importlib.import_module(module)

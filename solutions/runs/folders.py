"""Folders of runs: make them, keep them, and find their models."""

from datetime import datetime
from itertools import count
from pathlib import Path

from solutions.data import DATA
from solutions.dropout import Classifier
from solutions.errors import WrongUse
from solutions.runs.model_file import read_model
from solutions.runs.training_summary import training_in

# The files of a run, and their content.
MODEL, RESULTS, CONFIG, LOG = "model.safetensors", "results.json", "config.json", "log.jsonl"
FILES = {
    MODEL: "the model, with what it was trained on",
    RESULTS: "test accuracy, each class, the confusion matrix",
    CONFIG: "data and settings",
    LOG: "a line for each epoch",
}
RUNS = Path("runs")
COURSE_MODEL = DATA / "model" / "garments.safetensors"  # committed: it answers before anything is trained


def claim_folder(name: str | None) -> tuple[Path, Path | None]:
    """Make an empty folder for a run, by its name or its path, or else by the time.

    Returns:
        The folder, and the new place of a run that was there, finished or not.

    Raises:
        WrongUse: it cannot be a folder's name, or holds no run.
    """
    if name is None:
        now = f"{datetime.now():%Y%m%d-%H%M%S}"  # in which several may begin
        return next(made for at in count() if _is_made(made := RUNS / (f"{now}-{at}" if at else now))), None
    if name in ("", ".", ".."):
        raise WrongUse(f"--name {name}: give the run a name, or the path of a folder for it")
    folder = RUNS / name if Path(name).name == name else Path(name)
    earlier = None
    if folder.exists():
        if not (folder / CONFIG).is_file():
            raise WrongUse(f"{folder}: is there already, and is no run; use another --name")
        places = (folder.with_name(f"{folder.name}.{number}") for number in count(1))
        earlier = folder.rename(next(place for place in places if not place.exists()))
    if not _is_made(folder):
        raise WrongUse(f"{folder}: another run has just taken it; use another --name")
    return folder, earlier


def _is_made(folder: Path) -> bool:
    """Make a folder unless it is there, and return whether it was made; raise WrongUse where none can be."""
    try:
        folder.mkdir(parents=True)
    except FileExistsError:
        return False
    except OSError as error:
        raise WrongUse(f"{folder}: cannot be made ({error.strerror}); use another --name") from error
    return True


def newest_model(otherwise: Path | None = None) -> Path:
    """Return the model file of the run that ended last; without one ``otherwise``, or WrongUse is raised."""
    models = sorted(RUNS.glob(f"*/{MODEL}"), key=lambda path: path.stat().st_mtime)
    if not models and otherwise is not None:
        return otherwise
    if not models:
        raise WrongUse(f"{RUNS}: there is no trained model; train one with: python -m solutions train")
    return models[-1]


def open_model(path: Path) -> tuple[Classifier, dict[str, object]]:
    """Return a verified model, and the training summary in its file.

    Raises:
        WrongUse: there is no such file, or it is not a model of this course.
    """
    if not path.is_file():
        raise WrongUse(f"{path}: there is no such file; train a model with: python -m solutions train")
    try:
        model, metadata = read_model(path)
    except OSError as error:
        raise WrongUse(f"{path}: cannot be read ({error.strerror or error}); name a file that can") from error
    except ValueError as error:
        raise WrongUse(f"{error}; train a model with: python -m solutions train") from error
    return model, training_in(metadata)

"""Folders of runs: make, keep and find them."""

from pathlib import Path

from solutions.data import DATA
from solutions.dropout import Classifier
from solutions.errors import WrongUse
from solutions.runs.model_file import read_model
from solutions.runs.training_summary import training_in

# The files of a run, and their content.
MODEL, RESULTS, CONFIG, LOG = "model.safetensors", "results.json", "config.json", "log.jsonl"
CHECKPOINT = "checkpoint.safetensors"  # while a run lasts
CURVES, CONFUSION, MISTAKES = "curves.png", "confusion_matrix.png", "confident_mistakes.png"
FILES = {
    MODEL: "the model, with what it was trained on",
    RESULTS: "test accuracy, each class, the confusion matrix",
    CURVES: "losses and accuracy by epoch",
    CONFUSION: "which classes are taken for which",
    MISTAKES: "where the model is sure and wrong",
    CONFIG: "data and settings",
    LOG: "a line for each epoch",
}
REPORT = "report.html"  # written by a command of its own
COURSE_MODEL = DATA / "model" / "garments.safetensors"  # committed: it answers before anything is trained


def claim_folder(parent: Path, name: str, force: bool) -> Path:
    """Make an empty folder for a run; with ``force``, rename an existing one.

    Raises:
        WrongUse: the name is not that of a single folder, or the folder exists.
    """
    if name in ("", ".", "..") or Path(name).name != name:
        raise WrongUse(f"--name {name}: a run's name is the name of one folder; leave out slashes")
    folder = parent / name
    if folder.exists():
        copy = next(copy for i in range(1, 10_000) if not (copy := parent / f"{name}.{i}").exists())
        if not force:
            raise WrongUse(f"{folder}: is there already; use another --name, or --force to keep it as {copy.name}")
        folder.rename(copy)
    try:
        folder.mkdir(parents=True)
    except OSError as error:
        raise WrongUse(f"{folder}: cannot be made ({error.strerror}); name another place with --out") from error
    return folder


def unfinished_folder(parent: Path, name: str) -> Path:
    """Return the folder of a run that was interrupted.

    Raises:
        WrongUse: there is no such run, or it is finished.
    """
    folder = find_run(parent, name)
    if (folder / MODEL).is_file():
        raise WrongUse(f"{folder}: this run is finished; train anew with another --name")
    return folder


def newest_model(parent: Path, otherwise: Path | None = None) -> Path:
    """Return the model file of the run that ended last; without one, ``otherwise``.

    Raises:
        WrongUse: there is none, and no other was named.
    """
    models = sorted(parent.glob(f"*/{MODEL}"), key=lambda path: path.stat().st_mtime)
    if not models and otherwise is not None:
        return otherwise
    if not models:
        raise WrongUse(f"{parent}: there is no trained model; train one with: python -m solutions train")
    return models[-1]


def open_model(path: Path, device: str = "cpu") -> tuple[Classifier, dict[str, object]]:
    """Return a verified model, and the training summary in its file.

    Raises:
        WrongUse: there is no such file, or it is not a model of this course.
    """
    if not path.is_file():
        raise WrongUse(f"{path}: there is no such file; train a model with: python -m solutions train")
    try:
        model, metadata = read_model(path, device)
    except OSError as error:
        raise WrongUse(f"{path}: cannot be read ({error.strerror or error}); name a file that can") from error
    except ValueError as error:
        raise WrongUse(f"{error}; train a model with: python -m solutions train") from error
    return model, training_in(metadata)


def find_run(parent: Path, run: str | None = None) -> Path:
    """Return the folder of a run, named or by its path; without either, of the run that wrote something last.

    Raises:
        WrongUse: there is none.
    """
    runs = sorted((path.parent for path in parent.glob(f"*/{CONFIG}")), key=_last_written)
    if run is None:
        if not runs:
            raise WrongUse(f"{parent}: there is no run; start one with: python -m solutions train")
        return runs[-1]
    folders = [folder for folder in (parent / run, Path(run)) if folder.is_dir()]
    if not folders:
        names = ", ".join(sorted(folder.name for folder in runs)) or "none"
        raise WrongUse(f"{run}: there is no such run; in {parent} there are: {names}")
    for folder in folders:
        if (folder / CONFIG).is_file():
            return folder
    raise WrongUse(f"{folders[0]}: not the folder of a run, it has no {CONFIG}; name one that train has written")


def _last_written(folder: Path) -> float:
    return max(path.stat().st_mtime for name in (CONFIG, LOG, MODEL) if (path := folder / name).exists())

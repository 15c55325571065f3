"""Report of a run: a single HTML file that needs no other file and no other host."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import Environment

from autograder.reports import html
from solutions.data import SAMPLE_FOLDER, Dataset, load
from solutions.errors import DataError, WrongUse
from solutions.runs import report_sections as sections
from solutions.runs.folders import RunRecord, name_of, open_model
from solutions.runs.measurement import measure

GENERATOR = "python -m solutions report"


@dataclass(frozen=True)
class RunReport:
    """The page about a run, its main numbers for JSON, None where unknown, and a sentence on each missing part."""

    html: str
    numbers: dict[str, Any]
    notes: list[str]


def make_report(record: RunRecord, data_folder: Path | None = None) -> RunReport:
    """Describe a run in a page; its model is measured once on the test images.

    Sections that need the model or its data are left out where these are missing, and the page says why.

    Raises:
        WrongUse: a file of the run is damaged, or ``data_folder`` holds no data.
    """
    notes: list[str] = []
    model, data, test = None, None, record.measurement()
    if record.model_file is None:
        notes.append(sections.why_no_model(record))
    else:
        model, _ = open_model(record.model_file)
        data, why = find_data(record, data_folder)
        if data is None:
            notes.append(why)
        else:
            test = measure(model, data.test_images, data.test_labels)
    headline = sections.headline(test) if test else None
    calibration = sections.calibration(test, data.test_labels) if test and data else None
    recipe, as_usual = sections.recipe(record)
    template = environment().get_template("report.html.j2")
    page = template.render(
        name=record.name,
        run=name_of(record.folder),
        softened=any(record.recipe.get(setting) for setting in ("smoothing", "teacher")),
        generator=GENERATOR,
        notes=notes,
        headline=headline,
        facts=sections.facts(record),
        recipe=recipe,
        as_usual=as_usual,
        curves=sections.curves(record),
        classes=sections.classes(test) if test else None,
        confusions=sections.confusions(test) if test else None,
        mistakes=sections.mistakes(test, data) if test and data else None,
        calibration=calibration,
        weights=sections.weights(model, record) if model else None,
        log=sections.log_table(record),
    )
    numbers = {key: (headline or {}).get(key) for key in ("test_accuracy", "interval", "images")}
    numbers |= {key: (calibration or {}).get(key) for key in ("calibration_error", "brier_score")}
    return RunReport(page, numbers, notes)


def find_data(record: RunRecord, folder: Path | None) -> tuple[Dataset | None, str]:
    """Return the data that a run was trained on; or None and the reason.

    Raises:
        DataError: the folder was named and cannot be used.
    """
    try:
        data = load(folder or (SAMPLE_FOLDER if record.data.get("is_sample") is True else None))
    except DataError as error:
        if folder is not None:
            raise
        return None, f"Mistakes and calibration are not shown, for want of the data: {error}."
    if data.digest == record.data.get("digest"):
        return data, ""
    return None, (
        f"Mistakes and calibration are not shown: the model was trained on other data than those in {data.source}. "
        "Name its data with --data."
    )


def write_report(report: RunReport, path: Path) -> None:
    """Write the page; an older report is replaced, but no other file.

    Raises:
        WrongUse: there is another file, or the file cannot be written.
    """
    try:
        if path.exists() and GENERATOR.encode() not in path.read_bytes()[:1000]:
            raise WrongUse(f"{path}: is there already, and is not a report; name another file with --to")
        path.write_text(report.html, encoding="utf-8")
    except OSError as error:
        raise WrongUse(f"{path}: cannot be written ({error.strerror}); name another file with --to") from error


def environment() -> Environment:
    """Return the templates, with escaping on: names and labels can come from anyone."""
    templates = html.environment(Path(__file__).parent)
    templates.filters["percent"] = sections.percent
    return templates

"""The page about a run: what it says, what it leaves out and why, and how a browser takes it."""

import json
import re
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from playwright.sync_api import Page

from solutions.data import Dataset
from solutions.deployment import export_model, load_model
from solutions.runs.folders import LOG, MODEL, RESULTS, RunRecord, read_run
from solutions.runs.measurement import measure
from solutions.runs.report import RunReport, make_report
from tests.axe import violations


def words_of(page: BeautifulSoup) -> str:
    return " ".join(page.get_text(" ").split())


def ids_of(page: BeautifulSoup) -> list[str]:
    return [element["id"] for element in page.find_all(id=True)]


def page_of(record: RunRecord) -> BeautifulSoup:
    return BeautifulSoup(make_report(record).html, "html.parser")


@pytest.fixture(scope="module")
def record(trained: Path) -> RunRecord:
    return read_run(trained)


@pytest.fixture(scope="module")
def report(record: RunRecord) -> RunReport:
    return make_report(record)


@pytest.fixture(scope="module")
def parsed(report: RunReport) -> BeautifulSoup:
    return BeautifulSoup(report.html, "html.parser")


@pytest.fixture
def unfinished(record: RunRecord, tmp_path: Path) -> Path:
    """The folder of a run that was killed in its third epoch."""
    folder = Path(shutil.copytree(record.folder, tmp_path / "unfinished"))
    for path in folder.iterdir():
        if path.suffix in (".png", ".safetensors") or path.name == RESULTS:
            path.unlink()
    lines = (folder / LOG).read_text().splitlines(keepends=True)
    (folder / LOG).write_text("".join(lines[:2]) + lines[2][:20])
    return folder


# --- what it says


def test_the_report_contains_result_recipe_data_time_classes_and_calibration(
    record: RunRecord, report: RunReport, parsed: BeautifulSoup
) -> None:
    results, text = record.results, words_of(parsed)
    matrix, labels = results["confusion_matrix"], list(results["per_class"])
    count, row, column = max((matrix[i][j], -i, -j) for i in range(10) for j in range(10) if i != j)
    for words in (
        f"{results['test_accuracy']:.2%} of the test images named right",
        *("batch size 32", "lr 0.05", "patience none", "the sample of Fashion-MNIST", record.data["digest"][:12]),
        *(
            f"{label} {scores['precision']:.3f} {scores['recall']:.3f} {scores['f1']:.3f} {scores['images']} "
            for label, scores in results["per_class"].items()
        ),
        f"{labels[-row]} taken for {labels[-column]}: {count} of 100",
        f"calibration error is {100 * report.numbers['calibration_error']:.1f} points",
        f"Brier score {report.numbers['brier_score']:.3f}",
    ):
        assert words in text
    right = 1000 * results["test_accuracy"]
    assert re.search(rf"{right:.0f} of 1,000\. .* between \d\d\.\d% and \d\d\.\d% \(95% interval", text)
    assert re.search(r"Training 6 epochs in \d+\.\d s", text)


def test_the_first_layer_shows_what_training_added(parsed: BeautifulSoup, report: RunReport) -> None:
    assert "What training added to the weights of 64 of the 256 hidden units" in words_of(parsed)
    correlation = float(re.search(r"neighbouring numbers correlate with (-?\d\.\d\d)", report.html)[1])
    assert correlation > 0.5  # drawn weights, and with them the sum, hide it


@pytest.mark.parametrize("change", [{"seed": 7}, {"seed": None}, {"recipe": {"standardize": True}}], ids=str)
def test_without_initial_weights_the_weights_are_shown_and_noted(record: RunRecord, change: dict[str, object]) -> None:
    page = words_of(page_of(replace(record, config={**record.config, **change})))
    assert "The weights of 64 of the 256 hidden units" in page
    assert "cannot be told apart from what training added" in page


def test_the_confusion_matrix_is_a_table_with_headings(record: RunRecord, parsed: BeautifulSoup) -> None:
    table = parsed.find("table", class_="matrix")
    cells = [int(cell.get_text()) for cell in table.tbody.find_all("td")]
    assert cells == [count for row in record.results["confusion_matrix"] for count in row]
    assert len(table.find_all(scope="col")) == len(table.find_all(scope="row")) == 10
    assert all(cell.get("scope") for cell in parsed.find_all("th"))


def test_the_surest_mistakes_have_names_beside_them(record: RunRecord, parsed: BeautifulSoup, sample: Dataset) -> None:
    test = measure(load_model(record.model_file), sample.test_images, sample.test_labels)
    sureness, choice = test.probabilities.max(dim=1)
    wrong = [index for index, label in enumerate(sample.test_labels) if choice[index] != label]
    surest = max(wrong, key=lambda index: sureness[index])
    labelled, taken = test.labels[sample.test_labels[surest]], test.labels[choice[surest]]
    assert parsed.img["alt"] == f"Test image {surest}, labelled {labelled}, taken for {taken}"


def test_figures_have_descriptions_with_their_numbers(record: RunRecord, parsed: BeautifulSoup) -> None:
    alternatives = [figure["aria-label"] for figure in parsed.find_all("svg")]
    first, last = record.log[0]["losses"], record.log[-1]["losses"]
    assert f"training: from {first:.2f} to {last:.2f}" in alternatives[0]
    assert re.search(r"of the \d+ answers given 90% to 100%, \d+% are right", alternatives[-1])


def test_the_log_is_a_table_with_all_its_columns(record: RunRecord) -> None:
    log = [{**row, "images_per_second": 12345.6, "gpu_memory": 7} for row in record.log]
    page = words_of(page_of(replace(record, log=log)))
    for words in ("images per second", "12,346", "gpu memory"):
        assert words in page


# --- what it leaves out


def test_without_a_model_the_log_is_shown_with_a_note(unfinished: Path) -> None:
    made = make_report(read_run(unfinished))
    page = BeautifulSoup(made.html, "html.parser")
    assert "This run has no model" in words_of(page)
    assert "2 epochs, all that was logged" in words_of(page)
    assert {"training", "log"} <= set(ids_of(page))
    assert not {"classes", "confusions", "mistakes", "calibration", "weights"} & set(ids_of(page))
    assert made.numbers["test_accuracy"] is None


def test_an_exploded_loss_is_reported(unfinished: Path) -> None:
    (unfinished / LOG).write_text('{"epoch": 1, "losses": NaN, "valid_losses": NaN, "accuracies": 0.1, "seconds": 1}\n')
    assert "after epoch 1 its loss was no longer a number" in words_of(page_of(read_run(unfinished)))


def test_without_its_data_the_runs_own_measurement_is_shown(record: RunRecord, full: Dataset) -> None:
    made = make_report(record, full.source)
    page = BeautifulSoup(made.html, "html.parser")
    assert "trained on other data than those in" in words_of(page)
    assert {"classes", "confusions", "weights"} <= set(ids_of(page))
    assert not {"mistakes", "calibration"} & set(ids_of(page))
    assert made.numbers["test_accuracy"] == record.results["test_accuracy"]


# --- what it must never do


def test_markup_in_labels_and_files_is_escaped(record: RunRecord, tmp_path: Path) -> None:
    """Labels come from a model file, the rest from files of a run; anyone may have written them."""
    attack = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>"
    folder = Path(shutil.copytree(record.folder, tmp_path / "<script>alert(1)<"))
    model = load_model(folder / MODEL)
    model.labels = (attack, *model.labels[1:])
    export_model(model, folder / MODEL)
    config = {**record.config, "machine": attack, "recipe": {attack: attack}}
    (folder / "config.json").write_text(json.dumps(config))
    (folder / LOG).write_text(json.dumps({**record.log[0], attack: attack}) + "\n")
    page = page_of(read_run(folder))
    assert attack in words_of(page)
    assert not page.find_all("script")
    assert not page.find_all(onerror=True)


def test_ids_are_unique_and_links_lead_somewhere(parsed: BeautifulSoup) -> None:
    ids = ids_of(parsed)
    assert len(ids) == len(set(ids))
    for element in parsed.find_all():
        for target in re.findall(r"#([\w-]+)", f"{element.get('href', '')} {element.get('clip-path', '')}"):
            assert target in ids


# --- in a browser

GROUND_AND_INK = """() => [
  getComputedStyle(document.body).backgroundColor, getComputedStyle(document.querySelector("figure svg text")).fill
].map((colour) => Number(colour.match(/\\d+/)[0]))"""


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_report_loads_nothing_and_satisfies_axe(page: Page, report: RunReport, theme: str, tmp_path: Path) -> None:
    file = tmp_path / "report.html"
    file.write_text(report.html)
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("request", lambda request: complaints.append(request.url[:200]))
    page.set_viewport_size({"width": 360, "height": 740})
    page.emulate_media(color_scheme=theme)
    page.goto(file.as_uri(), wait_until="networkidle")
    assert [complaint for complaint in complaints if not complaint.startswith("data:image/png")] == [file.as_uri()]
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.locator("section[aria-labelledby=log] summary").click()
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    assert page.evaluate("[...document.images].every((image) => image.naturalWidth > 0)")
    ground, ink = page.evaluate(GROUND_AND_INK)
    assert (ground < ink) == (theme == "dark")
    assert violations(page) == []


def test_on_paper_it_is_light_and_has_no_navigation(page: Page, report: RunReport) -> None:
    page.emulate_media(media="print", color_scheme="dark")
    page.set_content(report.html)
    ground, ink = page.evaluate(GROUND_AND_INK)
    assert ground > ink
    assert not page.locator("nav").is_visible()


def test_the_keyboard_reaches_the_content_at_once(page: Page, report: RunReport) -> None:
    page.set_content(report.html)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "To the content"
    assert page.evaluate("document.activeElement.getBoundingClientRect().top") >= 0
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "content"

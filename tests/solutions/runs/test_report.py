"""The page about a run: what it says, and how a browser takes it."""

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest
from bs4 import BeautifulSoup
from playwright.sync_api import Page

from solutions.data import Dataset
from solutions.deployment import load_model
from solutions.runs.folders import MODEL, RESULTS, open_model, read_history
from solutions.runs.measurement import measure
from solutions.runs.model_file import write_model
from solutions.runs.report import RunReport, make_report
from tests.axe import violations


def words_of(page: BeautifulSoup) -> str:
    return " ".join(page.get_text(" ").split())


@pytest.fixture(scope="module")
def report(trained: Path) -> RunReport:
    return make_report(trained)


@pytest.fixture(scope="module")
def parsed(report: RunReport) -> BeautifulSoup:
    return BeautifulSoup(report.html, "html.parser")


@pytest.fixture(scope="module")
def results(trained: Path) -> dict[str, Any]:
    """The run's own measurement at its end."""
    return json.loads((trained / RESULTS).read_text())  # type: ignore[no-any-return]


# --- what it says


def test_the_report_contains_result_classes_confusions_and_calibration(
    results: dict[str, Any], report: RunReport, parsed: BeautifulSoup
) -> None:
    text, matrix, labels = words_of(parsed), results["confusion_matrix"], list(results["per_class"])
    count, row, column = max((matrix[i][j], -i, -j) for i in range(10) for j in range(10) if i != j)
    for words in (
        f"{results['test_accuracy']:.2%} of the test images named right",
        *(
            f"{label} {scores['precision']:.3f} {scores['recall']:.3f} {scores['f1']:.3f} {scores['images']} "
            for label, scores in results["per_class"].items()
        ),
        f"{labels[-row]} taken for {labels[-column]}: {count} of 100",
        f"calibration error is {100 * report.numbers['calibration_error']:.1f} points",
    ):
        assert words in text
    right = 1000 * results["test_accuracy"]
    assert re.search(rf"{right:.0f} of 1,000\. .* between \d\d\.\d% and \d\d\.\d% \(95% interval", text)


def test_the_confusion_matrix_is_a_table_with_headings(results: dict[str, Any], parsed: BeautifulSoup) -> None:
    table = parsed.find("table", class_="matrix")
    cells = [int(cell.get_text()) for cell in table.tbody.find_all("td")]
    assert cells == [count for row in results["confusion_matrix"] for count in row]
    assert len(table.find_all(scope="col")) == len(table.find_all(scope="row")) == 10
    assert all(cell.get("scope") for cell in parsed.find_all("th"))


def test_the_surest_mistakes_have_names_beside_them(trained: Path, parsed: BeautifulSoup, sample: Dataset) -> None:
    test = measure(load_model(trained / MODEL), sample.test_images, sample.test_labels)
    sureness, choice = test.probabilities.max(dim=1)
    wrong = [index for index, label in enumerate(sample.test_labels) if choice[index] != label]
    surest = max(wrong, key=lambda index: sureness[index])
    labelled, taken = test.labels[sample.test_labels[surest]], test.labels[choice[surest]]
    assert parsed.img["alt"] == f"Test image {surest}, labelled {labelled}, taken for {taken}"


def test_figures_have_descriptions_with_their_numbers(trained: Path, parsed: BeautifulSoup) -> None:
    alternatives = [figure["aria-label"] for figure in parsed.find_all("svg")]
    losses = read_history(trained).losses
    assert f"training: from {losses[0]:.2f} to {losses[-1]:.2f}" in alternatives[0]
    assert re.search(r"given 90% to 100%: \d+% right of \d+", alternatives[-1])


# --- what it must never do


def test_markup_in_names_and_labels_is_escaped(trained: Path, tmp_path: Path) -> None:
    """Labels come from a model file; anyone may have written it."""
    attack = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>"
    folder = Path(shutil.copytree(trained, tmp_path / "<script>alert(1)<"))
    model, training = open_model(folder / MODEL)
    model.labels = (attack, *model.labels[1:])
    write_model(model, folder / MODEL, training)
    page = BeautifulSoup(make_report(folder).html, "html.parser")
    assert attack in words_of(page)
    assert folder.name in words_of(page)
    assert not page.find_all("script")
    assert not page.find_all(onerror=True)


def test_ids_are_unique_and_links_lead_somewhere(parsed: BeautifulSoup) -> None:
    ids = [element["id"] for element in parsed.find_all(id=True)]
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

"""The page about a class: its contents, its size, and its use in a browser and by a screen reader."""

import html
import json
import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from bs4 import BeautifulSoup
from hypothesis import given
from hypothesis import strategies as st
from playwright.sync_api import Browser

from autograder.instructor.course.records import CLAIMED, GradingRecord
from autograder.instructor.marks import Mark
from autograder.instructor.reports.class_report import ClassReport, class_report, marked
from autograder.instructor.reports.public_code import Public
from tests.axe import on_a_telephone, violations
from tests.instructor.reports.classes import MISTAKES, make_class
from tests.instructor.reports.test_similar import ADDMM, DISGUISED


def report_of(marks: Sequence[Mark], public: Public | None = None) -> ClassReport:
    return class_report("A <i>course</i>", marks, lambda _: public or Public(), "today")


def words_of(report: ClassReport) -> str:
    """Return the text of a page, as it is read."""
    return " ".join(BeautifulSoup(report.html, "html.parser").get_text(" ").split())


def let_copy(marks: list[Mark], *places: int) -> None:
    """Let students hand in one program, every second of them in disguise."""
    for at in places:
        marks[at] = replace(marks[at], answers={"layers-Linear": (ADDMM, DISGUISED)[at % 2]})


@pytest.fixture(scope="module")
def report() -> ClassReport:
    """Sixty students and three assignments; two of them wrote the same, in disguise."""
    marks = make_class(60, 5, ("2-layers", "3-dropout", "4-optimizer"))
    assert marks[10].verdicts and marks[11].verdicts
    let_copy(marks, 10, 11)
    return report_of(marks)


@pytest.fixture(scope="module")
def page(report: ClassReport) -> BeautifulSoup:
    return BeautifulSoup(report.html, "html.parser")


@pytest.fixture(scope="module")
def words(report: ClassReport) -> str:
    return words_of(report)


def test_the_page_fetches_nothing_from_elsewhere(report: ClassReport, page: BeautifulSoup) -> None:
    links = [str(element.get("href") or element.get("src")) for element in page.select("[href], [src]")]
    assert links and all(link.startswith("#") for link in links)
    assert "default-src 'none'" in report.html
    assert not re.search(r"url\(|@import|<script", report.html)


def test_every_assignment_has_its_sections_and_the_statistic_and_the_rules_are_named(words: str) -> None:
    for heading in ("Marks", "Late and missing", "Exercises and checks", "Limits and crashes", "Most common mistakes"):
        assert words.count(f" {heading} ") >= 3
    assert words.count("A reason to look, and no verdict.") == 3
    assert words.count("Students by points") == 3
    assert len(re.findall(r"\d-\w+ \d+( \d+%){5}", words.partition("Share of the points by assignment")[2])) == 3
    for part in ("corrected item-total point-biserial correlation", "less than half of the points", "Aiken 2003"):
        assert part in words


def test_known_mistakes_have_name_and_example_and_many_students_are_folded(page: BeautifulSoup, words: str) -> None:
    for name, says in MISTAKES.values():
        assert re.search(rf"{name} , \d+ students?\. {re.escape(says)} What one of them saw observed", words)
    assert [summary for summary in page.select("details > summary") if re.fullmatch(r"\d+ students", summary.text)]


def test_text_of_students_is_never_markup(page: BeautifulSoup, words: str) -> None:
    assert not page.select("script, b:not([style]), h1 i")
    assert "<script>alert(1)</script>" in words


def test_a_similar_pair_stands_side_by_side_with_shared_places_marked(report: ClassReport, page: BeautifulSoup) -> None:
    (pair,) = report.numbers["assignments"][0]["similar"]
    assert pair["students"] == ["0010", "0011"]
    (shown,) = page.select("details.pair")
    assert len(shown.select(".sides mark")) >= 8
    for source in (ADDMM, DISGUISED):
        assert source.strip() in shown.text


ESSAY = "The weights are drawn with a standard deviation that keeps the size of what leaves a layer the same. " * 3
OWN = "Without it each layer would shrink what it gets, and after ten of them almost nothing of the image is left. " * 3


def report_of_pair(*answers: dict[str, str], public: Public | None = None) -> ClassReport:
    """Report on a class of thirty, some with the given answers and the others alone."""
    sources = [*answers, *({"layers-Linear": f"alone_{at} = {at}"} for at in range(30 - len(answers)))]
    handed_in = [mark for mark in make_class(40, 3) if mark.handed_in]
    marks = [replace(mark, answers=own) for mark, own in zip(handed_in, sources, strict=False)]
    return report_of(marks, public)


def test_two_equal_hand_ins_come_first_even_if_their_code_is_the_books() -> None:
    common = {"layers-Linear": "class Linear:\n    pass\n", "layers-essay": ESSAY}
    same = {name: f"\n{text}  ".replace("    pass", "  pass") for name, text in common.items()}
    made_report = report_of_pair(common, same, public=Public(code=[common["layers-Linear"]], text=[ESSAY]))
    (section,) = made_report.numbers["assignments"]
    assert ([len(group) for group in section["same_answers"]], section["similar"]) == ([2], [])
    assert made_report.html.count("The same answers, but for white space:") == 1
    assert html.escape(ESSAY.strip()) in made_report.html


def test_untouched_notebooks_are_not_equal_work() -> None:
    released = {"layers-Linear": "class Linear:\n    ...\n", "layers-essay": "*Your answer*"}
    made_report = report_of_pair(released, dict(released), public=Public(answers=released))
    assert made_report.numbers["assignments"][0]["same_answers"] == []


def test_a_shared_written_answer_makes_a_pair_and_a_quoted_question_does_not() -> None:
    answers = [{"layers-Linear": f"x = {at}", "layers-essay": text} for at, text in enumerate((ESSAY, f"Yes. {ESSAY}"))]
    (pair,) = report_of_pair(*answers).numbers["assignments"][0]["similar"]
    assert (pair["what"], pair["share"] > 0.9) == ("written answers", True)
    quoted = [answer | {"layers-essay": ESSAY + own} for answer, own in zip(answers, ("No.", OWN), strict=True)]
    assert report_of_pair(*quoted, public=Public(text=[ESSAY])).numbers["assignments"][0]["similar"] == []


def test_many_equal_hand_ins_are_one_group_and_no_pairs() -> None:
    made_report = report_of_pair(*[{"layers-Linear": "the same"}] * 30)
    (section,) = made_report.numbers["assignments"]
    assert ([len(group) for group in section["same_answers"]], section["similar"]) == ([30], [])
    assert made_report.html.count("The same answers, but for white space:") == 1


@given(st.text(), st.lists(st.integers(0, 30), max_size=6))
def test_marking_changes_nothing_of_the_text(source: str, cuts: list[int]) -> None:
    lines = source.splitlines(keepends=True) or [""]
    places = sorted({(1 + cut % len(lines), min(cut, len(lines[cut % len(lines)]))) for cut in cuts})
    spans = list(zip(places[::2], places[1::2], strict=False))
    shown = str(marked(source, spans)).replace("<mark>", "").replace("</mark>", "")
    assert html.unescape(shown) == html.unescape(html.escape(source))


@pytest.mark.parametrize("size", [1, 2])
def test_the_report_of_one_or_two_students_has_no_empty_part(size: int) -> None:
    words = words_of(report_of(make_class(size, 1)))
    assert "no correlation is given: fewer than 30 students" in words
    assert "nan" not in words.lower().split()
    for heading in ("Section", "could not be read", "Progress"):
        assert heading not in words


def test_a_report_without_hand_ins_says_so() -> None:
    words = words_of(report_of([mark for mark in make_class(200, 5) if not mark.handed_in]))
    assert words.count("Nothing has been handed in or graded of 2-layers") == 1
    assert "Late and missing" not in words


@pytest.mark.deep
@pytest.mark.long("a report on a class of a thousand")
def test_the_page_grows_with_the_class_and_not_with_its_pairs() -> None:
    small, large = (len(report_of(make_class(size, 1)).html) for size in (120, 1000))
    assert small < 100_000
    assert large < 300_000
    assert (large - small) / 880 < 300  # bytes for each further student


def test_who_needs_help_is_listed_with_the_section() -> None:
    marks = make_class(40, 1, ("2-layers", "3-dropout"))
    marks = [replace(m, student=replace(m.student, section=f"Section {1 + int(m.student.id) % 2}")) for m in marks]
    assert re.search(r"Student Section Below half Not handed in .+? Section [12] ", words_of(report_of(marks)))


def test_checks_stand_there_by_failure(words: str) -> None:
    table = words.partition("Checks, the least passed first")[2].partition("Limits and crashes")[0]
    shares = [int(passed) / int(of) for passed, of in re.findall(r"(\d+) of (\d+)", table)]
    assert shares == sorted(shares) and len(shares) > 5


def test_a_file_that_could_not_be_read_stands_apart_with_its_reason() -> None:
    marks = make_class(6, 1)
    verdicts = [verdict | {"outcome": "invalid", "points": 0} for verdict in marks[0].verdicts]
    broken = replace(marks[0], raw_score=0.0, verdicts=verdicts, unreadable="<b>no</b> notebook")
    made_report = report_of([broken, *marks[1:]])
    assert f"{broken.student.name}, 2-layers: <b>no</b> notebook" in words_of(made_report)
    assert broken.student.id not in [student["student"] for student in made_report.numbers["needs_help"]]


def test_two_of_one_name_are_told_apart_by_their_ids() -> None:
    marks = make_class(6, 1)
    namesakes = [replace(mark.student, first_name="Anna", last_name="Müller") for mark in (marks[0], marks[1])]
    words = words_of(report_of([replace(marks[at], student=who) for at, who in enumerate(namesakes)] + marks[2:]))
    assert all(f"Anna Müller ({who.id})" in words for who in namesakes)
    assert f"{marks[2].student.name} ({marks[2].student.id})" not in words


WITHOUT_SANDBOX = GradingRecord("layers", isolated=False)


@pytest.mark.parametrize(
    ("known", "name", "says"),
    [
        ({"standing": CLAIMED}, "time_claimed", "a time that nothing proves, such as a commit’s date:"),
        ({"record": WITHOUT_SANDBOX}, "not_isolated", "so the code was not shut in:"),
    ],
)
def test_what_is_doubtful_about_a_mark_is_named(known: dict[str, Any], name: str, says: str) -> None:
    marks = make_class(6, 1)
    assert says not in words_of(report_of(marks))
    doubtful = report_of([replace(marks[0], **known), *marks[1:]])
    assert doubtful.numbers["assignments"][0][name] == [marks[0].student.id]
    assert f"{says} {marks[0].student.name}" in words_of(doubtful)


def test_the_json_says_the_same(report: ClassReport) -> None:
    numbers = json.loads(json.dumps(report.numbers))
    first = numbers["assignments"][0]
    assert first["marks"]["students"] + len(first["missing"]) == numbers["students"] == 60
    assert {mistake["name"] for mistake in first["mistakes"]} == {name for name, _ in MISTAKES.values()}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_screen_reader_and_a_narrow_screen_can_use_it(scheme: str, browser: Browser, tmp_path: Path) -> None:
    few = make_class(8, 1, ("2-layers", "3-dropout"))
    let_copy(few, 0, 1)
    (tmp_path / "report.html").write_text(report_of(few).html, encoding="utf-8")
    with on_a_telephone(browser, scheme) as context:
        shown = context.new_page()
        shown.goto(f"file://{tmp_path}/report.html")
        shown.evaluate("document.querySelectorAll('details').forEach(details => { details.open = true })")
        assert shown.locator(".pair mark").count()
        assert shown.evaluate("document.documentElement.scrollWidth") <= 360
        assert violations(shown) == []

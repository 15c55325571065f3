"""What the pages for instructors plan agrees with what the chapters say of themselves."""

from __future__ import annotations

import re

import pytest
import yaml

from autograder.course import Course
from book.chapters import chapters
from book.facts import facts, said
from book.outcomes import outcomes_of
from book.timetable import (
    BEFORE,
    SESSION_MINUTES,
    TIMETABLE,
    estimates,
    home_minutes,
    page,
    parts,
    sessions,
    weeks_of,
)
from book.workload import ANSWER_MINUTES, is_measured, measured_grading, workload
from tests.conftest import ROOT

TEACHING = page("teaching")
WEEKS = weeks_of(TEACHING.only(TIMETABLE))
MOST_AT_HOME = 150


def test_the_term_holds_every_page_with_the_time_that_the_page_says() -> None:
    pages = {stem for week in WEEKS for stem in week.home}
    assert pages >= {chapter.assignment for chapter in chapters()}
    said = estimates()
    assert sum(home_minutes(WEEKS)) == pytest.approx(sum(said[stem] for stem in pages))


def test_the_term_keeps_the_order_of_the_chapters() -> None:
    stems = [stem for week in WEEKS for stem in week.home if stem[0].isdigit()]
    assert stems == sorted(stems)


def test_the_book_begins_with_the_pages_that_are_planned_in_the_order_in_which_they_are() -> None:
    listed = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))["parts"][0]["chapters"]
    planned = [f"chapters/{stem}" for stem in estimates()]
    assert [one["file"] for one in listed][: len(planned)] == planned


def test_no_week_of_the_term_asks_for_more_than_two_and_a_half_hours_at_home() -> None:
    assert len(WEEKS) == 12
    assert max(home_minutes(WEEKS)) <= MOST_AT_HOME


def test_a_week_that_names_a_page_without_an_estimate_is_refused_by_its_name() -> None:
    (week,) = weeks_of("- meeting: Something\n  home: [7-convolution]\n")
    with pytest.raises(LookupError, match="7-convolution is no page with an estimate"):
        home_minutes([week])


def test_the_page_before_the_first_chapter_says_the_half_hour_that_is_planned_for_it() -> None:
    assert "half an hour" in page(BEFORE).text
    assert estimates()[BEFORE] == 30


def test_the_intensive_course_holds_everything_once_and_in_order() -> None:
    assert [part for session in sessions(parts()) for part in session] == parts()
    exercises = [f"`{exercise.name}`" for chapter in chapters() for exercise in chapter.exercises]
    assert [part.says for part in parts() if part.says.startswith("`")] == exercises


def test_no_session_of_the_intensive_course_is_longer_than_it_lasts() -> None:
    assert max(sum(part.minutes for part in session) for session in sessions(parts())) <= SESSION_MINUTES


@pytest.mark.parametrize("chapter", chapters(), ids=lambda chapter: chapter.assignment)
def test_the_parts_of_a_chapter_take_what_its_head_says_to_a_quarter_of_an_hour(chapter: object) -> None:
    of_chapter = [part for part in parts() if part.page == chapter.assignment]  # type: ignore[attr-defined]
    assert sum(part.minutes for part in of_chapter) == pytest.approx(chapter.minutes, abs=7.5)  # type: ignore[attr-defined]


def test_the_hours_of_marking_are_students_times_minutes() -> None:
    load = workload(120)
    assert load.answers_h == 120 * ANSWER_MINUTES / 60
    assert load.all_answers_h == len(chapters()) * load.answers_h


def test_the_time_of_grading_is_that_of_the_measured_class_that_is_nearest_in_size() -> None:
    sizes = [one["submissions"] for one in measured_grading()["classes"]]
    assert {120, 300, 1000} <= set(sizes)
    for size, one in zip(sizes, measured_grading()["classes"], strict=True):
        assert is_measured(size)
        assert workload(size).grading_min == pytest.approx(one["wall_s"] / 60)
    assert not is_measured(130)
    assert workload(130).grading_min == pytest.approx(130 / 120 * workload(120).grading_min)


def test_a_chapter_without_an_outcome_is_named() -> None:
    with pytest.raises(LookupError, match=r"2-layers, .*left out"):
        outcomes_of("1-approximation: Something.")


def test_what_tools_do_is_said_of_every_exercise() -> None:
    text = TEACHING.text
    section = text[text.index("## AI tools") : text.index("## A talk of five minutes")]
    names = {exercise.name for chapter in chapters() for exercise in chapter.exercises}
    assert {name for name in names if f"`{name}`" not in section} == set()


def test_a_talk_is_prepared_for_every_chapter() -> None:
    text = TEACHING.text
    section = text[text.index("## A talk of five minutes") : text.index("## Academic honesty")]
    for room in (chapter.room for chapter in chapters()):
        assert re.search(rf"\*\*{room.capitalize()}\.\*\* \*Change:\*.+?\*Listen for:\*", section, re.DOTALL), room


def test_every_page_for_instructors_says_that_the_public_questions_have_public_answers() -> None:
    for stem in ("teaching", "running"):
        assert re.search(r"public\s+repository|repository is public", page(stem).text), stem
    assert (Course.installed().folder / "answers").is_dir()


def test_each_fact_is_shown_and_each_that_is_shown_is_known() -> None:
    texts = [path.read_text(encoding="utf-8") for path in Course.installed().chapters.glob("*.md")]
    shown = {name for text in texts for name in re.findall(r"\{fact\}`([^:`]+)", text)}
    assert shown == facts().keys()


def test_a_fact_is_written_as_the_page_asks() -> None:
    assert said("answer minutes:.1f") == f"{ANSWER_MINUTES}.0"
    assert said("weeks:d") == str(len(WEEKS))


def test_a_fact_that_is_not_there_is_refused_by_its_name_and_so_is_a_wrong_format() -> None:
    with pytest.raises(LookupError, match="no fact 'ours': there are exercises, "):
        said("ours:d")
    with pytest.raises(ValueError, match="format code 'd'"):
        said("term hours:d")

"""What a student sees of `check`, in a terminal and in a notebook."""

from __future__ import annotations

import builtins
import contextlib
import html
import re
import time
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import pytest
import torch
from playwright.sync_api import Page
from torch import nn

from autograder import check
from autograder.course import Course
from autograder.student import CheckFailed, UnknownName, report_on
from solutions.layers import Flatten, Linear


class Shouting(nn.Module):
    """A wrong Flatten whose error holds markup."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        raise RuntimeError("<script>alert(1)</script>")


class Sideways(nn.Module):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x.flatten()


class Doubled(nn.Module):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x.flatten(start_dim=1) * 2


def test_a_right_answer_passes_by_its_own_name() -> None:
    assert check(Linear).passed


def test_a_class_of_another_name_is_checked_as_the_exercise_that_it_is_bound_to() -> None:
    report = report_on(Sideways, SimpleNamespace(Flatten=Sideways))
    assert (report.exercise, report.passed) == ("Flatten", False)


def test_an_exercise_can_be_asked_for_by_its_name() -> None:
    assert report_on("Flatten", SimpleNamespace(Flatten=Flatten)).passed


def test_the_report_tells_title_observed_expected_likely_mistake_and_where_to_read() -> None:
    text = repr(report_on(Sideways, SimpleNamespace(Flatten=Sideways)))
    for part in (
        "Flatten: 0 of 2 checks passed",
        "Each example becomes one row",
        "observed:       output: float32 of shape (60,)",
        "expected:       output: float32 of shape (3, 20)",
        "likely mistake: The batch was flattened as well",
        'read:           section "From a picture to a row" of 2-layers.ipynb',
    ):
        assert part in text


def test_the_first_look_offers_a_second_one_and_keeps_the_hint_back() -> None:
    names = SimpleNamespace(Flatten=Sideways)
    for text in (repr(report_on("Flatten", names)), report_on("Flatten", names)._repr_html_()):
        assert "check(Flatten, hint=2)" in text
        assert hint_of("flatten-batch-too") not in " ".join(text.split())


def test_the_second_look_goes_a_step_further_and_offers_no_third() -> None:
    report = report_on("Flatten", SimpleNamespace(Flatten=Sideways), hint=2)
    for text in (repr(report), html.unescape(report._repr_html_())):
        assert hint_of("flatten-batch-too") in " ".join(text.split())
        assert "hint=2" not in text


def test_where_no_known_mistake_answers_so_the_second_look_tells_right_from_wrong() -> None:
    text = repr(report_on("Flatten", SimpleNamespace(Flatten=Doubled), hint=2))
    assert "hint:           Not yet right: output. Right already: x afterwards." in text


def test_an_exercise_that_passes_or_is_open_offers_no_hint() -> None:
    for names in (SimpleNamespace(Flatten=Flatten), SimpleNamespace()):
        assert "hint" not in repr(report_on("Flatten", names))


def hint_of(mistake_id: str) -> str:
    return next(mistake.hint for mistake in Course.installed().mistakes("layers") if mistake.id == mistake_id)


def test_hidden_checks_do_not_appear() -> None:
    assert "Any number of examples" not in repr(report_on("Flatten", SimpleNamespace(Flatten=Sideways)))


def test_the_notebook_shows_a_table_with_headings_that_says_in_words_what_passed() -> None:
    table = report_on("Flatten", SimpleNamespace(Flatten=Flatten))._repr_html_()
    for part in ("<caption", "Flatten: 2 of 2 checks passed", '<th scope="col"', "✓</span> passed"):
        assert part in table


def test_on_a_narrow_screen_what_was_observed_has_the_tables_width_and_on_a_wide_one_stands_beside_its_name(
    page: Page,
) -> None:
    report = report_on("Flatten", SimpleNamespace(Flatten=Sideways))
    page.set_content(report._repr_html_())
    seen = {}
    for width in (360, 1000):
        page.set_viewport_size({"width": width, "height": 800})
        name, text = page.locator("dt").first.bounding_box(), page.locator("dd").first.bounding_box()
        assert name and text
        seen[width] = text["width"], text["y"] - name["y"]
    assert seen[360][0] > 220 and seen[360][1] > 10
    assert seen[1000][1] == 0


def test_markup_in_a_students_error_is_escaped() -> None:
    table = report_on("Flatten", SimpleNamespace(Flatten=Shouting))._repr_html_()
    assert "<script>" not in table
    assert "&lt;script&gt;" in table


def test_require_is_silent_on_a_pass_and_raises_the_message_on_a_failure() -> None:
    report_on("Flatten", SimpleNamespace(Flatten=Flatten), only="rows").require()
    with pytest.raises(CheckFailed, match="likely mistake: The batch was flattened"):
        report_on("Flatten", SimpleNamespace(Flatten=Sideways), only="rows").require()


def test_a_failed_check_shows_no_traceback_of_ours_in_a_notebook() -> None:
    assert CheckFailed("one\ntwo")._render_traceback_() == ["one", "two"]


class MyFlatten(nn.Module): ...


class Endless(nn.Module):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        while True:
            with contextlib.suppress(Exception):
                x = x + 1


def test_a_loop_without_an_end_is_stopped_and_said_and_only_one_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("autograder.student.CHECK_S", 0.3)
    started = time.monotonic()
    text = repr(report_on("Flatten", SimpleNamespace(Flatten=Endless)))
    assert time.monotonic() - started < 5
    assert "it did not end within 0.3 seconds: is there a loop without an end?" in text
    assert "not tried: another check did not end in time" in text


def test_in_a_thread_where_no_alarm_can_ring_check_works_too() -> None:
    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(report_on, "Flatten", SimpleNamespace(Flatten=Flatten)).result().passed


def test_an_exercise_under_another_name_is_told_how_to_get_its_own() -> None:
    with pytest.raises(UnknownName, match="or add a line Flatten = MyFlatten"):
        report_on(MyFlatten, SimpleNamespace(MyFlatten=MyFlatten))


@pytest.mark.parametrize("thing", [None, 7, nn.Linear(2, 3), []], ids=repr)
def test_what_is_no_exercise_is_said_to_be_none(thing: object) -> None:
    with pytest.raises(UnknownName, match="there is no exercise"):
        report_on(thing, SimpleNamespace(thing=thing))


def test_a_name_that_is_asked_for_and_not_there_is_missing() -> None:
    assert "there is no Flatten in this notebook" in repr(report_on("Flatten", SimpleNamespace()))


def test_a_wrong_name_shows_no_traceback_of_ours_in_a_notebook() -> None:
    assert UnknownName("there is no exercise")._render_traceback_() == ["there is no exercise"]


def test_the_address_in_the_book_is_never_cut_by_the_width_of_the_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BOOK_URL", f"https://book.example/{'long/' * 30}")
    report = report_on("Linear", course_names_with("linear-std-ignored"))
    assert f"https://book.example/{'long/' * 30}chapters/2-layers.html#variance-through-layers" in repr(report)


def test_without_a_book_it_names_the_section_and_a_notebook_links_to_its_own_heading() -> None:
    report = report_on("Linear", course_names_with("linear-std-ignored"))
    words = " ".join(repr(report).split())
    assert 'read: section "One unit, one layer" of 2-layers.ipynb' in words
    assert '<a href="#One-unit,-one-layer">One unit, one layer</a>, in this notebook' in report._repr_html_()
    assert "http" not in words + report._repr_html_()


def course_names_with(mistake_id: str) -> SimpleNamespace:
    course = Course.installed()
    mistake = next(mistake for mistake in course.mistakes("layers") if mistake.id == mistake_id)
    return course.mistaken_names("layers", mistake)


def test_an_unknown_exercise_is_named_with_those_that_there_are() -> None:
    with pytest.raises(LookupError, match=r"no exercise 'Convolution'.*Linear"):
        report_on("Convolution", SimpleNamespace())


def test_an_unknown_check_is_named_with_those_that_there_are() -> None:
    with pytest.raises(LookupError, match=r"no check 'speed'.*rows"):
        report_on("Flatten", SimpleNamespace(), only="speed")


def test_checking_leaves_the_global_random_numbers_as_they_were() -> None:
    torch.manual_seed(3)
    expected = torch.rand(2)
    torch.manual_seed(3)
    check(Linear)
    assert torch.equal(torch.rand(2), expected)


def test_what_passes_because_pytorchs_own_part_was_called_is_said_once_below_the_checks() -> None:
    report = report_on("Flatten", SimpleNamespace(Flatten=nn.Flatten))
    assert report.passed
    for text in (repr(report), html.unescape(report._repr_html_())):
        said = " ".join(text.split())
        assert said.count("nn.Flatten") == 1
        assert "2 checks passed by calling PyTorch's own nn.Flatten. The exercise asks you to write Flatten" in said
        assert said.index("flattened too") < said.index("nn.Flatten"), "below all checks"
        assert "observed" not in text
        assert "hint=2" not in text


def test_own_work_that_passes_is_shown_without_a_word_more() -> None:
    report = report_on("Flatten", SimpleNamespace(Flatten=Flatten))
    assert "observed" not in repr(report) + report._repr_html_()


def test_a_mistake_that_several_checks_show_is_explained_once_and_counted() -> None:
    report = report_on(Sideways, SimpleNamespace(Flatten=Sideways))
    for text in (repr(report), html.unescape(report._repr_html_())):
        said = " ".join(text.split())
        assert said.count("The batch was flattened as well") == 1
        assert "(It explains 2 checks.)" in said
        assert "the one above" in said


def test_what_is_not_yet_right_comes_first_and_what_passed_is_folded() -> None:
    report = report_on("Linear", course_names_with("linear-std-ignored"))
    results = [line.split()[0] for line in repr(report).splitlines() if line.startswith(("  passed", "  not yet"))]
    assert results == sorted(results)
    assert {"not", "passed"} == set(results)
    table = report._repr_html_()
    assert table.index("✗") < table.index("✓") < table.index("<summary>2 checks</summary>")


class Talkative(nn.Module):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        for number in range(20_000):
            print("line", number)
        return x.flatten(start_dim=1)


def test_what_an_answer_prints_stands_below_the_table_and_its_flood_is_cut(capsys: pytest.CaptureFixture[str]) -> None:
    report = report_on("Flatten", SimpleNamespace(Flatten=Talkative))
    assert report.passed
    assert capsys.readouterr().out == ""
    for text in (repr(report), report._repr_html_()):
        assert text.index("checks passed") < text.index("line 0") < text.index("line 19")
        assert "line 20\n" not in text
        assert "… (the rest is left out)" in text


def test_what_an_answer_prints_is_escaped() -> None:
    class Marked(nn.Module):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            print("<script>")
            return x.flatten(start_dim=1)

    assert "<script>" not in report_on("Flatten", SimpleNamespace(Flatten=Marked))._repr_html_()


def test_an_answer_that_asks_for_input_is_told_that_nobody_answers() -> None:
    class Asking(nn.Module):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return x.flatten(int(input("from where? ")))

    before = builtins.input
    text = repr(report_on("Flatten", SimpleNamespace(Flatten=Asking)))
    assert "RuntimeError: your code asks for input()" in text
    assert builtins.input is before


def test_a_check_that_is_stopped_says_so_without_a_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("autograder.student.report_on", stop)
    with pytest.raises(KeyboardInterrupt, match="the check was interrupted") as caught:
        check(Linear)
    assert caught.value._render_traceback_() == ["the check was interrupted"]  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("exercise", "says"),
    [
        ("flatten", "Did you mean Flatten?"),
        (Flatten(), r"give the class itself, without parentheses, check\(Flatten\)"),
        (nn.Flatten, r"this Flatten is not the one that is called Flatten in your notebook: check\(Flatten\)"),
        (MyFlatten, "Did you mean Flatten. Call yours so, or add a line Flatten = MyFlatten"),
    ],
    ids=["case", "instance", "PyTorch's", "another name"],
)
def test_what_was_probably_meant_is_said(exercise: object, says: str) -> None:
    with pytest.raises(UnknownName, match=says):
        report_on(exercise, SimpleNamespace(Flatten=Flatten, MyFlatten=MyFlatten))


class LastRowDoubled(nn.Module):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        rows = x.flatten(start_dim=1).clone()
        rows[-1] *= 2
        return rows


def test_where_tensors_differ_a_picture_shows_which_numbers() -> None:
    report = report_on(LastRowDoubled, SimpleNamespace(Flatten=LastRowDoubled))
    rows = [" ".join("·" * 20), " ".join("·" * 20), " ".join("✗" * 20)]
    assert f"where:          {rows[0]}\n{' ' * 22}{rows[1]}\n{' ' * 22}{rows[2]}\n" in repr(report)
    assert "\n".join(rows) in report._repr_html_()


def test_the_code_below_a_failed_check_runs_it_again_with_the_same_inputs() -> None:
    page = report_on(Sideways, SimpleNamespace(Flatten=Sideways))._repr_html_()
    (code, *_) = re.findall(r"<summary>Run this check by hand</summary><pre[^>]*>(.*?)</pre>", page, re.DOTALL)
    notebook: dict[str, object] = {"Flatten": Sideways}
    *lines, last = html.unescape(code).splitlines()
    exec("\n".join(lines), notebook)
    observed = eval(last, notebook)
    assert observed["output"].shape == (60,)
    assert f"{float(observed['output'][0]):.4g}" in page


def test_a_third_look_is_refused() -> None:
    with pytest.raises(UnknownName, match="there is no hint 3"):
        report_on("Flatten", SimpleNamespace(Flatten=Flatten), hint=3)

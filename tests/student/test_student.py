"""The report of `check`, in a terminal and in a notebook."""

import builtins
import contextlib
import importlib
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch
from bs4 import BeautifulSoup
from playwright.sync_api import Page
from torch import Tensor, nn

import solutions.checks
from autograder import check, progress
from autograder.course import Course, names_of_source
from autograder.sandbox.hidden_checks import preload
from autograder.student import CheckFailed, CheckReport, UnknownName, report_on
from solutions.layers import Flatten, Linear

COURSE = Course.installed()


def flatten_by(forward: Callable[[Tensor], object]) -> type[nn.Module]:
    return type("Flatten", (nn.Module,), {"forward": lambda self, x: forward(x)})


def report(answer: object, **options: int | str) -> CheckReport:
    return report_on("Flatten", SimpleNamespace(Flatten=answer), **options)  # type: ignore[arg-type]


def shown(report: CheckReport) -> tuple[str, str]:
    """Return the words of a report in a terminal and in a notebook, with one space between them."""
    page = BeautifulSoup(report._repr_html_(), "html.parser").get_text(" ")
    return " ".join(repr(report).split()), " ".join(page.split())


def of_mistake(mistake_id: str) -> CheckReport:
    mistake = next(mistake for mistake in COURSE.mistakes("layers") if mistake.id == mistake_id)
    return report_on(mistake.exercise, COURSE.mistaken("layers", mistake)())


SIDEWAYS = flatten_by(lambda x: x.flatten())
DOUBLED = flatten_by(lambda x: x.flatten(start_dim=1) * 2)
HINT = next(mistake.hint for mistake in COURSE.mistakes("layers") if mistake.id == "flatten-batch-too")


# Which exercise is meant


def test_an_exercise_can_be_asked_for_by_its_name_or_by_what_is_bound_to_it() -> None:
    assert check(Linear).passed and report(Flatten).passed
    renamed = type("Other", (nn.Module,), {})
    seen = report_on(renamed, SimpleNamespace(Flatten=renamed))
    assert (seen.exercise, seen.passed) == ("Flatten", False)
    assert "there is no Flatten in this notebook" in repr(report_on("Flatten", SimpleNamespace()))


class MyFlatten(nn.Module): ...


@pytest.mark.parametrize(
    ("exercise", "options", "says"),
    [
        *((thing, {}, "there is no exercise") for thing in (None, 7, nn.Linear(2, 3), [])),
        ("flatten", {}, "Did you mean Flatten?"),
        ("Convolution", {}, "no exercise 'Convolution'.*Linear"),
        (Flatten(), {}, r"give the class itself, without parentheses, check\(Flatten\)"),
        (nn.Flatten, {}, r"this Flatten is not the one that is called Flatten in your notebook: check\(Flatten\)"),
        (MyFlatten, {}, "Did you mean Flatten. Call yours so, or add a line Flatten = MyFlatten"),
        ("Flatten", {"only": "speed"}, "no check 'speed'.*rows"),
        ("Flatten", {"hint": 3}, "there is no hint 3"),
    ],
    ids=str,
)
def test_an_unknown_name_is_reported_with_a_suggestion(
    exercise: object, options: dict[str, int | str], says: str
) -> None:
    with pytest.raises(UnknownName, match=says):
        report_on(exercise, SimpleNamespace(Flatten=Flatten, MyFlatten=MyFlatten), **options)  # type: ignore[arg-type]


# What is said


def test_a_failed_check_tells_title_observed_expected_likely_mistake_and_where_to_read() -> None:
    text = repr(report(SIDEWAYS))
    for part in (
        "Flatten: 0 of 2 checks passed",
        "Each example becomes one row",
        "observed:       output: float32 of shape (60,)",
        "expected:       output: float32 of shape (3, 20)",
        "likely mistake: The batch was flattened as well",
        'read:           section "From a picture to a row" of 2-layers.ipynb',
    ):
        assert part in text
    assert "Any number of examples" not in text, "a hidden check"


def test_the_second_hint_is_the_last() -> None:
    for text in shown(report(SIDEWAYS)):
        assert "check(Flatten, hint=2)" in text
        assert HINT not in text
    for text in shown(report(SIDEWAYS, hint=2)):
        assert HINT in text
        assert "hint=2" not in text
    seen = " ".join(repr(report(DOUBLED, hint=2)).split())
    assert "hint: Not yet right: output, output for images of two channels. Right already: x afterwards." in seen


@pytest.mark.parametrize("second", [[], ["Which sizes are left?"]], ids=["one hint", "two hints"])
def test_an_unwritten_exercise_shows_its_first_hints(second: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    stub = next(exercise.stub for exercise in COURSE.exercises("layers") if exercise.name == "Flatten")
    names = names_of_source(f"from torch import Tensor, nn\n{stub}", "stub")
    monkeypatch.setattr(Course, "first_hints", lambda *_: ["Count the rows.", *second])
    for text in shown(report_on("Flatten", names)):
        assert text.count("Where to begin: Count the rows.") == 1
        assert ("hint=2" in text, "not written yet." in text, "observed" in text) == (bool(second), True, False)
    for text in shown(report_on("Flatten", names, hint=2)):
        assert "Count the rows." in text and "hint=2" not in text
        assert all(f"And then: {hint}" in text for hint in second)


def test_a_passing_or_missing_exercise_shows_no_hint() -> None:
    for text in (*shown(report(Flatten)), *shown(report_on("Flatten", SimpleNamespace()))):
        assert "hint" not in text
        assert "observed" not in text


def test_a_mistake_that_several_checks_show_is_explained_once_and_counted() -> None:
    for text in shown(report(SIDEWAYS)):
        assert text.count("The batch was flattened as well") == 1
        assert "(It explains 2 checks.)" in text
        assert "the one above" in text


def test_a_call_of_pytorchs_own_part_does_not_pass_and_is_named() -> None:
    seen = report(nn.Flatten)
    assert not seen.passed
    for text in shown(seen):
        assert "it called the ready-made nn.Flatten, which did the work" in text
        assert "your own Flatten, which the exercise asks you to write" in text


def test_failed_checks_come_first_and_passed_checks_are_folded() -> None:
    seen = of_mistake("linear-std-ignored")
    results = [line.split()[0] for line in repr(seen).splitlines() if line.startswith(("  passed", "  not yet"))]
    assert results == sorted(results)
    assert {"not", "passed"} == set(results)
    page = seen._repr_html_()
    assert page.index("✗") < page.index("✓") < page.index("<summary>2 checks</summary>")


def test_where_tensors_differ_a_picture_shows_which_numbers() -> None:
    seen = report(flatten_by(lambda x: torch.cat([x[:-1], 2 * x[-1:]]).flatten(start_dim=1)))
    rows = [" ".join("·" * 20), " ".join("·" * 20), " ".join("✗" * 20)]
    assert f"where:          {rows[0]}\n{' ' * 22}{rows[1]}\n{' ' * 22}{rows[2]}\n" in repr(seen)
    assert "\n".join(rows) in seen._repr_html_()


def test_without_a_book_it_names_the_section_and_a_notebook_links_to_its_own_heading() -> None:
    seen = of_mistake("linear-std-ignored")
    assert 'read: section "One unit, one layer" of 2-layers.ipynb' in shown(seen)[0]
    page = BeautifulSoup(seen._repr_html_(), "html.parser")
    assert {(link["href"], link.text) for link in page("a")} == {("#One-unit,-one-layer", "One unit, one layer")}


def test_the_address_in_the_book_is_never_cut_by_the_width_of_the_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BOOK_URL", f"https://book.example/{'long/' * 30}")
    address = f"https://book.example/{'long/' * 30}chapters/2-layers.html#variance-through-layers"
    assert address in repr(of_mistake("linear-std-ignored"))


def test_what_an_answer_prints_stands_below_the_table_and_its_flood_is_cut(capsys: pytest.CaptureFixture[str]) -> None:
    def talk(x: Tensor) -> Tensor:
        for number in range(20_000):
            print("line", number)
        return x.flatten(start_dim=1)

    seen = report(flatten_by(talk))
    assert seen.passed
    assert capsys.readouterr().out == ""
    for text in shown(seen):
        assert text.index("checks passed") < text.index("line 0") < text.index("line 19")
        assert "line 20 " not in text
        assert "… (the rest is left out)" in text


# In a notebook


def test_the_notebook_shows_a_table_with_headings_that_says_in_words_what_passed() -> None:
    page = BeautifulSoup(report(Flatten)._repr_html_(), "html.parser")
    assert "Flatten: 2 of 2 checks passed" in page.caption.text
    assert page.find("th", scope="col")
    assert "✓ passed" in " ".join(page.get_text(" ").split())


def test_observations_stand_below_their_name_on_a_narrow_screen_only(page: Page) -> None:
    page.set_content(report(SIDEWAYS)._repr_html_())
    seen = {}
    for width in (360, 1000):
        page.set_viewport_size({"width": width, "height": 800})
        name, text = page.locator("dt").first.bounding_box(), page.locator("dd").first.bounding_box()
        assert name and text
        seen[width] = text["width"], text["y"] - name["y"]
    assert seen[360][0] > 220 and seen[360][1] > 10
    assert seen[1000][1] == 0


def test_markup_in_what_an_answer_prints_and_raises_is_escaped() -> None:
    def shout(x: Tensor) -> Tensor:
        print("<script>printed</script>")
        raise RuntimeError("<script>alert(1)</script>")

    page = BeautifulSoup(report(flatten_by(shout))._repr_html_(), "html.parser")
    assert not page("script")
    assert "<script>printed</script>" in page.text
    assert "<script>alert(1)</script>" in page.text


def test_the_code_below_a_failed_check_runs_it_again_with_the_same_inputs() -> None:
    page = BeautifulSoup(report(SIDEWAYS)._repr_html_(), "html.parser")
    summary = page.find("summary", string="Run this check by hand")
    *lines, last = summary.find_next("pre").text.splitlines()
    notebook: dict[str, object] = {"Flatten": SIDEWAYS}
    exec("\n".join(lines), notebook)
    observed = eval(last, notebook)
    assert observed["output"].shape == (60,)
    assert f"{float(observed['output'][0]):.4g}" in page.text


def test_require_is_silent_on_a_pass_and_raises_the_message_on_a_failure() -> None:
    report(Flatten, only="rows").require()
    with pytest.raises(CheckFailed, match="likely mistake: The batch was flattened") as failed:
        report(SIDEWAYS, only="rows").require()
    for error in (failed.value, UnknownName(str(failed.value))):  # neither shows a traceback in a notebook
        assert error._render_traceback_() == str(failed.value).splitlines()


# Answers that must not hold it up


def test_a_loop_without_an_end_is_stopped_and_said_and_only_one_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    def loop(x: Tensor) -> Tensor:
        while True:
            with contextlib.suppress(Exception):
                x = x + 1

    monkeypatch.setattr("autograder.student.CHECK_S", 0.3)
    started = time.monotonic()
    text = repr(report(flatten_by(loop)))
    assert time.monotonic() - started < 5
    assert "it did not end within 0.3 seconds: is there a loop without an end?" in text
    assert "not tried: another check did not end in time" in text


def test_what_a_check_needs_imported_takes_none_of_its_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "slow_to_import.py").write_text("import time\ntime.sleep(0.5)\n")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr("autograder.student.CHECK_S", 0.3)
    monkeypatch.setitem(solutions.checks.PRELOAD_FOR, "layers", ("slow_to_import",))
    preload.cache_clear()

    def forward(x: Tensor) -> Tensor:
        importlib.import_module("slow_to_import")
        return x.flatten(1)

    assert report(flatten_by(forward)).passed
    preload.cache_clear()


def test_in_a_thread_where_no_alarm_can_ring_check_works_too() -> None:
    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(report, Flatten).result().passed


def test_an_answer_that_asks_for_input_is_told_that_nobody_answers() -> None:
    before = builtins.input
    text = repr(report(flatten_by(lambda x: x.flatten(int(input("from where? "))))))
    assert "RuntimeError: your code asks for input()" in text
    assert builtins.input is before


@pytest.mark.parametrize("function", [lambda: check(Linear), lambda: progress("layers")], ids=["check", "progress"])
def test_a_check_that_is_stopped_says_so_without_a_traceback(
    monkeypatch: pytest.MonkeyPatch, function: Callable[[], object]
) -> None:
    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("autograder.student.report_on", stop)
    with pytest.raises(KeyboardInterrupt, match="the check was interrupted") as caught:
        function()
    assert caught.value._render_traceback_() == ["the check was interrupted"]  # type: ignore[attr-defined]


def test_checking_leaves_the_global_random_numbers_as_they_were() -> None:
    torch.manual_seed(3)
    expected = torch.rand(2)
    torch.manual_seed(3)
    check(Linear)
    assert torch.equal(torch.rand(2), expected)

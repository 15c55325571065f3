"""Mistakes that occur in any exercise are explained, also where they are not known mistakes of that exercise."""

import functools
import re
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch
from torch import Tensor

from autograder.checks import Raised, attempt, checks_of, rooms, student_line
from autograder.course import Course
from autograder.judge.common_mistakes import likely_mistake
from autograder.judge.judge import judge
from autograder.judge.verdicts import LIKELY_LABELS
from autograder.observe import Answer
from autograder.student import CheckReport, report_on

COURSE = Course.installed()
EXERCISES = {exercise.name: room for room in rooms() for exercise in COURSE.exercises(room)}
FUNCTIONS = [(room, name) for name, room in EXERCISES.items() if name[0].islower()]
CLASSES = [(room, name) for name, room in EXERCISES.items() if name[0].isupper()]


def report(name: str, answer: object) -> CheckReport:
    return report_on(name, SimpleNamespace(**{**vars(COURSE.names(EXERCISES[name])), name: answer}))


def words_on(name: str, answer: object) -> str:
    """Return the words of the visible checks of an exercise on an answer."""
    return " ".join(repr(report(name, answer)).split())


@pytest.mark.parametrize(("room", "name"), FUNCTIONS)
@pytest.mark.deep
@pytest.mark.long("the known mistakes of an exercise are run")
def test_a_forgotten_return_is_named_wherever_a_visible_check_fails_for_it(room: str, name: str) -> None:
    right = getattr(COURSE.names(room), name)

    @functools.wraps(right)
    def forgetful(*arguments: Any, **named: Any) -> None:
        right(*arguments, **named)

    shown = report(name, forgetful)
    assert shown.passed or any(label in repr(shown) for label in LIKELY_LABELS)


@pytest.mark.parametrize(("room", "name"), CLASSES)
@pytest.mark.deep
@pytest.mark.long("the known mistakes of an exercise are run, sixty of Learner")
def test_a_function_where_a_class_is_asked_for_is_told_so(room: str, name: str) -> None:
    def function(x: Tensor) -> Tensor:
        return x

    function.__name__ = function.__qualname__ = name
    assert any(label in words_on(name, function) for label in LIKELY_LABELS)


CATALOGUE = Path(__file__).with_name("common_mistakes.md").read_text(encoding="utf-8")
ANSWER = re.compile(r"^## ([^\n]+)\n\n(\w+): ([^\n]+)\n\n```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)
TOLD = [pytest.param(*answer, id=fault) for fault, *answer in ANSWER.findall(CATALOGUE)]


@pytest.mark.parametrize(("name", "explanation", "source"), TOLD)
def test_a_common_mistake_is_explained_in_any_exercise(name: str, explanation: str, source: str) -> None:
    names = {**vars(COURSE.names(EXERCISES[name])), "__name__": "answer"}
    exec(source, names)
    text = words_on(name, names[name])
    assert explanation in text
    assert ("like a function" in text) == ("like a function" in explanation)


def test_a_class_without_init_is_not_taken_for_a_function() -> None:
    assert "behaves like a function" not in words_on("Linear", type("Linear", (), {}))


def test_a_name_that_is_not_defined_is_told_where_a_check_expects_a_refusal() -> None:
    error = Raised("NameError", "name 'message' is not defined", "raise ValueError(message)")
    check = next(check for check in checks_of("layers") if check.exercise == "cross_entropy")
    right = {"a tensor": torch.zeros(2), "refusal": Raised("ValueError", "a target is no class")}
    expect = SimpleNamespace(
        reference=lambda *_: Answer("observed", right), mistaken=lambda *_: {"other": Answer("observed", wrong)}
    )
    wrong = {"a tensor": torch.ones(2), "refusal": error}
    (verdict,) = judge([check], [Answer("observed", wrong)], [1], expect)  # type: ignore[arg-type]
    assert verdict.diagnosis and verdict.diagnosis.mistake is None
    assert verdict.diagnosis.observed.startswith("refusal: NameError: name 'message' is not defined")
    assert verdict.diagnosis.likely.startswith("message is not defined in this cell.")


@pytest.mark.parametrize(
    ("error", "likely"),
    [
        (Raised("AttributeError", "'NoneType' object has no attribute 'shape'"), "Is there a `return`"),
        (Raised("TypeError", "scale() takes 0 positional arguments but 1 was given"), "Compare your line def scale"),
        # There the student called it.
        (Raised("TypeError", "scale() missing 1 required positional argument: 'x'", "return scale()"), None),
        (
            Raised("UnboundLocalError", "cannot access local variable 'x' where it is not associated with a value"),
            "a name is used that has no value yet",
        ),
        (
            Raised("TypeError", "'>=' not supported between instances of 'int' and 'NoneType'", "if n >= patience:"),
            "A None is compared",
        ),
        (Raised("ValueError", "too many values to unpack (expected 2)"), "names several results"),
        (Raised("ValueError", "too many values to unpack (expected 2)", "a, b = x"), None),
        (Raised("AttributeError", "'scale' object has no attribute 'weight'"), "names an attribute weight"),
        (Raised("AttributeError", "'scale' object has no attribute 'weight'", "x @ self.weight"), None),
    ],
)
def test_a_guess_is_made_from_the_text_of_an_error_where_it_says_enough(error: Raised, likely: str | None) -> None:
    guess = likely_mistake(error, None, "scale")
    assert guess == "" if likely is None else likely in guess


SAID = {
    "type('Bare', (nn.Module,), {'__init__': lambda it: setattr(it, 'part', nn.ReLU())})()": "super().__init__()?",
    "setattr(nn.Linear(2, 2), 'weight', torch.ones(2))": "a plain tensor",
    "nn.Parameter(torch.ones(2)).mul_(2)": "in place while autograd records",
    "max(torch.ones(2), 0)": "a single yes or no",
    "torch.ones(2) + torch.ones(3)": "element by element",
    "torch.ones(2, 3) @ torch.ones(2, 3)": "matrix product",
    "torch.ones(2, 3).view(4)": "as many numbers",
    "torch.ones(2, 3).T.view(6)": "lie in memory",
    "torch.ones(2, 2).double() @ torch.ones(2, 2)": "Two dtypes meet",
    "torch.ones(2).double() @ torch.ones(2)": "Two dtypes meet",
    "torch.ones(2).sum().backward()": "The way back is cut",
    "torch.ones(2).bool() - torch.ones(2).bool()": "cannot be subtracted",
}


@pytest.mark.parametrize(("call", "saying"), SAID.items())
def test_what_pytorch_says_of_a_frequent_error_is_said_in_other_words(call: str, saying: str) -> None:
    error = attempt(lambda: eval(call, {"torch": torch, "nn": torch.nn}))
    assert isinstance(error, Raised) and saying in likely_mistake(error, None, "scale")


@pytest.mark.parametrize(
    "library",
    [
        *("/usr/lib/python3/torch/nn/functional.py", r"C:\Python\Lib\site-packages\torch\nn\functional.py"),
        "<checks of layers>",  # as a sandbox has them
    ],
)
@pytest.mark.parametrize(
    "cell",
    [
        *("/tmp/ipykernel_41/123.py", r"C:\Users\Ada\AppData\Local\Temp\ipykernel_41\123.py"),
        *("/tmp/ipython-input-2117971595.py", "<cell layers>"),  # Colab's, and a sandbox's
    ],
)
def test_the_quoted_line_is_the_students_and_not_a_librarys(library: str, cell: str) -> None:
    names: dict[str, Any] = {}
    exec(compile("def inner():\n    raise RuntimeError('of the library')", library, "exec"), names)
    exec(compile("def outer():\n    return inner()", cell, "exec"), names)
    with pytest.raises(RuntimeError) as caught:
        names["outer"]()
    frames = [frame.name for frame in caught.traceback]
    assert frames[-1] == "inner"
    sys.modules["linecache"].cache[cell] = (9, None, ["def outer():\n", "    return inner()\n"], cell)
    assert student_line(caught.value) == "return inner()"


@pytest.mark.parametrize(
    ("file", "line"), [("<cell half>", "return 1 / 0"), ("<timed exec>", "line 2 of the cell")], ids=["cell", "%%time"]
)
def test_an_error_quotes_the_students_line_or_its_number_where_the_text_is_not_kept(file: str, line: str) -> None:
    names: dict[str, Any] = {}
    exec(compile("def half():\n    return 1 / 0", file, "exec"), names)
    sys.modules["linecache"].cache["<cell half>"] = (9, None, ["def half():\n", "    return 1 / 0\n"], "<cell half>")
    assert attempt(names["half"]) == Raised("ZeroDivisionError", "division by zero", line)

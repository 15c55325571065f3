"""The judge: equal observations, and the diagnosis of unequal ones."""

import math
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from autograder.arrays import python_numbers
from autograder.checks import Check, Observation, Observations, Raised, Sample, attempt
from autograder.judge.comparison import same, same_distribution
from autograder.judge.judge import describe, judge
from autograder.judge.verdicts import Diagnosis, Verdict
from autograder.mistakes import Mistake
from autograder.observe import Answer
from autograder.sections import Contents

CHECK = Check("room", "Thing", "look", "It does what it should", 2, False, lambda names, rng: {})


class Scripted:
    """Expectations that are written down in the test."""

    def __init__(self, right: Observations, **mistakes: Observations) -> None:
        self.right, self.mistakes = right, mistakes

    def reference(self, check: Check, seed: int) -> Answer:
        return Answer("observed", self.right)

    def mistaken(self, check: Check, seed: int) -> dict[str, Answer]:
        return {name: Answer("observed", observations) for name, observations in self.mistakes.items()}

    def explanation(self, check: Check, mistake: str) -> Mistake:
        return Mistake(mistake, "Thing", f"You made {mistake}.", "", "a-section", ())

    def first_hints(self, check: Check) -> tuple[str, ...]:
        return ("Which number comes first?", "And which next?")

    def contents(self, room: str) -> Contents:
        return Contents("1-thing", "https://book/page.html", {"a-section": "A section"})


def verdict_on(answer: Answer, expect: Scripted) -> Verdict:
    return judge([CHECK], [answer], [0], expect)[0]


def diagnosed(observed: Observations, right: Observations, **mistakes: Observations) -> Diagnosis:
    return verdict_on(Answer("observed", observed), Scripted(right, **mistakes)).diagnosis


@given(arrays("float32", array_shapes(min_side=0)))
def test_every_tensor_is_the_same_as_itself_nan_and_infinity_included(values: object) -> None:
    tensor = torch.as_tensor(values)
    assert same(tensor, tensor.clone())


@pytest.mark.parametrize(
    ("observed", "expected"),
    [
        (torch.ones(3), torch.ones(3, dtype=torch.float64)),
        (torch.ones(3), torch.ones(1, 3)),
        (torch.ones(3), torch.ones(3) + 1e-3),
        (torch.ones(2, dtype=torch.int64), torch.tensor([1, 2])),
        (torch.tensor([math.nan]), torch.tensor([0.0])),
        (1, 1.0),
        (True, 1),
        ("one", 1),
        (None, torch.zeros(1)),
        (Raised("ValueError", "no"), "no"),
        (torch.zeros(10), Sample(torch.randn(1000))),
        (Sample(torch.zeros(3)), torch.zeros(3)),
    ],
)
def test_observations_of_another_type_dtype_shape_or_value_differ(observed: object, expected: object) -> None:
    assert not same(observed, expected)  # type: ignore[arg-type]


def test_rounding_in_the_last_places_is_no_difference() -> None:
    x = torch.randn(100, 100)
    assert same(x @ x, torch.einsum("ij,jk->ik", x, x))


class BadShape(ValueError):
    """An error as a student can write one."""


class Unprintable(TypeError):
    """An error whose author forgot that str has to return a text."""

    def __str__(self) -> str:
        return self.args[0]


def raised(error: Exception) -> Raised:
    def act() -> None:
        raise error

    error_seen = attempt(act)
    assert isinstance(error_seen, Raised)
    return error_seen


REFUSALS = [ValueError(), TypeError("does not fit"), BadShape("3 is not 4"), BadShape(), Unprintable(4)]
FAULTS = [NotImplementedError(), AssertionError(), IndexError("3"), KeyError(3), RuntimeError("3 is not 4")]


@pytest.mark.parametrize("error", [*REFUSALS, *FAULTS], ids=repr)
def test_a_refusal_needs_no_words_and_can_be_of_an_own_class_and_other_errors_are_none(error: Exception) -> None:
    assert same(raised(error), Raised("ValueError", "3 is not 4")) == (error in REFUSALS)
    assert raised(error).kind == type(error).__name__


def test_other_errors_are_the_same_where_kind_and_words_agree() -> None:
    error = Raised("RuntimeError", "shapes (4x5 and 3x2) at 0x7f3a")
    assert same(Raised("RuntimeError", "shapes (8x5 and 6x2) at 0x11ff"), error)
    assert not same(Raised("RuntimeError", "out of memory"), error)
    assert not same(Raised("IndexError", error.message), error)


@given(st.integers(0, 2**31), st.sampled_from([500, 5000]))
def test_two_samples_of_one_distribution_are_the_same(seed: int, size: int) -> None:
    rng = torch.Generator().manual_seed(seed)
    assert same_distribution(torch.randn(size, generator=rng), torch.randn(size, generator=rng))


@pytest.mark.parametrize("shifted", [lambda x: x * 1.3, lambda x: x + 0.2, lambda x: x.sign(), lambda x: x * math.nan])
def test_samples_of_two_distributions_differ(shifted: object) -> None:
    rng = torch.Generator().manual_seed(0)
    first, second = torch.randn(2, 20_000, generator=rng)
    assert not same_distribution(shifted(first), second)  # type: ignore[operator]


def test_the_mistake_that_answers_alike_is_named_with_its_explanation_and_link() -> None:
    expect = Scripted({"output": 3}, off_by_one={"output": 4}, doubled={"output": 6})
    verdict = verdict_on(Answer("observed", {"output": 6}), expect)
    assert (verdict.outcome, verdict.points) == ("fail", 0)
    assert verdict.message.splitlines() == [
        "Thing · It does what it should",
        "  observed: output: 6",
        "  expected: output: 3",
        "  likely mistake: You made doubled.",
        "  read: A section, https://book/page.html#a-section",
    ]


def named(observed: Observations, right: Observations, **mistakes: Observations) -> set[str]:
    diagnosis = diagnosed(observed, right, **mistakes)
    return {diagnosis.mistake, *(likely.mistake for likely in diagnosis.also)} - {None}


def test_a_wrong_answer_that_no_mistake_explains_names_none() -> None:
    diagnosis = diagnosed({"output": 7}, {"output": 3}, doubled={"output": 6})
    assert (diagnosis.mistake, diagnosis.likely, diagnosis.observed) == (None, "", "output: 7")


def test_one_mistake_that_explains_all_is_named_and_not_two_that_do_together() -> None:
    right, wrong = {"output": 3, "refused": "yes"}, {"output": 6, "refused": "no"}
    alone = {"doubled": right | {"output": 6}, "careless": right | {"refused": "no"}}
    assert named(wrong, right, **alone, both=wrong) == {"both"}


def test_a_mistake_that_would_have_spoilt_what_is_right_is_not_named() -> None:
    assert named({"a": 0, "b": 2}, {"a": 1, "b": 2}, halved={"a": 0, "b": 1}) == set()


def test_a_wrong_dtype_and_wrong_numbers_of_one_tensor_are_two_mistakes() -> None:
    right = torch.tensor([1.0, 2.0])
    mistakes = {"doubled": {"output": 2 * right}, "exact": {"output": right.double()}}
    assert named({"output": 2 * right.double()}, {"output": right}, **mistakes) == {"doubled", "exact"}


def test_two_errors_that_speak_of_none_are_one_mistake_whichever_operation_met_it() -> None:
    mistake = Raised("TypeError", "unsupported operand type(s) for *: 'float' and 'NoneType'")
    seen = Raised("AttributeError", "'NoneType' object has no attribute 'data'")
    assert named({"step": seen}, {"step": "done"}, crash={"step": mistake}) == {"crash"}


def test_of_two_mistakes_with_like_errors_the_one_with_the_same_numbers_is_named() -> None:
    at = [Raised("RuntimeError", f"size 5 must match size 3 at dimension {which}") for which in (1, 0)]
    mistakes = {"elementwise": {"output": at[0]}, "added": {"output": at[1]}}
    assert named({"output": at[1]}, {"output": 3}, **mistakes) == {"added"}


def test_two_type_errors_of_pythons_are_no_two_refusals() -> None:
    seen, mistake = Raised("TypeError", "'method' object is not iterable"), Raised("TypeError", "can only join text")
    assert named({"output": seen}, {"output": 3}, joined={"output": mistake}) == set()
    verdict = verdict_on(Answer("error", {"error": seen}), Scripted({"output": 3}, joined={"output": 4}))
    assert verdict.diagnosis.mistake is None


def test_an_error_that_comes_about_by_itself_is_not_the_refusal_of_a_mistake() -> None:
    by_itself = Raised("TypeError", "cannot assign 'torch.FloatTensor' as parameter 'weight'")
    one_refused = {"size 1": Raised("ValueError", "one is too few")}
    assert named({"size 1": by_itself}, {"size 1": "accepted"}, one_refused=one_refused) == set()


def test_two_mistakes_in_one_check_are_both_named_and_the_one_that_is_shown_comes_first() -> None:
    right = {"output": 3, "refused": "yes", "sizes": "2, 2"}
    expect = Scripted(right, doubled=right | {"output": 6}, careless=right | {"refused": "no", "sizes": "2, 1"})
    verdict = verdict_on(Answer("observed", {"output": 6, "refused": "no", "sizes": "2, 1"}), expect)
    assert (verdict.diagnosis.mistake, verdict.diagnosis.observed) == ("careless", "refused: no")
    assert [likely.mistake for likely in verdict.diagnosis.also] == ["doubled"]
    assert verdict.message.splitlines()[3:] == [
        "  likely mistake: You made careless.",
        "  read: A section, https://book/page.html#a-section",
        "  also likely: You made doubled.",
        "  read: A section, https://book/page.html#a-section",
    ]


def test_a_mistake_that_only_the_text_of_an_error_speaks_for_is_a_perhaps() -> None:
    sizes = Raised("RuntimeError", "size 5 must match size 3 at dimension 0")
    right = {"output": 3, "sizes": "2, 2"}
    expect = Scripted(right, crossed=right | {"output": sizes})
    verdict = verdict_on(Answer("observed", right | {"output": sizes}), expect)
    assert "  perhaps: You made crossed." in verdict.message
    expect = Scripted(right, crossed=right | {"output": sizes, "sizes": "2, 1"})
    verdict = verdict_on(Answer("observed", right | {"output": sizes, "sizes": "2, 1"}), expect)
    assert "  likely mistake: You made crossed." in verdict.message


def test_what_is_missing_beside_an_error_speaks_for_no_mistake_and_without_one_it_does() -> None:
    sizes, by_accident = Raised("RuntimeError", "size 5 must match size 3"), Raised("AttributeError", "no onehot")
    right = {"loss": 3, "gradient": 4, "refused": "yes"}
    assert named({"loss": by_accident, "refused": "yes"}, right, crossed={"loss": sizes, "refused": "yes"}) == set()
    expect = Scripted(right, crossed={"loss": sizes, "refused": "yes"})
    verdict = verdict_on(Answer("observed", {"loss": sizes, "refused": "yes"}), expect)
    assert "  perhaps: You made crossed." in verdict.message
    assert named({"loss": 3, "refused": "yes"}, right, no_gradient={"loss": 3, "refused": "yes"}) == {"no_gradient"}


def test_where_a_refusal_is_asked_for_an_error_is_an_answer_and_no_guess() -> None:
    refused, mistaken = Raised("ValueError", "one is too few"), Raised("ValueError", "not 1")
    expect = Scripted({"size 1": "accepted"}, one_refused={"size 1": mistaken})
    verdict = verdict_on(Answer("observed", {"size 1": refused}), expect)
    assert "  likely mistake: You made one_refused." in verdict.message


@pytest.mark.parametrize("kind", ["timeout", "memory", "crash", "missing", "invalid", "error"])
def test_whatever_is_not_an_observation_is_an_outcome_without_points(kind: str) -> None:
    verdict = verdict_on(Answer(kind, {}, "what happened"), Scripted({"output": 3}))  # type: ignore[arg-type]
    assert (verdict.outcome, verdict.points) == (kind, 0)


def test_an_error_that_stands_in_the_place_of_what_was_expected_is_what_is_told() -> None:
    diagnosis = diagnosed({"doing it": Raised("NameError", "no save")}, {"output": 3})
    assert (diagnosis.observed, diagnosis.expected) == ("doing it: NameError: no save", "output: 3")


def test_a_hint_names_what_is_not_right_and_of_what_is_right_a_few() -> None:
    right: dict[str, int] = dict.fromkeys("abcdef", 1)
    assert diagnosed(right | {"a": 2}, right).hint == "Not yet right: a. Right already: 5 others."
    diagnosis = diagnosed(right | dict.fromkeys("abc", 2), right)
    assert diagnosis.hint == "Not yet right: a, b, c. Right already: d, e, f."


def test_an_observation_too_many_is_not_a_pass() -> None:
    assert verdict_on(Answer("observed", {"output": 3, "more": 1}), Scripted({"output": 3})).outcome == "fail"


def test_a_reference_that_fails_its_own_check_is_an_error_of_the_course() -> None:
    class Broken(Scripted):
        def reference(self, check: Check, seed: int) -> Answer:
            return Answer("error", {"error": Raised("ZeroDivisionError", "")})

    with pytest.raises(RuntimeError, match="the reference itself"):
        verdict_on(Answer("observed", {}), Broken({}))


@given(arrays("float64", array_shapes(max_dims=3, max_side=50)))
def test_a_description_stays_short_however_large_the_tensor(values: object) -> None:
    assert len(describe(torch.as_tensor(values))) < 150


DESCRIBED = [
    (raised(BadShape()), "BadShape: no message"),
    (Sample(torch.tensor(1.5)), "1 numbers with mean 1.5 and standard deviation 0"),
    (python_numbers(1.923, "float16"), "1.923"),
    (python_numbers([3.906, 3.5, 6.25]), "3.906, 3.5, 6.25"),
    (python_numbers([]), "no numbers"),
    (torch.tensor([12341]), "int64 of shape (1,): 12341"),
]


@pytest.mark.parametrize(("value", "words"), DESCRIBED, ids=[words for _, words in DESCRIBED])
def test_an_observation_is_described_as(value: Observation, words: str) -> None:
    assert describe(value) == words


def test_a_number_of_pythons_is_compared_within_the_tolerance_of_its_dtype_and_shown_alone() -> None:
    assert same(python_numbers(1.92, "float16"), python_numbers(1.93, "float16"))
    assert not same(python_numbers(1.92, "float16"), python_numbers(1.99, "float16"))
    observed, right = python_numbers(1.863, "float16"), python_numbers(1.923, "float16")
    diagnosis = diagnosed({"temperature": observed}, {"temperature": right})
    assert diagnosis.observed == "temperature: 1.863; it is off by 0.0596"
    assert diagnosis.expected == "temperature: 1.923"


def observed_where(observed: torch.Tensor, expected: torch.Tensor) -> str:
    return diagnosed({"output": observed}, {"output": expected}).observed


def test_numbers_are_shown_from_the_first_wrong_one_on() -> None:
    expected = torch.zeros(3, 4, dtype=torch.int64)
    observed = expected.clone()
    observed[1, 2:] = 5
    diagnosis = diagnosed({"matrix": observed}, {"matrix": expected})
    assert diagnosis.observed == "matrix: int64 of shape (3, 4): from [1, 2] on 5, 5, 0, 0, …"
    assert diagnosis.expected == "matrix: int64 of shape (3, 4): from [1, 2] on 0, 0, 0, 0, …"
    floats = torch.zeros(6)
    floats[4:] = 0.5
    assert observed_where(floats, torch.zeros(6)).startswith("output: float32 of shape (6,): from [4] on 0.5, 0.5;")


def test_a_gradient_that_is_none_is_no_forgotten_return() -> None:
    assert "return" in diagnosed({"output": None}, {"output": torch.zeros(2)}).likely
    assert diagnosed({"gradient of bias": None}, {"gradient of bias": torch.zeros(2)}).likely == ""


def test_what_is_shown_is_what_the_explanation_is_about() -> None:
    right = {"loss": 3, "float32": torch.zeros(2), "float64": torch.zeros(2)}
    dtypes = Raised("RuntimeError", "expected m1 and m2 to have the same dtype")
    diagnosis = diagnosed({"loss": 4, "float32": Raised("RuntimeError", "no"), "float64": dtypes}, right)
    assert diagnosis.likely.startswith("Two dtypes meet.") and diagnosis.perhaps
    assert diagnosis.observed.startswith("float64: RuntimeError")


def test_a_tensor_in_the_place_of_a_number_of_pythons_is_told_so() -> None:
    diagnosis = diagnosed({"counts": "a Tensor"}, {"counts": python_numbers([3, 1])})
    assert diagnosis.likely.startswith("This is a tensor where a number of Python's is expected")


def test_an_error_by_accident_where_a_refusal_is_asked_for_is_told_so() -> None:
    refused = {"no examples": Raised("ValueError", "there are none")}
    seen = {"no examples": Raised("ZeroDivisionError", "division by zero")}
    assert "by accident" in diagnosed(seen, refused).likely
    assert diagnosed({"no examples": "accepted"}, refused).likely == ""


NAN = math.nan
OFF = [
    ([[0, 1], [0, 1]], "; it is off by up to 1, in 2 of 4 numbers, at [:, 1]"),
    ([[0, 1, 0.5], [0, 1, 0]], "in 3 of 6 numbers, at [:, 1:3]"),
    ([[1, 1]], "; it is off by up to 1"),
    ([[NAN, NAN, 0], [NAN, NAN, 0]], "; NaN in 4 of 6 numbers, at [:, 0:2]"),
    ([[NAN, 0, 2]], "; it is off by up to 2, NaN in 1 of 3 numbers, at [:, :]"),
    ([[NAN, NAN]], "; NaN in 2 of 2 numbers"),
]


@pytest.mark.parametrize(("numbers", "ending"), OFF, ids=[ending for _, ending in OFF])
def test_wrong_numbers_are_counted_and_located(numbers: list[list[float]], ending: str) -> None:
    observed = torch.tensor(numbers).float()
    assert observed_where(observed, torch.zeros(observed.shape)).endswith(ending)


def picture_where(observed: torch.Tensor, expected: torch.Tensor) -> str:
    return diagnosed({"output": observed}, {"output": expected}).where


def test_where_some_numbers_of_a_tensor_are_wrong_a_picture_shows_which() -> None:
    expected = torch.zeros(2, 3)
    observed = expected.clone()
    observed[:, 1] = 0.5
    assert picture_where(observed, expected) == "· ✗ ·\n· ✗ ·"
    assert picture_where(observed > 0, expected > 0) == "· ✗ ·\n· ✗ ·"
    assert picture_where(expected + 1, expected) == "", "where all are wrong there is nothing to see"
    assert picture_where(torch.eye(100), torch.zeros(100, 100)) == "", "nobody looks at so many"


@given(arrays("bool", array_shapes(min_side=1)))
def test_the_place_that_is_told_covers_all_that_is_off_and_ends_where_it_ends(off: Any) -> None:
    marked = torch.as_tensor(off)
    if not marked.any() or marked.all():
        return
    place = observed_where(marked.double(), torch.zeros_like(marked, dtype=torch.float64)).rpartition("at [")[2]
    block = eval(f"np.index_exp[{place}", {"np": np})
    rest = marked.clone()
    rest[block] = False
    assert not rest.any()
    for dimension, index in enumerate(block):
        if index != slice(None):
            kept = marked.movedim(dimension, 0)[index if isinstance(index, slice) else slice(index, index + 1)]
            assert kept[0].any()
            assert kept[-1].any()

"""A chapter's questions, which a page and a notebook show: what they consist of, and what is refused."""

import pytest

from autograder.instructor.releasing.questions import parse_question

QUESTION = """What is it?

- [ ] This
  Because.
- [x] That
  On two
  lines, with `code`.

It was that."""


def test_a_question_has_a_prompt_options_with_reasons_and_an_outcome() -> None:
    question = parse_question(QUESTION)
    assert question.prompt == "What is it?"
    assert [(option.text, option.right, option.reason) for option in question.options] == [
        ("This", False, "Because."),
        ("That", True, "On two\nlines, with `code`."),
    ]
    assert question.outcome == "It was that."


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("- [x]", "- [ ]", "exactly one right option"),
        ("- [ ]", "- [x]", "exactly one right option"),
        ("  Because.\n", "", "'This' needs its own reason"),
        ("It was that.", "", "what was measured"),
        ("- [ ] This\n  Because.\n", "", "two options or more"),
    ],
)
def test_an_unfair_question_is_refused(old: str, new: str, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint.replace("[", r"\[")):
        parse_question(QUESTION.replace(old, new))

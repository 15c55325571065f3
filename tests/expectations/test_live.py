"""What the course's own answers are does not depend on the machine that computes them."""

import torch

from autograder.checks import Check
from autograder.course import Course
from autograder.expectations.live import LiveExpectations

COUNT = Check(
    "layers",
    "Linear",
    "threads",
    title="",
    points=0,
    hidden=False,
    observe=lambda names, rng: {"threads": torch.get_num_threads()},
)


def test_expectations_are_computed_on_one_thread_and_the_number_of_threads_is_put_back(course: Course) -> None:
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    try:
        answer = LiveExpectations(course).reference(COUNT, seed=1)
        assert (answer.observations, torch.get_num_threads()) == ({"threads": 1}, 2)
    finally:
        torch.set_num_threads(before)

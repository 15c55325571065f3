"""A recording lets a student's machine judge as the reference does, and holds nothing of the reference's text."""

from pathlib import Path

import pytest
import torch

from autograder import wire
from autograder.checks import Check, Raised, checks_of
from autograder.course import Course
from autograder.judge.expectations import (
    RUN_SEEDS,
    LiveExpectations,
    RecordedExpectations,
    expectations,
    record,
    without_reference_words,
)
from autograder.judge.judge import Expectations, judge
from autograder.mistakes import Mistake
from autograder.observe import Answer, observe, seed_of
from tests.commands import in_process
from tests.conftest import ROOT, made_once

ROOM = "layers"
COURSE = Course.installed()
VISIBLE = [check for check in checks_of(ROOM) if not check.hidden]
FIRST_MISTAKES = list({mistake.exercise: mistake for mistake in reversed(COURSE.mistakes(ROOM))}.values())


@pytest.fixture(scope="session")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made_once("recording", tmp_path_factory, lambda folder: record(COURSE, ROOM, folder)) / f"{ROOM}.frames"


def judged(checks: list[Check], answers: list[Answer], seeds: list[int], expect: Expectations) -> list[object]:
    """Outcome, mistake and words of each verdict; the wording of a refusal stays with the reference."""
    return [(v.outcome, v.diagnosis and v.diagnosis.mistake, v.message) for v in judge(checks, answers, seeds, expect)]


@pytest.mark.parametrize("mistake", FIRST_MISTAKES, ids=lambda mistake: mistake.id)
def test_it_judges_known_mistakes_as_the_reference(mistake: Mistake, recording: Path, live: LiveExpectations) -> None:
    names = COURSE.mistaken(ROOM, mistake)()
    checks = [check for check in VISIBLE if check.exercise == mistake.exercise]
    for run in RUN_SEEDS:
        seeds = [seed_of(run, check) for check in checks]
        answers = [observe(check, names, seed) for check, seed in zip(checks, seeds, strict=True)]
        assert judged(checks, answers, seeds, RecordedExpectations(recording)) == judged(checks, answers, seeds, live)


def test_a_seed_of_the_recordings_is_none_of_a_run() -> None:
    for seed in RUN_SEEDS:
        refused = in_process("grade", "--seed", str(seed), cwd=ROOT)
        assert (refused.returncode, "--seed" in refused.stderr) == (2, True), refused.stderr


def test_it_knows_the_sections_and_first_hints_that_the_course_knows(recording: Path, live: LiveExpectations) -> None:
    recorded = RecordedExpectations(recording)
    assert recorded.contents(ROOM) == COURSE.contents(ROOM)
    assert [recorded.first_hints(check) for check in VISIBLE] == [live.first_hints(check) for check in VISIBLE]


def test_the_same_course_makes_the_same_bytes(recording: Path, tmp_path: Path) -> None:
    assert record(COURSE, ROOM, tmp_path).read_bytes() == recording.read_bytes()


def test_it_holds_no_line_and_no_wording_of_the_reference(recording: Path) -> None:
    text = recording.read_bytes().decode("latin-1")
    lines = {line for exercise in COURSE.exercises(ROOM) for line in exercise.solution_lines}
    # The chapter shows the first, and an explanation names it; the second is a word of English.
    for line in lines - {"super().__init__()", "return x"}:
        assert line not in text
    assert "a layer needs at least" not in text
    _, *answers = wire.frames(recording.read_bytes())
    for row, _ in answers:
        for _, packed in row["answer"]["observations"]:
            assert not packed.get("line")


def test_a_refusal_keeps_its_kind_and_loses_its_words() -> None:
    own = Raised("Odd", "n must be even", "check(n)", "ValueError")
    answer = Answer("observed", {"a": Raised("ValueError", "n must be even", "check(n)"), "b": own}, duration_s=3.0)
    recorded = without_reference_words(answer)
    refused = {"a": Raised("ValueError", "refused"), "b": Raised("Odd", "refused", base="ValueError")}
    assert vars(recorded) == vars(Answer("observed", refused))


def test_without_a_recording_the_installed_course_is_asked_which_computes_on_one_thread_wherever_it_is() -> None:
    assert isinstance(expectations(ROOM), LiveExpectations)
    count = Check(ROOM, "Linear", "threads", "", 0, False, lambda names, rng: {"threads": torch.get_num_threads()})
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    try:
        answer = expectations(ROOM).reference(count, 1)
        assert (answer.observations, torch.get_num_threads()) == ({"threads": 1}, 2), "and puts their number back"
    finally:
        torch.set_num_threads(before)

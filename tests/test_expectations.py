"""A recording lets a student's machine judge as the reference does, and holds nothing of the reference's text."""

import itertools
import json
from pathlib import Path

import pytest
import safetensors
import torch

from autograder.checks import Check, Raised, checks_of, rooms
from autograder.course import Course
from autograder.judge.judge import Expectations, judge
from autograder.judge.live import LiveExpectations
from autograder.judge.recorded import RUN_SEEDS, RecordedExpectations, expectations, record, without_reference_words
from autograder.mistakes import Mistake
from autograder.observe import Answer, observe, seed_of
from tests.commands import autograder
from tests.conftest import ROOT, made_once

ROOM = "layers"
COURSE = Course.installed()
VISIBLE = [check for check in checks_of(ROOM) if not check.hidden]


@pytest.fixture(scope="session")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made_once("recording", tmp_path_factory, lambda folder: record(COURSE, ROOM, folder)) / f"{ROOM}.safetensors"


def judged(checks: list[Check], answers: list[Answer], seeds: list[int], expect: Expectations) -> list[object]:
    """Outcome, mistake and words of each verdict; the wording of a refusal stays with the reference."""
    return [(v.outcome, v.diagnosis and v.diagnosis.mistake, v.message) for v in judge(checks, answers, seeds, expect)]


@pytest.mark.parametrize("mistake", COURSE.mistakes(ROOM)[::8], ids=lambda mistake: mistake.id)
def test_it_judges_known_mistakes_as_the_reference(mistake: Mistake, recording: Path, live: LiveExpectations) -> None:
    names = COURSE.mistaken(ROOM, mistake)()
    checks = [check for check in VISIBLE if check.exercise == mistake.exercise]
    for run in RUN_SEEDS:
        seeds = [seed_of(run, check) for check in checks]
        answers = [observe(check, names, seed) for check, seed in zip(checks, seeds, strict=True)]
        assert judged(checks, answers, seeds, RecordedExpectations(recording)) == judged(checks, answers, seeds, live)


def test_it_passes_a_right_answer(recording: Path) -> None:
    recorded = RecordedExpectations(recording)
    for exercise in COURSE.exercises(ROOM):
        checks = [check for check in VISIBLE if check.exercise == exercise.name]
        seeds = [seed_of(RUN_SEEDS[1], check) for check in checks]
        answers = [observe(check, COURSE.names(ROOM), seed) for check, seed in zip(checks, seeds, strict=True)]
        assert all(verdict.passed for verdict in judge(checks, answers, seeds, recorded))


@pytest.mark.parametrize("room", rooms())
@pytest.mark.long("a replay at eight seeds")
def test_a_replay_answers_no_run_better_than_any_other(room: str, live: LiveExpectations, tmp_path: Path) -> None:
    """Students have the recording. A replay gets what does not depend on the seed, and no more at the seeds 0 and 1."""
    recorded = RecordedExpectations(record(COURSE, room, tmp_path))
    visible = [check for check in checks_of(room) if not check.hidden]

    def replayed(run: int) -> set[str]:
        passed = set()
        for check, practised in itertools.product(visible, RUN_SEEDS):
            answer = recorded.reference(check, seed_of(practised, check))
            (verdict,) = judge([check], [answer], [seed_of(run, check)], live)
            passed |= {check.id} if verdict.passed else set()
        return passed

    at_some_seed = set().union(*map(replayed, range(100, 106)))  # a check may draw from few, and come upon the same
    assert replayed(0) | replayed(1) <= at_some_seed


def test_a_seed_of_the_recordings_is_none_of_a_run() -> None:
    for seed in RUN_SEEDS:
        refused = autograder("grade", "--seed", seed, cwd=ROOT)
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
    with safetensors.safe_open(recording, framework="pt") as file:
        content = json.loads(file.metadata()["content"])
    for row in content["answers"]:
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

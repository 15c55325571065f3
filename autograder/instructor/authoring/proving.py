"""Prove a course: its files fit together, and at many seeds known mistakes are caught and named, right answers pass."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from autograder.checks import Check, checks_of
from autograder.course import Chapter, Course, chapters_of
from autograder.instructor.authoring.right_answers import RightAnswer, catalogue_of, right_answers
from autograder.judge.comparison import same_answer
from autograder.judge.expectations import LiveExpectations
from autograder.judge.judge import judge
from autograder.judge.verdicts import Verdict, mistakes_in
from autograder.mistakes import UNWRITTEN, BadCatalogue, Mistake
from autograder.observe import KindAlone, observe, seed_of
from autograder.user_errors import TaskFailed

MAX_SEEDS = 5  # that a line names
RUN_SEED = 0  # of the run that the book shows


@dataclass(frozen=True)
class Fault:
    """A fault in a course, told in one line."""

    place: str  # the file, and the line where one is known, such as ``averages/mistakes/means.md:12``
    name: str  # of the check, mistake, answer or exercise; empty if the place says enough
    says: str  # the fault, in a clause
    detail: str = field(default="", compare=False)  # the observation at the first of the seeds
    seeds: tuple[int, ...] = ()  # of the runs in which it shows; empty where it shows without running anything

    def __str__(self) -> str:
        shown = ", ".join(map(str, self.seeds[:MAX_SEEDS])) + (", …" if len(self.seeds) > MAX_SEEDS else "")
        at = f" (seed{'s' if len(self.seeds) > 1 else ''} {shown})" if self.seeds else ""
        says = f"{self.says}{at}"
        return " ".join(": ".join(filter(None, (self.place, self.name, says, self.detail))).split())


class UnfitCourse(TaskFailed):
    """Files of a course do not fit together; the message names the first fault."""


def require_fitting(course: Course, released: Sequence[Chapter]) -> None:
    """Refuse to release chapters of a course whose files do not fit together: with any, students get all checks."""
    faults = [fault for chapter in chapters_of(course) for fault in misfits_of(course, chapter)]
    faults += [fault for chapter in released for fault in unwritten_in(course, chapter.path)]
    if faults:
        more = f"; and {len(faults) - 1} more, which `autograder prove` lists" if len(faults) > 1 else ""
        raise UnfitCourse(f"{faults[0]}{more}")


def faults_of(course: Course, chapter: Chapter) -> list[Fault]:
    """Return the unwritten parts and the misfits of a chapter, without running an exercise."""
    unwritten = unwritten_in(course, chapter.path) + unwritten_in(course, course.file(chapter.room))
    return unwritten + misfits_of(course, chapter)


def unwritten_in(course: Course, path: Path) -> list[Fault]:
    """Return the places in a file that are still marked as unwritten."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return [
        Fault(f"{course.name_of(path)}:{number}", "", f"{UNWRITTEN} is still to be filled in")
        for number, line in enumerate(lines, start=1)
        if UNWRITTEN in line
    ]


def misfits_of(course: Course, chapter: Chapter) -> list[Fault]:
    """Return the names in a chapter, its checks and its known mistakes that refer to nothing."""
    room = chapter.room
    exercises = [exercise.name for exercise in course.exercises(room)]
    reference, checks = course.name_of(course.file(room)), checks_of(room)
    titles = course.contents(room).titles
    faults = [
        Fault(course.name_of(chapter.path), "", f"there is no exercise {name} in {reference}")
        for name in (title.partition(f"exercise-{room}-")[2] for title in titles)
        if name and name not in exercises
    ]
    faults += [
        Fault(_file_of(course, check), check.name, f"there is no exercise {check.exercise} in {reference}")
        for check in checks
        if check.exercise not in exercises
    ]
    checked = {check.exercise for check in checks}
    visible = course.name_of(course.check_file(room))
    faults += [Fault(visible, "", f"there is no check of {name}") for name in exercises if name not in checked]
    return faults + _misfits_of_mistakes(course, room, titles)


def _file_of(course: Course, check: Check) -> str:
    return course.name_of(course.check_file(check.room, hidden=check.hidden))


def _misfits_of_mistakes(course: Course, room: str, titles: Mapping[str, str]) -> list[Fault]:
    try:
        mistakes = course.mistakes(room)
    except BadCatalogue as error:
        return [_told_by(error)]
    faults = []
    for mistake in mistakes:
        try:
            compile(mistake.apply(course.source(room)), room, "exec")
        except BadCatalogue as error:
            faults.append(_told_by(error))
        except SyntaxError as error:
            faults.append(Fault(*mistake.place, f"with this edit the reference is not Python: {error.msg}"))
        if mistake.read not in titles:
            faults.append(Fault(*mistake.place, f"the chapter has no label {mistake.read}"))
    return faults


def _told_by(error: BadCatalogue) -> Fault:
    place, _, says = str(error).partition(": ")
    return Fault(place, "", says)


def disproved(course: Course, room: str, exercise: str, seeds: Sequence[int]) -> list[Fault]:
    """Return the faults of an exercise's reference, known mistakes and right answers at some seeds of a run."""
    checks, answers = checks_of(room, exercise), right_answers(course, room)
    found, steady = list[tuple[Fault, int]](), list[int]()
    for seed in seeds:
        expect = LiveExpectations(course)
        faults = list(unstable(expect, checks, seed))
        if not faults:
            steady.append(seed)
            faults = [fault for answer in answers for fault in refused(expect, answer, checks, seed)]
        found += [(fault, seed) for fault in faults]
    return _with_seeds(found) + missed(course, checks, steady)


def _with_seeds(found: Sequence[tuple[Fault, int]]) -> list[Fault]:
    """Return each fault once, with all the seeds at which it was found."""
    seeds_of_fault: dict[Fault, list[int]] = {}
    for fault, seed in found:
        seeds_of_fault.setdefault(fault, []).append(seed)
    return [replace(fault, seeds=tuple(seeds)) for fault, seeds in seeds_of_fault.items()]


def unstable(expect: LiveExpectations, checks: Sequence[Check], seed: int) -> Iterator[Fault]:
    """Yield the checks that the reference fails, answers otherwise when it runs again, or answers beyond comparison."""
    for check in checks:
        course, at = expect.course, seed_of(seed, check)
        answer = expect.reference(check, at)
        file, name = _file_of(course, check), f"{check.exercise}.{check.name}"
        if answer.kind != "observed":
            error = answer.observations.get("error", "")
            message = getattr(error, "message", "") or answer.detail
            yield Fault(file, name, "the reference does not pass", f"{answer.kind} {message}")
        elif not same_answer(observe(check, course.names(check.room), at), answer):
            yield Fault(file, name, "the reference answers otherwise when it runs again")
        for observation, value in answer.observations.items():
            if isinstance(value, KindAlone):  # any other of its kind would pass
                yield Fault(file, name, f"{observation} is {value}: observe an array, a number or text")


def missed(course: Course, checks: Sequence[Check], seeds: Sequence[int]) -> list[Fault]:
    """Return the known mistakes of an exercise that at a seed no check catches, or a failing one does not name.

    And those that pass a check at one seed and fail it at another: there equal answers would earn unequal points.
    """
    found, passed = list[tuple[Fault, int]](), list[tuple[Fault, int]]()
    mistakes = [mistake for mistake in course.mistakes(checks[0].room) if mistake.exercise == checks[0].exercise]
    for seed in seeds:
        expect = LiveExpectations(course)
        for mistake in mistakes:
            verdicts = verdicts_on_mistake(mistake, checks, expect, seed)
            if all(verdict.passed for verdict in verdicts):
                found.append((Fault(*mistake.place, "no check catches it"), seed))
            for verdict in verdicts:
                name = verdict.check.name
                if verdict.passed:
                    passed.append((Fault(*mistake.place, f"only at some seeds it passes the check {name}"), seed))
                elif not (verdict.delegated or names_it(verdict, mistake)):
                    found.append((Fault(*mistake.place, f"the check {name} fails and does not name it alone"), seed))
    return _with_seeds(found) + [fault for fault in _with_seeds(passed) if len(fault.seeds) < len(seeds)]


def refused(expect: LiveExpectations, answer: RightAnswer, checks: Sequence[Check], seed: int) -> Iterator[Fault]:
    """Yield the checks that a right answer fails; it can leave exercises out."""
    names = answer.names()
    for check in checks:
        if hasattr(names, check.exercise):
            at = seed_of(seed, check)
            (verdict,) = judge([check], [observe(check, names, at)], [at], expect)
            if not verdict.passed:
                file = expect.course.name_of(catalogue_of(expect.course, answer.room))
                yield Fault(file, answer.name, f"fails the check {check.exercise}.{check.name}", verdict.message)


# What catches each known mistake, as the book shows it


@dataclass(frozen=True)
class CaughtMistake:
    """A known mistake, the checks that fail, whether each names it alone, and the verdicts that a student sees."""

    mistake: Mistake
    caught_by: tuple[Check, ...]
    named: bool
    seen: tuple[Verdict, ...]


def caught_mistakes(course: Course, room: str) -> list[CaughtMistake]:
    """Return each known mistake of a room, judged by the checks of its exercise."""
    expect, caught = LiveExpectations(course), []
    for mistake in course.mistakes(room):
        checks = checks_of(room, mistake.exercise)
        visible = [check for check in checks if not check.hidden]
        failed = [each for each in verdicts_on_mistake(mistake, checks, expect, RUN_SEED) if not each.passed]
        explained = [verdict for verdict in failed if not verdict.delegated]
        named = bool(explained) and all(names_it(verdict, mistake) for verdict in explained)
        seen = verdicts_on_mistake(mistake, visible, expect, RUN_SEED)
        caught.append(CaughtMistake(mistake, tuple(verdict.check for verdict in failed), named, tuple(seen)))
    return caught


def verdicts_on_mistake(
    mistake: Mistake, checks: Sequence[Check], expect: LiveExpectations, run_seed: int
) -> list[Verdict]:
    """Return the verdicts of checks of its exercise on the reference with a known mistake in it."""
    seeds = [seed_of(run_seed, check) for check in checks]
    answers = [expect.mistaken(check, seed)[mistake.id] for check, seed in zip(checks, seeds, strict=True)]
    return judge(checks, answers, seeds, expect)


def names_it(verdict: Verdict, mistake: Mistake) -> bool:
    """Whether a failed check names this mistake in its own words, and only this one."""
    return list(mistakes_in(verdict.record())) == [mistake.id] and mistake.says in verdict.message

"""Print each known mistake, the checks that catch it, and whether they name it: python tools/mistakes_table.py"""

from rich.console import Console
from rich.table import Table

from autograder.checks import checks_of, rooms
from autograder.judge import judge
from autograder.mistakes import Mistake
from autograder.observe import observe, seed_of
from autograder.reference import Course, LiveExpectations
from autograder.verdicts import Verdict

RUN_SEED = 0


def verdicts_on(course: Course, expect: LiveExpectations, room: str, mistake: Mistake) -> list[Verdict]:
    """Judge the reference with the mistake in it by the checks of its exercise."""
    checks = checks_of(room, mistake.exercise)
    seeds = [seed_of(RUN_SEED, check) for check in checks]
    names = course.mistaken_names(room, mistake)
    answers = [observe(check, names, seed) for check, seed in zip(checks, seeds, strict=True)]
    return judge(checks, answers, seeds, expect)


def main() -> None:
    """Print the table."""
    course = Course.installed()
    expect = LiveExpectations(course)
    table = Table(box=None, pad_edge=False)
    for column in ("exercise", "mistake", "caught by", "named"):
        table.add_column(column)
    for room in rooms():
        for mistake in course.mistakes(room):
            failed = [verdict for verdict in verdicts_on(course, expect, room, mistake) if not verdict.passed]
            named = failed and all(verdict.diagnosis and verdict.diagnosis.mistake == mistake.id for verdict in failed)
            caught = ", ".join(verdict.check.name for verdict in failed) or "NOTHING"
            table.add_row(mistake.exercise, mistake.id, caught, "yes" if named else "NO")
    Console().print(table)


if __name__ == "__main__":
    main()

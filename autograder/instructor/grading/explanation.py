"""One mark explained: as plain text for an instructor, and as JSON values."""

from __future__ import annotations

import json
import math
import textwrap
from typing import TYPE_CHECKING, Any

from autograder.arrays import as_numpy, dtype_name, is_array
from autograder.checks import Observation, Raised, Sample
from autograder.comparison import same
from autograder.errors import plain
from autograder.judge import describe
from autograder.reports.text import WIDTH, capped, diagnosis_rows

if TYPE_CHECKING:
    from autograder.instructor.grading.explain import ExplainedMark

MAX_NUMBERS = 1000


def explanation_text(mark: ExplainedMark) -> str:
    """Return how a mark came about: seed, check, each observation beside what was expected, and the verdict."""
    check, verdict = mark.check, mark.verdict
    hidden = " (hidden)" if check.hidden else ""
    lines = [f"{mark.student}, {mark.assignment}, {check.exercise}.{check.name}{hidden}: {check.title}", ""]
    lines += [f"seed {mark.seed}"]
    lines += ["graded with " + ", ".join(f"{name} {is_}" for name, is_ in mark.versions.items())] * bool(mark.versions)
    lines += [f"warning: {warning}" for warning in mark.warnings]
    lines += ["", "The check", *capped(mark.check_source, "    "), ""]
    lines += ["Observed and expected", *observation_lines(mark), ""]
    lines += [f"Verdict: {verdict.outcome}, {verdict.points} of {check.points} points"]
    for name, text in diagnosis_rows(verdict, hint=2):
        if verdict.delegated or name not in ("observed", "expected"):  # they stand above, in full
            lines += textwrap.wrap(
                f"{name}: {text}", WIDTH, initial_indent="  ", subsequent_indent=" " * 4, break_long_words=False
            )
    recorded = f"{mark.recorded['outcome']}, {mark.recorded['points']} of {mark.recorded['max_points']} points"
    lines += ["This is the recorded verdict." if mark.reproduced else f"THE RECORDED VERDICT IS ANOTHER: {recorded}"]
    return "\n".join(plain(line.expandtabs()) for line in lines)


def observation_lines(mark: ExplainedMark) -> list[str]:
    """Return each observation beside what was expected, as lines."""
    observed, expected = mark.observed, mark.expected
    rows = [[f"  no observation: {observed.kind}, {observed.detail}"]] if not observed.observations else []
    for name in dict.fromkeys([*expected.observations, *observed.observations]):
        has, wants = name in observed.observations, name in expected.observations
        right = has and wants and same(observed.observations[name], expected.observations[name])
        rows.append([f"  {name}: {'as expected' if right else 'not as expected'}"])
        for label, answer, there in (("observed", observed, has), ("expected", expected, wants)):
            value = answer.observations[name] if there else None
            rows[-1] += [f"    {label}: {describe(value) if there else 'nothing'}", *_in_full(value)]
    return [line for row in rows for line in row]


def _in_full(value: Observation) -> list[str]:
    """Return the numbers as their library shows them, which leaves the middle of a large array out."""
    array = value.draws if isinstance(value, Sample) else value
    return capped(str(array), " " * 8) if is_array(array) and as_numpy(array).size > 1 else []


def explanation_json(mark: ExplainedMark) -> dict[str, Any]:
    """Return the same as JSON values; of a large tensor the first numbers."""
    return {
        "student": mark.student,
        "assignment": mark.assignment,
        "exercise": mark.check.exercise,
        "check": mark.check.name,
        "seed": mark.seed,
        "versions": dict(mark.versions),
        "warnings": list(mark.warnings),
        "source": mark.check_source,
        "observed": {name: _value(value) for name, value in mark.observed.observations.items()},
        "expected": {name: _value(value) for name, value in mark.expected.observations.items()},
        "verdict": mark.verdict.record(),
        "recorded": json.loads(json.dumps(mark.recorded)),
        "reproduced": mark.reproduced,
    }


def _value(value: Observation) -> Any:
    if isinstance(value, Sample):
        return {"sample": _value(value.draws)}
    if is_array(value):
        numbers = [_number(number) for number in as_numpy(value).flatten()[:MAX_NUMBERS].tolist()]
        return {"dtype": dtype_name(value), "shape": list(value.shape), "values": numbers}
    if isinstance(value, Raised):
        return {"kind": value.kind, "message": value.message, "line": value.line}
    return _number(value)


def _number(value: Any) -> Any:
    """Return a bool, number, text or None as JSON knows it, which has no NaN and no infinity."""
    return str(value) if isinstance(value, float) and not math.isfinite(value) else value

"""All of the guide's table of markers mark at once, over the page's own interface, each by a rule of their own."""

from __future__ import annotations

import random
import re
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from autograder.instructor.marking.client import MarkingClient

TOKEN = re.compile(r"^token of (.+): (\S+)$", re.MULTILINE)
ADDRESS = re.compile(r"^marking at (\S+)$", re.MULTILINE)
INSTRUCTOR = "instructor"
COMMENT = "Say what you assume about the weights."


def printed_address(printed: str) -> bool:
    """Whether `autograder mark` has printed where it answers."""
    return ADDRESS.search(printed) is not None


def mark_together(printed: str) -> list[str]:
    """Let all markers mark what they have, and the instructor decide where two differ; return lines for a summary.

    Args:
        printed: by `autograder mark`.
    """
    (address,), tokens = ADDRESS.findall(printed), dict(TOKEN.findall(printed))
    people = {name: MarkingClient(address, token) for name, token in tokens.items()}
    instructor, markers = people.pop(INSTRUCTOR), people
    with ThreadPoolExecutor(max(1, len(markers))) as pool:
        marked = list(pool.map(lambda name: markers[name].mark_all(lambda answer: judged(name, answer)), markers))
    decided = instructor.mark_all(lambda answer: (decision(answer), "Read once more."))
    found = [one["seen"] for one in instructor.ask("/overview")["questions"]]
    lines = [f"{sum(marked)} by {len(markers)} markers", f"{decided} decided"]
    for one in found:
        if agreed := one["agreement"]:
            lines.append(f"{agreed['answers']} marked twice, {agreed['equal']:.0%} equal")
    return lines


def decision(answer: Mapping[str, Any]) -> float:
    """Return the better of the marks that others gave, if there are any."""
    return float(max((points for _, _, points, _ in answer["others"]), default=3))


def judged(marker: str, answer: Mapping[str, Any]) -> tuple[float, str]:
    """Return points and comment: from the text, and now and then a point more or less, by who marks."""
    points = random.Random(answer["text"]).randrange(1, 6)
    points += random.Random(f"{marker}/{answer['id']}").choice([0, 0, 0, 0, -1, 1, -2])
    points = min(max(points, 0), int(answer["max_points"]))
    return points, COMMENT if points < answer["max_points"] else ""

"""Outcomes of each attack behind each wall: measured in a class, kept in ``data/attacks.json``, shown in the guide.

``make attacks`` measures all and writes the file anew.
"""

import json
import re
from collections.abc import Mapping
from typing import Any

from tests.attacks.corpus import AFTER, ATTACKS, MARK, WALLS, Attack
from tests.attacks.hostile_class import LIMITS, SECRETS
from tests.conftest import ROOT

KEPT = ROOT / "data" / "attacks.json"
WON = re.compile(r"(?:^|\s)WON: ")  # as it is printed, not as a line of code has it
# It got nothing; it got something, and its record or an output tells the instructor; it got something, and the guide
# tells of it; or nobody is told.
STOPPED, NOTICED, KNOWN, THROUGH = "stopped", "noticed", "known", "got through"
FROM_BEST = (STOPPED, NOTICED, KNOWN, THROUGH)


def marks(seen: Mapping[str, Any], student: str) -> dict[str, int]:
    """Return the points of a student by check."""
    return {f"{verdict['exercise']}: {verdict['title']}": verdict["points"] for verdict in seen["verdicts"][student]}


def gained(attack: Attack, seen: Mapping[str, Any]) -> list[str]:
    """Return all that an attack got in a graded class, each as words."""
    earned, base, read = marks(seen, attack.student), marks(seen, attack.base), seen["read"][attack.student]
    points = sum(max(0, earned[check] - base[check]) for check in earned)
    got = [f"{points} points more than the work in it is worth"] if points else []
    lost = sum(max(0, base[check] - earned[check]) for check in earned)
    if lost and not (attack.at_most or attack.answers_itself):
        got.append(f"{lost} points that the work in it is worth were lost")
    got += [line for line in seen["shown"][attack.student] if WON.search(line)]
    text = json.dumps(seen["verdicts"][attack.student]) + read
    got += [f"what is {place}" for place, secret in SECRETS.items() if secret in text]
    its_own = f"{MARK}-{attack.name}"
    got += [f"{left} was left" for left in seen["left"][attack.student]]
    got += [f"a connection to {visitor}" for visitor in seen["visitors"] if visitor.endswith(its_own)]
    got += ["a check of more seconds than a submission has"] * (not seen["longest_s"][attack.student] <= LIMITS.total_s)
    return got


def outcome(attack: Attack, seen: Mapping[str, Any], wall: str) -> str:
    """Return how an attack ended behind a wall."""
    if not gained(attack, seen):
        return STOPPED
    if attack.noticed and attack.noticed in seen["read"][attack.student]:
        return NOTICED
    return KNOWN if wall in attack.known else THROUGH


def measured(seen: Mapping[str, Any], wall: str) -> dict[str, str]:
    """Return how each attack ended behind a wall, by its name."""
    return {attack.name: outcome(attack, seen, wall) for attack in ATTACKS.values()}


def is_as_told(attack: Attack, seen: Mapping[str, Any], wall: str) -> bool:
    """Return whether an attack ended as the guide says, or better: on a busy machine it may have no time for more."""
    kept = json.loads(KEPT.read_text(encoding="utf-8"))["attacks"]
    promised = next((entry["ended"].get(wall, "") for entry in kept if entry["name"] == attack.name), "")
    return promised in FROM_BEST and FROM_BEST.index(outcome(attack, seen, wall)) <= FROM_BEST.index(promised)


def record(by_wall: Mapping[str, Mapping[str, str]]) -> dict[str, Any]:
    """Return what the guide shows of attacks that ended so, by the wall and their names."""
    attacks = [
        {"name": attack.name, "after": attack.after, "does": attack.says, "noticed": attack.noticed}
        | {"known": attack.known, "ended": {wall: ended.get(attack.name, "") for wall, ended in by_wall.items()}}
        for attack in ATTACKS.values()
    ]
    return {"after": AFTER, "walls": list(WALLS), "attacks": attacks}


def write(by_wall: Mapping[str, Mapping[str, str]]) -> None:
    """Keep how each attack ended."""
    text = json.dumps(record(by_wall), indent=1, ensure_ascii=False)
    KEPT.write_text(text + "\n", encoding="utf-8")

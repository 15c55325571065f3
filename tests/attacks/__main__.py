"""Try all attacks behind each wall, print how they ended, and keep it for the guide: python -m tests.attacks"""

import tempfile
from collections import Counter
from pathlib import Path

from tests.attacks.corpus import AFTER, ATTACKS, WALLS
from tests.attacks.hostile_class import grade_behind, read_seen
from tests.attacks.outcomes import STOPPED, measured, write
from tests.commands import ROOT, autograder, succeeded


def main() -> None:
    """Measure, print, write."""
    with tempfile.TemporaryDirectory() as scratch:
        released = Path(scratch, "released")
        for line, folder in ((("init", released), ROOT), (("release",), released)):
            succeeded(autograder(*line, cwd=folder))
        by_wall = {}
        for wall in WALLS:
            everything = Path(scratch, wall)
            everything.mkdir()
            grade_behind(wall, everything, released)
            by_wall[wall] = measured(read_seen(everything), wall)
    for wall, ended in by_wall.items():
        for after, what in AFTER.items():
            outcomes = [ended[attack.name] for attack in ATTACKS.values() if attack.after == after]
            counts = ", ".join(f"{count} {end}" for end, count in sorted(Counter(outcomes).items()))
            print(f"{wall:<14}{what:<50}{counts}")
        for name, end in ended.items():
            if end != STOPPED:
                print(f"{'':<14}{name}: {end}")
    write(by_wall)


if __name__ == "__main__":
    main()

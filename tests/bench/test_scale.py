"""What the book keeps of how grading grows with the class."""

from dataclasses import asdict
from typing import Any

from bench.grading import Usage
from bench.scale import SIZES, shown


def test_each_class_is_told_with_what_it_was_made_of_and_what_it_took() -> None:
    found: dict[str, Any] = {
        str(size): {
            "machine": {"cores": 2},
            "grade": asdict(Usage(size / 2, size / 3, 10, 20)),
            "dry_run": asdict(Usage(3.0, 3.0, 10, 20)),
        }
        for size in (60, *SIZES)
    }
    told = shown(found)
    assert [one["submissions"] for one in told["classes"]] == list(SIZES)
    assert all(sum(one["kinds"].values()) == one["submissions"] for one in told["classes"])
    assert [one["wall_s"] for one in told["classes"]] == [size / 2 for size in SIZES]

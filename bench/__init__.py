"""Measured outside the tests: what people wait for, and beside what else there is. Each module says how to run it."""

from pathlib import Path

ROOT = Path(__file__).parent.parent
BUILD = ROOT / "_build" / "bench"

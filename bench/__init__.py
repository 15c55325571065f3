"""Measured outside the tests: what people wait for, and beside what else there is. Each module says how to run it."""

"""Requests about marks: read them, run their checks again, draft the answers."""

"""Talks of five minutes, prepared: one small edit in a student's own passing code, and what comes out then."""

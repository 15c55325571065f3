"""Marks and students as hypothesis draws them: any script, commas, quotes, line breaks, what looks like formulas."""

from __future__ import annotations

from hypothesis import strategies as st

from autograder.instructor.course.roster import Student
from autograder.instructor.marks import Mark

ODD = ["=1+1", "+41 79", "-", "-x", "@SUM(A1)", "'=quoted", "''", "\t=x", 'say "hi"', "نور"]
TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=12) | st.sampled_from(ODD)
STUDENTS = st.builds(
    Student,
    id=st.from_regex(r"[0-9a-zé=+@'\-][0-9a-z,\"]{0,6}", fullmatch=True) | st.sampled_from(["007", "0042"]),
    first_name=TEXT,
    last_name=TEXT,
    email=TEXT,
    lms_user_id=st.from_regex(r"[0-9]{0,5}", fullmatch=True),
)
MARKS = st.lists(
    st.builds(
        Mark,
        student=STUDENTS,
        assignment=st.just("2-layers"),
        max_score=st.just(25.0),
        raw_score=st.none() | st.integers(0, 2500).map(lambda cents: cents / 100),
        penalty=st.sampled_from([0.0, 2.5]),
        handed_in=st.booleans(),
    ),
    min_size=1,
    max_size=6,
    unique_by=lambda mark: mark.student.id,
)

"""What a course folder finds of what was handed in."""

from pathlib import Path

from autograder.instructor.course.folder import CourseFolder


def test_submissions_come_by_student_and_each_students_as_the_assignments_were_named(tmp_path: Path) -> None:
    for student in ("ben", "ada"):
        for assignment in ("2-layers", "3-dropout"):
            (tmp_path / "submitted" / student / assignment).mkdir(parents=True)
    found = CourseFolder(tmp_path).submissions(["3-dropout", "2-layers"])
    named = [(one.student, one.assignment) for one in found]
    assert named == [("ada", "3-dropout"), ("ada", "2-layers"), ("ben", "3-dropout"), ("ben", "2-layers")]

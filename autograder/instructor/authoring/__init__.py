"""For whoever writes a course: the grader by itself, and what a new course, chapter or exercise begins with."""

"""For authors of a course: begin a course, chapter or exercise, and prove that its checks do their work."""

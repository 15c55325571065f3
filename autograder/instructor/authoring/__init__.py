"""For authors of a course: prove that its checks do their work."""

"""From submissions to marks: the pipeline for a class, and nbgrader's own extension points leading into it."""

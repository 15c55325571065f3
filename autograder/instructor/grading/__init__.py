"""From submissions to marks: the pipeline for a class."""

"""Where the book explains what the page shows; empty where none is published. In a Space the address stands here."""

from autograder.course import Course

CHAPTER = Course.installed().page("deployment")

"""Where the book explains what the page shows. In a Space, which has no metadata, the address itself stands here."""

from autograder.course import Course

CHAPTER = Course.installed().page("deployment")

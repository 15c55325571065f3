"""Address of the chapter that explains the page; empty where no book is published. A Space has its own version."""

from autograder.course import Course

CHAPTER = Course.installed().page("deployment")

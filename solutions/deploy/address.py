"""Address of the chapter that explains the page; empty where no book is published."""

from autograder.course import Course

CHAPTER = Course.installed().page("deployment")

"""Written answers, marked by several people at once: who marks what, a page to do it on, and how far they agree."""

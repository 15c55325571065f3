"""Commands of ``autograder`` that need more than a page; ``autograder.cli`` registers them."""

"""For the ``run_autograder`` of a zip that the first edition made."""

from autograder.instructor.gradescope.container import main

if __name__ == "__main__":
    main()

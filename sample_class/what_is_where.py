"""List the products of `make course`, where they are, and how to open them."""

import json
import sys
from pathlib import Path

from nbgrader.api import Gradebook

HOW_TO_GET_THE_FULL_SET = """
A better model, of the full set. On Debian: sudo apt-get install dataset-fashion-mnist && rm -r {folder} && make course
Anywhere, where it may be fetched:         rm -r {folder} && make course DOWNLOAD=1"""


def summary(course: Path, model: Path) -> list[str]:
    """Return the lines of the summary; every figure in them is read from what was made."""
    results = json.loads((model.parent / "results.json").read_text(encoding="utf-8"))
    with Gradebook(f"sqlite:///{(course / 'gradebook.db').resolve()}") as gradebook:
        submissions = [submission for assignment in gradebook.assignments for submission in assignment.submissions]
        scores = sorted(submission.score for submission in submissions)
        possible = max(submission.max_score for submission in submissions)
    data = "the sample of Fashion-MNIST in data/" if results["data"]["is_sample"] else "the full Fashion-MNIST"
    rows = [
        ("book", "_build/html/index.html", "open it in a browser; as a PDF in downloads/ beside it"),
        ("release", f"{course}/release/", "source notebooks with solutions are in source/ beside it"),
        ("for students", f"{course}/release/course.zip", "one zip; its README.md says how to begin"),
        ("sample class", f"{course}/submitted/", f"{len(submissions)} submissions; make your own beside them"),
        ("marks", f"{course}/gradebook.db", f"{scores[0]:g} to {scores[-1]:g} of {possible:g} points"),
        ("formgrader", "http://localhost:8888/formgrader", f"start it as {course}/README.md says"),
        ("feedback", f"{course}/feedback/", "a page for each student"),
        ("model", str(model), f"test accuracy {results['test_accuracy']:.2%}, on {data}"),
        ("figures", f"{model.parent}/", "curves, confusion matrix, confident mistakes"),
        ("first", "source .venv/bin/activate", "in each new terminal; it makes autograder and this python known"),
        ("try it", "a photograph of a garment", "python -m solutions predict PHOTO"),
    ]
    widths = [max(len(row[column]) for row in rows) for column in (0, 1)]
    lines = [f"{name:<{widths[0]}}  {where:<{widths[1]}}  {how}" for name, where, how in rows]
    return lines + [HOW_TO_GET_THE_FULL_SET.format(folder=model.parent)] * results["data"]["is_sample"]


if __name__ == "__main__":
    print("", *summary(Path(sys.argv[1]), Path(sys.argv[2])), sep="\n")

"""Make a course folder. What is there already is left as it is."""

from __future__ import annotations

from pathlib import Path

CONFIG = '''"""nbgrader's configuration of this course. Add your own settings below; nbgrader documents them."""

try:
    from autograder.grading.nbgrader_config import configure
except Exception as error:
    # nbgrader would go on with its own settings, and run students' code without protection.
    raise SystemExit(f"nbgrader_config.py: {error!r}: use the environment in which autograder is installed") from error

c = get_config()  # noqa: F821
configure(c)
c.CourseDirectory.course_id = "{name}"
'''

# The extension is named so that it runs whatever a user's own settings of Jupyter say.
FORMGRADER = (
    "jupyter server --ServerApp.default_url=/formgrader "
    "--ServerApp.jpserver_extensions=\"{'nbgrader.server_extensions.formgrader': True}\""
)

README = """# {name}

A course folder in nbgrader's layout. Run the commands in this folder.

| to do | command |
|---|---|
| make notebooks for students, and one zip with all they need | `autograder release` |
| take in work: put notebooks into `submitted/STUDENT/ASSIGNMENT/ASSIGNMENT.ipynb` | |
| grade it | `autograder grade` |
| see what grading again would change, before it is written | `autograder grade --dry-run` |
| grade written answers by hand | nbgrader's formgrader, see below |
| write a page for each student, and a zip of them to upload | `autograder feedback` |
| read about the class: marks, checks, mistakes, who needs help, similar work | `autograder report` |
| take the marks to Canvas, Moodle, Gradescope or a spreadsheet | `autograder export --format canvas ASSIGNMENT` |
| let Gradescope grade: a zip to upload as an assignment's autograder | `autograder gradescope-bundle ASSIGNMENT` |
| read how the grading of a submission went | `logs/STUDENT/ASSIGNMENT.txt` |
| reproduce one mark: seed, observed, expected | `autograder explain STUDENT ASSIGNMENT EXERCISE.CHECK` |
| try this machine and its sandbox | `autograder doctor` |

The formgrader runs in this folder, in the environment in which `autograder` is installed, and opens in the browser:

    {formgrader}

`nbgrader autograde ASSIGNMENT` and the formgrader's own buttons give the same marks as `autograder grade`.

`source/` holds the solutions, `logs/` the hidden checks, `reports/` and `exports/` names and marks: keep this folder to
yourself.
"""


def make_course_folder(root: Path) -> list[Path]:
    """Create the layout, the configuration and a page of instructions; return what was made."""
    made = []
    for folder in ("source", "release", "submitted", "autograded", "feedback"):
        path = root / folder
        if not path.exists():
            path.mkdir(parents=True)
            made.append(path)
    for name, text in (("nbgrader_config.py", CONFIG), ("README.md", README)):
        path = root / name
        if not path.exists():
            text = text.replace("{name}", root.resolve().name).replace("{formgrader}", FORMGRADER)
            path.write_text(text, encoding="utf-8")
            made.append(path)
    return made

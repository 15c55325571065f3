"""Make a course folder. What is there already is left as it is."""

from __future__ import annotations

from pathlib import Path

from autograder.course import Course, chapters_of
from autograder.errors import WouldOverwrite
from autograder.instructor.course.about import NO_BOOK, book_address, write_book
from autograder.instructor.course.due_dates import template
from autograder.instructor.course.questions import QUESTION_TEMPLATE, TEMPLATE
from autograder.instructor.course.roster import read_roster

CONFIG = '''"""nbgrader's configuration of this course. Add your own settings below; nbgrader documents them."""

try:
    from autograder.instructor.nbgrader.config import configure
except Exception as error:
    # nbgrader would go on with its own settings, and run students' code without protection.
    raise SystemExit(f"nbgrader_config.py: {error!r}: use the environment in which autograder is installed") from error

c = get_config()  # noqa: F821
configure(c)
c.CourseDirectory.course_id = "{name}"

# Where students read: without a book, notebooks and feedback name the section of the notebook itself.
{book}

# Where work is handed in, for the README of the zip; until when, due_dates.csv says.
# c.About.hand_in = "on the page of the course, under Assignments"

# The head of a notebook can say until when it is due, for everybody; release it anew when the date moves.
# c.About.due_in_notebook = True

# Late work: nothing comes off for 15 minutes, then 10 % of the points earned for each day begun, at most 50 %.
# c.LatePenalty.grace_minutes, c.LatePenalty.percent_per_day, c.LatePenalty.max_percent = 15, 10, 50

# A bank: so many late days of a student in the term cost nothing, those of the earliest due dates first.
# c.LatePenalty.free_days = 3

# Who marks written answers stands in markers.csv. Of each question two people mark so many percent of the answers; you
# decide where they differ by more than so many points.
# c.Marking.double_percent, c.Marking.decide_over = 10, 1

# A check that passes because PyTorch's own part was called, such as nn.Flatten, is noted; with this it earns nothing.
# c.Grading.from_scratch = True
'''
ROSTER = "id,first name,last name,e-mail,also\n"

# The extension is named so that it runs whatever a user's own settings of Jupyter say.
FORMGRADER = (
    "jupyter server --ServerApp.default_url=/formgrader "
    "--ServerApp.jpserver_extensions=\"{'nbgrader.server_extensions.formgrader': True}\""
)

README = """# {name}

A course folder in nbgrader's layout. Run the commands in this folder; each has `--help`.

## Before the term

1. **Who is in the class.** Put your learning system's export here as `roster.csv`, as it is: Canvas's gradebook export,
   or Moodle's participants, grades or grading worksheet. Or fill in the table that is there: `id` names the student in
   all folders, `also` holds other names the student goes by, such as a user name on GitHub, with a semicolon between
   two.
2. **When work is due.** Fill in `due_dates.csv`: `2-layers,2026-11-05 23:59,Europe/Berlin`.
3. **Where work is handed in**, and where the book is, if your students have one: in `nbgrader_config.py`. Students read
   the first in the zip's README, and checks and feedback link into the second.
4. **What lateness costs.** Nothing, unless you say so in `nbgrader_config.py`; a line to start from is there.
5. **Which written questions.** Those of the book, unless you put your own into `questions/`: the book's have their
   model answers and rubrics in a public repository. `questions/TEMPLATE.md` has the form.
6. **This machine.** `autograder doctor` tries the sandbox.

## For each assignment, in this order

| to do | command |
|---|---|
| make the notebook for students, and one zip with all they need | `autograder release 2-layers` |
| take in what they handed in; it shows what it found and asks | `autograder collect DOWNLOAD.zip 2-layers` |
| grade it | `autograder grade 2-layers` |
| mark written answers, alone | nbgrader's formgrader, see below |
| mark them with others, names hidden: `markers.csv` has `marker,section,question` | `autograder mark 2-layers` |
| count late penalties on the marks given by hand, too | `autograder grade 2-layers` again |
| write a page for each student, and a zip of them to upload | `autograder feedback 2-layers` |
| read about the class: marks, checks, mistakes, who needs help, similar work | `autograder report` |
| prepare talks: a question about each student's own code, and for you its answer | `autograder viva --class 2-layers` |
| take the marks to Canvas, Moodle, Gradescope or a spreadsheet | `autograder export --format canvas 2-layers` |
| let Gradescope grade by itself: a zip to upload there | `autograder gradescope-bundle 2-layers` |

## When something comes up

| to do | command |
|---|---|
| a student hands in again | `autograder collect` again: every attempt is kept in `collected/`, the last one counts |
| work came by other ways | `autograder collect FILE ASSIGNMENT --student ID --at TIME` |
| tell whether a file that a student shows was collected, by its receipt | `autograder receipt STUDENT ASSIGNMENT` |
| keep a copy of this folder and its gradebook, and put it back | `autograder backup`, `autograder restore FILE` |
| see what grading again would change, before it is written | `autograder grade --dry-run` |
| a check should count other points | `autograder points ASSIGNMENT EXERCISE.CHECK POINTS` |
| everybody should have a question's points | `autograder drop ASSIGNMENT EXERCISE.CHECK` |
| a student need not do an assignment | `autograder excuse STUDENT ASSIGNMENT` |
| a student has more time, once or all term | a line in `extensions.csv`, then `autograder extend` |
| reproduce one mark: seed, observed, expected | `autograder explain STUDENT ASSIGNMENT EXERCISE.CHECK` |
| students ask for a regrade, by the form on their page of feedback | `autograder requests FOLDER` |
| read how the grading of a submission went | `logs/STUDENT/ASSIGNMENT.txt` |

The formgrader runs in this folder, in the environment in which `autograder` is installed, and opens in the browser:

    {formgrader}

`nbgrader autograde ASSIGNMENT` and the formgrader's own buttons give the same marks as `autograder grade`.

`source/` holds the solutions, `questions/` your model answers, `logs/` the hidden checks, and the other folders what
students wrote, who they are, and their marks: keep this folder to yourself.
"""


def make_course_folder(root: Path, roster: Path | None = None, book: str | None = None) -> list[Path]:
    """Create the layout, the configuration, the tables and a page of instructions; return what was made.

    Args:
        root: of the course folder.
        roster: becomes its roster.csv, byte for byte; None for an empty one.
        book: where the book is, an empty text for nowhere; None leaves what is written there.

    Raises:
        CourseFolderError: the book's address is none.
        TableError: the roster cannot be read.
        WouldOverwrite: there is another roster already.
    """
    if book:
        book_address(book)  # before anything is made
    made = [_put_roster(root, roster)] if roster is not None else []
    for folder in ("source", "release", "submitted", "autograded", "feedback", "questions"):
        path = root / folder
        if not path.exists():
            path.mkdir(parents=True)
            made.append(path)
    texts = {
        "nbgrader_config.py": CONFIG,
        "roster.csv": ROSTER,
        "due_dates.csv": template([chapter.assignment for chapter in chapters_of(Course.installed())]),
        "README.md": README,
        f"questions/{TEMPLATE}": QUESTION_TEMPLATE,
    }
    for name, text in texts.items():
        path = root / name
        if not path.exists():
            values = {"name": root.resolve().name, "formgrader": FORMGRADER, "book": NO_BOOK}
            for field, value in values.items():
                text = text.replace(f"{{{field}}}", value)
            path.write_text(text, encoding="utf-8")
            made.append(path)
    if book is not None:
        write_book(root / "nbgrader_config.py", book)
    return made


def _put_roster(root: Path, source: Path) -> Path:
    """Copy a roster, byte for byte, to where none is, or one that nobody has filled in."""
    read_roster(source)
    content, path = source.read_bytes(), root / "roster.csv"
    if path.exists() and path.read_bytes() not in (content, ROSTER.encode()):
        raise WouldOverwrite(f"{path} is there already: edit it, or move it away")
    root.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path

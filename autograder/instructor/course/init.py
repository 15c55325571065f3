"""Make a course folder. Existing files stay as they are."""

from pathlib import Path

from autograder.course import Course, chapters_of
from autograder.instructor.course.due_dates import template
from autograder.instructor.course.roster import read_roster
from autograder.user_errors import WouldOverwrite

TEMPLATES = Path(__file__).with_name("new_folder")  # a name that Python would take for its own ends in .txt
# The extension is named so that it runs whatever a user's own settings of Jupyter say.
FORMGRADER = (
    "jupyter server --ServerApp.default_url=/formgrader "
    "--ServerApp.jpserver_extensions=\"{'nbgrader.server_extensions.formgrader': True}\""
)


def make_course_folder(root: Path, roster: Path | None = None) -> list[Path]:
    """Create the layout, the configuration, the tables and a page of instructions; return the new paths.

    Args:
        roster: becomes its roster.csv, byte for byte; None for an empty one.

    Raises:
        TableError: the roster cannot be read.
        WouldOverwrite: there is another roster already.
    """
    made = [_put_roster(root, roster)] if roster is not None else []
    for folder in ("source", "release", "submitted", "autograded", "feedback", "questions"):
        path = root / folder
        if not path.exists():
            path.mkdir(parents=True)
            made.append(path)
    texts = {
        path.relative_to(TEMPLATES).as_posix().removesuffix(".txt"): path.read_text(encoding="utf-8")
        for path in sorted(TEMPLATES.rglob("*.*"))
    }
    texts["due_dates.csv"] = template([chapter.assignment for chapter in chapters_of(Course.installed())])
    for name, text in texts.items():
        path = root / name
        if not path.exists():
            course = root.resolve().name
            values = {"name": course, "course_id": repr(course), "formgrader": FORMGRADER}
            for field, value in values.items():
                text = text.replace(f"{{{field}}}", value)
            path.write_text(text, encoding="utf-8")
            made.append(path)
    return made


def _put_roster(root: Path, source: Path) -> Path:
    """Copy a roster, byte for byte, where there is none, or only the template."""
    read_roster(source)
    content, path = source.read_bytes(), root / "roster.csv"
    if path.exists() and path.read_bytes() not in (content, (TEMPLATES / "roster.csv").read_bytes()):
        raise WouldOverwrite(f"{path} is there already: edit it, or move it away")
    root.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path

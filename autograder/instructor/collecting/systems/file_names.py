"""Systems that give each file a name of their own: Canvas, Blackboard and Google Classroom.

Canvas ("Download Submissions" in an assignment) calls a file ``lovelaceada_LATE_1234_56789_2-layers-1.ipynb``: the
sortable name in lower case and without signs, LATE where it came late, the user's number (the column ID of the
gradebook export), the number of the upload, and the student's file name, to which Canvas adds -1, -2, … when the
student hands in a file of the same name again. Typed text and an address have no upload, and are called
``lovelaceada_1234_text.html`` and ``…_link.html``. In an anonymous assignment, ``anon_…`` stands in place of name and
number. The times in the zip are those of the download, so nothing says when a file was handed in. A student chooses the
file name, and often the sortable name, and either can hold digits that look like Canvas's numbers. So each number
before another can be the user's: all of them are clues. Source: ``lib/content_zipper.rb`` in
github.com/instructure/canvas-lms (``get_filename``, ``add_upload_submission``, ``add_text_or_url``).

Blackboard ("Assignment File Download", the example of nbgrader's ``zip_collect``) calls a file
``Layers_ada_attempt_2026-11-05-22-41-07_2-layers.ipynb``: assignment, user name, time, file name. Assignment and user
name can hold underscores: the user name can begin after each of those that all files of the download share. No time
zone is given, so the times only put the attempts of a student in order. Source: the help of
``FileNameCollectorPlugin.named_regexp`` in nbgrader (``nbgrader/plugins/zipcollect.py``).

Google Classroom (an assignment's folder in Google Drive) calls a student's file ``Ada Lovelace - 2-layers.ipynb`` where
the assignment gave "a copy for each student". A file that a student brought has the name that the student gave it, and
Drive does not say in the zip whose it is: the name is a claim. Nor are the times those of handing in. Source: Google
Classroom Help, "Create an assignment" (make a copy for each student) and "Download students' work".
"""

import re
from collections.abc import Sequence
from itertools import takewhile

from autograder.instructor.collecting.archive import DownloadEntry
from autograder.instructor.collecting.downloaded import DownloadedFile, Ownership, outermost_file
from autograder.instructor.course.directory import Clue, any_of

TYPED = r"(?:text|link)\.html"
CANVAS_NAME = re.compile(
    r"(?:(?!LATE_|anon_)(?P<name>[^_].*?)_)?(?P<late>LATE_)?(?:(?P<user>\d+)|anon_[^_]+)_"
    rf"(?:(?P<upload>\d{{1,18}})_(?P<file>.+)|{TYPED})",
    re.DOTALL,
)
CANVAS_USER = re.compile(rf"(?=(?:^|_)(?P<late>LATE_)?(?P<user>\d+)_(?:\d{{1,18}}_.|{TYPED}\Z))", re.DOTALL)
CANVAS_AGAIN = re.compile(r"-(\d{1,3})(?=\.)")
BLACKBOARD_NAME = re.compile(r"[^_]*_(?P<end>.+?)_attempt_(?P<time>\d{4}(?:-\d\d){5})(?:_.*)?(?:\..+)?", re.DOTALL)
GOOGLE_BETWEEN = " - "


def read_canvas(entries: Sequence[DownloadEntry], depth: int) -> list[DownloadedFile]:
    names = [(entry, CANVAS_NAME.fullmatch(outermost_file(entry, depth))) for entry in entries]
    return [_in_canvas(entry, name) for entry, name in names if name]


def _in_canvas(entry: DownloadEntry, name: re.Match[str]) -> DownloadedFile:
    readings = list(CANVAS_USER.finditer(name.string))
    users = dict.fromkeys(reading["user"] for reading in readings)
    clues = (*(Clue("number", user) for user in users), Clue("name", name["name"] or "")) if name["user"] else ()
    again = CANVAS_AGAIN.search(name["file"] or "")
    return DownloadedFile(
        entry,
        "Canvas",
        (clues,),
        late=any(reading["late"] for reading in (name, *readings)),
        number=int(again[1]) + 1 if again else 1,
        upload=int(name["upload"] or 0),
    )


def read_blackboard(entries: Sequence[DownloadEntry], depth: int) -> list[DownloadedFile]:
    found = [(entry, BLACKBOARD_NAME.fullmatch(outermost_file(entry, depth))) for entry in entries]
    names = [(entry, name) for entry, name in found if name]
    by_place = zip(*(name.string.split("_") for _, name in names), strict=False)
    shared = len(list(takewhile(lambda words: len(set(words)) == 1, by_place)))  # none in files of several assignments
    files = []
    for entry, name in names:
        words, upload = name["end"].split("_"), int(name["time"].replace("-", ""))
        users = ["_".join(words[at:]) for at in range(len(words))][: shared or None]
        clues = [Clue("e-mail" if "@" in user else "id", user) for user in users]
        if len(users) == 1:  # of several, the first name that fits somebody would decide
            clues.append(Clue("name", users[0]))
        files.append(DownloadedFile(entry, "Blackboard", (tuple(clues),), upload=upload))
    return files


def read_google_classroom(entries: Sequence[DownloadEntry], depth: int) -> list[DownloadedFile]:
    """Return the files that begin with a student's name."""
    names = [(entry, outermost_file(entry, depth).partition(GOOGLE_BETWEEN)) for entry in entries]
    return [
        DownloadedFile(entry, "Google Classroom", (any_of(name),), ownership=Ownership(name))
        for entry, (name, between, _) in names
        if between
    ]

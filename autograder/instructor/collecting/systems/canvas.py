"""Canvas: the zip of "Download Submissions" in an assignment, or the folder that it was unpacked to.

A file is called ``lovelaceada_LATE_1234_56789_2-layers-1.ipynb``: the sortable name in lower case and without signs,
LATE where it came late, the user's number (the column ID of the gradebook export), the number of the upload, and the
student's file name, to which Canvas adds -1, -2, … when the student hands in a file of the same name again. Typed text
and an address have no upload, and are called ``lovelaceada_1234_text.html`` and ``…_link.html``. In an anonymous
assignment, ``anon_…`` stands in place of name and number. The times in the zip are those of the download, so nothing
says when a file was handed in. A student chooses the file name, and often the sortable name, and either can hold digits
that look like Canvas's numbers. So each number before another can be the user's: all of them are clues.

Source: ``lib/content_zipper.rb`` in github.com/instructure/canvas-lms (``get_filename``, ``add_upload_submission``,
``add_text_or_url``).
"""

import re
from collections.abc import Sequence

from autograder.instructor.collecting.archive import DownloadEntry
from autograder.instructor.collecting.downloaded import DownloadedFile, outermost_file
from autograder.instructor.course.directory import Clue

TYPED = r"(?:text|link)\.html"
NAME = re.compile(
    r"(?:(?!LATE_|anon_)(?P<name>[^_].*?)_)?(?P<late>LATE_)?(?:(?P<user>\d+)|anon_[^_]+)_"
    rf"(?:(?P<upload>\d{{1,18}})_.+|{TYPED})",
    re.DOTALL,
)
USER = re.compile(rf"(?=(?:^|_)(?P<late>LATE_)?(?P<user>\d+)_(?:\d{{1,18}}_.|{TYPED}\Z))", re.DOTALL)


def read(entries: Sequence[DownloadEntry], depth: int) -> list[DownloadedFile]:
    names = [(entry, NAME.fullmatch(outermost_file(entry, depth))) for entry in entries]
    return [_handed_in(entry, name) for entry, name in names if name]


def _handed_in(entry: DownloadEntry, name: re.Match[str]) -> DownloadedFile:
    readings = list(USER.finditer(name.string))
    users = dict.fromkeys(reading["user"] for reading in readings)
    clues = (*(Clue("number", user) for user in users), Clue("name", name["name"] or "")) if name["user"] else ()
    return DownloadedFile(
        entry,
        "Canvas",
        (clues,),
        late=any(reading["late"] for reading in (name, *readings)),
        upload=int(name["upload"] or 0),
    )

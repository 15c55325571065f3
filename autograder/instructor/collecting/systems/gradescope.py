"""Gradescope: the zip of "Export Submissions" of a programming assignment, or the folder that it was unpacked to.

``submission_metadata.yml`` lies beside a folder for each submission, such as ``submission_409194023``, and says of each
by the folder's name: ``:submitters:`` with ``:name:``, ``:sid:`` and ``:email:`` (several for a group), and
``:created_at:`` with its time zone. The export holds the files of the active submission; ``:history:`` has earlier ones
without files.

Source: Gradescope Help Center, "Exporting submissions"; which keys there are and what they hold, from scripts that read
the file, such as gist.github.com/m13253/f3e418a556df9506f7494e0f9cd8e80f.
"""

import contextlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import yaml

from autograder.instructor.collecting.archive import DownloadEntry, EntryRefused
from autograder.instructor.collecting.downloaded import DownloadedFile, outermost_file
from autograder.instructor.course.directory import Clue
from autograder.instructor.course.folder import CourseFolderError
from autograder.instructor.course.records import CLAIMED, PROVED
from autograder.notebooks.graft import MAX_NOTEBOOK_BYTES

METADATA = "submission_metadata.yml"
# All values as texts: a student's number may begin with zeros.
LOADER = getattr(yaml, "CBaseLoader", yaml.BaseLoader)


def read(entries: Sequence[DownloadEntry], depth: int) -> list[DownloadedFile]:
    """Return the files in the folders of submissions that the metadata names, or raise CourseFolderError."""
    files: list[DownloadedFile] = []
    for metadata in entries:
        if outermost_file(metadata, depth) != METADATA:  # one further inside is a student's
            continue
        submissions = _submissions(metadata)
        for entry in entries:
            submission = submissions.get(entry.parts[depth]) if len(entry.parts) > depth + 1 else None
            if isinstance(submission, dict):
                files.append(_handed_in(entry, entry.parts[depth], submission))
    return files


def _submissions(entry: DownloadEntry) -> Mapping[str, Any]:
    try:
        content = yaml.load(entry.read(MAX_NOTEBOOK_BYTES), LOADER)
    except (EntryRefused, yaml.YAMLError, RecursionError, ValueError) as error:
        reason = str(error).partition("\n")[0]
        raise CourseFolderError(f"{entry.name} cannot be read ({reason}): export the submissions again") from error
    return content if isinstance(content, dict) else {}


def _handed_in(entry: DownloadEntry, number: str, submission: Mapping[str, Any]) -> DownloadedFile:
    submitters = submission.get(":submitters")
    people = [person for person in submitters if isinstance(person, dict)] if isinstance(submitters, list) else []
    owners = tuple(_clues(number, person) for person in people)
    when = _time(submission.get(":created_at"))
    return DownloadedFile(entry, "Gradescope", owners or ((),), when, PROVED if when else CLAIMED)


def _clues(number: str, person: Mapping[str, Any]) -> tuple[Clue, ...]:
    values = {key: str(person.get(key) or "") for key in (":sid", ":email", ":name")}
    account = (Clue("id", values[":sid"], chosen=True), Clue("e-mail", values[":email"]))
    # The export has one submission of each person: where nothing else tells two of one name apart, that does.
    submission = () if any(clue.text for clue in account) else (Clue("submission", number),)
    return *account, *submission, Clue("name", values[":name"])


def _time(text: object) -> datetime | None:
    """Return a time as Ruby writes it, ``2026-04-26 17:34:00.861687000 Z``."""
    from dateutil.parser import parse

    if not isinstance(text, str):
        return None
    with contextlib.suppress(ValueError, OverflowError):
        when = parse(text)
        return when if when.tzinfo else None
    return None

"""Whose a downloaded file is: what its system says, where no other reading of its name and no owner contradicts."""

from __future__ import annotations

from dataclasses import replace

from autograder.instructor.collecting.downloaded import DownloadedFile
from autograder.instructor.collecting.ownership import Owned
from autograder.instructor.course.matching import Directory, Match

# How a preview goes on where students choose the name by which somebody was found.
BY_OWNER, BY_NAME_ALONE = " and owner", ", as claimed"


def owners_of(file: DownloadedFile, directory: Directory) -> list[Match]:
    """Return whose a file is; nobody's where another system would say that it is somebody else's."""
    if not file.owners:
        return [Match(None, reason=f"nothing that {file.system} gave says whose it is: collect it by itself")]
    matches = [directory.find(clues) for clues in file.owners]
    mine = {match.student for match in matches}
    for other in file.others:
        for named in (directory.find(clues).student for clues in other.owners):
            if named and named not in mine:
                who = " and ".join(match.student.id for match in matches if match.student) or "nobody in the roster"
                reason = f"by its name it is of {who} ({file.system}) and of {named.id} ({other.system})"
                return [Match(None, reason=reason)]
    return _as_owned(file.owned, matches, directory) if file.owned else matches


def _as_owned(owned: Owned, matches: list[Match], directory: Directory) -> list[Match]:
    """Return whom a name finds that students choose: nobody where an account owns the work that is not the named."""
    mine = {match.student for match in matches if match.student}
    if mine and (reason := owned.refusal(mine, directory)):
        return [Match(None, reason=reason)]
    how = BY_OWNER if owned.is_proved else BY_NAME_ALONE
    return [replace(match, by=f"{match.by}{how}") if match.student else match for match in matches]

"""Whose the files of a download are: what its system says, where nothing else in the download contradicts.

Defends: that a student gets into another's place by a name, which many systems let students choose, or by a number that
they enter themselves. Two accounts are two people, so what one name claims for both is collected for neither, but where
a number or an address of the roster says which one is meant. Does not defend: where a download has nothing but names,
and work of one account alone under a student's name; the preview says that it was found by the name alone.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import replace

from autograder.instructor.collecting.downloaded import DownloadedFile
from autograder.instructor.collecting.ownership import Ownership
from autograder.instructor.course.matching import Clue, Directory, Kind, Match

# How a preview goes on where students choose the name by which somebody was found.
BY_OWNER, BY_NAME_ALONE = " and owner", ", as claimed"
Account = tuple[Clue, ...]


def owners_of(files: Sequence[DownloadedFile], directory: Directory) -> list[list[Match]]:
    """Return whose each file of a download is; nobody's where another account has a better claim, or as good a one."""
    known_kinds = directory.known_kinds(clue for file in files for clues in file.owners for clue in clues)
    matches = [_owners_of(file, directory, known_kinds) for file in files]
    claims: dict[str, dict[Account, int]] = defaultdict(dict)
    for match in (match for found in matches for match in found):
        if match.student and match.account:
            claims[match.student.id][match.account] = match.certainty
    theirs = {student: _believed(accounts) for student, accounts in claims.items()}
    return [[_settled(match, theirs) for match in found] for found in matches]


def _believed(certainty: dict[Account, int]) -> list[Account]:
    """Return which of the accounts that are said to be one student's are."""
    most = max(certainty.values())
    best = [account for account, sure in certainty.items() if sure == most]
    return best if most == 2 or len(best) == 1 else []  # the roster itself may know two accounts of one student


def _settled(match: Match, theirs: dict[str, list[Account]]) -> Match:
    if not match.student or not match.account or match.account in theirs[match.student.id]:
        return match
    who = match.student.id_and_name
    other = "whose own work is another account's" if theirs[match.student.id] else "and so does another account's"
    return Match(None, reason=f"its {match.by} alone says {who}, {other}", several=True)


def _owners_of(file: DownloadedFile, directory: Directory, known_kinds: Collection[Kind]) -> list[Match]:
    """Return whose a file is; nobody's where another system would say that it is somebody else's."""
    if not file.owners:
        return [Match(None, reason=f"nothing that {file.system} gave says whose it is: collect it by itself")]
    matches = [directory.find(clues, known_kinds) for clues in file.owners]
    mine = {match.student for match in matches}
    for other in file.others:
        for named in (directory.find(clues).student for clues in other.owners):
            if named and named not in mine:
                who = " and ".join(match.student.id for match in matches if match.student) or "nobody in the roster"
                reason = f"by its name it is of {who} ({file.system}) and of {named.id} ({other.system})"
                return [Match(None, reason=reason)]
    return _as_owned(file.owned, matches, directory) if file.owned else matches


def _as_owned(owned: Ownership, matches: list[Match], directory: Directory) -> list[Match]:
    """Return whom a name finds that students choose: nobody where an account owns the work that is not the named."""
    mine = {match.student for match in matches if match.student}
    if mine and (reason := owned.refusal(mine, directory)):
        return [Match(None, reason=reason)]
    how = BY_OWNER if owned.is_proved else BY_NAME_ALONE
    return [replace(match, by=f"{match.by}{how}") if match.student else match for match in matches]

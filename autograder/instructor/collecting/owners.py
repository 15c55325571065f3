"""Find the owners of files: the students that their system names, unless something else in the download contradicts.

Defends against a student who takes another's place by a name, which many systems let students choose, or by a number
that they enter themselves. Two accounts are two people, so a file that one name claims for both is collected for
neither, except where a number or an address of the roster says which of them is meant. In nbgrader's exchange, where
students name the folders, it also defends against a folder called after one student, or a file in it, that another
account of this machine has made. Stock ``nbgrader collect`` compares the same two (``check_owner``), warns, and
collects; here it is refused. Where the class's ids are no accounts of this machine, two accounts are still two people:
of those whose folders name one student, the account counts that names no other student; of several such, none.

Does not defend: where a download has nothing but names, and work of one account alone under a student's name; the
preview says that it was found by the name alone. Nor, in the exchange, where the roster does not know the accounts and
the student has handed in nothing, or work under another student's name, too. Nor where a machine cannot tell students
apart: a zip and a copy that you made keep no owners, and in containers all students can have one number; then the name
is called a claim. Assumes: accounts have the names by which nbgrader calls students, or the roster knows both.
"""

import os
import pwd
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from autograder.instructor.collecting.downloaded import DownloadedFile, Ownership
from autograder.instructor.course.directory import Clue, Directory, Kind, Match
from autograder.instructor.course.roster import Student

# A preview adds this to the kind of a clue that students choose.
BY_OWNER, BY_NAME_ALONE = " and owner", ", as claimed"
ASK = "ask them, and if that is right, copy it and collect the copy"
ROSTER_KNOWS = 2  # the certainty of a match all of whose clues are in the roster
Account = tuple[Clue, ...]


def owners_of(files: Sequence[DownloadedFile], directory: Directory) -> list[list[Match]]:
    """Return the owners of each file; none where another account has a better claim, or one as good."""
    known_kinds = directory.known_kinds(clue for file in files for clues in file.owners for clue in clues)
    matches_of_files = [_matches(file, directory, known_kinds) for file in files]
    matches_of_files = _of_one_account(files, matches_of_files, directory)
    claims: dict[str, dict[Account, int]] = defaultdict(dict)
    for matches in matches_of_files:
        for match in matches:
            if match.student and match.account:
                claims[match.student.id][match.account] = match.certainty
    doubted = {match.doubted for matches in matches_of_files for match in matches}
    believed = {student: _believed_accounts(certainties) for student, certainties in claims.items()}
    return [[_settled(match, believed, doubted) for match in matches] for matches in matches_of_files]


def _matches(file: DownloadedFile, directory: Directory, known_kinds: Collection[Kind]) -> list[Match]:
    """Return the owners of a file; none where another system, or the disk, names another person."""
    if not file.owners:
        return [Match(None, reason=f"nothing that {file.system} gave says whose it is: collect it by itself")]
    matches = [directory.find(clues, known_kinds) for clues in file.owners]
    students = {match.student for match in matches}
    for reading in file.other_readings:
        for clues in reading.owners:
            named = directory.find(clues).student
            if named and named not in students:
                who = " and ".join(match.student.id for match in matches if match.student) or "nobody in the roster"
                reason = f"by its name it is of {who} ({file.system}) and of {named.id} ({reading.system})"
                return [Match(None, reason=reason)]
    if file.ownership is None or not any(students):
        return matches
    if reason := refusal(file.ownership, {student for student in students if student}, directory):
        return [Match(None, reason=reason)]
    how = BY_OWNER if file.ownership.is_proved else BY_NAME_ALONE
    return [replace(match, by=f"{match.by}{how}") if match.student else match for match in matches]


def _believed_accounts(certainties: Mapping[Account, int]) -> list[Account]:
    """Return the accounts whose work counts as one student's, of all that claim to be that student's."""
    most = max(certainties.values())
    best = [account for account, certainty in certainties.items() if certainty == most]
    return best if most == ROSTER_KNOWS or len(best) == 1 else []  # the roster may know two accounts of one student


def _settled(match: Match, believed: Mapping[str, Collection[Account]], doubted: Collection[Student | None]) -> Match:
    if not match.student or not match.account:
        return match
    if match.chosen and match.student in doubted:
        reason = f"its {match.by} says {match.student.id_and_name}, which students enter, and another's name fits, too"
        return Match(None, reason=reason, several=True)
    if match.account in believed[match.student.id]:
        return match
    rival = "whose own work is another account's" if believed[match.student.id] else "and so does another account's"
    return Match(None, reason=f"its {match.by} alone says {match.student.id_and_name}, {rival}", several=True)


# Accounts of this machine


def ownership_of(named: str, seen: Sequence[os.stat_result]) -> Ownership:
    """Return the owners of a submission whose folder names a student: of the folder, and of its files."""
    return Ownership(named, tuple(sorted({_account_name(status.st_uid) for status in seen})))


def refusal(ownership: Ownership, students: Collection[Student], directory: Directory) -> str:
    """Return the evidence that a submission is not the work of the students whom its name fits; empty without any."""
    has_account = any(_is_account(name) for student in students for name in (student.id, *student.also))
    for account in sorted(_foreign_accounts(ownership) - {ownership.named}):
        owner = directory.find([Clue("id", account)]).student
        if owner not in students if owner else has_account:
            who = f" ({owner.id})" if owner and owner.id != account else ""
            return f"its folder names {ownership.named}, and it belongs to the account {account}{who}: {ASK}"
    return ""


def _foreign_accounts(ownership: Ownership | None) -> set[str]:
    """Return a submission's owners but root and the collecting account, whose files can be copies of anybody's."""
    return set(ownership.accounts if ownership else ()) - {_account_name(0), _account_name(os.geteuid())}


def _of_one_account(
    files: Sequence[DownloadedFile], matches_of_files: Sequence[Sequence[Match]], directory: Directory
) -> list[list[Match]]:
    """Return the matches of files, without those of an account that is not believed to be the student's."""
    claimants, named = defaultdict[Student, set[str]](set), defaultdict[str, set[Student]](set)
    owned = [
        (matches, _foreign_accounts(file.ownership)) for file, matches in zip(files, matches_of_files, strict=True)
    ]
    for matches, accounts in owned:
        for student in [match.student for match in matches if match.student]:
            claimants[student] |= accounts
            for account in accounts if len(accounts) == 1 else ():  # anybody can write into another's folder
                named[account].add(student)

    def believed(student: Student) -> set[str]:
        known = {account for account in claimants[student] if directory.find([Clue("id", account)]).student == student}
        alone = {account for account in claimants[student] if named[account] == {student}}
        return known or (alone if len(alone) == 1 else set())

    def settled(match: Match, accounts: set[str]) -> Match:
        if not match.student or len(claimants[match.student]) < 2 or accounts <= believed(match.student):
            return match
        everyone, owners = (" and ".join(sorted(names)) for names in (claimants[match.student], accounts))
        several = f"its folder names {match.student.id}, as do folders of several accounts, {everyone}"
        return Match(None, reason=f"{several}, and it belongs to {owners}: {ASK}")

    return [[settled(match, accounts) for match in matches] for matches, accounts in owned]


def _account_name(number: int) -> str:
    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:
        return f"number {number}"


def _is_account(name: str) -> bool:
    try:
        pwd.getpwnam(name)
    except (KeyError, ValueError):  # a name can hold characters that no account's does
        return False
    return True

"""Whose a file is: a name that a student chooses, or an account's folder, takes nobody's place."""

import os
import pwd
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.instructor.collecting.archive import open_download
from autograder.instructor.collecting.downloaded import DownloadedFile, Ownership
from autograder.instructor.collecting.owners import owners_of
from autograder.instructor.collecting.plan import Plan
from autograder.instructor.collecting.systems import read_all
from autograder.instructor.course.directory import Clue, Directory
from autograder.instructor.course.files import parse_table
from autograder.instructor.course.folder import CourseFolder
from autograder.instructor.course.roster import Student, students_in
from autograder.instructor.requests.answering import read_requests
from autograder.instructor.requests.form import Request
from tests.attacks.corpus import HERE, read_attacks
from tests.instructor.collecting.made_downloads import (
    entries_of,
    entry,
    folder,
    gradescope_metadata,
    plan_of,
    zipped,
)
from tests.suite import is_deep

# Names that students choose: the attacks of tests/attacks/download.md, and honest work

HIS, HERS = b"his", b"hers"


def attacks() -> Iterator[Any]:
    """Yield the names that each attack tries, with what it says of the class and of the download."""
    for attack in read_attacks(HERE / "download.md"):
        scenario: dict[str, Any] = {}
        exec(compile(attack.source, attack.name, "exec"), scenario)
        yield from (pytest.param(scenario, name, id=f"{attack.name}: {name}") for name in scenario["NAMES"])


@pytest.mark.parametrize("order", [1, -1], ids=["his first", "hers first"])
@pytest.mark.parametrize(("attack", "name"), list(attacks()))
def test_a_chosen_name_takes_nobodys_place(attack: dict[str, Any], name: str, order: int) -> None:
    files = dict(list(attack["files"](name, HIS, HERS).items())[::order])
    plan = plan_of(entries_of(files), students_in(parse_table(attack["ROSTER"].encode(), "roster.csv")))
    theirs = {work.student.id: {files[attempt.path] for attempt in work.attempts} for work in plan.submissions}
    kept = {HIS} if attack["BOB_KEEPS_HIS"] else set()
    assert theirs.get("bob", set()) == kept
    left = {path for path, content in files.items() if content in {HIS, HERS} - kept - theirs.get("eve", set())}
    assert {file.path for file in plan.excluded if file.matters} == left
    assert plan.complete == (not left)


ADA = Student("ada", "Ada", "King", "ada@x.org", "1000")
BOB = Student("bob", "Bob", "Build", "bob@x.org", "1001")
NAMED = Student("bob", "Bob", "Build")
ALONE = "nobody in the roster is '{}', and the name 'Bob Build' alone does not make it the work of bob"
RIVAL = "its name alone says bob Bob Build, and so does another account's"


def moodle(name: str, participant: int, file: str = "2-layers.ipynb") -> str:
    return f"{name}_{participant}_assignsubmission_file/{file}"


def named(*names: str) -> dict[str, bytes]:
    return dict.fromkeys(names, b"{}")


def gradescope(number: str, address: str) -> dict[str, bytes]:
    """Return an export with a file of Ada's, and one of an account called Bob Build."""
    people = ("Ada King", "ada", "ada@x.org"), ("Bob Build", number, address)
    when = "2026-11-01 10:00:00.000000000 Z"
    metadata = gradescope_metadata(*((f"s{at}", [person], when) for at, person in enumerate(people)))
    return {"submission_metadata.yml": metadata} | named("s0/2-layers.ipynb", "s1/2-layers.ipynb")


BLACKBOARD = "Layers_ada_attempt_2026-11-05-22-41-07_"
# The class, the download, and whose each of its notebooks is, or why it is nobody's.
WHOSE: dict[str, tuple[list[Student], dict[str, bytes], list[str]]] = {
    "a number of nobody's": ([ADA, BOB], gradescope("0815", ""), ["ada", ALONE.format("0815")]),
    "an address where the roster has none": (
        [ADA, replace(BOB, email="")],
        gradescope("", "b@x.org"),
        ["ada", ALONE.format("b@x.org")],
    ),
    "a stranger of a student's name in Canvas": (
        [ADA, BOB],
        named("kingada_1000_5001_2-layers.ipynb", "buildbob_77_5002_2-layers.ipynb"),
        ["ada", ALONE.format("77").replace("Bob Build", "buildbob")],
    ),
    # Moodle numbers participants anew in each assignment, and the roster may be the worksheet of an earlier one.
    "numbers of another list than the roster's": (
        [ADA, BOB],
        named(moodle("Ada King", 2000), moodle("Bob Build", 2001)),
        ["ada", "bob"],
    ),
    "numbers in the name of a file": (
        [ADA, BOB],
        named("buildbob_1001_5001_2-layers.ipynb", "buildbob_1001_5002_2_layers.ipynb"),
        ["bob", "bob"],
    ),
    "names of Blackboard's": (
        [ADA, BOB],
        named(f"{BLACKBOARD}bob.ipynb", f"bob/{BLACKBOARD}x.ipynb"),
        ["nothing that folder gave says whose it is: collect it by itself", "bob"],
    ),
    "a folder that says otherwise": (
        [ADA, BOB],
        named("bob/kingada_1000_5001_2-layers.ipynb"),
        ["by its name it is of ada (Canvas) and of bob (folder)"],
    ),
    "two accounts of one student": (
        [replace(NAMED, also=("b-uild",))],
        named(*(f"{account}+2-layers+2026-11-05 22:41:07 UTC/2-layers.ipynb" for account in ("bob", "b-uild"))),
        ["bob", "bob"],
    ),
    "twice in Moodle": ([NAMED], named(moodle("Bob Build", 1), moodle("Bob Build", 1, "x.ipynb")), ["bob", "bob"]),
    "twice in Canvas": (
        [NAMED],
        named("buildbob_1_5001_2-layers.ipynb", "buildbob_LATE_1_5002_2-layers-1.ipynb"),
        ["bob", "bob"],
    ),
    "twice in folders": ([NAMED], named("Bob Build/2-layers.ipynb", "bob/2-layers.ipynb"), ["bob", "bob"]),
}


@pytest.mark.parametrize(("students", "files", "expected"), WHOSE.values(), ids=WHOSE)
def test_all_clues_decide_whose_a_file_is(
    students: list[Student], files: dict[str, bytes], expected: list[str]
) -> None:
    read = read_all(entries_of(files))
    matches = [match for (match,) in owners_of(read, Directory(students))]
    owners = [match.student.id if match.student else match.reason for match in matches]
    whose = {file.entry.name: owner for file, owner in zip(read, owners, strict=True)}
    assert [whose[path] for path in files if path.endswith(".ipynb")] == expected


def test_a_request_from_two_accounts_of_one_name_is_refused(tmp_path: Path) -> None:
    (tmp_path / "roster.csv").write_text("id,name\nbob,Bob Build\neve,Eve Evil\n", encoding="utf-8")
    text = Request("bob", "2-layers", "Linear.affine_map", "Why?").lines().encode()
    names = [moodle("Bob Build", 1001, "request.txt"), moodle("Bob Build", 1002, "request.txt")]
    asked, left = read_requests(CourseFolder(tmp_path), [zipped(tmp_path / "x.zip", dict.fromkeys(names, text))])
    assert (asked, left) == ([], [f"{name}: {RIVAL}" for name in names])


# nbgrader's exchange: a submission belongs to the account that owns it. These accounts every Debian has.

DAEMON, BIN = Student("daemon", "Ada", "Lovelace", "ada@example.org"), Student("bin", "Bob", "Smith")
EVE, ROOT, NUMBER = "games", "root", "number 61999"  # of no student, of whoever collects, and of no account
PROVED, CLAIMED = "id and owner", "id, as claimed"
AGAIN = Student("007", "Ada", "Lovelace", "ada@example.org", also=("daemon",))
BOBBY, X, ADDRESS = replace(BIN, also=("bobby",)), Student("x"), Student("ada@example.org")  # of x there is no account
# The class, the name of a submission's folder and the accounts that own it; its clue, or whose account it is.
OWNED: dict[str, tuple[list[Student], str, list[str], str]] = {
    "its own": ([DAEMON, BIN], "bin", ["bin"], PROVED),
    "a classmate's folder": ([DAEMON, BIN], "bin", ["daemon"], "daemon"),
    "a classmate's file in it": ([DAEMON, BIN], "bin", ["bin", "daemon"], "daemon"),
    "no student's account": ([DAEMON, BIN], "bin", [EVE], EVE),
    "a number": ([DAEMON, BIN], "bin", [NUMBER], NUMBER),
    **{f"another case, {who}": ([DAEMON, BIN], "BIN", [who], who) for who in ("daemon", EVE, NUMBER)},
    **{f"another name, {who}": ([DAEMON, BOBBY], "bobby", [who], who) for who in ("daemon", EVE, NUMBER)},
    "a student without an account": ([DAEMON, X], "x", ["daemon"], "daemon"),
    "the roster's name of an account": ([AGAIN, BIN], "007", ["daemon"], CLAIMED),
    "an account in the column also": ([AGAIN, BIN], "daemon", ["daemon"], PROVED),
    **{f"nobody has an account, {who}": ([ADDRESS], ADDRESS.id, [who], CLAIMED) for who in (ROOT, EVE, NUMBER)},
    "a copy that root made": ([DAEMON, BIN], "bin", [ROOT], CLAIMED),
    "a zip": ([DAEMON, BIN], "bin", [], CLAIMED),
}


@pytest.mark.parametrize(("students", "name", "accounts", "expected"), OWNED.values(), ids=OWNED)
def test_a_submission_of_another_account_is_refused(
    students: list[Student], name: str, accounts: list[str], expected: str
) -> None:
    clues, ownership = ((Clue("id", name),),), Ownership(name, tuple(accounts))
    file = DownloadedFile(entry("x"), "nbgrader", clues, ownership=ownership)
    ((match,),) = owners_of([file], Directory(students))
    if expected in (PROVED, CLAIMED):
        assert match.student and match.by == expected
    else:
        assert not match.student and not match.stranger
        assert match.reason.startswith(f"its folder names {name}, and it belongs to the account {expected}: ask them")


# The accounts that own folders called bob, eve and bob, none of them a student's; and whose work each of these is.
A, B = "number 40001", "number 40002"
SEVERAL_OWNERS = {
    "a classmate's account": ([[A], [B], [B]], ["bob", "eve", ""]),
    "a classmate's account, and then his own": ([[B], [B], [A]], ["", "eve", "bob"]),
    "two accounts of which nothing is known": ([[A], [ROOT], [B]], ["", "eve", ""]),
    "one account of all, as in containers": ([[A], [A], [A]], ["bob", "eve", "bob"]),
    "copies that root made": ([[ROOT], [B], [B]], ["bob", "eve", "bob"]),
    "a classmate's file in his folder": ([[A], [B], [A, B]], ["bob", "eve", ""]),
}


@pytest.mark.parametrize("name", ["bob", "BOB", "ｂｏｂ", "bob "])
@pytest.mark.parametrize(("accounts", "expected"), SEVERAL_OWNERS.values(), ids=SEVERAL_OWNERS)
def test_two_accounts_of_the_machine_are_two_people(name: str, accounts: list[list[str]], expected: list[str]) -> None:
    folders = zip(("bob", "eve", name), map(tuple, accounts), strict=True)
    owned = [(((Clue("id", who),),), Ownership(who, owners)) for who, owners in folders]
    files = [DownloadedFile(entry("x"), "nbgrader", clues, ownership=ownership) for clues, ownership in owned]
    matches = [match for (match,) in owners_of(files, Directory([NAMED, Student("eve")]))]
    assert [match.student.id if match.student else "" for match in matches] == expected
    assert all(A in match.reason and B in match.reason for match in matches if not match.student)


@pytest.fixture
def as_root() -> None:
    assert os.geteuid() == 0, "to be several users needs root, as in CI"


def submit(inbound: Path, account: str | int, student: str, when: datetime | None = None) -> Path:
    """Let an account put a folder into the exchange, named after a student and a time, by default the right one."""
    stamp = (when or datetime.now(UTC)).strftime("%Y-%m-%d %H:%M:%S.%f UTC")
    submission = inbound / f"{student}+2-layers+{stamp}+x"
    folder(submission, {"2-layers.ipynb": b"{}", "timestamp.txt": stamp.encode()})
    for path in (submission, *submission.rglob("*")):
        own(path, account)
    return submission


def own(path: Path, account: str | int) -> None:
    os.chown(path, account if isinstance(account, int) else pwd.getpwnam(account).pw_uid, -1)


def collected(download: Path) -> Plan:
    with open_download(download) as entries:
        return plan_of(entries, [DAEMON, BIN])


def found_by(plan: Plan) -> dict[str, tuple[str, str]]:
    """Return the clue to each student's work, and the standing of its time."""
    return {work.student.id: (work.matched_by, work.chosen.standing) for work in plan.submissions}


@pytest.mark.usefixtures("as_root")
@pytest.mark.parametrize(
    ("of_folder", "of_file", "says"),
    [("daemon", "daemon", "daemon"), ("bin", "daemon", "daemon"), (61999, 61999, "number 61999")],
)
def test_owners_are_read_from_the_disk(of_folder: str | int, of_file: str | int, says: str, tmp_path: Path) -> None:
    mine = submit(tmp_path, "bin", "bin")
    forged = submit(tmp_path, of_folder, "bin", datetime(2099, 1, 1, tzinfo=UTC))
    own(forged / "2-layers.ipynb", of_file)
    plan = collected(tmp_path)
    assert found_by(plan) == {"bin": (PROVED, "proved")}
    assert [attempt.path for work in plan.submissions for attempt in work.attempts] == [f"{mine.name}/2-layers.ipynb"]
    (refused,) = plan.excluded
    assert (refused.path, refused.matters, plan.complete) == (f"{forged.name}/2-layers.ipynb", True, False)
    assert f"it belongs to the account {says}: ask them" in refused.reason


@pytest.mark.usefixtures("as_root")
def test_files_beside_the_submissions_change_nothing(tmp_path: Path) -> None:
    """Metadata of no Gradescope, more names of other systems than submissions, and a link."""
    junk = {
        "submission_metadata.yml",
        "x_bin_attempt_2099-01-01-00-00-00_.ipynb",
        *(f"bin/{at}.ipynb" for at in range(9)),
    }
    inbound = folder(tmp_path / "inbound", dict.fromkeys(junk, b"a: [\n"))
    submit(inbound, "bin", "bin")
    (inbound / "aaa").symlink_to("/etc")
    plan = collected(inbound)
    assert found_by(plan) == {"bin": (PROVED, "proved")}
    assert {file.path for file in plan.excluded} == {*junk, "aaa"}


@pytest.mark.usefixtures("as_root")
@pytest.mark.parametrize(("mode", "path"), [(0o700, ""), (0o744, "/2-layers.ipynb"), (0o744, "/timestamp.txt")])
def test_a_folder_that_a_student_has_closed_is_named_and_stops_nobody(mode: int, path: str) -> None:
    with an_exchange() as inbound:
        submit(inbound, "bin", "bin")
        closed = submit(inbound, "daemon", "daemon")
        closed.chmod(mode)
        os.seteuid(pwd.getpwnam(EVE).pw_uid)
        try:
            plan = collected(inbound)
        finally:
            os.seteuid(0)
        assert found_by(plan) == {"bin": (PROVED, "proved")}
        reasons = {file.path: (file.reason, file.matters) for file in plan.excluded}
        assert reasons[f"{closed.name}{path}"] == ("it cannot be read: Permission denied", True)


@pytest.mark.usefixtures("as_root")
@pytest.mark.parametrize("when", ["%Y-%m-%d 00:00:00 UTC", "2099-01-01 00:00:00 UTC", "9999-12-31 23:59:59 UTC"])
def test_a_time_that_the_disk_contradicts_is_a_claim(when: str, tmp_path: Path) -> None:
    """A folder can be renamed, and the times of files be set, but not that of the change."""
    path = submit(tmp_path, "daemon", "daemon")
    yesterday = datetime.now(UTC) - timedelta(1)
    path = path.rename(path.with_name(f"daemon+2-layers+{yesterday.strftime(when)}+x"))
    for file in (path, *path.iterdir()):
        os.utime(file, (yesterday.timestamp(), yesterday.timestamp()))
    assert found_by(collected(tmp_path)) == {"daemon": (PROVED, "claimed")}


@contextmanager
def an_exchange() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as above:
        Path(above).chmod(0o755)
        (Path(above) / "inbound").mkdir()
        yield Path(above) / "inbound"


PIECES = ["bin", "daemon", "Bob Smith", "+", "2-layers", "2099-01-01 00:00:00 UTC", "x", " ", "-"]
NAMES = st.one_of(
    st.text(st.characters(codec="utf-8", exclude_characters="/\0", exclude_categories=["Cc"]), max_size=20),
    st.lists(st.sampled_from(PIECES), max_size=7).map("".join),
    st.just("bin+2-layers+2099-01-01 00:00:00 UTC"),
).filter(lambda name: name not in ("", ".", "..") and len(name.encode()) < 200)


@given(name=NAMES, file=NAMES, alone=st.booleans(), inside=st.booleans())
@settings(max_examples=150 if is_deep() else 50)
def test_nothing_in_the_exchange_changes_anothers_work(name: str, file: str, alone: bool, inside: bool) -> None:
    """Under any name, in a folder of its own or in the other's, into which nbgrader lets everybody write."""
    with an_exchange() as inbound:
        bobs = None if alone else submit(inbound, "bin", "bin")
        before = bobs_attempts(inbound)
        target = bobs if inside and bobs else inbound / name
        target.mkdir(exist_ok=True)
        adas = target / f"{file}.ipynb"
        if not adas.exists():  # to replace his, she would have to know his folder's name, which she cannot list
            adas.write_bytes(b"{}")
            for path in {target, adas} - {bobs}:
                own(path, "daemon")
        assert bobs_attempts(inbound) == before


def bobs_attempts(inbound: Path) -> list[tuple[str, str, str]]:
    works = [work for work in collected(inbound).submissions if work.student is BIN]
    return [(attempt.path, attempt.stamp, attempt.standing) for work in works for attempt in work.attempts]

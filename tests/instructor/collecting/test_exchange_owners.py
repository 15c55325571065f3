"""nbgrader's exchange: a submission is of the account that owns it, at the time of the disk.

The accounts are those that every Debian has.
"""

import os
import pwd
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.instructor.collecting.archive import open_download
from autograder.instructor.collecting.plan import Plan
from autograder.instructor.course.roster import Student
from tests.instructor.collecting import plans
from tests.instructor.collecting.made_downloads import folder, zipped

ADA, BOB = Student("daemon", "Ada", "Lovelace", "ada@example.org"), Student("bin", "Bob", "Smith")
EVE, CURIE, NAMELESS = "games", "root", 61999  # an account that is no student's, whoever collects, and a number alone
AS_IT_IS = "%Y-%m-%d %H:%M:%S.%f UTC"
PROVED, CLAIMED = ("id and owner", "proved"), ("id, as claimed", "claimed")


@pytest.fixture(autouse=True)
def several_users() -> None:
    assert os.geteuid() == 0, "to be several users needs root, as in CI"
    assert [pwd.getpwnam(name).pw_name for name in (ADA.id, BOB.id, EVE)]


def number_of(account: str | int) -> int:
    return account if isinstance(account, int) else pwd.getpwnam(account).pw_uid


def submit(
    inbound: Path, account: str | int, student: str, when: datetime | None = None, file_of: str | int | None = None
) -> Path:
    """Let an account put a folder into the exchange, called after a student and a time, by default the right one."""
    when = when or datetime.now(UTC)
    submission = inbound / f"{student}+2-layers+{when.strftime(AS_IT_IS)}+x"
    folder(submission, {"2-layers.ipynb": b"{}", "timestamp.txt": when.strftime(AS_IT_IS).encode()})
    for path in (submission, *submission.rglob("*")):
        os.chown(path, number_of(account), -1)
    if file_of is not None:
        os.chown(submission / "2-layers.ipynb", number_of(file_of), -1)
    return submission


def plan_of(download: Path, *students: Student) -> Plan:
    with open_download(download) as entries:
        return plans.plan_of(entries, students or (ADA, BOB))


def found_by(plan: Plan) -> dict[str, tuple[str, str]]:
    """Return the clue to each student's work, and the standing of its time."""
    return {
        work.student.id: (work.matched_by, work.chosen.standing if work.chosen else "") for work in plan.submissions
    }


@pytest.mark.parametrize(
    ("account", "file_of", "who"),
    [(ADA.id, None, ADA.id), (BOB.id, ADA.id, ADA.id), (EVE, None, EVE), (NAMELESS, None, "number 61999")],
    ids=["a classmate's folder", "a classmate's file in it", "an account of no student's", "a number of no account's"],
)
def test_work_owned_by_another_account_is_excluded_and_its_owner_named(
    account: str | int, file_of: str | None, who: str, tmp_path: Path
) -> None:
    forged = submit(tmp_path, account, BOB.id, datetime(2099, 1, 1, tzinfo=UTC), file_of)
    own = submit(tmp_path, BOB.id, BOB.id)
    plan = plan_of(tmp_path)
    (work,), (refused,) = plan.submissions, plan.excluded
    assert [attempt.path for attempt in work.attempts] == [f"{own.name}/2-layers.ipynb"]
    assert refused.path == f"{forged.name}/2-layers.ipynb"
    assert refused.reason.startswith(f"its folder names {BOB.id}, and it belongs to the account {who}: ask them")
    assert not any(match.stranger for match in refused.unmatched)
    assert (refused.matters, plan.complete) == (True, False)


@pytest.mark.parametrize("account", [ADA.id, EVE, NAMELESS])
def test_another_account_gets_in_under_no_name_of_a_student(account: str | int, tmp_path: Path) -> None:
    """Of `bobby` there is an account, under another name; of `x` there is none on this machine."""
    for named in (BOB.id, BOB.id.upper(), "bobby", *(["x"] if account == ADA.id else [])):
        submit(tmp_path, account, named)
    assert plan_of(tmp_path, ADA, replace(BOB, also=("bobby",)), Student("x")).submissions == ()


def test_an_account_with_another_name_in_the_roster_can_use_either(tmp_path: Path) -> None:
    ada = replace(ADA, id="007", also=(ADA.id,))
    submit(tmp_path, ADA.id, "007")
    assert found_by(plan_of(tmp_path, ada, BOB)) == {"007": CLAIMED}
    submit(tmp_path, ADA.id, ADA.id)
    assert found_by(plan_of(tmp_path, ada, BOB)) == {"007": PROVED}


@pytest.mark.parametrize("account", [CURIE, EVE, NAMELESS])
def test_where_students_have_no_accounts_here_their_names_are_claims(account: str | int, tmp_path: Path) -> None:
    students = (Student("ada@example.org"), Student("bob@example.org"))
    for student in students:
        submit(tmp_path, account, student.id)
    plan = plan_of(tmp_path, *students)
    assert found_by(plan) == {student.id: CLAIMED for student in students}
    assert plan.complete


def test_a_copy_that_the_instructor_made_and_a_zip_can_be_collected_and_are_claims(tmp_path: Path) -> None:
    names = [submit(tmp_path / "inbound", student.id, student.id).name for student in (ADA, BOB)]
    shutil.copytree(tmp_path / "inbound", tmp_path / "copy")
    zipped(tmp_path / "inbound.zip", {f"inbound/{name}/2-layers.ipynb": b"{}" for name in names})
    for download in (tmp_path / "copy", tmp_path / "inbound.zip"):
        plan = plan_of(download)
        assert found_by(plan) == {ADA.id: CLAIMED, BOB.id: CLAIMED}
        assert plan.complete


def test_files_beside_the_submissions_stop_and_change_nothing(tmp_path: Path) -> None:
    """Metadata of no Gradescope, more names of other systems than submissions, and a link."""
    junk = {"submission_metadata.yml", f"x_{BOB.id}_attempt_2099-01-01-00-00-00_.ipynb"}
    junk |= {f"{BOB.id}/{at}.ipynb" for at in range(9)}
    inbound = folder(tmp_path / "inbound", dict.fromkeys(junk, b"a: [\n"))
    submit(inbound, BOB.id, BOB.id)
    (inbound / "aaa").symlink_to("/etc")
    plan = plan_of(inbound)
    assert found_by(plan) == {BOB.id: PROVED}
    assert {file.path for file in plan.excluded} == {*junk, "aaa"}


@pytest.mark.parametrize(("mode", "path"), [(0o700, ""), (0o744, "/2-layers.ipynb"), (0o744, "/timestamp.txt")])
def test_a_folder_that_a_student_has_closed_is_named_and_stops_nobody(mode: int, path: str) -> None:
    with an_exchange() as inbound:
        submit(inbound, BOB.id, BOB.id)
        closed = submit(inbound, ADA.id, ADA.id)
        closed.chmod(mode)
        with acting_as(EVE):
            plan = plan_of(inbound)
        assert found_by(plan) == {BOB.id: PROVED}
        reasons = {file.path: (file.reason, file.matters) for file in plan.excluded}
        assert reasons[f"{closed.name}{path}"] == ("it cannot be read: Permission denied", True)


@pytest.mark.parametrize("when", ["%Y-%m-%d 00:00:00 UTC", "2099-01-01 00:00:00 UTC", "9999-12-31 23:59:59 UTC"])
def test_a_time_that_the_disk_contradicts_is_a_claim(when: str, tmp_path: Path) -> None:
    """A folder can be renamed, and the times of files be set, but not that of the change."""
    path = submit(tmp_path, ADA.id, ADA.id)
    yesterday = datetime.now(UTC) - timedelta(1)
    path = path.rename(path.with_name(f"{ADA.id}+2-layers+{yesterday.strftime(when)}+x"))
    for file in (path, *path.iterdir()):
        os.utime(file, (yesterday.timestamp(), yesterday.timestamp()))
    assert found_by(plan_of(tmp_path)) == {ADA.id: ("id and owner", "claimed")}


@contextmanager
def an_exchange() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as above:
        Path(above).chmod(0o755)
        (Path(above) / "inbound").mkdir()
        yield Path(above) / "inbound"


@contextmanager
def acting_as(account: str) -> Iterator[None]:
    """Give the block the rights of an account."""
    os.seteuid(number_of(account))
    try:
        yield
    finally:
        os.seteuid(0)


PIECES = [BOB.id, ADA.id, "Bob Smith", "+", "2-layers", "2099-01-01 00:00:00 UTC", "x", " ", "-"]
NAMES = st.one_of(
    st.text(st.characters(codec="utf-8", exclude_characters="/\0", exclude_categories=["Cc"]), max_size=20),
    st.lists(st.sampled_from(PIECES), max_size=7).map("".join),
    st.just(f"{BOB.id}+2-layers+2099-01-01 00:00:00 UTC"),
).filter(lambda name: name not in ("", ".", "..") and len(name.encode()) < 200)


@given(named=NAMES, file=NAMES, alone=st.booleans(), inside=st.booleans())
@settings(max_examples=150, deadline=None)
def test_nothing_in_the_exchange_changes_anothers_work(named: str, file: str, alone: bool, inside: bool) -> None:
    """Under any name, in a folder of its own or in the other's, into which nbgrader lets everybody write."""
    with an_exchange() as inbound:
        bobs = None if alone else submit(inbound, BOB.id, BOB.id)
        before = attempts_of_bob(inbound)
        target = bobs if inside and bobs else inbound / named
        target.mkdir(exist_ok=True)
        adas = target / f"{file}.ipynb"
        if not adas.exists():  # to replace his, she would have to know his folder's name, which she cannot list
            adas.write_bytes(b"{}")
            for path in {target, adas} - {bobs}:
                os.chown(path, number_of(ADA.id), -1)
        assert attempts_of_bob(inbound) == before


def attempts_of_bob(inbound: Path) -> list[tuple[str, str, str]]:
    works = [work for work in plan_of(inbound).submissions if work.student is BOB]
    return [(attempt.path, attempt.stamp, attempt.standing) for work in works for attempt in work.attempts]

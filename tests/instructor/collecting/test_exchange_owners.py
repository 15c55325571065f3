"""nbgrader's exchange: a submission is of the account that owns it, at the time of the disk, whatever its folder says.

The accounts are those that every Debian has.
"""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.instructor.collecting.archive import opened
from autograder.instructor.collecting.downloaded import DownloadedFile
from autograder.instructor.collecting.plan import make_plan
from autograder.instructor.collecting.planned import Plan, RecognisedFile, Situation, SubmissionPlan
from autograder.instructor.collecting.systems import read_all
from autograder.instructor.course.roster import Student
from autograder.instructor.doctor import owners_finding
from tests.instructor.collecting.downloads import folder, zipped

ADA, BOB = Student("daemon", "Ada", "Lovelace", "ada@example.org"), Student("bin", "Bob", "Smith")
EVE, CURIE, NAMELESS = "games", "root", 61999  # an account that is no student's, whoever collects, and a number alone
AS_IT_IS = "%Y-%m-%d %H:%M:%S.%f UTC"


@pytest.fixture(autouse=True)
def several_users() -> None:
    assert os.geteuid() == 0, "to be several users needs root, as in CI"
    assert [pwd.getpwnam(name).pw_name for name in (ADA.id, BOB.id, EVE)]


def number_of(account: str | int) -> int:
    return account if isinstance(account, int) else pwd.getpwnam(account).pw_uid


def submit(
    inbound: Path,
    account: str | int,
    student: str,
    when: datetime | None = None,
    file: str = "2-layers.ipynb",
    file_of: str | int | None = None,
) -> Path:
    """Let an account put a folder into the exchange, called after a student and a time, by default the right one."""
    when = when or datetime.now(UTC)
    name = f"{student}+2-layers+{when.strftime(AS_IT_IS)}+x"
    folder(inbound / name, {file: b"{}", "timestamp.txt": when.strftime(AS_IT_IS).encode()})
    for path in (inbound / name, *(inbound / name).rglob("*")):
        os.chown(path, number_of(account), -1)
    if file_of is not None:
        os.chown(inbound / name / file, number_of(file_of), -1)
    return inbound / name


def plan_of(download: Path, *students: Student) -> Plan:
    """Return what collecting a download would do, all of whose files are notebooks of an assignment."""
    with opened(download) as entries:
        files = [_found(file) for file in read_all(entries)]
    return make_plan(files, Situation(students or (ADA, BOB), {}, {}, {}, datetime.now(UTC)))


def _found(file: DownloadedFile) -> RecognisedFile:
    refused = file.entry.refused
    return RecognisedFile(file, "2-layers" if file.owners and not refused else "", file.entry.name, refused)


def said(plan: Plan) -> dict[str, tuple[str, str]]:
    """Return by what each student's work was found, and whether its time is proved."""
    return {one.student.id: (one.matched_by, one.chosen.standing if one.chosen else "") for one in plan.planned}


def one(plan: Plan) -> SubmissionPlan:
    (planned,) = plan.planned
    return planned


# Whose it is


def test_what_the_named_account_owns_is_that_students_and_its_time_is_proved(tmp_path: Path) -> None:
    submit(tmp_path, ADA.id, ADA.id)
    submit(tmp_path, BOB.id, BOB.id)
    plan = plan_of(tmp_path)
    assert said(plan) == dict.fromkeys((ADA.id, BOB.id), ("id and owner", "proved"))
    assert plan.complete


@pytest.mark.parametrize(
    ("account", "file_of", "who"),
    [(ADA.id, None, ADA.id), (BOB.id, ADA.id, ADA.id), (EVE, None, EVE), (NAMELESS, None, "number 61999")],
    ids=["a classmate's folder", "a classmate's file in it", "an account of no student's", "a number of no account's"],
)
def test_what_another_account_owns_is_nobodys_and_is_told_by_name(
    account: str | int, file_of: str | None, who: str, tmp_path: Path
) -> None:
    forged = submit(tmp_path, account, BOB.id, datetime(2099, 1, 1, tzinfo=UTC), file_of=file_of)
    own = submit(tmp_path, BOB.id, BOB.id)
    plan = plan_of(tmp_path)
    assert [attempt.path for attempt in one(plan).attempts] == [f"{own.name}/2-layers.ipynb"]
    (refused,) = plan.left_out
    assert refused.path == f"{forged.name}/2-layers.ipynb"
    assert refused.reason.startswith(f"its folder names {BOB.id}, and it belongs to the account {who}: ask them")
    assert (refused.matters, refused.stranger, plan.complete) == (True, False, False)


def test_an_account_that_the_roster_knows_by_another_name_may_use_either(tmp_path: Path) -> None:
    ada = replace(ADA, id="007", also=(ADA.id,))
    submit(tmp_path, ADA.id, "007")
    assert said(plan_of(tmp_path, ada, BOB)) == {"007": ("id, as claimed", "claimed")}
    submit(tmp_path, ADA.id, ADA.id)
    assert said(plan_of(tmp_path, ada, BOB)) == {"007": ("id and owner", "proved")}


@pytest.mark.parametrize(
    ("account", "named"),
    [*product([ADA.id, EVE, NAMELESS], [BOB.id, BOB.id.upper(), "bobby"]), (ADA.id, "x")],
)
def test_under_no_name_of_a_student_does_another_account_get_in(account: str | int, named: str, tmp_path: Path) -> None:
    """Of `bobby` there is an account, under another name; of `x` there is none on this machine."""
    submit(tmp_path, account, named)
    assert plan_of(tmp_path, ADA, replace(BOB, also=("bobby",)), Student("x")).planned == ()


@pytest.mark.parametrize("account", [CURIE, EVE, NAMELESS])
def test_where_students_have_no_accounts_here_their_names_are_claims(account: str | int, tmp_path: Path) -> None:
    class_ = (Student("ada@example.org"), Student("bob@example.org"))
    for student in class_:
        submit(tmp_path, account, student.id)
    plan = plan_of(tmp_path, *class_)
    assert said(plan) == dict.fromkeys((student.id for student in class_), ("id, as claimed", "claimed"))
    assert plan.complete


@pytest.mark.parametrize("junk", ["submission_metadata.yml", "aaa"], ids=["metadata of no Gradescope", "a link"])
def test_what_a_student_puts_beside_the_submissions_stops_and_changes_nothing(junk: str, tmp_path: Path) -> None:
    inbound = tmp_path / "inbound"
    submit(inbound, BOB.id, BOB.id)
    (inbound / junk).write_bytes(b"a: [\n") if "." in junk else (inbound / junk).symlink_to("/etc")
    assert said(plan_of(inbound)) == {BOB.id: ("id and owner", "proved")}


@pytest.mark.parametrize(("mode", "path"), [(0o700, ""), (0o744, "/2-layers.ipynb"), (0o744, "/timestamp.txt")])
def test_a_folder_that_a_student_has_closed_is_named_and_stops_nobody(mode: int, path: str) -> None:
    with an_exchange() as inbound:
        submit(inbound, BOB.id, BOB.id)
        closed = submit(inbound, ADA.id, ADA.id)
        closed.chmod(mode)
        with acting_as(EVE):
            plan = plan_of(inbound)
        assert said(plan) == {BOB.id: ("id and owner", "proved")}
        assert (f"{closed.name}{path}", "it cannot be read: Permission denied", True) in [
            (one.path, one.reason, one.matters) for one in plan.left_out
        ]


def test_junk_in_the_exchange_keeps_nobodys_work_from_being_found(tmp_path: Path) -> None:
    submit(tmp_path / "inbound", BOB.id, BOB.id)
    junk = [f"{BOB.id}/{at}.ipynb" for at in range(9)] + [f"x_{BOB.id}_attempt_2099-01-01-00-00-00_.ipynb"]
    folder(tmp_path / "inbound", dict.fromkeys(junk, b"{}"))
    with opened(tmp_path / "inbound") as entries:
        assert {len(file.owners) for file in read_all(entries) if file.entry.name in junk} == {0}
    assert said(plan_of(tmp_path / "inbound")) == {BOB.id: ("id and owner", "proved")}


def test_a_copy_that_the_instructor_made_and_a_zip_can_be_collected_and_are_claims(tmp_path: Path) -> None:
    names = [submit(tmp_path / "inbound", student.id, student.id).name for student in (ADA, BOB)]
    shutil.copytree(tmp_path / "inbound", tmp_path / "copy")
    zipped(tmp_path / "inbound.zip", {f"inbound/{name}/2-layers.ipynb": b"{}" for name in names})
    for download in (tmp_path / "copy", tmp_path / "inbound.zip"):
        plan = plan_of(download)
        assert said(plan) == dict.fromkeys((ADA.id, BOB.id), ("id, as claimed", "claimed"))
        assert plan.complete


@pytest.mark.parametrize(
    ("account", "named", "ok", "said"),
    [
        (ADA.id, ADA.id, True, "1 of 1 submissions belong to the student whom their folder names"),
        (ADA.id, BOB.id, False, f" belongs to {ADA.id}"),
        (EVE, BOB.id, False, f" belongs to {EVE}"),
        (
            NAMELESS,
            "x",
            True,
            "0 of 1 submissions belong to the student whom their folder names; the machine tells no owner",
        ),
    ],
    ids=["the named student's", "a classmate's", "an account's of no student", "nobody's"],
)
def test_doctor_names_what_does_not_belong_to_the_student_it_names(
    account: str | int, named: str, ok: bool, said: str, tmp_path: Path
) -> None:
    submit(tmp_path, account, named)
    (tmp_path / "junk").write_bytes(b"")
    found = owners_finding(tmp_path, (ADA, BOB, Student("x")))
    assert (found.ok, bool(found.mend)) == (ok, not ok)
    assert said in found.says


def test_doctor_goes_by_the_accounts_where_the_class_is_not_known(tmp_path: Path) -> None:
    forged = submit(tmp_path, ADA.id, BOB.id)
    assert owners_finding(tmp_path, ()).says == f"{forged.name} belongs to {ADA.id}"


# When it came


def renamed(path: Path, when: datetime) -> None:
    path.rename(path.with_name(f"{ADA.id}+2-layers+{when.strftime(AS_IT_IS)}+x"))


def written_anew(path: Path, when: datetime) -> None:
    (path / "2-layers.ipynb").write_bytes(b"{}")
    renamed(path, when)


def with_times_set_back(path: Path, when: datetime) -> None:
    renamed(path, when)
    for file in path.parent.rglob("*"):
        os.utime(file, (when.timestamp(), when.timestamp()))


@pytest.mark.parametrize("forge", [renamed, written_anew, with_times_set_back])
@pytest.mark.parametrize("days", [-3, 3])
def test_a_time_that_the_disk_contradicts_is_a_claim_and_is_told(days: int, forge: object, tmp_path: Path) -> None:
    assert callable(forge)
    when = datetime.now(UTC) + timedelta(days)
    forge(submit(tmp_path, ADA.id, ADA.id), when)
    planned = one(plan_of(tmp_path))
    assert (planned.matched_by, planned.chosen and planned.chosen.standing) == ("id and owner", "claimed")
    assert (
        planned.doubt == f"its folder says {when:%Y-%m-%d %H:%M} UTC, the disk {datetime.now(UTC):%Y-%m-%d %H:%M} UTC"
    )


def test_a_copy_that_keeps_owners_proves_whose_it_is_and_not_when(tmp_path: Path) -> None:
    submit(tmp_path / "inbound", ADA.id, ADA.id, datetime.now(UTC) - timedelta(1))
    subprocess.run(["cp", "-a", tmp_path / "inbound", tmp_path / "copy"], check=True)
    assert said(plan_of(tmp_path / "copy")) == {ADA.id: ("id and owner", "claimed")}


# And nobody can pose as another


@contextmanager
def an_exchange() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as above:
        Path(above).chmod(0o755)
        (Path(above) / "inbound").mkdir()
        yield Path(above) / "inbound"


@contextmanager
def acting_as(account: str) -> Iterator[None]:
    """Let the block do only what an account may."""
    os.seteuid(number_of(account))
    try:
        yield
    finally:
        os.seteuid(0)


NAMES = st.one_of(
    st.text(st.characters(codec="utf-8", exclude_characters="/\0", exclude_categories=["Cc"]), max_size=20),
    st.lists(
        st.sampled_from([BOB.id, ADA.id, "Bob Smith", "+", "2-layers", "2099-01-01 00:00:00 UTC", "x", " ", "-"]),
        max_size=7,
    ).map("".join),
    st.just(f"{BOB.id}+2-layers+2099-01-01 00:00:00 UTC"),
).filter(lambda name: name not in ("", ".", "..") and len(name.encode()) < 200)


@given(named=NAMES, file=NAMES, alone=st.booleans(), inside=st.booleans())
@settings(max_examples=150, deadline=None)
def test_whatever_an_account_puts_into_the_exchange_nothing_changes_for_another(
    named: str, file: str, alone: bool, inside: bool
) -> None:
    """Under any name, in a folder of its own or in the other's, into which nbgrader lets everybody write."""
    with an_exchange() as inbound:
        his = None if alone else submit(inbound, BOB.id, BOB.id)
        before = works_of(BOB, inbound)
        target = his if inside and his else inbound / named
        target.mkdir(exist_ok=True)
        hers = target / f"{file}.ipynb"
        if not hers.exists():  # to replace his, she would have to know his folder's name, which she cannot list
            hers.write_bytes(b"{}")
            for path in {target, hers} - {his}:
                os.chown(path, number_of(ADA.id), -1)
        assert works_of(BOB, inbound) == before


def works_of(student: Student, inbound: Path) -> list[list[tuple[str, str, str]]]:
    """Return each attempt of a student's by its file, its time and how far that is to be believed."""
    planned = [one for one in plan_of(inbound).planned if one.student is student]
    return [[(attempt.path, attempt.stamp, attempt.standing) for attempt in one.attempts] for one in planned]

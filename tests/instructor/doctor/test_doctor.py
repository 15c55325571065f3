"""The doctor: a machine that is well, one that lacks something, and walls that are not there."""

import json
import os
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from autograder.course import Course
from autograder.instructor import doctor
from autograder.instructor.doctor.probes import PROBE_LIMITS, VARIABLE, WALLS, Bait, ProbeResult, Wall, probe_walls
from autograder.sandbox import Limits, Sandbox, landlock
from tests.commands import run


@pytest.mark.parametrize("mechanism", ["bubblewrap", "landlock"])
@pytest.mark.deep
@pytest.mark.long("every wall is attacked")
def test_every_wall_stands_with_and_without_bubblewrap(mechanism: str, tmp_path: Path) -> None:
    path = os.environ["PATH"] if mechanism == "bubblewrap" else str(tmp_path)
    done = run("autograder.instructor.command_line", "doctor", "--json", cwd=tmp_path, env=os.environ | {"PATH": path})
    findings = {row["what"]: doctor.Finding(**row) for row in json.loads(done.stdout)}
    assert [finding for finding in findings.values() if finding.mend or not finding.ok] == []
    assert (done.returncode, done.stderr) == (0, "")
    for wall in WALLS:
        assert findings[f"sandbox: {wall.name}"].says == f"student code {wall.holds}"
    user = "as a user of its own" if os.geteuid() == 0 else "in user namespaces"
    assert findings["sandbox"].says.startswith(f"{mechanism} and Linux namespaces, ")
    assert user in findings["sandbox"].says


@pytest.fixture(scope="module")
def without_walls() -> dict[str, ProbeResult]:
    """Results of the probes where student code is not shut in, and may use more than the probes are promised."""
    sandbox = Sandbox(Limits(), isolated=False)
    return {result.wall.name: result for result in probe_walls(sandbox, PROBE_LIMITS)}


@pytest.mark.deep
@pytest.mark.parametrize("wall", WALLS, ids=lambda wall: wall.name)
def test_a_missing_wall_lets_its_probe_through(without_walls: dict[str, ProbeResult], wall: Wall) -> None:
    probed = without_walls[wall.name]
    assert probed.leaks
    assert not [leak for leak in probed.leaks if leak.startswith("the probe itself")]


@pytest.mark.deep
@pytest.mark.parametrize(
    ("name", "leak"),
    [
        ("network", "a server of this machine"),
        ("network", "a local socket"),
        ("other processes", "killing a process of yours"),
        ("nothing left behind", "a process that goes on running"),
        ("files", f"reading {Course.installed().folder}"),
    ],
)
def test_a_hole_shows_outside_of_the_probe(without_walls: dict[str, ProbeResult], name: str, leak: str) -> None:
    assert leak in without_walls[name].leaks
    assert leak not in next(wall.probe for wall in WALLS if wall.name == name) or name == "network"


@pytest.mark.parametrize(
    ("leak", "says", "mend"),
    [
        ("a local socket", "student code got through: ", "grade no untrusted work here"),
        ("the probe itself was ended: timeout", "could not be tried: ", "run `autograder doctor` again while no other"),
    ],
    ids=["a hole", "a busy machine"],
)
def test_a_wall_that_does_not_stand_fails_with_what_to_do(leak: str, says: str, mend: str) -> None:
    finding = doctor.wall_finding(ProbeResult(WALLS[0], (leak,)))
    assert (finding.ok, finding.says) == (False, says + leak)
    assert finding.mend.startswith(mend)


@pytest.mark.parametrize(
    ("probe", "complaint"),
    [
        ("1 / 0", "the probe itself broke: ZeroDivisionError: division by zero"),
        ("import os; os._exit(3)", "the probe itself was ended: crash"),
    ],
)
def test_a_probe_that_breaks_is_not_taken_for_a_wall(probe: str, complaint: str) -> None:
    (probed,) = probe_walls(Sandbox(PROBE_LIMITS, isolated=False), PROBE_LIMITS, [Wall("any", "holds", probe)])
    assert probed.leaks == (complaint,)


@pytest.mark.deep
def test_the_probes_leave_the_machine_as_it_was(without_walls: dict[str, ProbeResult]) -> None:
    with Bait() as bait:
        folder, victim, dropped = bait.folder, bait.victim, bait._dropped()
        for path in dropped:
            path.touch()
    assert not folder.exists()
    assert victim.poll() is not None
    assert not [path for path in dropped if path.exists()]
    assert VARIABLE not in os.environ


def test_without_any_wall_bubblewrap_is_recommended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(landlock, "version", lambda: 0)
    (finding,) = doctor.sandbox_findings()
    assert (finding.what, finding.ok, finding.mend) == ("sandbox", False, doctor.INSTALL_BUBBLEWRAP)
    assert finding.says.startswith("bubblewrap is not installed")


@pytest.mark.parametrize(("name", "value", "allow"), doctor.FORBIDDING)
def test_a_forbidding_setting_of_the_kernel_is_named(name: str, value: str, allow: str, tmp_path: Path) -> None:
    setting = tmp_path / name
    setting.parent.mkdir()
    setting.write_text(f"{value}\n")
    assert doctor.mend_of_no_sandbox(tmp_path) == allow
    setting.write_text(f"{1 - int(value)}\n")
    assert doctor.mend_of_no_sandbox(tmp_path) == doctor.CONTAINER


def test_a_missing_or_old_package_is_reported_with_the_version_that_the_course_needs() -> None:
    assert not doctor.package_finding("no-such-package", None).ok
    finding = doctor.package_finding("nbgrader", Requirement("nbgrader>=99"))
    assert (finding.ok, finding.mend) == (False, 'pip install "nbgrader>=99"')
    assert "the course needs >=99" in finding.says

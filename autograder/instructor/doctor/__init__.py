"""Try the needs of grading on this machine, and name the command that mends each failure."""

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement

from autograder.course import Course, NoCourse
from autograder.instructor.doctor.probes import PROBE_LIMITS, UNTRIED, ProbeResult, probe_walls
from autograder.sandbox import NoSandbox, Sandbox, isolation

PACKAGES = ("nbgrader", "jupytext")
INSTALL = 'pip install -e ".[instructor]" in the course\'s repository'
INSTALL_BUBBLEWRAP = "apt-get install bubblewrap"
# A wall that stands elsewhere and not here is the business of the program that builds it, or of the kernel.
UPDATE = "grade no untrusted work here; update the kernel and bubblewrap (apt-get install --only-upgrade bubblewrap)"
TRY_AGAIN = "run `autograder doctor` again while no other program keeps the processors busy"
# Kernel settings that keep bubblewrap from making namespaces: where, the value that forbids, and what allows.
FORBIDDING = (
    ("kernel/unprivileged_userns_clone", "0", "sysctl -w kernel.unprivileged_userns_clone=1"),
    ("kernel/apparmor_restrict_unprivileged_userns", "1", "sysctl -w kernel.apparmor_restrict_unprivileged_userns=0"),
    ("user/max_user_namespaces", "0", "sysctl -w user.max_user_namespaces=10000"),
)
CONTAINER = "if this is a container, start it so that it may make namespaces, or run as root in it"


@dataclass(frozen=True)
class Finding:
    """The result of one trial."""

    what: str  # the thing that was tried
    ok: bool  # whether it is as it has to be
    says: str  # the result in words
    mend: str = ""  # the command or setting that mends it; empty where nothing has to be mended


def examine() -> Iterator[Finding]:
    """Try the packages, the course and the sandbox, which grading needs."""
    required = _required_versions()
    for name in (*(["torch"] if "torch" in required else []), *PACKAGES):
        yield package_finding(name, required.get(name))
    yield _course()
    yield from sandbox_findings()


def _required_versions() -> dict[str, Requirement]:
    """Return the requirements of the installed course by package name; none without a course."""
    for entry in metadata.entry_points(group="autograder.course"):
        if entry.dist is not None:
            requirements = map(Requirement, entry.dist.requires or [])
            return {requirement.name: requirement for requirement in requirements if requirement.specifier}
    return {}


def package_finding(name: str, required: Requirement | None) -> Finding:
    """Check that a package is installed in a version that the course accepts."""
    try:
        version = metadata.version(name)
    except metadata.PackageNotFoundError:
        return Finding(name, False, "is not installed", INSTALL)
    if required is not None and not required.specifier.contains(version, prereleases=True):
        return Finding(name, False, f"{version}; the course needs {required.specifier}", f'pip install "{required}"')
    return Finding(name, True, version)


def _course() -> Finding:
    try:
        return Finding("course", True, str(Course.installed().folder))
    except NoCourse as error:
        return Finding("course", False, str(error), "pip install -e . in the course's repository")


def sandbox_findings() -> Iterator[Finding]:
    """Start a sandbox and try each of its walls."""
    probed = probe_walls(Sandbox(PROBE_LIMITS), PROBE_LIMITS)
    try:
        for number, wall in enumerate(probed):
            if number == 0:
                yield Finding("sandbox", True, mechanism())
            yield wall_finding(wall)
    except NoSandbox as error:
        says = str(error).removesuffix(" (autograder doctor says more)")
        yield Finding("sandbox", False, says, mend_of_no_sandbox(Path("/proc/sys")))


def wall_finding(probed: ProbeResult) -> Finding:
    name = f"sandbox: {probed.wall.name}"
    if probed.leaks and all(leak.startswith(UNTRIED) for leak in probed.leaks):
        return Finding(name, False, f"could not be tried: {', '.join(probed.leaks)}", f"{TRY_AGAIN}; or else {UPDATE}")
    if probed.leaks:
        return Finding(name, False, f"student code got through: {', '.join(probed.leaks)}", UPDATE)
    return Finding(name, True, f"student code {probed.wall.holds}")


def mechanism() -> str:
    """Return in words the mechanism that isolates submissions on this machine."""
    user = "each submission as a user of its own" if os.geteuid() == 0 else "in user namespaces, as you are not root"
    return f"{isolation.mechanism()} and Linux namespaces, {user}"


def mend_of_no_sandbox(settings: Path) -> str:
    """Return the command that lets a sandbox start, by the folder of the kernel's settings."""
    if shutil.which("bwrap") is None:
        return INSTALL_BUBBLEWRAP
    wrong = [
        allow
        for name, value, allow in FORBIDDING
        if (settings / name).is_file() and (settings / name).read_text().strip() == value
    ]
    return "; ".join(wrong) or CONTAINER

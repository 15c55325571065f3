"""Try the needs of grading on this machine, and name the command that mends each failure."""

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement

from autograder.course import Course, NoCourse
from autograder.instructor.course.folder import CourseFolder, CourseFolderError
from autograder.instructor.doctor.probes import PROBE_LIMITS, UNTRIED, ProbeResult, probe_walls
from autograder.sandbox import NoSandbox, Sandbox, isolation

PACKAGES = ("nbgrader", "jupytext")
INSTALL = 'pip install -e ".[dev]" in the course\'s repository'
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
MIN_FREE_BYTES = 1 << 30


@dataclass(frozen=True)
class Finding:
    """The result of one trial."""

    what: str  # the thing that was tried
    ok: bool  # whether it is as it has to be
    says: str  # the result in words
    mend: str = ""  # the command or setting that mends it; empty where nothing has to be mended


def examine(here: Path) -> Iterator[Finding]:
    """Try everything that grading needs, and in a course folder its gradebook and exchange."""
    required = _required_versions()
    for name in (*(["torch"] if "torch" in required else []), *PACKAGES):
        yield package_finding(name, required.get(name))
    yield _course()
    yield disk_finding(shutil.disk_usage(here).free, here)
    if (here / "nbgrader_config.py").exists():
        yield gradebook_finding(here)
        yield from exchange_findings(here)
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


def disk_finding(free_bytes: int, here: Path) -> Finding:
    says = f"{free_bytes / (1 << 30):.1f} GiB free in {here}"
    enough = free_bytes >= MIN_FREE_BYTES
    return Finding("free disk space", enough, says, "" if enough else f"free {MIN_FREE_BYTES >> 30} GiB or more there")


def gradebook_finding(folder: Path) -> Finding:
    """Check that the gradebook of a course folder can be read; a missing one is not made."""
    from nbgrader.coursedir import CourseDirectory
    from sqlalchemy import create_engine, text
    from sqlalchemy.engine import make_url
    from sqlalchemy.exc import SQLAlchemyError

    where, mend = str(folder), "correct c.CourseDirectory.db_url in nbgrader_config.py, or start the database"
    try:
        url = make_url(CourseDirectory(config=CourseFolder.here(folder).nbgrader_config()).db_url)
        where = url.render_as_string(hide_password=True)
        if url.get_backend_name() == "sqlite" and not Path(url.database or "").exists():
            return Finding("gradebook", True, f"{where}: not there yet; `autograder release` makes it")
        engine = create_engine(url)
        try:
            with engine.connect() as connection:
                assignments = connection.execute(text("SELECT COUNT(*) FROM assignment")).scalar_one()
        finally:
            engine.dispose()
    except ModuleNotFoundError as error:
        return Finding("gradebook", False, f"{where}: its driver {error.name} is missing", f"pip install {error.name}")
    except (CourseFolderError, SQLAlchemyError) as error:
        reason = str(getattr(error, "orig", None) or error).strip().splitlines()[0]
        return Finding("gradebook", False, f"{where}: {reason}", mend)
    return Finding("gradebook", True, f"{where}: {assignments} assignment{'' if assignments == 1 else 's'}")


def exchange_findings(folder: Path) -> Iterator[Finding]:
    """Check the rights in nbgrader's exchange, if the configuration of a course folder names one."""
    try:
        config = CourseFolder.here(folder).nbgrader_config()
    except (CourseFolderError, ModuleNotFoundError):
        return  # the gradebook's finding says it
    if "root" in config.Exchange:
        root, course = Path(config.Exchange.root), config.CourseDirectory
        yield exchange_finding(root, course.course_id, shared=course.get("groupshared", False))


def exchange_finding(root: Path, course_id: str, *, shared: bool) -> Finding:
    """Check the rights in an exchange: students can fetch and submit, and see nothing of each other.

    nbgrader makes the course's folder in it when it first releases, and does not look at its rights again. Instructors
    may share it as a group.
    """
    # nbgrader's own modes, with the sticky bit on top: else whoever may submit may rename a whole course.
    course, group = root / course_id, 0o20 if shared else 0
    wanted = {root: 0o1777, course: 0o755 | group, course / "outbound": 0o755 | group}
    wanted[course / "inbound"] = 0o2773 if shared else 0o2733
    if not root.is_dir():
        return Finding("exchange", False, f"{root} does not exist", f"mkdir -p {root} && chmod 1777 {root}")
    wrong = []
    for path, mode in wanted.items():
        mode_now = path.stat().st_mode & 0o7777 if path.is_dir() else mode
        decides = 0o1007 if path == root else 0o047 if path.name == "inbound" else 0o007
        if (mode_now ^ mode) & decides:
            wrong.append((path, mode_now, mode))
    if wrong:
        says = ", ".join(f"{path} has mode {mode_now:o} rather than {mode:o}" for path, mode_now, mode in wrong)
        return Finding("exchange", False, says, " && ".join(f"chmod {mode:o} {path}" for path, _, mode in wrong))
    there = "students can submit and read nobody's work" if course.is_dir() else "nothing of this course is in it yet"
    return Finding("exchange", True, f"{root}: {there}")


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

"""The walls around student code.

Defends: files outside the interpreter (course folder, other submissions, gradebook, reference, checks, home), the
network, other processes, environment variables, the disk, the number of processes, and the memory of all of them, with
the kernel's for their mappings and page tables.
Does not defend: time on the processor within the limits, bugs of the kernel, what the student's own process says.

- All submissions read the same files of the system and the interpreter, and the kernel keeps in memory what one of them
  has read. The calls that ask for this are refused, but the time of a read tells it, too: 2 microseconds from memory,
  50 from a disk. Code that a hidden check calls can thus leave a message for a submission that is graded later; in a
  message of 2,000 bits none was wrong.
- Submissions that run at the same time share the machine, and some of its counters tell how much others do: the number
  of a new process, free memory, the processor itself. A hidden check's code can thus send to a cell of another
  submission; 50 bits a second were measured. ``--workers 1`` runs one submission at a time.
- The kernel remembers names of files that were looked up and do not exist: a minute of look-ups takes gigabytes. It
  gives them up when memory is short; in a container they count as the grader's memory until then.
- Handlers of ``os.register_at_fork`` run in the process that forks for each check, which knows the seeds of all checks
  and the code of the hidden ones. Python cannot remove them. They gain nothing: the code under a check sees the same,
  and gives the answer.

Assumes: Linux with user namespaces or root, and bubblewrap or Landlock. A container that holds a single submission may
have neither: ``OTHER_USER`` is for that alone, and says what it does without.

Two walls. Bubblewrap puts the warm server into a file system that holds only what an allow-list names. Each submission
is a fork of that server in namespaces of its own: processes, mounts with an empty /tmp, no /proc, another user where
the grader is root, no capabilities, limits, and a filter of system calls. Where bubblewrap is missing, the fork covers
every folder that the list does not name, and Landlock lets it open nothing else.
"""

import contextlib
import ctypes
import errno
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from autograder.sandbox import landlock
from autograder.sandbox.limits import Limits
from autograder.user_errors import TaskFailed

CLONE_NEWNS, CLONE_NEWUTS, CLONE_NEWIPC = 0x00020000, 0x04000000, 0x08000000
CLONE_NEWUSER, CLONE_NEWPID, CLONE_NEWNET = 0x10000000, 0x20000000, 0x40000000
MS_RDONLY, MS_NOSUID, MS_NODEV, MS_BIND, MS_REC, MS_PRIVATE = 0x1, 0x2, 0x4, 0x1000, 0x4000, 0x40000
PR_SET_PDEATHSIG, PR_CAPBSET_DROP, PR_SET_NO_NEW_PRIVS, PR_CAP_AMBIENT = 1, 24, 38, 47
PR_CAP_AMBIENT_CLEAR_ALL, LAST_CAPABILITY = 4, 40
PR_SET_CHILD_SUBREAPER = 36
MOUNT_SETATTR, MOUNT_ATTR_RDONLY, AT_FDCWD, AT_RECURSIVE = 442, 1, -100, 0x8000  # on every architecture
FIRST_UID = 1 << 30
# Of the warm server if the grader is root: to build the walls, become another user, and count its memory.
CAPABILITIES = ("CAP_SYS_ADMIN", "CAP_SETUID", "CAP_SETGID", "CAP_SETPCAP", "CAP_KILL", "CAP_SYS_PTRACE")
SYSTEM_FOLDERS = ("/usr", "/lib", "/lib32", "/lib64", "/bin", "/sbin")
SYSTEM_FILES = ("/etc/ld.so.cache", "/etc/ld.so.conf", "/etc/localtime", "/etc/fonts", "/etc/alternatives")
# Without /dev/zero: what is mapped of it, and shared, is memory that no process need show.
DEVICES = ("/dev/null", "/dev/full", "/dev/random", "/dev/urandom")
WRITABLE = (Path("/tmp"), Path("/dev/shm"))
EMPTY = b"size=1m,mode=0755"
ENVIRONMENT = {
    "PATH": "/usr/bin:/bin",
    "HOME": "/tmp",
    "LANG": "C.UTF-8",
    "MPLBACKEND": "Agg",
    "OMP_NUM_THREADS": "1",
    "PYTHONDONTWRITEBYTECODE": "1",
    "PYTHONHASHSEED": "0",
    # What PyTorch has compiled runs unseen: where only own work counts, a call of its ready-made parts has to be seen.
    "PYTORCH_JIT": "0",
    "TORCH_COMPILE_DISABLE": "1",
}

# For a container that holds one submission and cannot make namespaces: the submission runs as a user without an
# account, and Landlock, where the kernel has it, lets it open only the system, the interpreter and /tmp.
# Defends: what is root's alone (reference, checks, results, the grader's processes), environment, rights, time, number
# of processes, memory of each, the network. Does not defend: sockets of the container's own, the disk, files in
# /tmp, and the memory of all processes together where root cannot look into them, as in Docker.
OTHER_USER = "other-user"


class NoSandbox(TaskFailed):
    """Student code cannot be isolated on this machine."""


def mechanism() -> str:
    """Return the outer wall of this machine: bubblewrap, or else landlock; raise NoSandbox if it has neither."""
    if shutil.which("bwrap"):
        return "bubblewrap"
    if sys.platform == "linux" and landlock.version():
        return "landlock"
    raise NoSandbox(
        "bubblewrap is not installed, so student code cannot be shut in: apt-get install bubblewrap, "
        "or grade work that you trust with --no-sandbox"
    )


def require_other_user(hidden: Sequence[Path]) -> None:
    """Check that another user cannot open some folders.

    Raises:
        NoSandbox: this process is not root, or a folder is not root's alone.
    """
    if os.geteuid() != 0:
        raise NoSandbox("only root can run a submission as another user")
    for folder in hidden:
        status = folder.stat()
        if status.st_uid != 0 or status.st_mode & 0o077:
            raise NoSandbox(f"{folder} is not root's alone: chmod 700 {folder}")


def command(server: Sequence[str], hidden: Sequence[Path]) -> list[str]:
    """Return the bubblewrap command line that starts the warm server behind the outer wall.

    The hidden folders are covered even where an allowed folder holds them, as it does an installed reference.
    """
    line = ["bwrap", "--die-with-parent", "--new-session", "--clearenv", "--unshare-net", "--unshare-pid"]
    line += ["--unshare-ipc", "--unshare-uts", "--unshare-cgroup-try"]
    for name, value in ENVIRONMENT.items():
        line += ["--setenv", name, value]
    for system in map(Path, SYSTEM_FOLDERS):
        if system.is_symlink():
            line += ["--symlink", str(system.readlink()), str(system)]
        elif system.exists():
            line += ["--ro-bind", str(system), str(system)]
    for file in SYSTEM_FILES:
        line += ["--ro-bind-try", file, file]
    line += ["--tmpfs", "/tmp", "--dev", "/dev", "--tmpfs", "/dev/shm", "--proc", "/proc"]
    line += ["--ro-bind", "/dev/null", "/dev/zero"]  # as a file of no device, which nobody can open
    folders, links = interpreter_folders(), interpreter_links()
    for place in (*folders, *links):
        for parent in list(place.parents)[-2::-1]:
            line += ["--perms", "0755", "--dir", str(parent)]  # or else only root could pass through
    for folder in folders:
        line += ["--ro-bind", str(folder), str(folder)]
    for link, folder in links.items():
        line += ["--symlink", str(folder), str(link)]
    for folder in shown_by_chance(hidden):
        line += ["--tmpfs", str(folder)]
    if os.geteuid() == 0:
        for capability in CAPABILITIES:
            line += ["--cap-add", capability]
    return [*line, "--chdir", "/tmp", "--", *server]


def walls_stand() -> bool:
    """Return whether the kernel allows namespaces here, tried with a program that needs nothing else."""
    bare = ["unshare", "--mount", "--pid", "--ipc", "--uts", "--net", "true"]
    line = command(["true"], ()) if shutil.which("bwrap") else bare
    return subprocess.run(line, capture_output=True, check=False).returncode == 0


def shown_by_chance(hidden: Sequence[Path]) -> list[Path]:
    """Return the folders that lie in a folder readable by student code."""
    allowed = (*interpreter_folders(), Path("/usr"))
    return [folder for folder in hidden if any(folder.is_relative_to(shown) for shown in allowed)]


def interpreter() -> Path:
    """Return this Python by the folder in which the sandbox has it, whatever links led here.

    The file itself can be a link, by which a virtual environment is known.
    """
    called = Path(sys.executable)
    return called.parent.resolve() / called.name


def interpreter_links() -> dict[Path, Path]:
    """Return the link by which a virtual environment names its Python, as uv makes it, with the folder it leads to."""
    called, folder = Path(sys.base_prefix), Path(sys.base_prefix).resolve()
    shown = any(called.is_relative_to(known) for known in (*interpreter_folders(), Path("/usr")))
    return {} if called == folder or shown else {called: folder}


def interpreter_folders() -> list[Path]:
    """Return the folders without which this Python and the checks do not run, outermost first, each once."""
    package = Path(__file__).resolve().parents[1]
    wanted = sorted({Path(sys.base_prefix).resolve(), Path(sys.prefix).resolve(), package})
    outermost: list[Path] = []
    for folder in wanted:
        if not any(folder.is_relative_to(shown) for shown in (*outermost, Path("/usr"))):
            outermost.append(folder)
    return outermost


@cache
def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def _call(name: str, *arguments: object) -> None:
    if getattr(_libc(), name)(*arguments) != 0:
        code = ctypes.get_errno()
        raise OSError(code, f"{name}: {os.strerror(code)}")


def die_with_parent() -> None:
    """Ask the kernel to kill this process when its parent ends."""
    if sys.platform == "linux":
        _call("prctl", PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


def enter_namespaces(limits: Limits, hidden: Sequence[Path] | None = None) -> None:
    """Put this process's children behind the inner wall: own processes, an empty /tmp, no /proc.

    Without an outer wall, ``hidden`` are the folders to cover beside all unneeded ones; with one, it is None.

    Raises:
        OSError: the kernel refuses.
    """
    flags = CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWNET
    uid, gid = os.geteuid(), os.getegid()
    if uid == 0:
        _call("unshare", flags)
    else:
        _call("unshare", flags | CLONE_NEWUSER)
        Path("/proc/self/setgroups").write_text("deny")
        Path("/proc/self/uid_map").write_text(f"{uid} {uid} 1")
        Path("/proc/self/gid_map").write_text(f"{gid} {gid} 1")
    _call("mount", b"none", b"/", None, MS_REC | MS_PRIVATE, None)
    writable = f"size={limits.disk_bytes},nr_inodes={limits.disk_files},mode=1777".encode()
    covers = {Path("/tmp"): writable}
    if hidden is not None:
        covers = dict.fromkeys(unneeded_folders(), EMPTY) | covers
    # An interpreter that lies under a cover is covered, too: held open here, it is put back on top.
    kept = {
        folder: os.open(folder, os.O_PATH)
        for folder in interpreter_folders()
        if any(folder.is_relative_to(covered) for covered in (*covers, *WRITABLE))
    }
    links = interpreter_links()  # found before they are covered
    _make_read_only("/")
    for place, options in covers.items():
        _cover(place, options)
    for place in WRITABLE:  # two folders of one disk, which has one limit
        folder = Path("/tmp", place.name)
        folder.mkdir()
        folder.chmod(0o1777)
    for place in WRITABLE[::-1]:
        _bind(Path("/tmp", place.name), place)
    for folder, handle in kept.items():
        for parent in list(folder.parents)[-2::-1]:
            parent.mkdir(mode=0o755, exist_ok=True)
        folder.mkdir(exist_ok=True)
        _bind(Path(f"/proc/self/fd/{handle}"), folder)
        os.close(handle)
    for link, folder in links.items():
        if not link.exists():
            link.parent.mkdir(parents=True, exist_ok=True)
            link.symlink_to(folder)
    # The checks have been imported: a cell must not print the text of a hidden one.
    for folder in shown_by_chance(hidden or ()):
        _cover(folder, EMPTY)
    _call("mount", b"tmpfs", b"/proc", b"tmpfs", MS_NOSUID | MS_NODEV | MS_RDONLY, b"size=0")
    os.chdir("/tmp")


def _make_read_only(folder: str) -> None:
    """Make all that is mounted there read-only, devices too: when one was touched, or a file read, is a message."""
    attributes = (ctypes.c_uint64 * 4)(MOUNT_ATTR_RDONLY, 0, 0, 0)
    place, size = os.fsencode(folder), ctypes.c_size_t(ctypes.sizeof(attributes))
    result = _libc().syscall(MOUNT_SETATTR, AT_FDCWD, place, AT_RECURSIVE, attributes, size)
    if result != 0 and ctypes.get_errno() != errno.ENOSYS:  # older than Linux 5.12
        raise OSError(ctypes.get_errno(), f"mount_setattr: {os.strerror(ctypes.get_errno())}")


def _cover(place: Path, options: bytes) -> None:
    _call("mount", b"tmpfs", os.fsencode(place), b"tmpfs", MS_NOSUID | MS_NODEV, options)


def _bind(folder: Path, place: Path) -> None:
    _call("mount", os.fsencode(folder), os.fsencode(place), None, MS_BIND | MS_REC, None)


def unneeded_folders() -> list[Path]:
    """Return the folders of the root with neither the system nor its devices."""
    needed = {*SYSTEM_FOLDERS, "/dev", "/proc", "/etc", "/tmp"}
    folders = (folder for folder in Path("/").iterdir() if folder.is_dir() and not folder.is_symlink())
    return sorted(folder for folder in folders if str(folder) not in needed)


def open_nothing_else() -> None:
    """Restrict this process to opening the system, the interpreter and /tmp."""
    readable = [*map(Path, (*SYSTEM_FOLDERS, *SYSTEM_FILES)), *interpreter_folders()]
    landlock.restrict(readable, [*WRITABLE, *map(Path, DEVICES)])


def adopt_orphans() -> None:
    """Become the parent of all descendants whose own parent ends, where no namespace has a first process for that."""
    _call("prctl", PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def end_all_of(uid: int) -> None:
    """End all processes of a user, and wait until each that this process started or adopted has."""
    if os.fork() == 0:
        try:
            os.setresuid(uid, uid, uid)
            os.kill(-1, signal.SIGKILL)  # all that this user can end: a process cannot escape by forking
        finally:
            os._exit(0)
    with contextlib.suppress(ChildProcessError):
        while True:
            os.wait()


def unique_uid(number: int) -> int:
    """Return a user id without an account, for a sandbox of this process alone: the kernel counts processes by it."""
    return FIRST_UID + (os.getpid() << 6) + number % 64


def give_up_rights(uid: int) -> None:
    """Give up all rights for good: become the user ``uid`` if this is root, and drop capabilities, also future ones."""
    for capability in range(LAST_CAPABILITY + 1):
        _libc().prctl(PR_CAPBSET_DROP, capability, 0, 0, 0)
    _libc().prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0)
    if os.geteuid() == 0:
        os.setgroups([])
        os.setresgid(uid, uid, uid)
        os.setresuid(uid, uid, uid)
    _call("capset", (ctypes.c_uint32 * 2)(0x20080522, 0), (ctypes.c_uint32 * 6)())
    _call("prctl", PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)


def signal_name(number: int) -> str:
    """Return the name of a signal, such as SIGKILL or SIGRTMIN+5; empty for other numbers."""
    try:
        return signal.Signals(number).name
    except ValueError:  # Python has names for the first and the last of the real-time signals only
        return f"SIGRTMIN+{number - signal.SIGRTMIN}" if number in signal.valid_signals() else ""


def memory_in_use() -> int:
    """Return this process's address space in bytes, 0 if the system does not tell."""
    statm = Path("/proc/self/statm")
    return int(statm.read_text().split()[0]) * os.sysconf("SC_PAGE_SIZE") if statm.exists() else 0


def apply_limits(limits: Limits, base_bytes: int, *, alone: bool) -> None:
    """Set the limits of this process and its children; its forks share the warm server's address space, the base.

    ``alone`` says that its user has no other processes: the kernel counts them all.
    """
    import resource  # Unix alone has it, and a student's check has to be importable elsewhere, too

    wanted = {
        "RLIMIT_AS": base_bytes + limits.memory_bytes if base_bytes else None,
        "RLIMIT_CPU": int(limits.total_s) + 1,
        "RLIMIT_FSIZE": limits.file_bytes,
        "RLIMIT_NOFILE": limits.open_files,
        "RLIMIT_NPROC": limits.processes if alone else None,
        "RLIMIT_CORE": 0,
    }
    for name, value in wanted.items():
        # macOS lacks some of them; there it runs only trusted work, without isolation.
        if value is not None and hasattr(resource, name):
            with contextlib.suppress(ValueError, OSError):
                resource.setrlimit(getattr(resource, name), (value, value))

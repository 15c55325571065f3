"""All is tried that may give rights: namespaces, mounts, ptrace, io_uring, bpf, keys, other users, setuid, limits.

Would gain: the student, a way to the machine that grades.
"""

import ctypes, os, resource, signal, stat
libc = ctypes.CDLL(None, use_errno=True)
tried = {
    "unshare": [libc.unshare(flag) for flag in (0x10000000, 0x00020000, 0x20000000, 0x40000000)],
    "mount": [libc.mount(b"proc", b"/proc", b"proc", 0, None), libc.mount(b"/", b"/tmp", None, 0x5000, None),
              libc.umount2(b"/proc", 2), libc.umount2(b"/tmp", 2)],
    "ptrace": [libc.ptrace(16, pid, 0, 0) for pid in (1, os.getppid(), GRADER)],
    "chroot": [libc.chroot(b"/tmp")],
    "setuid": [libc.setuid(0), libc.setresuid(0, 0, 0), libc.setgid(0)],
    "calls": [libc.syscall(number, 0, 0, 0, 0, 0) for number in (175, 304, 310, 321, 246, 169, 165, 250)],
    "prctl": [libc.prctl(38, 0, 0, 0, 0), libc.prctl(47, 2, 21, 0, 0), libc.prctl(36, 1, 0, 0, 0)],
    "sethostname": [libc.sethostname(MARK.encode(), len(MARK))],
}
for name in ("RLIMIT_AS", "RLIMIT_NPROC", "RLIMIT_FSIZE", "RLIMIT_CPU", "RLIMIT_NOFILE"):
    try:
        resource.setrlimit(getattr(resource, name), (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    except (OSError, ValueError):
        pass
open("/tmp/setuid", "w").write("#!/bin/sh")
os.chmod("/tmp/setuid", 0o6777)
for priority in (-20, 19):
    try:
        os.nice(priority)
    except OSError:
        pass
print(tried)

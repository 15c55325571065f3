"""Namespaces of its own let it mount a disk of its own, larger than it may have.

Would gain: the student, a way to the machine that grades.
Known behind another user: the disk of a container is limited by Gradescope alone, and thrown away with it.
"""
import ctypes, os
libc = ctypes.CDLL(None)
libc.unshare(0x10000000 | 0x20000)
os.makedirs(f"/tmp/{MARK}", exist_ok=True)
mounted = libc.mount(b"tmpfs", f"/tmp/{MARK}".encode(), b"tmpfs", 0, b"size=8g") == 0
written = 0
try:
    for at in range(DISK_BYTES * 2 >> 24):
        with open(f"/tmp/{MARK}/{at}", "wb") as file:
            for _ in range(16): written += file.write(b"x" * (1 << 20))
except OSError:
    pass
if mounted or written > DISK_BYTES:
    print("WON: a disk of its own," if mounted else "WON:", written >> 20, "MiB")

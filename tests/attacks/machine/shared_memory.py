"""Memory is shared under names, anonymously and with System V's calls, and is not given back.

Would gain: the student, a way to the machine that grades.
"""

import ctypes, mmap, os
from multiprocessing import shared_memory
libc = ctypes.CDLL(None)
shared_memory.SharedMemory(name=MARK, create=True, size=1 << 20)
libc.shmget(0x5eed, 1 << 20, 0o1666)
libc.semget(0x5eed, 4, 0o1666)
libc.msgget(0x5eed, 0o1666)
os.write(os.memfd_create(MARK), b"0" * (1 << 20))
mmap.mmap(-1, 1 << 20)

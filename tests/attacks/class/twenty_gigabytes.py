"""Twenty gigabytes are asked for in a cell and in a check.

Would gain: nobody; the class is not graded, or others lose marks or time.
"""

def forward(self, x): return bytearray(20 << 30)
Flatten.forward = forward
bytearray(20 << 30)

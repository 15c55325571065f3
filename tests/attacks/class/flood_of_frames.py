"""The largest frames that are allowed are written as fast as they are read.

Would gain: nobody; the class is not graded, or others lose marks or time.
At most: yes
Forges: yes
"""

def act():
    big = frame({"cell": "layers-Linear", "stdout": "", "error": ""}, b"0" * (16 << 20))
    for _ in range(40): write_everywhere(big)
when_flattening(act)

"""Sixty children, each in a session of its own, keep the processors busy.

Would gain: nobody; the class is not graded, or others lose marks or time.
At most: yes
"""
import os, time
end = time.monotonic() + 1
for _ in range(60):
    if os.fork() == 0:
        os.setsid()
        while time.monotonic() < end: pass
        os._exit(0)

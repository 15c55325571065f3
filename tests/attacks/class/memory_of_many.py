"""Many processes take together what none of them may have alone.

Would gain: nobody; the class is not graded, or others lose marks or time.
At most: yes
Known behind another user: nobody may count there what a submission's processes share, so each has the limit for itself, up to the container's own.
"""
import os, time
there, tell = os.pipe()
for _ in range(3):
    if os.fork() == 0:
        taken = bytearray(400 << 20)
        taken[::4096] = b"x" * len(taken[::4096])
        os.write(tell, b"1")
        time.sleep(60)
for _ in range(3): os.read(there, 1)
time.sleep(0.5)
if 3 * (400 << 20) > MEMORY_BYTES:
    print("WON: more than the limit, together")

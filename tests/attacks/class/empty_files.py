"""Empty files are made for as long as it may: each takes memory of the kernel's, and none of the disk.

Would gain: nobody; the class is not graded, or others lose marks or time.
At most: yes
Known behind another user: the disk of a container is limited by Gradescope alone, and thrown away with it.
"""
import os, time
end, made = time.monotonic() + 1.7, 0
os.makedirs(f"/tmp/{MARK}")
try:
    while time.monotonic() < end:
        os.close(os.open(f"/tmp/{MARK}/{made}", os.O_CREAT | os.O_WRONLY))
        made += 1
except OSError:
    pass
if made > DISK_FILES:
    print("WON:", made, "files")

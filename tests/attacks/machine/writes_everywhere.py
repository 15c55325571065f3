"""The gradebook, other submissions, start-up files, site-packages and home are written to.

Would gain: the student, a way to the machine that grades.
"""

import os, pathlib
for place in (COURSE, f"{COURSE}/gradebook.db", f"{COURSE}/submitted/ada/2-layers/2-layers.ipynb", f"{COURSE}/source",
              f"{COURSE}/autograded/ada/2-layers", HOME, f"{HOME}/.ipython/profile_default/startup", f"{HOME}/.bashrc",
              f"{HOME}/canary", SITE, f"{SITE}/torch", "/usr/lib/python3", "/etc", "/var/tmp", "/var/spool/cron",
              "/dev/shm",
              "/tmp", "/run", "/root", os.getcwd(), f"/proc/{GRADER}/cwd", f"/proc/{GRADER}/mem"):
    for path in (place, f"{place}/{MARK}", f"{place}/{MARK}.pth", f"{place}/sitecustomize.py", f"{place}/{MARK}.ipynb"):
        try:
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "a") as file:
                file.write("import os  # " + MARK)
        except OSError:
            pass

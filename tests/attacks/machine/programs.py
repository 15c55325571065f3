"""Other programs are started and left running.

Would gain: the student, a way to the machine that grades.
"""

import subprocess, sys
for line in (["sleep", "600"], [sys.executable, "-c", "import time; time.sleep(600)"],
             ["/bin/sh", "-c", "sleep 600 & sleep 600"]):
    try:
        subprocess.Popen(line, start_new_session=True)
    except OSError:
        pass

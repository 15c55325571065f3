"""A cell leaves every signal blocked and ignored.

Would gain: nobody; the class is not graded, or others lose marks or time.
At most: yes
"""

import signal
for number in range(1, 65):
    try:
        signal.signal(number, signal.SIG_IGN)
    except (OSError, ValueError):
        pass
signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 65))

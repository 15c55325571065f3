"""A loop in a cell swallows every interrupt.

Would gain: nobody; the class is not graded, or others lose marks or time.
At most: yes
"""

import time
while True:
    try:
        while True: time.sleep(0.01)
    except BaseException:
        pass

